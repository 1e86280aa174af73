"""How VAT treatments are called on pages; what documents print is the law's own text."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shared_apps.core.bulgaria.vat_treatments import TREATMENTS, Treatment

NAMES: Mapping[str, str | Promise] = {
    "eu_goods": _("goods to the EU"),
    "eu_services": _("services to the EU"),
    "export": _("export"),
    "services_abroad": _("services outside the EU"),
    "reverse_charge": _("reverse charge"),
    "triangular": _("triangular operation"),
    "exempt": _("exempt supply"),
    "treated_as_export": _("Art. 140, 146, 173"),
    "margin": _("margin scheme"),
    "not_registered": _("not registered"),
    "small_business": _("small enterprises scheme"),
}


def written_treatment(rate: Decimal | None, code: str) -> str:
    """A treatment as the editor's list writes it: `20.00`, `0.00:export`, `:not_registered`; 20 and 9 percent
    say all by themselves.
    """
    written = "" if rate is None else f"{rate:.2f}"
    return f"{written}:{code}" if code in NAMES else written


def read_treatment(text: str) -> tuple[Decimal | None, str]:
    """Rate and code of a line of the list. Raises ArithmeticError for one that is no number."""
    rate, _colon, code = text.partition(":")
    return (Decimal(rate) if rate else None, code)


def treatment_choices(*, registered: bool, on: date) -> list[tuple[str, str | Promise]]:
    """The list of the editor: the rates, then why a line bears no VAT, as the law is on a day."""
    offered = [row for row in TREATMENTS if row.holds_on(on) and row.for_registered in {None, registered}]
    usual = [("20.00", "20 %"), ("9.00", "9 %")] if registered else []
    named = [(written_treatment(row.rate, row.code), _label(row)) for row in offered if row.code in NAMES]
    return [*usual, *named, ("0.00", _("0 % · basis?")), ("", _("No VAT · basis?"))]


def _label(row: Treatment) -> str:
    rate = _("No VAT") if row.rate is None else f"{row.rate.normalize():f} %"
    return f"{rate} · {NAMES[row.code]}"
