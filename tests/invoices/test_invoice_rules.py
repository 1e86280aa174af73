"""The rules at work: they stop the issuing, stand beside the paper, and are told to programs."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.crm.operations import ContactChange, create_contact
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    DocumentInvalid,
    InvoiceInput,
    annul_invoice,
    create_invoice,
    create_note,
    deduct_advances,
    issue_invoice,
)
from tenant_apps.invoices.queries import findings_of
from tenant_apps.workspace.models import NumberSeries
from tenant_apps.workspace.operations import ProfileChange, add_series, change_organization
from tenants.context import OrganizationRef
from tests.invoices.stories import AT, TODAY, client, draft, events_of, fresh, issued, line

pytestmark = pytest.mark.usefixtures("in_alpha")
HTMX = {"HX-Request": "true"}
D = Decimal


def text(answer: Any) -> str:
    return str(answer.content.decode())


def refusal_of(by: Actor, invoice: Invoice, **more: Any) -> DocumentInvalid:
    with pytest.raises(DocumentInvalid) as refusal:
        issue_invoice(invoice_id=invoice.pk, by=by, at=AT, **more)
    return refusal.value


def failed(invoice: Invoice) -> list[str]:
    return [one.problem for one in findings_of(invoice, on=TODAY) if not one.passed]


class TestIssuing:
    def test_errors_stop_it_with_every_field_and_no_number_is_taken(self, owner: Actor) -> None:
        wrong = draft(owner, client(owner, eik="", address="", city=""), items=(line(), line(vat_rate="0")))
        refusal = refusal_of(owner, wrong)
        assert [(error.field, error.code) for error in refusal.errors] == [
            ("client.address", "buyer_address_missing"),
            ("client.eik", "buyer_eik_missing"),
            ("items.1.vat_code", "basis_missing"),
        ]
        assert (refusal.code, refusal.field, refusal.conflict) == (
            "buyer_address_missing",
            "client.address",
            False,
        )
        assert fresh(wrong).is_draft and events_of(wrong) == ["invoices.invoice_created"]
        assert not NumberSeries.objects.get(code="tax").is_started
        assert issued(owner).number == "0000000001"

    def test_warnings_do_not_stop_it(self, owner: Actor) -> None:
        late = draft(owner, tax_event_date=TODAY - timedelta(days=6))
        assert "issued_late" in failed(late)
        assert issue_invoice(invoice_id=late.pk, by=owner, at=AT).number == "0000000001"

    def test_the_seller_s_own_gaps_stop_it(self, owner: Actor) -> None:
        change_organization(change=ProfileChange(eik="", vat_number=""), by=owner, at=AT)
        fields = [error.field for error in refusal_of(owner, draft(owner)).errors]
        assert fields == ["organization.eik", "organization.vat_number"]

    def test_a_consumer_needs_only_a_name(self, owner: Actor) -> None:
        person = create_contact(details=ContactChange(first_name="Иван", last_name="Иванов"), by=owner, at=AT)
        wanted = InvoiceInput(currency="EUR", items=(line(),), contact_id=person.pk)
        invoice = create_invoice(draft=wanted, by=owner, at=AT)
        assert issue_invoice(invoice_id=invoice.pk, by=owner, at=AT).buyer["is_consumer"]

    def test_a_day_before_the_previous_number_s_is_refused_within_its_series_alone(
        self, owner: Actor
    ) -> None:
        buyer, yesterday = client(owner), TODAY - timedelta(days=1)
        issued(owner, buyer)
        refusal = refusal_of(owner, draft(owner, buyer), issue_date=yesterday)
        assert (refusal.field, refusal.code) == ("issue_date", "issue_date_before_previous")
        assert "0000000001" in str(refusal)
        other = add_series(name="Магазин", first_number=5_000_000, by=owner, at=AT)
        earlier = draft(owner, buyer, series=other.code)
        assert issue_invoice(invoice_id=earlier.pk, issue_date=yesterday, by=owner, at=AT).number

    def test_an_annulled_number_counts_as_the_previous_one(self, owner: Actor) -> None:
        buyer = client(owner)
        annul_invoice(invoice_id=issued(owner, buyer).pk, reason="Грешка", by=owner, at=AT)
        refusal = refusal_of(owner, draft(owner, buyer), issue_date=TODAY - timedelta(days=1))
        assert refusal.code == "issue_date_before_previous"

    def test_goods_to_the_union_want_the_consultation(self, owner: Actor) -> None:
        german = client(owner, name="Käufer GmbH", eik="", country="DE", vat_number="DE136695976")
        goods = {"items": (line(vat_rate="0", vat_code="eu_goods", unit="бр."),), "supply": "goods"}
        assert refusal_of(owner, draft(owner, german, **goods)).field == "vies_number"
        consulted = draft(owner, german, **goods, vies_number="WAPIAAAAZ", vies_checked_on=TODAY)
        assert issue_invoice(invoice_id=consulted.pk, by=owner, at=AT).is_issued

    def test_the_basis_must_fit_the_client(self, owner: Actor) -> None:
        export = draft(owner, items=(line(vat_rate="0", vat_code="export"),))
        refusal = refusal_of(owner, export)
        assert (refusal.field, refusal.code) == ("items.0.vat_code", "basis_unfit")
        assert "чл. 28 ЗДДС" in str(refusal)

    def test_another_currency_wants_its_rate(self, owner: Actor) -> None:
        refusal = refusal_of(owner, draft(owner, currency="USD", exchange_rate=None, exchange_rate_on=None))
        assert (refusal.field, refusal.code) == ("exchange_rate", "exchange_rate_missing")

    def test_a_proforma_is_asked_for_less(self, owner: Actor) -> None:
        proforma = draft(owner, client(owner, eik="", address="", city=""), kind="proforma")
        assert issue_invoice(invoice_id=proforma.pk, by=owner, at=AT).number == "PF-000001"


class TestAsOfIssue:
    def test_what_was_issued_is_judged_by_what_it_keeps(self, owner: Actor) -> None:
        invoice = issued(owner)
        change_organization(change=ProfileChange(eik="", iban=""), by=owner, at=AT)
        assert failed(fresh(invoice)) == ["responsible_person_missing"]

    def test_notes_stay_right_when_others_follow(self, owner: Actor) -> None:
        invoice = issued(owner, items=(line("1", "0.33"), line("1", "10", "9")))
        for kind in ("debit_note", "credit_note"):
            note = create_note(invoice_id=invoice.pk, kind=kind, reason="Поправка", by=owner, at=AT)
            issue_invoice(invoice_id=note.pk, by=owner, at=AT)
        for document in (invoice, *invoice.amendments.all()):
            assert failed(fresh(document)) == ["responsible_person_missing"]

    def test_a_deduction_names_its_advance(self, owner: Actor) -> None:
        buyer = client(owner)
        advance = issued(owner, buyer, is_advance=True, items=(line("1", "40"),))
        rest = draft(owner, buyer)
        deduct_advances(invoice_id=rest.pk, advance_ids=[advance.pk], by=owner, at=AT)
        final = issue_invoice(invoice_id=rest.pk, by=owner, at=AT)
        assert failed(fresh(final)) == ["responsible_person_missing"]

    def test_annulled_it_says_why(self, owner: Actor) -> None:
        invoice = annul_invoice(invoice_id=issued(owner).pk, reason="Сгрешена", by=owner, at=AT)
        told = {one.rule: one.passed for one in findings_of(fresh(invoice), on=TODAY)}
        assert told["annulment"] is True

    def test_the_day_is_the_organization_s(self, owner: Actor) -> None:
        late = issued(owner, at=AT.replace(hour=23))
        assert late.issue_date == date(2026, 3, 16)
        assert failed(fresh(late)) == ["responsible_person_missing"]


class TestPages:
    def test_a_draft_lists_what_stops_it_with_the_way_there(self, browser: Client, owner: Actor) -> None:
        buyer = client(owner, eik="")
        wrong = draft(owner, buyer, items=(line(vat_rate="0"),))
        page = text(browser.get(f"/invoices/{wrong.pk}/"))
        assert "2 things stop it from being issued" in page
        assert f"/companies/{buyer.pk}/edit/#id_eik" in page
        assert f"/invoices/{wrong.pk}/edit/#lines" in page
        assert "Art. 114(1)(12) VAT Act" in page and "rules are kept" in page

    def test_a_right_one_is_ready(self, browser: Client, owner: Actor) -> None:
        assert "Ready to be issued" in text(browser.get(f"/invoices/{draft(owner).pk}/"))

    def test_an_issued_one_has_its_rules_too(self, browser: Client, owner: Actor) -> None:
        assert "It keeps every rule" in text(browser.get(f"/invoices/{issued(owner).pk}/"))

    def test_refused_it_comes_back_with_what_is_wrong_on_top(self, browser: Client, owner: Actor) -> None:
        wrong = draft(owner, client(owner, eik=""))
        answer = browser.post(f"/invoices/{wrong.pk}/issue/")
        assert answer.status_code == 422
        assert "It was not issued" in text(answer) and "EIK is not filled in" in text(answer)
        assert fresh(wrong).is_draft

    def test_htmx_is_told_in_a_toast(self, browser: Client, owner: Actor) -> None:
        wrong = draft(owner, client(owner, eik=""))
        answer = browser.post(f"/invoices/{wrong.pk}/issue/", headers=HTMX)
        assert answer.status_code == 422 and "toast" in answer["HX-Trigger"]

    def test_the_panel_asks_again_by_itself(self, browser: Client, owner: Actor) -> None:
        one = draft(owner)
        panel = text(browser.get(f"/invoices/{one.pk}/rules/", headers=HTMX))
        assert f'hx-get="/invoices/{one.pk}/rules/"' in panel and "<html" not in panel

    def test_the_editor_has_it_beside_the_form(self, browser: Client, owner: Actor) -> None:
        wrong = draft(owner, client(owner, eik=""))
        page = text(browser.get(f"/invoices/{wrong.pk}/edit/"))
        assert f'hx-get="/invoices/{wrong.pk}/rules/"' in page

    def test_what_one_may_not_mend_is_not_linked(
        self, browser_of: Any, alpha: OrganizationRef, user: Actor, owner: Actor
    ) -> None:
        change_organization(change=ProfileChange(eik=""), by=owner, at=AT)
        page = text(browser_of(alpha, "user").get(f"/invoices/{draft(user).pk}/"))
        assert "EIK is not filled in" in page and "/settings/organization/#id_eik" not in page


class TestApi:
    def test_issuing_is_refused_with_the_paths_of_the_fields(self, api: Any, owner: Actor) -> None:
        wrong = draft(owner, client(owner, eik=""), items=(line(), line(vat_rate="0")))
        answer = api.post(f"/api/v1/invoices/{wrong.pk}/issue/", {}, content_type="application/json")
        assert answer.status_code == 422
        told = answer.json()
        assert (told["field"], told["code"]) == ("client.eik", "buyer_eik_missing")
        assert [one["field"] for one in told["errors"]] == ["client.eik", "items.1.vat_code"]

    def test_every_rule_is_told(self, api: Any, owner: Actor) -> None:
        wrong = draft(owner, client(owner, eik=""))
        told = api.get(f"/api/v1/invoices/{wrong.pk}/rules/", headers={"Accept-Language": "en"}).json()
        assert told["may_be_issued"] is False
        (error,) = [one for one in told["findings"] if not one["passed"] and one["severity"] == "error"]
        assert (error["rule"], error["code"], error["field"]) == (
            "buyer_eik",
            "buyer_eik_missing",
            "client.eik",
        )
        assert error["source"] == "Art. 114(1) VAT Act" and error["message"].endswith(".")
        kept = next(one for one in told["findings"] if one["rule"] == "vat_amount")
        assert kept["passed"] and kept["message"] == "" and kept["field"] == ""
        right = api.get(f"/api/v1/invoices/{issued(owner).pk}/rules/").json()
        assert right["may_be_issued"] is True
        assert {one["rule"] for one in right["findings"]} <= {rule.code for rule in rules.RULES}
