"""From draft to document: issued with the next number, annulled when it was a mistake."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.clock import day_in
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from shared_apps.plans import limits
from tenant_apps.activity.operations import record
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice, InvoiceState
from tenant_apps.invoices.operations.billed_time import free_time_of
from tenant_apps.invoices.operations.credits import (
    make_room_for_credit,
    told_as_credited,
    told_as_owed_again,
)
from tenant_apps.invoices.operations.deals import tell_issued, tell_money_moved
from tenant_apps.invoices.operations.drafts import lock_draft, recompute
from tenant_apps.invoices.operations.ledger import lock_payments_of
from tenant_apps.invoices.operations.offer_room import check_offered
from tenant_apps.invoices.queries import (
    advance_left,
    buyer_of,
    findings_of,
    groups_of,
    lock_invoice,
    remaining_of,
    seller_of,
)
from tenant_apps.invoices.validation_texts import field_error
from tenant_apps.sharing.operations import ensure_public_link, require_may_change
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.models import OrganizationProfile
from tenant_apps.workspace.operations import take_number
from tenant_apps.workspace.queries import profile


class DocumentInvalid(Refused):
    """The document breaks rules that stop it: `findings` (`rules.Finding`), each with its field's path. The
    first one gives code, message and field.
    """

    def __init__(self, findings: Sequence[rules.Finding]) -> None:
        errors = [field_error(finding) for finding in findings]
        self.findings = tuple(findings)
        super().__init__(errors[0].code, errors[0].message, field=errors[0].field, errors=errors)


class MoreThanRemains(Refused):
    """A credit note, or a deduction of an advance, takes more than there is left to take."""

    code = "more_than_remains"
    field = "items"
    conflict = True


class CannotBeAmended(Refused):
    code = "cannot_be_amended"
    message = _("A note is written to an issued invoice or debit note.")
    conflict = True


class NotIssued(Refused):
    code = "not_issued"
    message = _("This is possible only with an issued invoice.")
    conflict = True


class MoneyAllocated(Refused):
    code = "money_allocated"
    message = _("Money is linked to this. Unlink it first.")
    conflict = True


class PartWrittenOff(Refused):
    code = "part_written_off"
    message = _("A rest of this invoice is written off. Take that back first.")
    conflict = True


class AmendedByNotes(Refused):
    code = "amended_by_notes"
    message = _("There are notes to this invoice. Annul them first.")
    conflict = True


class ReasonMissing(Refused):
    code = "required"
    message = _("Say why, so that it can be understood later.")
    field = "reason"


@operation(permission=Permission.INVOICES_ISSUE)
def issue_invoice(*, invoice_id: UUID, by: Actor, at: datetime, issue_date: date | None = None) -> Invoice:
    """Give a draft the next number of its series, keep seller and buyer as they are now, and freeze it.

    `issue_date` is by default the draft's own, else today in the organization's zone. The series' row lock
    puts issuing in a queue, so numbers have no gap. A credit note takes from what its invoice still owes;
    money that is there already beyond that becomes free for the client's other invoices. The deal that an
    invoice bills follows by the rules of the crm, and never stands in the way. The document gets its client
    link: where it is seen and paid. Raises `NotADraft`,
    `DocumentInvalid`, `LimitReached`, `CannotBeAmended`, `MoreThanRemains`.
    """
    invoice = _lock_to_issue(invoice_id, by)
    seller = profile()
    today = day_in(seller.time_zone, at)
    invoice.issue_date = issue_date or invoice.issue_date or today
    _check_what_remains(invoice, by)
    if invoice.is_credit:
        make_room_for_credit(note=invoice, by=by, at=at)
    invoice.number = take_number(code=invoice.series, by=by)
    if wrong := rules.errors_among(findings_of(invoice, on=today)):
        raise DocumentInvalid(wrong)
    if invoice.kind in rules.TAX_KINDS:
        limits.require(limits.Limit.INVOICES_PER_MONTH, used=lambda: _issued_this_month(seller.time_zone, at))
    _freeze(invoice, seller, by.label if by.kind is ActorKind.MEMBER else "", at)
    ensure_public_link(record_type=Invoice.shared_as, record_id=invoice.pk, by=by, at=at)
    record(
        event=InvoiceEvent.ISSUED,
        subject=invoice,
        by=by,
        at=at,
        parent=invoice.company or invoice.contact,
        new={
            "number": invoice.number,
            "kind": invoice.kind,
            "total": invoice.total,
            "currency": invoice.currency,
        },
    )
    if invoice.is_credit:
        told_as_credited(note=invoice, by=by, at=at)
    if invoice.kind == rules.INVOICE:
        tell_issued(invoice, by, at)
    else:
        tell_money_moved([invoice], by, at)
    return invoice


@operation(permission=Permission.INVOICES_ANNUL)
def annul_invoice(*, invoice_id: UUID, reason: str, by: Actor, at: datetime) -> Invoice:
    """Cross an issued invoice out.

    It stays in the books. Raises `NotIssued`, `MoneyAllocated`, `PartWrittenOff`, `AmendedByNotes`,
    `ReasonMissing`. The stored PDF is let go, so that the next one bears the mark; the file itself stays. A
    deal that the invoice won stays won: that may be undone on its timeline.
    """
    if not reason.strip():
        raise ReasonMissing()
    invoice = lock_invoice(invoice_id, by)
    require_may_change(invoice, by)
    if not rules.may_become(invoice.state, InvoiceState.ANNULLED):
        raise NotIssued()
    if invoice.paid_total:
        raise MoneyAllocated()
    if invoice.written_off_total:
        raise PartWrittenOff()
    if invoice.amendments.filter(state=InvoiceState.ISSUED).exists():
        raise AmendedByNotes()
    invoice.state, invoice.annulled_at, invoice.annul_reason = InvoiceState.ANNULLED, at, reason.strip()[:500]
    invoice.pdf, invoice.updated_at = None, at
    invoice.save(update_fields=["state", "annulled_at", "annul_reason", "pdf", "updated_at"])
    record(
        event=InvoiceEvent.ANNULLED,
        subject=invoice,
        by=by,
        at=at,
        parent=invoice.company or invoice.contact,
        new={"reason": invoice.annul_reason},
    )
    if invoice.is_credit:
        told_as_owed_again(note=invoice, by=by, at=at)
    free_time_of(invoice, by, at)
    tell_money_moved([invoice], by, at)
    return invoice


def _lock_to_issue(invoice_id: UUID, by: Actor) -> Invoice:
    """The draft, locked together with what it amends or takes off: first the money on an invoice that is to
    be credited, then the documents by ascending id.
    """
    seen = visible_to(Invoice.objects.all(), by).get(pk=invoice_id)
    if seen.is_credit:
        lock_payments_of(seen.amended.pk)
    deducted = seen.items.filter(deducts__isnull=False).values_list("deducts_id", flat=True)
    others = {*deducted, *([seen.amends_id] if seen.amends_id else [])}
    list(Invoice.objects.select_for_update().filter(pk__in=others).order_by("id"))
    return lock_draft(invoice_id, by)


def _check_what_remains(invoice: Invoice, by: Actor) -> None:
    """Under the locks: what is amended still stands, and nothing is taken twice. A credit note's totals are
    made anew, since other notes may have been issued since it was written.
    """
    if invoice.kind in rules.NOTES and not invoice.amended.is_issued:
        raise CannotBeAmended()
    if invoice.is_credit:
        recompute(invoice, by)
        if rules.exceeding(groups_of(invoice), remaining_of(invoice.amended.pk)):
            raise MoreThanRemains(message=_("The credit note takes more than is left of the invoice."))
    for advance_id in {item.deducts_id for item in invoice.items.all() if item.deducts_id}:
        if any(group.base < 0 for group in advance_left(advance_id).values()):
            raise MoreThanRemains(message=_("More is deducted than the advance invoice came to."))
    check_offered(invoice)


def _freeze(invoice: Invoice, seller: OrganizationProfile, compiled_by: str, at: datetime) -> None:
    assert invoice.issue_date  # noqa: S101 - set by the caller
    invoice.due_date = invoice.due_date or rules.default_due_date(
        invoice.issue_date, seller.payment_term_days
    )
    invoice.seller, invoice.buyer = seller_of(seller) | {"compiled_by": compiled_by}, buyer_of(invoice)
    names = (invoice.buyer[field] for field in ("name", "eik", "contact"))
    invoice.search_text = searchable(str(invoice.number), *names)
    invoice.state, invoice.issued_at, invoice.updated_at = InvoiceState.ISSUED, at, at
    invoice.paid_at = at if invoice.total == 0 and invoice.kind in rules.OWED_KINDS else None
    if invoice.exchange_rate and invoice.currency != "EUR":
        invoice.net_total_eur = rules.in_euro(invoice.net_total, invoice.exchange_rate)
        invoice.vat_total_eur = rules.in_euro(invoice.vat_total, invoice.exchange_rate)
    invoice.save()


def _issued_this_month(zone: str, at: datetime) -> int:
    """How many were issued in the calendar month of `at`, the one being issued not among them."""
    start = at.astimezone(ZoneInfo(zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (start + timedelta(days=32)).replace(day=1)
    issued = Invoice.objects.filter(issued_at__gte=start, issued_at__lt=end, kind__in=rules.TAX_KINDS)
    return issued.count()
