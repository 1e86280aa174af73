"""The days of a recurring invoice: each made once, whatever breaks; skipped; held, and the owner told why."""

from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.core.errors import NotAllowed
from shared_apps.jobs.models import DueWork
from shared_apps.jobs.operations import enqueue
from shared_apps.plans.operations import choose_plan
from tenant_apps.invoices import tasks
from tenant_apps.invoices.events import RecurringEvent
from tenant_apps.invoices.models import Invoice, Occurrence, RecurringInvoice
from tenant_apps.invoices.operations import (
    DayPassed,
    HasInvoice,
    NotADayOfIt,
    NotSkipped,
    StillToCome,
    delete_draft_invoice,
    end_recurring_invoice,
    generate_occurrence,
    issue_invoice,
    make_occurrence,
    occurrences,
    pause_recurring_invoice,
    skip_occurrence,
    unskip_occurrence,
)
from tenant_apps.invoices.queries import upcoming, visible_recurring_invoice
from tenant_apps.messages.models import Notification
from tenants.context import in_organization
from tests.invoices.recurring import FIRST, made_by, morning_of, recurring
from tests.invoices.stories import AT, client, events_of, fresh, line

MAY = date(2026, 5, 1)
inside = pytest.mark.usefixtures("in_alpha")


@pytest.fixture
def system(in_alpha):
    return system_actor(in_alpha.id)


@pytest.fixture
def morning(in_alpha, monkeypatch, run_jobs):
    """`morning(day)`: the job as it runs at six in Sofia, and what follows it."""

    def run(day, hour=6):
        at = morning_of(day, hour=hour)
        monkeypatch.setattr(clock, "now", lambda: at)
        with transaction.atomic():
            enqueue("generate_recurring_invoices", by=system_actor(in_alpha.id), organization_id=in_alpha.id)
        return run_jobs()

    return run


def outcomes(one):
    return [(day.occurs_on, day.outcome) for day in one.occurrences.order_by("occurs_on")]


# The job
# -----------------------------------------------------------------------------------------------------------


@inside
def test_a_draft_is_made_on_its_day_and_its_owner_told(owner, morning, in_alpha):
    one = recurring(owner)
    morning(FIRST - timedelta(days=1))
    assert made_by(one) == []
    morning(FIRST)
    (invoice,) = made_by(one)
    assert (invoice.state, invoice.total, invoice.owner_id) == ("draft", Decimal("120.00"), owner.id)
    assert invoice.items.get().description == "Поддръжка за април 2026"
    assert (invoice.issue_date, invoice.tax_event_date, invoice.due_date) == (None, None, None)
    assert fresh(one).next_on == MAY
    assert events_of(one)[-1] == RecurringEvent.MADE
    told = Notification.objects.get(user_id=owner.id)
    assert (told.kind, told.url) == ("recurring_drafted", invoice.get_absolute_url())
    assert DueWork.objects.get(job="generate_recurring_invoices").next_due_at == morning_of(MAY)


@inside
def test_run_again_it_makes_nothing_twice(owner, morning):
    one = recurring(owner)
    for _time in range(3):
        morning(FIRST)
    assert outcomes(one) == [(FIRST, "made")] and Invoice.objects.count() == 1


@inside
def test_days_on_which_nobody_worked_are_caught_up(owner, morning):
    one = recurring(owner, way="issue")
    morning(date(2026, 6, 20))
    invoices = made_by(one)
    assert [invoice.tax_event_date for invoice in invoices] == [FIRST, MAY, date(2026, 6, 1)]
    assert {invoice.issue_date for invoice in invoices} == {date(2026, 6, 20)}
    assert [int(invoice.number) for invoice in invoices] == [1, 2, 3]


@inside
def test_it_is_issued_and_sent_with_its_pdf(owner, morning):
    company = client(owner, email="office@client.example")
    one = recurring(owner, company, way="send", payment_term_days=10)
    morning(FIRST)
    (invoice,) = made_by(one)
    assert (invoice.state, invoice.issue_date, invoice.due_date) == ("issued", FIRST, date(2026, 4, 11))
    assert invoice.sent_at
    (letter,) = mail.outbox
    assert letter.to == ["office@client.example"]
    assert [name for name, _content, kind in letter.attachments if kind == "application/pdf"]
    assert not Notification.objects.exists()


@inside
def test_the_day_is_that_of_the_organization(owner, morning, system):
    one = recurring(owner)
    late_evening_in_sofia = morning_of(FIRST, hour=0) - timedelta(minutes=1)
    assert (
        generate_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=system, at=late_evening_in_sofia) is None
    )
    after_midnight = late_evening_in_sofia + timedelta(minutes=2)
    assert generate_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=system, at=after_midnight)


@inside
def test_after_the_last_time_it_has_ended(owner, morning):
    one = recurring(owner, occurrence_limit=2)
    morning(date(2026, 8, 1))
    assert outcomes(one) == [(FIRST, "made"), (MAY, "made")]
    assert (fresh(one).state, fresh(one).next_on) == ("ended", None)
    assert events_of(one)[-1] == RecurringEvent.ENDED
    assert not DueWork.objects.filter(job="generate_recurring_invoices").exists()


@inside
def test_one_that_breaks_keeps_no_other_waiting(owner, morning, monkeypatch):
    first, second = recurring(owner), recurring(owner, client(owner, eik="175074752"))
    real = tasks.generate_occurrence

    def breaking(*, recurring_id, **more):
        if recurring_id == first.pk:
            raise RuntimeError("a bug")
        return real(recurring_id=recurring_id, **more)

    monkeypatch.setattr(tasks, "generate_occurrence", breaking)
    with pytest.raises(RuntimeError):
        morning(MAY)
    assert made_by(first) == [] and len(made_by(second)) == 2
    assert DueWork.objects.get(job="generate_recurring_invoices").next_due_at == morning_of(FIRST)


# Once
# -----------------------------------------------------------------------------------------------------------


@inside
@pytest.mark.parametrize("broken_at", ["_write", "_pass_on", "_tell", "go_on"])
def test_a_crash_anywhere_leaves_nothing_half_done(owner, system, monkeypatch, broken_at):
    one, at = recurring(owner, way="issue"), morning_of(FIRST)

    def crash(*args, **kwargs):
        raise SystemError("the worker died")

    with monkeypatch.context() as patched:
        patched.setattr(occurrences, broken_at, crash)
        with pytest.raises(SystemError):
            generate_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=system, at=at)
    assert not Occurrence.objects.exists() and not Invoice.objects.exists()
    assert generate_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=system, at=at)
    (invoice,) = made_by(one)
    assert int(invoice.number) == 1


def test_two_workers_at_once_make_one(in_committed_alpha):
    by = system_actor(in_committed_alpha.id)
    one = recurring(by, way="issue")
    together, found = Barrier(2), []

    def work():
        with in_organization(in_committed_alpha):
            together.wait()
            found.append(
                generate_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=by, at=morning_of(FIRST))
            )
        connection.close()

    threads = [Thread(target=work) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(day is None for day in found) == [False, True]
    assert Invoice.objects.count() == Occurrence.objects.count() == 1


@inside
def test_the_database_itself_refuses_a_day_twice(owner):
    one = recurring(owner)
    facts = {"recurring": one, "occurs_on": FIRST, "outcome": "made", "created_at": AT}
    Occurrence.objects.create(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Occurrence.objects.create(**facts)


@inside
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "ended"},
        {"next_on": None},
        {"on_day": None},
        {"every": 0},
        {"occurrence_limit": 1, "ends_on": MAY},
        {"ends_on": FIRST - timedelta(days=1)},
        {"company_id": None},
    ],
)
def test_the_database_itself_refuses_what_cannot_be(owner, wrong):
    one = recurring(owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecurringInvoice.objects.filter(pk=one.pk).update(**wrong)


# Held
# -----------------------------------------------------------------------------------------------------------


@inside
def test_what_breaks_a_rule_stays_a_draft_and_the_owner_is_told_why(owner, morning):
    one = recurring(owner, way="send", currency="USD")  # and nobody knows the rate of that day
    morning(FIRST)
    (invoice,), day = made_by(one), one.occurrences.get()
    assert (invoice.state, day.outcome) == ("draft", "held")
    assert day.reason and day.problem
    assert events_of(one)[-1] == RecurringEvent.HELD
    told = Notification.objects.get(user_id=owner.id)
    assert (
        told.kind == "recurring_held" and day.reason in told.text and told.url == invoice.get_absolute_url()
    )
    assert fresh(one).next_on == MAY


@inside
def test_a_plan_that_is_used_up_holds_the_issue_and_loses_no_number(owner, morning, in_alpha, monkeypatch):
    from shared_apps.plans import catalog

    choose_plan(organization_id=in_alpha.id, plan_code="free", by=owner, at=AT)
    monkeypatch.setitem(catalog.FREE.limits, catalog.Limit.INVOICES_PER_MONTH, 1)
    first = recurring(owner, way="issue", name="Първа")
    second = recurring(owner, client(owner, eik="175074752"), way="issue", name="Втора")
    morning(FIRST)
    issued, held = made_by(first)[0], made_by(second)[0]
    assert (issued.state, held.state) == ("issued", "draft")
    assert second.occurrences.get().problem == "limit_reached"
    choose_plan(organization_id=in_alpha.id, plan_code="unlimited", by=owner, at=AT)
    assert int(issue_invoice(invoice_id=held.pk, by=owner, at=morning_of(FIRST)).number) == 2


@inside
def test_one_without_an_address_is_issued_and_not_sent(owner, morning):
    one = recurring(owner, client(owner), way="send")
    morning(FIRST)
    (invoice,) = made_by(one)
    assert (invoice.state, invoice.sent_at) == ("issued", None)
    assert one.occurrences.get().problem == "buyer_without_email"
    assert Notification.objects.get().kind == "recurring_held"


@inside
def test_what_cannot_even_be_written_keeps_its_day(owner, morning):
    one = recurring(owner)
    RecurringInvoice.objects.filter(pk=one.pk).update(series="gone")
    morning(FIRST)
    day = one.occurrences.get()
    assert (day.outcome, day.invoice, day.problem) == ("held", None, "series_unknown")
    assert Notification.objects.get().url == one.get_absolute_url()
    RecurringInvoice.objects.filter(pk=one.pk).update(series="tax")
    made = make_occurrence(occurrence_id=day.pk, by=owner, at=morning_of(FIRST))
    assert (made.outcome, made.reason) == ("made", "") and made.invoice.is_draft


@inside
def test_each_time_it_is_held_is_told(owner, manager, morning):
    one = recurring(owner)
    RecurringInvoice.objects.filter(pk=one.pk).update(series="gone")
    morning(FIRST)
    day = one.occurrences.get()
    make_occurrence(occurrence_id=day.pk, by=manager, at=morning_of(FIRST, hour=12))
    assert [told.kind for told in Notification.objects.filter(user_id=owner.id)] == ["recurring_held"] * 2
    RecurringInvoice.objects.filter(pk=one.pk).update(series="tax")
    make_occurrence(occurrence_id=day.pk, by=manager, at=morning_of(FIRST, hour=13))
    kinds = Notification.objects.filter(user_id=owner.id).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["recurring_held", "recurring_held", "recurring_drafted"]


# Skipped, taken back, made later
# -----------------------------------------------------------------------------------------------------------


@inside
def test_a_day_that_is_skipped_makes_nothing_and_counts(owner, morning):
    one = recurring(owner, occurrence_limit=3)
    skip_occurrence(recurring_id=one.pk, occurs_on=MAY, by=owner, at=AT)
    assert fresh(one).next_on == FIRST
    shown = upcoming(visible_recurring_invoice(one.pk, owner), today=AT.date())
    assert [(each.day.month, each.is_skipped) for each in shown] == [(4, False), (5, True), (6, False)]
    morning(date(2026, 7, 1))
    assert [outcome for _day, outcome in outcomes(one)] == ["made", "skipped", "made"]
    assert fresh(one).state == "ended"


@inside
def test_the_next_day_can_be_skipped_and_taken_back(owner):
    one = recurring(owner)
    skip_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=owner, at=AT)
    assert fresh(one).next_on == MAY
    unskip_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=owner, at=AT)
    assert fresh(one).next_on == FIRST
    assert events_of(one)[-2:] == [RecurringEvent.SKIPPED, RecurringEvent.UNSKIPPED]
    with pytest.raises(NotSkipped):
        unskip_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=owner, at=AT)


@inside
@pytest.mark.parametrize("day", [date(2026, 4, 2), date(2026, 3, 1), FIRST])
def test_only_its_own_days_can_be_skipped(owner, day):
    one = recurring(owner)
    if day == FIRST:
        skip_occurrence(recurring_id=one.pk, occurs_on=day, by=owner, at=AT)
    with pytest.raises(NotADayOfIt):
        skip_occurrence(recurring_id=one.pk, occurs_on=day, by=owner, at=AT)


@inside
def test_a_day_that_has_passed_is_made_and_not_taken_back(owner):
    one = recurring(owner)
    day = skip_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=owner, at=AT)
    with pytest.raises(StillToCome):
        make_occurrence(occurrence_id=day.pk, by=owner, at=AT)
    later = morning_of(FIRST + timedelta(days=3))
    with pytest.raises(DayPassed):
        unskip_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=owner, at=later)
    made = make_occurrence(occurrence_id=day.pk, by=owner, at=later)
    assert made.invoice.tax_event_date == FIRST
    with pytest.raises(HasInvoice):
        make_occurrence(occurrence_id=day.pk, by=owner, at=later)


@inside
def test_a_draft_that_was_deleted_can_be_made_again(owner, morning):
    one = recurring(owner)
    morning(FIRST)
    delete_draft_invoice(invoice_id=made_by(one)[0].pk, by=owner, at=AT)
    day = one.occurrences.get()
    assert (day.outcome, day.invoice) == ("made", None)
    morning(FIRST)
    assert made_by(one) == []
    make_occurrence(occurrence_id=day.pk, by=owner, at=morning_of(FIRST))
    assert len(made_by(one)) == 1


@inside
def test_one_who_may_not_issue_makes_nothing_that_is_issued(owner, user, morning):
    one = recurring(user, client(user), way="draft")
    RecurringInvoice.objects.filter(pk=one.pk).update(way="issue")
    day = skip_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=user, at=AT)
    with pytest.raises(NotAllowed):
        make_occurrence(occurrence_id=day.pk, by=user, at=morning_of(FIRST))


@inside
def test_only_the_product_itself_generates(owner):
    with pytest.raises(NotAllowed):
        generate_occurrence(recurring_id=recurring(owner).pk, occurs_on=FIRST, by=owner, at=morning_of(FIRST))


@inside
@pytest.mark.parametrize("stop", [pause_recurring_invoice, end_recurring_invoice])
def test_one_that_rests_is_passed_by(owner, morning, stop):
    one = recurring(owner)
    stop(recurring_id=one.pk, by=owner, at=AT)
    morning(MAY)
    assert made_by(one) == []


@inside
def test_lines_keep_their_prices_discounts_and_treatments(owner, morning):
    items = (
        line("3", "12.3456", "9", discount_percent=Decimal("12.50"), description="Книга"),
        line("1", "10", "0", vat_code="exempt", description="Без ДДС"),
    )
    one = recurring(
        owner, items=items, discount_amount=Decimal("5.00"), prices_include_vat=True, language="en"
    )
    morning(FIRST)
    (invoice,) = made_by(one)
    assert (invoice.total, invoice.net_total) == (fresh(one).total, fresh(one).net_total)
    kept = [(i.unit_price, i.discount_percent, i.vat_rate, i.vat_code) for i in invoice.items.all()]
    assert kept == [
        (Decimal("12.3456"), Decimal("12.50"), Decimal("9.00"), "reduced"),
        (Decimal("10.0000"), Decimal("0.00"), Decimal("0.00"), "exempt"),
    ]
    assert (invoice.language, invoice.discount_amount) == ("en", Decimal("5.00"))
