"""How lines are typed, and how rules, reasons and evidence read."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django import template
from django.forms import Form
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shared_apps.core.formats import format_day, format_number
from shared_apps.core.numbers import written
from shared_apps.core.slots import fill
from tenant_apps.activity.models import Event
from tenant_apps.invoices import movement_texts
from tenant_apps.invoices.models import Invoice, Offer, Payment, RecurringInvoice
from tenant_apps.invoices.paper_words import DIFFERENCES
from tenant_apps.invoices.queries import Fault
from tenant_apps.invoices.recurring_texts import period_words, rhythm_words
from tenant_apps.invoices.rules import Finding
from tenant_apps.invoices.validation_texts import RULE_TEXTS, RuleText, problem_words

register = template.Library()


@register.filter
def rate_words(rate: Decimal | str | None) -> str:
    """A VAT rate: `20 %`, or in words where there is no VAT at all."""
    return _("No VAT") if rate is None else f"{format_number(Decimal(rate))}\u00a0%"


@register.filter
def rule_text(finding: Finding) -> RuleText:
    """What the rule of a finding asks, and where that is written."""
    return RULE_TEXTS[finding.rule]


@register.filter
def problem_text(finding: Finding) -> str:
    """What is wrong, as a sentence."""
    return problem_words(finding)


@register.filter
def reason_words(code: str) -> str:
    """Why a payment found no invoice, as told by the app that looked for it."""
    return next(iter(fill("payment.unmatched_reason", code=code)), "") if code else ""


@register.filter
def evidence_words(signal: Mapping[str, str]) -> str:
    """One reason for which a payment was linked to an invoice."""
    return next(iter(fill("allocation.evidence", **signal)), signal["value"])


@register.filter
def differing(refusal: Event) -> str:
    """What in a PDF did not say what its document says, as words; empty when nothing could be drawn."""
    return ", ".join(str(DIFFERENCES[name]) for name in refusal.new["differences"])


@register.filter
def data_uri(content: bytes) -> str:
    """A picture as an address of its own: PNG, or else JPEG."""
    kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{b64encode(content).decode('ascii')}"


@register.filter
def client_name(invoice: Invoice) -> str:
    """Whom the invoice is addressed to: as it was issued, or as the draft has it now."""
    return invoice.client_name


@register.filter
def rhythm_of(recurring: RecurringInvoice) -> str:
    """How often an invoice recurs, in words."""
    return rhythm_words(recurring.unit, recurring.every, recurring.on_day)


@register.filter
def period_text(period: tuple[date, date]) -> str:
    """A period in the reader's language."""
    return period_words(period, "en" if (get_language() or "").startswith("en") else "bg")


@register.filter
def offered_to(offer: Offer) -> str:
    """Whom the offer is addressed to: as it was sent, or as the draft has it now."""
    return str(offer.buyer.get("name") or offer.company or offer.contact or "")


@register.filter
def fix_of(invoice: Invoice, finding: Finding) -> dict[str, str] | None:
    """Where a problem is put right, and the permission that it takes; None for what an issued one keeps."""
    place, _dot, name = finding.field.partition(".")
    if place == "series":
        return {"url": reverse("series_audit"), "label": _("Check"), "permission": "records.view_all"}
    if not invoice.is_draft or not place:
        return None
    if place == "organization":
        url = reverse("organization_edit")
        return {"url": f"{url}#id_{name}", "label": _("Fill in"), "permission": "organization.edit"}
    if place == "client":
        return _fix_of_client(invoice, name)
    url = reverse("invoice_edit", args=[invoice.pk])
    anchor = "lines" if place == "items" else f"id_{place}"
    return {"url": f"{url}#{anchor}", "label": _("Change"), "permission": "invoices.edit"}


def _fix_of_client(invoice: Invoice, name: str) -> dict[str, str]:
    kind = "company" if invoice.company_id else "contact"
    url = reverse(f"{kind}_edit", args=[invoice.company_id or invoice.contact_id])
    permission = {"company": "companies.edit", "contact": "contacts.edit"}[kind]
    return {"url": f"{url}#id_{name}", "label": _("Fill in"), "permission": permission}


@register.filter
def fault_words(fault: Fault) -> str:
    """What is wrong in a series, as a sentence."""
    if fault.kind == "duplicate":
        return _("Number %(number)s is on more than one document.") % {"number": fault.since}
    if fault.kind == "disorder" and fault.day_before:
        told = {"number": fault.until, "before": fault.since, "day": format_day(fault.day_before)}
        return _("%(number)s is dated before %(before)s, which is of %(day)s.") % told
    if fault.since == fault.until:
        return _("Number %(number)s is on no document.") % {"number": fault.since}
    told = {"since": fault.since, "until": fault.until}
    return _("Numbers %(since)s to %(until)s are on no document.") % told


@register.filter
def movement_words(what: str) -> str:
    """What a line of a statement is."""
    return movement_texts.movement_words(what)


@register.filter
def payer_of(payment: Payment) -> str:
    """Who paid, as far as it is known."""
    return payment.payer


@register.filter
def shown_status(payment: Payment) -> str:
    """The status of a payment, with the void ones told apart."""
    return payment.shown_status


@register.filter
def amount_for(payment: Payment, invoice: Invoice) -> str:
    """As much of a payment as an invoice can take, as one would type it."""
    return written(min(payment.unallocated, invoice.outstanding), least_places=2)


@register.filter
def as_typed(amount: Decimal) -> str:
    """An amount as one would type it."""
    return written(amount, least_places=2)


@register.filter
def days_late(invoice: Invoice, on: date) -> int:
    """For how many days the invoice has been overdue."""
    return max((on - invoice.due_date).days, 0) if invoice.due_date else 0


@register.filter
def is_about(form: Form, invoice: Invoice) -> bool:
    """Whether this is the invoice that the form, come back with errors, was sent for."""
    return form.is_bound and bool(form.errors) and form["invoice_id"].value() == str(invoice.pk)
