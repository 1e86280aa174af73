"""Amounts spelled out, as they stand under the total of a Bulgarian document."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Gender = Literal["masculine", "feminine", "neuter"]

LARGEST = Decimal("999999999999.99")


@dataclass(frozen=True, slots=True)
class _Noun:
    """A counted thing: its form after one, after other numbers, and (in Bulgarian) its gender."""

    one: str
    many: str
    gender: Gender = "masculine"

    def after(self, count: int) -> str:
        """Return the form that follows `count`, as in двадесет и един цент."""
        return self.one if count % 10 == 1 and count % 100 != 11 else self.many


def _split(names: str) -> list[str]:
    return names.split()


_BG_ONE_TWO: dict[Gender, tuple[str, str]] = {
    "masculine": ("един", "два"),
    "feminine": ("една", "две"),
    "neuter": ("едно", "две"),
}
_BG_FROM_THREE = _split(
    "три четири пет шест седем осем девет десет единадесет дванадесет тринадесет четиринадесет петнадесет "
    "шестнадесет седемнадесет осемнадесет деветнадесет"
)
_BG_TENS = _split("двадесет тридесет четиридесет петдесет шестдесет седемдесет осемдесет деветдесет")
_BG_HUNDREDS = _split(
    "сто двеста триста четиристотин петстотин шестстотин седемстотин осемстотин деветстотин"
)
_BG_GROUPS = (
    (10**9, _Noun("милиард", "милиарда")),
    (10**6, _Noun("милион", "милиона")),
    (10**3, _Noun("хиляда", "хиляди", "feminine")),
)
_BG_CURRENCIES = {
    "EUR": (_Noun("евро", "евро", "neuter"), _Noun("цент", "цента")),
    "BGN": (_Noun("лев", "лева"), _Noun("стотинка", "стотинки", "feminine")),
}

_EN_BELOW_TWENTY = _split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_EN_GROUPS = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_EN_CURRENCIES = {
    "EUR": (("euro", "euros"), ("cent", "cents")),
    "BGN": (("lev", "leva"), ("stotinka", "stotinki")),
}


def amount_in_words(amount: Decimal, currency: str, language: str) -> str:
    """Spell out an amount of at most two decimals, in Bulgarian for "bg", else in English.

    34.56 EUR → "тридесет и четири евро и петдесет и шест цента". A currency whose coins are not known here
    keeps its code: "… четири USD и 56/100". Raises ValueError beyond ±999 999 999 999.99 or for fractions
    of a cent.
    """
    if not amount.is_finite() or abs(amount) > LARGEST or amount != round(amount, 2):
        raise ValueError(f"{amount} cannot be spelled out")
    whole, cents = divmod(int(abs(amount) * 100), 100)
    bulgarian = language == "bg"
    words = (
        _bulgarian_amount(whole, cents, currency) if bulgarian else _english_amount(whole, cents, currency)
    )
    return f"{'минус' if bulgarian else 'minus'} {words}" if amount < 0 else words


def bulgarian_number(number: int, gender: Gender = "masculine") -> str:
    """Spell out 0 ≤ number < 10¹² in Bulgarian, agreeing with the gender of what is counted."""
    if number == 0:
        return "нула"
    parts = []
    rest = number
    for size, noun in _BG_GROUPS:
        count, rest = divmod(rest, size)
        if count:
            parts.append((_bulgarian_group(count, noun), _is_one_word(count)))
    if rest:
        parts.append((_below_thousand(rest, gender), _is_one_word(rest)))
    return _join_groups(parts)


def english_number(number: int) -> str:
    """Spell out 0 ≤ number < 10¹² in English: "two thousand one hundred twenty-one"."""
    if number == 0:
        return _EN_BELOW_TWENTY[0]
    words = []
    rest = number
    for size, name in _EN_GROUPS:
        count, rest = divmod(rest, size)
        if count:
            words += [_english_below_thousand(count), name]
    if rest:
        words.append(_english_below_thousand(rest))
    return " ".join(words)


def _bulgarian_amount(whole: int, cents: int, currency: str) -> str:
    if currency not in _BG_CURRENCIES:
        return f"{bulgarian_number(whole)} {currency} и {cents:02}/100"
    unit, coin = _BG_CURRENCIES[currency]
    return (
        f"{bulgarian_number(whole, unit.gender)} {unit.after(whole)}"
        f" и {bulgarian_number(cents, coin.gender)} {coin.after(cents)}"
    )


def _english_amount(whole: int, cents: int, currency: str) -> str:
    if currency not in _EN_CURRENCIES:
        return f"{english_number(whole)} {currency} and {cents:02}/100"
    unit, coin = _EN_CURRENCIES[currency]
    return f"{english_number(whole)} {unit[whole != 1]} and {english_number(cents)} {coin[cents != 1]}"


def _bulgarian_group(count: int, noun: _Noun) -> str:
    if count == 1 and noun.one == "хиляда":
        return noun.one
    return f"{_below_thousand(count, noun.gender)} {noun.one if count == 1 else noun.many}"


def _join_groups(parts: list[tuple[str, bool]]) -> str:
    """Put "и" before the last group when it is one word; a longer group has its own "и" inside."""
    texts = [text for text, _ in parts]
    if len(parts) > 1 and parts[-1][1]:
        return f"{' '.join(texts[:-1])} и {texts[-1]}"
    return " ".join(texts)


def _below_thousand(number: int, gender: Gender) -> str:
    hundreds, rest = divmod(number, 100)
    words = [_BG_HUNDREDS[hundreds - 1]] if hundreds else []
    if rest >= 20:
        words.append(_BG_TENS[rest // 10 - 2])
        rest %= 10
    if rest:
        words.append((*_BG_ONE_TWO[gender], *_BG_FROM_THREE)[rest - 1])
    return f"{' '.join(words[:-1])} и {words[-1]}" if len(words) > 1 else words[0]


def _is_one_word(number: int) -> bool:
    hundreds, rest = divmod(number, 100)
    return rest == 0 or (hundreds == 0 and (rest < 20 or rest % 10 == 0))


def _english_below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{_EN_BELOW_TWENTY[hundreds]} hundred"] if hundreds else []
    if rest:
        words.append(_english_below_hundred(rest))
    return " ".join(words)


def _english_below_hundred(number: int) -> str:
    if number < 20:
        return _EN_BELOW_TWENTY[number]
    tens, ones = divmod(number, 10)
    return _EN_TENS[tens - 2] + (f"-{_EN_BELOW_TWENTY[ones]}" if ones else "")
