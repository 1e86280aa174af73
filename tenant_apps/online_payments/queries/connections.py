"""The keys of the organization's Stripe, whether cards are taken, and the events that came."""

from collections.abc import Collection
from uuid import UUID

import structlog
from django.db.models import Q, QuerySet

from shared_apps.core.sealing import CannotBeOpened, unseal
from tenant_apps.online_payments.models import (
    CardSettings,
    ConnectionState,
    StripeConnection,
    StripeEvent,
)
from tenant_apps.online_payments.models.connections import CANDIDATES
from tenant_apps.online_payments.rules import Named
from tenants.context import current_organization

LIVE, TEST = "live", "test"
# Whose webhook is believed first when several have the same secret.
RANK = (
    ConnectionState.WORKING,
    ConnectionState.LEAVING,
    ConnectionState.CHECKING,
    ConnectionState.REFUSED,
)
log = structlog.get_logger(__name__)
UNREACHABLE = "unreachable"


def accepts_cards() -> bool:
    """Whether a client may pay by card now: turned on, and Stripe takes charges with the keys."""
    return settings_that_are_on().exists() and connections_that_charge().exists()


def settings_that_are_on() -> QuerySet[CardSettings]:
    """The settings, when cards are taken; else none."""
    return CardSettings.objects.filter(is_on=True)


def connections_that_charge() -> QuerySet[StripeConnection]:
    """The working connection, when Stripe takes charges with it and has not refused its keys since; else
    none.
    """
    works = StripeConnection.objects.filter(state=ConnectionState.WORKING, charges_enabled=True)
    return works.filter(error__in=("", UNREACHABLE))


def card_mode() -> str:
    """`live` or `test`, as the prefix of the working key says; empty while none works."""
    connection = working_connection()
    if connection is None:
        return ""
    return LIVE if connection.is_live else TEST


def working_connection() -> StripeConnection | None:
    """The connection with which money is asked for; None while there is none."""
    return StripeConnection.objects.filter(state=ConnectionState.WORKING).first()


def candidate_connection() -> StripeConnection | None:
    """The keys that were entered last and do not work (yet)."""
    return StripeConnection.objects.filter(state__in=CANDIDATES).order_by("-id").first()


def leaving_connections() -> QuerySet[StripeConnection]:
    """Former connections of which something is still on its way."""
    return StripeConnection.objects.filter(state=ConnectionState.LEAVING).order_by("-id")


def held_connections() -> QuerySet[StripeConnection]:
    """The connections with which Stripe can be asked: the working one first, then former ones."""
    wanted = Q(state=ConnectionState.WORKING) | Q(state=ConnectionState.LEAVING)
    return StripeConnection.objects.filter(wanted).order_by("-state", "-id")


def connection_of(connection_id: UUID) -> StripeConnection:
    return StripeConnection.objects.get(pk=connection_id)


def is_ours(named: Named | None) -> bool:
    """Whether what is at Stripe was made for this organization."""
    return named is not None and named.organization_id == current_organization().id


def secret_key_of(connection: StripeConnection) -> str:
    """The secret key itself: for `adapters.Stripe`, and for nobody else. Empty for keys that are deleted.
    Raises `CannotBeOpened` for one that was sealed with a key of ours that is gone.
    """
    return _opened(connection.secret_key)


def webhook_secret_of(connection: StripeConnection) -> str:
    """The secret that signs its webhooks; empty where none was entered (yet), and for one that was sealed
    with a key of ours that is gone.
    """
    try:
        return _opened(connection.webhook_secret)
    except CannotBeOpened:
        log.warning("webhook_secret_cannot_be_opened", connection_id=str(connection.pk))
        return ""


def webhook_secrets() -> list[tuple[StripeConnection, str]]:
    """The connections whose webhooks are listened to, each with the secret that signs them: the working one
    first, then former ones, then keys that are still being checked (the first event may come at once).
    """
    found = StripeConnection.objects.exclude(state=ConnectionState.GONE).exclude(webhook_secret=None)
    ranked = sorted(found.order_by("-id"), key=lambda one: RANK.index(ConnectionState(one.state)))
    return [(one, secret) for one in ranked if (secret := webhook_secret_of(one))]


def _opened(sealed: str | None) -> str:
    return unseal(sealed, owner=current_organization().id) if sealed else ""


def card_settings() -> CardSettings | None:
    """Whether cards are taken, and who confirmed the notice; None before anybody turned them on."""
    return CardSettings.objects.first()


def stripe_events() -> QuerySet[StripeEvent]:
    """The events that came."""
    return StripeEvent.objects.all()


def known_events(event_ids: Collection[str]) -> set[str]:
    """Those of Stripe's events that are done with."""
    found = StripeEvent.objects.filter(event_id__in=event_ids)
    return {one.event_id for one in found if one.is_done}


def is_something_left(connection_id: UUID) -> bool:
    """Whether something that was begun with these keys is not over yet."""
    of_it = StripeConnection.objects.filter(pk=connection_id)
    refunding = Q(card_payments__refunds__state__in=("requested", "pending"))
    return of_it.filter(Q(checkouts__is_settled=False) | refunding).exists()
