from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor, system_actor
from tenant_apps.invoices import queries
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import invoice_pdf_bytes, mark_invoice_paid
from tenant_apps.reconciliation.operations import match_payments
from tenants.context import OrganizationRef
from tests.invoices.stories import AT, TODAY, client, draft, events_of, fresh, issued, payment

HTMX = {"HX-Request": "true"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def address(invoice: Invoice, act: str = "") -> str:
    return f"/invoices/{invoice.pk}/{act}"


# The list -------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_will_live_there(browser: Client) -> None:
    assert "No invoices yet" in text(browser.get("/invoices/"))
    assert "Nothing matches" in text(browser.get("/invoices/?filter=status:is:paid"))


def test_an_address_of_old_leads_to_the_same_list(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    first, other = client(owner, name="Първи ООД"), client(owner, name="Втори ООД", eik="831646048")
    paid, owed = issued(owner, first), issued(owner, other, currency="USD")
    mark_invoice_paid(invoice_id=paid.pk, received_on=TODAY, by=owner, at=AT)
    waiting = draft(owner, first)

    def found(query: str) -> set[Any]:
        return {one.pk for one in browser.get(f"/invoices/?{query}", follow=True).context["list"].page.items}

    assert found("") == {paid.pk, owed.pk, waiting.pk}
    assert found("status=draft") == {waiting.pk}
    assert found("status=paid") == {paid.pk}
    assert found("status=unpaid") == {owed.pk}
    assert found("currency=usd") == {owed.pk}
    assert found(f"company_id={first.pk}&status=") == {paid.pk, waiting.pk}
    assert found("status=draft&search=parvi") == {waiting.pk}
    assert found("period=last_year&status=nonsense") == set()
    assert found("status=nonsense&company_id=nonsense") == {paid.pk, owed.pk, waiting.pk}
    answer = browser.get("/invoices/?status=overdue&currency=EUR&ordering=-total")
    assert answer["Location"] == (
        "/invoices/?ordering=-total&filter=status%3Ais%3Aoverdue%2Ccurrency%3Ais%3AEUR"
    )


@pytest.mark.parametrize(
    "query", ["cursor=nonsense", "ordering=nonsense", "search=%00", "filter=company:is:x"]
)
def test_an_old_address_shows_the_list(browser: Client, query: str) -> None:
    assert browser.get(f"/invoices/?{query}").status_code == 200


def test_htmx_gets_the_list_alone(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    issued(owner)
    answer = text(browser.get("/invoices/", headers=HTMX))
    assert "Клиент ООД" in answer and "<html" not in answer


# The page -------------------------------------------------------------------------------------------------


def test_the_page_shows_the_paper_as_it_was_issued(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    invoice = issued(owner)
    page = text(browser.get(address(invoice)))
    assert "ФАКТУРА" in page and str(invoice.number) in page and "Клиент ООД" in page
    assert 'lang="bg"' in page and "120,00 EUR" in page


def test_a_draft_warns_and_says_where_to_put_it_right(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    buyer = client(owner, eik="")
    page = text(browser.get(address(draft(owner, buyer))))
    assert "EIK is not filled in" in page and f"/companies/{buyer.pk}/edit/" in page


def test_the_page_asks_the_database_little(
    browser: Client, owner: Actor, in_alpha: OrganizationRef, django_assert_max_num_queries: Any
) -> None:
    invoice = issued(owner)
    invoice_pdf_bytes(invoice_id=invoice.pk, by=owner, at=AT)
    payment(owner, "20.00", reference="друго")
    browser.get(address(invoice))
    with django_assert_max_num_queries(11):
        browser.get(address(invoice))


def test_what_the_role_may_not_do_is_not_offered(
    browser_of: Any, alpha: OrganizationRef, user: Actor, in_alpha: OrganizationRef
) -> None:
    invoice = draft(user)
    page = text(browser_of(alpha, "user").get(address(invoice)))
    assert address(invoice, "edit/") in page and address(invoice, "issue/") not in page


def test_the_panel_shows_lines_and_actions(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    invoice = issued(owner)
    panel = text(browser.get(address(invoice), headers=HTMX | {"HX-Target": "panel"}))
    assert "Консултация" in panel and "<html" not in panel and f"?invoice={invoice.pk}" in panel


def test_the_pdf_is_streamed(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    invoice = issued(owner)
    shown = browser.get(address(invoice, "pdf/"))
    kept = browser.get(address(invoice, "pdf/?download=1"))
    assert shown["Content-Type"] == "application/pdf" and shown.content.startswith(b"%PDF")
    assert (
        shown["Content-Disposition"].startswith("inline") and invoice.number in shown["Content-Disposition"]
    )
    assert kept["Content-Disposition"].startswith("attachment") and kept.content == shown.content


def test_a_draft_has_no_pdf(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    assert browser.get(address(draft(owner), "pdf/")).status_code == 302


# The acts -------------------------------------------------------------------------------------------------


def test_issue_then_a_toast(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    invoice = draft(owner)
    page = text(browser.post(address(invoice, "issue/"), follow=True))
    assert fresh(invoice).is_issued and f"Invoice {fresh(invoice).number} was issued." in page


def test_a_user_cannot_issue(
    browser_of: Any, alpha: OrganizationRef, user: Actor, in_alpha: OrganizationRef
) -> None:
    invoice = draft(user)
    assert browser_of(alpha, "user").post(address(invoice, "issue/")).status_code == 403
    assert fresh(invoice).is_draft


def test_send_without_an_address_says_so(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    invoice = issued(owner)
    answer = browser.post(address(invoice, "send/"), headers=HTMX)
    assert answer.status_code == 422 and "no e-mail address" in answer["HX-Trigger"]


def test_annul_asks_for_a_reason(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    invoice = issued(owner)
    refused = browser.post(address(invoice, "annul/"), {"reason": " "}, headers=HTMX)
    assert refused.status_code == 422 and "Say why" in text(refused) and "<html" not in text(refused)

    answer = browser.post(address(invoice, "annul/"), {"reason": "Грешен клиент"}, headers=HTMX)

    assert answer.status_code == 204 and answer["HX-Redirect"] == address(invoice)
    assert fresh(invoice).annul_reason == "Грешен клиент"
    assert "Грешен клиент" in text(browser.get(address(invoice)))


def test_mark_as_paid_records_what_is_outstanding(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    invoice = issued(owner)
    asked = text(browser.get(address(invoice, "mark-paid/"), headers=HTMX))
    assert "120.00" in asked and "has come already" not in asked
    typed = {"received_on": "15.03.2026", "method": "cash"}
    assert browser.post(address(invoice, "mark-paid/"), typed).status_code == 302
    assert "invoices.invoice_paid" in events_of(invoice)
    assert "already paid" in text(browser.post(address(invoice, "mark-paid/"), typed))


def test_duplicate_and_delete(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    invoice = issued(owner)
    browser.post(address(invoice, "duplicate/"))
    copy = Invoice.objects.get(state="draft")
    assert copy.total == invoice.total
    assert browser.post(address(copy, "delete/"))["Location"] == "/invoices/"
    assert not Invoice.objects.filter(pk=copy.pk).exists()


# Waiting for the match ------------------------------------------------------------------------------------


def test_the_page_asks_until_the_payment_has_found_its_invoice(
    browser: Client, owner: Actor, in_alpha: OrganizationRef, run_jobs: Any
) -> None:
    invoice = issued(owner)
    run_jobs()
    money = payment(owner, reference=str(invoice.number))
    side = HTMX | {"HX-Target": "document-side"}

    waiting = text(browser.get(f"{address(invoice)}?payment={money.pk}"))
    assert "Looking for its invoice" in waiting and "polls=14" in waiting
    assert "polls=" not in text(browser.get(f"{address(invoice)}?payment={money.pk}&polls=1", headers=side))

    run_jobs()
    settled = text(browser.get(f"{address(invoice)}?payment={money.pk}&polls=14", headers=side))
    assert "polls=" not in settled and "The reference names invoice" in settled
    assert 'hx-swap-oob="true"' in settled and "Paid" in settled and "<html" not in settled


def test_a_payment_that_found_nothing_says_why(
    browser: Client, owner: Actor, in_alpha: OrganizationRef, run_jobs: Any
) -> None:
    invoice = issued(owner)
    money = payment(owner, "10.00", currency="USD", reference=str(invoice.number))
    run_jobs()
    page = text(browser.get(f"{address(invoice)}?payment={money.pk}"))
    assert "another currency" in page and "polls=" not in page


def test_a_page_that_was_read_just_before_the_match_asks_once_more(
    browser: Client, owner: Actor, in_alpha: OrganizationRef, monkeypatch: Any
) -> None:
    invoice = issued(owner)
    money = payment(owner, reference=str(invoice.number))
    read = queries.visible_invoice

    def read_and_match(*args: Any, **kwargs: Any) -> Any:
        found = read(*args, **kwargs)
        match_payments(payment_ids=[money.pk], by=system_actor(in_alpha.id), at=AT)
        return found

    monkeypatch.setattr(queries, "visible_invoice", read_and_match)
    page = text(browser.get(f"{address(invoice)}?payment={money.pk}"))
    assert "Issued" in page and "polls=" in page


def test_money_that_waits_is_offered_before_it_is_recorded_twice(
    browser: Client, owner: Actor, in_alpha: Any
) -> None:
    invoice = issued(owner)
    payment(owner, company_id=client(owner, name="Друг ООД", eik="").pk)
    payment(owner, "119.99")
    came = payment(owner, payer_name="НЯКОЙ")
    page = text(browser.get(address(invoice, "mark-paid/"), headers=HTMX))
    assert "Just this much has come already" in page and page.count("Link this payment") == 1
    linked = browser.post(
        f"/payments/{came.pk}/allocate/", {"invoice_id": str(invoice.pk), "amount": "120.00"}
    )
    assert linked.status_code == 302 and fresh(invoice).outstanding == 0
