from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.activity.models import Event
from tenant_apps.workspace.events import WorkspaceEvent
from tenant_apps.workspace.models import NumberSeries, OrganizationProfile
from tenant_apps.workspace.operations import ProfileChange, change_organization
from tenants.context import OrganizationRef, in_organization
from tenants.models import Organization

API = "/api/v1/organization/"
PAGE = "/settings/organization/"


def _picture(size: tuple[int, int] = (4, 4), kind: str = "PNG") -> bytes:
    content = BytesIO()
    Image.new("1", size).save(content, kind)
    return content.getvalue()


PNG = _picture()


@pytest.mark.usefixtures("in_alpha")
class TestOperation:
    def test_it_changes_what_is_named_and_tells_old_and_new(self, owner: Actor, at: datetime) -> None:
        profile = change_organization(
            change=ProfileChange(city=" Варна ", iban="bg80 bnbg 9661 1020 3456 78"), by=owner, at=at
        )

        assert (profile.city, profile.iban, profile.eik) == ("Варна", "BG80BNBG96611020345678", "175074752")
        event = Event.objects.filter(type=WorkspaceEvent.ORGANIZATION_CHANGED).latest("id")
        assert (event.old, event.new) == ({"city": "София"}, {"city": "Варна"})

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("legal_name", ""),
            ("legal_name", "x" * 201),
            ("eik", "175074753"),
            ("vat_number", "BG1"),
            ("country", "XX"),
            ("iban", "BG81BNBG96611020345678"),
            ("bic", "BNBG"),
            ("default_currency", "XXX"),
            ("default_language", "fr"),
            ("time_zone", "Europe/Atlantis"),
            ("payment_term_days", 400),
            ("write_off_limit", Decimal("-1")),
            ("write_off_limit", Decimal("10000.01")),
            ("email", "a@@b"),
            ("accent_color", "red"),
            ("accent_color", "#12345g"),
        ],
    )
    def test_it_refuses_what_is_wrong_beside_its_field(
        self, owner: Actor, at: datetime, field: str, value: Any
    ) -> None:
        with pytest.raises(Refused) as refused:
            change_organization(change=ProfileChange(**{field: value}), by=owner, at=at)
        assert [error.field for error in refused.value.errors] == [field]

    def test_it_names_every_error_at_once(self, owner: Actor, at: datetime) -> None:
        with pytest.raises(Refused) as refused:
            change_organization(change=ProfileChange(eik="1", iban="2"), by=owner, at=at)
        assert {error.field for error in refused.value.errors} == {"eik", "iban"}

    def test_a_manager_may_not(self, manager: Actor, at: datetime) -> None:
        with pytest.raises(NotAllowed):
            change_organization(change=ProfileChange(city="Варна"), by=manager, at=at)

    def test_requests_run_in_the_new_zone_and_language(
        self, alpha: OrganizationRef, owner: Actor, at: datetime, run_jobs: Callable[[], list[str]]
    ) -> None:
        change_organization(
            change=ProfileChange(time_zone="America/New_York", default_language="en"), by=owner, at=at
        )
        assert run_jobs() == ["follow_home"]
        organization = Organization.objects.get(pk=alpha.id)
        assert (organization.time_zone, organization.language) == ("America/New_York", "en")


class TestApi:
    def test_it_reads_and_changes(self, api: Client, alpha: OrganizationRef) -> None:
        before = api.get(API).json()
        after = api.patch(API, {"city": "Пловдив", "bic": None}, content_type="application/json").json()

        assert before["id"] == str(alpha.id) and before["legal_name"] == "Алфа Проба ООД"
        assert (
            before.keys()
            == after.keys()
            == {
                "id",
                "legal_name",
                "eik",
                "vat_number",
                "is_vat_registered",
                "country",
                "city",
                "address",
                "postal_code",
                "responsible_person",
                "iban",
                "bic",
                "default_currency",
                "default_language",
                "time_zone",
                "write_off_limit",
                "accent_color",
                "created_at",
                "updated_at",
                "archived_at",
            }
        )
        assert (after["city"], after["eik"]) == ("Пловдив", before["eik"])
        assert after["updated_at"].endswith("Z")

    def test_it_refuses_with_the_field(self, api: Client) -> None:
        answer = api.patch(API, {"eik": "123"}, content_type="application/json")
        assert (answer.status_code, answer.json()["field"], answer.json()["code"]) == (
            422,
            "eik",
            "eik_invalid",
        )


class TestPage:
    def test_it_saves_what_was_typed(self, browser: Client, alpha: OrganizationRef) -> None:
        answer = browser.post(PAGE, {**_typed(alpha), "city": "Бургас"})
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
        with in_organization(alpha):
            assert OrganizationProfile.objects.get().city == "Бургас"

    def test_an_error_stands_beside_its_field_and_nothing_is_lost(
        self, browser: Client, alpha: OrganizationRef
    ) -> None:
        answer = browser.post(PAGE, {**_typed(alpha), "city": "Бургас", "eik": "175074753"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "a digit is wrong" in page and "Бургас" in page and "175074753" in page

    def test_a_user_reads_it_and_cannot_save(
        self, browser_of: Callable[..., Client], alpha: OrganizationRef
    ) -> None:
        browser = browser_of(alpha, "user")
        assert "Save details" not in browser.get(PAGE).content.decode()
        assert browser.post(PAGE, _typed(alpha)).status_code == 403

    def test_a_logo_is_kept_and_shown(self, browser: Client, tmp_path: Any) -> None:
        picture = tmp_path / "logo.png"
        picture.write_bytes(PNG)
        assert browser.get(f"{PAGE}logo/").status_code == 404
        with picture.open("rb") as file:
            assert browser.post(f"{PAGE}logo/", {"logo": file}).status_code == 302
        shown = browser.get(f"{PAGE}logo/")
        assert (shown.content, shown["Content-Type"]) == (PNG, "image/png")

    def test_a_logo_that_is_no_picture_is_refused(self, browser: Client, tmp_path: Any) -> None:
        picture = tmp_path / "logo.svg"
        picture.write_text("<svg/>")
        with picture.open("rb") as file:
            answer = browser.post(f"{PAGE}logo/", {"logo": file})
        assert answer.status_code == 422 and "PNG or JPEG" in answer.content.decode()

    @pytest.mark.parametrize(
        "content",
        [
            b"\x89PNG\r\n\x1a\n<script>",
            b"\xff\xd8\xff<svg/>",
            PNG[:40],
            _picture((20_000, 20_000)),
            _picture(kind="GIF"),
        ],
        ids=["png by name", "jpeg by name", "cut off", "bomb", "gif"],
    )
    def test_a_logo_that_cannot_be_drawn_is_refused(self, browser: Client, content: bytes) -> None:
        answer = browser.post(f"{PAGE}logo/", {"logo": SimpleUploadedFile("logo.png", content)})
        assert answer.status_code == 422 and "PNG or JPEG" in answer.content.decode()
        assert browser.get(f"{PAGE}logo/").status_code == 404

    def test_the_first_number_is_set_until_the_series_begins(
        self, browser: Client, alpha: OrganizationRef
    ) -> None:
        with in_organization(alpha):
            page = "/settings/numbers/"
            start = f"{page}{NumberSeries.objects.get(code='tax').pk}/"
        assert browser.post(start, {"next_number": "1500"}).status_code == 302
        with in_organization(alpha):
            assert NumberSeries.objects.get(code="tax").next_number == 1500
            NumberSeries.objects.update(is_started=True)
        answer = browser.post(start, {"next_number": "7"})
        assert answer.status_code == 422 and "can no longer be changed" in answer.content.decode()
        assert "0000001500" in browser.get(page).content.decode()


def _typed(organization: OrganizationRef) -> dict[str, Any]:
    with in_organization(organization):
        profile = OrganizationProfile.objects.get()
        return {name: getattr(profile, name) for name in ProfileChange.__dataclass_fields__}
