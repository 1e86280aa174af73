from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, page, partial
from shared_apps.core.keyset import InvalidCursor, KeysetPage, keyset_page
from shared_apps.core.permissions import Permission
from tenant_apps.online_payments import operations, queries
from tenant_apps.online_payments.adapters import EVENT_TYPES
from tenant_apps.online_payments.connection_texts import error_words, event_words
from tenant_apps.online_payments.forms import NoticeForm, StripeKeysForm
from tenant_apps.online_payments.models import StripeConnection, StripeEvent
from tenant_apps.workspace.queries import profile

SETTINGS = "card_settings"
EVENTS_SHOWN = 10


@page(Permission.CARDS_VIEW, to_act=Permission.CARDS_MANAGE)
def card_settings(request: ActorRequest) -> HttpResponse:
    """The organization's Stripe: whose keys, whether they work, whether cards are taken, what Stripe told.
    htmx asks for the keys again while Stripe is being asked about them.
    """
    return _settings_page(request, _keys_form())


@card_settings.act
def connect_stripe(request: ActorRequest) -> HttpResponse:
    form = _keys_form(request.POST)
    try:
        if form.is_valid():
            operations.connect_stripe(keys=form.keys(), by=request.actor, at=clock.now())
            message = _("The keys are kept and are being checked.")
            return done(request, to=SETTINGS, message=message, event="online_payments.keys_given")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _settings_page(request, form)


@act(Permission.CARDS_MANAGE)
def check_stripe_keys(request: ActorRequest) -> HttpResponse:
    operations.check_stripe_keys(by=request.actor, at=clock.now())
    return done(request, to=SETTINGS, message=_("The keys are being checked."))


@act(Permission.CARDS_MANAGE)
def disconnect_stripe(request: ActorRequest) -> HttpResponse:
    operations.disconnect_stripe(by=request.actor, at=clock.now())
    message = _("Stripe is disconnected. The keys are deleted as soon as nothing is on its way.")
    return done(request, to=SETTINGS, message=message, event="online_payments.stripe_disconnected")


@page(Permission.CARDS_MANAGE)
def turn_on_card_payments(request: ActorRequest) -> HttpResponse:
    """The notice on fiscal receipts, to be confirmed."""
    return _notice_page(request, NoticeForm())


@turn_on_card_payments.act
def turn_on_with_notice(request: ActorRequest) -> HttpResponse:
    form = NoticeForm(request.POST)
    try:
        if form.is_valid():
            is_confirmed = form.cleaned_data["is_confirmed"]
            operations.turn_on_card_payments(is_confirmed=is_confirmed, by=request.actor, at=clock.now())
            message = _("Clients can pay by card from now on.")
            return done(
                request, to=SETTINGS, message=message, event="online_payments.card_payments_turned_on"
            )
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _notice_page(request, form)


@act(Permission.CARDS_MANAGE)
def turn_off_card_payments(request: ActorRequest) -> HttpResponse:
    operations.turn_off_card_payments(by=request.actor, at=clock.now())
    message = _("Nobody can pay by card any more.")
    return done(request, to=SETTINGS, message=message, event="online_payments.card_payments_turned_off")


@page(Permission.CARDS_VIEW)
def stripe_event_list(request: ActorRequest) -> HttpResponse:
    """What Stripe told, newest first, and what came of it."""
    told = _event_page(request)
    context = {"page": told, "events": _told(told.items)}
    return partial(request, "online_payments/stripe_event_list.html", "list", context)


def webhook_address(request: ActorRequest) -> str:
    """Where Stripe tells this organization what happened: it is entered there."""
    return request.build_absolute_uri(reverse("receive_stripe_event"))


def _keys_form(data: Any = None) -> StripeKeysForm:
    return StripeKeysForm(data, may_keep=queries.working_connection() is not None)


def _settings_page(request: ActorRequest, form: StripeKeysForm) -> HttpResponse:
    working, candidate = queries.working_connection(), queries.candidate_connection()
    context = {
        "form": form,
        "working": working,
        "candidate": candidate,
        "leaving": list(queries.leaving_connections()),
        "working_error": _error_of(working),
        "candidate_error": _error_of(candidate),
        "is_being_checked": candidate is not None and not candidate.error,
        "cards": queries.card_settings(),
        "webhook_address": webhook_address(request),
        "event_types": EVENT_TYPES,
        "events": _told(list(queries.stripe_events().order_by("-id")[:EVENTS_SHOWN])),
        "dispute_count": queries.open_dispute_count(),
    }
    status = 422 if form.errors else 200
    response = partial(request, "online_payments/card_settings.html", "connections", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _error_of(connection: StripeConnection | None) -> str:
    return error_words(connection.error) if connection and connection.error else ""


def _notice_page(request: ActorRequest, form: NoticeForm) -> HttpResponse:
    context = {"form": form, "is_bulgarian": profile().country == "BG", "mode": queries.card_mode()}
    status = 422 if form.errors else 200
    return partial(request, "online_payments/turn_on_card_payments.html", "panel", context, status=status)


def _told(events: list[StripeEvent]) -> list[tuple[StripeEvent, str]]:
    return [(event, event_words(event.type)) for event in events]


def _event_page(request: ActorRequest) -> KeysetPage[StripeEvent]:
    """A page of what was told; an address that is no longer good shows the first."""
    rows = queries.stripe_events()
    try:
        return keyset_page(rows, cursor=request.GET.get("cursor"))
    except InvalidCursor:
        return keyset_page(rows)
