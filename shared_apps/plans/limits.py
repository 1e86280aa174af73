"""May I? The one question that the tenant apps ask of the plans."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import LimitReached, Text
from shared_apps.plans.catalog import Limit, plan_that_lifts
from shared_apps.plans.queries import plan_of
from tenants.context import current_organization

__all__ = ["Limit", "require", "require_seat"]

_MESSAGES: dict[Limit, Text] = {
    Limit.INVOICES_PER_MONTH: _("Your plan's number of invoices for this month is used up."),
    Limit.CONTACTS: _("Your plan's number of contacts is used up."),
    Limit.MEMBERS: _("Your plan's number of team members is used up."),
}


def require(limit: Limit, *, used: Callable[[], int], adding: int = 1) -> None:
    """Raise `LimitReached` when `adding` more would go past the organization's plan.

    `used` is called only when the plan has such a limit, so nobody counts for nothing. Ask after the lock.
    """
    allowed = plan_of(current_organization().id).limits[limit]
    if allowed is None:
        return
    count = used()
    if count + adding > allowed:
        lifting = plan_that_lifts(limit, count + adding - 1)
        raise LimitReached(
            limit=allowed, used=count, plan=lifting.code if lifting else None, message=_MESSAGES[limit]
        )


def require_seat(*, used: Callable[[], int]) -> None:
    """Raise `LimitReached` when the team may not grow. Named in `settings.MEMBER_LIMIT_CHECK`: people
    stand below.
    """
    require(Limit.MEMBERS, used=used)
