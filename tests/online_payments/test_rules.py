"""Amounts as Stripe counts them, keys, and what follows from what it said."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.ids import id_in
from tenant_apps.online_payments import rules

AT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "count"),
    [
        ("12.50", "EUR", 1250),
        ("0.01", "EUR", 1),
        ("1200.00", "JPY", 1200),
        ("1.50", "KWD", 1500),
        ("999999999999.99", "EUR", 99999999999999),
        ("5.00", "ISK", 500),
    ],
)
def test_an_amount_as_stripe_counts_it(amount: str, currency: str, count: int) -> None:
    assert rules.to_minor(Decimal(amount), currency) == count
    assert rules.from_minor(count, currency) == Decimal(amount)


def test_what_a_currency_cannot_say_is_refused() -> None:
    for amount, currency in (("0.50", "JPY"), ("0.001", "EUR")):
        with pytest.raises(rules.FewerPlaces):
            rules.to_minor(Decimal(amount), currency)
    with pytest.raises(rules.FewerPlaces):
        rules.from_minor(1, "KWD")


@given(cents=st.integers(-(10**14), 10**14), currency=st.sampled_from(["EUR", "USD", "BGN", "HUF", "JPY"]))
def test_there_and_back(cents: int, currency: str) -> None:
    assert rules.to_minor(rules.from_minor(cents, currency), currency) == cents


@pytest.mark.parametrize(
    ("key", "prefix", "is_live"),
    [
        ("sk_live_51abcdefgh", "sk_live_", True),
        ("sk_test_51abcdefgh", "sk_test_", False),
        ("rk_live_51abcdefgh", "rk_live_", True),
        ("rk_test_51abcdefgh", "rk_test_", False),
    ],
)
def test_the_prefix_says_the_mode(key: str, prefix: str, is_live: bool) -> None:
    assert (rules.key_fault(key), rules.prefix_of(key), rules.is_key_live(key)) == (None, prefix, is_live)


@given(text=st.text(max_size=40))
def test_any_other_text_is_no_key(text: str) -> None:
    assert rules.key_fault(text) and not rules.prefix_of(text) and not rules.is_key_live(text)
    assert rules.named_in({"tefter_organization": text}) is None
    assert id_in(text) is None or text


def test_metadata_names_what_it_was_named_with() -> None:
    named = rules.Named(uuid4(), uuid4(), uuid4())
    assert rules.named_in(rules.named_with(named)) == named
    assert rules.named_in(rules.named_with(named) | {"tefter_invoice": "x"}) is None


SESSION = rules.SessionFacts("cs", None, "open", "unpaid", "u", "", AT, AT)
INTENT = rules.IntentFacts(
    "pi", None, True, "processing", Decimal(1), "EUR", AT, "", "", None, "", (), (), AT
)


@pytest.mark.parametrize(
    ("session", "intent", "standing"),
    [
        ("open", None, ("open", "")),
        ("open", "requires_payment_method", ("open", "")),
        ("open", "requires_action", ("open", "")),
        ("open", "succeeded", ("completed", "paid")),
        ("expired", None, ("expired", "")),
        ("expired", "succeeded", ("completed", "paid")),
        ("complete", None, ("completed", "processing")),
        ("complete", "processing", ("completed", "processing")),
        ("complete", "requires_action", ("completed", "processing")),
        ("complete", "succeeded", ("completed", "paid")),
        ("complete", "requires_payment_method", ("failed", "failed")),
        ("complete", "canceled", ("failed", "failed")),
    ],
)
def test_where_a_checkout_stands(session: str, intent: str | None, standing: tuple[str, str]) -> None:
    payment = replace(INTENT, status=intent) if intent else None
    assert rules.standing_of(replace(SESSION, status=session), payment) == rules.Standing(*standing)


def test_the_words_of_stripe_in_ours() -> None:
    assert [rules.refund_state(one) for one in ("succeeded", "requires_action", "pending", "failed")] == [
        "succeeded",
        "pending",
        "pending",
        "failed",
    ]
    assert [
        rules.dispute_state(one)
        for one in (
            "needs_response",
            "under_review",
            "won",
            "lost",
            "warning_closed",
            "warning_needs_response",
        )
    ] == ["open", "open", "won", "lost", "won", "open"]
