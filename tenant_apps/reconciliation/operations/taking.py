"""Entries become lines, each once, and each line is explained as far as nobody has to be asked."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.ids import new_id
from shared_apps.core.search import searchable
from tenant_apps.invoices.models import Payment
from tenant_apps.invoices.operations import PaymentInput, payment_errors, record_payments
from tenant_apps.reconciliation.models import (
    BankAccount,
    BankLine,
    Explanation,
    LineRule,
    RowOutcome,
    Statement,
    StatementRow,
    Verdict,
)
from tenant_apps.reconciliation.operations.explaining import NOBODY, clients_paying_from, explain, money_of
from tenant_apps.reconciliation.operations.matching import match_payments
from tenant_apps.reconciliation.operations.planning import Planned
from tenant_apps.reconciliation.operations.traces import trace_of_entry, trace_of_line, trace_of_payment
from tenant_apps.reconciliation.queries import Client, live_rules, own_ibans, recorded_elsewhere
from tenant_apps.reconciliation.rules import counts as figures
from tenant_apps.reconciliation.rules.entries import BOOKED, PENDING, Entry, plain
from tenant_apps.reconciliation.rules.sameness import (
    Found,
    Pattern,
    Trace,
    find_alike,
    find_recorded,
    is_about,
)

VERDICTS = {
    Verdict.FEE: Explanation.FEE,
    Verdict.NOT_OURS: Explanation.NOT_OURS,
    Verdict.TRANSFER: Explanation.TRANSFER,
}


@dataclass
class Taken:
    """What comes of a batch: rows, lines, the money that is recorded for some of them, and figures."""

    rows: list[StatementRow] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)
    money: list[tuple[BankLine, PaymentInput]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass
class _Known:
    """What is there before a batch: lines by account, fingerprint and occurrence; lines of other files by
    account, day and amount; payments of other doors by amount and currency; who pays from which IBAN.
    """

    held: dict[tuple[object, ...], UUID]
    alike: dict[tuple[object, ...], list[Trace]]
    recorded: dict[tuple[object, ...], dict[Trace, Payment]]
    clients: dict[str, Client]


class Hand:
    """Takes the entries of one statement in, or rehearses it. Lives as long as its worker stays with it."""

    def __init__(self, statement: Statement, by: Actor, *, is_rehearsal: bool) -> None:
        self.statement, self.by, self.is_rehearsal = statement, by, is_rehearsal
        self.own_ibans, self.rules = own_ibans(), live_rules(by)
        self.kind = (statement.format, statement.headers_key)
        rows = StatementRow.objects.filter(statement=statement, is_rehearsal=False)
        self.claimed_lines = set(rows.exclude(line=None).values_list("line_id", flat=True))
        self.claimed_payments: set[UUID] = set()
        self.rehearsed: set[tuple[object, ...]] = set()

    def take(self, entries: Sequence[Planned], at: datetime) -> Taken:
        """The lines of these entries, written, with what is said of each; the payments that they make are
        matched. Inside the caller's transaction, which a rehearsal takes back.
        """
        taken = Taken()
        booked = [one for one in entries if one.entry is not None]
        self._lock(one.account for one in booked)
        payers = {one.entry.payer_iban for one in booked if one.entry and one.entry.amount > 0}
        known = _Known(
            _held(booked),
            self._of_other_files(booked),
            _recorded(booked),
            clients_paying_from(payers, self.by),
        )
        for one in entries:
            self._take_one(one, taken, known, at)
        self._record_money(taken, at)
        BankLine.objects.bulk_create(taken.lines)
        StatementRow.objects.bulk_create(taken.rows)
        taken.counts.update(Counter(_figure(line) for line in taken.lines))
        return taken

    def _take_one(self, one: Planned, taken: Taken, known: "_Known", at: datetime) -> None:
        row = StatementRow(
            statement=self.statement,
            is_rehearsal=self.is_rehearsal,
            number=one.number,
            part=one.part,
            place=one.place[:20],
            outcome=self._outcome_without_line(one),
            is_reversal=one.is_reversal,
        )
        if one.entry is None or one.account is None:
            if row.outcome == RowOutcome.FAILED:
                row.field, row.problem = one.problem or ("currency", "account")
                row.texts = {name: plain(str(text))[:2000] for name, text in one.texts.items()}
            self._keep(row, taken)
            return
        row.line_id, found = self._find(one, one.entry, one.account, known)
        row.outcome = RowOutcome.SEEN
        if row.line_id is None and one.key not in self.rehearsed:
            line = self._new_line(one, one.entry, one.account, at)
            self._explain(line, found, known, taken, at)
            taken.lines.append(line)
            known.held[one.key] = row.line_id = line.pk
            row.outcome = RowOutcome.ADDED
            if self.is_rehearsal:
                self.rehearsed.add(one.key)
        if row.line_id:
            self.claimed_lines.add(row.line_id)
        self._keep(row, taken)

    def _find(
        self, one: Planned, entry: Entry, account: BankAccount, known: "_Known"
    ) -> tuple[UUID | None, Found[Trace]]:
        """The line that the entry already is; else those of other files that it may be."""
        if one.key in known.held:
            return known.held[one.key], Found()
        alike = known.alike.get((account.pk, entry.booked_on, entry.amount), [])
        free = [trace for trace in alike if trace.id not in self.claimed_lines]
        found = find_alike(trace_of_entry(entry), free)
        return (found.one.id if found.one else None), found

    def _keep(self, row: StatementRow, taken: Taken) -> None:
        """Count the row, and keep it; of a rehearsal only what cannot be read."""
        taken.counts[row.outcome] += 1
        if not self.is_rehearsal or row.outcome == RowOutcome.FAILED:
            taken.rows.append(row)

    @staticmethod
    def _outcome_without_line(one: Planned) -> RowOutcome:
        if one.problem is None and one.status == PENDING:
            return RowOutcome.PENDING
        return RowOutcome.FAILED if one.problem or one.status == BOOKED else RowOutcome.INFORMATION

    def _lock(self, accounts: Iterable[BankAccount | None]) -> None:
        """So that two files of one account come in one after the other."""
        ids = sorted({account.pk for account in accounts if account})
        list(BankAccount.objects.select_for_update().filter(pk__in=ids).order_by("id"))

    def _of_other_files(self, booked: Sequence[Planned]) -> dict[tuple[object, ...], list[Trace]]:
        """Lines of the same accounts, days and amounts that files of another make brought."""
        rows = BankLine.objects.filter(
            account__in={one.account.pk for one in booked if one.account},
            booked_on__in={one.entry.booked_on for one in booked if one.entry},
            amount__in={one.entry.amount for one in booked if one.entry},
        )
        found: dict[tuple[object, ...], list[Trace]] = {}
        for line in rows.exclude(statement=self.statement).select_related("statement").order_by("id"):
            if (line.statement.format, line.statement.headers_key) != self.kind:
                found.setdefault((line.account_id, line.booked_on, line.amount), []).append(
                    trace_of_line(line)
                )
        return found

    def _new_line(self, one: Planned, entry: Entry, account: BankAccount, at: datetime) -> BankLine:
        return BankLine(
            id=new_id(),
            account=account,
            statement=self.statement,
            booked_on=entry.booked_on,
            value_on=entry.value_on,
            amount=entry.amount,
            currency=entry.currency,
            payer_name=entry.payer_name,
            payer_iban=entry.payer_iban,
            text=entry.text,
            end_to_end_id=entry.end_to_end_id,
            bank_reference=entry.bank_reference,
            is_reversal=entry.is_reversal,
            fingerprint=one.fingerprint,
            occurrence=one.occurrence,
            owner_id=self.statement.owner_id,
            search_text=searchable(entry.payer_name, entry.payer_iban, entry.text, entry.bank_reference),
            created_at=at,
            updated_at=at,
        )

    def _explain(
        self, line: BankLine, alike: Found[Trace], known: "_Known", taken: Taken, at: datetime
    ) -> None:
        """Say what a new line is: a transfer between own accounts, what a rule says, money that another door
        recorded, or a payment of its own. A reversal waits for its original.
        """
        if line.is_reversal:
            return
        rule = rule_about(line, self.rules)
        if alike.candidates:
            line.look_alikes = [str(one.id) for one in alike.candidates]
            line.explanation = Explanation.ASK
        elif line.payer_iban and line.payer_iban in self.own_ibans:
            explain(line, Explanation.TRANSFER, self.by, at)
        elif rule and rule.verdict != Verdict.CLIENT:
            explain(line, VERDICTS[Verdict(rule.verdict)], self.by, at, rule=rule)
        elif line.came_in:
            self._explain_money(line, rule, known, taken, at)

    def _explain_money(
        self, line: BankLine, rule: LineRule | None, known: "_Known", taken: Taken, at: datetime
    ) -> None:
        recorded = known.recorded.get((line.amount, line.currency), {})
        free = {
            trace: payment for trace, payment in recorded.items() if trace.id not in self.claimed_payments
        }
        found = find_recorded(trace_of_line(line), free)
        if found.one:
            self.claimed_payments.add(found.one.id)
            explain(line, Explanation.PAYMENT, self.by, at, payment=free[found.one])
        elif found.candidates:
            line.candidates = [str(one.id) for one in found.candidates]
            line.explanation = Explanation.ASK
        else:
            self._plan_money(line, rule, known, taken)

    def _plan_money(self, line: BankLine, rule: LineRule | None, known: "_Known", taken: Taken) -> None:
        """The line is to be recorded as a payment. What the ledger will not have waits for somebody."""
        by_iban = known.clients.get(line.payer_iban, NOBODY)
        line.own_payments, line.rule = 1, rule
        money = money_of(line, (rule.company_id, rule.contact_id) if rule else by_iban)
        if errors := payment_errors(money):
            line.own_payments, line.rule = 0, None
            line.explanation, line.note = Explanation.ASK, str(errors[0].message)[:500]
        else:
            taken.money.append((line, money))

    def _record_money(self, taken: Taken, at: datetime) -> None:
        """Record and match the payments of a batch."""
        if not taken.money:
            return
        payments = record_payments(payments=[money for _, money in taken.money], by=self.by, at=at)
        for (line, _), payment in zip(taken.money, payments, strict=True):
            explain(line, Explanation.PAYMENT, self.by, at, payment=payment, rule=line.rule)
        matching = match_payments(payment_ids=[one.pk for one in payments], by=self.by, at=at)
        taken.counts[figures.LINKED] += matching.linked_count


def rule_about(line: BankLine, rules: Iterable[LineRule]) -> LineRule | None:
    """The first rule that is about the line; one about a client only for money that came in."""
    for rule in rules:
        pattern = Pattern(rule.text, rule.iban, rule.sign, rule.account_id)
        if is_about(
            pattern,
            amount=line.amount,
            texts=(line.payer_name, line.text),
            iban=line.payer_iban,
            account_id=line.account_id,
        ) and (line.came_in or rule.verdict != Verdict.CLIENT):
            return rule
    return None


def _held(booked: Sequence[Planned]) -> dict[tuple[object, ...], UUID]:
    """The lines that are here already, by account, fingerprint and occurrence."""
    rows = BankLine.objects.filter(
        account__in={one.account.pk for one in booked if one.account},
        fingerprint__in={one.fingerprint for one in booked},
    )
    return {
        (account_id, fingerprint, occurrence): line_id
        for line_id, account_id, fingerprint, occurrence in rows.values_list(
            "id", "account_id", "fingerprint", "occurrence"
        )
    }


def _recorded(booked: Sequence[Planned]) -> dict[tuple[object, ...], dict[Trace, Payment]]:
    """Money that other doors recorded and that one of these entries may be."""
    came = [one.entry for one in booked if one.entry and one.entry.amount > 0]
    if not came:
        return {}
    days = [entry.booked_on for entry in came]
    rows = recorded_elsewhere({entry.amount for entry in came}, since=min(days), until=max(days))
    found: dict[tuple[object, ...], dict[Trace, Payment]] = {}
    for payment in rows:
        found.setdefault((payment.amount, payment.currency), {})[trace_of_payment(payment)] = payment
    return found


def _figure(line: BankLine) -> str:
    """Under which figure a new line is counted, besides that it was added."""
    if line.is_reversal:
        return figures.REVERSALS
    if line.explanation == Explanation.ASK:
        return figures.ASKED
    if line.explanation == Explanation.PAYMENT:
        return figures.PAYMENTS if line.own_payments else figures.RECORDED_BEFORE
    if line.rule_id:
        return figures.BY_RULE
    return figures.TRANSFERS if line.explanation == Explanation.TRANSFER else figures.OUT
