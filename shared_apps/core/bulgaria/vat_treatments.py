"""How the Bulgarian VAT act treats a supply: dated rows of rate, category and legal basis.

Source: ЗДДС (the articles named in each row). Categories are those of EN 16931 (UNCL 5305): S standard or
reduced, Z/E zero or exempt, AE the buyer accounts for the VAT, K supply within the EU, G export, O outside
the scope of VAT. A treatment's code is stored in documents and never changes; a rate that changes is a new
row with the same code and other days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

_EU_NAMES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_COUNTRIES = frozenset(_EU_NAMES.split())
_SINCE_ACT = date(2007, 1, 1)


class Buyer(StrEnum):
    """Who buys, as the act tells them apart; `EU_BUSINESS` has a VAT number of another member state."""

    BG_BUSINESS = "bg_business"
    PERSON = "person"
    EU_BUSINESS = "eu_business"
    THIRD_COUNTRY = "third_country"


class Supply(StrEnum):
    GOODS = "goods"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Treatment:
    """One dated row. `rate` in percent, None when the document bears no VAT at all; `basis` is printed as it
    is, `mark` too where the law asks for words of its own. `buyers` and `supplies` that it fits; empty: any.
    `for_registered`: only sellers who are registered for VAT (True), are not (False), or either (None).
    `vatex`: the code of the exemption reason in the VATEX list, where there is one.
    """

    code: str
    category: str
    rate: Decimal | None
    basis: str = ""
    basis_en: str = ""
    mark: str = ""
    mark_en: str = ""
    vatex: str = ""
    buyers: frozenset[Buyer] = frozenset()
    supplies: frozenset[Supply] = frozenset()
    for_registered: bool | None = True
    since: date = _SINCE_ACT
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the row is law on a day."""
        return self.since <= day and (self.until is None or day < self.until)

    def fits(self, *, registered: bool, buyer: Buyer, supply: Supply | None) -> bool:
        """Whether such a seller may treat such a supply to such a buyer so."""
        return (
            self.for_registered in {None, registered}
            and (not self.buyers or buyer in self.buyers)
            and (not self.supplies or supply is None or supply in self.supplies)
        )


_ZERO = Decimal("0.00")
_EU = frozenset({Buyer.EU_BUSINESS})
_ABROAD = frozenset({Buyer.THIRD_COUNTRY})
_AT_HOME = frozenset({Buyer.BG_BUSINESS})
_GOODS, _SERVICES = frozenset({Supply.GOODS}), frozenset({Supply.SERVICE})
_REVERSE, _REVERSE_EN, _REVERSE_REASON = "обратно начисляване", "Reverse charge", "VATEX-EU-AE"

TREATMENTS: tuple[Treatment, ...] = (
    Treatment("standard", "S", Decimal("20.00")),
    # чл. 66, ал. 2: accommodation since 1 April 2011 (7 % before); books and baby food since 1 July 2020.
    Treatment("reduced", "S", Decimal("9.00"), since=date(2011, 4, 1)),
    Treatment(
        "eu_goods",
        "K",
        _ZERO,
        "чл. 53, ал. 1 ЗДДС – вътреобщностна доставка",
        "Art. 53(1) VAT Act – intra-Community supply (Art. 138 Directive 2006/112/EC)",
        vatex="VATEX-EU-IC",
        buyers=_EU,
        supplies=_GOODS,
    ),
    Treatment(
        "eu_services",
        "AE",
        _ZERO,
        "чл. 21, ал. 2 ЗДДС – място на изпълнение в друга държава членка",
        "Art. 21(2) VAT Act – place of supply in another member state (Art. 44 Directive 2006/112/EC)",
        buyers=_EU,
        supplies=_SERVICES,
        mark=_REVERSE,
        mark_en=_REVERSE_EN,
        vatex=_REVERSE_REASON,
    ),
    Treatment(
        "export",
        "G",
        _ZERO,
        "чл. 28 ЗДДС – износ на стоки",
        "Art. 28 VAT Act – export of goods",
        vatex="VATEX-EU-G",
        buyers=_ABROAD,
        supplies=_GOODS,
    ),
    Treatment(
        "services_abroad",
        "O",
        None,
        "чл. 21, ал. 2 ЗДДС – място на изпълнение извън ЕС",
        "Art. 21(2) VAT Act – place of supply outside the EU",
        vatex="VATEX-EU-O",
        buyers=_ABROAD,
        supplies=_SERVICES,
    ),
    Treatment(
        "reverse_charge",
        "AE",
        _ZERO,
        "чл. 163а, ал. 2 ЗДДС – данъкът е изискуем от получателя",
        "Art. 163a(2) VAT Act – VAT is due from the recipient",
        buyers=_AT_HOME,
        mark=_REVERSE,
        mark_en=_REVERSE_EN,
        vatex=_REVERSE_REASON,
    ),
    Treatment(
        "triangular",
        "AE",
        _ZERO,
        "чл. 141 Директива 2006/112/ЕО – тристранна операция, чл. 15 ЗДДС",
        "Art. 141 Directive 2006/112/EC – triangular operation",
        buyers=_EU,
        supplies=_GOODS,
        mark=_REVERSE,
        mark_en=_REVERSE_EN,
        vatex=_REVERSE_REASON,
    ),
    Treatment(
        "exempt",
        "E",
        _ZERO,
        "чл. 39–49 ЗДДС – освободена доставка",
        "Art. 39–49 VAT Act – exempt supply",
        for_registered=None,
    ),
    Treatment("treated_as_export", "E", _ZERO, "чл. 140, 146 и 173 ЗДДС", "Art. 140, 146 and 173 VAT Act"),
    Treatment(
        "margin",
        "E",
        None,
        "чл. 143 ЗДДС – режим на облагане на маржа",
        "Art. 143 VAT Act – margin scheme",
        mark="режим на облагане на маржа – стоки втора употреба",
        mark_en="Margin scheme – second-hand goods",
        vatex="VATEX-EU-F",
        supplies=_GOODS,
    ),
    Treatment(
        "not_registered",
        "O",
        None,
        "чл. 113, ал. 9 ЗДДС",
        "Art. 113(9) VAT Act – the supplier is not registered for VAT",
        vatex="VATEX-EU-O",
        for_registered=False,
    ),
    # The special scheme for small enterprises of the EU (Directive (EU) 2020/285), applied since 2025.
    Treatment(
        "small_business",
        "E",
        _ZERO,
        "чл. 284 Директива 2006/112/ЕО – специален режим за малки предприятия",
        "Special scheme for small enterprises (Art. 284 Directive 2006/112/EC)",
        for_registered=False,
        buyers=_EU | frozenset({Buyer.PERSON}),
        since=date(2025, 1, 1),
    ),
)
CODES = tuple(dict.fromkeys(row.code for row in TREATMENTS))


def treatment(code: str, *, on: date) -> Treatment | None:
    """The row of a code that is law on a day; None when there is none."""
    return next((row for row in TREATMENTS if row.code == code and row.holds_on(on)), None)


def is_rate_of(code: str, rate: Decimal | None) -> bool:
    """Whether a treatment has, or on some day had, this rate."""
    return any(row.code == code and row.rate == rate for row in TREATMENTS)


def usual_code(rate: Decimal | None, *, registered: bool) -> str:
    """What a bare rate says by itself: 20 and 9 percent, and no VAT of one who is not registered. Empty where
    it says nothing: for 0 percent a person has to choose the basis.
    """
    if rate is None and not registered:
        return "not_registered"
    taxed = (row.code for row in TREATMENTS if row.category == "S" and row.rate == rate)
    return next(taxed, "")


def buyer_kind(
    *, is_consumer: bool, country: str, vat_number: str, eu: Iterable[str] = EU_COUNTRIES
) -> Buyer:
    """Who the buyer is to the act. One of the EU without a VAT number is taxed like a person."""
    if country not in {"", "BG", *eu}:
        return Buyer.THIRD_COUNTRY
    if is_consumer:
        return Buyer.PERSON
    if country in {"", "BG"}:
        return Buyer.BG_BUSINESS
    return Buyer.EU_BUSINESS if vat_number.strip() else Buyer.PERSON


def suggested_code(*, registered: bool, buyer: Buyer, supply: Supply | None) -> str:
    """The treatment that such a supply usually has; empty when goods or service must be known first."""
    if not registered:
        return "not_registered"
    if buyer in {Buyer.BG_BUSINESS, Buyer.PERSON}:
        return "standard"
    if supply is None:
        return ""
    usual = {
        (Buyer.EU_BUSINESS, Supply.GOODS): "eu_goods",
        (Buyer.EU_BUSINESS, Supply.SERVICE): "eu_services",
        (Buyer.THIRD_COUNTRY, Supply.GOODS): "export",
        (Buyer.THIRD_COUNTRY, Supply.SERVICE): "services_abroad",
    }
    return usual[buyer, supply]
