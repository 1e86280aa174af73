from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Contact, Deal
from tenant_apps.crm.operations import lose_deal, move_deal, win_deal
from tenants.context import OrganizationRef
from tests.crm.selling import add_deal, line, stages_of

NO_PEOPLE = {"people-TOTAL_FORMS": "0", "people-INITIAL_FORMS": "0"}
NO_LINES = {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def form(**fields: Any) -> dict[str, Any]:
    return {"name": "Сайт", "currency": "EUR", "value": "", **NO_PEOPLE, **NO_LINES, **fields}


def test_a_deal_is_added_with_people_and_lines(
    browser: Client, add_company: Callable[..., Company], add_contact: Callable[..., Contact], owner: Actor
) -> None:
    company, maria = add_company("Щърк"), add_contact()
    stage = stages_of()[2]
    shown = browser.get(f"/deals/new/?company={company.pk}&stage={stage.pk}")
    assert shown.status_code == 200 and "Щърк" in text(shown)

    sent = form(
        company_id=company.pk,
        stage_id=stage.pk,
        owner_id=owner.id,
        expected_close_on="31.01.2027",
        **{"people-TOTAL_FORMS": "1", "people-0-contact_id": maria.pk, "people-0-role": "решава"},
        **{"lines-TOTAL_FORMS": "2", "lines-0-description": "Дизайн", "lines-0-quantity": "2"},
        **{"lines-0-unit_price": "50,25", "lines-0-discount_percent": "10", "lines-1-quantity": "1"},
    )
    browser.post("/deals/new/", sent)

    deal = Deal.objects.get()
    assert (deal.value, deal.stage, deal.company, deal.owner_id) == (
        Decimal("90.45"),
        stage,
        company,
        owner.id,
    )
    assert [(one.contact, one.role) for one in deal.participations.all()] == [(maria, "решава")]
    page = text(browser.get(deal.get_absolute_url()))
    assert all(part in page for part in ("Дизайн", "€90.45", "решава", "Мария Петрова"))
    assert "Сайт" in text(browser.get(company.get_absolute_url()))
    assert "Сайт" in text(browser.get(maria.get_absolute_url()))


def test_the_page_asks_little_of_the_database(
    browser: Client,
    add_company: Callable[..., Company],
    owner: Actor,
    at: datetime,
    django_assert_max_num_queries: Any,
) -> None:
    company = add_company("Щърк")
    deal = add_deal("Сайт", by=owner, at=at, items=(line("Дизайн", "1", "100"),), company_id=company.pk)
    for _open_then_won in range(2):
        browser.get(deal.get_absolute_url())
        with django_assert_max_num_queries(8):
            assert "Дизайн" in text(browser.get(deal.get_absolute_url()))
        if deal.status == "open":
            deal = win_deal(deal_id=deal.pk, by=owner, at=at)


def test_a_contact_brings_the_company_along(
    browser: Client, add_company: Callable[..., Company], add_contact: Callable[..., Contact]
) -> None:
    company = add_company("Щърк")
    shown = browser.get(f"/deals/new/?contact={add_contact(company_id=company.pk).pk}")
    assert shown.context["form"]["company_id"].value() == str(company.pk)
    assert "Мария Петрова" in text(shown)


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(
    browser: Client, in_alpha: OrganizationRef
) -> None:
    wrong = {"lines-TOTAL_FORMS": "1", "lines-0-description": "Дизайн", "lines-0-quantity": "0"}
    stage = stages_of()[0]
    answer = browser.post(
        "/deals/new/", form(name="", stage_id=stage.pk, **wrong, **{"lines-0-unit_price": "5"})
    )
    assert answer.status_code == 422 and "Дизайн" in text(answer)
    assert "Enter the name." in text(answer)
    again = form(stage_id=stage.pk, **wrong, **{"lines-0-unit_price": "5"})
    assert "Enter a quantity above 0." in text(browser.post("/deals/new/", again))


def test_a_deal_is_changed_and_its_lines_are_replaced(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    deal = add_deal("Сайт", by=owner, at=at, items=(line("Дизайн", "1", "100"), line("Текст", "1", "50")))
    shown = text(browser.get(f"/deals/{deal.pk}/edit/"))
    assert "Дизайн" in shown and "Текст" in shown
    browser.post(f"/deals/{deal.pk}/edit/", form(name="Нов сайт", value="70"))
    deal.refresh_from_db()
    assert (deal.name, deal.value, deal.items.count(), deal.owner_id) == ("Нов сайт", 70, 0, None)


def test_lost_asks_why_and_offers_earlier_reasons(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    first, second = (add_deal(name, by=owner, at=at) for name in ("Първа", "Втора"))
    lose_deal(deal_id=first.pk, reason="Избраха друг", by=owner, at=at)
    assert "Избраха друг" in text(browser.get(f"/deals/{second.pk}/lose/"))
    assert browser.post(f"/deals/{second.pk}/lose/", {"reason": ""}).status_code == 422

    answer = browser.post(f"/deals/{second.pk}/lose/", {"reason": "скъпо"}, follow=True)

    assert "скъпо" in text(answer) and f"/deals/{second.pk}/reopen/" in text(answer)
    browser.post(f"/deals/{second.pk}/reopen/")
    assert Deal.objects.get(pk=second.pk).status == "open"


def test_won_leads_to_the_invoice_with_the_deal_s_lines(
    browser: Client, add_company: Callable[..., Company], owner: Actor, at: datetime
) -> None:
    company = add_company("Щърк")
    deal = add_deal(
        "Сайт", by=owner, at=at, company_id=company.pk, items=(line("Дизайн", "2", "50.5", "10"),)
    )
    answer = text(browser.post(f"/deals/{deal.pk}/win/", follow=True))
    assert f"/invoices/new/?deal={deal.pk}" in answer

    draft = browser.get(f"/invoices/new/?deal={deal.pk}").context
    assert draft["form"]["company_id"].value() == str(company.pk)
    written = draft["lines"].forms[0]
    assert [written[name].value() for name in ("description", "quantity")] == ["Дизайн", "2"]

    plain = add_deal("Без редове", by=owner, at=at, value="300")
    win_deal(deal_id=plain.pk, by=owner, at=at)
    whole = browser.get(f"/invoices/new/?deal={plain.pk}").context["lines"].forms[0]
    assert whole["description"].value() == "Без редове"
    assert browser.get("/invoices/new/?deal=x").status_code == 200


def test_acts_end_in_a_toast_with_undo(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    deal = add_deal("Сайт", by=owner, at=at)
    archived = browser.post(f"/deals/{deal.pk}/archive/", follow=True)
    assert f"/deals/{deal.pk}/unarchive/" in text(archived)
    browser.post(f"/deals/{deal.pk}/unarchive/")
    browser.post(f"/deals/{deal.pk}/duplicate/")
    assert list(Deal.objects.values_list("name", "archived_at")) == [("Сайт", None)] * 2


def test_the_forecast_counts_by_month_and_currency(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    month = at.date().replace(day=15)
    for value, currency in (("100", "EUR"), ("50.50", "EUR"), ("7", "USD")):
        add_deal("Сайт", by=owner, at=at, value=value, currency=currency, expected_close_on=month)
    add_deal("Някога", by=owner, at=at, value="1")
    won = add_deal("Спечелена", by=owner, at=at - timedelta(minutes=1), value="30")
    win_deal(deal_id=won.pk, by=owner, at=at)

    months = [one for one, _is_past in browser.get("/deals/forecast/").context["months"]]

    shown = {(one.month and one.month.month, one.currency): one for one in months}
    ours = shown[(month.month, "EUR")]
    assert (ours.count, ours.total, ours.weighted) == (2, Decimal("150.50"), Decimal("15.05"))
    assert shown[(month.month, "USD")].total == 7
    assert (shown[(None, "EUR")].count, sum(one.won for one in months)) == (1, 30)


def test_options_find_deals_in_any_spelling(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    deal = add_deal("Онлайн магазин", by=owner, at=at)
    items = browser.get("/deals/options/?q=magazin").json()["items"]
    assert [item["value"] for item in items] == [str(deal.pk)]


def test_the_timeline_names_the_stages_once(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    deal = add_deal("Сайт", by=owner, at=at)
    first, second = stages_of()[:2]
    move_deal(deal_id=deal.pk, stage_id=second.pk, by=owner, at=at)
    page = text(browser.get(f"/deals/{deal.pk}/"))
    assert page.count(f"<del>{first}</del> → {second}") == 1
    assert "… → …" not in page and "<del>…</del>" not in page
