"""Rules about the document itself: name, number, days, what it amends."""

import re
from datetime import timedelta

from tenant_apps.invoices.rules.facts import DocumentFacts, OriginalFacts
from tenant_apps.invoices.rules.problems import Problem, Problems, Severity
from tenant_apps.invoices.rules.states import CREDIT_NOTE, HEADINGS, STAMPS
from tenant_apps.invoices.rules.totals import exceeding

# чл. 113, ал. 4 and чл. 115, ал. 3 ЗДДС: issued within five days of the tax event, or of what changed it.
DAYS_FROM_TAX_EVENT = timedelta(days=5)
_TEN_DIGITS = re.compile(r"[0-9]{10}")


def heading(facts: DocumentFacts) -> Problems:
    if facts.heading != HEADINGS[facts.kind]:
        yield Problem("heading_wrong", params={"heading": HEADINGS[facts.kind]})


def number(facts: DocumentFacts) -> Problems:
    """Ten digits, the next in the series. A gap before it is another document's fault, so it only warns:
    the audit of the series shows it.
    """
    if facts.number and not _TEN_DIGITS.fullmatch(facts.number):
        yield Problem("number_not_ten_digits", "number", params={"number": facts.number})
    elif facts.series.has_gap:
        yield Problem("number_gap", "series", Severity.WARNING)


def stamp(facts: DocumentFacts) -> Problems:
    if facts.stamp != STAMPS[facts.state]:
        yield Problem("stamp_wrong", params={"stamp": STAMPS[facts.state]})


def issue_date(facts: DocumentFacts) -> Problems:
    previous = facts.series.previous_day
    if facts.issue_date > facts.today:
        yield Problem("issue_date_in_future", "issue_date")
    elif previous and facts.issue_date < previous:
        params = {"number": facts.series.previous_number, "day": previous}
        yield Problem("issue_date_before_previous", "issue_date", params=params)


def tax_event_date(facts: DocumentFacts) -> Problems:
    if facts.tax_event_date and facts.issue_date - facts.tax_event_date > DAYS_FROM_TAX_EVENT:
        yield Problem("issued_late", "tax_event_date")


def due_date(facts: DocumentFacts) -> Problems:
    if facts.due_date and facts.due_date < facts.issue_date:
        yield Problem("due_before_issue", "due_date")


def compiler(facts: DocumentFacts) -> Problems:
    if not facts.seller.compiled_by.strip():
        yield Problem("compiler_missing")


def language(facts: DocumentFacts) -> Problems:
    if facts.language != "bg":
        yield Problem("language_not_bulgarian", "language")


def annulment(facts: DocumentFacts) -> Problems:
    """чл. 116, ал. 4 ЗДДС: what is annulled is kept, and a protocol says why."""
    if not facts.annul_reason.strip():
        yield Problem("annul_reason_missing")


def proforma(facts: DocumentFacts) -> Problems:
    """It must not pass for a tax document."""
    if _TEN_DIGITS.fullmatch(facts.number):
        yield Problem("proforma_number_looks_taxed", "series", params={"number": facts.number})


def note(facts: DocumentFacts) -> Problems:
    """чл. 115 ЗДДС: it names the invoice and the reason, and stays within it group by group."""
    if not facts.amend_reason.strip():
        yield Problem("amend_reason_missing", "amend_reason")
    if facts.original is None or not facts.original.is_issued:
        yield Problem("original_not_issued", "amends_id")
    else:
        yield from _beside_its_invoice(facts, facts.original)


def _beside_its_invoice(facts: DocumentFacts, original: OriginalFacts) -> Problems:
    if facts.currency != original.currency:
        yield Problem("note_currency_differs", "currency", params={"currency": original.currency})
    if facts.issue_date < original.issue_date:
        yield Problem("note_before_invoice", "issue_date", params={"day": original.issue_date})
    if any(group.key not in original.groups for group in facts.groups):
        yield Problem("note_rate_differs", "items")
    elif facts.kind == CREDIT_NOTE and exceeding(facts.groups, original.left):
        yield Problem("note_exceeds_invoice", "items")
