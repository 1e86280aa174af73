from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import QuerySet

from tenant_apps.workspace.models import Member, NumberSeries, OrganizationProfile

TAX_SERIES, PROFORMA_SERIES, OFFER_SERIES = "tax", "proforma", "offer"


def profile() -> OrganizationProfile:
    """The organization's legal facts and defaults."""
    return OrganizationProfile.objects.select_related("logo").get()


def series_by_id(series_id: UUID) -> NumberSeries:
    return NumberSeries.objects.get(pk=series_id)


def series_of_kind(kind: str) -> QuerySet[NumberSeries]:
    """The series that number such documents (`SeriesKind`), the usual one first."""
    return NumberSeries.objects.filter(kind=kind).order_by("id")


def every_series() -> QuerySet[NumberSeries]:
    """Every series: those of tax documents first."""
    return NumberSeries.objects.order_by("-kind", "id")


def member_by_user(user_id: UUID) -> Member:
    return Member.objects.get(user_id=user_id)


def active_members() -> QuerySet[Member]:
    """Who works here now, by name."""
    return Member.objects.filter(is_active=True).order_by("name", "id")


def mirrored_members() -> QuerySet[Member]:
    """Everybody who is or was in the team, as the organization's records know them."""
    return Member.objects.order_by("id")


def names_of(user_ids: Iterable[UUID | None], known: Mapping[UUID, str] | None = None) -> dict[UUID, str]:
    """User id → name, for those who are known here; one query for those whose names are not in `known`."""
    wanted = {user_id for user_id in user_ids if user_id}
    found = {user_id: name for user_id, name in (known or {}).items() if user_id in wanted}
    if missing := wanted - found.keys():
        found |= {one.user_id: str(one) for one in Member.objects.filter(user_id__in=missing)}
    return found
