"""Reminders on pages and over the API."""

from datetime import timedelta

import pytest
from django.urls import reverse

from shared_apps.core import clock
from tenant_apps.invoices.models import PaymentReminder, ReminderPause, ReminderSettings, ReminderStage
from tenant_apps.invoices.operations import remind_client
from tests.invoices.stories import AT, client, issued

pytestmark = pytest.mark.usefixtures("in_alpha")
TEXTS = {"subject_bg": "Т", "subject_en": "S", "text_bg": "б", "text_en": "t"}


@pytest.fixture
def late(owner):
    """An invoice that comes to its seventh day tomorrow."""
    due = clock.today("Europe/Sofia") - timedelta(days=6)
    return issued(owner, client(owner, email="office@client.example"), due_date=due, language="en")


def remind(owner, invoice):
    on = clock.today("Europe/Sofia") + timedelta(days=1)
    return remind_client(invoice_ids=[invoice.pk], on=on, by=owner, at=AT)


def test_the_page_shows_what_leaves_tomorrow(browser, late):
    page = browser.get(reverse("reminder_list")).content.decode()
    assert late.number in page and "An unpaid invoice (0000000001)" in page and "Reminders are off" in page


def test_what_was_sent_stands_in_its_tab_and_beside_the_invoice(browser, owner, late):
    remind(owner, late)
    assert "office@client.example" in browser.get(reverse("reminder_list") + "?view=told").content.decode()
    assert "office@client.example" in browser.get(late.get_absolute_url()).content.decode()
    assert "Nobody is reminded tomorrow" in browser.get(reverse("reminder_list")).content.decode()


@pytest.mark.parametrize("view", ["", "told"])
def test_the_list_asks_a_bounded_number_of_times(browser, owner, late, django_assert_max_num_queries, view):
    remind(owner, late) if view else None
    with django_assert_max_num_queries(14):
        browser.get(reverse("reminder_list") + f"?view={view}")


def test_an_invoice_and_a_client_are_paused_and_resumed(browser, late):
    company = ["company", late.company_id]
    for name, arguments in (("invoice", [late.pk]), ("client", company)):
        browser.post(reverse(f"pause_{name}_reminders", args=arguments))
        assert ReminderPause.objects.count() == 1
        assert "Paused" in browser.get(reverse("reminder_list")).content.decode()
        browser.post(reverse(f"resume_{name}_reminders", args=arguments))
        assert not ReminderPause.objects.exists()


def test_the_company_page_offers_the_pause(browser, late):
    url = reverse("company_detail", args=[late.company_id])
    assert "Pause reminders" in browser.get(url).content.decode()
    browser.post(reverse("pause_client_reminders", args=["company", late.company_id]))
    assert "Resume reminders" in browser.get(url).content.decode()


def test_a_kind_of_client_that_there_is_not_is_not_found(browser, late):
    assert browser.post(reverse("pause_client_reminders", args=["deal", late.pk])).status_code == 404


def test_the_organization_turns_it_on_and_off(browser):
    for is_on in (True, False):
        browser.post(reverse("switch_reminders"), {"is_on": "1" if is_on else "0"})
        assert ReminderSettings.objects.get().is_on is is_on


def test_stages_are_written_changed_and_deleted(browser):
    browser.post(reverse("reminder_stage_create"), {"offset_days": "3", "tone": "firm", **TEXTS})
    stage = ReminderStage.objects.get(offset_days=3)
    assert "3 days after" in browser.get(reverse("reminder_settings")).content.decode()
    url = reverse("reminder_stage_edit", args=[stage.pk])
    assert browser.get(url).status_code == 200
    taken = browser.post(url, {"offset_days": "7", "tone": "firm", **TEXTS})
    assert taken.status_code == 422 and "There is a stage for this day already." in taken.content.decode()
    browser.post(url, {"offset_days": "4", "tone": "final", "shows_interest": "on", **TEXTS})
    stage.refresh_from_db()
    assert (stage.offset_days, stage.tone, stage.shows_interest) == (4, "final", True)
    browser.post(reverse("delete_reminder_stage", args=[stage.pk]))
    assert not ReminderStage.objects.filter(pk=stage.pk).exists()


def test_without_stages_the_usual_ones_are_offered(browser):
    ReminderStage.objects.all().delete()
    assert "Lay the usual stages" in browser.get(reverse("reminder_settings")).content.decode()
    browser.post(reverse("lay_usual_stages"))
    assert list(ReminderStage.objects.values_list("offset_days", flat=True)) == [-3, 0, 7, 14, 30]


def test_programs_read_the_plan_and_what_was_sent(api, owner, late):
    plan = api.get("/api/v1/reminders/plan/").json()
    assert plan["is_on"] is False
    assert plan["reminders"][0]["invoices"][0] | {"number": ""} == {
        "invoice_id": str(late.pk),
        "number": "",
        "offset_days": 7,
        "outstanding": "120.00",
        "currency": "EUR",
        "interest": None,
        "interest_percent": None,
        "interest_rate_since": None,
        "interest_is_confirmed": None,
    }
    remind(owner, late)
    (told,) = api.get(f"/api/v1/reminders/?invoice_id={late.pk}").json()["items"]
    assert (told["offset_days"], told["state"]) == (7, "queued")
    assert [one["offset_days"] for one in api.get("/api/v1/reminders/stages/").json()] == [-3, 0, 7, 14, 30]


def test_programs_pause_and_resume(api, late):
    url = f"/api/v1/invoices/{late.pk}"
    assert api.post(f"{url}/pause-reminders/").status_code == 200
    assert api.post(f"{url}/pause-reminders/").status_code == 409
    assert api.post(f"{url}/resume-reminders/").status_code == 200
    assert api.post(f"{url}/resume-reminders/").status_code == 409
    assert not PaymentReminder.objects.exists()
