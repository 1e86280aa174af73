"""A client link opens its own record, on its own host, and nothing else.

The actor that a visitor becomes is tried against everything that the product has: models, operations, pages.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.test import Client
from django.urls import reverse

from shared_apps.core import clock
from shared_apps.core.actors import ActorKind
from shared_apps.core.errors import NotAllowed
from shared_apps.core.operation import REGISTER
from tenant_apps.client_portal.queries import open_link
from tenant_apps.invoices.models import Invoice, Offer
from tenant_apps.invoices.operations import (
    accept_offer,
    decline_offer,
    invoice_pdf_bytes,
    offer_pdf_bytes,
    statement_pdf_bytes,
    transfer_code_bytes,
    withdraw_acceptance,
)
from tenant_apps.invoices.queries import Client as BooksOf
from tenant_apps.invoices.queries import open_documents_of, statements_of
from tenant_apps.sharing.queries import may_change, visible_to
from tenants.context import OrganizationRef, in_organization
from tenants.hosts import host_of
from tests.access.test_pages import BY_LINK, OPEN
from tests.isolation.addresses import Address
from tests.isolation.addresses import addresses_of as addresses_in
from tests.isolation.belongings import belongings_of

KINDS = ("invoice", "offer", "company", "contact")
PORTAL = [one for one in addresses_in(settings.ROOT_URLCONF) if one.route.startswith("p/<str:token>/")]
# What a client may do, and with the records of the link alone. A new name here is a new door for strangers.
MAY_DO = {
    "invoice": {"invoices.refuse_invoice_document", "invoices.store_invoice_document"},
    "offer": {"invoices.accept_offer", "invoices.decline_offer", "invoices.store_offer_document"},
    "company": set(),
    "contact": set(),
}
# The client has the permission for it, but it wants one who may change the record: no client may.
REFUSED_ALL_THE_SAME = {"invoices.withdraw_acceptance"}
# Address → the kinds of link that it answers.
ANSWERS = {
    "public_page": set(KINDS),
    "public_pdf": set(KINDS),
    "public_colors": set(KINDS),
    "public_logo": set(),  # nobody has chosen one here
    "public_ubl": {"invoice"},
    "public_transfer_code": {"invoice"},
    "public_version": set(),  # there is one version only
    "pay_public_invoice": {"invoice"},
    "public_checkout": {"invoice"},
    "public_card_page": {"invoice"},
    "accept_public_offer": {"offer"},
    "decline_public_offer": {"offer"},
}


def named(address: Address) -> str:
    return address.name


@pytest.fixture
def ours(alpha: OrganizationRef) -> dict[str, Any]:
    return belongings_of(alpha)


@pytest.fixture
def tokens(ours: dict[str, Any]) -> dict[str, str]:
    """Kind → the token of a link of alpha's that is open."""
    return dict(ours["client_links"])


def answers(client: Client, address: Address, token: str, ids: dict[str, Any]) -> Iterator[Any]:
    path = address.path(ids | {"token": token})
    yield client.get(path)
    yield client.post(path, {"name": "Мария"})


@pytest.mark.parametrize("address", PORTAL, ids=named)
def test_every_address_says_which_links_it_answers(
    address: Address,
    alpha: OrganizationRef,
    ours: dict[str, Any],
    tokens: dict[str, str],
    browser_of: Callable[..., Client],
) -> None:
    for kind in KINDS:
        statuses = {one.status_code for one in answers(browser_of(alpha), address, tokens[kind], ours)}
        is_answered = kind in ANSWERS[address.name]
        assert (statuses <= {404, 405}) is not is_answered, (kind, statuses)
        assert not statuses & {403, 500}


@pytest.mark.parametrize("address", PORTAL, ids=named)
def test_on_another_s_host_and_altered_it_leads_nowhere(
    address: Address,
    alpha: OrganizationRef,
    beta: OrganizationRef,
    ours: dict[str, Any],
    tokens: dict[str, str],
    browser_of: Callable[..., Client],
) -> None:
    for kind, token in tokens.items():
        altered = ("A" if token[0] != "A" else "B") + token[1:]
        for client, tried in (
            (browser_of(beta), token),
            (browser_of(beta, "owner"), token),
            (browser_of(alpha, "owner"), altered),
            (browser_of(alpha), str(ours[f"{kind}_id"])),
        ):
            for answer in answers(client, address, tried, ours):
                assert answer.status_code in {404, 405}
                assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]


def test_on_the_public_host_there_are_no_links(tokens: dict[str, str]) -> None:
    stranger = Client(headers={"host": settings.BASE_DOMAIN})
    assert stranger.get(f"/p/{tokens['invoice']}/").status_code == 404


def test_a_suspended_organization_shows_nothing(
    alpha: OrganizationRef, tokens: dict[str, str], browser_of: Callable[..., Client]
) -> None:
    from tenants.hosts import forget_hosts
    from tenants.models import Organization

    Organization.objects.filter(pk=alpha.id).update(status="suspended")
    forget_hosts()
    assert browser_of(alpha).get(f"/p/{tokens['invoice']}/").status_code == 403


def test_a_visit_opens_no_other_page(
    alpha: OrganizationRef, ours: dict[str, Any], tokens: dict[str, str], browser_of: Callable[..., Client]
) -> None:
    visitor = browser_of(alpha)
    for token in tokens.values():
        assert visitor.get(f"/p/{token}/").status_code == 200
    assert not visitor.cookies
    for address in addresses_in(settings.ROOT_URLCONF):
        if address.name in OPEN | BY_LINK | {"openapi-json", "openapi-view"}:
            continue
        answer = visitor.get(address.path(ours))
        is_sign_in = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
        assert is_sign_in or answer.status_code in {401, 405}, address.route


@pytest.mark.parametrize("kind", KINDS)
def test_the_client_sees_the_record_of_the_link_and_no_other(
    kind: str, alpha: OrganizationRef, ours: dict[str, Any], tokens: dict[str, str]
) -> None:
    with in_organization(alpha):
        client = open_link(tokens[kind]).client
        assert client.kind is ActorKind.CLIENT and client.records == {ours[f"{kind}_id"]}
        for model in apps.get_models():
            if not (model.__module__.startswith("tenant_apps.") and hasattr(model, "owner_id")):
                continue
            seen: set[UUID] = {row.pk for row in visible_to(model._default_manager.all(), client)}
            assert seen == ({ours[f"{kind}_id"]} if model._meta.model_name == kind else set()), model
            assert not any(may_change(row, client) for row in model._default_manager.all())


@pytest.mark.parametrize("kind", KINDS)
def test_the_client_may_do_what_is_listed_here(
    kind: str, alpha: OrganizationRef, tokens: dict[str, str]
) -> None:
    with in_organization(alpha):
        client = open_link(tokens[kind]).client
    allowed = {name for name, one in REGISTER.items() if one.permission and client.may(one.permission)}
    assert allowed - REFUSED_ALL_THE_SAME == MAY_DO[kind]
    for entry in REGISTER.values():
        if entry.permission and entry.name not in MAY_DO[kind] | REFUSED_ALL_THE_SAME:
            with pytest.raises(NotAllowed):
                entry_door(entry.name)(by=client)


def entry_door(name: str) -> Callable[..., Any]:
    """The operation as it is called, with the door that asks for the permission."""
    from importlib import import_module

    module = import_module(REGISTER[name].function.__module__)
    found: Callable[..., Any] = getattr(module, REGISTER[name].function.__name__)
    return found


def test_the_client_does_it_with_no_other_record(
    alpha: OrganizationRef, ours: dict[str, Any], tokens: dict[str, str]
) -> None:
    at = clock.now()
    with in_organization(alpha):
        of_invoice, of_offer = (open_link(tokens[kind]).client for kind in ("invoice", "offer"))
        other_invoice = Invoice.objects.exclude(pk=ours["invoice_id"]).filter(state="issued").first()
        other_offer = Offer.objects.exclude(pk=ours["offer_id"]).first()
        other_id = other_offer.pk if other_offer else ours["invoice_id"]
        assert other_invoice
        for act in (
            lambda: invoice_pdf_bytes(invoice_id=other_invoice.pk, by=of_invoice, at=at),
            lambda: transfer_code_bytes(invoice_id=other_invoice.pk, by=of_invoice),
            lambda: invoice_pdf_bytes(invoice_id=ours["invoice_id"], by=of_offer, at=at),
            lambda: offer_pdf_bytes(offer_id=ours["offer_id"], by=of_invoice, at=at),
            lambda: accept_offer(offer_id=other_id, name="М", by=of_offer, at=at),
            lambda: decline_offer(offer_id=other_id, name="М", by=of_offer, at=at),
        ):
            with pytest.raises(ObjectDoesNotExist):
                act()
        accept_offer(offer_id=ours["offer_id"], name="М", by=of_offer, at=at)
        with pytest.raises(NotAllowed):
            withdraw_acceptance(offer_id=ours["offer_id"], reason="x", by=of_offer, at=at)


def test_a_statement_is_of_one_s_own_books(
    alpha: OrganizationRef, ours: dict[str, Any], tokens: dict[str, str]
) -> None:
    today = clock.now().date()
    period = {"since": today.replace(month=1, day=1), "until": today}
    with in_organization(alpha):
        own, other = BooksOf(company_id=ours["company_id"]), BooksOf(contact_id=ours["contact_id"])
        client = open_link(tokens["company"]).client
        assert statements_of(own, client, **period) and open_documents_of(own, client, on=today)
        stranger = open_link(tokens["contact"]).client
        assert statements_of(own, stranger, **period) == []
        assert not open_documents_of(own, stranger, on=today)
        of_invoice = open_link(tokens["invoice"]).client
        told = {line.record_id for one in statements_of(own, of_invoice, **period) for line in one.movements}
        assert told == {ours["invoice_id"]}, "no more than their link shows them anyway"
        with pytest.raises(ObjectDoesNotExist):
            statement_pdf_bytes(client=other, **period, by=client)


def test_the_address_of_the_page_is_the_one_that_sharing_writes() -> None:
    assert reverse("public_page", args=["x"], urlconf=settings.ROOT_URLCONF) == "/p/x/"
    assert {one.name for one in PORTAL} | {"public_return"} == BY_LINK == set(ANSWERS) | {"public_return"}
    assert host_of("alpha") in "alpha.tefter.localhost"
