"""The organization's bank accounts."""

import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban
from shared_apps.core.constraints import violates
from shared_apps.core.currencies import is_currency
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.reconciliation.events import BankEvent
from tenant_apps.reconciliation.models import BankAccount

_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")


class AccountTaken(Refused):
    code = "account_taken"
    message = _("This account is here already.")
    field = "iban"
    conflict = True


class AccountInUse(Refused):
    code = "account_in_use"
    message = _("The account has lines, so its IBAN and currency stay. Add another account.")
    field = "iban"
    conflict = True


class AlreadyArchived(Refused):
    code = "already_archived"
    message = _("This is archived already.")
    conflict = True


class NotArchived(Refused):
    code = "not_archived"
    message = _("This is not archived.")
    conflict = True


@dataclass(frozen=True)
class AccountInput:
    """An account as somebody writes it down."""

    name: str
    iban: str
    currency: str
    bic: str = ""


_UNCHANGED: Any = object()


@dataclass(frozen=True)
class AccountChange:
    """Only what is given changes."""

    name: str = field(default=_UNCHANGED)
    iban: str = field(default=_UNCHANGED)
    currency: str = field(default=_UNCHANGED)
    bic: str = field(default=_UNCHANGED)

    def given(self) -> dict[str, str]:
        return {
            one.name: value for one in fields(self) if (value := getattr(self, one.name)) is not _UNCHANGED
        }


@operation(permission=Permission.BANK_MANAGE)
def create_bank_account(*, account: AccountInput, by: Actor, at: datetime) -> BankAccount:
    """Add an account. Raises `AccountTaken` for one that is there, archived or not."""
    values = _checked(vars(account))
    made = BankAccount(**values, created_at=at, updated_at=at)
    _save(made)
    record(event=BankEvent.ACCOUNT_CREATED, subject=made, by=by, at=at, new={"currency": made.currency})
    return made


@operation(permission=Permission.BANK_MANAGE)
def change_bank_account(
    *, bank_account_id: UUID, change: AccountChange, by: Actor, at: datetime
) -> BankAccount:
    """Correct an account. Raises `AccountInUse` when its IBAN or currency would change under its lines."""
    account = lock_account(bank_account_id)
    before = {name: getattr(account, name) for name in ("name", "iban", "currency", "bic")}
    after = _checked(before | change.given())
    if (after["iban"], after["currency"]) != (before["iban"], before["currency"]) and account.lines.exists():
        raise AccountInUse()
    for name, value in after.items():
        setattr(account, name, value)
    account.updated_at = at
    _save(account)
    old, new = changes_between(before, after)
    record(event=BankEvent.ACCOUNT_CHANGED, subject=account, by=by, at=at, old=old, new=new)
    return account


@operation(permission=Permission.BANK_MANAGE)
def archive_bank_account(*, bank_account_id: UUID, by: Actor, at: datetime) -> BankAccount:
    """Use an account no more; its lines stay, and it is still known for one of ours."""
    account = lock_account(bank_account_id)
    if account.archived_at:
        raise AlreadyArchived()
    account.archived_at = account.updated_at = at
    account.save(update_fields=["archived_at", "updated_at"])
    record(event=BankEvent.ACCOUNT_ARCHIVED, subject=account, by=by, at=at)
    return account


@operation(permission=Permission.BANK_MANAGE)
def unarchive_bank_account(*, bank_account_id: UUID, by: Actor, at: datetime) -> BankAccount:
    """Use an archived account again."""
    account = lock_account(bank_account_id)
    if not account.archived_at:
        raise NotArchived()
    account.archived_at, account.updated_at = None, at
    account.save(update_fields=["archived_at", "updated_at"])
    record(event=BankEvent.ACCOUNT_UNARCHIVED, subject=account, by=by, at=at)
    return account


def lock_account(bank_account_id: UUID) -> BankAccount:
    return BankAccount.objects.select_for_update().get(pk=bank_account_id)


def _checked(values: dict[str, str]) -> dict[str, str]:
    """The values as they are kept; refuses what no account can have."""
    kept = {
        "name": " ".join(values["name"].split()),
        "iban": normalize_iban(values["iban"]),
        "currency": values["currency"].strip().upper(),
        "bic": values["bic"].replace(" ", "").upper(),
    }
    errors = text_errors(BankAccount, kept)
    if not kept["name"]:
        errors.append(FieldError("name", "required", _("Give the account a name.")))
    if not is_valid_iban(kept["iban"]):
        errors.append(FieldError("iban", "iban_invalid", _("This IBAN is not valid: a character is wrong.")))
    if not is_currency(kept["currency"]):
        errors.append(FieldError("currency", "currency_unknown", _("This is not a currency code.")))
    if kept["bic"] and not _BIC.fullmatch(kept["bic"]):
        errors.append(FieldError("bic", "bic_invalid", _("A BIC has 8 or 11 letters and figures.")))
    refuse_all(errors)
    return kept


def _save(account: BankAccount) -> None:
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        if violates(error, "reconciliation_account_once"):
            raise AccountTaken() from error
        raise
