"""Whom to remind of what, on a day: the plan that the preview shows and the job carries out."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, Q, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import override

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.bulgaria.statutory_interest import BASIS, StatutoryInterest, interest_on
from shared_apps.core.formats import format_day, format_money, format_number
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import (
    Allocation,
    Invoice,
    Payment,
    PaymentReminder,
    ReminderPause,
    ReminderSettings,
    ReminderStage,
)
from tenant_apps.invoices.queries.documents import OPEN
from tenant_apps.invoices.queries.ledger import WAITING
from tenant_apps.messages.models import OutgoingMessage
from tenant_apps.sharing.queries import addresses_of, visible_to

MONEY_WAITS, PAUSED, NO_EMAIL = "money_waits", "paused", "no_email"


@dataclass(frozen=True)
class DueInvoice:
    """An invoice, the stage it has come to, what of interest its letter tells, and where it is paid."""

    invoice: Invoice
    stage: ReminderStage
    interest: StatutoryInterest | None
    payment_url: str = ""


@dataclass(frozen=True)
class PlannedReminder:
    """One e-mail to one client: the latest stage among its invoices sets the words.

    `held`: why it does not leave (`money_waits`, `paused`, `no_email`), "" when it does.
    """

    client: Company | Contact
    to: str
    language: str
    due: tuple[DueInvoice, ...]
    held: str

    @property
    def stage(self) -> ReminderStage:
        return max((one.stage for one in self.due), key=lambda stage: stage.offset_days)

    @property
    def invoice_ids(self) -> list[UUID]:
        return [one.invoice.pk for one in self.due]

    @property
    def total(self) -> str:
        """What is owed in all, each currency by itself, in the language of the letter."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.due:
            sums[one.invoice.currency] += one.invoice.outstanding
        return " + ".join(format_money(sums[code], code, self.language) for code in sorted(sums))

    @property
    def subject(self) -> str:
        numbers = ", ".join(str(one.invoice.number) for one in self.due[:3])
        more = f" +{len(self.due) - 3}" if len(self.due) > 3 else ""
        return f"{self._filled(getattr(self.stage, f'subject_{self.language}'))} ({numbers}{more})"

    @property
    def text(self) -> str:
        return self._filled(getattr(self.stage, f"text_{self.language}"))

    @property
    def body_text(self) -> str:
        return self._rendered("txt")

    @property
    def body_html(self) -> str:
        return self._rendered("html")

    def _filled(self, text: str) -> str:
        seller = self.due[0].invoice.seller["name"]
        return rules.filled_in(text, client=str(self.client), seller=seller, total=self.total)

    def _rendered(self, kind: str) -> str:
        with override(self.language):
            context = {
                "subject": self.subject,
                "text": self.text,
                "rows": [_told(one) for one in self.due],
                "seller": self.due[0].invoice.seller,
                "basis": BASIS[self.language],
            }
            return render_to_string(f"invoices/email/payment_reminder.{kind}", context)


def _told(one: DueInvoice) -> dict[str, Any]:
    """What the letter says of an invoice, in the current language."""
    invoice, interest = one.invoice, one.interest
    assert invoice.due_date  # noqa: S101 - the candidates have one
    row: dict[str, Any] = {
        "number": invoice.number,
        "due": format_day(invoice.due_date),
        "owed": format_money(invoice.outstanding, invoice.currency),
        "payment_url": one.payment_url,
    }
    if interest:
        row |= {
            "interest": format_money(interest.amount, invoice.currency),
            "days": interest.days,
            "percent": format_number(interest.rate.percent),
            "since": format_day(interest.rate.since),
        }
    return row


def are_reminders_on() -> bool:
    """Whether the organization has turned its reminders on."""
    return ReminderSettings.objects.filter(is_on=True).exists()


def reminder_stages() -> QuerySet[ReminderStage]:
    """The stages, the earliest first."""
    return ReminderStage.objects.order_by("offset_days")


def reminder_stage(stage_id: UUID) -> ReminderStage:
    return ReminderStage.objects.get(pk=stage_id)


def messages_of_invoice(invoice_id: UUID) -> QuerySet[OutgoingMessage]:
    """The letters that carried an invoice or reminded of it, newest first. Load the invoice by its own query
    first.
    """
    reminders = PaymentReminder.objects.filter(invoice_id=invoice_id).values("message_id")
    about = Q(about_id=invoice_id) | Q(pk__in=reminders)
    return OutgoingMessage.objects.filter(about).defer("body_text", "body_html").order_by("-id")


def reminders_told(actor: Actor) -> QuerySet[PaymentReminder]:
    """What was told of the invoices that the actor sees."""
    seen = visible_to(Invoice.objects.all(), actor).values("pk")
    rows = PaymentReminder.objects.select_related("invoice__company", "invoice__contact", "message")
    return rows.filter(invoice__in=seen)


def with_client_pause(invoices: QuerySet[Invoice], client: Company | Contact) -> QuerySet[Any]:
    """The invoices with `is_client_paused`: whether reminders to this client rest."""
    pauses = ReminderPause.objects.filter(**{client.shared_as: client})
    return invoices.annotate(is_client_paused=Exists(pauses))


def planned_reminders(
    actor: Actor, *, on: date, invoice_ids: Collection[UUID] | None = None
) -> list[PlannedReminder]:
    """What is to be told on the day, in a constant number of statements; what is held comes with its reason.

    Only issued invoices and debit notes that still owe something, each at the latest stage it has come to.
    """
    stages = {stage.offset_days: stage for stage in reminder_stages()}
    if not stages:
        return []
    rows = _candidates(actor, on, stages)
    found = list(rows if invoice_ids is None else rows.filter(pk__in=invoice_ids))
    groups: dict[tuple[UUID, str, str], list[DueInvoice]] = defaultdict(list)
    urls = addresses_of([invoice.pk for invoice in found])
    for invoice in found:
        if due := _due(invoice, stages, on, urls.get(invoice.pk, "")):
            groups[(_client_of(invoice).pk, _email_of(invoice), _language_of(invoice))].append(due)
    held = _Holds.read(due.invoice for group in groups.values() for due in group)
    planned = [one for key, group in groups.items() for one in _planned(key, group, held)]
    return sorted(planned, key=lambda one: (str(one.client), one.to))


def _candidates(actor: Actor, on: date, stages: Collection[int]) -> QuerySet[Invoice]:
    rows = Invoice.objects.select_related("company__merged_into", "contact__merged_into")
    latest_due = on - timedelta(days=min(stages))
    open_ = visible_to(rows, actor).filter(OPEN, due_date__lte=latest_due)
    told = open_.annotate(reminded=Max("reminders__offset_days"))
    return told.filter(Q(reminded=None) | Q(reminded__lt=max(stages))).order_by("due_date", "number")


def _due(invoice: Invoice, stages: dict[int, ReminderStage], on: date, url: str) -> DueInvoice | None:
    assert invoice.due_date  # noqa: S101 - the candidates have one
    reminded = getattr(invoice, "reminded", None)
    offset = rules.stage_of(invoice.due_date, on=on, offsets=stages, reminded=reminded)
    if offset is None:
        return None
    stage, interest = stages[offset], None
    if stage.shows_interest:
        interest = interest_on(invoice.outstanding, due_on=invoice.due_date, until=on)
    return DueInvoice(invoice, stage, interest, url)


def _planned(
    key: tuple[UUID, str, str], group: list[DueInvoice], held: "_Holds"
) -> Iterable[PlannedReminder]:
    """The letter of a client, and beside it what is held, by reason."""
    _client, to, language = key
    by_reason: dict[str, list[DueInvoice]] = defaultdict(list)
    for one in group:
        by_reason[held.why(one.invoice) or ("" if to else NO_EMAIL)].append(one)
    for reason, due in by_reason.items():
        yield PlannedReminder(_client_of(due[0].invoice), to, language, tuple(due), reason)


def _client_of(invoice: Invoice) -> Company | Contact:
    """To whom the invoice belongs now: after a merge the one who was kept."""
    client = invoice.company or invoice.contact
    assert client  # noqa: S101 - a CHECK of the table says so
    return client.merged_into or client


def _email_of(invoice: Invoice) -> str:
    parties = (invoice.contact, _client_of(invoice))
    return next((party.email for party in parties if party and party.email), "")


def _language_of(invoice: Invoice) -> str:
    return rules.letter_language(invoice.language, invoice.buyer["country"])


@dataclass(frozen=True)
class _Holds:
    """What keeps reminders back: pauses, and money that came and is not matched yet, by whose it may be."""

    paused: frozenset[UUID]
    clients: frozenset[UUID]
    payers: frozenset[str]
    numbers: frozenset[str]

    @classmethod
    def read(cls, invoices: Iterable[Invoice]) -> "_Holds":
        """In three statements, whatever the number of invoices; none when there is none."""
        if not any(True for _one in invoices):
            return cls(frozenset(), frozenset(), frozenset(), frozenset())
        waiting = Payment.objects.filter(WAITING)
        paused = ReminderPause.objects.values_list("company_id", "contact_id", "invoice_id")
        payments = list(waiting.values_list("company_id", "payer_name", "reference"))
        given = Allocation.objects.filter(payment__in=waiting)
        once = given.values_list("invoice__company_id", "invoice__contact_id").distinct()
        clients = {one for row in once for one in row if one}
        return cls(
            paused=frozenset(one for row in paused for one in row if one),
            clients=frozenset(clients | {company for company, _payer, _text in payments if company}),
            payers=frozenset(fold(payer) for _company, payer, _text in payments if payer),
            numbers=frozenset(number for *_who, text in payments for number in rules.numbers_named(text)),
        )

    def why(self, invoice: Invoice) -> str:
        """Why the invoice is not reminded of; "" when nothing holds it."""
        client = _client_of(invoice)
        ids = {one for one in (client.pk, invoice.company_id, invoice.contact_id) if one}
        if invoice.pk in self.paused or client.pk in self.paused:
            return PAUSED
        if ids & self.clients or invoice.number in self.numbers:
            return MONEY_WAITS
        return MONEY_WAITS if fold(str(invoice.buyer.get("name", ""))) in self.payers else ""
