from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from shared_apps.core.api import ListQuery, decimal_text
from tenant_apps.invoices.models import PaymentReminder, ReminderStage
from tenant_apps.invoices.queries import DueInvoice, PlannedReminder

ReminderTone = Literal["friendly", "firm", "final"]
REMINDER_ORDERINGS = {"created_at": "id"}


class ReminderFilters(ListQuery):
    invoice_id: UUID | None = None


class ReminderOut(Schema):
    """A reminder that was sent: the stage by its days from the due date, and what the letter said."""

    id: UUID
    invoice_id: UUID
    offset_days: int
    to: str
    state: str
    outstanding: str
    interest: str | None
    sent_on: date
    created_at: datetime


class DueInvoiceOut(Schema):
    invoice_id: UUID
    number: str
    offset_days: int
    outstanding: str
    currency: str
    interest: str | None
    interest_percent: str | None
    interest_rate_since: date | None
    interest_is_confirmed: bool | None


class PlannedReminderOut(Schema):
    """One e-mail. `held`: why it does not leave; null when it does."""

    client_id: UUID
    client: str
    to: str
    language: str
    subject: str
    held: Literal["money_waits", "paused", "no_email"] | None
    invoices: list[DueInvoiceOut]


class PlanOut(Schema):
    on: date
    is_on: bool
    reminders: list[PlannedReminderOut]


class PlanQuery(Schema):
    on: date | None = Field(None, description="The day to plan for; by default tomorrow.")


class ReminderStageOut(Schema):
    id: UUID
    offset_days: int
    tone: ReminderTone
    subject_bg: str
    subject_en: str
    text_bg: str
    text_en: str
    shows_interest: bool


def reminder_out(reminder: PaymentReminder) -> dict[str, Any]:
    return {
        "id": reminder.pk,
        "invoice_id": reminder.invoice_id,
        "offset_days": reminder.offset_days,
        "to": reminder.message.to,
        "state": reminder.message.state,
        "outstanding": decimal_text(reminder.outstanding),
        "interest": decimal_text(reminder.interest),
        "sent_on": reminder.sent_on,
        "created_at": reminder.created_at,
    }


def planned_out(planned: PlannedReminder) -> dict[str, Any]:
    return {
        "client_id": planned.client.pk,
        "client": str(planned.client),
        "to": planned.to,
        "language": planned.language,
        "subject": planned.subject,
        "held": planned.held or None,
        "invoices": [_due_out(one) for one in planned.due],
    }


def stage_out(stage: ReminderStage) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in ReminderStageOut.model_fields}


def _due_out(one: DueInvoice) -> dict[str, Any]:
    interest = one.interest
    return {
        "invoice_id": one.invoice.pk,
        "number": one.invoice.number,
        "offset_days": one.stage.offset_days,
        "outstanding": decimal_text(one.invoice.outstanding),
        "currency": one.invoice.currency,
        "interest": decimal_text(interest.amount) if interest else None,
        "interest_percent": decimal_text(interest.rate.percent) if interest else None,
        "interest_rate_since": interest.rate.since if interest else None,
        "interest_is_confirmed": interest.is_confirmed if interest else None,
    }
