"""A statement brought in: looked at, kept, and told what its columns mean and whose account it is."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.cells import DAY_FIRST, MONTH_FIRST
from shared_apps.core.constraints import violates
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.tables import Reading
from tenant_apps.activity.operations import record
from tenant_apps.files.operations import store_file
from tenant_apps.files.queries import read_bytes
from tenant_apps.reconciliation.adapters import (
    TABLES,
    SourcePart,
    StatementFile,
    columns_of,
    read_statement,
    recognise,
)
from tenant_apps.reconciliation.events import BankEvent
from tenant_apps.reconciliation.models import BankAccount, Door, Statement, StatementPart, StatementState
from tenant_apps.reconciliation.queries import last_alike, own_accounts
from tenant_apps.reconciliation.rules.accounts import account_of
from tenant_apps.reconciliation.rules.entries import plain
from tenant_apps.reconciliation.rules.headers import REPEATABLE, TARGETS, guess_mapping, is_enough
from tenant_apps.sharing.queries import visible_to

BEFORE_IMPORT = (StatementState.MAPPING, StatementState.REHEARSED)
STORED_AS = {"camt053": "application/xml", "mt940": "text/plain", "csv": "text/csv"}


class NotNow(Refused):
    """The statement is at another step."""

    code = "statement_elsewhere"
    message = gettext_lazy("The statement has moved on meanwhile. Look at where it is now.")
    conflict = True


class AlreadyHere(Refused):
    """The same file was brought in before, as the statement `statement_id`."""

    code = "statement_already_here"
    message = gettext_lazy("This file is here already.")
    field = "file"
    conflict = True

    def __init__(self, statement_id: UUID) -> None:
        self.statement_id = statement_id
        super().__init__()


class NoAccountYet(Refused):
    code = "no_bank_account"
    message = gettext_lazy("Add the bank account first, then bring in its statements.")
    field = "file"


@operation(permission=Permission.BANK_IMPORT)
def upload_statement(
    *,
    name: str,
    content: bytes,
    by: Actor,
    at: datetime,
    door: str = Door.PAGE,
    account_id: UUID | None = None,
    goes_on: bool = False,
) -> Statement:
    """Take a file in: find out what it is, whose account it tells about and what a table's columns are.

    A table with the headers of an earlier one begins with what was chosen for that. Without anything to
    choose it stands before its rehearsal. Raises `Unusable`, `NoAccountYet`, `AlreadyHere`.
    """
    name, checksum = plain(name)[:200], hashlib.sha256(content).hexdigest()
    _refuse_second(checksum)
    if not BankAccount.objects.filter(archived_at=None).exists():
        raise NoAccountYet()
    reading = recognise(content)
    statement = Statement(
        name=name,
        checksum=checksum,
        door=door,
        goes_on=goes_on,
        account=own_accounts().get(pk=account_id) if account_id else None,
        owner_id=by.id,
        owner_label=by.label[:250],
        created_at=at,
    )
    _look(statement, content, reading, at)
    statement.file = store_file(
        name=name,
        content_type=STORED_AS.get(reading.format, "application/octet-stream"),
        content=content,
        by=by,
        at=at,
    )
    _insert(statement)
    _keep_parts(statement, content)
    record(
        event=BankEvent.STATEMENT_UPLOADED,
        subject=statement,
        by=by,
        at=at,
        new={"entries": statement.entry_count, "format": reading.format, "door": door},
    )
    return statement


@operation(permission=Permission.BANK_IMPORT)
def map_statement_columns(
    *,
    statement_id: UUID,
    by: Actor,
    at: datetime,
    account_id: UUID | None = None,
    mapping: Sequence[str] | None = None,
    date_order: str = "",
) -> Statement:
    """Say whose account the file is of and, for a table, what its columns are. Raises `NotNow`."""
    statement = locked_statement(statement_id, by, *BEFORE_IMPORT)
    if account_id:
        statement.account = own_accounts().get(pk=account_id)
    if mapping is not None and statement.format in TABLES:
        refuse_all(_errors(statement, mapping, date_order))
        statement.mapping = list(mapping)
        statement.date_order = date_order or statement.date_order
    content = read_bytes(statement.file)
    statement.state, statement.problem, statement.updated_at = StatementState.MAPPING, "", at
    _keep_parts(statement, content)
    if unknown := _unknown_part(statement):
        raise Refused("account_missing", _account_missing(unknown), field="account_id")
    statement.save()
    record(
        event=BankEvent.STATEMENT_MAPPED,
        subject=statement,
        by=by,
        at=at,
        new={"mapping": statement.mapping, "account": statement.account_id},
    )
    return statement


def source_of(statement: Statement) -> StatementFile:
    """What the statement's file says, read as it was told to be. Raises `Unusable`."""
    reading = Reading(**statement.reading)
    return read_statement(read_bytes(statement.file), reading, statement.mapping, statement.date_order)


def locked_statement(statement_id: UUID, by: Actor, *states: str) -> Statement:
    """The statement, locked, in one of these states; `NotNow` in another."""
    rows = visible_to(Statement.objects.select_for_update(of=("self",)).select_related("file", "account"), by)
    statement = rows.get(pk=statement_id)
    if statement.state not in states:
        raise NotNow()
    return statement


def is_ready(statement: Statement) -> bool:
    """Whether nothing has to be chosen: the accounts of all parts are known, and so are the columns."""
    return _unknown_part(statement) is None and (
        statement.format not in TABLES or is_enough(statement.mapping)
    )


def why_not_ready(statement: Statement) -> str:
    """Which account of the file is none of ours; "" when there is only something to choose."""
    part = _unknown_part(statement)
    return _account_missing(part) if part and part.written_account else ""


def _refuse_second(checksum: str) -> None:
    gone = (StatementState.DISCARDED, StatementState.UNDONE)
    before = Statement.objects.filter(checksum=checksum).exclude(state__in=gone).first()
    if before:
        raise AlreadyHere(before.pk)


def _insert(statement: Statement) -> None:
    try:
        with transaction.atomic():
            statement.save(force_insert=True)
    except IntegrityError as error:
        if violates(error, "reconciliation_file_once"):
            _refuse_second(statement.checksum)
        raise


def _look(statement: Statement, content: bytes, reading: Reading, at: datetime) -> None:
    """Fill in how the file is read and, of a table, what its columns probably mean."""
    statement.reading, statement.state, statement.updated_at = asdict(reading), StatementState.MAPPING, at
    if reading.format not in TABLES:
        statement.entry_count = len(read_statement(content, reading).entries)
        return
    columns = columns_of(content, reading)
    statement.columns = [
        {"header": header, "samples": samples}
        for header, samples in zip(columns.headers, columns.samples, strict=True)
    ]
    statement.headers_key, statement.entry_count = columns.key, columns.row_count
    last = last_alike(columns.key)
    statement.mapping = list(last.mapping) if last else guess_mapping(columns.headers)
    statement.date_order = last.date_order if last else columns.date_order


def _keep_parts(statement: Statement, content: bytes) -> None:
    """Write down the accounts that the file tells about, each with ours that it is. The rows of a table that
    are in another currency than its account stay with it, to be told as errors.
    """
    statement.parts.all().delete()
    source = read_statement(content, Reading(**statement.reading), statement.mapping, statement.date_order)
    ours = list(own_accounts())
    accounts = [account_of(part, ours, statement.account) for part in source.parts]
    if statement.format in TABLES:
        known = next((account for account in accounts if account), None)
        accounts = [account or known for account in accounts]
    StatementPart.objects.bulk_create(
        _part(statement, position, part, account)
        for position, (part, account) in enumerate(zip(source.parts, accounts, strict=True))
    )


def _part(
    statement: Statement, position: int, part: SourcePart, account: BankAccount | None
) -> StatementPart:
    return StatementPart(
        statement=statement,
        position=position,
        account=account,
        written_account=plain(part.account)[:100],
        currency=plain(part.currency)[:3],
        number=plain(part.number)[:100],
        opened_on=part.opened_on,
        closed_on=part.closed_on,
        opening=part.opening,
        closing=part.closing,
    )


def _unknown_part(statement: Statement) -> StatementPart | None:
    return statement.parts.filter(account=None).order_by("position").first()


def _account_missing(part: StatementPart) -> str:
    if part.written_account:
        told = {"account": part.written_account, "currency": part.currency or "?"}
        return _("The account %(account)s (%(currency)s) of this file is none of yours. Add it first.") % told
    return _("Choose the account of this statement.")


def _errors(statement: Statement, mapping: Sequence[str], date_order: str) -> list[FieldError]:
    errors: list[FieldError] = []
    chosen: list[Any] = [target for target in mapping if target]
    if len(mapping) != len(statement.columns) or set(chosen) - set(TARGETS):
        errors.append(FieldError("mapping", "mapping_invalid", _("Choose from the list for every column.")))
    if any(chosen.count(one) > 1 and one not in REPEATABLE for one in chosen):
        errors.append(FieldError("mapping", "mapped_twice", _("Two columns are given to the same field.")))
    if not is_enough(chosen):
        message = _("Choose the column of the day, and that of the amount or those of debit and credit.")
        errors.append(FieldError("mapping", "mapping_incomplete", message))
    if date_order not in {"", DAY_FIRST, MONTH_FIRST}:
        errors.append(FieldError("date_order", "date_order_unknown", _("Choose how the dates are written.")))
    return errors
