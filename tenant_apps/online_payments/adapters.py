"""The only file that knows Stripe's library. It asks with one organization's key and answers in our words.

The library (22 MB) is loaded by whoever asks first, so a web process that hears no webhook never has it.
Nothing that Stripe says is put into a log or an error: only codes are.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from shared_apps.core.ids import id_in
from tenant_apps.online_payments.rules import (
    AccountFacts,
    DisputeFacts,
    EventFacts,
    IntentFacts,
    PayoutFacts,
    RefundFacts,
    SessionFacts,
    SessionOrder,
    TransactionFacts,
    from_minor,
    named_in,
    named_with,
    to_minor,
)

if TYPE_CHECKING:
    from stripe import StripeClient

# A webhook is answered within seconds, or Stripe repeats it; a job has time.
IN_A_REQUEST, IN_A_JOB = (3.05, 8.0), (5.0, 30.0)
REFUND = "tefter_refund"
EVENT_TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "charge.refunded",
    "charge.refund.updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "payout.created",
    "payout.updated",
    "payout.paid",
    "payout.failed",
    "payout.canceled",
)


class StripeUnreachable(RuntimeError):
    """Stripe did not answer, or is busy: worth asking again."""


class StripeRefused(RuntimeError):
    """Stripe understood and said no. `code` is its code, or what kind of no it was."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class KeyRefused(StripeRefused):
    """The key is not (or no longer) valid, or may not do this."""


class SignatureWrong(ValueError):
    """The webhook was not signed with this secret, or long ago."""


class Stripe:
    """One organization's Stripe account, asked with its key."""

    def __init__(
        self, key: str, *, now: Callable[[], datetime], patience: tuple[float, float] = IN_A_JOB
    ) -> None:
        self._client = _client(key, patience)
        self._now = now

    def account(self) -> AccountFacts:
        """Whose key this is."""
        with _in_our_words():
            account = self._client.v1.accounts.retrieve_current()
            self._client.v1.balance.retrieve()  # a restricted key may see the account and no money
        return _account(account.to_dict())

    def create_session(self, order: SessionOrder) -> SessionFacts:
        """Make the page where one invoice is paid; the same order again answers the same page."""
        as_of = self._now()
        with _in_our_words():
            session = self._client.v1.checkout.sessions.create(
                _session_params(order), {"idempotency_key": order.key}
            )
        return _session(session.to_dict(), as_of)

    def session(self, session_id: str) -> SessionFacts:
        as_of = self._now()
        with _in_our_words():
            return _session(self._client.v1.checkout.sessions.retrieve(session_id).to_dict(), as_of)

    def expire_session(self, session_id: str) -> None:
        """Close the page. `StripeRefused` when it is not open any more."""
        with _in_our_words():
            self._client.v1.checkout.sessions.expire(session_id)

    def intent(self, intent_id: str) -> IntentFacts:
        """A payment with all its refunds and disputes."""
        as_of = self._now()
        with _in_our_words():
            intents = self._client.v1.payment_intents
            intent = intents.retrieve(intent_id, {"expand": ["latest_charge.balance_transaction"]}).to_dict()
            charge = intent.get("latest_charge") or {}
            about = {"payment_intent": intent_id}
            refunds = self._all(self._client.v1.refunds.list, about) if charge else []
            disputes = self._all(self._client.v1.disputes.list, about) if charge.get("disputed") else []
        return _intent(intent, refunds, disputes, as_of)

    def refund(self, *, intent_id: str, amount: Decimal, currency: str, key: str) -> RefundFacts:
        """Give back a part of a payment; the same `key` again answers the same refund."""
        params: Any = {
            "payment_intent": intent_id,
            "amount": to_minor(amount, currency),
            "metadata": {REFUND: key},
        }
        with _in_our_words():
            made = self._client.v1.refunds.create(params, {"idempotency_key": f"tefter-refund-{key}"})
        return _refund(made.to_dict())

    def payout(self, payout_id: str) -> PayoutFacts:
        as_of = self._now()
        with _in_our_words():
            return _payout(self._client.v1.payouts.retrieve(payout_id).to_dict(), as_of)

    def transactions_of(self, payout_id: str) -> Iterator[TransactionFacts]:
        """What an automatic payout consists of, without the payout itself."""
        with _in_our_words():
            found = self._client.v1.balance_transactions.list(
                {"payout": payout_id, "limit": 100, "expand": ["data.source"]}
            )
            for one in found.auto_paging_iter():
                transaction = one.to_dict()
                if transaction["type"] not in {"payout", "payout_cancel", "payout_failure"}:
                    yield _transaction(transaction)

    def events_between(self, since: datetime, until: datetime) -> Iterator[EventFacts]:
        """The events that we listen to, from `since` to before `until`, the newest first."""
        span = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        wanted: Any = {"types": list(EVENT_TYPES), "limit": 100, "created": span}
        with _in_our_words():
            found = self._client.v1.events.list(wanted)
            for one in found.auto_paging_iter():
                yield _event(one.to_dict())

    def _all(self, ask: Callable[..., Any], params: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [one.to_dict() for one in ask({**params, "limit": 100}).auto_paging_iter()]


def read_event(body: bytes, signature: str, secret: str) -> EventFacts:
    """The event that Stripe signed with `secret` at most five minutes ago. Raises `SignatureWrong`."""
    import stripe

    try:
        told = stripe.Webhook.construct_event(body, signature, secret, api_key="")
        return _event(told.to_dict())
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SignatureWrong from error


def _client(key: str, patience: tuple[float, float]) -> "StripeClient":
    import stripe

    addresses: Any = {"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else {}
    return stripe.StripeClient(
        key,
        base_addresses=addresses,
        http_client=_way_out(patience),
        max_network_retries=0 if patience == IN_A_REQUEST else 1,
    )


@cache
def _way_out(patience: tuple[float, float]) -> Any:
    """Connections are kept for all keys: they belong to a thread and say nothing of whom they asked for."""
    import stripe

    return stripe.RequestsClient(timeout=patience)


@contextmanager
def _in_our_words() -> Iterator[None]:
    import stripe

    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        is_unknown = isinstance(error, stripe.AuthenticationError)
        raise KeyRefused("key_invalid" if is_unknown else "key_lacks_permission") from None
    except (stripe.APIConnectionError, stripe.RateLimitError):
        raise StripeUnreachable("unreachable") from None
    except stripe.IdempotencyError:
        raise StripeRefused("idempotency") from None
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise StripeRefused(error.code or error.param or "invalid_request") from None
    except stripe.StripeError:
        raise StripeUnreachable("failing") from None


def _session_params(order: SessionOrder) -> Any:
    metadata = named_with(order.named)
    price = {
        "currency": order.currency.lower(),
        "unit_amount": to_minor(order.amount, order.currency),
        "product_data": {"name": order.title},
    }
    params = {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "client_reference_id": str(order.named.checkout_id),
        "locale": order.language if order.language in {"bg", "en"} else "auto",
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "expires_at": int(order.expires_at.timestamp()),
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": order.title},
    }
    return params | ({"customer_email": order.email} if order.email else {})


def _account(told: Mapping[str, Any]) -> AccountFacts:
    profile, shown = told.get("business_profile") or {}, told.get("settings") or {}
    names = (profile.get("name"), (shown.get("dashboard") or {}).get("display_name"), told.get("email"))
    return AccountFacts(
        id=told["id"],
        name=next((name for name in names if name), "")[:200],
        country=(told.get("country") or "")[:2],
        default_currency=(told.get("default_currency") or "")[:3].upper(),
        charges_enabled=bool(told.get("charges_enabled")),
    )


def _session(told: Mapping[str, Any], as_of: datetime) -> SessionFacts:
    return SessionFacts(
        id=told["id"],
        named=named_in(told.get("metadata") or {}),
        status=told["status"],
        payment_status=told["payment_status"],
        url=told.get("url") or "",
        intent_id=_id(told.get("payment_intent")),
        expires_at=_instant(told["expires_at"]),
        as_of=as_of,
    )


def _intent(
    told: Mapping[str, Any], refunds: list[dict[str, Any]], disputes: list[dict[str, Any]], as_of: datetime
) -> IntentFacts:
    charge, currency = told.get("latest_charge") or {}, told["currency"].upper()
    told_balance = charge.get("balance_transaction")
    balance: Mapping[str, Any] = told_balance if isinstance(told_balance, dict) else {}
    fee_currency = balance["currency"].upper() if balance else ""
    return IntentFacts(
        id=told["id"],
        named=named_in(told.get("metadata") or {}),
        is_live=bool(told["livemode"]),
        status=told["status"],
        amount=from_minor(told.get("amount_received") or told["amount"], currency),
        currency=currency,
        received_at=_instant(charge.get("created") or told["created"]),
        charge_id=charge.get("id", ""),
        means=_means(charge.get("payment_method_details") or {}),
        fee=from_minor(balance["fee"], fee_currency) if balance else None,
        fee_currency=fee_currency,
        refunds=tuple(_refund(one) for one in refunds),
        disputes=tuple(_dispute(one) for one in disputes),
        as_of=as_of,
    )


def _means(told: Mapping[str, Any]) -> str:
    """How it was paid: `card · visa ···· 4242`."""
    kind = told.get("type") or ""
    details = told.get(kind) or {}
    last4 = details.get("last4")
    return " ".join([kind, *(["·", details.get("brand") or "", "····", last4] if last4 else [])])[:60]


def _refund(told: Mapping[str, Any]) -> RefundFacts:
    return RefundFacts(
        id=told["id"],
        amount=from_minor(told["amount"], told["currency"].upper()),
        status=told["status"] or "pending",
        reason=told.get("failure_reason") or told.get("reason") or "",
        created_at=_instant(told["created"]),
        asked_as=id_in((told.get("metadata") or {}).get(REFUND, "")),
    )


def _dispute(told: Mapping[str, Any]) -> DisputeFacts:
    due = (told.get("evidence_details") or {}).get("due_by")
    return DisputeFacts(
        id=told["id"],
        amount=from_minor(told["amount"], told["currency"].upper()),
        status=told["status"],
        reason=(told.get("reason") or "")[:60],
        created_at=_instant(told["created"]),
        evidence_due_at=_instant(due) if due else None,
    )


def _payout(told: Mapping[str, Any], as_of: datetime) -> PayoutFacts:
    currency = told["currency"].upper()
    return PayoutFacts(
        id=told["id"],
        amount=from_minor(told["amount"], currency),
        currency=currency,
        status=told["status"],
        arrival_on=_day(told["arrival_date"]),
        is_automatic=bool(told["automatic"]),
        is_live=bool(told["livemode"]),
        created_at=_instant(told["created"]),
        as_of=as_of,
    )


def _transaction(told: Mapping[str, Any]) -> TransactionFacts:
    currency, source = told["currency"].upper(), told.get("source")
    return TransactionFacts(
        id=told["id"],
        kind=told["type"][:60],
        amount=from_minor(told["amount"], currency),
        fee=from_minor(told["fee"], currency),
        net=from_minor(told["net"], currency),
        currency=currency,
        intent_id=_id(source.get("payment_intent")) if isinstance(source, dict) else "",
        created_at=_instant(told["created"]),
    )


def _event(told: Mapping[str, Any]) -> EventFacts:
    about = told["data"]["object"]
    return EventFacts(
        id=told["id"],
        type=told["type"][:100],
        is_live=bool(told["livemode"]),
        created_at=_instant(told["created"]),
        object_id=_id(about.get("id")),
        intent_id=_id(about.get("payment_intent")),
    )


def _id(told: Any) -> str:
    """The id of an object that Stripe names by id or sends whole."""
    return str(told.get("id", "") if isinstance(told, dict) else told or "")


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _day(seconds: int) -> date:
    return _instant(seconds).date()
