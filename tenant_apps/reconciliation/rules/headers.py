"""What the columns of a statement are, guessed from their headers: both languages, and the exports of DSK,
UniCredit Bulbank, UBB, Postbank, Fibank, CCB, Texim, Revolut and Wise as far as they are known. Pure.
"""

import re
from collections.abc import Sequence

from shared_apps.core.currencies import CURRENCIES
from shared_apps.core.tables.columns import folded_header

TARGETS = (
    "booked_on",
    "value_on",
    "amount",
    "debit",
    "credit",
    "direction",
    "currency",
    "payer_name",
    "payer_iban",
    "text",
    "end_to_end_id",
    "bank_reference",
    "status",
    "balance",
    "fee",
    "account",
)
# Several columns may go there: texts are put together, of the others the first that is filled counts.
REPEATABLE = {"text", "payer_name", "payer_iban"}
_SPELLINGS = {
    "booked_on": "data|date|booking date|data na osch|data na oschetovodyavane|schetovodna data"
    "|data na tranzaktsia|data na tranzaktsiata|data na operatsia|data na operatsiata|data na plashtane"
    "|data i chas|data chas|transaction date|date completed utc|completed date|posting date|posted date"
    "|date completed|execution date|data na izpalnenie|data na dvizhenie|entry date",
    "value_on": "valyor|value date|data na valyor|valyor data|data valyor|vaalyor|value",
    "amount": "suma|amount|stoynost|suma na tranzaktsiata|suma v|razmer|transaction amount|suma po smetka"
    "|suma vav valuta na smetkata",
    "debit": "debit|debitno dvizhenie|izhodyasht prevod|razhod|debitni|debitna suma|suma debit|teglene"
    "|money out|paid out|withdrawal|withdrawals|debit amount|oborot debit|dt",
    "credit": "kredit|kreditno dvizhenie|credit|postaplenie|prihod|kreditna suma|suma kredit|vnoska|money in"
    "|paid in|deposit|deposits|credit amount|oborot kredit|kt",
    "direction": "dt kt|d k|debit kredit|tip na dvizhenieto|tip dvizhenie|d c|dr cr|debit credit|cr dr"
    "|movement type|vid dvizhenie|posoka|direction|znak|debit credit indicator|kt dt|k d|credit debit",
    "currency": "valuta|currency|valuta na smetkata|payment currency|val|currency code",
    "payer_name": "kontragent|nareditel poluchatel|poluchatel nareditel|ime na kontragenta|ime na kontragent"
    "|counterparty|counterparty name|payer|payer name|payee name|payee|name|nareditel|poluchatel|platets"
    "|nasreshtna strana|ime na nareditel poluchatel|opposite side name|beneficiary|beneficiary name"
    "|beneficiary payer|platets poluchatel|poluchatel platets|partnyor|merchant|korespondent|ordering party",
    "payer_iban": "iban na kontragenta|iban na kontragent|smetka na kontragent|smetka na kontragenta"
    "|nomer smetka na nareditelya poluchatelya|smetka na nareditel poluchatel|smetka iban|iban kontragent"
    "|counterparty iban|counterparty account|beneficiary iban|payee account number|kontragent iban"
    "|smetka kontragent|nasreshtna smetka|opposite side account|korespondentska smetka|iban na nareditel"
    "|iban na poluchatel|payer iban|account number of counterparty|smetka na nareditelya poluchatelya|iban",
    "text": "osnovanie|osnovanie za plashtane|opisanie|description|details|reference|payment reference"
    "|remittance information|purpose|poyasnenia|poyasnenie|oshte poyasnenia|dopalnitelni poyasnenia"
    "|reason|narrative|note|memo|osnovanie i poyasnenie|more details|payment details|detayli|belezhka"
    "|osnovanie poyasnenie|opisanie na tranzaktsiata|dopalnitelna informatsia",
    "end_to_end_id": "end to end id|end to end|endtoendid|e2e|end to end reference|end to end referentsia",
    "bank_reference": "referentsia|svarzvashta referentsia|bankova referentsia|nomer na dokument|dokument"
    "|referenten nomer|transferwise id|id|transaction id|bank reference|dokument nomer|nomer|document number"
    "|document reference|tranzaktsia|nomer na tranzaktsia|referentsia na tranzaktsiata|unikalen nomer",
    "status": "state|status|sastoyanie",
    "balance": "saldo|balans|balance|running balance|nalichnost|krayno saldo|saldo sled operatsiata"
    "|balans sled|saldo sled tranzaktsiata|available balance|razpolagaemost|tekushto saldo",
    "fee": "fee|taksa|komisiona|fees",
    "account": "smetka|account|nasha smetka|moyata smetka|account iban|iban na smetkata|iban na smetka",
}
_BY_HEADER = {spelling: target for target, text in _SPELLINGS.items() for spelling in text.split("|")}
_CURRENCY_AFTER = re.compile(rf" (?:{'|'.join(sorted(CURRENCIES)).lower()}|lv|leva|evro|euro)$")


def guess_mapping(headers: Sequence[str]) -> list[str]:
    """A target for each header, or "". A second column of a target that takes one is left out; a `value`
    that stands beside no other amount is the amount.
    """
    taken: set[str] = set()
    mapping = []
    for header in headers:
        target = _target(header)
        if target in taken and target not in REPEATABLE:
            target = ""
        taken.add(target)
        mapping.append(target)
    return _of_one_kind(mapping)


def is_enough(mapping: Sequence[str]) -> bool:
    """Whether days and amounts are told, so that entries can be read."""
    return "booked_on" in mapping and ("amount" in mapping or {"debit", "credit"} <= set(mapping))


def is_summary(first: str) -> bool:
    """Whether a row that begins so adds up the others, or tells a balance."""
    return bool(_SUMMARY.match(folded_header(first)))


def balance_told(first: str) -> str:
    """`opening` or `closing` for a row that begins so and tells that balance, else ""."""
    words = folded_header(first)
    for name, pattern in _BALANCES.items():
        if pattern.match(words):
            return name
    return ""


_BALANCES = {
    "opening": re.compile(
        r"(nachalno saldo|nachalen balans|opening balance|starting balance|balance brought|saldo v nachaloto"
        r"|predhodno saldo|nachalna nalichnost)"
    ),
    "closing": re.compile(
        r"(krayno saldo|kraen balans|closing balance|ending balance|balance carried|saldo v kraya"
        r"|krayna nalichnost)"
    ),
}
_SUMMARY = re.compile(
    r"(obshto|total|oborot|sbor|sum\b|vsichko|nachal|kray|kraen|opening|closing|starting|ending|saldo|broy"
    r"|predhodno)"
)


def _target(header: str) -> str:
    words = folded_header(header)
    for spelled in (words, _CURRENCY_AFTER.sub("", words)):
        if spelled in _BY_HEADER:
            return _BY_HEADER[spelled]
    return ""


def _of_one_kind(mapping: list[str]) -> list[str]:
    """Either one column of amounts or two; a table that tells only the value date books on that."""
    found = set(mapping)
    if "booked_on" not in found:
        mapping = ["booked_on" if target == "value_on" else target for target in mapping]
    idle = {"amount"} if {"debit", "credit"} <= found else {"debit", "credit"} if "amount" in found else set()
    return ["" if target in idle else target for target in mapping]
