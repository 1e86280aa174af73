"""The days of an invoice that recurs: made once, skipped, or held with the reason."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.clock import day_in
from shared_apps.core.errors import DomainError, Refused
from shared_apps.core.formats import format_day
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import settle_next_due
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import RecurringEvent
from tenant_apps.invoices.models import Invoice, Occurrence, Outcome, RecurringInvoice, RecurringState
from tenant_apps.invoices.operations.draft_inputs import InvoiceInput, ItemInput
from tenant_apps.invoices.operations.drafts import create_invoice
from tenant_apps.invoices.operations.issuing import issue_invoice
from tenant_apps.invoices.operations.recurring import (
    GENERATION,
    ISSUING,
    RecurringEnded,
    go_on,
    lock_to_change,
    require_may_set,
    tell,
)
from tenant_apps.invoices.operations.recurring_lines import LINE_FIELDS
from tenant_apps.invoices.operations.sending import send_invoice
from tenant_apps.invoices.queries import (
    days_left,
    first_next_day,
    occurrence_for_change,
    planned_on,
    taken_days,
    with_terms,
)
from tenant_apps.invoices.recurring_texts import with_period
from tenant_apps.messages.operations import notify
from tenants.context import current_organization

HELD, DRAFTED = "recurring_held", "recurring_drafted"
LONGEST_DESCRIPTION = 500


class NotADayOfIt(Refused):
    code = "not_a_day_of_it"
    message = _("No invoice is due on this day.")
    field = "occurs_on"


class NotSkipped(Refused):
    code = "not_skipped"
    message = _("This day is not skipped.")
    conflict = True


class DayPassed(Refused):
    code = "day_passed"
    message = _("This day has passed: its invoice can be made now.")
    conflict = True


class HasInvoice(Refused):
    code = "has_invoice"
    message = _("There is an invoice of this day.")
    conflict = True


class StillToCome(Refused):
    code = "still_to_come"
    message = _("This day is still to come.")
    conflict = True


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="a day that another worker did stays as it is"
)
def generate_occurrence(*, recurring_id: UUID, occurs_on: date, by: Actor, at: datetime) -> Occurrence | None:
    """Make what is due on a day, once, and find the next day; all of it or, when anything breaks, nothing.

    An invoice that cannot be issued stays a draft, one that cannot be sent stays issued, and one that cannot
    even be written leaves its day: the owner is told why. None when the day is done already, when it is still
    to come, or when it was paused or ended meanwhile.
    """
    due = RecurringInvoice.objects.select_for_update().filter(pk=recurring_id, state=RecurringState.ACTIVE)
    recurring = due.filter(next_on=occurs_on, next_on__lte=_today(at)).first()
    if recurring is None:
        return None
    day = Occurrence(recurring=recurring, occurs_on=occurs_on, outcome=Outcome.MADE, created_at=at)
    day.save(force_insert=True)
    _make(day, by, at)
    if not go_on(recurring, at, since=occurs_on + timedelta(days=1)):
        tell(RecurringEvent.ENDED, recurring, by, at, {})
    return day


@operation(permission=Permission.INVOICES_EDIT)
def make_occurrence(*, occurrence_id: UUID, by: Actor, at: datetime) -> Occurrence:
    """Make the invoice of a day that has none: it was skipped, could not be written, or its draft was
    deleted. Raises `HasInvoice`, `StillToCome`.
    """
    seen = occurrence_for_change(occurrence_id, by)
    recurring = lock_to_change(seen.recurring_id, by)
    require_may_set(recurring, by)
    day = Occurrence.objects.get(pk=occurrence_id)
    if day.invoice_id:
        raise HasInvoice()
    if day.occurs_on > _today(at):
        raise StillToCome()
    day.recurring, day.outcome, day.problem, day.reason = recurring, Outcome.MADE, "", ""
    _make(day, by, at)
    return day


@operation(permission=Permission.INVOICES_EDIT)
def skip_occurrence(*, recurring_id: UUID, occurs_on: date, by: Actor, at: datetime) -> Occurrence:
    """Make nothing on one of its days to come. It counts as one of its times. Raises `NotADayOfIt`,
    `RecurringEnded`.
    """
    recurring = lock_to_change(recurring_id, by)
    if recurring.next_on is None:
        raise RecurringEnded()
    if occurs_on < recurring.next_on or not _is_a_day_of(recurring, occurs_on):
        raise NotADayOfIt()
    day = Occurrence(recurring=recurring, occurs_on=occurs_on, outcome=Outcome.SKIPPED, created_at=at)
    day.save(force_insert=True)
    goes_on = go_on(recurring, at, since=recurring.next_on)
    tell(RecurringEvent.SKIPPED, recurring, by, at, {"occurs_on": occurs_on})
    if not goes_on:
        tell(RecurringEvent.ENDED, recurring, by, at, {})
    return day


@operation(permission=Permission.INVOICES_EDIT)
def unskip_occurrence(*, recurring_id: UUID, occurs_on: date, by: Actor, at: datetime) -> RecurringInvoice:
    """Let the invoice of a day to come be made after all. Raises `NotSkipped`, `DayPassed`,
    `RecurringEnded`.
    """
    recurring = lock_to_change(recurring_id, by)
    if recurring.next_on is None:
        raise RecurringEnded()
    day = Occurrence.objects.filter(recurring=recurring, occurs_on=occurs_on, outcome=Outcome.SKIPPED).first()
    if day is None:
        raise NotSkipped()
    if occurs_on < _today(at):
        raise DayPassed()
    day.delete()
    go_on(recurring, at, since=min(recurring.next_on, occurs_on))
    tell(RecurringEvent.UNSKIPPED, recurring, by, at, {"occurs_on": occurs_on})
    return recurring


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="each day that was made is told")
def settle_recurring(*, by: Actor, at: datetime) -> None:
    """After what was due: the next day of all says when to come again."""
    organization = current_organization()

    def remaining() -> datetime | None:
        day = first_next_day()
        return rules.made_at(day, organization.time_zone) if day else None

    settle_next_due(GENERATION, organization_id=organization.id, remaining=remaining)


def draft_on(recurring: RecurringInvoice, day: date, *, today: date) -> InvoiceInput:
    """The invoice of one of its days (loaded with its terms), as it is written `today`. Made late, it says on
    which day it was due.
    """
    planned = planned_on(recurring, day)
    term = recurring.payment_term_days
    items = tuple(
        ItemInput(**{name: getattr(item, name) for name in LINE_FIELDS}) for item in planned.terms.items.all()
    )

    def said(text: str) -> str:
        return with_period(text, planned.period, recurring.language)

    company, contact = recurring.company, recurring.contact
    return InvoiceInput(
        currency=recurring.currency,
        items=tuple(
            replace(item, description=said(item.description)[:LONGEST_DESCRIPTION]) for item in items
        ),
        company_id=(company.merged_into_id or company.pk) if company else None,
        contact_id=(contact.merged_into_id or contact.pk) if contact else None,
        language=recurring.language,
        tax_event_date=day if day < today else None,
        due_date=None if term is None else rules.default_due_date(today, term),
        notes=said(recurring.notes),
        series=recurring.series,
        prices_include_vat=recurring.prices_include_vat,
        discount_percent=recurring.discount_percent,
        discount_amount=recurring.discount_amount,
        supply=recurring.supply,
        payment_method=recurring.payment_method,
    )


def _make(day: Occurrence, by: Actor, at: datetime) -> None:
    """Write the invoice of a day, and issue and send it where that is wanted; the day says what became of
    it.
    """
    recurring = with_terms(RecurringInvoice.objects.select_related("company", "contact")).get(
        pk=day.recurring_id
    )
    with override(current_organization().language):
        try:
            _write(day, recurring, by, at)
            _pass_on(day, recurring, by, at)
        except DomainError as refusal:
            day.outcome, day.problem, day.reason = Outcome.HELD, refusal.code[:60], str(refusal)[:500]
        day.save()
        _tell(day, recurring, by, at)


def _write(day: Occurrence, recurring: RecurringInvoice, by: Actor, at: datetime) -> None:
    draft = draft_on(recurring, day.occurs_on, today=_today(at))
    invoice = create_invoice(draft=draft, by=by, at=at)
    if invoice.owner_id != recurring.owner_id:
        invoice.owner_id = recurring.owner_id
        invoice.save(update_fields=["owner_id"])
    day.invoice = invoice


def _pass_on(day: Occurrence, recurring: RecurringInvoice, by: Actor, at: datetime) -> None:
    """Each operation is whole or undone by itself, so a refusal leaves what was reached before it."""
    assert day.invoice_id  # noqa: S101 - it was written just before
    if recurring.way in ISSUING:
        day.invoice = issue_invoice(invoice_id=day.invoice_id, by=by, at=at)
    if recurring.way == rules.ISSUE_AND_SEND:
        day.invoice = send_invoice(invoice_id=day.invoice_id, by=by, at=at)


def _tell(day: Occurrence, recurring: RecurringInvoice, by: Actor, at: datetime) -> None:
    """On the timeline; and the owner, when something is left for them to do."""
    invoice, held = day.invoice, day.outcome == Outcome.HELD
    told = {"occurs_on": day.occurs_on, "invoice_id": invoice and invoice.pk, "reason": day.reason}
    tell(RecurringEvent.HELD if held else RecurringEvent.MADE, recurring, by, at, told)
    if (
        recurring.owner_id is None
        or recurring.owner_id == by.id
        or not (held or (invoice and invoice.is_draft))
    ):
        return
    about = gettext("%(name)s of %(day)s") % {"name": recurring.name, "day": format_day(day.occurs_on)}
    where: Invoice | RecurringInvoice = invoice or recurring
    kind = HELD if held else DRAFTED
    notify(
        user_id=recurring.owner_id,
        kind=kind,
        text=f"{about}: {day.reason}" if held else about,
        url=where.get_absolute_url(),
        key=f"{kind}:{day.pk}:{at.isoformat()}",
        by=by,
        at=at,
    )


def _is_a_day_of(recurring: RecurringInvoice, day: date) -> bool:
    """Whether an invoice is due on the day, which is not skipped already."""
    assert recurring.next_on  # noqa: S101 - one that has ended was refused
    to_come = days_left(recurring, taken_days(recurring), since=recurring.next_on)
    return next((one for one in to_come if one >= day), None) == day


def _today(at: datetime) -> date:
    return day_in(current_organization().time_zone, at)
