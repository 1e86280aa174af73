"""Money linked to an invoice by a person: whole, short, too much, and taken back."""

from decimal import Decimal

import pytest

from shared_apps.core.errors import NotAllowed
from tenant_apps.invoices.models import Allocation, Invoice, Payment
from tenant_apps.invoices.operations import (
    AlreadyPaid,
    MoreThanTolerated,
    deallocate_payment,
    issue_invoice,
    set_payment_client,
    undo_write_off,
    write_off,
)
from tenant_apps.reconciliation.models import DecisionState, KnownPayer, Rest
from tenant_apps.reconciliation.operations import (
    AlreadyDecided,
    AlreadyTakenBack,
    GivenElsewhere,
    MoreIsThere,
    NoteIssued,
    accept_candidate,
    give_to_client,
    split_payment,
    undo_decision,
)
from tenant_apps.workspace.operations import ProfileChange, change_organization
from tests.invoices.stories import AT, client, events_of, fresh, issued, line, payment
from tests.reconciliation.bench import D, case, left, paid, state, waits

pytestmark = pytest.mark.usefixtures("in_alpha")
IBAN = "BG95UNCR70001523456789"


def accept(by, money, invoice, **more):
    return accept_candidate(payment_id=money.pk, invoice_id=invoice.pk, by=by, at=AT, **more)


def undo(by, decision):
    return undo_decision(decision_id=decision.pk, by=by, at=AT)


def test_the_whole_payment_pays_the_invoice(owner):
    invoice, money = issued(owner), payment(owner, reference="по договор")
    assert [item.id for item in waits(owner)] == [money.pk]

    decision = accept(owner, money, invoice)

    assert paid(invoice) == ("120.00", "0.00", "0.00") and left(money) == "0.00"
    assert events_of(invoice)[-1] == "invoices.invoice_paid"
    assert waits(owner) == [] and (decision.owner_id, decision.linked_count) == (owner.id, 1)
    told = case(owner, money.pk)
    assert told.decided == decision and not told.item.is_open


def test_evidence_is_the_server_s_own(owner):
    invoice = issued(owner)
    money = payment(owner, reference="по договор", payer_name="Клиент ООД", company_id=invoice.company_id)
    accept(owner, money, invoice)
    signals = {row["signal"] for row in Allocation.objects.get().evidence}
    assert {"amount_equals_outstanding", "known_client", "by_hand"} <= signals


def test_an_invoice_that_nothing_speaks_for_is_linked_by_hand(owner):
    invoice, money = issued(owner), payment(owner, "7.00", reference="по договор")
    accept(owner, money, invoice)
    assert Allocation.objects.get().evidence == [{"signal": "by_hand", "value": ""}]


def test_a_link_teaches_whose_account_it_was(owner):
    invoice, money = issued(owner), payment(owner, payer_iban=IBAN)
    accept(owner, money, invoice)
    assert KnownPayer.objects.get(iban=IBAN).company_id == invoice.company_id


def test_as_much_as_is_typed(owner):
    invoice, money = issued(owner), payment(owner)
    accept(owner, money, invoice, amount=D("50.00"))
    assert paid(invoice) == ("50.00", "0.00", "70.00") and left(money) == "70.00"
    assert [item.left for item in waits(owner)] == [D("70.00")]


def test_what_is_missing_is_still_owed(owner):
    invoice, money = issued(owner), payment(owner, "110.00")
    decision = accept(owner, money, invoice)
    assert paid(invoice) == ("110.00", "0.00", "10.00")
    assert decision.write_off is None and decision.note is None


def test_what_is_missing_is_a_bank_fee(owner):
    invoice, money = issued(owner), payment(owner, "110.00")
    decision = accept(owner, money, invoice, rest=Rest.FEE)
    assert paid(invoice) == ("110.00", "10.00", "0.00")
    assert decision.write_off.kind == "bank_fee"

    undo(owner, decision)

    assert paid(invoice) == ("0.00", "0.00", "120.00") and left(money) == "110.00"


def test_another_fee_of_the_invoice_stays_when_one_is_taken_back(owner):
    invoice, money = issued(owner), payment(owner, "100.00")
    write_off(invoice_id=invoice.pk, amount=D("5.00"), kind="difference", reason="стотинки", by=owner, at=AT)
    undo(owner, accept(owner, money, invoice, rest=Rest.FEE))
    assert paid(invoice) == ("0.00", "5.00", "115.00")


@pytest.mark.parametrize("prices_include_vat", [False, True])
def test_what_is_missing_is_a_discount_by_credit_note(owner, prices_include_vat):
    lines = (line("1", "800"), line("1", "33.33", "9"))
    invoice = issued(owner, items=lines, prices_include_vat=prices_include_vat)
    money = payment(owner, str(invoice.total - D("9.99")))

    decision = accept(owner, money, invoice, rest=Rest.DISCOUNT)

    note = decision.note
    assert (note.kind, note.is_draft, note.amends_id, note.total) == (
        "credit_note",
        True,
        invoice.pk,
        D("9.99"),
    )
    assert {group["rate"] for group in note.vat_groups} == {"20.00", "9.00"}
    assert fresh(invoice).outstanding == D("9.99")
    issue_invoice(invoice_id=note.pk, by=owner, at=AT)
    assert fresh(invoice).outstanding == 0


def test_a_draft_of_a_discount_goes_with_its_decision_and_an_issued_one_stays(owner):
    invoice, money = issued(owner), payment(owner, "110.00")
    decision = accept(owner, money, invoice, rest=Rest.DISCOUNT)
    undo(owner, decision)
    assert not Invoice.objects.filter(kind="credit_note").exists() and left(money) == "110.00"

    decision = accept(owner, money, invoice, rest=Rest.DISCOUNT)
    issue_invoice(invoice_id=decision.note.pk, by=owner, at=AT)
    with pytest.raises(NoteIssued):
        undo(owner, decision)
    assert left(money) == "0.00"


def test_what_is_left_over_is_the_client_s_credit(owner):
    invoice, money = issued(owner), payment(owner, "150.00", payer_name="Някой")

    decision = accept(owner, money, invoice)

    money = fresh(money)
    assert (money.unallocated, money.company_id, money.unmatched_reason) == (
        D("30.00"),
        invoice.company_id,
        "credit",
    )
    assert waits(owner) == []
    undo(owner, decision)
    money = fresh(money)
    assert (money.unallocated, money.company_id) == (D("150.00"), None)
    assert [item.id for item in waits(owner)] == [money.pk]


def test_a_client_who_is_known_keeps_the_credit(owner):
    invoice, other = issued(owner), client(owner, name="Друг ООД", eik="")
    money = payment(owner, "150.00", company_id=other.pk)
    undo(owner, accept(owner, money, invoice))
    accept(owner, money, invoice)
    assert fresh(money).company_id == other.pk


def test_a_credit_pays_a_later_invoice_but_waits_for_nobody(owner):
    invoice, money = issued(owner), payment(owner, "150.00")
    accept(owner, money, invoice)
    later = issued(owner, invoice.company)
    with pytest.raises(AlreadyDecided):
        accept(owner, money, later, left=D("30.00"))
    accept(owner, money, later)
    assert (left(money), paid(later)[0]) == ("0.00", "30.00")


def test_undo_takes_back_just_that_link(owner):
    invoice, money = issued(owner), payment(owner)
    accept(owner, money, invoice, amount=D("50.00"))
    second = accept(owner, money, invoice, amount=D("30.00"))
    undo(owner, second)
    assert paid(invoice)[0] == "50.00" and left(money) == "70.00"
    assert state(second) == DecisionState.UNDONE
    with pytest.raises(AlreadyTakenBack):
        undo(owner, second)


def test_what_somebody_took_back_elsewhere_is_not_taken_back_twice(owner):
    invoice, money = issued(owner), payment(owner, "110.00")
    decision = accept(owner, money, invoice, rest=Rest.FEE)
    deallocate_payment(payment_id=money.pk, invoice_id=invoice.pk, reason="Друга", by=owner, at=AT)
    assert paid(invoice) == ("0.00", "10.00", "110.00")
    undo(owner, decision)
    assert paid(invoice) == ("0.00", "0.00", "120.00") and left(money) == "110.00"

    decision = accept(owner, money, invoice, rest=Rest.FEE)
    undo_write_off(invoice_id=invoice.pk, reason="Дойде", by=owner, at=AT)
    undo(owner, decision)
    assert paid(invoice) == ("0.00", "0.00", "120.00")


def test_undo_of_one_decision_leaves_what_another_decided(owner):
    invoice, whose = issued(owner), client(owner, name="Друг ООД", eik="")
    money = payment(owner, "100.00")
    split = split_payment(payment_id=money.pk, parts=[(invoice.pk, D("40.00"))], by=owner, at=AT)
    given = give_to_client(item_id=money.pk, company_id=whose.pk, by=owner, at=AT)
    undo(owner, split)
    kept = fresh(money)
    assert (kept.company_id, kept.unallocated) == (whose.pk, D("100.00"))

    accept(owner, money, invoice)
    undo(owner, given)
    assert fresh(money).company_id is None and paid(invoice)[0] == "100.00"


def test_money_that_went_to_another_client_since_is_not_taken_from_them(owner):
    money, whose = payment(owner, "100.00"), client(owner, name="Друг ООД", eik="")
    given = give_to_client(item_id=money.pk, company_id=whose.pk, by=owner, at=AT)
    other = client(owner, name="Трети ООД", eik="")
    set_payment_client(payment_id=money.pk, company_id=other.pk, by=owner, at=AT)
    with pytest.raises(GivenElsewhere):
        undo(owner, given)
    assert fresh(money).company_id == other.pk


def test_no_more_is_forgiven_than_the_organization_tolerates_and_nothing_while_money_is_there(owner):
    invoice, money = issued(owner), payment(owner, "60.00")
    with pytest.raises(MoreThanTolerated) as refused:
        accept(owner, money, invoice, rest=Rest.FEE)
    assert "30" in str(refused.value.message) and left(money) == "60.00"
    with pytest.raises(MoreIsThere):
        accept(owner, money, invoice, amount=D("50.00"), rest=Rest.DISCOUNT)
    change_organization(change=ProfileChange(write_off_limit=D("60.00")), by=owner, at=AT)
    accept(owner, money, invoice, rest=Rest.FEE)
    assert paid(invoice) == ("60.00", "60.00", "0.00")


def test_who_comes_second_is_told_who_was_first(owner, manager):
    invoice, other, money = issued(owner), issued(owner), payment(owner)
    accept(owner, money, invoice)
    with pytest.raises(AlreadyDecided) as refused:
        accept(manager, money, other)
    assert owner.label in str(refused.value) and refused.value.conflict


def test_what_was_seen_of_the_money_must_still_be_so(owner):
    invoice, money = issued(owner), payment(owner)
    accept(owner, money, invoice, amount=D("20.00"))
    with pytest.raises(AlreadyDecided):
        accept(owner, money, invoice, left=D("120.00"))
    accept(owner, money, invoice, left=D("100.00"))


def test_a_paid_invoice_takes_nothing(owner):
    invoice = issued(owner)
    accept(owner, payment(owner), invoice)
    with pytest.raises(AlreadyPaid):
        accept(owner, payment(owner), invoice)


def test_only_who_matches_payments_may(owner, user):
    invoice, money = issued(owner), payment(owner)
    with pytest.raises(NotAllowed):
        accept(user, money, invoice)
    decision = accept(owner, money, invoice)
    with pytest.raises(NotAllowed):
        undo(user, decision)
    assert Payment.objects.get().allocated_total == Decimal("120.00")
