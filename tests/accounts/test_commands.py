"""The commands that make organizations and tokens: one JSON object on stdout, everything else an error."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from shared_apps.accounts.models import TeamMember, User
from shared_apps.accounts.queries import is_email_verified
from shared_apps.plans.queries import plan_of
from tenant_apps.workspace.models import OrganizationProfile
from tenants.context import OrganizationRef, in_organization
from tenants.models import Organization

FACTS = {
    "name": "Нова Фирма ЕООД",
    "subdomain": "nova-firma",
    "owner_email": "nova@example.com",
    "owner_password": "x-y-z-7",
}


def create(capsys: pytest.CaptureFixture[str], **options: Any) -> dict[str, str]:
    call_command("create_organization", **(FACTS | options))
    answer: dict[str, str] = json.loads(capsys.readouterr().out)
    return answer


def test_an_organization_is_made_and_told(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    answer = create(
        capsys,
        eik="175074752",
        vat_number="BG175074752",
        address="ул. Нова 1",
        city="София",
        postal_code="1000",
        iban="BG80 BNBG 9661 1020 3456 78",
    )
    assert list(answer) == ["organization_id", "subdomain", "host", "api_token"]
    assert (answer["subdomain"], answer["host"]) == ("nova-firma", "nova-firma.tefter.localhost")
    organization = Organization.objects.get(pk=answer["organization_id"])
    owner = TeamMember.objects.get(organization=organization)
    assert owner.role == "owner" and is_email_verified(owner.user) and owner.user.check_password("x-y-z-7")
    assert plan_of(organization.pk).code == "unlimited"
    with in_organization(organization.pk):
        profile = OrganizationProfile.objects.get()
    assert (profile.legal_name, profile.eik, profile.is_vat_registered) == (
        "Нова Фирма ЕООД",
        "175074752",
        True,
    )
    assert (profile.city, profile.iban) == ("София", "BG80BNBG96611020345678")


def test_the_token_opens_the_api(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    answer = create(capsys)
    client = Client(headers={"host": answer["host"], "authorization": f"Bearer {answer['api_token']}"})
    assert client.get("/api/v1/organization/").status_code == 200


def test_a_known_email_keeps_its_password(alpha: OrganizationRef, capsys: pytest.CaptureFixture[str]) -> None:
    create(capsys, owner_email="OWNER@alpha.example", plan="free", not_vat_registered=True)
    person = User.objects.get(email="owner@alpha.example")
    assert person.check_password("correct-horse-7")
    assert person.memberships.count() == 2


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("subdomain", "alpha", "already taken"),
        ("subdomain", "www", "reserved"),
        ("subdomain", "Nova!", "Latin letters"),
        ("owner_email", "nova", "e-mail"),
        ("name", " ", "empty"),
        ("eik", "175074753", "--eik"),
        ("vat_number", "BG1", "--vat-number"),
        ("iban", "BG00", "--iban"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_makes_nothing(
    alpha: OrganizationRef, capsys: pytest.CaptureFixture[str], option: str, value: str, text: str
) -> None:
    before = (User.objects.count(), Organization.objects.count())
    with pytest.raises(CommandError, match=text):
        create(capsys, **{option: value})
    assert capsys.readouterr().out == ""
    assert (User.objects.count(), Organization.objects.count()) == before


def test_another_token_for_a_member(alpha: OrganizationRef, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_token", organization="alpha", email="Manager@alpha.example")
    token = json.loads(capsys.readouterr().out)["api_token"]
    client = Client(headers={"host": "alpha.tefter.localhost", "authorization": f"Bearer {token}"})
    assert client.get("/api/v1/organization/").status_code == 200


@pytest.mark.parametrize(
    ("organization", "email"),
    [("alpha", "owner@beta.example"), ("alpha", "nobody@example.com"), ("gamma", "owner@alpha.example")],
)
def test_no_token_for_one_who_is_no_member(
    alpha: OrganizationRef, beta: OrganizationRef, organization: str, email: str
) -> None:
    with pytest.raises(CommandError, match="no active member"):
        call_command("create_api_token", organization=organization, email=email)
