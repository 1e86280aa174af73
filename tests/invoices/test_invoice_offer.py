"""From an accepted offer to its invoices: whole, by lines, advance and rest; never more, never twice."""

from decimal import Decimal

import pytest

from shared_apps.core.actors import Actor
from tenant_apps.crm.operations import RuleCode, switch_moving_rule
from tenant_apps.invoices.models import Invoice, Offer
from tenant_apps.invoices.operations import (
    AdvanceGoesFirst,
    AdvanceNotIssued,
    AdvanceOutOfRange,
    InvoiceChange,
    MoreThanOffered,
    NothingLeftToInvoice,
    OfferNotAccepted,
    annul_invoice,
    change_invoice,
    delete_draft_invoice,
    invoice_offer,
    issue_invoice,
)
from tenant_apps.invoices.queries import chain_of, left_of_offer, offers_of_invoice
from tests.invoices.offering import accepted_offer, offered, option, sent_offer
from tests.invoices.stories import AT, events_of, fresh, line

pytestmark = pytest.mark.usefixtures("in_alpha")
D = Decimal


@pytest.fixture(autouse=True)
def nothing_by_itself(in_alpha: object, owner: Actor) -> None:
    """The draft that follows an acceptance is told in `test_offer_deals`."""
    switch_moving_rule(code=RuleCode.OFFER_ACCEPTED, is_on=False, by=owner, at=AT)


def invoiced(offer: Offer, by: Actor, part: str = "whole", **more: object) -> Invoice:
    return invoice_offer(offer_id=offer.pk, part=part, by=by, at=AT, **more)  # type: ignore[arg-type]


def test_the_whole_is_what_was_accepted(owner: Actor) -> None:
    offer = accepted_offer(owner, chosen=True, discount_percent=D(10))
    invoice = invoiced(offer, owner)
    assert (invoice.total, fresh(offer).accepted_total) == (D("162.00"), D("162.00"))
    assert (invoice.discount_percent, invoice.currency, invoice.company_id) == (
        D(10),
        "EUR",
        offer.company_id,
    )
    assert left_of_offer(offer).room == 0
    with pytest.raises(NothingLeftToInvoice):
        invoiced(offer, owner)
    assert "invoices.offer_invoiced" in events_of(offer)


def test_the_chain_is_seen_both_ways(owner: Actor, user: Actor) -> None:
    offer = accepted_offer(owner)
    invoice = invoiced(offer, owner)
    assert list(offers_of_invoice(invoice.pk, owner)) == [offer]
    assert list(offers_of_invoice(invoice.pk, user)) == []
    assert offer.conversions.get().invoice == invoice
    assert not chain_of(invoice, owner).exists()


def test_only_what_was_accepted_is_invoiced(owner: Actor) -> None:
    with pytest.raises(OfferNotAccepted):
        invoiced(sent_offer(owner), owner)
    offer = accepted_offer(owner)
    optional = offer.items.get(is_optional=True)
    with pytest.raises(NothingLeftToInvoice):
        invoiced(offer, owner, "lines", item_ids=[optional.pk])


def test_lines_are_invoiced_one_after_another_to_the_last_cent(owner: Actor) -> None:
    items = tuple(
        offered(unit_price=price, vat_rate=rate)
        for price, rate in (("0.63", "20"), ("0.63", "20"), ("9.99", "9"))
    )
    offer = accepted_offer(owner, items=items)
    first, second, third = (item.pk for item in offer.items.all())
    one = invoiced(offer, owner, "lines", item_ids=[first])
    with pytest.raises(NothingLeftToInvoice):
        invoiced(offer, owner, "lines", item_ids=[first, second])
    two = invoiced(offer, owner, "lines", item_ids=[second])
    rest = invoiced(offer, owner)
    assert one.total + two.total + rest.total <= fresh(offer).accepted_total
    assert [item.description for item in rest.items.all()] == ["Сайт"]
    assert left_of_offer(offer).items == () and third in rest.conversion.item_ids


def test_an_advance_and_the_rest_are_the_whole(owner: Actor) -> None:
    items = (offered(unit_price="1.26"), offered("3", "33.33", "9"))
    offer = accepted_offer(owner, items=items)
    advance = invoiced(offer, owner, "advance", percent=D(50))
    assert advance.is_advance and advance.items.count() == 2
    with pytest.raises(AdvanceNotIssued):
        invoiced(offer, owner)
    with pytest.raises(AdvanceGoesFirst):
        invoiced(offer, owner, "lines", item_ids=[offer.items.first().pk])  # type: ignore[union-attr]
    issue_invoice(invoice_id=advance.pk, by=owner, at=AT)
    rest = issue_invoice(invoice_id=invoiced(offer, owner).pk, by=owner, at=AT)
    assert advance.total + rest.total == fresh(offer).accepted_total
    assert rest.items.filter(deducts=advance).count() == 2


def test_prices_with_vat_keep_their_sum(owner: Actor) -> None:
    items = (offered(unit_price="9.99"), offered("7", "0.35", "9"))
    offer = accepted_offer(owner, items=items, prices_include_vat=True, discount_amount=D("1.11"))
    advance = invoiced(offer, owner, "advance", percent=D("33.33"))
    issue_invoice(invoice_id=advance.pk, by=owner, at=AT)
    rest = invoiced(offer, owner)
    assert advance.total + rest.total == fresh(offer).accepted_total == D("11.33")


@pytest.mark.parametrize("percent", ["0", "-1", "100.01"])
def test_an_advance_is_a_share(owner: Actor, percent: str) -> None:
    with pytest.raises(AdvanceOutOfRange):
        invoiced(accepted_offer(owner), owner, "advance", percent=D(percent))


def test_no_advance_after_lines_and_none_of_nothing(owner: Actor) -> None:
    offer = accepted_offer(owner, items=(offered(), offered(unit_price="10")))
    invoiced(offer, owner, "lines", item_ids=[offer.items.first().pk])  # type: ignore[union-attr]
    with pytest.raises(AdvanceGoesFirst):
        invoiced(offer, owner, "advance", percent=D(10))
    paid = accepted_offer(owner)
    issue_invoice(invoice_id=invoiced(paid, owner, "advance", percent=D(100)).pk, by=owner, at=AT)
    with pytest.raises(NothingLeftToInvoice):
        invoiced(paid, owner, "advance", percent=D(5))
    assert invoiced(paid, owner).total == 0


def test_what_is_deleted_or_annulled_comes_back(owner: Actor) -> None:
    offer = accepted_offer(owner)
    delete_draft_invoice(invoice_id=invoiced(offer, owner).pk, by=owner, at=AT)
    issued = issue_invoice(invoice_id=invoiced(offer, owner).pk, by=owner, at=AT)
    annul_invoice(invoice_id=issued.pk, reason="Грешка", by=owner, at=AT)
    assert left_of_offer(offer).room == D("120.00")
    assert invoiced(offer, owner).total == D("120.00")


def test_a_draft_that_grew_is_not_issued(owner: Actor) -> None:
    offer = accepted_offer(owner)
    draft = invoiced(offer, owner)
    change_invoice(
        invoice_id=draft.pk, change=InvoiceChange(items=(line(unit_price="101"),)), by=owner, at=AT
    )
    with pytest.raises(MoreThanOffered):
        issue_invoice(invoice_id=draft.pk, by=owner, at=AT)
    change_invoice(invoice_id=draft.pk, change=InvoiceChange(items=(line(unit_price="99"),)), by=owner, at=AT)
    assert issue_invoice(invoice_id=draft.pk, by=owner, at=AT).number


def test_who_does_not_see_the_offer_invoices_nothing(owner: Actor, user: Actor) -> None:
    with pytest.raises(Offer.DoesNotExist):
        invoiced(accepted_offer(owner), user)


def test_options_that_were_not_chosen_do_not_count(owner: Actor) -> None:
    offer = accepted_offer(owner, items=(offered(), option(), option("30")))
    assert invoiced(offer, owner).items.count() == 1
