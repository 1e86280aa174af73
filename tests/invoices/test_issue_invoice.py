import threading
from datetime import date, timedelta

import pytest
from django.db import connections

from shared_apps.core.errors import LimitReached, NotAllowed
from shared_apps.jobs.models import Job
from shared_apps.plans.operations import choose_plan
from tenant_apps.crm.operations import CompanyChange, change_company
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    DocumentInvalid,
    InvoiceInput,
    NotADraft,
    create_invoice,
    issue_invoice,
)
from tenant_apps.invoices.queries import audit_series, paper_of, payment_url_of
from tenant_apps.sharing.models import PublicLink
from tenant_apps.workspace.operations import ProfileChange, change_organization, change_series_start
from tenants.context import in_organization
from tests.conftest import member_of
from tests.invoices.stories import AT, TODAY, client, draft, events_of, fresh, issued, line

CLIENTS = 50


@pytest.mark.usefixtures("in_alpha")
class TestOne:
    def test_it_gets_the_next_number_and_today_s_date(self, owner):
        first, second = issued(owner), issued(owner)
        assert (first.number, second.number) == ("0000000001", "0000000002")
        assert first.issue_date == TODAY
        assert first.issued_at == AT

    def test_the_draft_s_own_date_comes_before_today_and_a_given_one_before_both(self, owner):
        own = draft(owner, issue_date=date(2026, 3, 1))
        assert issue_invoice(invoice_id=own.pk, by=owner, at=AT).issue_date == date(2026, 3, 1)
        given = draft(owner, issue_date=date(2026, 3, 1))
        issue_date = date(2026, 3, 2)
        assert (
            issue_invoice(invoice_id=given.pk, issue_date=issue_date, by=owner, at=AT).issue_date
            == issue_date
        )

    def test_today_is_the_organization_s_day(self, owner):
        late = AT.replace(hour=23)
        assert issued(owner, at=late).issue_date == TODAY + timedelta(days=1)

    def test_it_is_due_after_the_organization_s_term(self, owner):
        change_organization(change=ProfileChange(payment_term_days=10), by=owner, at=AT)
        assert issued(owner).due_date == date(2026, 3, 25)
        assert issued(owner, due_date=date(2026, 4, 1)).due_date == date(2026, 4, 1)

    def test_seller_and_buyer_stay_as_they_were(self, owner):
        company = client(owner)
        invoice = issued(owner, company)
        change_company(company_id=company.pk, change=CompanyChange(name="Друго име"), by=owner, at=AT)
        change_organization(change=ProfileChange(legal_name="Ново име"), by=owner, at=AT)
        kept = fresh(invoice)
        assert kept.buyer["name"] == "Клиент ООД"
        assert kept.seller["name"] == "Алфа Проба ООД"
        assert kept.seller["compiled_by"] == owner.label

    def test_it_gets_the_address_where_its_client_sees_and_pays_it(self, owner):
        written = draft(owner)
        assert payment_url_of(written) == "" and not PublicLink.objects.exists()
        invoice = issue_invoice(invoice_id=written.pk, by=owner, at=AT)
        assert payment_url_of(invoice).startswith("http://alpha.tefter.localhost:8000/p/")
        assert paper_of(invoice).payment_url == payment_url_of(invoice)
        assert PublicLink.objects.get().record_id == invoice.pk

    def test_what_comes_to_nothing_is_paid_at_once(self, owner):
        invoice = issued(owner, items=(line("1", "0"),))
        assert invoice.paid_at == AT
        assert invoice.status_on(TODAY) == "paid"

    def test_its_jobs_wait_in_the_outbox(self, owner):
        invoice = issued(owner)
        assert events_of(invoice)[-1] == InvoiceEvent.ISSUED
        jobs = Job.objects.filter(arguments__subject_id=str(invoice.pk)).values_list("name", flat=True)
        assert {"generate_invoice_qr_codes", "render_invoice_document"} <= set(jobs)

    def test_a_day_to_come_is_refused(self, owner):
        with pytest.raises(DocumentInvalid) as refusal:
            issue_invoice(invoice_id=draft(owner).pk, issue_date=TODAY + timedelta(days=1), by=owner, at=AT)
        assert (refusal.value.code, refusal.value.field) == ("issue_date_in_future", "issue_date")

    def test_twice_is_refused_and_takes_no_number(self, owner):
        invoice = issued(owner)
        with pytest.raises(NotADraft) as refusal:
            issue_invoice(invoice_id=invoice.pk, by=owner, at=AT)
        assert refusal.value.conflict
        assert issued(owner).number == "0000000002"

    def test_a_plan_s_limit_counts_the_month_and_leaves_no_gap(self, owner, in_alpha):
        choose_plan(organization_id=in_alpha.id, plan_code="free", by=owner, at=AT)
        change_series_start(next_number=100, by=owner, at=AT)
        last_month = AT - timedelta(days=30)
        company = client(owner)
        issued(owner, company, at=last_month)
        for _count in range(50):
            issued(owner, company)
        with pytest.raises(LimitReached) as reached:
            issued(owner, company)
        assert (reached.value.limit, reached.value.used, reached.value.plan) == (50, 50, "team")
        next_month = AT + timedelta(days=30)
        assert issued(owner, company, at=next_month).number == "0000000151"

    def test_a_user_may_write_but_not_issue(self, user):
        mine = draft(user, client(user))
        with pytest.raises(NotAllowed):
            issue_invoice(invoice_id=mine.pk, by=user, at=AT)


def test_fifty_at_once_leave_no_gap_and_no_duplicate(in_committed_alpha):
    from shared_apps.accounts.queries import actor_of

    owner = actor_of(member_of(in_committed_alpha, "owner"))
    company = client(owner)
    wanted = InvoiceInput(currency="EUR", items=(line(),), company_id=company.pk)
    drafts = [create_invoice(draft=wanted, by=owner, at=AT).pk for _count in range(CLIENTS * 2)]
    start, failures = threading.Barrier(CLIENTS), []

    def issue_two(mine):
        try:
            start.wait()
            with in_organization(in_committed_alpha):
                for invoice_id in mine:
                    issue_invoice(invoice_id=invoice_id, by=owner, at=AT)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=issue_two, args=(drafts[one::CLIENTS],)) for one in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == [f"{one:010d}" for one in range(1, CLIENTS * 2 + 1)]
    assert all(audit.is_right for audit in audit_series(owner))
