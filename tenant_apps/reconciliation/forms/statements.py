from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.cells import DAY_FIRST, MONTH_FIRST
from shared_apps.core.form_fields import currency_choices, offer
from tenant_apps.crm.queries import visible_companies, visible_company, visible_contact, visible_contacts
from tenant_apps.reconciliation.models import BankAccount, LineRule, Sign, Statement, StatementRow, Verdict
from tenant_apps.reconciliation.operations import AccountInput, RuleInput
from tenant_apps.reconciliation.queries import own_accounts
from tenant_apps.reconciliation.rules.entries import FIELDS, with_one_amount
from tenant_apps.reconciliation.rules.headers import TARGETS
from tenant_apps.reconciliation.words import COLUMNS


class StatementForm(forms.Form):
    """The file that is to come in."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CAMT.053, MT940, CSV or Excel (.xlsx), up to 50,000 entries and 30 MB."),
        widget=forms.FileInput(
            attrs={"accept": ".xml,.sta,.mt940,.940,.txt,.csv,.xlsx,text/csv,application/xml"}
        ),
    )
    account_id = forms.UUIDField(
        label=_("Account"),
        required=False,
        help_text=_("Only for files that do not name theirs."),
        widget=forms.Select,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_accounts(self, "account_id", _("As the file says"))


class MappingForm(forms.Form):
    """Whose account a file is of and, for a table, what its columns are."""

    account_id = forms.UUIDField(label=_("Account"), required=False, widget=forms.Select)
    date_order = forms.ChoiceField(
        label=_("Dates with slashes"),
        choices=[(DAY_FIRST, _("Day first: 31/12/2026")), (MONTH_FIRST, _("Month first: 12/31/2026"))],
        required=False,
    )

    def __init__(self, *args: Any, statement: Statement, **kwargs: Any) -> None:
        self.statement = statement
        initial = {"account_id": statement.account_id, "date_order": statement.date_order or DAY_FIRST}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        _offer_accounts(self, "account_id", _("As the file says"))
        if not statement.columns:
            del self.fields["date_order"]
        for place, column in enumerate(statement.columns):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=column["header"],
                choices=[("", _("Leave out")), *((name, COLUMNS[name]) for name in TARGETS)],
                required=False,
                initial=statement.mapping[place] if place < len(statement.mapping) else "",
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    @property
    def columns(self) -> list[tuple[dict[str, Any], forms.BoundField]]:
        """Each column of the file with its field."""
        return [(column, self[f"column_{place}"]) for place, column in enumerate(self.statement.columns)]

    def choices(self) -> dict[str, Any]:
        """What was chosen, for the operation; call it on a valid form."""
        given = self.cleaned_data
        mapping = [given[f"column_{place}"] for place in range(len(self.statement.columns))]
        return {
            "account_id": given["account_id"],
            "mapping": mapping if self.statement.columns else None,
            "date_order": given.get("date_order", ""),
        }


class RowForm(forms.Form):
    """An entry that could not be read, as a person reads it."""

    booked_on = forms.CharField(label=_("day of booking"), max_length=40)
    value_on = forms.CharField(label=_("value date"), max_length=40, required=False)
    amount = forms.CharField(
        label=_("amount"), max_length=40, help_text=_("With a minus for money that went out: -12.50.")
    )
    currency = forms.CharField(label=_("currency"), max_length=3, required=False)
    payer_name = forms.CharField(label=_("name of the other side"), max_length=200, required=False)
    payer_iban = forms.CharField(label=_("IBAN of the other side"), max_length=42, required=False)
    text = forms.CharField(
        label=_("text"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    end_to_end_id = forms.CharField(label=_("end-to-end id"), max_length=35, required=False)
    bank_reference = forms.CharField(label=_("the bank's reference"), max_length=100, required=False)

    def __init__(self, data: Any = None, *, row: StatementRow) -> None:
        super().__init__(data, initial=_texts_of(row))

    def texts(self) -> dict[str, str]:
        """What was read, for the operation; call it on a valid form."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class AccountForm(forms.Form):
    """A bank account of the organization."""

    name = forms.CharField(label=_("name"), max_length=100, help_text=_("As you call it: “Main”, “Card”."))
    iban = forms.CharField(label="IBAN", max_length=42)
    bic = forms.CharField(label="BIC", max_length=11, required=False)
    currency = forms.ChoiceField(label=_("currency"), choices=currency_choices)

    def as_account(self) -> AccountInput:
        """What was typed, for the operation; call it on a valid form."""
        return AccountInput(**self.cleaned_data)


class LineRuleForm(forms.Form):
    """Lines like these are always …"""

    text = forms.CharField(
        label=_("text contains"),
        max_length=200,
        required=False,
        help_text=_("In the text or the name, whatever letters it is written in."),
    )
    iban = forms.CharField(label=_("IBAN of the other side"), max_length=42, required=False)
    sign = forms.ChoiceField(
        label=_("the money"),
        choices=[("", pgettext_lazy("money of a rule", "In or out")), *Sign.choices],
        required=False,
    )
    account_id = forms.UUIDField(label=_("account"), required=False, widget=forms.Select)
    verdict = forms.ChoiceField(label=_("is always"), choices=Verdict.choices)
    company_id = forms.UUIDField(
        label=_("client"),
        required=False,
        help_text=_("For money of a client."),
        widget=forms.Select(
            attrs={
                "data-select-url": reverse_lazy("company_options"),
                "data-placeholder": _("Type a name or EIK"),
            }
        ),
    )
    contact_id = forms.UUIDField(
        label=_("contact person"),
        required=False,
        help_text=_("With no company, the money is the person's own."),
        widget=forms.Select(
            attrs={
                "data-select-url": reverse_lazy("contact_options"),
                "data-placeholder": _("Type a name"),
            }
        ),
    )
    name = forms.CharField(label=_("name of the rule"), max_length=100, required=False)

    def __init__(self, data: Any = None, *, by: Actor, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        _offer_accounts(self, "account_id", _("Any account"))
        offer(self, "company_id", visible_companies(by), visible_company, by)
        offer(self, "contact_id", visible_contacts(by), visible_contact, by)

    def as_rule(self) -> RuleInput:
        """What was typed, for the operation; call it on a valid form."""
        return RuleInput(**self.cleaned_data)


class MarkForm(forms.Form):
    """What a line is."""

    explanation = forms.ChoiceField(
        label=_("this line is"),
        choices=[
            ("fee", _("A bank fee")),
            ("transfer", _("A transfer between own accounts")),
            ("not_ours", _("Not ours")),
            ("ask", _("For a colleague to look at")),
        ],
    )
    note = forms.CharField(label=_("note"), max_length=500, required=False)


class UndoForm(forms.Form):
    """Why an import is taken back."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why, so that it can be understood later.")},
    )


def initial_rule(rule: LineRule) -> dict[str, Any]:
    """A rule as its form shows it."""
    names = ("text", "iban", "sign", "account_id", "verdict", "company_id", "contact_id", "name")
    return {name: getattr(rule, name) for name in names}


def initial_account(account: BankAccount) -> dict[str, Any]:
    return {name: getattr(account, name) for name in ("name", "iban", "bic", "currency")}


def _texts_of(row: StatementRow) -> dict[str, str]:
    told = with_one_amount(row.texts)
    return {name: told.get(name, "") for name in FIELDS}


def _offer_accounts(form: forms.Form, name: str, empty: Any) -> None:
    """The accounts in use, to choose from."""
    choices = [("", empty), *((account.pk, str(account)) for account in own_accounts())]
    form.fields[name].widget.choices = choices
