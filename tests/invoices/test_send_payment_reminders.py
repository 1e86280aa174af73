"""Reminders of money: who is written to on which morning, and what holds it back."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.files.storage import default_storage

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.core.bulgaria.statutory_interest import interest_on
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.jobs.models import DueWork
from shared_apps.jobs.operations import enqueue
from tenant_apps.invoices import rules, tasks
from tenant_apps.invoices.events import ReminderEvent
from tenant_apps.invoices.models import (
    Invoice,
    PaymentReminder,
    ReminderPause,
    ReminderSettings,
    ReminderStage,
)
from tenant_apps.invoices.operations import (
    NothingToRemind,
    StageChange,
    allocate_payment,
    annul_invoice,
    change_reminder_stage,
    create_note,
    create_reminder_stage,
    delete_reminder_stage,
    hold_restored_reminders,
    issue_invoice,
    mark_invoice_paid,
    pause_client_reminders,
    pause_invoice_reminders,
    remind_client,
    require_invoice_pdf,
    resume_client_reminders,
    resume_invoice_reminders,
    settle_payment_reminders,
    switch_reminders,
    void_payment,
)
from tenant_apps.invoices.queries import planned_reminders
from tests.invoices.stories import AT, TODAY, client, draft, events_of, fresh, issued, payment

pytestmark = pytest.mark.usefixtures("in_alpha")
DUE = date(2026, 3, 20)
TO = "office@client.example"


def late(owner, company=None, **more):
    """An invoice of 120.00 EUR, due on DUE."""
    return issued(owner, company or client(owner, email=TO), due_date=DUE, **more)


def plan(owner, days):
    """What leaves so many days after DUE."""
    return [one for one in planned_reminders(owner, on=DUE + timedelta(days=days)) if not one.held]


def held(owner, days=7):
    return [one.held for one in planned_reminders(owner, on=DUE + timedelta(days=days)) if one.held]


def remind(owner, days, *invoices):
    on = DUE + timedelta(days=days)
    return remind_client(invoice_ids=[one.pk for one in invoices], on=on, by=owner, at=AT)


@pytest.fixture
def morning(in_alpha, monkeypatch, run_jobs, owner):
    """`morning(7)`: the job as it runs at nine in Sofia, so many days after DUE, and what follows it."""

    def run(days):
        day = DUE + timedelta(days=days)
        instant = datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo("Europe/Sofia"))
        monkeypatch.setattr(clock, "now", lambda: instant.astimezone(UTC))
        enqueue("send_payment_reminders", by=system_actor(in_alpha.id), organization_id=in_alpha.id)
        run_jobs()

    return run


# The plan
# -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "stage"), [(-4, None), (-3, -3), (-1, -3), (0, 0), (6, 0), (7, 7), (20, 14), (400, 30)]
)
def test_an_invoice_is_told_at_the_latest_stage_it_has_come_to(owner, days, stage):
    late(owner)
    assert [one.stage.offset_days for one in plan(owner, days)] == ([] if stage is None else [stage])


def test_a_stage_before_the_due_date_is_not_told_after_it():
    assert rules.stage_of(DUE, on=DUE + timedelta(days=1), offsets=[-3, 7], reminded=None) is None


def test_one_letter_names_all_invoices_of_a_client(owner):
    company = client(owner, email=TO)
    first, second = late(owner, company), late(owner, company)
    (letter,) = plan(owner, 7)
    assert letter.invoice_ids == [first.pk, second.pk] and letter.to == TO
    assert first.number in letter.body_text and second.number in letter.body_html
    assert "240,00" in letter.text


def test_invoices_in_two_languages_are_two_letters(owner):
    company = client(owner, email=TO)
    late(owner, company, language="bg"), late(owner, company, language="en")
    assert sorted(letter.language for letter in plan(owner, 7)) == ["bg", "en"]
    assert {letter.subject.split(" (")[0] for letter in plan(owner, 7)} == {
        "Неплатена фактура",
        "An unpaid invoice",
    }


def test_what_owes_nothing_is_not_told(owner):
    company = client(owner, email=TO)
    draft(owner, company, due_date=DUE)
    late(owner, company, kind=rules.PROFORMA)
    paid, crossed, credited = (late(owner, company) for _one in range(3))
    mark_invoice_paid(invoice_id=paid.pk, received_on=TODAY, by=owner, at=AT)
    annul_invoice(invoice_id=crossed.pk, reason="грешка", by=owner, at=AT)
    note = create_note(invoice_id=credited.pk, kind=rules.CREDIT_NOTE, reason="върнато", by=owner, at=AT)
    issue_invoice(invoice_id=note.pk, by=owner, at=AT)
    assert planned_reminders(owner, on=DUE + timedelta(days=30)) == []


def test_another_s_invoices_are_not_in_the_plan_of_a_user(owner, user):
    late(owner)
    assert planned_reminders(user, on=DUE + timedelta(days=7)) == []


def test_the_plan_asks_as_often_for_many_as_for_one(owner, django_assert_max_num_queries):
    for eik in ("121644736", "175074752", "831646048"):
        late(owner, client(owner, name=f"Клиент {eik}", email=f"c{eik}@x.example", eik=eik))
    with django_assert_max_num_queries(6):
        assert len(plan(owner, 7)) == 3


def test_one_letter_that_breaks_keeps_no_other_waiting(owner, morning, in_alpha, monkeypatch):
    late(owner, client(owner, name="Алфа", email="a@x.example"))
    late(owner, client(owner, name="Бета", email="b@x.example", eik="175074752"))
    switch_reminders(is_on=True, by=owner, at=AT)
    real, days = tasks.remind_client, timedelta(days=7)

    def breaking(*, invoice_ids, **more):
        if Invoice.objects.get(pk=invoice_ids[0]).buyer["name"] == "Алфа":
            raise RuntimeError("a bug")
        return real(invoice_ids=invoice_ids, **more)

    monkeypatch.setattr(tasks, "remind_client", breaking)
    with pytest.raises(RuntimeError):
        morning(7)
    assert [one.message.to for one in PaymentReminder.objects.all()] == ["b@x.example"]
    due = DueWork.objects.get(job="send_payment_reminders", organization_id=in_alpha.id).next_due_at
    assert due.date() == DUE + days + timedelta(days=1)


def test_a_pdf_that_is_gone_keeps_no_other_waiting(owner, morning):
    """The morning asks only whether there is one; the letter that was to carry it says that it failed."""
    lost = late(owner, client(owner, name="Алфа", email="a@x.example"))
    late(owner, client(owner, name="Бета", email="b@x.example", eik="175074752"))
    default_storage.delete(require_invoice_pdf(invoice_id=lost.pk, by=owner, at=AT).path)
    switch_reminders(is_on=True, by=owner, at=AT)
    with pytest.raises(OSError):
        morning(7)
    assert {one.message.to for one in PaymentReminder.objects.all()} == {"a@x.example", "b@x.example"}


# What holds it back
# -----------------------------------------------------------------------------------------------------------


def test_money_of_the_client_that_waits_holds_it(owner):
    company = client(owner, email=TO)
    invoice = late(owner, company)
    money = payment(owner, "50.00", company_id=company.pk)
    assert plan(owner, 7) == [] and held(owner) == ["money_waits"]
    with pytest.raises(NothingToRemind):
        remind(owner, 7, invoice)
    allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=Decimal("50.00"), by=owner, at=AT)
    assert "70,00" in plan(owner, 7)[0].text


@pytest.mark.parametrize(
    "facts", [{"payer_name": "КЛИЕНТ ООД"}, {"reference": "плащане по ф-ра 1"}, {"reference": "0000000001"}]
)
def test_money_that_may_be_the_client_s_holds_it_too(owner, facts):
    late(owner)
    payment(owner, "7.00", **facts)
    assert held(owner) == ["money_waits"]


def test_money_of_somebody_else_holds_nothing(owner):
    late(owner)
    for reference in (
        "фактура 99",
        "за март 2026, вноска 1",
        "договор № 1 от 01.03.2026",
        "ф-ра от 01.03.2026",
    ):
        payment(owner, "7.00", payer_name="Друг ЕООД", reference=reference)
    assert held(owner) == []


def test_a_client_in_credit_is_not_reminded(owner):
    company = client(owner, email=TO)
    paid = late(owner, company)
    mark_invoice_paid(invoice_id=paid.pk, received_on=TODAY, by=owner, at=AT)
    note = create_note(invoice_id=paid.pk, kind=rules.CREDIT_NOTE, reason="върнато", by=owner, at=AT)
    late(owner, company)
    assert len(plan(owner, 7)) == 1
    issue_invoice(invoice_id=note.pk, by=owner, at=AT)
    assert held(owner) == ["money_waits"]


def test_a_voided_payment_holds_nothing(owner):
    company = client(owner, email=TO)
    late(owner, company)
    void_payment(payment_id=payment(owner, company_id=company.pk).pk, reason="грешка", by=owner, at=AT)
    assert held(owner) == []


def test_a_client_without_an_address_is_shown_as_held(owner):
    late(owner, client(owner))
    assert held(owner) == ["no_email"]


def test_a_paused_invoice_waits_and_the_others_go(owner):
    company = client(owner, email=TO)
    first, second = late(owner, company), late(owner, company)
    pause_invoice_reminders(invoice_id=first.pk, by=owner, at=AT)
    assert [one.invoice_ids for one in plan(owner, 7)] == [[second.pk]] and held(owner) == ["paused"]
    with pytest.raises(Refused, match="paused already"):
        pause_invoice_reminders(invoice_id=first.pk, by=owner, at=AT)
    resume_invoice_reminders(invoice_id=first.pk, by=owner, at=AT)
    assert held(owner) == []
    with pytest.raises(Refused, match="not paused"):
        resume_invoice_reminders(invoice_id=first.pk, by=owner, at=AT)
    assert events_of(first)[-2:] == [ReminderEvent.PAUSED, ReminderEvent.RESUMED]


def test_a_paused_client_is_told_nothing(owner):
    company = client(owner, email=TO)
    late(owner, company)
    pause_client_reminders(kind="company", client_id=company.pk, by=owner, at=AT)
    assert plan(owner, 7) == [] and held(owner) == ["paused"]
    resume_client_reminders(kind="company", client_id=company.pk, by=owner, at=AT)
    assert len(plan(owner, 7)) == 1 and not ReminderPause.objects.exists()


def test_who_may_not_see_the_client_pauses_nothing(owner, user):
    with pytest.raises(type(client(owner)).DoesNotExist):
        pause_client_reminders(kind="company", client_id=client(owner, eik="").pk, by=user, at=AT)


# The letter
# -----------------------------------------------------------------------------------------------------------


def test_each_stage_is_told_once(owner):
    invoice = late(owner)
    remind(owner, 7, invoice)
    with pytest.raises(NothingToRemind):
        remind(owner, 7, invoice)
    with pytest.raises(NothingToRemind):
        remind(owner, 13, invoice)
    remind(owner, 14, invoice)
    assert [one.offset_days for one in PaymentReminder.objects.order_by("id")] == [7, 14]
    assert events_of(invoice).count(ReminderEvent.REMINDED) == 2


def test_the_final_letter_tells_the_interest_with_its_source(owner):
    invoice = late(owner, language="bg")
    remind(owner, 30, invoice)
    told = PaymentReminder.objects.get()
    assert told.interest == Decimal("1.02") and told.outstanding == Decimal("120.00")
    text = told.message.body_text
    assert "1,02" in text and "10,15" in text and "426" in text and "01.01.2026" in text


def test_interest_over_two_half_years_goes_by_the_rate_of_each():
    told = interest_on(Decimal("1000"), due_on=date(2025, 12, 21), until=date(2026, 1, 10))
    assert told is not None and told.days == 20 and told.is_confirmed
    assert told.amount == Decimal("6.13")  # 10 days at 11.91 and 10 at 10.15, a year of 360


def test_interest_where_the_rate_is_not_recorded_says_so():
    told = interest_on(Decimal("1000"), due_on=date(2026, 6, 20), until=date(2026, 7, 10))
    assert told is not None and not told.is_confirmed and told.rate.percent == Decimal("10.15")
    assert interest_on(Decimal("1000"), due_on=DUE, until=DUE) is None


def test_one_who_may_not_send_reminds_nobody(owner, in_alpha):
    nobody = system_actor(in_alpha.id)
    nobody = type(nobody)(**{**vars(nobody), "permissions": frozenset()})
    with pytest.raises(NotAllowed):
        remind(nobody, 7, late(owner))


# The job
# -----------------------------------------------------------------------------------------------------------


def test_off_it_writes_to_nobody(owner, morning):
    late(owner)
    morning(7)
    assert mail.outbox == [] and not ReminderSettings.objects.get().is_on


def test_on_it_writes_once_however_often_it_runs(owner, morning):
    invoice = late(owner)
    switch_reminders(is_on=True, by=owner, at=AT)
    for _time in range(3):
        morning(7)
    (letter,) = mail.outbox
    assert letter.to == [TO] and letter.attachments[0][0] == f"{invoice.number}.pdf"
    morning(14)
    assert len(mail.outbox) == 2
    mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, by=owner, at=AT)
    morning(30)
    assert len(mail.outbox) == 2
    assert fresh(invoice).paid_total == Decimal("120.00")


def test_while_it_is_on_the_next_morning_is_due(owner, morning, in_alpha):
    switch_reminders(is_on=True, by=owner, at=AT)
    due = DueWork.objects.filter(job="send_payment_reminders", organization_id=in_alpha.id)
    assert due.get().next_due_at == datetime(2026, 3, 16, 7, tzinfo=UTC)
    morning(7)
    assert due.get().next_due_at == datetime(2026, 3, 28, 7, tzinfo=UTC)
    switch_reminders(is_on=False, by=owner, at=AT)
    settle_payment_reminders(by=system_actor(in_alpha.id), at=AT)
    assert not due.exists()


@pytest.mark.parametrize(
    ("after", "slot"),
    [
        (datetime(2026, 3, 28, 7, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),  # clocks go forward
        (datetime(2026, 10, 24, 6, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),  # and back
    ],
)
def test_nine_in_the_morning_is_by_the_clock_of_the_organization(after, slot):
    assert rules.next_run(after, "Europe/Sofia") == slot


def test_a_restored_copy_reminds_nobody(owner, in_alpha):
    switch_reminders(is_on=True, by=owner, at=AT)
    hold_restored_reminders(restoration=None, by=system_actor(in_alpha.id), at=AT)
    assert not ReminderSettings.objects.get().is_on


# The stages
# -----------------------------------------------------------------------------------------------------------


def stage(**more):
    texts = {"subject_bg": "Т", "subject_en": "S", "text_bg": "{client}", "text_en": "{client} {unknown}"}
    return StageChange(**texts, **more)


def test_an_organization_writes_its_own_stages(owner):
    late(owner, language="en")
    made = create_reminder_stage(details=stage(offset_days=3), by=owner, at=AT)
    (letter,) = plan(owner, 3)
    assert (letter.stage.pk, letter.text) == (made.pk, "Клиент ООД {unknown}")
    changed = change_reminder_stage(stage_id=made.pk, change=StageChange(offset_days=5), by=owner, at=AT)
    assert changed.text_bg == "{client}" and plan(owner, 5)[0].stage.pk == made.pk
    delete_reminder_stage(stage_id=made.pk, by=owner, at=AT)
    assert events_of(made) == [
        ReminderEvent.STAGE_CREATED,
        ReminderEvent.STAGE_CHANGED,
        ReminderEvent.STAGE_DELETED,
    ]


@pytest.mark.parametrize("offset", [7, -61, 366, None])
def test_a_day_that_is_taken_or_too_far_is_refused(owner, offset):
    with pytest.raises(Refused) as refusal:
        create_reminder_stage(details=stage(offset_days=offset), by=owner, at=AT)
    assert refusal.value.errors[0].field == "offset_days"


def test_without_stages_it_is_not_turned_on(owner):
    ReminderStage.objects.all().delete()
    with pytest.raises(Refused, match="stage"):
        switch_reminders(is_on=True, by=owner, at=AT)


def test_only_who_runs_the_organization_turns_it_on(manager):
    with pytest.raises(NotAllowed):
        switch_reminders(is_on=True, by=manager, at=AT)
