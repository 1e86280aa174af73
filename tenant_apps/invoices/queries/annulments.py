"""What became of annulled documents: why, by whom, and what took their place."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from shared_apps.core.actors import Actor
from tenant_apps.activity.queries import latest_event
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice, InvoiceState
from tenant_apps.invoices.paper import AnnulmentPaper, Party
from tenant_apps.invoices.queries.documents import visible_invoice
from tenant_apps.invoices.queries.papers import PARTY_FIELDS
from tenant_apps.invoices.rules import HEADINGS
from tenant_apps.sharing.queries import visible_to
from tenants.context import current_organization


@dataclass(frozen=True)
class Annulment:
    """How a document was annulled, `at` in the organization's zone. `replacement` is what was issued in its
    place, or the draft of it; none while nobody has written one.
    """

    invoice: Invoice
    at: datetime
    by_label: str
    replacement: Invoice | None


def annulment_of(invoice_id: UUID, actor: Actor) -> Annulment:
    """The annulment of a document; `DoesNotExist` for one that stands, or that the actor may not see."""
    invoice = visible_invoice(invoice_id, actor)
    if invoice.annulled_at is None:
        raise Invoice.DoesNotExist()
    told = latest_event(invoice.pk, [InvoiceEvent.ANNULLED])
    return Annulment(
        invoice=invoice,
        at=invoice.annulled_at.astimezone(ZoneInfo(current_organization().time_zone)),
        by_label=told.actor_label if told else "",
        replacement=replacement_of(invoice, actor),
    )


def replacement_of(invoice: Invoice, actor: Actor) -> Invoice | None:
    """The document of the same kind that takes the place of an annulled one: the first that was issued, else
    the first draft.
    """
    copies = list(visible_to(invoice.followers.filter(kind=invoice.kind), actor).order_by("id"))
    issued = (copy for copy in copies if copy.state != InvoiceState.DRAFT)
    return next(issued, next(iter(copies), None))


def annulment_paper(annulment: Annulment) -> AnnulmentPaper:
    """The protocol as its paper says it, from what the document keeps."""
    invoice, replacement = annulment.invoice, annulment.replacement
    stands = replacement is not None and not replacement.is_draft
    return AnnulmentPaper(
        heading=HEADINGS[invoice.kind],
        number=str(invoice.number),
        issue_date=invoice.issued_on,
        currency=invoice.currency,
        total=invoice.total,
        seller=_party(invoice.seller),
        buyer=_party(invoice.buyer),
        reason=invoice.annul_reason,
        annulled_at=annulment.at,
        annulled_by=annulment.by_label,
        replacement_number=str(replacement.number) if replacement and stands else "",
        replacement_date=replacement.issue_date if replacement and stands else None,
    )


def _party(kept: dict[str, str]) -> Party:
    return Party(**{name: kept.get(name, "") for name in PARTY_FIELDS})
