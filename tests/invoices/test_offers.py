"""Offers: written, sent, answered, expired, begun anew; what each refuses and tells."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.translation import override

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.permissions import Permission
from shared_apps.jobs.models import DueWork
from tenant_apps.crm.models import Company
from tenant_apps.invoices.models import Invoice, Offer
from tenant_apps.invoices.operations import (
    BuyerWithoutEmail,
    NameMissing,
    NoNewVersion,
    OfferAnswered,
    OfferChange,
    OfferNotADraft,
    OfferNotOpen,
    OfferOver,
    VersionBegun,
    accept_offer,
    change_offer,
    create_offer_version,
    decline_offer,
    delete_draft_offer,
    duplicate_offer,
    expire_offer,
    resend_offer,
    send_offer,
    settle_expiry,
)
from tenant_apps.messages.models import Notification
from tenant_apps.sharing.queries import addresses_of
from tenants.context import OrganizationRef
from tests.invoices.offering import accepted_offer, draft_offer, offered, option, sent_offer
from tests.invoices.stories import AT, client, events_of, fresh

pytestmark = pytest.mark.usefixtures("in_alpha")
D = Decimal
LATER = AT + timedelta(days=40)


def the_client(organization: OrganizationRef, *offers: Offer) -> Actor:
    """One who came by the link to these offers: nobody's member."""
    return Actor(
        kind=ActorKind.CLIENT,
        label="Мария Колева",
        organization_id=organization.id,
        permissions=frozenset({Permission.OFFERS_ANSWER}),
        records=frozenset(offer.pk for offer in offers),
    )


def test_a_draft_counts_what_is_not_optional(owner: Actor) -> None:
    offer = draft_offer(owner, items=(offered(), offered(unit_price="10", vat_rate="9"), option()))
    assert (offer.net_total, offer.vat_total, offer.total) == (D("110.00"), D("20.90"), D("130.90"))
    assert (offer.number, offer.status, offer.version) == (None, "draft", 1)
    assert [item.net_total for item in offer.items.all()] == [D("100.00"), D("10.00"), D("50.00")]
    assert {item.vat_code for item in offer.items.all()} == {"standard", "reduced"}
    assert events_of(offer) == ["invoices.offer_created"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"items": ()}, "items"),
        ({"items": (option(),)}, "items"),
        ({"items": (offered(quantity="0"),)}, "items.0.quantity"),
        ({"currency": "XXX"}, "currency"),
        ({"company_id": None}, "company_id"),
        ({"valid_until": date(2026, 3, 14)}, "valid_until"),
        ({"advance_percent": D(100)}, "advance_percent"),
        ({"discount_percent": D(5), "discount_amount": D(5)}, "discount_amount"),
    ],
)
def test_wrong_values_are_refused_where_they_stand(owner: Actor, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        draft_offer(owner, **values)
    assert field in {error.field for error in refusal.value.errors} | {refusal.value.field}


def test_a_draft_is_changed_and_thrown_away(owner: Actor) -> None:
    offer = draft_offer(owner)
    change_offer(offer_id=offer.pk, change=OfferChange(discount_percent=D(10)), by=owner, at=AT)
    assert fresh(offer).total == D("108.00")
    change_offer(offer_id=offer.pk, change=OfferChange(items=(offered("2"),)), by=owner, at=AT)
    assert (fresh(offer).total, offer.items.count()) == (D("216.00"), 1)
    delete_draft_offer(offer_id=offer.pk, by=owner, at=AT)
    assert not Offer.objects.exists()
    assert events_of(offer)[-1] == "invoices.offer_deleted"


def test_sending_numbers_freezes_and_mails(owner: Actor, run_jobs: Any, mailoutbox: Any) -> None:
    offer = sent_offer(owner)
    assert (offer.number, offer.status, offer.valid_until) == ("OF-000001", "sent", date(2026, 4, 14))
    assert (offer.seller["name"] != "", offer.buyer["name"]) == (True, "Клиент ООД")
    assert DueWork.objects.get(job="expire_offers").next_due_at.isoformat() == "2026-04-14T21:00:00+00:00"
    for act in (change_offer, delete_draft_offer, send_offer):
        more = {"change": OfferChange(notes="x")} if act is change_offer else {}
        with pytest.raises(OfferNotADraft):
            act(offer_id=offer.pk, by=owner, at=AT, **more)
    assert events_of(offer) == ["invoices.offer_created", "invoices.offer_sent"]


def test_a_client_without_email_is_sent_nothing(owner: Actor) -> None:
    offer = draft_offer(owner, client(owner))
    with pytest.raises(BuyerWithoutEmail):
        send_offer(offer_id=offer.pk, by=owner, at=AT)
    assert fresh(offer).number is None
    assert send_offer(offer_id=offer.pk, with_email=False, by=owner, at=AT).number == "OF-000001"
    with pytest.raises(BuyerWithoutEmail):
        resend_offer(offer_id=offer.pk, by=owner, at=AT)


def test_it_is_sent_again_as_often_as_asked_until_it_is_answered(owner: Actor) -> None:
    offer = sent_offer(owner)
    resend_offer(offer_id=offer.pk, by=owner, at=LATER)
    resend_offer(offer_id=offer.pk, by=owner, at=LATER)
    assert fresh(offer).sent_at == LATER
    decline_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    with pytest.raises(OfferNotOpen):
        resend_offer(offer_id=offer.pk, by=owner, at=LATER)


def test_accepting_keeps_who_when_and_what(owner: Actor) -> None:
    offer = sent_offer(owner, items=(offered(), option(), option("30")))
    chosen = offer.items.get(unit_price=30)
    accept_offer(offer_id=offer.pk, name=" Мария Колева ", chosen_item_ids=[chosen.pk], by=owner, at=AT)
    offer = fresh(offer)
    assert (offer.status, offer.answered_by, offer.answered_at) == ("accepted", "Мария Колева", AT)
    assert (offer.total, offer.accepted_total, offer.recorded_by_id) == (D("120.00"), D("156.00"), owner.id)
    assert [item.is_chosen for item in offer.items.all()] == [False, False, True]
    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.state, invoice.owner_id) == (D("156.00"), "draft", owner.id)
    assert "invoices.offer_accepted" in events_of(offer)


def test_the_client_accepts_without_being_a_member(owner: Actor, in_alpha: OrganizationRef) -> None:
    offer, other = sent_offer(owner), sent_offer(owner)
    client = the_client(in_alpha, offer)
    accept_offer(offer_id=offer.pk, name="Мария Колева", from_address="203.0.113.7", by=client, at=AT)
    kept = fresh(offer)
    assert (kept.status, kept.recorded_by_id, kept.answered_from) == ("accepted", None, "203.0.113.7")
    assert Invoice.objects.get().owner_id == owner.id
    assert Notification.objects.get(kind="offer_accepted").user_id == owner.id
    with pytest.raises(Offer.DoesNotExist):
        accept_offer(offer_id=other.pk, name="Мария Колева", by=client, at=AT)


def test_the_client_declines_and_the_owner_is_told_once(owner: Actor, in_alpha: OrganizationRef) -> None:
    offer = sent_offer(owner)
    client = the_client(in_alpha, offer)
    decline_offer(
        offer_id=offer.pk, name="Мария", reason="Скъпо", from_address="2001:db8::1", by=client, at=AT
    )
    assert (fresh(offer).status, fresh(offer).answered_from) == ("declined", "2001:db8::1")
    assert Notification.objects.filter(kind="offer_declined").count() == 1


def test_what_a_member_writes_down_tells_the_owner_nothing(owner: Actor) -> None:
    accepted_offer(owner)
    assert not Notification.objects.exists()


def test_its_letter_leads_to_where_it_is_answered(owner: Actor, run_jobs: Any, mailoutbox: Any) -> None:
    offer = sent_offer(owner)
    run_jobs()
    (letter,) = mailoutbox
    address = addresses_of([offer.pk])[offer.pk]
    html = next(part for part, kind in letter.alternatives if kind == "text/html")
    assert address in letter.body and f'href="{address}"' in html


def test_an_answer_is_given_once_in_time_and_by_somebody(owner: Actor) -> None:
    offer = sent_offer(owner)
    with pytest.raises(NameMissing):
        accept_offer(offer_id=offer.pk, name=" ", by=owner, at=AT)
    with pytest.raises(OfferOver):
        accept_offer(offer_id=offer.pk, name="Мария", by=owner, at=LATER)
    with pytest.raises(OfferNotOpen):
        accept_offer(offer_id=draft_offer(owner).pk, name="Мария", by=owner, at=AT)
    decline_offer(offer_id=offer.pk, name="Мария", reason="Скъпо е", by=owner, at=AT)
    assert (fresh(offer).status, fresh(offer).answer_reason) == ("declined", "Скъпо е")
    for act in (accept_offer, decline_offer):
        with pytest.raises(OfferAnswered):
            act(offer_id=offer.pk, name="Мария", by=owner, at=AT)


def test_only_its_own_optional_lines_are_chosen(owner: Actor) -> None:
    offer, other = sent_offer(owner), sent_offer(owner)
    for wrong in (other.items.get(is_optional=True), offer.items.get(is_optional=False)):
        with pytest.raises(Refused):
            accept_offer(offer_id=offer.pk, name="М", chosen_item_ids=[wrong.pk], by=owner, at=AT)
    assert fresh(offer).status == "sent"


def test_a_new_version_takes_the_place_of_the_one_before(owner: Actor) -> None:
    first = sent_offer(owner)
    second = create_offer_version(offer_id=first.pk, by=owner, at=AT)
    assert (second.number, second.version, second.status, fresh(first).status) == (
        "OF-000001",
        2,
        "draft",
        "sent",
    )
    with pytest.raises(VersionBegun):
        create_offer_version(offer_id=first.pk, by=owner, at=AT)
    send_offer(offer_id=second.pk, by=owner, at=AT)
    assert (fresh(first).status, fresh(second).status) == ("superseded", "sent")
    with override("en"):
        assert str(fresh(second)) == "OF-000001, version 2"
    with pytest.raises(OfferNotOpen):
        accept_offer(offer_id=first.pk, name="Мария", by=owner, at=AT)
    assert events_of(first)[-1] == "invoices.offer_superseded"


def test_what_the_client_accepted_gets_no_new_version(owner: Actor) -> None:
    offer = sent_offer(owner)
    begun = create_offer_version(offer_id=offer.pk, by=owner, at=AT)
    accept_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    with pytest.raises(OfferAnswered):
        send_offer(offer_id=begun.pk, by=owner, at=AT)
    delete_draft_offer(offer_id=begun.pk, by=owner, at=AT)
    with pytest.raises(NoNewVersion):
        create_offer_version(offer_id=offer.pk, by=owner, at=AT)
    with pytest.raises(NoNewVersion):
        create_offer_version(offer_id=draft_offer(owner).pk, by=owner, at=AT)


def test_a_copy_is_a_new_offer(owner: Actor) -> None:
    offer = sent_offer(owner, discount_amount=D(5), advance_percent=D(30))
    copy = duplicate_offer(offer_id=offer.pk, by=owner, at=AT)
    assert (copy.number, copy.version, copy.total, copy.advance_percent) == (None, 1, offer.total, D(30))
    assert [item.is_optional for item in copy.items.all()] == [False, True]


def test_it_expires_once_the_day_after_its_last(owner: Actor, at: Any) -> None:
    from shared_apps.core.actors import system_actor

    product = system_actor(owner.organization_id)
    offer = sent_offer(owner, valid_until=date(2026, 3, 20))
    last_evening = AT.replace(day=20, hour=21)
    midnight = AT.replace(day=20, hour=22, minute=1)
    assert not expire_offer(offer_id=offer.pk, by=product, at=last_evening)
    assert expire_offer(offer_id=offer.pk, by=product, at=midnight)
    assert not expire_offer(offer_id=offer.pk, by=product, at=midnight)
    assert (fresh(offer).status, events_of(offer).count("invoices.offer_expired")) == ("expired", 1)
    assert Notification.objects.get(kind="offer_expired").user_id == owner.id
    settle_expiry(by=product, at=midnight)
    assert not DueWork.objects.filter(job="expire_offers").exists()
    with pytest.raises(OfferOver):
        accept_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    assert create_offer_version(offer_id=offer.pk, by=owner, at=midnight).version == 2


def test_who_may_do_what(owner: Actor, user: Actor) -> None:
    offer = sent_offer(owner)
    with pytest.raises(Offer.DoesNotExist):
        accept_offer(offer_id=offer.pk, name="Мария", by=user, at=AT)
    stranger = Actor(kind=ActorKind.CLIENT, label="x", organization_id=owner.organization_id)
    with pytest.raises(NotAllowed):
        accept_offer(offer_id=offer.pk, name="Мария", by=stranger, at=AT)
    theirs = draft_offer(
        user, Company.objects.create(name="Тяхна", owner_id=user.id, created_at=AT, updated_at=AT)
    )
    assert send_offer(offer_id=theirs.pk, with_email=False, by=user, at=AT).number == "OF-000002"


FROZEN = "TF001"


def refused(sql: str, *arguments: Any) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, arguments)
    return str(error.value.__cause__.sqlstate)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        "number = 'OF-000099'",
        "status = 'draft'",
        "total = 1",
        "valid_until = '2030-01-01'",
        "buyer = '{}'",
        "notes = 'x'",
        "deal_id = NULL, company_id = NULL",
        "accepted_total = 5",
        "answered_by = 'x'",
        "answered_from = 'x'",
        "advance_percent = 5",
        "search_text = 'x'",
    ],
)
def test_a_sent_offer_is_frozen(owner: Actor, change: str) -> None:
    offer = sent_offer(owner)
    assert refused(f"UPDATE invoices_offer SET {change} WHERE id = %s", offer.pk) == FROZEN  # noqa: S608


def test_an_answer_stays(owner: Actor) -> None:
    offer = accepted_offer(owner)
    for change in ("status = 'sent'", "answered_by = 'x'", "accepted_total = 1", "status = 'declined'"):
        assert refused(f"UPDATE invoices_offer SET {change} WHERE id = %s", offer.pk) == FROZEN  # noqa: S608
    for sql in (
        "UPDATE invoices_offeritem SET is_chosen = true WHERE offer_id = %s AND is_optional",
        "DELETE FROM invoices_offeritem WHERE offer_id = %s",
        "DELETE FROM invoices_offer WHERE id = %s",
    ):
        assert refused(sql, offer.pk) == FROZEN
    draft = draft_offer(owner)
    assert refused("UPDATE invoices_offer SET status = 'accepted' WHERE id = %s", draft.pk) == FROZEN
