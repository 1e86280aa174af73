"""Kinds, states and statuses of documents, what is owed, and when it is due."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from tenant_apps.invoices.rules.totals import ZERO

INVOICE, CREDIT_NOTE, DEBIT_NOTE, PROFORMA = "invoice", "credit_note", "debit_note", "proforma"
KINDS = (INVOICE, CREDIT_NOTE, DEBIT_NOTE, PROFORMA)
# чл. 112, ал. 1 ЗДДС: invoice and notice are the tax documents; they share a series of ten digits.
TAX_KINDS = (INVOICE, CREDIT_NOTE, DEBIT_NOTE)
NOTES = (CREDIT_NOTE, DEBIT_NOTE)
# What a client owes by itself; a credit note takes from its invoice, a proforma only asks.
OWED_KINDS = (INVOICE, DEBIT_NOTE)
# чл. 114, ал. 1, т. 1 ЗДДС: the name of the document, which stays Bulgarian beside any other language.
HEADINGS: Mapping[str, str] = {
    INVOICE: "ФАКТУРА",
    CREDIT_NOTE: "КРЕДИТНО ИЗВЕСТИЕ",
    DEBIT_NOTE: "ДЕБИТНО ИЗВЕСТИЕ",
    PROFORMA: "ПРОФОРМА",
}

# States are stored; whatever else a status says follows from money and dates.
DRAFT, ISSUED, ANNULLED = "draft", "issued", "annulled"
STATES = (DRAFT, ISSUED, ANNULLED)
# What is stamped on the first copy.
STAMPS: Mapping[str, str] = {DRAFT: "ЧЕРНОВА", ISSUED: "ОРИГИНАЛ", ANNULLED: "АНУЛИРАНА"}
TRANSITIONS: Mapping[str, frozenset[str]] = {
    DRAFT: frozenset({ISSUED}),
    ISSUED: frozenset({ANNULLED}),
    ANNULLED: frozenset(),
}
PAID, OVERDUE, PARTLY_PAID, SENT, CREDITED = "paid", "overdue", "partly_paid", "sent", "credited"
STATUSES = (DRAFT, ISSUED, SENT, PARTLY_PAID, PAID, CREDITED, OVERDUE, ANNULLED)


def may_become(state: str, new_state: str) -> bool:
    """Say whether a document in `state` may pass into `new_state`."""
    return new_state in TRANSITIONS[state]


def outstanding(
    *,
    kind: str,
    state: str,
    total: Decimal,
    paid_total: Decimal,
    credited_total: Decimal,
    written_off_total: Decimal,
) -> Decimal:
    """Return what the client still owes: nothing on a draft, an annulled document, a credit note or a
    proforma; never below zero.
    """
    if state != ISSUED or kind not in OWED_KINDS:
        return ZERO
    return max(total - paid_total - credited_total - written_off_total, ZERO)


def status_of(
    *,
    kind: str,
    state: str,
    total: Decimal,
    paid_total: Decimal,
    credited_total: Decimal,
    written_off_total: Decimal,
    sent_at: datetime | None,
    due_date: date | None,
    on: date,
) -> str:
    """Return the status `on` a day: the first of annulled, credited (whole, by notes), paid, overdue, partly
    paid, sent, issued, draft.

    An issued invoice that comes to nothing owes nothing, so it is paid; so is one whose rest was written off.
    Overdue starts on the day after the due date. Credit notes and proformas are never paid nor overdue.
    """
    if state != ISSUED:
        return state
    if kind in OWED_KINDS:
        if total and credited_total >= total:
            return CREDITED
        if paid_total + credited_total + written_off_total >= total:
            return PAID
        if due_date is not None and due_date < on:
            return OVERDUE
        if paid_total > 0:
            return PARTLY_PAID
    return ISSUED if sent_at is None else SENT


def default_due_date(issue_date: date, payment_term_days: int) -> date:
    """Return the day by which to pay: the term counts from the day after issue, 0 means at once."""
    return issue_date + timedelta(days=payment_term_days)


def are_different_buyers(one: Iterable[tuple[str, str]], other: Iterable[tuple[str, str]]) -> bool:
    """Whether the (EIK, VAT number) pairs on two clients' documents tell that they are two: both bear numbers
    of one kind, and none in common. A Bulgarian VAT number holds the EIK.
    """
    mine, theirs = _numbers(one), _numbers(other)
    return any(a and b and not a & b for a, b in zip(mine, theirs, strict=True))


def _numbers(pairs: Iterable[tuple[str, str]]) -> tuple[set[str], set[str]]:
    eiks, vat_numbers = set(), set()
    for eik, vat_number in pairs:
        eiks |= {eik, vat_number.removeprefix("BG") if vat_number.startswith("BG") else ""} - {""}
        vat_numbers |= {vat_number} - {""}
    return eiks, vat_numbers
