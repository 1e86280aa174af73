"""How columns, formats and figures of statements are called on the pages."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.errors import Text
from tenant_apps.reconciliation.rules import counts as figures

COLUMNS: dict[str, Text] = {
    "booked_on": _("Day of booking"),
    "value_on": _("Value date"),
    "amount": _("Amount with its sign"),
    "debit": _("Debit: money out"),
    "credit": _("Credit: money in"),
    "direction": _("In or out"),
    "currency": _("Currency"),
    "payer_name": _("Name of the other side"),
    "payer_iban": _("IBAN of the other side"),
    "text": _("Text"),
    "end_to_end_id": _("End-to-end id"),
    "bank_reference": _("The bank's reference"),
    "status": _("Status at the bank"),
    "balance": _("Balance after it"),
    "fee": _("Fee beside the amount"),
    "account": _("Own account"),
}
FORMATS: dict[str, str] = {"camt053": "CAMT.053", "mt940": "MT940", "csv": "CSV", "xlsx": "XLSX"}
_FIGURES: tuple[tuple[str, Text, str], ...] = (
    (figures.ADDED, pgettext_lazy("lines of a statement", "New lines"), "good"),
    (figures.LINKED, pgettext_lazy("lines of a statement", "Linked to invoices"), "good"),
    ("asked", pgettext_lazy("lines of a statement", "To look at"), "warning"),
    (figures.RECORDED_BEFORE, pgettext_lazy("lines of a statement", "Recorded before"), ""),
    (figures.SEEN, pgettext_lazy("lines of a statement", "Here before"), ""),
    (figures.PENDING, pgettext_lazy("lines of a statement", "Pending"), ""),
    (figures.FAILED, pgettext_lazy("lines of a statement", "Cannot be read"), "bad"),
)
_LESSER: tuple[tuple[str, Text], ...] = (
    (figures.BY_RULE, pgettext_lazy("lines of a statement", "Explained by a rule")),
    (figures.TRANSFERS, pgettext_lazy("lines of a statement", "Between own accounts")),
    (figures.OUT, pgettext_lazy("lines of a statement", "Money out")),
    (figures.REVERSALS, pgettext_lazy("lines of a statement", "Reversals")),
    (figures.INFORMATION, pgettext_lazy("lines of a statement", "Move no money")),
)


def tallies(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The figures of a step: a label, how many, a tone for those that need a look."""
    told = dict(counts) | {"asked": figures.asked_of(counts)}
    shown = [
        {"label": label, "value": told.get(name, 0), "tone": tone if told.get(name) else ""}
        for name, label, tone in _FIGURES
    ]
    return shown + [
        {"label": label, "value": told[name], "tone": ""} for name, label in _LESSER if told.get(name)
    ]
