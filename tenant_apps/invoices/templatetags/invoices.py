"""How lines are typed, and how warnings, reasons and evidence read."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django import template
from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core.formats import format_number
from shared_apps.core.numbers import written
from shared_apps.core.slots import fill
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.warning_texts import WARNING_TEXTS

register = template.Library()


@register.filter
def rate_words(rate: Decimal | str | None) -> str:
    """A VAT rate: `20 %`, or in words where there is no VAT at all."""
    return _("No VAT") if rate is None else f"{format_number(Decimal(rate))}\u00a0%"


@register.filter
def warning_words(code: str) -> str:
    """A warning as a sentence."""
    return str(WARNING_TEXTS[code])


@register.filter
def reason_words(code: str) -> str:
    """Why a payment found no invoice, as told by the app that looked for it."""
    return next(iter(fill("payment.unmatched_reason", code=code)), "") if code else ""


@register.filter
def evidence_words(signal: Mapping[str, str]) -> str:
    """One reason for which a payment was linked to an invoice."""
    return next(iter(fill("allocation.evidence", **signal)), signal["value"])


@register.filter
def data_uri(content: bytes) -> str:
    """A picture as an address of its own: PNG, or else JPEG."""
    kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{b64encode(content).decode('ascii')}"


@register.filter
def client_name(invoice: Invoice) -> str:
    """Whom the invoice is addressed to: as it was issued, or as the draft has it now."""
    return str(invoice.buyer.get("name") or invoice.company or invoice.contact or "")


@register.filter
def fix_of(invoice: Invoice, code: str) -> dict[str, str] | None:
    """Where a warning is put right, and the permission that it takes; None for what an issued one keeps."""
    if not invoice.is_draft:
        return None
    if code.startswith("seller_") or code == "vat_without_registration":
        return {"url": reverse("organization_edit"), "label": _("Fill in"), "permission": "organization.edit"}
    if not code.startswith("buyer_"):
        return {
            "url": reverse("invoice_edit", args=[invoice.pk]),
            "label": _("Change"),
            "permission": "invoices.edit",
        }
    if invoice.company_id:
        url = reverse("company_edit", args=[invoice.company_id])
        return {"url": url, "label": _("Fill in"), "permission": "companies.edit"}
    return {
        "url": reverse("contact_edit", args=[invoice.contact_id]),
        "label": _("Fill in"),
        "permission": "contacts.edit",
    }


@register.filter
def payer_of(payment: Payment) -> str:
    """Who paid, as far as it is known."""
    return payment.payer_name or str(payment.company or "") or _("Unknown payer")


@register.filter
def shown_status(payment: Payment) -> str:
    """The status of a payment, with the void ones told apart."""
    return "voided" if payment.voided_at else payment.status


@register.filter
def amount_for(payment: Payment, invoice: Invoice) -> str:
    """As much of a payment as an invoice can take, as one would type it."""
    return written(min(payment.unallocated, invoice.outstanding), least_places=2)


@register.filter
def days_late(invoice: Invoice, on: date) -> int:
    """For how many days the invoice has been overdue."""
    return max((on - invoice.due_date).days, 0) if invoice.due_date else 0


@register.filter
def is_about(form: Form, invoice: Invoice) -> bool:
    """Whether this is the invoice that the form, come back with errors, was sent for."""
    return form.is_bound and bool(form.errors) and form["invoice_id"].value() == str(invoice.pk)
