"""An invoice that recurs: made so, changed, paused, resumed, ended."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.jobs.models import DueWork, Job
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import merge_companies
from tenant_apps.invoices.events import RecurringEvent
from tenant_apps.invoices.models import Occurrence, RecurringInvoice
from tenant_apps.invoices.operations import (
    CannotRecur,
    NotActive,
    NothingToCome,
    NotResting,
    RecurringChange,
    RecurringEnded,
    change_recurring_invoice,
    end_recurring_invoice,
    generate_occurrence,
    hold_restored_recurring,
    make_invoice_recurring,
    pause_recurring_invoice,
    resume_recurring_invoice,
)
from tenant_apps.invoices.queries import (
    missed_days,
    recurring_of_client,
    upcoming,
    visible_recurring_invoice,
)
from tests.invoices.recurring import FIRST, made_by, morning_of, recurring
from tests.invoices.stories import AT, TODAY, client, draft, events_of, fresh, issued, line

pytestmark = pytest.mark.usefixtures("in_alpha")


def days_of(one, owner, count=3):
    planned = upcoming(visible_recurring_invoice(one.pk, owner), today=TODAY, count=count)
    return [each.day.isoformat() for each in planned]


def change(one, by, at=AT, **wanted):
    return change_recurring_invoice(recurring_id=one.pk, change=RecurringChange(**wanted), by=by, at=at)


# Made
# -----------------------------------------------------------------------------------------------------------


def test_it_says_when_it_comes_next_and_what_it_comes_to_in_a_year(owner, in_alpha):
    one = recurring(owner)
    assert (one.next_on, one.total, one.annual_value) == (FIRST, Decimal("120.00"), Decimal("1200.00"))
    assert (one.name, one.on_day, one.state) == ("Поддръжка за {month} {year}", 1, "active")
    assert days_of(one, owner) == ["2026-04-01", "2026-05-01", "2026-06-01"]
    assert events_of(one) == [RecurringEvent.CREATED]
    due = DueWork.objects.get(job="generate_recurring_invoices", organization_id=in_alpha.id)
    assert due.next_due_at == morning_of(FIRST)


def test_one_that_begins_today_is_made_at_once(owner):
    recurring(owner, starts_on=TODAY)
    assert Job.objects.filter(name="generate_recurring_invoices").count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts_on": TODAY - timedelta(days=1)}, "starts_on"),
        ({"starts_on": date(2040, 1, 1)}, "starts_on"),
        ({"every": 0}, "every"),
        ({"every": 61}, "every"),
        ({"unit": "day"}, "unit"),
        ({"on_day": 32}, "on_day"),
        ({"way": "shout"}, "way"),
        ({"billed_period": 2}, "billed_period"),
        ({"occurrence_limit": 0}, "occurrence_limit"),
        ({"ends_on": date(2026, 12, 1), "occurrence_limit": 3}, "occurrence_limit"),
        ({"ends_on": FIRST - timedelta(days=1)}, "ends_on"),
        ({"payment_term_days": 400}, "payment_term_days"),
        ({"items": ()}, "items"),
        ({"items": (line(quantity="0"),)}, "items.0.quantity"),
        ({"currency": "XXQ"}, "currency"),
        ({"series": "none"}, "series"),
        ({"company_id": None}, "company_id"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(owner, wrong, field):
    with pytest.raises(Refused) as refusal:
        recurring(owner, client(owner), **wrong)
    assert refusal.value.errors[0].field == field
    assert not RecurringInvoice.objects.exists()


def test_whoever_may_not_issue_lets_nothing_be_issued_by_itself(owner, manager, user):
    for way in ("issue", "send"):
        with pytest.raises(NotAllowed):
            recurring(user, client(user), way=way)
        assert recurring(manager, client(manager), way=way).way == way
    one = recurring(user, client(user))
    with pytest.raises(NotAllowed):
        change(one, user, way="issue")
    change(one, owner, way="issue")
    with pytest.raises(NotAllowed):  # its lines would be issued too
        change(one, user, items=(line(unit_price="1"),))
    assert change(one, user, way="draft").way == "draft"


def test_another_person_s_recurring_invoice_is_not_there(owner, user):
    one = recurring(owner)
    for act in (pause_recurring_invoice, end_recurring_invoice):
        with pytest.raises(RecurringInvoice.DoesNotExist):
            act(recurring_id=one.pk, by=user, at=AT)
    with pytest.raises(Company.DoesNotExist):
        recurring(user, one.company)


def test_an_invoice_is_made_recurring_with_what_it_says(owner):
    invoice = issued(owner, items=(line("2", "50", discount_percent=Decimal(10)),), notes="Благодарим")
    one = make_invoice_recurring(
        invoice_id=invoice.pk, starts_on=date(2026, 4, 30), on_day=31, unit="quarter", by=owner, at=AT
    )
    assert (one.company_id, one.total, one.notes) == (invoice.company_id, invoice.total, "Благодарим")
    assert days_of(one, owner) == ["2026-04-30", "2026-07-31", "2026-10-31"]
    with pytest.raises(CannotRecur):
        proforma = draft(owner, kind="proforma")
        make_invoice_recurring(invoice_id=proforma.pk, starts_on=FIRST, by=owner, at=AT)


# Changed
# -----------------------------------------------------------------------------------------------------------


def test_other_lines_are_for_what_is_to_come(owner):
    one = recurring(owner)
    generate_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=_system(), at=morning_of(FIRST))
    changed = change(one, owner, at=morning_of(FIRST), items=(line(unit_price="200"),))
    assert (changed.total, changed.annual_value) == (Decimal("240.00"), Decimal("2400.00"))
    assert [invoice.total for invoice in made_by(one)] == [Decimal("120.00")]
    assert events_of(one)[-1] == RecurringEvent.CHANGED


def test_another_way_of_pricing_is_counted_anew(owner):
    one = change(recurring(owner), owner, prices_include_vat=True, discount_percent=Decimal(10))
    assert (one.total, one.net_total) == (Decimal("90.00"), Decimal("75.00"))


def test_the_rhythm_turns_to_another_day_of_the_same_month(owner):
    one = change(recurring(owner, starts_on=date(2026, 4, 15)), owner, on_day=5)
    assert days_of(one, owner) == ["2026-04-05", "2026-05-05", "2026-06-05"]
    assert days_of(change(one, owner, on_day=31), owner) == ["2026-04-30", "2026-05-31", "2026-06-30"]


def test_a_rhythm_that_was_typed_again_is_no_other_one(owner):
    one = recurring(owner, starts_on=date(2026, 4, 10), on_day=31)
    same = change(one, owner, starts_on=one.next_on, unit="month", every=1, on_day=31)
    assert (same.starts_on, same.next_on) == (date(2026, 4, 10), date(2026, 4, 30))


def test_weeks_have_no_day_of_the_month(owner):
    one = change(recurring(owner), owner, unit="week", every=2)
    assert (one.on_day, days_of(one, owner)) == (None, ["2026-04-01", "2026-04-15", "2026-04-29"])
    assert change(one, owner, unit="month", every=1).on_day == 1


def test_a_new_first_day_is_after_what_was_made(owner):
    one, may = recurring(owner), date(2026, 5, 1)
    for day in (FIRST, may):
        generate_occurrence(recurring_id=one.pk, occurs_on=day, by=_system(), at=morning_of(day))
    for wrong, code in ((may, "day_taken"), (may - timedelta(days=1), "day_passed")):
        with pytest.raises(Refused) as refusal:
            change(one, owner, at=morning_of(may), starts_on=wrong)
        assert refusal.value.errors[0].code == code
    moved = change(one, owner, at=morning_of(may), starts_on=date(2026, 5, 20), on_day=None)
    assert days_of(moved, owner) == ["2026-05-20", "2026-06-20", "2026-07-20"]


def test_an_end_that_has_come_ends_it(owner):
    one = change(recurring(owner), owner, ends_on=FIRST - timedelta(days=1))
    assert (one.state, one.next_on) == ("ended", None)
    assert events_of(one)[-2:] == [RecurringEvent.CHANGED, RecurringEvent.ENDED]
    with pytest.raises(RecurringEnded):
        change(one, owner, name="Друго")
    with pytest.raises(NothingToCome):
        resume_recurring_invoice(recurring_id=one.pk, catch_up=False, by=owner, at=AT)


def test_a_last_day_takes_the_place_of_a_number_of_times(owner):
    one = recurring(owner, occurrence_limit=2)
    assert days_of(one, owner) == ["2026-04-01", "2026-05-01"]
    one = change(one, owner, ends_on=date(2026, 6, 1))
    assert (one.occurrence_limit, days_of(one, owner)) == (
        None,
        ["2026-04-01", "2026-05-01", "2026-06-01"],
    )
    assert change(one, owner, occurrence_limit=1).ends_on is None


# Paused, resumed, ended
# -----------------------------------------------------------------------------------------------------------


def pause(one, owner, at=AT):
    return pause_recurring_invoice(recurring_id=one.pk, by=owner, at=at)


def resume(one, owner, at, catch_up):
    return resume_recurring_invoice(recurring_id=one.pk, catch_up=catch_up, by=owner, at=at)


def test_what_was_missed_is_skipped_when_that_is_chosen(owner):
    one = pause(recurring(owner), owner)
    with pytest.raises(NotActive):
        pause(one, owner)
    day = date(2026, 6, 10)
    assert missed_days(visible_recurring_invoice(one.pk, owner), today=day) == [
        FIRST,
        date(2026, 5, 1),
        date(2026, 6, 1),
    ]
    one = resume(one, owner, morning_of(day), catch_up=False)
    assert (one.state, one.next_on) == ("active", date(2026, 7, 1))
    skipped = Occurrence.objects.filter(recurring=one).order_by("occurs_on")
    assert [each.outcome for each in skipped] == ["skipped"] * 3
    assert events_of(one)[-2:] == [RecurringEvent.PAUSED, RecurringEvent.RESUMED]
    with pytest.raises(NotResting):
        resume(one, owner, AT, catch_up=False)


def test_what_was_missed_is_caught_up_when_that_is_chosen(owner, run_jobs, monkeypatch):
    from shared_apps.core import clock

    one, at = pause(recurring(owner), owner), morning_of(date(2026, 6, 10), hour=11)
    monkeypatch.setattr(clock, "now", lambda: at)
    assert resume(one, owner, at, catch_up=True).next_on == FIRST
    run_jobs()
    invoices = made_by(one)
    assert [invoice.tax_event_date for invoice in invoices] == [FIRST, date(2026, 5, 1), date(2026, 6, 1)]
    assert [invoice.items.get().description for invoice in invoices] == [
        "Поддръжка за април 2026",
        "Поддръжка за май 2026",
        "Поддръжка за юни 2026",
    ]
    assert fresh(one).next_on == date(2026, 7, 1)


def test_a_paused_one_makes_nothing(owner):
    one = pause(recurring(owner), owner)
    assert (
        generate_occurrence(recurring_id=one.pk, occurs_on=FIRST, by=_system(), at=morning_of(FIRST)) is None
    )
    assert made_by(one) == []


def test_one_that_was_ended_goes_on_from_today(owner):
    one = end_recurring_invoice(recurring_id=recurring(owner).pk, by=owner, at=AT)
    assert (one.state, one.next_on) == ("ended", None)
    with pytest.raises(RecurringEnded):
        end_recurring_invoice(recurring_id=one.pk, by=owner, at=AT)
    one = resume(one, owner, morning_of(date(2026, 6, 10)), catch_up=True)
    assert one.next_on == date(2026, 7, 1) and not Occurrence.objects.exists()


def test_a_restored_copy_rests(owner):
    one = recurring(owner)
    hold_restored_recurring(restoration=None, by=_system(), at=AT)
    assert fresh(one).state == "paused"


def test_it_goes_over_when_clients_are_merged(owner):
    one = recurring(owner)
    kept = client(owner, name="Запазена ООД", eik="")
    merge_companies(kept_id=kept.pk, absorbed_id=one.company_id, by=owner, at=AT)
    assert list(recurring_of_client(owner, company_id=kept.pk)) == [one]


def test_a_product_that_is_not_there_is_missing(owner):
    company = client(owner)
    with pytest.raises(Product.DoesNotExist):
        recurring(owner, company, items=(line(product_id=company.pk),))


def _system():
    from shared_apps.core.actors import system_actor
    from tenants.context import current_organization

    return system_actor(current_organization().id)
