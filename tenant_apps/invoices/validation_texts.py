"""The rules of `rules.validate` in words for people: what each asks, where that is written, what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import FieldError, Text
from shared_apps.core.formats import format_day, format_number
from tenant_apps.invoices.rules import Finding


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule asks, and its source; no source where custom asks, not law."""

    name: Text
    source: Text = ""


def _article(article: int, paragraph: int) -> Promise:
    """A place in the VAT act, as it is cited: `чл. 113, ал. 4 ЗДДС`."""
    words = _("Art. {article}({paragraph}) VAT Act")
    return format_lazy(words, article=article, paragraph=paragraph)


def _content(point: int) -> Promise:
    """чл. 114, ал. 1 ЗДДС lists what an invoice says: `чл. 114, ал. 1, т. 2 ЗДДС`."""
    return format_lazy(_("Art. 114(1)({point}) VAT Act"), point=point)


RULE_TEXTS: Mapping[str, RuleText] = {
    "heading": RuleText(_("The document bears its Bulgarian name"), _content(1)),
    "number": RuleText(_("The number has ten digits and follows the one before"), _content(2)),
    "stamp": RuleText(_("The first copy is marked as the original")),
    "issue_date": RuleText(
        _("The date of issue has come and is not before that of the previous number"), _content(3)
    ),
    "tax_event_date": RuleText(_("Issued within five days of the tax event"), _article(113, 4)),
    "seller": RuleText(_("Name and address of the seller"), _content(4)),
    "seller_eik": RuleText(_("EIK of the seller"), _article(114, 1)),
    "seller_vat_number": RuleText(_("VAT number of the seller, if and only if registered"), _article(114, 1)),
    "buyer": RuleText(_("Name and address of the client"), _content(7)),
    "buyer_eik": RuleText(_("EIK of a Bulgarian trader"), _article(114, 1)),
    "buyer_vat_number": RuleText(_("VAT number of the client, where the supply needs it"), _content(8)),
    "vies": RuleText(_("The client's VAT number was checked in VIES"), _article(53, 1)),
    "responsible_person": RuleText(_("Person in charge of the seller")),
    "lines": RuleText(_("Every line says what it is, how much and in what unit"), _content(9)),
    "tax_base": RuleText(_("The tax base is the sum of the lines, to the cent"), _content(11)),
    "vat_rate": RuleText(_("VAT rates in force on the day of the tax event"), _content(12)),
    "vat_amount": RuleText(_("VAT per rate, to the cent"), _content(13)),
    "legal_basis": RuleText(
        _("At a zero rate or without VAT, a legal basis that fits seller, client and supply"), _content(12)
    ),
    "outside_scope": RuleText(_("Supplies outside the scope of VAT stand alone"), "EN 16931, BR-O-11"),
    "special_marks": RuleText(_("The words that a special regime asks for"), _article(114, 4)),
    "currency": RuleText(_("Base and VAT are in euro"), _article(26, 6)),
    "amount_due": RuleText(_("The amount due is base and VAT, less the advances named"), _content(14)),
    "amount_in_words": RuleText(_("The amount can be written in words")),
    "iban": RuleText(_("The bank account can be paid to")),
    "due_date": RuleText(_("Payment is due on the date of issue or after it")),
    "compiler": RuleText(_("Name of who compiled it")),
    "note": RuleText(_("The note names its invoice and reason, and stays within it"), _article(115, 4)),
    "annulment": RuleText(_("A protocol says why it was annulled"), _article(116, 4)),
    "language": RuleText(_("In Bulgarian")),
    "proforma": RuleText(_("A proforma does not look like a tax document"), _article(112, 1)),
}

PROBLEM_TEXTS: Mapping[str, Text] = {
    "heading_wrong": _("The document must be called %(heading)s."),
    "number_not_ten_digits": _("%(number)s is not a number of ten digits."),
    "number_gap": _("The number before this one is on no document."),
    "stamp_wrong": _("The paper must bear the mark %(stamp)s."),
    "issue_date_in_future": _("An invoice cannot be issued on a day that has not come yet."),
    "issue_date_before_previous": _(
        "Number %(number)s of the same series was issued on %(day)s; this one cannot be earlier."
    ),
    "issued_late": _("The tax event is more than five days before the date of issue."),
    "seller_name_missing": _("Your organization's legal name is not filled in."),
    "seller_address_missing": _("Your organization's address is not filled in."),
    "seller_street_missing": _("Your organization's address has a city and no street."),
    "seller_eik_missing": _("Your organization's EIK is not filled in."),
    "seller_eik_invalid": _("Your organization's EIK has a wrong digit."),
    "seller_vat_number_missing": _(
        "Your organization is VAT-registered, but its VAT number is not filled in."
    ),
    "seller_vat_number_unexpected": _(
        "Your organization has a VAT number, but is not marked as VAT-registered."
    ),
    "seller_vat_number_invalid": _("Your organization's VAT number has a wrong character."),
    "seller_scheme_number_missing": _(
        "The scheme for small enterprises needs your identification number that ends in -EX."
    ),
    "buyer_name_missing": _("The client has no name."),
    "buyer_address_missing": _("The client's address is not filled in."),
    "buyer_street_missing": _("The client's address has a city and no street."),
    "buyer_eik_missing": _(
        "The client's EIK is not filled in. A Bulgarian trader must have one on the invoice."
    ),
    "buyer_eik_invalid": _("The client's EIK has a wrong digit."),
    "buyer_vat_number_invalid": _("The client's VAT number is not a valid VAT number of an EU country."),
    "buyer_vat_number_missing": _("Such a supply needs the client's VAT number."),
    "buyer_vat_number_at_home": _(
        "The client's VAT number is Bulgarian; such a supply goes to another member state."
    ),
    "vies_number_missing": _("The number of the VIES consultation is not filled in."),
    "vies_day_missing": _("The day of the VIES consultation is not filled in."),
    "vies_day_in_future": _("The day of the VIES consultation has not come yet."),
    "responsible_person_missing": _("Not filled in. Customary, not required."),
    "no_lines": _("Add at least one line."),
    "line_without_words": _("Line %(line)s does not say what it is."),
    "line_quantity_wrong": _("The quantity of line %(line)s must be more than 0."),
    "line_without_unit": _("Line %(line)s needs a unit: goods are counted in one."),
    "tax_base_differs": _("The tax base at %(rate)s differs from the sum of its lines."),
    "lines_outside_groups": _("Some lines are in no VAT group."),
    "line_net_differs": _("A line does not come to quantity × price less its discount."),
    "net_total_differs": _("The net total differs from the sum of the tax bases."),
    "vat_rate_unknown": _("%(rate)s on line %(line)s is not a Bulgarian VAT rate: 20, 9 or 0 %%, or no VAT."),
    "vat_rate_not_in_force": _("%(rate)s on line %(line)s was not in force so on the day of the tax event."),
    "vat_differs": _("The VAT at %(rate)s differs from base × rate."),
    "vat_total_differs": _("The VAT in all differs from the sum per rate."),
    "basis_missing": _("Line %(line)s bears no VAT: choose its legal basis."),
    "basis_unfit": _("The legal basis of line %(line)s (%(basis)s) does not fit this client or supply."),
    "vat_without_registration": _("The lines bear VAT, but your organization is not VAT-registered."),
    "outside_scope_mixed": _(
        "Lines outside the scope of VAT cannot stand beside others. Make two documents."
    ),
    "mark_missing": _("The paper must say “%(mark)s”."),
    "lev_after_euro": _("Bulgarian tax documents are in euro since 1 January 2026."),
    "exchange_rate_missing": _("In %(currency)s the document needs the rate to the euro, and its day."),
    "exchange_rate_day_missing": _("Say of which day the rate is."),
    "exchange_rate_of_other_day": _("The rate is not of the day of the tax event."),
    "total_differs": _("The total differs from base and VAT."),
    "deduction_not_named": _("Line %(line)s must name the advance invoice %(number)s."),
    "amount_not_in_words": _("The amount is too large to be written in words."),
    "iban_invalid": _("Your IBAN has a wrong character."),
    "iban_missing": _("Your IBAN is not filled in, so the invoice does not say where to pay."),
    "due_before_issue": _("The due date is before the date of issue."),
    "compiler_missing": _("Issued by a program, so nobody is named."),
    "amend_reason_missing": _("Say why the invoice is amended."),
    "original_not_issued": _("The invoice that it amends is not in force."),
    "note_currency_differs": _("The invoice is in %(currency)s, so its note is too."),
    "note_before_invoice": _("The invoice is of %(day)s; its note cannot be earlier."),
    "note_rate_differs": _("The note has a rate or treatment that its invoice does not have."),
    "note_exceeds_invoice": _("The note takes more than is left of the invoice at that rate."),
    "annul_reason_missing": _("It does not say why it was annulled."),
    "language_not_bulgarian": _(
        "The document is in English beside its Bulgarian name. The revenue agency may ask for a translation."
    ),
    "proforma_number_looks_taxed": _("%(number)s looks like the number of a tax document."),
}


def problem_words(finding: Finding) -> str:
    """What is wrong, as a sentence; empty for a rule that the document keeps."""
    if finding.passed:
        return ""
    return str(PROBLEM_TEXTS[finding.problem]) % {
        name: _written(name, value) for name, value in finding.params.items()
    }


def field_error(finding: Finding) -> FieldError:
    """The finding as a refusal of its field tells it."""
    return FieldError(finding.field, finding.problem, problem_words(finding))


def _written(name: str, value: Any) -> str:
    if isinstance(value, date):
        return format_day(value)
    if isinstance(value, Decimal):
        return f"{format_number(value)}\u00a0%"
    return str(_("No VAT")) if name == "rate" and value is None else str(value)
