"""Reminders of money: the stages, the switch, pauses, and the letter itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.changes import given
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from shared_apps.jobs.operations import set_next_due, settle_next_due
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import ReminderEvent
from tenant_apps.invoices.models import (
    Invoice,
    PauseScope,
    PaymentReminder,
    ReminderPause,
    ReminderSettings,
    ReminderStage,
    ReminderTone,
)
from tenant_apps.invoices.queries import (
    DueInvoice,
    PlannedReminder,
    are_reminders_on,
    lock_invoice,
    lock_invoices,
    planned_reminders,
)
from tenant_apps.messages.models import OutgoingMessage
from tenant_apps.messages.operations import queue_message
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to
from tenants.context import current_organization
from tenants.operations import Founding, Restoration

REMINDERS = "send_payment_reminders"
EARLIEST, LATEST = -60, 365
CLIENTS = {"company": Company, "contact": Contact}
TEXTS = ("subject_bg", "subject_en", "text_bg", "text_en")


class NothingToRemind(Refused):
    code = "nothing_to_remind"
    message = _("There is nothing to remind of: it was told already, was paid, or is held.")
    conflict = True


class NotPaused(Refused):
    code = "not_paused"
    message = _("These reminders are not paused.")
    conflict = True


class AlreadyPaused(Refused):
    code = "already_paused"
    message = _("These reminders are paused already.")
    conflict = True


class NoStages(Refused):
    code = "no_stages"
    message = _("Add at least one stage first.")
    conflict = True


@dataclass(frozen=True)
class StageChange:
    """A stage as somebody wrote it; None leaves a field as it is. `offset_days`: below 0 before the due
    date.
    """

    offset_days: int | None = None
    tone: str | None = None
    subject_bg: str | None = None
    subject_en: str | None = None
    text_bg: str | None = None
    text_en: str | None = None
    shows_interest: bool | None = None


def furnish_reminders(*, founding: Founding, by: Actor, at: datetime) -> None:
    """Provisioning step: the usual stages; nobody is reminded until the organization turns it on."""
    _lay_stages(by, at)


@operation(permission=Permission.ORGANIZATION_EDIT)
def lay_usual_stages(*, by: Actor, at: datetime) -> ReminderSettings:
    """Give an organization that has no stages the usual ones."""
    return _lay_stages(by, at)


def _lay_stages(by: Actor, at: datetime) -> ReminderSettings:
    settings = _lock_settings(at)
    if not ReminderStage.objects.exists():
        ReminderStage.objects.bulk_create(
            ReminderStage(created_at=at, updated_at=at, **vars(stage)) for stage in rules.USUAL_STAGES
        )
    record(event=ReminderEvent.STAGES_LAID, subject=settings, by=by, at=at)
    return settings


@operation(permission=Permission.ORGANIZATION_EDIT)
def switch_reminders(*, is_on: bool, by: Actor, at: datetime) -> ReminderSettings:
    """Let reminders leave by themselves every morning, or no longer. Raises `NoStages`."""
    settings = _lock_settings(at)
    if is_on and not ReminderStage.objects.exists():
        raise NoStages()
    settings.is_on, settings.updated_at = is_on, at
    settings.save(update_fields=["is_on", "updated_at"])
    if is_on:
        organization = current_organization()
        first = rules.next_run(at, organization.time_zone)
        set_next_due(REMINDERS, organization_id=organization.id, at=first)
    event = ReminderEvent.SWITCHED_ON if is_on else ReminderEvent.SWITCHED_OFF
    record(event=event, subject=settings, by=by, at=at)
    return settings


@operation(permission=Permission.ORGANIZATION_EDIT)
def create_reminder_stage(*, details: StageChange, by: Actor, at: datetime) -> ReminderStage:
    """Add a stage. Refuses a second one for the same day."""
    _lock_settings(at)
    stage = ReminderStage(created_at=at, updated_at=at)
    required = {"offset_days": None, **dict.fromkeys(TEXTS, "")}
    _put(stage, required | given(details))
    stage.save(force_insert=True)
    record(event=ReminderEvent.STAGE_CREATED, subject=stage, by=by, at=at)
    return stage


@operation(permission=Permission.ORGANIZATION_EDIT)
def change_reminder_stage(*, stage_id: UUID, change: StageChange, by: Actor, at: datetime) -> ReminderStage:
    """Change a stage; what it has told stays told."""
    _lock_settings(at)
    stage = ReminderStage.objects.select_for_update().get(pk=stage_id)
    wanted = given(change)
    before = {name: getattr(stage, name) for name in wanted}
    _put(stage, wanted)
    stage.updated_at = at
    stage.save()
    old, new = changes_between(before, {name: getattr(stage, name) for name in wanted})
    record(event=ReminderEvent.STAGE_CHANGED, subject=stage, by=by, at=at, old=old, new=new)
    return stage


@operation(permission=Permission.ORGANIZATION_EDIT)
def delete_reminder_stage(*, stage_id: UUID, by: Actor, at: datetime) -> None:
    """Take a stage away; what it has told stays told."""
    stage = ReminderStage.objects.select_for_update().get(pk=stage_id)
    record(event=ReminderEvent.STAGE_DELETED, subject=stage, by=by, at=at)
    stage.delete()


@operation(permission=Permission.INVOICES_SEND)
def pause_invoice_reminders(*, invoice_id: UUID, by: Actor, at: datetime) -> ReminderPause:
    """Remind nobody of this invoice until it is resumed. Raises `AlreadyPaused`."""
    invoice = lock_invoice(invoice_id, by)
    require_may_change(invoice, by)
    return _pause(invoice, by, at, scope=PauseScope.INVOICE, invoice=invoice)


@operation(permission=Permission.INVOICES_SEND)
def resume_invoice_reminders(*, invoice_id: UUID, by: Actor, at: datetime) -> Invoice:
    """Remind of this invoice again. Raises `NotPaused`."""
    invoice = lock_invoice(invoice_id, by)
    require_may_change(invoice, by)
    _resume(invoice, by, at, invoice=invoice)
    return invoice


@operation(permission=Permission.INVOICES_SEND)
def pause_client_reminders(*, kind: str, client_id: UUID, by: Actor, at: datetime) -> ReminderPause:
    """Remind a client (`kind`: company or contact) of nothing until resumed. Raises `AlreadyPaused`."""
    client = _lock_client(kind, client_id, by)
    return _pause(client, by, at, scope=PauseScope.CLIENT, **{kind: client})


@operation(permission=Permission.INVOICES_SEND)
def resume_client_reminders(*, kind: str, client_id: UUID, by: Actor, at: datetime) -> Company | Contact:
    """Remind a client again. Raises `NotPaused`."""
    client = _lock_client(kind, client_id, by)
    _resume(client, by, at, **{kind: client})
    return client


@operation(permission=Permission.INVOICES_SEND)
def remind_client(*, invoice_ids: Collection[UUID], on: date, by: Actor, at: datetime) -> OutgoingMessage:
    """Write one client one e-mail about these invoices, each at the stage that it has come to on the day.

    Under the locks of the invoices the plan is made anew, so two who remind at once send one letter. Raises
    `NothingToRemind` when nothing of it is left to tell.
    """
    lock_invoices(invoice_ids, by)
    planned = [one for one in planned_reminders(by, on=on, invoice_ids=invoice_ids) if not one.held]
    if not planned:
        raise NothingToRemind()
    letter = planned[0]
    message = _queue(letter, by, at)
    rows = [_told(message, one, on, at) for one in letter.due]
    PaymentReminder.objects.bulk_create(rows)
    for row in rows:
        told = {"days": row.offset_days, "to": letter.to, "interest": row.interest}
        record(
            event=ReminderEvent.REMINDED,
            subject=row.invoice,
            by=by,
            at=at,
            parent=letter.client,
            new=told,
        )
    return message


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="the switch says whether there is a next time"
)
def settle_payment_reminders(*, by: Actor, at: datetime) -> None:
    """After the morning's letters: the next time is the next morning, as long as reminders are on."""
    organization = current_organization()
    settle_next_due(
        REMINDERS,
        organization_id=organization.id,
        remaining=lambda: rules.next_run(at, organization.time_zone) if are_reminders_on() else None,
    )


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="the switch says it")
def hold_restored_reminders(*, restoration: Restoration, by: Actor, at: datetime) -> None:
    """Restoration step: the original goes on reminding; a copy does so only when somebody turns it on."""
    ReminderSettings.objects.update(is_on=False, updated_at=at)


def _lock_settings(at: datetime) -> ReminderSettings:
    """The organization's one row, made when there is none, under a lock."""
    row = ReminderSettings(created_at=at, updated_at=at)
    ReminderSettings.objects.bulk_create([row], ignore_conflicts=True)
    return ReminderSettings.objects.select_for_update().get()


def _put(stage: ReminderStage, wanted: dict[str, Any]) -> None:
    refuse_all(_stage_errors(stage, wanted))
    for name, value in wanted.items():
        setattr(stage, name, value)


def _stage_errors(stage: ReminderStage, wanted: dict[str, Any]) -> list[FieldError]:
    errors = text_errors(ReminderStage, {name: wanted[name] for name in TEXTS if name in wanted})
    errors += [
        FieldError(name, "required", _("Write it in both languages."))
        for name in TEXTS
        if name in wanted and not wanted[name].strip()
    ]
    if "tone" in wanted and wanted["tone"] not in ReminderTone.values:
        errors.append(FieldError("tone", "unknown", _("Choose one from the list.")))
    return errors + (_offset_errors(stage, wanted["offset_days"]) if "offset_days" in wanted else [])


def _offset_errors(stage: ReminderStage, offset: int | None) -> list[FieldError]:
    if offset is None or not EARLIEST <= offset <= LATEST:
        message = _("From 60 days before the due date to 365 days after it.")
        return [FieldError("offset_days", "out_of_range", message)]
    if ReminderStage.objects.filter(offset_days=offset).exclude(pk=stage.pk).exists():
        return [FieldError("offset_days", "taken", _("There is a stage for this day already."))]
    return []


def _lock_client(kind: str, client_id: UUID, by: Actor) -> Company | Contact:
    if kind not in CLIENTS:
        raise Company.DoesNotExist()
    model: Any = CLIENTS[kind]
    client: Company | Contact = visible_to(model.objects.select_for_update(), by).get(pk=client_id)
    require_may_change(client, by)
    return client


def _pause(subject: Any, by: Actor, at: datetime, **whom: Any) -> ReminderPause:
    if ReminderPause.objects.filter(**whom).exists():
        raise AlreadyPaused()
    pause = ReminderPause.objects.create(by_id=by.id, at=at, **whom)
    record(event=ReminderEvent.PAUSED, subject=subject, by=by, at=at)
    return pause


def _resume(subject: Any, by: Actor, at: datetime, **whom: Any) -> None:
    if not ReminderPause.objects.filter(**whom).delete()[0]:
        raise NotPaused()
    record(event=ReminderEvent.RESUMED, subject=subject, by=by, at=at)


def _queue(letter: PlannedReminder, by: Actor, at: datetime) -> OutgoingMessage:
    first = letter.due[0].invoice
    return queue_message(
        to=letter.to,
        subject=letter.subject,
        body_text=letter.body_text,
        body_html=letter.body_html,
        attachment_ids=[one.invoice.pdf_id for one in letter.due if one.invoice.pdf_id],
        about_type=Invoice._meta.label_lower,
        about_id=first.pk,
        key=f"payment_reminder:{first.pk}:{letter.due[0].stage.offset_days}",
        language=letter.language,
        by=by,
        at=at,
    )


def _told(message: OutgoingMessage, one: DueInvoice, on: date, at: datetime) -> PaymentReminder:
    return PaymentReminder(
        invoice=one.invoice,
        offset_days=one.stage.offset_days,
        message=message,
        outstanding=one.invoice.outstanding,
        interest=one.interest.amount if one.interest else None,
        sent_on=on,
        created_at=at,
    )
