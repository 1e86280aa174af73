"""Lines like these are always …: rules kept, applied to what waits, and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban
from shared_apps.core.errors import DomainError, FieldError, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices.operations import set_payment_client
from tenant_apps.reconciliation.events import BankEvent
from tenant_apps.reconciliation.models import BankAccount, BankLine, Explanation, LineRule, Sign, Verdict
from tenant_apps.reconciliation.operations.accounts import AlreadyArchived, NotArchived
from tenant_apps.reconciliation.operations.explaining import CHANGED, mark_bank_line, reopen_bank_line
from tenant_apps.reconciliation.operations.taking import VERDICTS, rule_about
from tenant_apps.reconciliation.queries import live_rules, lock_line, own_ibans
from tenant_apps.sharing.queries import visible_to

SHORTEST = 3
_UNCHANGED: Any = object()
_KEPT = ("name", "text", "iban", "sign", "account_id", "verdict", "company_id", "contact_id")


@dataclass(frozen=True)
class RuleInput:
    """A rule as somebody says it: a text or an IBAN, what the lines are, and for `client` whose they are."""

    verdict: str
    text: str = ""
    iban: str = ""
    sign: str = ""
    name: str = ""
    account_id: UUID | None = None
    company_id: UUID | None = None
    contact_id: UUID | None = None


@dataclass(frozen=True)
class RuleChange:
    """Only what is given changes."""

    verdict: str = field(default=_UNCHANGED)
    text: str = field(default=_UNCHANGED)
    iban: str = field(default=_UNCHANGED)
    sign: str = field(default=_UNCHANGED)
    name: str = field(default=_UNCHANGED)
    account_id: UUID | None = field(default=_UNCHANGED)
    company_id: UUID | None = field(default=_UNCHANGED)
    contact_id: UUID | None = field(default=_UNCHANGED)

    def given(self) -> dict[str, Any]:
        return {
            one.name: value for one in fields(self) if (value := getattr(self, one.name)) is not _UNCHANGED
        }


@operation(permission=Permission.BANK_EXPLAIN)
def create_line_rule(*, rule: RuleInput, by: Actor, at: datetime) -> LineRule:
    """Keep a rule. It says what later lines are, and those that wait when it is applied to them."""
    values = _checked(vars(rule), by)
    made = LineRule.objects.create(**values, created_at=at, updated_at=at)
    record(event=BankEvent.RULE_CREATED, subject=made, by=by, at=at, new=values)
    return made


@operation(permission=Permission.BANK_EXPLAIN)
def change_line_rule(*, rule_id: UUID, change: RuleChange, by: Actor, at: datetime) -> LineRule:
    """Say a rule anew; what it said before stays."""
    rule = _locked(rule_id)
    before = {name: getattr(rule, name) for name in _KEPT}
    after = _checked(before | change.given(), by)
    for name, value in after.items():
        setattr(rule, name, value)
    rule.updated_at = at
    rule.save()
    old, new = changes_between(before, after)
    record(event=BankEvent.RULE_CHANGED, subject=rule, by=by, at=at, old=old, new=new)
    return rule


@operation(permission=Permission.BANK_EXPLAIN)
def archive_line_rule(*, rule_id: UUID, by: Actor, at: datetime) -> LineRule:
    """Ask the rule no more. What it said stays, and still names it."""
    rule = _locked(rule_id)
    if rule.archived_at:
        raise AlreadyArchived()
    rule.archived_at = rule.updated_at = at
    rule.save(update_fields=["archived_at", "updated_at"])
    record(event=BankEvent.RULE_ARCHIVED, subject=rule, by=by, at=at)
    return rule


@operation(permission=Permission.BANK_EXPLAIN)
def unarchive_line_rule(*, rule_id: UUID, by: Actor, at: datetime) -> LineRule:
    """Ask an archived rule again."""
    rule = _locked(rule_id)
    if not rule.archived_at:
        raise NotArchived()
    rule.archived_at, rule.updated_at = None, at
    rule.save(update_fields=["archived_at", "updated_at"])
    record(event=BankEvent.RULE_UNARCHIVED, subject=rule, by=by, at=at)
    return rule


@operation(permission=Permission.BANK_EXPLAIN, event=None, why="each line that a rule explains tells itself")
def apply_line_rules(*, by: Actor, at: datetime) -> None:
    """Ask the rules about the lines that wait and the payments that no invoice has, by a job."""
    enqueue("apply_line_rules_to_waiting", by=by, key=f"apply_line_rules:{at.isoformat()}")


@operation(permission=Permission.BANK_EXPLAIN, event=None, why="each line that a rule explains tells itself")
def apply_rules_to(*, line_ids: Sequence[UUID], by: Actor, at: datetime) -> int:
    """Let the rules, and our own account numbers, say what these lines are; how many they explained.

    A line that a rule may not touch, such as one whose money an invoice has, stays.
    """
    rules, ours, explained = live_rules(by), own_ibans(), 0
    for line_id in sorted(line_ids):
        try:
            with transaction.atomic():
                explained += _apply(lock_line(line_id, by), rules, ours, by, at)
        except (DomainError, BankLine.DoesNotExist):
            continue
    return explained


@operation(permission=Permission.BANK_EXPLAIN)
def take_back_line_rule(*, rule_id: UUID, by: Actor, at: datetime) -> LineRule:
    """Ask the rule no more and take back all that it said, by a job."""
    rule = _locked(rule_id)
    if not rule.archived_at:
        rule.archived_at = rule.updated_at = at
        rule.save(update_fields=["archived_at", "updated_at"])
    enqueue(
        "take_back_rule_s_lines",
        by=by,
        key=f"take_back_rule:{rule_id}:{at.isoformat()}",
        rule_id=str(rule_id),
    )
    record(event=BankEvent.RULE_TAKEN_BACK, subject=rule, by=by, at=at)
    return rule


@operation(permission=Permission.BANK_EXPLAIN, event=None, why="each line that opens again tells itself")
def reopen_lines_of_rule(*, rule_id: UUID, line_ids: Sequence[UUID], by: Actor, at: datetime) -> int:
    """Open these lines again, as far as the rule still explains them; how many could be opened."""
    opened = 0
    for line_id in sorted(line_ids):
        try:
            with transaction.atomic():
                if lock_line(line_id, by).rule_id == rule_id:
                    reopen_bank_line(line_id=line_id, by=by, at=at)
                    opened += 1
        except (DomainError, BankLine.DoesNotExist):
            continue
    return opened


def _apply(line: BankLine, rules: Sequence[LineRule], ours: set[str], by: Actor, at: datetime) -> bool:
    if line.is_reversal or line.explanation not in {Explanation.OPEN, Explanation.ASK, Explanation.PAYMENT}:
        return False
    rule = rule_about(line, rules)
    if rule is None or rule.verdict == Verdict.TRANSFER:
        is_transfer = rule is not None or (bool(line.payer_iban) and line.payer_iban in ours)
        if is_transfer:
            mark_bank_line(line_id=line.pk, explanation=Explanation.TRANSFER, rule=rule, by=by, at=at)
        return is_transfer
    if rule.verdict != Verdict.CLIENT:
        mark_bank_line(line_id=line.pk, explanation=VERDICTS[Verdict(rule.verdict)], rule=rule, by=by, at=at)
        return True
    return _give_to_client(line, rule, by, at)


def _give_to_client(line: BankLine, rule: LineRule, by: Actor, at: datetime) -> bool:
    """Money that is recorded and nobody's yet becomes the client's."""
    if line.payment is None or line.payment.client is not None:
        return False
    set_payment_client(
        payment_id=line.payment.pk, company_id=rule.company_id, contact_id=rule.contact_id, by=by, at=at
    )
    line.rule, line.explained_by, line.explained_at, line.updated_at = rule, by.label[:250], at, at
    line.save(update_fields=CHANGED)
    return True


def _locked(rule_id: UUID) -> LineRule:
    return LineRule.objects.select_for_update().get(pk=rule_id)


def _checked(values: dict[str, Any], by: Actor) -> dict[str, Any]:
    """The values as they are kept; refuses a rule that asks for nothing, or names no client."""
    kept = dict(values)
    kept["text"], kept["iban"] = " ".join(values["text"].split()), normalize_iban(values["iban"])
    is_about_client = values["verdict"] == Verdict.CLIENT
    if not is_about_client:
        kept["company_id"] = kept["contact_id"] = None
    kept["name"] = " ".join(values["name"].split())[:100] or (kept["text"] or kept["iban"])[:100]
    errors = text_errors(LineRule, {name: kept[name] for name in ("name", "text", "iban")})
    errors += _errors(kept)
    refuse_all(errors)
    if kept["account_id"]:
        BankAccount.objects.get(pk=kept["account_id"])
    if kept["company_id"]:
        visible_to(Company.objects.all(), by).get(pk=kept["company_id"])
    if kept["contact_id"]:
        visible_to(Contact.objects.all(), by).get(pk=kept["contact_id"])
    return kept


def _errors(kept: dict[str, Any]) -> list[FieldError]:
    errors = []
    if not kept["text"] and not kept["iban"]:
        errors.append(FieldError("text", "rule_empty", _("Give a text or an IBAN by which lines are known.")))
    if kept["text"] and len(fold(kept["text"])) < SHORTEST:
        errors.append(FieldError("text", "too_short", _("Give at least three letters or figures.")))
    if kept["iban"] and not is_valid_iban(kept["iban"]):
        errors.append(FieldError("iban", "iban_invalid", _("This IBAN is not valid: a character is wrong.")))
    if kept["sign"] not in {"", *Sign.values}:
        errors.append(FieldError("sign", "sign_unknown", _("Choose which way the money goes.")))
    if kept["verdict"] not in Verdict.values:
        errors.append(FieldError("verdict", "verdict_unknown", _("Choose what such lines are.")))
    elif kept["verdict"] == Verdict.CLIENT and kept["company_id"] and kept["contact_id"]:
        errors.append(FieldError("contact_id", "client_twice", _("Choose a company or a person, not both.")))
    elif kept["verdict"] == Verdict.CLIENT and not kept["company_id"] and not kept["contact_id"]:
        errors.append(FieldError("company_id", "client_missing", _("Choose the client of such lines.")))
    return errors
