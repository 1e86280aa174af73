"""What somebody types at the workbench."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from shared_apps.core.actors import Actor
from shared_apps.core.form_fields import NumberField, offer
from shared_apps.core.ids import id_in
from shared_apps.core.numbers import written
from tenant_apps.crm.queries import visible_companies, visible_company, visible_contact, visible_contacts
from tenant_apps.invoices.models import Invoice
from tenant_apps.reconciliation.models import Rest, Sign, Verdict
from tenant_apps.reconciliation.queries import Waiting


class SeenForm(forms.Form):
    """What the person saw of the money; the page fills it in."""

    left = forms.DecimalField(required=False, max_digits=14, decimal_places=2)


class CandidateForm(SeenForm):
    """An invoice for a payment."""

    invoice_id = forms.UUIDField()
    amount = NumberField(required=False, max_digits=14, decimal_places=2)
    rest = forms.ChoiceField(required=False, choices=Rest.choices)

    def wanted(self) -> dict[str, Any]:
        """What was pressed, for the operation; call it on a valid form."""
        return self.cleaned_data | {"rest": self.cleaned_data["rest"] or Rest.OWED}


class ClientForm(forms.Form):
    """Whose money it is."""

    company_id = forms.UUIDField(
        label=_lazy("client"),
        required=False,
        widget=forms.Select(
            attrs={
                "data-select-url": reverse_lazy("company_options"),
                "data-placeholder": _lazy("Type a name or EIK"),
                "data-autofocus": "",
            }
        ),
    )
    contact_id = forms.UUIDField(
        label=_lazy("contact person"),
        required=False,
        help_text=_lazy("With no company, the money is the person's own."),
        widget=forms.Select(
            attrs={
                "data-select-url": reverse_lazy("contact_options"),
                "data-placeholder": _lazy("Type a name"),
            }
        ),
    )

    def __init__(self, data: Any = None, *, by: Actor, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        offer(self, "company_id", visible_companies(by), visible_company, by)
        offer(self, "contact_id", visible_contacts(by), visible_contact, by)


@dataclass
class Part:
    """An invoice of a split, with what was typed for it and what is wrong with that."""

    invoice: Invoice
    typed: str = ""
    error: str = ""
    amount: Decimal | None = None

    @property
    def at_most(self) -> str:
        """What the invoice owes, as one would type it."""
        return written(self.invoice.outstanding, least_places=2)


class SplitForm:
    """Amounts of one payment for several invoices. Rows with nothing typed count for nothing."""

    def __init__(self, item: Waiting, invoices: Iterable[Invoice], typed: Mapping[UUID, str]) -> None:
        self.item, self.error = item, ""
        self.rows = [Part(one, typed.get(one.pk, "")) for one in invoices]

    @property
    def parts(self) -> list[tuple[UUID, Decimal]]:
        """What each invoice gets; call it after `is_valid`."""
        return [(row.invoice.pk, row.amount) for row in self.rows if row.amount is not None]

    @property
    def total(self) -> Decimal:
        return sum((amount for _invoice_id, amount in self.parts), Decimal("0.00"))

    @property
    def left(self) -> Decimal:
        """What of the money no row takes."""
        return self.item.left - self.total

    def is_valid(self) -> bool:
        for row in self.rows:
            self._read(row)
        if any(row.error for row in self.rows):
            return False
        if not self.parts:
            self.error = _("Give at least one invoice an amount.")
        elif self.left < 0:
            self.error = _("The amounts are more than what is left of the payment.")
        return not self.error

    @staticmethod
    def _read(row: Part) -> None:
        if not row.typed.strip():
            return
        try:
            row.amount = NumberField(max_digits=14, decimal_places=2).clean(row.typed)
        except ValidationError as problem:
            row.error = " ".join(problem.messages)
            return
        if row.amount is not None and row.amount <= 0:
            row.amount, row.error = None, _("Enter an amount above 0 with at most two decimals.")
        elif row.amount is not None and row.amount > row.invoice.outstanding:
            row.amount, row.error = None, _("This is more than the invoice still owes.")


def typed_amounts(data: MultiValueDict[str, str]) -> dict[UUID, str]:
    """Invoice → what was typed for it, in the order of the rows."""
    pairs = zip(data.getlist("invoice_id"), data.getlist("amount"), strict=False)
    return {found: amount for text, amount in pairs if (found := id_in(text))}


def initial_rule_for(item: Waiting) -> dict[str, Any]:
    """A rule about lines like this one, as it is offered: by the account of the other side, else by its name
    or text.
    """
    line = item.line
    iban = item.payer_iban
    return {
        "text": "" if iban else ((line and line.payer_name) or item.text)[:200],
        "iban": iban,
        "sign": Sign.IN if item.came_in else Sign.OUT,
        "verdict": Verdict.CLIENT if item.came_in else Verdict.FEE,
        "company_id": item.payment.company_id if item.payment else None,
        "contact_id": item.payment.contact_id if item.payment and not item.payment.company_id else None,
    }


def pairs_in(texts: Sequence[str]) -> list[tuple[UUID, UUID]]:
    """`payment:invoice` of the rows of a rehearsal."""
    pairs = []
    for text in texts:
        payment, _colon, invoice = text.partition(":")
        payment_id, invoice_id = id_in(payment), id_in(invoice)
        if payment_id and invoice_id:
            pairs.append((payment_id, invoice_id))
    return pairs
