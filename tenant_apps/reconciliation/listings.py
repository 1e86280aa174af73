from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.listing import Column, Field, Kind, Listing, Reading, Relation, Sum, View
from shared_apps.core.permissions import Permission
from shared_apps.core.statuses import look_of
from tenant_apps.reconciliation import queries
from tenant_apps.reconciliation.models import BankLine, Explanation

BOOKED_ON, AMOUNT = _("Booked"), _("Amount")


def explanations(reading: Reading) -> list[tuple[str, Any]]:
    return list(Explanation.choices)


def shown_explanations(reading: Reading) -> list[tuple[str, Any]]:
    codes = [f"line_{code}" for code in Explanation.values]
    return [(code, look_of(code)[1]) for code in (*codes, "line_unmatched")]


def accounts(reading: Reading) -> list[tuple[str, str]]:
    """Our bank accounts by name; asked once for each reading."""
    if "bank_accounts" not in reading.memory:
        reading.memory["bank_accounts"] = [(str(one.pk), str(one)) for one in queries.all_accounts()]
    known: list[tuple[str, str]] = reading.memory["bank_accounts"]
    return known


BANK_LINES = Listing(
    entity="bank_line",
    model=BankLine,
    label=_("Bank lines"),
    rows=lambda actor, archived: queries.visible_lines(actor),
    view=Permission.BANK_VIEW,
    edit=Permission.BANK_EXPLAIN,
    list_url="bank_line_list",
    lock=queries.lock_line,
    columns=(
        Column("payer", _("Other side"), Kind.TITLE, value=lambda line: line.payer_name or _("No name")),
        Column("text", _("Text"), template="reconciliation/components/text_cell.html"),
        Column(
            "explanation",
            _("What it is"),
            Kind.STATUS,
            value="shown_status",
            join=("payment",),
            choices=shown_explanations,
        ),
        Column("booked_on", BOOKED_ON, Kind.DATE, order="booked_on"),
        Column("account", _("Account"), value="account", join=("account",), is_minor=True),
        Column("amount", AMOUNT, Kind.MONEY),
        Column("value_on", _("Value date"), Kind.DATE, is_shown=False),
        Column("payer_iban", _("IBAN of the other side"), is_shown=False),
        Column("end_to_end_id", _("End-to-end id"), is_shown=False),
        Column("bank_reference", _("The bank's reference"), is_shown=False),
        Column("rule", _("Rule"), value="rule", join=("rule",), is_shown=False),
        Column("created_at", _("Added"), Kind.INSTANT, order="id", is_shown=False),
    ),
    fields=(
        Field("payer", _("Other side"), Kind.TEXT, path="payer_name"),
        Field("text", _("Text"), Kind.TEXT, path="text"),
        Field(
            "explanation",
            _("What it is"),
            Kind.CHOICE,
            path="explanation",
            choices=explanations,
            group_path="explanation",
        ),
        Field("booked_on", BOOKED_ON, Kind.DATE, path="booked_on"),
        Field("amount", AMOUNT, Kind.MONEY, path="amount"),
        Field(
            "account", _("Account"), Kind.CHOICE, path="account_id", choices=accounts, group_path="account_id"
        ),
        Field("currency", _("Currency"), Kind.TEXT, path="currency", group_path="currency"),
        Field("payer_iban", _("IBAN of the other side"), Kind.TEXT, path="payer_iban"),
        Field("created_at", _("Added"), Kind.INSTANT, path="created_at"),
    ),
    relations=(
        Relation("payment", _("A payment"), "payment", lambda rows: Q(payment_id__in=rows.values("pk"))),
    ),
    groups=("explanation", "account", "currency"),
    sums=(Sum(AMOUNT, "amount", "currency"),),
    views=(
        View(pgettext_lazy("bank lines", "Unexplained"), "explanation:is:open|ask"),
        View(pgettext_lazy("bank lines", "Money in"), "amount:gt:0"),
        View(pgettext_lazy("bank lines", "Money out"), "amount:lt:0"),
    ),
    order="-booked_on",
    has_tags=False,
)
