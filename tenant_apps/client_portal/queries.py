from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from shared_apps.core.actors import Actor, ActorKind
from tenant_apps.client_portal import rules
from tenant_apps.crm.queries import kept_id_of
from tenant_apps.invoices.models import Invoice, Offer
from tenant_apps.invoices.queries import (
    Client,
    Statement,
    Transfer,
    amount_asked,
    client_record,
    invoice_after,
    money_being_checked,
    open_documents_of,
    reader_language,
    sent_versions,
    statements_of,
    transfer_of,
    visible_invoice,
    visible_offer,
)
from tenant_apps.online_payments.queries import accepts_cards, is_payment_on_its_way
from tenant_apps.sharing.models import PublicLink
from tenant_apps.sharing.queries import addresses_of, public_link
from tenant_apps.workspace.queries import profile
from tenants.context import current_organization

MOST_OPEN, MOST_VERSIONS, MOST_MOVEMENTS = 200, 50, 500


@dataclass(frozen=True)
class Opened:
    """What a link opens: the record, the client who came by it, and the language in which they read."""

    link: PublicLink
    record: Any
    client: Actor
    language: str

    @property
    def kind(self) -> str:
        return self.link.record_type


@dataclass(frozen=True)
class ShownInvoice:
    """An invoice as its client sees it. `asked` is what they are to pay now, `checked` what came and is not
    given to an invoice yet, `follower` the invoice that took a proforma's place, with its address.
    `by_card`: whether a card will do; `is_processing`: whether it was paid by a way that takes days.
    """

    invoice: Invoice
    asked: Decimal
    checked: Decimal
    transfer: Transfer | None
    follower: Invoice | None
    follower_url: str
    by_card: bool
    is_processing: bool


@dataclass(frozen=True)
class ShownOffer:
    """An offer as its client sees it. `newer` is the version that took its place, with its address;
    `older` are those that it took the place of.
    """

    offer: Offer
    may_answer: bool
    is_over: bool
    newer: Offer | None
    newer_url: str
    older: tuple[Offer, ...]


@dataclass(frozen=True)
class OpenDocument:
    """Something that is still to be paid, and where."""

    invoice: Invoice
    url: str


@dataclass(frozen=True)
class ShownStatement:
    """A client's books as they see them: what is to be paid, and a period of each currency."""

    client: Any
    to_pay: tuple[OpenDocument, ...]
    statements: tuple[Statement, ...]


def open_link(token: str) -> Opened:
    """What the token opens; `DoesNotExist` for one that opens nothing here."""
    link = public_link(token)
    client = Actor(
        kind=ActorKind.CLIENT,
        id=link.pk,
        label="",
        organization_id=current_organization().id,
        permissions=rules.PERMISSIONS[link.record_type],
        records=_records_of(link),
    )
    record, label, language = _record_behind(link, client)
    if not record.may_be_opened:
        raise ObjectDoesNotExist(link)
    return Opened(link, record, replace(client, label=label, language=language), language)


def _records_of(link: PublicLink) -> frozenset[UUID]:
    """What a client may see by the link: its record; of one that was merged, also the one that was kept."""
    if link.record_type not in rules.STATEMENTS:
        return frozenset({link.record_id})
    return frozenset({link.record_id, kept_id_of(link.record_type, link.record_id)})


def _record_behind(link: PublicLink, client: Actor) -> tuple[Any, str, str]:
    """The record, what its client is called, and their language."""
    if link.record_type == rules.INVOICE:
        invoice = visible_invoice(link.record_id, client)
        return invoice, invoice.client_name, reader_language(invoice)
    if link.record_type == rules.OFFER:
        offer = visible_offer(link.record_id, client)
        return offer, str(offer.buyer.get("name", "")), reader_language(offer)
    kept_id = next(iter(client.records - {link.record_id}), link.record_id)
    party = client_record(Client(**{f"{link.record_type}_id": kept_id}), client)
    return party, str(party), profile().default_language


def books_of(opened: Opened) -> Client:
    """Whose books the link of a statement opens: after a merge those of the one who was kept."""
    return Client(**{f"{opened.kind}_id": opened.record.pk})


def shown_invoice(opened: Opened) -> ShownInvoice:
    """What stands on the page of an invoice."""
    invoice: Invoice = opened.record
    asked = amount_asked(invoice)
    after = invoice_after(invoice) if invoice.kind == "proforma" else None
    is_processing = bool(invoice.outstanding) and is_payment_on_its_way(invoice.pk)
    return ShownInvoice(
        invoice=invoice,
        asked=asked,
        checked=money_being_checked(invoice, asked=asked) if asked else Decimal(0),
        transfer=transfer_of(invoice),
        follower=after,
        follower_url=addresses_of([after.pk]).get(after.pk, "") if after else "",
        by_card=bool(invoice.outstanding) and not is_processing and accepts_cards(),
        is_processing=is_processing,
    )


def shown_offer(opened: Opened, *, on: date) -> ShownOffer:
    """What stands on the page of an offer on a day."""
    offer: Offer = opened.record
    versions = sent_versions(offer)[:MOST_VERSIONS]
    newer = versions[0] if versions and versions[0].version > offer.version else None
    is_over = offer.status == "expired" or (
        offer.status == "sent" and offer.valid_until is not None and offer.valid_until < on
    )
    return ShownOffer(
        offer=offer,
        may_answer=offer.status == "sent" and not is_over,
        is_over=is_over,
        newer=newer,
        newer_url=addresses_of([newer.pk]).get(newer.pk, "") if newer else "",
        older=tuple(one for one in versions if one.version < offer.version),
    )


def earlier_version(opened: Opened, version_id: UUID) -> Offer:
    """A version that the one of the link took the place of; `DoesNotExist` for any other offer."""
    older = {one.pk for one in sent_versions(opened.record) if one.version < opened.record.version}
    return visible_offer(version_id, replace(opened.client, records=frozenset(older)))


def shown_statement(opened: Opened, *, since: date, until: date, on: date) -> ShownStatement:
    """What stands on the page of a statement for a period, both days included."""
    client = books_of(opened)
    unpaid = list(open_documents_of(client, opened.client, on=on)[:MOST_OPEN])
    urls = addresses_of([one.pk for one in unpaid])
    return ShownStatement(
        client=opened.record,
        to_pay=tuple(OpenDocument(one, urls.get(one.pk, "")) for one in unpaid),
        statements=tuple(statements_of(client, opened.client, since=since, until=until, most=MOST_MOVEMENTS)),
    )
