"""Further e-mails, phones, links and addresses of a company or contact: each list is replaced whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext_lazy as _

from shared_apps.core.bulgaria.names import company_key, person_key
from shared_apps.core.countries import is_country
from shared_apps.core.errors import FieldError
from shared_apps.core.search import order_key, searchable
from shared_apps.core.texts import text_errors
from tenant_apps.crm.models import Address, Company, Contact, ContactDetail

MOST = 30


@dataclass(frozen=True)
class Detail:
    """A further way to reach somebody. `kind`: `email`, `phone` or `link`."""

    kind: str
    value: str
    label: str = ""


@dataclass(frozen=True)
class Place:
    """A further address. `country`: ISO alpha-2."""

    country: str = "BG"
    city: str = ""
    address: str = ""
    postal_code: str = ""
    label: str = ""


def details_of(row: Company | Contact) -> tuple[Detail, ...]:
    """What is kept of a company or contact, in its order; asked for unless `reach_columns` brought it."""
    if hasattr(row, "kept_details"):
        return tuple(Detail(**told) for told in row.kept_details)
    kept = row.details.order_by("position", "id") if not row._state.adding else ()
    return tuple(Detail(one.kind, one.value, one.label) for one in kept)


def places_of(row: Company | Contact) -> tuple[Place, ...]:
    """The further addresses that are kept, in their order; asked for unless `reach_columns` brought them."""
    if hasattr(row, "kept_addresses"):
        return tuple(Place(**told) for told in row.kept_addresses)
    kept = row.addresses.order_by("position", "id") if not row._state.adding else ()
    return tuple(Place(one.country, one.city, one.address, one.postal_code, one.label) for one in kept)


def tidy(shape: Any) -> Any:
    """A detail or place without blanks around its texts."""
    return type(shape)(**{name: getattr(shape, name).strip() for name in shape.__dataclass_fields__})


def reach_errors(details: Sequence[Detail], places: Sequence[Place]) -> list[FieldError]:
    """What is wrong with them, each error at its row: `details.0.value`."""
    errors = [
        FieldError(name, "too_many", _("At most %(count)d can be kept.") % {"count": MOST})
        for name, rows in (("details", details), ("addresses", places))
        if len(rows) > MOST
    ]
    for index, detail in enumerate(details):
        errors += _at(f"details.{index}", _detail_errors(detail))
    for index, place in enumerate(places):
        errors += _at(f"addresses.{index}", _place_errors(place))
    return errors


def write_details(row: Company | Contact, details: Sequence[Detail]) -> None:
    """Put these in place of those that are kept."""
    row.details.all().delete()
    ContactDetail.objects.bulk_create(detail_rows(row, details))


def detail_rows(row: Company | Contact, details: Sequence[Detail]) -> list[ContactDetail]:
    """The rows that keep them, not saved."""
    return [
        ContactDetail(kind=one.kind, label=one.label, value=one.value, position=position, **_owner_of(row))
        for position, one in enumerate(details)
    ]


def write_places(row: Company | Contact, places: Sequence[Place]) -> None:
    """Put these in place of those that are kept."""
    row.addresses.all().delete()
    Address.objects.bulk_create(place_rows(row, places))


def place_rows(row: Company | Contact, places: Sequence[Place]) -> list[Address]:
    """The rows that keep them, not saved."""
    return [
        Address(
            label=one.label,
            country=one.country.upper(),
            city=one.city,
            address=one.address,
            postal_code=one.postal_code,
            position=position,
            **_owner_of(row),
        )
        for position, one in enumerate(places)
    ]


def make_findable(row: Company | Contact, details: Sequence[Detail]) -> None:
    """Fill the columns that lists order by, searches look in and duplicates meet in; the row is not saved.

    The further e-mails, links and phones find the record too.
    """
    row.name_folded = order_key(str(row))
    texts: tuple[str, ...]
    if isinstance(row, Company):
        row.name_key = company_key(row.name)
        texts = (row.name, row.eik, row.vat_number, row.city, row.email, row.website)
    else:
        row.name_key = person_key(row.first_name, row.last_name)
        texts = (str(row), row.email, row.job_title)
    phones = [one.value for one in details if one.kind == ContactDetail.Kind.PHONE]
    others = [one.value for one in details if one.kind != ContactDetail.Kind.PHONE]
    further = [searchable(phone=number) for number in phones]
    row.search_text = " ".join([searchable(*texts, *others, phone=row.phone), *further]).strip()


def is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def is_website(address: str) -> bool:
    """An address on the web, with or without its `https://`."""
    try:
        URLValidator(schemes=["http", "https"])(address if "://" in address else f"https://{address}")
    except ValidationError:
        return False
    return True


def _detail_errors(detail: Detail) -> list[FieldError]:
    errors = text_errors(ContactDetail, {"label": detail.label, "value": detail.value})
    if detail.kind not in ContactDetail.Kind.values:
        errors.append(FieldError("kind", "kind_unknown", _("Choose e-mail, phone or link.")))
    if not detail.value:
        errors.append(FieldError("value", "required", _("Enter a value.")))
    elif detail.kind == ContactDetail.Kind.EMAIL and not is_email(detail.value):
        errors.append(
            FieldError("value", "email_invalid", _("Enter an e-mail address such as name@example.com."))
        )
    elif detail.kind == ContactDetail.Kind.LINK and not is_website(detail.value):
        errors.append(FieldError("value", "website_invalid", _("Enter an address such as example.com.")))
    return errors


def _place_errors(place: Place) -> list[FieldError]:
    texts = {name: getattr(place, name) for name in ("label", "city", "address", "postal_code")}
    errors = text_errors(Address, texts)
    if not is_country(place.country.upper()):
        errors.append(FieldError("country", "country_unknown", _("Choose a country from the list.")))
    if not (place.city or place.address):
        errors.append(FieldError("address", "required", _("Enter the street or the city.")))
    return errors


def _at(path: str, errors: list[FieldError]) -> list[FieldError]:
    return [FieldError(f"{path}.{one.field}", one.code, one.message) for one in errors]


def _owner_of(row: Company | Contact) -> dict[str, Any]:
    return {"company": row} if isinstance(row, Company) else {"contact": row}
