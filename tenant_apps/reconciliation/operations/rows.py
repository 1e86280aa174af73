"""Entries that could not be read: corrected by hand and taken in, or left out."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.reconciliation.events import BankEvent
from tenant_apps.reconciliation.models import (
    BankAccount,
    RowOutcome,
    Statement,
    StatementRow,
    StatementState,
)
from tenant_apps.reconciliation.operations.planning import Planned
from tenant_apps.reconciliation.operations.reversals import settle_reversals
from tenant_apps.reconciliation.operations.taking import Hand
from tenant_apps.reconciliation.operations.uploads import locked_statement
from tenant_apps.reconciliation.queries import own_accounts
from tenant_apps.reconciliation.reasons import problem_text
from tenant_apps.reconciliation.rules.entries import (
    BOOKED,
    FIELDS,
    Entry,
    EntryProblem,
    fingerprint_of,
    read_entry,
)

OVER = (StatementState.DONE, StatementState.STOPPED)


class NotFailed(Refused):
    code = "row_not_failed"
    message = _("This entry is no error any more.")
    conflict = True


@operation(permission=Permission.BANK_IMPORT)
def correct_statement_row(
    *, row_id: UUID, texts: Mapping[str, str], by: Actor, at: datetime, account_id: UUID | None = None
) -> StatementRow:
    """Take in an entry with what a person read in it: `texts` by the names of `rules.entries.FIELDS`, the
    amount with its sign. A movement that is here already is not added again. Raises `NotFailed`, `NotNow`.
    """
    statement, row = _locked(row_id, by)
    account = _account_of(statement, row, account_id)
    entry = _read({name: texts.get(name, "") for name in FIELDS}, account, row, statement)
    fingerprint = fingerprint_of(entry)
    same = statement.rows.filter(line__account=account, line__fingerprint=fingerprint).count()
    planned = Planned(
        row.number,
        row.part,
        row.place,
        BOOKED,
        texts,
        row.is_reversal,
        account,
        entry,
        fingerprint=fingerprint,
        occurrence=same + 1,
    )
    row.delete()
    taken = Hand(statement, by, is_rehearsal=False).take([planned], at)
    _count(statement, taken.counts, at)
    _lessen_difference(statement, row.part, entry)
    settle_reversals(account_ids=[account.pk], by=by, at=at)
    record(event=BankEvent.ROW_CORRECTED, subject=statement, by=by, at=at, new={"place": row.place})
    return taken.rows[0]


@operation(permission=Permission.BANK_IMPORT)
def dismiss_statement_row(*, row_id: UUID, by: Actor, at: datetime) -> StatementRow:
    """Leave out an entry that is no movement of money. Raises `NotFailed`, `NotNow`."""
    statement, row = _locked(row_id, by)
    row.outcome = RowOutcome.DISMISSED
    row.save(update_fields=["outcome"])
    _count(statement, Counter(), at)
    record(event=BankEvent.ROW_DISMISSED, subject=statement, by=by, at=at, new={"place": row.place})
    return row


def _locked(row_id: UUID, by: Actor) -> tuple[Statement, StatementRow]:
    found = StatementRow.objects.filter(is_rehearsal=False).get(pk=row_id)
    statement = locked_statement(found.statement_id, by, *OVER)
    row = StatementRow.objects.select_for_update().get(pk=row_id)
    if row.outcome != RowOutcome.FAILED:
        raise NotFailed()
    return statement, row


def _account_of(statement: Statement, row: StatementRow, account_id: UUID | None) -> BankAccount:
    if account_id:
        return own_accounts().get(pk=account_id)
    part = statement.parts.select_related("account").filter(position=row.part).first()
    account = (part and part.account) or statement.account
    if account is None:
        raise Refused("account_missing", _("Choose the account of this entry."), field="account_id")
    return account


def _read(texts: Mapping[str, str], account: BankAccount, row: StatementRow, statement: Statement) -> Entry:
    try:
        return read_entry(
            texts,
            currency=account.currency,
            is_reversal=row.is_reversal,
            date_order=statement.date_order or "dmy",
        )
    except EntryProblem as problem:
        refuse_all([FieldError(problem.field, problem.code, problem_text(problem.code))])
        raise


def _count(statement: Statement, taken: Counter[str], at: datetime) -> None:
    """One error less, and what came of it more."""
    counts = Counter(statement.counts)
    counts.update(taken)
    counts[RowOutcome.FAILED] -= 1
    statement.counts, statement.updated_at = dict(+counts), at
    statement.save(update_fields=["counts", "updated_at"])


def _lessen_difference(statement: Statement, position: int, entry: Entry) -> None:
    part = statement.parts.filter(position=position).first()
    if part is not None and part.difference is not None:
        part.difference -= entry.amount
        part.save(update_fields=["difference"])
