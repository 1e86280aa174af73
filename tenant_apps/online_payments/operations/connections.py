"""The organization's Stripe: its keys, whether cards are taken, and the end of both."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import FieldError, Refused, Text, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.sealing import seal
from shared_apps.jobs.operations import enqueue, set_next_due, settle_next_due
from tenant_apps.activity.operations import record
from tenant_apps.online_payments import rules
from tenant_apps.online_payments.events import CardSettingsEvent, ConnectionEvent
from tenant_apps.online_payments.models import (
    CardRefund,
    CardSettings,
    Checkout,
    CheckoutState,
    ConnectionState,
    RefundState,
    StripeConnection,
)
from tenant_apps.online_payments.models.checkouts import LIVE
from tenant_apps.online_payments.models.connections import CANDIDATES
from tenant_apps.online_payments.operations.checkouts import CardsNotTaken, NotConnected, close_pages, give_up
from tenant_apps.online_payments.operations.telling import tell_people
from tenant_apps.online_payments.queries import (
    candidate_connection,
    held_connections,
    is_something_left,
    webhook_secret_of,
    working_connection,
)
from tenant_apps.online_payments.rules import keys as keys_rules
from tenants.context import current_organization
from tenants.operations import Restoration

CATCHING_UP, KEYS_GONE, DEAD_KEYS = "catch_up_with_stripe", "keys_gone", "card_keys_refused"
OTHER_ACCOUNT = "other_account"
FAULT_TEXTS: dict[str, Text] = {
    keys_rules.PUBLISHABLE: _(
        "This is the publishable key. Enter the secret one, which begins with sk_ (or a restricted one, rk_)."
    ),
    keys_rules.NOT_A_KEY: _(
        "This is not a secret key of Stripe: it begins with sk_live_, sk_test_, rk_live_ or rk_test_."
    ),
    keys_rules.NOT_A_WEBHOOK_SECRET: _("This is not the secret of a webhook: it begins with whsec_."),
    keys_rules.WEBHOOK_SECRET_MISSING: _(
        "Test keys and live keys have different webhooks. Enter the secret of the webhook of these keys."
    ),
}


class NothingToCheck(Refused):
    code = "nothing_to_check"
    message = _("There are no keys to check.")
    conflict = True


class NoticeNotConfirmed(Refused):
    code = "notice_not_confirmed"
    message = _("Confirm that you have read the notice on fiscal receipts.")
    field = "is_confirmed"


@dataclass(frozen=True)
class StripeKeys:
    """What somebody entered. An empty `webhook_secret` keeps the one that is there, for keys of the same
    account and the same mode.
    """

    secret_key: str
    webhook_secret: str = ""

    def __repr__(self) -> str:
        return "StripeKeys(…)"


@operation(permission=Permission.CARDS_MANAGE)
def connect_stripe(*, keys: StripeKeys, by: Actor, at: datetime) -> StripeConnection:
    """Keep the keys, sealed, and let a job try them. Those in use stay in use until these have proved to
    work.

    Keys entered before that did not work are deleted. Raises `Refused` with what is wrong beside each field.
    """
    key, secret = keys.secret_key.strip(), keys.webhook_secret.strip()
    before = working_connection()
    refuse_all(_faults(key, secret, before))
    for failed in StripeConnection.objects.select_for_update().filter(state__in=CANDIDATES).order_by("id"):
        _forget(failed, by, at)
    connection = StripeConnection.objects.create(
        secret_key=_sealed(key),
        webhook_secret=_sealed(secret) if secret else None,
        key_prefix=rules.prefix_of(key),
        key_last4=key[-4:],
        webhook_last4=secret[-4:],
        is_live=rules.is_key_live(key),
        by_id=by.id,
        by_label=by.label[:250],
        created_at=at,
        updated_at=at,
    )
    _ask_to_check(connection, by, at)
    record(event=ConnectionEvent.GIVEN, subject=connection, by=by, at=at, new=_shown(connection))
    return connection


@operation(permission=Permission.CARDS_MANAGE, event=None, why="what comes of the check is told")
def check_stripe_keys(*, by: Actor, at: datetime) -> StripeConnection:
    """Let a job try the keys again: those entered last, else the ones in use. Raises `NothingToCheck`."""
    connection = candidate_connection() or working_connection()
    if connection is None:
        raise NothingToCheck()
    if not connection.is_working:
        StripeConnection.objects.filter(pk=connection.pk, state__in=CANDIDATES).update(
            state=ConnectionState.CHECKING, error="", updated_at=at
        )
    _ask_to_check(connection, by, at)
    return StripeConnection.objects.get(pk=connection.pk)


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="keys that were tried before tell nothing new"
)
def accept_stripe_keys(
    *, connection_id: UUID, account: rules.AccountFacts, by: Actor, at: datetime
) -> StripeConnection:
    """Stripe knows the keys. New ones take the place of those in use.

    Of the same account, what was begun with the old keys goes on with the new ones; of another, the old ones
    stay until nothing of theirs is on its way, and keys that came without the secret of their own webhook are
    refused.
    """
    connection = StripeConnection.objects.select_for_update().get(pk=connection_id)
    if connection.state not in {*CANDIDATES, ConnectionState.WORKING}:
        return connection
    was_working, old = connection.is_working, working_connection()
    connection.account_id, connection.account_name = account.id, account.name
    connection.country, connection.default_currency = account.country, account.default_currency
    connection.charges_enabled, connection.error = account.charges_enabled, ""
    connection.checked_at = connection.updated_at = at
    if not was_working and not _take_over_webhook(old, connection):
        connection.state, connection.error = ConnectionState.REFUSED, OTHER_ACCOUNT
        connection.save()
        _record_refusal(connection, by, at)
        return connection
    if not was_working:
        if old is not None:
            _succeed(old, connection, by, at)
        connection.state = ConnectionState.WORKING
    connection.save()
    if not was_working:
        record(event=ConnectionEvent.ACCEPTED, subject=connection, by=by, at=at, new=_shown(connection))
    set_next_due(CATCHING_UP, organization_id=current_organization().id, at=at)
    return connection


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="the same refusal again is not told again")
def refuse_stripe_keys(*, connection_id: UUID, error: str, is_final: bool, by: Actor, at: datetime) -> None:
    """Stripe did not accept the keys, or did not answer (`is_final` False: it is tried again)."""
    connection = StripeConnection.objects.select_for_update().get(pk=connection_id)
    if connection.state not in {*CANDIDATES, ConnectionState.WORKING}:
        return
    was = connection.error
    if is_final or not was:  # a silence says nothing new of keys that were refused before
        connection.error, connection.updated_at = error[:60], at
    if is_final:
        connection.checked_at = at
        if not connection.is_working:
            connection.state = ConnectionState.REFUSED
    connection.save(update_fields=["error", "state", "checked_at", "updated_at"])
    if is_final and error != was:
        _record_refusal(connection, by, at)
        if connection.is_working:
            _tell_of_dead_keys(connection, by, at)


@operation(permission=Permission.CARDS_MANAGE)
def disconnect_stripe(*, by: Actor, at: datetime) -> None:
    """Ask for no money with these keys any more. Open pages are closed at Stripe; when nothing is on its way,
    the keys are deleted. Raises `NotConnected`.
    """
    found = StripeConnection.objects.select_for_update().order_by("id")
    held = list(found.filter(state__in=(*CANDIDATES, ConnectionState.WORKING)))
    if not held:
        raise NotConnected()
    for connection in held:
        record(event=ConnectionEvent.DISCONNECTED, subject=connection, by=by, at=at, old=_shown(connection))
        if connection.is_working:
            _leave(connection, by, at)
        else:
            _forget(connection, by, at)
    CardSettings.objects.filter(is_on=True).update(is_on=False, updated_at=at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="keys that are still needed stay")
def forget_left_keys(*, by: Actor, at: datetime) -> None:
    """Delete the keys of former connections of which nothing is on its way any more."""
    leaving = StripeConnection.objects.filter(state=ConnectionState.LEAVING)
    for connection in leaving.select_for_update().order_by("id"):
        if not is_something_left(connection.pk):
            _forget(connection, by, at)


@operation(permission=Permission.PLATFORM_OPERATE)
def abandon_stripe_keys(*, connection_id: UUID, by: Actor, at: datetime) -> None:
    """Stripe refuses the keys of a former connection, so nobody will hear what became of what is on its way
    there. People are told to look for themselves, and the keys are deleted.
    """
    connection = StripeConnection.objects.select_for_update().get(pk=connection_id)
    lost = list(connection.checkouts.filter(is_settled=False).order_by("id"))
    for checkout in lost:
        give_up(checkout.pk, KEYS_GONE, by, at)
    asked = CardRefund.objects.filter(card_payment__connection=connection)
    asked.filter(state__in=(RefundState.REQUESTED, RefundState.PENDING)).update(
        state=RefundState.FAILED, error=KEYS_GONE, updated_at=at
    )
    _tell_of_dead_keys(connection, by, at)
    _forget(connection, by, at)


@operation(permission=Permission.CARDS_MANAGE)
def turn_on_card_payments(*, is_confirmed: bool, by: Actor, at: datetime) -> CardSettings:
    """Let clients pay by card. Who turns it on confirms the notice on fiscal receipts, which is kept with
    name and time. Raises `NoticeNotConfirmed`, `NotConnected`.
    """
    if not is_confirmed:
        raise NoticeNotConfirmed()
    if working_connection() is None:
        raise NotConnected()
    settings = _lock_settings(at)
    settings.is_on, settings.updated_at = True, at
    settings.notice_confirmed_at = at
    settings.notice_confirmed_by_id, settings.notice_confirmed_by = by.id, by.label[:250]
    settings.save()
    record(event=CardSettingsEvent.TURNED_ON, subject=settings, by=by, at=at)
    return settings


@operation(permission=Permission.CARDS_MANAGE)
def turn_off_card_payments(*, by: Actor, at: datetime) -> CardSettings:
    """Let nobody pay by card any more. Open pages are closed. Raises `CardsNotTaken`."""
    settings = _lock_settings(at)
    if not settings.is_on:
        raise CardsNotTaken()
    settings.is_on, settings.updated_at = False, at
    settings.save(update_fields=["is_on", "updated_at"])
    close_pages(Checkout.objects.filter(state__in=LIVE), by, at)
    record(event=CardSettingsEvent.TURNED_OFF, subject=settings, by=by, at=at)
    return settings


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="the keys did not travel: nothing is connected"
)
def forget_restored_stripe(*, restoration: Restoration, by: Actor, at: datetime) -> None:
    """Restoration step: the keys stayed behind, so the copy takes no cards and asks Stripe nothing.

    What was on its way when the archive was made is the original's.
    """
    gone = StripeConnection.objects.exclude(state=ConnectionState.GONE)
    gone.update(state=ConnectionState.GONE, secret_key=None, webhook_secret=None, updated_at=at)
    CardSettings.objects.filter(is_on=True).update(is_on=False, updated_at=at)
    waiting = Checkout.objects.filter(is_settled=False)
    waiting.exclude(state=CheckoutState.FAILED).update(
        state=CheckoutState.EXPIRED, payment_status="", error="restored", url="", updated_at=at
    )
    waiting.update(is_settled=True)
    asked = CardRefund.objects.filter(state=RefundState.REQUESTED)
    asked.update(state=RefundState.FAILED, error="restored", updated_at=at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="whether there are keys is told already")
def settle_catching_up(*, by: Actor, at: datetime) -> None:
    """After the nightly questions: while there are keys, Stripe is asked again the next night."""
    settle_next_due(
        CATCHING_UP,
        organization_id=current_organization().id,
        remaining=lambda: at if held_connections().exists() or candidate_connection() else None,
    )


def _tell_of_dead_keys(connection: StripeConnection, by: Actor, at: datetime) -> None:
    with override(current_organization().language):
        text = gettext(
            "Stripe does not take the keys %(key)s any more. What is on its way there is not heard of."
        )
        words = text % {"key": str(connection)}
    url = reverse("card_settings")
    tell_people(
        kind=DEAD_KEYS, because=connection, occasion=at.isoformat(), url=url, text=words, by=by, at=at
    )


def _record_refusal(connection: StripeConnection, by: Actor, at: datetime) -> None:
    new = {"error": connection.error}
    record(event=ConnectionEvent.REFUSED, subject=connection, by=by, at=at, new=new)


def _take_over_webhook(old: StripeConnection | None, new: StripeConnection) -> bool:
    """Whether the new keys have the secret of their webhook: entered with them, or that of the old ones,
    which are of the same account.
    """
    if new.webhook_secret is None and old is not None and _is_same_account(old, new):
        new.webhook_secret, new.webhook_last4 = old.webhook_secret, old.webhook_last4
    return bool(webhook_secret_of(new))


def _is_same_account(old: StripeConnection, new: StripeConnection) -> bool:
    return (old.account_id, old.is_live) == (new.account_id, new.is_live)


def _succeed(old: StripeConnection, new: StripeConnection, by: Actor, at: datetime) -> None:
    """The new keys take the place of the old ones."""
    if _is_same_account(old, new):
        for rows in (old.checkouts, old.card_payments, old.payouts):
            rows.update(connection=new)
        new.events_read_until, new.event_seen_at = old.events_read_until, old.event_seen_at
        _forget(old, by, at)
    else:
        _leave(old, by, at)


def _leave(connection: StripeConnection, by: Actor, at: datetime) -> None:
    connection.state, connection.updated_at = ConnectionState.LEAVING, at
    connection.save(update_fields=["state", "updated_at"])
    close_pages(connection.checkouts.filter(state__in=LIVE), by, at)
    enqueue("forget_left_keys", by=by)
    set_next_due(CATCHING_UP, organization_id=current_organization().id, at=at)


def _forget(connection: StripeConnection, by: Actor, at: datetime) -> None:
    """Delete the keys; what is known of the account stays, for what was paid with it."""
    connection.state, connection.secret_key, connection.webhook_secret = ConnectionState.GONE, None, None
    connection.updated_at = at
    connection.save(update_fields=["state", "secret_key", "webhook_secret", "updated_at"])
    record(event=ConnectionEvent.FORGOTTEN, subject=connection, by=by, at=at)


def _faults(key: str, secret: str, before: StripeConnection | None) -> list[FieldError]:
    found = {"secret_key": rules.key_fault(key)}
    if secret or before is None or not webhook_secret_of(before):
        found["webhook_secret"] = rules.webhook_secret_fault(secret)
    elif not found["secret_key"] and rules.is_key_live(key) != before.is_live:
        found["webhook_secret"] = keys_rules.WEBHOOK_SECRET_MISSING
    return [FieldError(field, code, FAULT_TEXTS[code]) for field, code in found.items() if code]


def _sealed(text: str) -> str:
    return seal(text, owner=current_organization().id)


def _ask_to_check(connection: StripeConnection, by: Actor, at: datetime) -> None:
    enqueue("try_stripe_keys", by=by, connection_id=str(connection.pk))
    set_next_due(CATCHING_UP, organization_id=current_organization().id, at=at)


def _shown(connection: StripeConnection) -> dict[str, str]:
    return {"key": str(connection), "account": connection.account_name or connection.account_id}


def _lock_settings(at: datetime) -> CardSettings:
    fresh = CardSettings(created_at=at, updated_at=at)
    CardSettings.objects.bulk_create([fresh], ignore_conflicts=True)
    return CardSettings.objects.select_for_update().get()
