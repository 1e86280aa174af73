"""An offer behind its link: chosen, accepted, declined, expired, replaced."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.utils import translation

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import Company, Deal
from tenant_apps.crm.operations import DealChange, create_deal, merge_companies
from tenant_apps.invoices.models import Invoice, Offer
from tenant_apps.invoices.operations import create_offer_version, expire_offer, send_offer
from tenant_apps.messages.models import Notification
from tests.client_portal.conftest import path_to
from tests.invoices.offering import draft_offer, offered, option
from tests.invoices.stories import client, fresh

FAR = date(2099, 12, 31)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def sent(by: Actor, company: Company, **more: Any) -> Offer:
    """An offer of 120.00 EUR that is open today, and 60.00 more for what is optional."""
    wanted = {"valid_until": FAR} | more
    return send_offer(offer_id=draft_offer(by, company, **wanted).pk, by=by, at=clock.now())


def test_it_shows_lines_options_and_totals(stranger: Client, owner: Actor, company: Company) -> None:
    offer = sent(owner, company)
    page = text(stranger.get(path_to(offer.pk)))
    for said in ("Offer OF-000001", "Сайт", "Поддръжка", "€120.00", "Accept the offer", "valid until"):
        assert said in page
    assert stranger.get(path_to(offer.pk, "pdf/")).content.startswith(b"%PDF")
    assert stranger.get(path_to(offer.pk, "ubl/")).status_code == 404


def test_totals_follow_what_is_chosen_without_a_script(
    stranger: Client, owner: Actor, company: Company
) -> None:
    offer = sent(owner, company)
    chosen = offer.items.get(is_optional=True)
    page = text(stranger.get(f"{path_to(offer.pk)}&chosen={chosen.pk}&chosen=nonsense"))
    totals = page.split('id="offer-totals"')[1]
    assert "€180.00" in totals and "checked" in page


def test_accepting_keeps_name_time_and_address_and_moves_the_deal(
    stranger: Client, owner: Actor, company: Company
) -> None:
    deal = create_deal(details=DealChange(name="Сайт", company_id=company.pk), by=owner, at=clock.now())
    offer = sent(owner, company, deal_id=deal.pk, items=(offered(), option(), option("30")))
    chosen = offer.items.get(unit_price=30)
    told = {"name": "Мария Колева", "chosen": [str(chosen.pk)]}
    answer = stranger.post(path_to(offer.pk, "accept/"), told, REMOTE_ADDR="203.0.113.7")
    assert (answer.status_code, answer["Location"]) == (302, path_to(offer.pk))
    kept = fresh(offer)
    assert (kept.status, kept.answered_by, kept.answered_from) == ("accepted", "Мария Колева", "203.0.113.7")
    assert (kept.accepted_total, kept.recorded_by_id) == (Decimal("156.00"), None)
    assert Deal.objects.get(pk=deal.pk).status == "won"
    assert Invoice.objects.get().total == Decimal("156.00")
    event = Event.objects.get(type="invoices.offer_accepted")
    assert (event.actor_kind, event.actor_label, event.new["from"]) == ("client", "Клиент ООД", "203.0.113.7")
    assert Notification.objects.filter(kind="offer_accepted", user_id=owner.id).count() == 1
    page = text(stranger.get(path_to(offer.pk)))
    assert "Accepted by Мария Колева" in page and "€156.00" in page and "/accept/" not in page


def test_a_second_answer_says_what_was_answered_before(
    stranger: Client, owner: Actor, company: Company
) -> None:
    offer = sent(owner, company)
    stranger.post(path_to(offer.pk, "accept/"), {"name": "Мария"})
    for again in ("accept/", "decline/"):
        late = stranger.post(path_to(offer.pk, again), {"name": "Петър"})
        assert late.status_code == 409
        assert "answered this offer already" in text(late) and "Accepted by Мария" in text(late)
    assert fresh(offer).answered_by == "Мария"


def test_declining_says_why(stranger: Client, owner: Actor, company: Company) -> None:
    offer = sent(owner, company)
    stranger.post(path_to(offer.pk, "decline/"), {"name": "Мария", "reason": "Твърде скъпо"})
    kept = fresh(offer)
    assert (kept.status, kept.answer_reason) == ("declined", "Твърде скъпо")
    page = text(stranger.get(path_to(offer.pk)))
    assert "Declined by Мария" in page and "Твърде скъпо" in page


def test_without_a_name_nothing_typed_is_lost(stranger: Client, owner: Actor, company: Company) -> None:
    offer = sent(owner, company)
    chosen = offer.items.get(is_optional=True)
    answer = stranger.post(path_to(offer.pk, "accept/"), {"name": " ", "chosen": [str(chosen.pk)]})
    assert answer.status_code == 422 and "Write your name" in text(answer) and "checked" in text(answer)
    answer = stranger.post(path_to(offer.pk, "decline/"), {"name": "", "reason": "Скъпо"})
    assert answer.status_code == 422 and "Скъпо" in text(answer)
    assert fresh(offer).status == "sent"


def test_what_one_answer_wants_is_kept_for_the_other(
    stranger: Client, owner: Actor, company: Company
) -> None:
    offer = sent(owner, company)
    chosen = offer.items.get(is_optional=True)
    ticked = {"chosen": [str(chosen.pk)]}
    page = text(stranger.post(path_to(offer.pk, "decline/"), ticked | {"name": "", "reason": "Скъпо"}))
    assert " checked" in page and "€180.00" in page.split('id="offer-totals"')[1]
    assert "<details" in page and " open>" in page
    foreign = ticked | {"chosen": [str(chosen.pk), str(offer.pk)], "name": "Мария", "reason": "Скъпо"}
    page = text(stranger.post(path_to(offer.pk, "accept/"), foreign))
    assert 'value="Мария"' in page and "Скъпо" in page and " checked" in page
    assert page.count('name="name"') == 1, "whoever they answer with, they write it once"


def test_the_language_switch_after_a_refused_answer_leads_to_the_offer(
    stranger: Client, owner: Actor, company: Company
) -> None:
    offer = sent(owner, company)
    page = text(stranger.post(path_to(offer.pk, "accept/"), {"name": ""}))
    there = path_to(offer.pk).replace("lang=en", "lang=bg")
    assert f'href="{there}"' in page
    for more in ("accept/", "decline/"):
        answer = stranger.get(path_to(offer.pk, more))
        assert (answer.status_code, answer["Location"]) == (302, path_to(offer.pk))


def test_lines_of_another_offer_are_not_chosen(stranger: Client, owner: Actor, company: Company) -> None:
    offer, other = sent(owner, company), sent(owner, company)
    foreign = other.items.get(is_optional=True)
    answer = stranger.post(path_to(offer.pk, "accept/"), {"name": "Мария", "chosen": [str(foreign.pk)]})
    assert answer.status_code == 422 and fresh(offer).status == "sent"
    assert "not offered any more" in text(answer)


def test_one_that_is_over_says_so(stranger: Client, owner: Actor, company: Company) -> None:
    offer = sent(owner, company, valid_until=clock.now().date() + timedelta(days=1))
    by, later = system_actor(owner.organization_id), clock.now() + timedelta(days=3)
    assert expire_offer(offer_id=offer.pk, by=by, at=later)
    page = text(stranger.get(path_to(offer.pk)))
    assert "has expired" in page and "/accept/" not in page
    late = stranger.post(path_to(offer.pk, "accept/"), {"name": "Мария"})
    assert late.status_code == 409 and fresh(offer).status == "expired"


def test_the_version_that_took_its_place_is_one_press_away(
    stranger: Client, owner: Actor, company: Company
) -> None:
    first = sent(owner, company)
    second = create_offer_version(offer_id=first.pk, by=owner, at=clock.now())
    before = text(stranger.get(path_to(first.pk)))
    assert "newer version" not in before, "a draft is nobody's business"
    send_offer(offer_id=second.pk, by=owner, at=clock.now())
    page = text(stranger.get(path_to(first.pk)))
    assert path_to(second.pk).removesuffix("?lang=en") in page and "/accept/" not in page
    newer = text(stranger.get(path_to(second.pk)))
    assert "Earlier versions" in newer and f"/versions/{first.pk}/" in newer
    assert "OF-000001" in text(stranger.get(path_to(second.pk, f"versions/{first.pk}/")))
    assert stranger.get(path_to(first.pk, f"versions/{second.pk}/")).status_code == 404
    other = sent(owner, company)
    assert stranger.get(path_to(second.pk, f"versions/{other.pk}/")).status_code == 404


def test_after_a_merge_its_versions_still_know_each_other(
    stranger: Client, owner: Actor, company: Company
) -> None:
    first = sent(owner, company)
    second = create_offer_version(offer_id=first.pk, by=owner, at=clock.now())
    kept = client(owner, name="Клиент България")
    merge_companies(kept_id=kept.pk, absorbed_id=company.pk, by=owner, at=clock.now())
    send_offer(offer_id=second.pk, by=owner, at=clock.now())
    assert fresh(first).company_id != fresh(second).company_id == kept.pk
    assert path_to(second.pk).removesuffix("?lang=en") in text(stranger.get(path_to(first.pk)))
    assert f"/versions/{first.pk}/" in text(stranger.get(path_to(second.pk)))


def test_a_form_needs_no_cookie_and_no_token(owner: Actor, company: Company, stranger: Client) -> None:
    """A page without a referrer posts with `Origin: null`; the authority is the address."""
    offer = sent(owner, company)
    strict = Client(enforce_csrf_checks=True, headers={"host": "alpha.tefter.localhost", "origin": "null"})
    answer = strict.post(path_to(offer.pk, "accept/"), {"name": "Мария"})
    assert answer.status_code == 302 and not answer.cookies and fresh(offer).status == "accepted"


def test_in_bulgarian(stranger: Client, owner: Actor, company: Company) -> None:
    offer = sent(owner, company)
    page = text(stranger.get(path_to(offer.pk).replace("lang=en", "lang=bg")))
    assert '<html lang="bg"' in page
    with translation.override("bg"):
        assert translation.gettext("Accept the offer") in page


def test_it_asks_little_of_the_database(
    stranger: Client, owner: Actor, company: Company, django_assert_max_num_queries: Any
) -> None:
    offer = sent(owner, company, items=[offered() for _one in range(20)] + [option()])
    stranger.get(path_to(offer.pk))
    path = path_to(offer.pk)
    with django_assert_max_num_queries(8):
        stranger.get(path)
