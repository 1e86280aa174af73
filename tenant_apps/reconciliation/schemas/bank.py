"""Bank accounts, statements, lines and rules as the API reads and writes them."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from ninja import Field, Schema

from shared_apps.core.api import CurrencyCode, FilteredQuery, Input, ListQuery, decimal_text
from tenant_apps.reconciliation.models import (
    WAITING,
    BankAccount,
    BankLine,
    LineRule,
    Statement,
    StatementPart,
    StatementRow,
)
from tenant_apps.reconciliation.operations import AccountChange, AccountInput, RuleChange, RuleInput
from tenant_apps.reconciliation.rules.counts import ALL
from tenant_apps.reconciliation.rules.entries import with_one_amount

ACCOUNT_ORDERINGS = ("created_at", "name")
STATEMENT_ORDERINGS = {"created_at": "id", "updated_at": "updated_at"}
ROW_ORDERINGS = {"number": "number"}
LINE_ORDERINGS = {"created_at": "id", "booked_on": "booked_on"}
RULE_ORDERINGS = ("created_at",)

State = Literal[
    "mapping",
    "rehearsing",
    "rehearsed",
    "importing",
    "imported",
    "stopped",
    "discarded",
    "undoing",
    "undone",
]
Outcome = Literal["added", "seen", "pending", "information", "failed", "dismissed"]
Explained = Literal["open", "ask", "payment", "fee", "transfer", "refund", "not_ours", "reversal", "reversed"]
VerdictCode = Literal["fee", "not_ours", "transfer", "client"]
SignCode = Literal["", "in", "out"]


class BankAccountIn(Input):
    name: str
    iban: str
    currency: CurrencyCode
    bic: str = ""

    def account(self) -> AccountInput:
        return AccountInput(**self.model_dump())


class BankAccountPatch(Input):
    """Only what is named changes."""

    name: str = ""
    iban: str = ""
    currency: CurrencyCode = "EUR"
    bic: str = ""

    def change(self) -> AccountChange:
        return AccountChange(**self.model_dump(exclude_unset=True))


class BankAccountOut(Schema):
    id: UUID
    name: str
    iban: str
    bic: str
    currency: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class StatementUpload(Input):
    """Beside the file: the account of a file that does not name its own, and whether the rehearsal is to be
    followed by the import at once, as long as every entry was read and the balances agree.
    """

    bank_account_id: UUID | None = None
    import_at_once: bool = False


class StatementMapIn(Input):
    """`mapping`: for each column a word of `columns`, or an empty text to leave it out."""

    bank_account_id: UUID | None = None
    mapping: list[str] | None = Field(None, max_length=300)
    date_order: Literal["", "dmy", "mdy"] = ""


class ReasonIn(Input):
    reason: str


class RowIn(Input):
    """An entry as a person reads it; the amount with its sign."""

    booked_on: str
    amount: str
    value_on: str = ""
    currency: str = ""
    payer_name: str = ""
    payer_iban: str = ""
    text: str = ""
    end_to_end_id: str = ""
    bank_reference: str = ""
    bank_account_id: UUID | None = None

    def texts(self) -> dict[str, str]:
        return self.model_dump(exclude={"bank_account_id"})


class MarkIn(Input):
    explanation: Literal["fee", "transfer", "not_ours", "ask"]
    note: str = Field("", max_length=500)


class PaymentOfLineIn(Input):
    payment_id: UUID


class ClientOfLineIn(Input):
    company_id: UUID | None = None
    contact_id: UUID | None = None


class LineRuleIn(Input):
    verdict: VerdictCode
    text: str = ""
    iban: str = ""
    sign: SignCode = ""
    name: str = ""
    bank_account_id: UUID | None = None
    company_id: UUID | None = None
    contact_id: UUID | None = None

    def rule(self) -> RuleInput:
        return RuleInput(**_with_account(self.model_dump()))


class LineRulePatch(Input):
    """Only what is named changes."""

    verdict: VerdictCode = "fee"
    text: str = ""
    iban: str = ""
    sign: SignCode = ""
    name: str = ""
    bank_account_id: UUID | None = None
    company_id: UUID | None = None
    contact_id: UUID | None = None

    def change(self) -> RuleChange:
        return RuleChange(**_with_account(self.model_dump(exclude_unset=True)))


class PartOut(Schema):
    bank_account_id: UUID | None
    written_account: str
    currency: str
    number: str
    opened_on: date | None
    closed_on: date | None
    opening: str | None
    closing: str | None
    difference: str | None = Field(description="0.00: the balances agree. null: the file does not tell both.")
    is_repeated: bool


class StatementColumnOut(Schema):
    header: str
    becomes: str


class StatementOut(Schema):
    id: UUID
    name: str
    format: Literal["camt053", "mt940", "csv", "xlsx"]
    door: Literal["page", "api", "folder"]
    state: State
    bank_account_id: UUID | None
    entry_count: int
    rehearsal: dict[str, int]
    counts: dict[str, int]
    parts: list[PartOut]
    columns: list[StatementColumnOut]
    problem: str | None
    undo_reason: str | None
    sha256: str
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None


class StatementRowOut(Schema):
    id: UUID
    statement_id: UUID
    number: int
    place: str
    outcome: Outcome
    line_id: UUID | None
    field: str | None
    problem: str | None
    texts: dict[str, str]


class BankLineOut(Schema):
    id: UUID
    bank_account_id: UUID
    statement_id: UUID
    booked_on: date
    value_on: date | None
    amount: str
    currency: str
    payer_name: str
    payer_iban: str
    text: str
    end_to_end_id: str
    bank_reference: str
    is_reversal: bool
    explanation: Explained
    payment_id: UUID | None
    refund_id: UUID | None
    reverses_id: UUID | None
    rule_id: UUID | None
    candidate_payment_ids: list[UUID]
    look_alike_line_ids: list[UUID]
    note: str
    explained_by: str | None
    explained_at: datetime | None
    created_at: datetime
    updated_at: datetime


class LineRuleOut(Schema):
    id: UUID
    name: str
    text: str
    iban: str
    sign: SignCode
    bank_account_id: UUID | None
    verdict: VerdictCode
    company_id: UUID | None
    contact_id: UUID | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class StatementFilters(ListQuery):
    state: State | None = None
    bank_account_id: UUID | None = None

    def narrow(self, rows: QuerySet[Statement]) -> QuerySet[Statement]:
        """The statements that the query asks for."""
        found = rows.filter(state=self.state) if self.state else rows
        if self.bank_account_id:
            found = found.filter(parts__account=self.bank_account_id).distinct()
        return found.filter(name__icontains=self.search) if self.search else found


class RowFilters(ListQuery):
    statement_id: UUID | None = None
    outcome: Outcome | None = None

    def narrow(self, rows: QuerySet[StatementRow]) -> QuerySet[StatementRow]:
        """The entries that the query asks for."""
        found = rows.filter(statement=self.statement_id) if self.statement_id else rows
        found = found.filter(outcome=self.outcome) if self.outcome else found
        return found.filter(place=self.search) if self.search else found


class LineFilters(FilteredQuery):
    bank_account_id: UUID | None = None
    statement_id: UUID | None = None
    explanation: Explained | None = None
    is_waiting: bool | None = Field(None, description="Whether somebody has to say what the line is.")
    booked_on_from: date | None = None
    booked_on_to: date | None = Field(None, description="This day included.")

    def narrow(self, rows: QuerySet[BankLine]) -> QuerySet[BankLine]:
        """The lines that the query asks for."""
        asked = {
            "account": self.bank_account_id,
            "statement": self.statement_id,
            "explanation": self.explanation,
            "booked_on__gte": self.booked_on_from,
            "booked_on__lte": self.booked_on_to,
        }
        found = rows.filter(**{name: value for name, value in asked.items() if value is not None})
        if self.is_waiting is None:
            return found
        waiting = Q(explanation__in=WAITING)
        return found.filter(waiting if self.is_waiting else ~waiting)


class RuleFilters(ListQuery):
    is_archived: bool = False

    def narrow(self, rows: QuerySet[LineRule]) -> QuerySet[LineRule]:
        """The rules that the query asks for."""
        found = rows.filter(archived_at__isnull=not self.is_archived)
        return found.filter(name__icontains=self.search) if self.search else found


def bank_account_out(account: BankAccount) -> dict[str, Any]:
    return {name: getattr(account, name) for name in BankAccountOut.model_fields}


def statement_out(statement: Statement) -> dict[str, Any]:
    """The whole statement, loaded with its `told_parts`."""
    headers = [column["header"] for column in statement.columns]
    return {
        "id": statement.pk,
        "name": statement.name,
        "format": statement.format,
        "door": statement.door,
        "state": statement.state,
        "bank_account_id": statement.account_id,
        "entry_count": statement.entry_count,
        "rehearsal": _figures(statement.rehearsal),
        "counts": _figures(statement.counts),
        "parts": [_part_out(part) for part in statement.told_parts],  # type: ignore[attr-defined]
        "columns": [
            {"header": header, "becomes": target}
            for header, target in zip(headers, statement.mapping, strict=False)
        ],
        "problem": statement.problem or None,
        "undo_reason": statement.undo_reason or None,
        "sha256": statement.checksum,
        "created_at": statement.created_at,
        "updated_at": statement.updated_at,
        "finished_at": statement.finished_at,
    }


def statement_row_out(row: StatementRow) -> dict[str, Any]:
    names = ("statement_id", "number", "place", "outcome", "line_id")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "texts": with_one_amount(row.texts),
        "field": row.field or None,
        "problem": row.problem or None,
    }


def bank_line_out(line: BankLine) -> dict[str, Any]:
    same = (
        "statement_id",
        "booked_on",
        "value_on",
        "currency",
        "payer_name",
        "payer_iban",
        "text",
        "end_to_end_id",
        "bank_reference",
        "is_reversal",
        "explanation",
        "payment_id",
        "refund_id",
        "reverses_id",
        "rule_id",
        "note",
        "explained_at",
        "created_at",
        "updated_at",
    )
    return {
        "id": line.pk,
        **{name: getattr(line, name) for name in same},
        "bank_account_id": line.account_id,
        "amount": decimal_text(line.amount),
        "candidate_payment_ids": line.candidates,
        "look_alike_line_ids": line.look_alikes,
        "explained_by": line.explained_by or None,
    }


def line_rule_out(rule: LineRule) -> dict[str, Any]:
    told = {name: getattr(rule, name) for name in LineRuleOut.model_fields if name != "bank_account_id"}
    return told | {"bank_account_id": rule.account_id}


def _part_out(part: StatementPart) -> dict[str, Any]:
    names = ("written_account", "currency", "number", "opened_on", "closed_on", "is_repeated")
    return {
        "bank_account_id": part.account_id,
        **{name: getattr(part, name) for name in names},
        **{name: decimal_text(getattr(part, name)) for name in ("opening", "closing", "difference")},
    }


def _figures(counts: dict[str, int]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in ALL} if counts else {}


def _with_account(values: dict[str, Any]) -> dict[str, Any]:
    """The values under the names of the operation."""
    return {("account_id" if name == "bank_account_id" else name): value for name, value in values.items()}
