"""Role → permissions: the one table that says who may do what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shared_apps.core.permissions import Permission as P


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MANAGER = "manager", _("Manager")
    USER = "user", _("User")


_USER = frozenset(
    {
        P.DASHBOARD_VIEW,
        P.COMPANIES_VIEW,
        P.COMPANIES_EDIT,
        P.CONTACTS_VIEW,
        P.CONTACTS_EDIT,
        P.DEALS_VIEW,
        P.DEALS_EDIT,
        P.TASKS_VIEW,
        P.TASKS_EDIT,
        P.TIME_VIEW,
        P.TIME_EDIT,
        P.NOTES_VIEW,
        P.NOTES_EDIT,
        P.TAGS_EDIT,
        P.LISTS_BULK,
        P.PRODUCTS_VIEW,
        P.INVOICES_VIEW,
        P.INVOICES_EDIT,
        P.INVOICES_SEND,
        P.OFFERS_VIEW,
        P.OFFERS_EDIT,
        P.OFFERS_SEND,
        P.OFFERS_ANSWER,
        P.PAYMENTS_VIEW,
        P.CARDS_CHARGE,
        P.ORGANIZATION_VIEW,
        P.TEAM_VIEW,
        P.RECORDS_SHARE,
        P.LINKS_VIEW,
        P.LINKS_MAKE,
        P.REPORTS_VIEW,
    }
)
_MANAGER = _USER | {
    P.BOOKS_VIEW,
    P.BOOKS_HAND_OVER,
    P.PRODUCTS_EDIT,
    P.PIPELINES_MANAGE,
    P.LISTS_EXPORT,
    P.VIEWS_SHARE,
    P.RECORDS_MERGE,
    P.IMPORTS_RUN,
    P.INVOICES_ISSUE,
    P.INVOICES_ANNUL,
    P.INVOICES_WRITE_OFF,
    P.PAYMENTS_RECORD,
    P.PAYMENTS_MATCH,
    P.PAYMENTS_VOID,
    P.PAYMENTS_REFUND,
    P.CARDS_VIEW,
    P.BANK_VIEW,
    P.BANK_IMPORT,
    P.BANK_EXPLAIN,
    P.BANK_MANAGE,
    P.RECORDS_VIEW_ALL,
}
_ADMIN = _MANAGER | {
    P.CARDS_MANAGE,
    P.FIELDS_MANAGE,
    P.ORGANIZATION_EDIT,
    P.TEAM_MANAGE,
    P.TOKENS_MANAGE,
    P.AUDIT_VIEW,
}
_OWNER = _ADMIN | {P.ORGANIZATION_EXPORT, P.ORGANIZATION_CLOSE}

_RANKS = (Role.USER, Role.MANAGER, Role.ADMIN, Role.OWNER)
ROLE_PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.USER: _USER,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _OWNER,
}


def permissions_of(role: str) -> frozenset[P]:
    """What a role may do."""
    return ROLE_PERMISSIONS[Role(role)]


def rank_of(role: str) -> int:
    """How high a role stands: nobody gives or changes one that is above their own."""
    return _RANKS.index(Role(role))


def roles_up_to(role: str) -> list[Role]:
    """The roles that somebody with `role` may give, the lowest first."""
    return list(_RANKS[: rank_of(role) + 1])
