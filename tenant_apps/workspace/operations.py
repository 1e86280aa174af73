"""The organization's room: furnished, changed, its people mirrored, its numbers taken."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.eik import is_valid_eik
from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban
from shared_apps.core.bulgaria.vat import is_valid_vat_number, normalize_vat_number
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.files.operations import store_file
from tenant_apps.workspace.events import WorkspaceEvent
from tenant_apps.workspace.models import Member, NumberSeries, OrganizationProfile
from tenant_apps.workspace.queries import TAX_SERIES
from tenants.operations import Founding

NUMBER_DIGITS = 10
MAX_LOGO_BYTES = 1_000_000
LOGO_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class SeriesStarted(Refused):
    code = "series_started"
    message = _("The first invoice has been issued, so the series can no longer be changed.")
    field = "next_number"
    conflict = True


class NumberOutOfRange(Refused):
    code = "number_out_of_range"
    message = _("Use a number from 1 to 9,999,999,999.")
    field = "next_number"


class NumbersUsedUp(Refused):
    code = "numbers_used_up"
    message = _("The ten digits of this series are used up.")
    conflict = True


class LogoUnusable(Refused):
    code = "logo_unusable"
    message = _("Choose a PNG or JPEG picture of at most 1 MB.")
    field = "logo"


@dataclass(frozen=True)
class ProfileChange:
    """The fields of the profile that a person may set; None leaves one as it is."""

    legal_name: str | None = None
    eik: str | None = None
    vat_number: str | None = None
    is_vat_registered: bool | None = None
    country: str | None = None
    city: str | None = None
    address: str | None = None
    postal_code: str | None = None
    responsible_person: str | None = None
    email: str | None = None
    phone: str | None = None
    iban: str | None = None
    bic: str | None = None
    default_currency: str | None = None
    default_language: str | None = None
    time_zone: str | None = None
    payment_term_days: int | None = None
    payment_url_template: str | None = None


def furnish(*, founding: Founding, by: Actor, at: datetime) -> None:
    """Provisioning step: the profile, the tax series and the owner's mirror of a new organization."""
    profile = OrganizationProfile.objects.create(
        legal_name=founding.name,
        eik=founding.eik,
        vat_number=normalize_vat_number(founding.vat_number),
        is_vat_registered=founding.is_vat_registered,
        address=founding.address,
        city=founding.city,
        postal_code=founding.postal_code,
        iban=normalize_iban(founding.iban),
        email=founding.owner_email,
        default_language=founding.language,
        created_at=at,
        updated_at=at,
    )
    NumberSeries.objects.create(code=TAX_SERIES)
    Member.objects.create(
        user_id=founding.owner_user_id, name=founding.owner_name, email=founding.owner_email, role="owner", updated_at=at
    )
    record(event=WorkspaceEvent.FURNISHED, subject=profile, by=by, at=at)


@operation(permission=Permission.ORGANIZATION_EDIT)
def change_organization(*, change: ProfileChange, by: Actor, at: datetime) -> OrganizationProfile:
    """Change the organization's details. Documents already issued keep the seller they were issued with."""
    profile = OrganizationProfile.objects.select_for_update().get()
    wanted = _normalized({name: value for name, value in asdict(change).items() if value is not None})
    refuse_all(_profile_errors(wanted))
    before = {name: getattr(profile, name) for name in wanted}
    for name, value in wanted.items():
        setattr(profile, name, value)
    profile.updated_at = at
    profile.save()
    old, new = changes_between(before, wanted)
    record(event=WorkspaceEvent.ORGANIZATION_CHANGED, subject=profile, by=by, at=at, old=old, new=new)
    return profile


@operation(permission=Permission.ORGANIZATION_EDIT)
def change_logo(*, name: str, content: bytes, by: Actor, at: datetime) -> OrganizationProfile:
    """Set the logo that documents carry: PNG or JPEG, told by its first bytes, at most 1 MB."""
    content_type = next((kind for start, kind in LOGO_TYPES.items() if content.startswith(start)), None)
    if content_type is None or len(content) > MAX_LOGO_BYTES:
        raise LogoUnusable()
    profile = OrganizationProfile.objects.select_for_update().get()
    profile.logo = store_file(name=name[:200], content_type=content_type, content=content, by=by, at=at)
    profile.updated_at = at
    profile.save(update_fields=["logo", "updated_at"])
    record(event=WorkspaceEvent.ORGANIZATION_CHANGED, subject=profile, by=by, at=at, new={"logo": name[:200]})
    return profile


@operation(permission=Permission.ORGANIZATION_EDIT)
def change_series_start(*, next_number: int, by: Actor, at: datetime, code: str = TAX_SERIES) -> NumberSeries:
    """Set the first number of a series that has not been used yet; afterwards it raises `SeriesStarted`."""
    series = NumberSeries.objects.select_for_update().get(code=code)
    if series.is_started:
        raise SeriesStarted()
    if not 1 <= next_number < 10**NUMBER_DIGITS:
        raise NumberOutOfRange()
    old, series.next_number = series.next_number, next_number
    series.save(update_fields=["next_number"])
    record(
        event=WorkspaceEvent.SERIES_START_CHANGED, subject=series, by=by, at=at,
        old={"next_number": old}, new={"next_number": next_number},
    )
    return series


@operation(permission=None, event=None, why="the document that takes the number tells it")
def take_number(*, code: str, by: Actor) -> str:
    """The next number of the series, ten digits, zero padded, under a row lock until the caller's transaction ends.

    Gapless: a transaction that is rolled back gives its number back. (чл. 78 ППЗДДС: no duplicates, no gaps.)
    """
    series = NumberSeries.objects.select_for_update().get(code=code)
    if series.next_number >= 10**NUMBER_DIGITS:
        raise NumbersUsedUp()
    number = series.next_number
    series.next_number, series.is_started = number + 1, True
    series.save(update_fields=["next_number", "is_started"])
    return f"{number:0{NUMBER_DIGITS}d}"


@operation(permission=None)
def mirror_member(
    *, user_id: UUID, name: str, email: str, role: str, is_active: bool, by: Actor, at: datetime
) -> Member:
    """Make the organization's picture of a person equal to what the platform knows of them."""
    facts = {"name": name, "email": email, "role": role, "is_active": is_active, "updated_at": at}
    member, _created = Member.objects.update_or_create(user_id=user_id, defaults=facts)
    record(event=WorkspaceEvent.MEMBER_MIRRORED, subject=member, by=by, at=at, new={"role": role, "is_active": is_active})
    return member


def _normalized(wanted: dict[str, Any]) -> dict[str, Any]:
    cleaned = {name: value.strip() if isinstance(value, str) else value for name, value in wanted.items()}
    if "vat_number" in cleaned:
        cleaned["vat_number"] = normalize_vat_number(cleaned["vat_number"])
    for name in ("iban", "bic"):
        if name in cleaned:
            cleaned[name] = normalize_iban(cleaned[name])
    return cleaned


def _profile_errors(wanted: dict[str, Any]) -> list[FieldError]:
    errors = []
    if "legal_name" in wanted and not wanted["legal_name"]:
        errors.append(FieldError("legal_name", "required", _("Enter the legal name.")))
    if wanted.get("eik") and not is_valid_eik(wanted["eik"]):
        errors.append(FieldError("eik", "eik_invalid", _("This EIK is not valid: a digit is wrong.")))
    if wanted.get("vat_number") and not is_valid_vat_number(wanted["vat_number"]):
        errors.append(FieldError("vat_number", "vat_number_invalid", _("This VAT number is not valid.")))
    if wanted.get("iban") and not is_valid_iban(wanted["iban"]):
        errors.append(FieldError("iban", "iban_invalid", _("This IBAN is not valid: a character is wrong.")))
    return errors
