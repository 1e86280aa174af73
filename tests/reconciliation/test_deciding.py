"""When a payment is linked without asking anybody, and what it is left for."""

import json
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.reconciliation import rules
from tenant_apps.reconciliation.rules import InvoiceFacts, Linked, PaymentFacts, Unmatched, decide, numbers_of

FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))
ALFA, BETA = UUID(int=101), UUID(int=102)
DAY = date(2026, 3, 15)


def invoice(number="0000000123", *, id=FIRST, outstanding="120.00", **more):
    facts = {"state": "issued", "currency": "EUR", "client": ALFA, "buyer_name": "Алфа ООД", "issued_on": DAY}
    return InvoiceFacts(id=id, number=number, outstanding=Decimal(outstanding), **facts | more)


def payment(reference="Фактура 0000000123", *, amount="120.00", end_to_end_id="", **more):
    named, carried = numbers_of(reference, end_to_end_id)
    facts = {"currency": "EUR", "received_on": DAY} | more
    return PaymentFacts(amount=Decimal(amount), named=named, carried=carried, **facts)


def decided(paid, *invoices):
    return decide(paid, {one.number: one for one in invoices})


def signals(decision):
    return [row["signal"] for link in decision.links for row in link.evidence]


SECOND_INVOICE = invoice("0000000124", id=SECOND, outstanding="80.00")


def test_number_amount_and_currency_make_a_link_that_says_why():
    decision = decided(payment(), invoice())
    (link,) = decision.links
    assert (link.invoice_id, link.amount, decision.is_credit) == (FIRST, Decimal("120.00"), False)
    assert link.evidence == [
        {"signal": "invoice_number", "value": "0000000123"},
        {"signal": "amount_equals_outstanding", "value": "120.00"},
        {"signal": "currency", "value": "EUR"},
    ]
    assert json.loads(json.dumps(link.evidence)) == link.evidence


@pytest.mark.parametrize(
    "reference",
    ["ф-ра 123", "фактура 00000 00123", "ООООООО123", "0000000123", "ф0000000123", "№123", "ф-ра 000123"],
)
def test_however_the_number_is_written_the_same_amount_makes_a_link(reference):
    assert isinstance(decided(payment(reference), invoice()), Linked)


def test_the_payer_is_evidence_too():
    by_name = decided(payment(payer_name="ALFA OOD"), invoice())
    assert signals(by_name)[2] == "payer_name"
    by_iban = decided(payment(client=ALFA, client_by="known_iban", payer_iban="BG1"), invoice())
    assert {"signal": "known_iban", "value": "BG1"} in by_iban.links[0].evidence


class TestTheEndToEndId:
    def test_it_is_as_good_as_the_reference(self):
        decision = decided(payment("благодаря", end_to_end_id="0000000123"), invoice())
        assert signals(decision)[:2] == ["end_to_end_id", "amount_equals_outstanding"]

    def test_with_the_reference_it_makes_two_signals(self):
        decision = decided(payment(amount="50", end_to_end_id="0000000123"), invoice())
        assert signals(decision)[:2] == ["invoice_number", "end_to_end_id"]

    def test_it_counts_only_whole(self):
        assert decided(payment("", end_to_end_id="123"), invoice()) == Unmatched("no_reference")

    def test_of_another_invoice_it_leaves_the_payment_to_a_human(self):
        paid = payment(end_to_end_id="0000000124")
        assert decided(paid, invoice(), SECOND_INVOICE) == Unmatched("sum_differs")


class TestANumberAlone:
    """A number without zeros and without a word may be anything."""

    def test_the_amount_does_not_make_it_an_invoice_s(self):
        assert decided(payment("123"), invoice()) == Unmatched("weak_number")
        assert decided(payment("договор 0000000123"), invoice()) == Unmatched("weak_number")

    def test_the_payer_and_the_amount_do(self):
        assert isinstance(decided(payment("123", payer_name="Алфа ООД"), invoice()), Linked)

    def test_beside_a_surer_number_it_is_passed_over(self):
        decision = decided(payment("ф-ра 0000000123 по договор 124"), invoice(), SECOND_INVOICE)
        assert decision.links[0].invoice_id == FIRST

    def test_a_part_is_never_given_by_it(self):
        paid = payment("123", amount="50", payer_name="Алфа ООД")
        assert decided(paid, invoice()) == Unmatched("amount_differs")


class TestAnotherAmount:
    def test_a_part_with_the_payer_s_name(self):
        decision = decided(payment(amount="50", payer_name="Alfa Ltd"), invoice())
        assert (decision.links[0].amount, decision.is_credit) == (Decimal("50"), False)
        assert signals(decision) == ["invoice_number", "payer_name", "part_of_outstanding", "currency"]

    def test_more_than_is_owed_leaves_a_credit(self):
        decision = decided(payment(amount="150", client=ALFA), invoice())
        assert (decision.links[0].amount, decision.is_credit) == (Decimal("120.00"), True)
        assert "more_than_outstanding" in signals(decision)

    def test_without_a_payer_only_a_whole_number_in_time(self):
        assert isinstance(decided(payment(amount="50"), invoice()), Linked)
        late = payment(amount="50", received_on=DAY + timedelta(days=200))
        assert decided(late, invoice()) == Unmatched("amount_differs")
        assert decided(payment("ф-ра 123", amount="50"), invoice()) == Unmatched("amount_differs")
        assert decided(payment("00000 00123", amount="50"), invoice()) == Unmatched("amount_differs")

    def test_a_stranger_s_part_is_for_a_human(self):
        assert decided(payment(amount="50", payer_name="Гама АД"), invoice()) == Unmatched("amount_differs")

    def test_a_spoiled_number_takes_a_known_payer(self):
        assert isinstance(decided(payment("ф-ра 123", amount="50", client=ALFA), invoice()), Linked)

    def test_another_number_beside_it_leaves_open_what_is_meant(self):
        paid = payment("0000000123 и 0000000999", amount="50", client=ALFA)
        assert decided(paid, invoice()) == Unmatched("several_invoices")
        paid = payment("0000000123, 124", amount="150", client=ALFA)
        assert decided(paid, invoice(), SECOND_INVOICE) == Unmatched("several_invoices")


class TestAnotherPayer:
    """The number and the amount may be a slip of the pen where prices repeat."""

    @pytest.mark.parametrize("amount", ["120.00", "50", "150"])
    def test_a_known_account_of_another_client(self, amount):
        paid = payment(amount=amount, client=BETA, client_by="known_iban")
        assert decided(paid, invoice()) == Unmatched("other_payer")

    def test_a_namesake_who_is_another_client(self):
        assert decided(payment(payer_name="Бета ЕООД", namesake=BETA), invoice()) == Unmatched("other_payer")

    def test_somebody_who_is_no_client_may_pay_for_one(self):
        assert isinstance(decided(payment(payer_name="Счетоводна къща Плюс"), invoice()), Linked)


class TestSeveral:
    def test_all_named_and_the_sum_exact(self):
        paid = payment("0000000123, 0000000124", amount="200")
        decision = decided(paid, invoice(), SECOND_INVOICE)
        assert [(link.invoice_id, link.amount) for link in decision.links] == [
            (FIRST, Decimal("120.00")),
            (SECOND, Decimal("80.00")),
        ]
        assert signals(decision)[:2] == ["invoice_number", "amount_equals_sum"]

    def test_without_zeros_too(self):
        assert isinstance(
            decided(payment("фактури 123 и 124", amount="200"), invoice(), SECOND_INVOICE), Linked
        )

    def test_another_sum_is_for_a_human(self):
        paid = payment("0000000123, 0000000124", amount="199.99")
        assert decided(paid, invoice(), SECOND_INVOICE) == Unmatched("sum_differs")

    def test_one_unknown_among_them(self):
        paid = payment("0000000123, 0000000124, 0000000125", amount="200")
        assert decided(paid, invoice(), SECOND_INVOICE) == Unmatched("several_invoices")

    @pytest.mark.parametrize(
        "other",
        [{"outstanding": "0.00"}, {"state": "annulled"}, {"client": BETA}, {"kind": "credit_note"}],
    )
    def test_one_that_is_paid_annulled_or_another_client_s(self, other):
        second = invoice("0000000124", id=SECOND, **{"outstanding": "80.00"} | other)
        paid = payment("0000000123, 0000000124", amount="200" if "client" in other else "120")
        assert decided(paid, invoice(), second) == Unmatched("several_invoices")

    def test_numbers_alone_take_a_known_payer(self):
        paid = payment("123 / 124", amount="200")
        assert decided(paid, invoice(), SECOND_INVOICE) == Unmatched("weak_number")
        paid = payment("123 / 124", amount="200", client=ALFA)
        assert isinstance(decided(paid, invoice(), SECOND_INVOICE), Linked)

    def test_one_written_whole_beside_one_with_a_word(self):
        paid = payment("ф-ра 0000000123 и 124")
        assert decided(paid, invoice(), SECOND_INVOICE) == Unmatched("several_invoices")


@pytest.mark.parametrize(
    ("paid", "named", "reason"),
    [
        (payment("благодаря"), [invoice()], "no_reference"),
        (payment(""), [invoice()], "no_reference"),
        (payment(), [], "no_such_invoice"),
        (payment("фактура 0000000124"), [invoice()], "no_such_invoice"),
        (payment("фактура 10000000123"), [invoice()], "no_reference"),
        (payment(currency="USD"), [invoice()], "currency_differs"),
        (payment(), [invoice(outstanding="0.00")], "already_paid"),
        (payment(), [invoice(state="annulled")], "not_open"),
        (payment(), [invoice(state="draft")], "not_open"),
        (payment(), [invoice(kind="credit_note")], "not_open"),
    ],
)
def test_whatever_does_not_agree_is_left_to_a_human(paid, named, reason):
    assert decided(paid, *named) == Unmatched(reason)
    assert reason in rules.UNMATCHED_REASONS


def test_an_invoice_that_the_reference_does_not_name_is_passed_over():
    other = invoice("0000012345", id=SECOND)
    assert decided(payment(), invoice(), other).links[0].invoice_id == FIRST


amounts = st.decimals("0.01", "300", places=2)
references = st.sampled_from(
    ["", "123", "ф-ра 123", "0000000123", "0000000124 и 123", "ф-ри 123, 124", "00000 00123", "120 лв."]
)


@given(
    amounts,
    amounts,
    amounts,
    references,
    references,
    st.sampled_from([None, ALFA, BETA]),
    st.sampled_from(["", "Алфа ООД", "Бета АД"]),
)
def test_nothing_is_linked_without_two_signals_and_never_too_much(
    amount, first, second, reference, carried, client, name
):
    named = [invoice(outstanding=str(first)), invoice("0000000124", id=SECOND, outstanding=str(second))]
    paid = payment(reference, amount=str(amount), end_to_end_id=carried[:35], client=client, payer_name=name)
    decision = decided(paid, *named)
    if isinstance(decision, Unmatched):
        assert decision.reason in rules.UNMATCHED_REASONS
        return
    owed = {one.id: one.outstanding for one in named}
    given = sum(link.amount for link in decision.links)
    assert given <= amount and decision.is_credit == (given < amount)
    for link in decision.links:
        assert 0 < link.amount <= owed[link.invoice_id]
        told = {row["signal"] for row in link.evidence} - {"currency", "part_of_outstanding"}
        assert len(told - {"more_than_outstanding"}) >= 2
        assert told & {*rules.reading.WAYS, "end_to_end_id"}
    assert client != BETA


def test_every_reason_and_signal_has_its_words():
    from tenant_apps.reconciliation.reasons import REASON_TEXTS, SIGNAL_TEXTS

    assert set(REASON_TEXTS) == {*rules.UNMATCHED_REASONS, rules.NOT_NAMED}
    assert set(SIGNAL_TEXTS) == set(rules.SIGNALS)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Алфа ООД", "ALFA LTD", True),
        ("„Алфа Трейд“ ЕООД", "алфа трейд", True),
        ("Иван Петров", "ПЕТРОВ ИВАН", True),
        ("НАЦИОНАЛНА КОМПАНИЯ ЖЕЛЕЗОПЪТНА ИНФРАС", "Национална компания Железопътна инфраструктура", True),
        ("Строителна компания Хоризонт АД", "Строителна компаня Хоризонт АД", True),
        ("Фирма 12 ООД", "Фирма 13 ООД", False),
        ("Строителна фирма номер 112", "Строителна фирма номер 113", False),
        ("Алфа ООД", "Бета ООД", False),
        ("", "", False),
    ],
)
def test_names_as_banks_write_them(one, other, is_same):
    assert rules.is_same_name(one, other) is is_same
    assert rules.is_same_name(other, one) is is_same
