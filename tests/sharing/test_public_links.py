"""Client links: made, shown, renewed, revoked; what the database keeps of them, and who may."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor, ActorKind, system_actor
from shared_apps.core.errors import NotAllowed
from shared_apps.core.ids import new_id
from shared_apps.core.sealing import CannotBeOpened, unseal
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm.models import Company
from tenant_apps.invoices.models import Invoice
from tenant_apps.messages.models import Notification
from tenant_apps.sharing.models import PublicLink
from tenant_apps.sharing.operations import (
    LinkExists,
    LinkRevoked,
    NotOpenable,
    make_public_link,
    note_link_opened,
    renew_public_link,
    renew_restored_links,
    revoke_public_link,
)
from tenant_apps.sharing.queries import address_of, addresses_of, link_card, public_link, visible_links
from tenants.context import OrganizationRef, in_organization
from tenants.operations import Restoration
from tests.invoices.stories import draft, issued

pytestmark = pytest.mark.usefixtures("in_alpha")


def linked(company: Company, by: Actor, at: datetime) -> PublicLink:
    return make_public_link(record_type="company", record_id=company.pk, by=by, at=at)


def token_in(address: str) -> str:
    return urlsplit(address).path.split("/")[2]


def visitor(link: PublicLink, organization: OrganizationRef) -> Actor:
    return Actor(
        kind=ActorKind.CLIENT,
        label="Щърк",
        id=link.pk,
        organization_id=organization.id,
        records=frozenset({link.record_id}),
    )


def test_a_link_leads_to_the_host_of_its_organization(company: Company, owner: Actor, at: datetime) -> None:
    link = linked(company, owner, at)
    address = urlsplit(address_of(link))
    assert address.hostname == "alpha.tefter.localhost" and address.port == 8000
    assert address.path == f"/p/{token_in(address.geturl())}/"
    assert public_link(token_in(address.geturl())) == link
    assert timeline_of(company.pk, by=owner)[0].type == "sharing.public_link_made"


def test_the_database_knows_neither_token_nor_address(
    company: Company, owner: Actor, at: datetime, in_alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    link = linked(company, owner, at)
    token = token_in(address_of(link))
    assert len(token) >= 160 / 6, "at least 160 random bits in base64"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(sharing_publiclink)::text FROM sharing_publiclink")
        assert token not in cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(to_jsonb(activity_event)::text, '') FROM activity_event")
        assert token not in cursor.fetchone()[0]
    assert unseal(link.sealed_token, owner=in_alpha.id) == token
    with pytest.raises(CannotBeOpened):
        unseal(link.sealed_token, owner=beta.id)


def test_an_altered_a_revoked_and_another_s_token_open_nothing(
    company: Company, owner: Actor, at: datetime, beta: OrganizationRef
) -> None:
    link = linked(company, owner, at)
    token = token_in(address_of(link))
    for wrong in (token[:-1], token + "a", token.swapcase(), "", "ы" * 32):
        with pytest.raises(PublicLink.DoesNotExist):
            public_link(wrong)
    with in_organization(beta), pytest.raises(PublicLink.DoesNotExist):
        public_link(token)
    revoke_public_link(link_id=link.pk, by=owner, at=at)
    with pytest.raises(PublicLink.DoesNotExist):
        public_link(token)
    assert addresses_of([company.pk]) == {}
    assert timeline_of(company.pk, by=owner)[0].type == "sharing.public_link_revoked"
    with pytest.raises(LinkRevoked):
        revoke_public_link(link_id=link.pk, by=owner, at=at)


def test_a_record_has_one_link_and_renewing_gives_another_address(
    company: Company, owner: Actor, at: datetime
) -> None:
    link = linked(company, owner, at)
    with pytest.raises(LinkExists):
        linked(company, owner, at)
    before = address_of(link)
    renewed = renew_public_link(link_id=link.pk, by=owner, at=at)
    assert address_of(renewed) != before and renewed.pk == link.pk
    with pytest.raises(PublicLink.DoesNotExist):
        public_link(token_in(before))
    revoke_public_link(link_id=link.pk, by=owner, at=at)
    alive = renew_public_link(link_id=link.pk, by=owner, at=at)
    assert public_link(token_in(address_of(alive))) == link
    assert timeline_of(company.pk, by=owner)[0].type == "sharing.public_link_renewed"


def test_a_draft_and_what_nobody_lets_out_has_none(owner: Actor, at: datetime, company: Company) -> None:
    with pytest.raises(NotOpenable):
        make_public_link(record_type="invoice", record_id=draft(owner, company).pk, by=owner, at=at)
    for record_type in ("task", "deal", "product", "nothing"):
        with pytest.raises(Exception, match=record_type):
            make_public_link(record_type=record_type, record_id=new_id(), by=owner, at=at)
    with pytest.raises(Invoice.DoesNotExist):
        make_public_link(record_type="invoice", record_id=new_id(), by=owner, at=at)


def test_only_one_who_could_send_it_lets_it_out(
    company: Company, owner: Actor, user: Actor, at: datetime
) -> None:
    """A plain user sends invoices, but no statements."""
    link = linked(company, owner, at)
    Company.objects.filter(pk=company.pk).update(owner_id=user.id)
    for act in (renew_public_link, revoke_public_link):
        with pytest.raises(NotAllowed):
            act(link_id=link.pk, by=user, at=at)
    assert link_card(company, user) is None
    assert link_card(company, owner) is not None
    assert not visible_links(user).exists()
    invoice = issued(owner)
    assert set(visible_links(owner).values_list("record_id", flat=True)) == {company.pk, invoice.pk}
    assert not visible_links(user).exists(), "the invoice is the owner's"


def test_the_first_opening_is_told_once(
    company: Company, owner: Actor, at: datetime, in_alpha: OrganizationRef
) -> None:
    link = linked(company, owner, at)
    client = visitor(link, in_alpha)
    assert note_link_opened(link_id=link.pk, by=client, at=at)
    assert not note_link_opened(link_id=link.pk, by=client, at=at)
    told = Notification.objects.get(kind="link_opened")
    assert (told.user_id, told.url) == (owner.id, company.get_absolute_url())
    events = [event.type for event in timeline_of(company.pk, by=owner)]
    assert events.count("sharing.public_link_opened") == 1
    renew_public_link(link_id=link.pk, by=owner, at=at)
    assert note_link_opened(link_id=link.pk, by=client, at=at), "another address, opened for the first time"
    assert Notification.objects.filter(kind="link_opened").count() == 2


def test_nobody_else_says_that_it_was_opened(
    company: Company, owner: Actor, at: datetime, in_alpha: OrganizationRef
) -> None:
    link, other = linked(company, owner, at), issued(owner)
    theirs = PublicLink.objects.get(record_id=other.pk)
    for by in (owner, visitor(theirs, in_alpha)):
        with pytest.raises(NotAllowed):
            note_link_opened(link_id=link.pk, by=by, at=at)


def test_a_restored_copy_has_links_of_its_own(
    company: Company, owner: Actor, at: datetime, in_alpha: OrganizationRef
) -> None:
    link = linked(company, owner, at)
    before = address_of(link)
    restoration = Restoration(organization_id=in_alpha.id, original_id=new_id(), made_at=at)
    renew_restored_links(restoration=restoration, by=system_actor(in_alpha.id), at=at)
    link.refresh_from_db()
    assert address_of(link) != before
    assert public_link(token_in(address_of(link))) == link


def test_the_page_of_a_record_shows_its_link(
    browser: Client, browser_of: Callable[..., Client], alpha: OrganizationRef, owner: Actor, company: Company
) -> None:
    invoice = issued(owner)
    link = PublicLink.objects.get(record_id=invoice.pk)
    page = f"/invoices/{invoice.pk}/"
    address = address_of(link)
    assert address in browser.get(page).content.decode()
    browser.post(f"/links/{link.pk}/renew/")
    link.refresh_from_db()
    renewed = address_of(link)
    shown = browser.get(page).content.decode()
    assert renewed in shown and address not in shown
    browser.post(f"/links/{link.pk}/revoke/")
    shown = browser.get(page).content.decode()
    assert renewed not in shown and "leads nowhere" in shown
    answer = browser.post(f"/share/company/{company.pk}/link/", follow=True)
    assert address_of(PublicLink.objects.get(record_id=company.pk)) in answer.content.decode()
    assert browser_of(alpha, Role.USER).post(f"/share/company/{company.pk}/link/").status_code in {403, 404}


def test_over_the_api(
    api: Client, api_of: Callable[..., Client], alpha: OrganizationRef, owner: Actor
) -> None:
    invoice = issued(owner)
    (row,) = api.get(f"/api/v1/links/?record_type=invoice&record_id={invoice.pk}").json()["items"]
    assert row["url"] == api.get(f"/api/v1/invoices/{invoice.pk}/").json()["payment_url"]
    (listed,) = api.get("/api/v1/invoices/").json()["items"]
    assert listed["payment_url"] == row["url"]

    def post(path: str, **body: Any) -> Any:
        return api.post(f"/api/v1/links/{path}", body, content_type="application/json")

    asked = {"record_type": "invoice", "record_id": str(invoice.pk)}
    assert post("", **asked).status_code == 409
    renewed = post(f"{row['id']}/renew/").json()
    assert renewed["url"] not in {None, row["url"]}
    assert post(f"{row['id']}/revoke/").json()["url"] is None
    assert post(f"{row['id']}/revoke/").status_code == 409
    made = post("", record_type="company", record_id=str(invoice.company_id))
    assert (made.status_code, made.json()["opened_at"]) == (201, None)
    reader = api_of(alpha, scopes=("links:read", "invoices:write"))
    assert reader.post("/api/v1/links/", asked, content_type="application/json").status_code == 403
    assert len(reader.get("/api/v1/links/").json()["items"]) == 1
