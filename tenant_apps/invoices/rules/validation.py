"""The rules that an accountant holds a document to.

`validate` says of every rule whether the document keeps it. Errors stop a document from being issued,
warnings and infos do not. ЗДДС is the VAT act, ППЗДДС its regulations; the words for people, with the source
of each rule, are in `validation_texts`.
"""

from collections.abc import Iterable

from tenant_apps.invoices.rules import document_rules as document
from tenant_apps.invoices.rules import money_rules as money
from tenant_apps.invoices.rules import party_rules as party
from tenant_apps.invoices.rules.facts import DocumentFacts
from tenant_apps.invoices.rules.problems import Finding, Rule, Severity
from tenant_apps.invoices.rules.states import ANNULLED, CREDIT_NOTE

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def _taxed(facts: DocumentFacts) -> bool:
    return facts.is_taxed


def _numbered(facts: DocumentFacts) -> bool:
    return not facts.is_draft


RULES: tuple[Rule, ...] = (
    Rule("heading", ERROR, document.heading),
    Rule("number", ERROR, document.number, _taxed),
    Rule("stamp", WARNING, document.stamp, lambda facts: _numbered(facts) and facts.is_taxed),
    Rule("issue_date", ERROR, document.issue_date),
    Rule("tax_event_date", WARNING, document.tax_event_date, _taxed),
    Rule("seller", ERROR, party.seller),
    Rule("seller_eik", ERROR, party.seller_eik, _taxed),
    Rule("seller_vat_number", ERROR, party.seller_vat_number, _taxed),
    Rule("buyer", ERROR, party.buyer),
    Rule("buyer_eik", ERROR, party.buyer_eik, party.has_bulgarian_trader),
    Rule("buyer_vat_number", ERROR, party.buyer_vat_number, party.has_trader),
    Rule("vies", ERROR, party.vies, party.supplies_to_the_union),
    Rule("responsible_person", INFO, party.responsible_person, _taxed),
    Rule("lines", ERROR, money.lines),
    Rule("tax_base", ERROR, money.tax_base),
    Rule("vat_rate", ERROR, money.vat_rate),
    Rule("vat_amount", ERROR, money.vat_amount),
    Rule("legal_basis", ERROR, money.legal_basis, _taxed),
    Rule("outside_scope", ERROR, money.outside_scope, _taxed),
    Rule("special_marks", ERROR, money.special_marks, _taxed),
    Rule("currency", ERROR, money.currency, _taxed),
    Rule("amount_due", ERROR, money.amount_due),
    Rule("amount_in_words", ERROR, money.in_words),
    Rule("iban", ERROR, party.iban, lambda facts: facts.kind != CREDIT_NOTE),
    Rule("due_date", ERROR, document.due_date, lambda facts: facts.kind != CREDIT_NOTE),
    Rule("compiler", INFO, document.compiler, lambda facts: _numbered(facts) and facts.is_taxed),
    Rule("note", ERROR, document.note, lambda facts: facts.is_note),
    Rule("annulment", ERROR, document.annulment, lambda facts: facts.state == ANNULLED),
    Rule("language", INFO, document.language, _taxed),
    Rule("proforma", ERROR, document.proforma, lambda facts: facts.is_proforma),
)


def validate(facts: DocumentFacts) -> list[Finding]:
    """What every rule that applies to the document says of it, in the order of the rules."""
    return [finding for rule in RULES if rule.applies(facts) for finding in rule.findings(facts)]


def errors_among(findings: Iterable[Finding]) -> list[Finding]:
    """The findings for which the document may not be issued."""
    return [finding for finding in findings if finding.blocks]
