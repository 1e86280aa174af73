"""The organization's room: furnished, changed, its people mirrored, its numbers taken."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.queries import team_of
from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.eik import is_valid_eik, normalize_eik
from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban
from shared_apps.core.bulgaria.vat import is_valid_vat_number, normalize_vat_number
from shared_apps.core.changes import given
from shared_apps.core.colors import is_color
from shared_apps.core.countries import is_country
from shared_apps.core.currencies import is_currency
from shared_apps.core.errors import FieldError, Refused, Text, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.files.operations import store_file
from tenant_apps.workspace.adapters import picture_type
from tenant_apps.workspace.events import WorkspaceEvent
from tenant_apps.workspace.models import Member, NumberSeries, OrganizationProfile, SeriesKind
from tenant_apps.workspace.queries import OFFER_SERIES, PROFORMA_SERIES, TAX_SERIES
from tenants.operations import Founding, Restoration

NUMBER_DIGITS = 10
USUAL_PREFIXES = {PROFORMA_SERIES: "PF-", OFFER_SERIES: "OF-"}
# So many numbers apart at least, two series of tax documents never meet.
SERIES_ROOM = 1_000_000
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
MAX_LOGO_BYTES = 1_000_000
MOST_WRITTEN_OFF = Decimal(10_000)


class SeriesStarted(Refused):
    code = "series_started"
    message = _("The first invoice has been issued, so the series can no longer be changed.")
    field = "next_number"
    conflict = True


class SeriesTooClose(Refused):
    code = "series_too_close"
    message = _("Start at least 1,000,000 away from the numbers of every other series.")
    field = "next_number"


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
    write_off_limit: Decimal | None = None
    accent_color: str | None = None


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
    _open_usual_series()
    Member.objects.create(
        user_id=founding.owner_user_id,
        name=founding.owner_name,
        email=founding.owner_email,
        role="owner",
        updated_at=at,
    )
    record(event=WorkspaceEvent.FURNISHED, subject=profile, by=by, at=at)


@operation(permission=Permission.ORGANIZATION_EDIT)
def change_organization(*, change: ProfileChange, by: Actor, at: datetime) -> OrganizationProfile:
    """Change the organization's details. Documents already issued keep the seller they were issued with.

    A new time zone or language reaches requests and jobs by a job: they ask the organization's row in public.
    """
    profile = OrganizationProfile.objects.select_for_update(of=("self",)).get()
    wanted = _normalized(given(change))
    refuse_all(_profile_errors(wanted))
    before = {name: getattr(profile, name) for name in wanted}
    for name, value in wanted.items():
        setattr(profile, name, value)
    profile.updated_at = at
    profile.save()
    if {"time_zone", "default_language"} & wanted.keys():
        enqueue("follow_home", by=by)
    old, new = changes_between(before, wanted)
    record(event=WorkspaceEvent.ORGANIZATION_CHANGED, subject=profile, by=by, at=at, old=old, new=new)
    return profile


@operation(permission=Permission.ORGANIZATION_EDIT)
def change_logo(*, name: str, content: bytes, by: Actor, at: datetime) -> OrganizationProfile:
    """Set the logo that documents carry: a PNG or JPEG that can be drawn, at most 1 MB.

    Issued invoices keep it for good, so one that cannot be drawn would leave them without a PDF.
    """
    content_type = picture_type(content) if len(content) <= MAX_LOGO_BYTES else None
    if content_type is None:
        raise LogoUnusable()
    profile = OrganizationProfile.objects.select_for_update().get()
    profile.logo = store_file(name=name[:200], content_type=content_type, content=content, by=by, at=at)
    profile.updated_at = at
    profile.save(update_fields=["logo", "updated_at"])
    record(event=WorkspaceEvent.ORGANIZATION_CHANGED, subject=profile, by=by, at=at, new={"logo": name[:200]})
    return profile


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="every organization has these from birth")
def add_usual_series(*, by: Actor, at: datetime) -> None:
    """Give the organization the series of documents that are no tax documents, where they lack."""
    _open_usual_series()


def _open_usual_series() -> None:
    for code, prefix in USUAL_PREFIXES.items():
        NumberSeries.objects.get_or_create(code=code, defaults={"kind": code, "prefix": prefix})


@operation(permission=Permission.ORGANIZATION_EDIT)
def add_series(*, name: str, first_number: int, by: Actor, at: datetime) -> NumberSeries:
    """Open one more series of tax documents, far from the numbers of the others (чл. 78 ППЗДДС allows several
    as long as no number comes twice). Refuses `SeriesTooClose`, `NumberOutOfRange`, a name that is empty.
    """
    refuse_all(text_errors(NumberSeries, {"name": name}))
    if not name.strip():
        raise Refused("required", _("Enter the name."), field="name")
    others = list(NumberSeries.objects.select_for_update().filter(kind=SeriesKind.TAX).order_by("id"))
    _check_start(first_number, others)
    series = NumberSeries.objects.create(
        code=f"tax-{len(others) + 1}", name=name.strip(), first_number=first_number, next_number=first_number
    )
    told = {"next_number": first_number}
    record(event=WorkspaceEvent.SERIES_ADDED, subject=series, by=by, at=at, new=told)
    return series


@operation(permission=Permission.ORGANIZATION_EDIT)
def change_series_start(*, next_number: int, by: Actor, at: datetime, code: str = TAX_SERIES) -> NumberSeries:
    """Set the first number of a series that has not been used yet; afterwards it raises `SeriesStarted`."""
    every = list(NumberSeries.objects.select_for_update().order_by("id"))
    series = next((one for one in every if one.code == code), None)
    if series is None:
        raise NumberSeries.DoesNotExist()
    if series.is_started:
        raise SeriesStarted()
    _check_start(next_number, [one for one in every if one.kind == series.kind and one != series])
    old, series.first_number, series.next_number = series.next_number, next_number, next_number
    series.save(update_fields=["first_number", "next_number"])
    record(
        event=WorkspaceEvent.SERIES_START_CHANGED,
        subject=series,
        by=by,
        at=at,
        old={"next_number": old},
        new={"next_number": next_number},
    )
    return series


def _check_start(number: int, others: list[NumberSeries]) -> None:
    if not 1 <= number < 10**NUMBER_DIGITS:
        raise NumberOutOfRange()
    for other in others:
        if other.first_number - SERIES_ROOM < number < other.next_number + SERIES_ROOM:
            raise SeriesTooClose()


@operation(permission=None, event=None, why="the document that takes the number tells it")
def take_number(*, code: str, by: Actor) -> str:
    """The next number of the series as its documents bear it, under a row lock until the caller's transaction
    ends: ten digits, zero padded, for tax documents.

    Gapless: a transaction that is rolled back gives its number back. (чл. 78 ППЗДДС: no duplicates, no gaps.)
    """
    series = NumberSeries.objects.select_for_update().get(code=code)
    if series.next_number >= 10**NUMBER_DIGITS:
        raise NumbersUsedUp()
    number = series.next_number
    series.next_number, series.is_started = number + 1, True
    series.save(update_fields=["next_number", "is_started"])
    return series.written(number)


@operation(permission=None)
def mirror_member(
    *, user_id: UUID, name: str, email: str, role: str, is_active: bool, by: Actor, at: datetime
) -> Member:
    """Make the organization's picture of a person equal to what the platform knows of them."""
    facts = {"name": name, "email": email, "role": role, "is_active": is_active, "updated_at": at}
    member, _created = Member.objects.update_or_create(user_id=user_id, defaults=facts)
    record(
        event=WorkspaceEvent.MEMBER_MIRRORED,
        subject=member,
        by=by,
        at=at,
        new={"role": role, "is_active": is_active},
    )
    return member


@operation(
    permission=Permission.PLATFORM_OPERATE,
    event=None,
    why="each mirror that differs is told by mirror_member",
)
def settle_mirrors(*, restoration: Restoration, by: Actor, at: datetime) -> None:
    """Restoration step: the members are the people of this installation, in their places here."""
    known = {mirror.user_id: mirror for mirror in Member.objects.all()}
    for member in team_of(restoration.organization_id):
        facts: dict[str, Any] = {
            "name": member.user.name,
            "email": member.user.email,
            "role": member.role,
            "is_active": member.is_active and member.user.is_active,
        }
        mirror = known.get(member.user_id)
        if mirror is None or any(getattr(mirror, name) != value for name, value in facts.items()):
            mirror_member(user_id=member.user_id, **facts, by=by, at=at)


def _normalized(wanted: dict[str, Any]) -> dict[str, Any]:
    """The values as they are kept: numbers without separators, codes in capitals."""
    ways = {
        "eik": normalize_eik,
        "vat_number": normalize_vat_number,
        "iban": normalize_iban,
        "bic": normalize_iban,
        "country": str.upper,
        "accent_color": lambda color: color.strip().lower(),
        "default_currency": str.upper,
    }
    return {name: ways[name](value) if name in ways else value for name, value in wanted.items()}


def _profile_errors(wanted: dict[str, Any]) -> list[FieldError]:
    errors = text_errors(OrganizationProfile, wanted)
    for name, (code, is_right, message) in _PROFILE_CHECKS.items():
        if name in wanted and not is_right(wanted[name]):
            errors.append(FieldError(name, code, message))
    return errors


def _is_time_zone(name: str) -> bool:
    return name in available_timezones()


def _is_bic(text: str) -> bool:
    return not text or bool(_BIC.fullmatch(text))


def _is_write_off_limit(amount: Decimal) -> bool:
    return 0 <= amount <= MOST_WRITTEN_OFF and amount == amount.quantize(Decimal("0.01"))


def _is_email(text: str) -> bool:
    try:
        if text:
            validate_email(text)
    except ValidationError:
        return False
    return True


# Field → code, what is right, what to say when it is not.
_PROFILE_CHECKS: dict[str, tuple[str, Callable[[Any], bool], Text]] = {
    "legal_name": ("required", bool, _("Enter the legal name.")),
    "eik": (
        "eik_invalid",
        lambda eik: not eik or is_valid_eik(eik),
        _("This EIK is not valid: a digit is wrong."),
    ),
    "vat_number": (
        "vat_number_invalid",
        lambda number: not number or is_valid_vat_number(number),
        _("This VAT number is not valid."),
    ),
    "country": ("country_unknown", is_country, _("Use a country's code of two letters, such as BG.")),
    "email": ("email_invalid", _is_email, _("This e-mail address is not valid.")),
    "iban": (
        "iban_invalid",
        lambda iban: not iban or is_valid_iban(iban),
        _("This IBAN is not valid: a character is wrong."),
    ),
    "bic": ("bic_invalid", _is_bic, _("A BIC has 8 or 11 letters and digits.")),
    "default_currency": (
        "currency_unknown",
        is_currency,
        _("Use a currency's code of three letters, such as EUR."),
    ),
    "default_language": (
        "language_unknown",
        dict(settings.LANGUAGES).__contains__,
        _("Choose Bulgarian or English."),
    ),
    "time_zone": (
        "time_zone_unknown",
        _is_time_zone,
        _("Use the name of a time zone, such as Europe/Sofia."),
    ),
    "payment_term_days": ("payment_term_range", range(366).__contains__, _("Use 0 to 365 days.")),
    "write_off_limit": (
        "write_off_limit_range",
        _is_write_off_limit,
        _("Use an amount from 0 to 10,000, with at most two decimals."),
    ),
    "accent_color": (
        "color_invalid",
        lambda color: not color or is_color(color),
        _("Use a colour such as #1d4ed8."),
    ),
}
