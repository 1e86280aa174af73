"""A Stripe that speaks HTTP on this machine: accounts, checkout sessions, payments, refunds, disputes,
payouts, events, idempotency. The tests reach it through the real library, and a person can try the product
with it:

python3 -m tests.online_payments.fake_stripe --port 12111 --webhook
http://demo.tefter.localhost:8000/stripe/webhook/ STRIPE_API_BASE=http://127.0.0.1:12111 python3 manage.py up

Any key of the right shape is an account of its own: `sk_test_…` or `sk_live_…`. The page of a session, at its
`url`, asks how to pay it; with `--webhook`, events are sent there, signed with `whsec_fake_webhook_secret`.
"""

import argparse
import html
import itertools
import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from deploy.embedded.console import say

WEBHOOK_SECRET = "whsec_fake_webhook_secret"
API_VERSION = "2026-10-28.endive"
FEE_PERCENT, FEE_FIXED = 15, 25  # thousandths of the amount, and cents: 1.5 % + 0.25
Json = dict[str, Any]


class Refusal(Exception):
    """An answer that is an error, as Stripe words it."""

    def __init__(self, status: int, kind: str, code: str = "", param: str = "") -> None:
        self.status, self.kind, self.code, self.param = status, kind, code, param
        super().__init__(kind, code)

    def body(self) -> Json:
        told = {"type": self.kind, "message": "The fake says no.", "code": self.code or None}
        return {"error": told | ({"param": self.param} if self.param else {})}


@dataclass
class Account:
    """What one account has. Objects are kept as they are answered."""

    id: str
    is_live: bool
    name: str = "Проба ООД"
    country: str = "BG"
    currency: str = "eur"
    charges_enabled: bool = True
    objects: dict[str, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    answers: dict[str, tuple[Json, int, Json]] = field(default_factory=dict)


class FakeStripe:
    """The whole of it. `trouble`: what the next requests are answered with instead: a status, or `hang`."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.keys: dict[str, str] = {}
        self.revoked: set[str] = set()
        self.lacking: set[str] = set()
        self.requests: list[tuple[str, str]] = []
        self.trouble: list[int | str] = []
        self.on_event: Callable[[Account, Json], None] | None = None
        self.lock = threading.RLock()
        self.counter = itertools.count(1)
        self.now: Callable[[], float] = time.time
        self.url = ""

    # What a test, or the client at the page, does ---------------------------------------------------------

    def account_of(self, key: str) -> Account:
        """The account of a key: made at its first use. `rename_key` gives an account another one."""
        if key not in self.keys:
            account = Account(id=f"acct_{next(self.counter)}", is_live="_live_" in key)
            self.accounts[account.id] = account
            self.keys[key] = account.id
        return self.accounts[self.keys[key]]

    def rename_key(self, old: str, new: str) -> None:
        """Roll a key, as its owner does in the dashboard."""
        self.keys[new] = self.keys[old]
        self.revoked.add(old)

    def sessions(self) -> list[Json]:
        return [one for one in self._all() if one["object"] == "checkout.session"]

    def pay(self, session_id: str, *, delayed: bool = False, fails: bool = False) -> str:
        """The client pays at the page; the id of the payment. `delayed`: by a way that takes days."""
        with self.lock:
            account, session = self._owner(session_id)
            if session["status"] != "open":
                raise Refusal(400, "invalid_request_error", f"page_is_{session['status']}")
            intent = self._intent(account, session, "processing" if delayed else "requires_payment_method")
            if fails:
                return str(intent["id"])
            session |= {"status": "complete", "url": None, "payment_intent": intent["id"]}
            if delayed:
                self._tell(account, "checkout.session.completed", session)
            else:
                self._succeed(account, intent)
                session["payment_status"] = "paid"
                self._tell(account, "checkout.session.completed", session)
            return str(intent["id"])

    def arrive(self, session_id: str, *, fails: bool = False) -> None:
        """A delayed payment arrives, or does not."""
        with self.lock:
            account, session = self._owner(session_id)
            intent = account.objects[session["payment_intent"]]
            if fails:
                intent["status"] = "requires_payment_method"
                self._tell(account, "checkout.session.async_payment_failed", session)
            else:
                self._succeed(account, intent)
                session["payment_status"] = "paid"
                self._tell(account, "checkout.session.async_payment_succeeded", session)

    def expire(self, session_id: str) -> None:
        with self.lock:
            account, session = self._owner(session_id)
            session |= {"status": "expired", "url": None}
            self._tell(account, "checkout.session.expired", session)

    def refund(self, intent_id: str, amount: int | None = None, status: str = "succeeded") -> str:
        """Somebody gives money back in Stripe's own dashboard."""
        with self.lock:
            account, intent = self._owner(intent_id)
            return str(self._refund(account, intent, amount, {}, status)["id"])

    def finish_refund(self, refund_id: str, status: str, reason: str = "") -> None:
        """A refund that was pending, or had succeeded, ends otherwise."""
        with self.lock:
            account, refund = self._owner(refund_id)
            charge = account.objects[refund["charge"]]
            if refund["status"] == "succeeded" and status != "succeeded":
                charge["amount_refunded"] -= refund["amount"]
            if refund["status"] != "succeeded" and status == "succeeded":
                charge["amount_refunded"] += refund["amount"]
            refund |= {"status": status, "failure_reason": reason or None}
            self._tell(account, "refund.failed" if status == "failed" else "refund.updated", refund)

    def dispute(self, intent_id: str, amount: int | None = None) -> str:
        """The client's bank asks for the money back."""
        with self.lock:
            account, intent = self._owner(intent_id)
            charge = account.objects[intent["latest_charge"]]
            charge["disputed"] = True
            dispute = self._keep(account, "dispute", "dp", {
                "amount": amount or charge["amount"], "currency": charge["currency"], "charge": charge["id"],
                "payment_intent": intent_id, "reason": "fraudulent", "status": "needs_response",
                "evidence_details": {"due_by": int(self.now()) + 7 * 86400}, "metadata": {},
            })  # fmt: skip
            self._tell(account, "charge.dispute.created", dispute)
            return str(dispute["id"])

    def close_dispute(self, dispute_id: str, status: str) -> None:
        with self.lock:
            account, dispute = self._owner(dispute_id)
            dispute["status"] = status
            self._tell(account, "charge.dispute.closed", dispute)

    def pay_out(self, key: str, status: str = "paid") -> str:
        """Everything that the account has goes to the bank; the id of the payout."""
        with self.lock:
            account = self.account_of(key)
            open_ones = [
                one
                for one in account.objects.values()
                if one["object"] == "balance_transaction" and not one["payout"]
            ]
            total = sum(one["net"] for one in open_ones)
            payout = self._keep(account, "payout", "po", {
                "amount": total, "currency": account.currency, "status": status, "automatic": True,
                "arrival_date": int(self.now()), "metadata": {},
            })  # fmt: skip
            for one in open_ones:
                one["payout"] = payout["id"]
            own = self._transaction(account, "payout", -total, 0, payout["id"])
            own["payout"] = payout["id"]
            self._tell(account, "payout.paid", payout)
            return str(payout["id"])

    def events_of(self, key: str, *types: str) -> list[Json]:
        """The events of an account in their order, of these types only where some are named."""
        return [one for one in self.account_of(key).events if not types or one["type"] in types]

    # What is underneath -----------------------------------------------------------------------------------

    def _all(self) -> Iterator[Json]:
        for account in self.accounts.values():
            yield from account.objects.values()

    def _owner(self, object_id: str) -> tuple[Account, Json]:
        for account in self.accounts.values():
            if object_id in account.objects:
                return account, account.objects[object_id]
        raise Refusal(404, "invalid_request_error", "resource_missing")

    def _keep(self, account: Account, kind: str, prefix: str, values: Json) -> Json:
        mode = "live" if account.is_live else "test"
        made = {
            "id": f"{prefix}_{mode}_{next(self.counter)}",
            "object": kind,
            "created": int(self.now()),
            "livemode": account.is_live,
            **values,
        }
        account.objects[made["id"]] = made
        return made

    def _tell(self, account: Account, kind: str, about: Json) -> None:
        event = {
            "id": f"evt_{next(self.counter)}",
            "object": "event",
            "api_version": API_VERSION,
            "type": kind,
            "created": int(self.now()),
            "livemode": account.is_live,
            "data": {"object": json.loads(json.dumps(about))},
        }
        account.events.append(event)
        if self.on_event:
            self.on_event(account, event)

    def _transaction(self, account: Account, kind: str, amount: int, fee: int, source: str) -> Json:
        return self._keep(account, "balance_transaction", "txn", {
            "type": kind, "amount": amount, "fee": fee, "net": amount - fee, "currency": account.currency,
            "source": source, "payout": "",
        })  # fmt: skip

    def _intent(self, account: Account, session: Json, status: str) -> Json:
        return self._keep(account, "payment_intent", "pi", {
            "amount": session["amount_total"], "amount_received": 0, "currency": session["currency"],
            "status": status, "metadata": dict(session["intent_metadata"]), "latest_charge": None,
        })  # fmt: skip

    def _succeed(self, account: Account, intent: Json) -> None:
        amount = intent["amount"]
        charge = self._keep(account, "charge", "ch", {
            "amount": amount, "amount_refunded": 0, "refunded": False, "disputed": False,
            "currency": intent["currency"], "payment_intent": intent["id"],
            "metadata": dict(intent["metadata"]),
            "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        })  # fmt: skip
        fee = (amount * FEE_PERCENT + 500) // 1000 + FEE_FIXED
        charge["balance_transaction"] = self._transaction(account, "charge", amount, fee, charge["id"])["id"]
        intent |= {"status": "succeeded", "amount_received": amount, "latest_charge": charge["id"]}

    def _refund(
        self, account: Account, intent: Json, amount: int | None, metadata: Json, status: str = "succeeded"
    ) -> Json:
        charge = account.objects[intent["latest_charge"]] if intent["latest_charge"] else None
        if charge is None:
            raise Refusal(400, "invalid_request_error", "payment_intent_unexpected_state")
        if charge["disputed"]:
            raise Refusal(400, "invalid_request_error", "charge_disputed")
        wanted = amount or charge["amount"] - charge["amount_refunded"]
        if wanted <= 0 or wanted > charge["amount"] - charge["amount_refunded"]:
            raise Refusal(400, "invalid_request_error", "charge_already_refunded")
        refund = self._keep(account, "refund", "re", {
            "amount": wanted, "currency": charge["currency"], "charge": charge["id"], "status": status,
            "payment_intent": intent["id"], "reason": None, "metadata": metadata,
        })  # fmt: skip
        self._transaction(account, "refund", -wanted, 0, refund["id"])
        if status == "succeeded":
            charge["amount_refunded"] += wanted
            charge["refunded"] = charge["amount_refunded"] == charge["amount"]
            self._tell(account, "charge.refunded", charge)
        self._tell(account, "refund.created", refund)
        return refund

    # The API ----------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, key: str, params: Json, idempotency: str) -> tuple[int, Json]:
        """What a request is answered with. The same idempotency key again gets the same answer."""
        with self.lock:
            self.requests.append((method, path))
            if key in self.revoked or not re.fullmatch(r"(sk|rk)_(test|live)_\w{8,}", key):
                raise Refusal(401, "invalid_request_error")
            if key in self.lacking:
                raise Refusal(403, "invalid_request_error")
            account = self.account_of(key)
            known = account.answers.get(idempotency) if idempotency else None
            if known:
                if known[0] != params:
                    raise Refusal(400, "idempotency_error")
                return known[1], known[2]
            status, body = 200, self._route(account, method, path, params)
            body = json.loads(json.dumps(body))
            if idempotency:
                account.answers[idempotency] = (params, status, body)
            return status, body

    def _route(self, account: Account, method: str, path: str, params: Json) -> Json:
        for verb, pattern, act in ROUTES:
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                return act(self, account, params, *found.groups())
        raise Refusal(404, "invalid_request_error", "unknown_url")

    def read_account(self, account: Account, params: Json) -> Json:
        return {
            "id": account.id, "object": "account", "country": account.country,
            "default_currency": account.currency, "charges_enabled": account.charges_enabled,
            "business_profile": {"name": account.name}, "email": "x@some.example",
        }  # fmt: skip

    def read_balance(self, account: Account, params: Json) -> Json:
        return {"object": "balance", "livemode": account.is_live, "available": [], "pending": []}

    def create_session(self, account: Account, params: Json) -> Json:
        price = params["line_items"]["0"]["price_data"]
        amount, expires_at = int(price["unit_amount"]), int(params["expires_at"])
        if amount < 50:
            raise Refusal(400, "invalid_request_error", "amount_too_small")
        if "@bad." in params.get("customer_email", ""):
            raise Refusal(400, "invalid_request_error", "email_invalid", "customer_email")
        if price["currency"] == "bgn":
            raise Refusal(400, "invalid_request_error", param="currency")
        if not self.now() + 1800 - 60 <= expires_at <= self.now() + 86400:
            raise Refusal(400, "invalid_request_error", param="expires_at")
        session = self._keep(account, "checkout.session", "cs", {
            "status": "open", "payment_status": "unpaid", "amount_total": amount,
            "currency": price["currency"], "metadata": params.get("metadata", {}),
            "payment_intent": None, "expires_at": expires_at,
            "intent_metadata": params["payment_intent_data"].get("metadata", {}),
            "success_url": params["success_url"], "cancel_url": params["cancel_url"],
            "locale": params["locale"], "client_reference_id": params["client_reference_id"],
            "title": price["product_data"]["name"],
            "customer_email": params.get("customer_email"),
        })  # fmt: skip
        session["url"] = f"{self.url}/pay/{session['id']}"
        return session

    def read_object(self, account: Account, params: Json, object_id: str) -> Json:
        found = account.objects.get(object_id)
        if found is None:
            raise Refusal(404, "invalid_request_error", "resource_missing")
        if (
            found["object"] == "checkout.session"
            and found["status"] == "open"
            and found["expires_at"] < self.now()
        ):
            self.expire(object_id)
        return self._expanded(account, found, params)

    def _expanded(self, account: Account, found: Json, params: Json) -> Json:
        wanted = set(params.get("expand", {}).values())
        if found["object"] == "payment_intent" and "latest_charge.balance_transaction" in wanted:
            charge = account.objects.get(found["latest_charge"] or "")
            if charge:
                money = account.objects[charge["balance_transaction"]]
                return found | {"latest_charge": charge | {"balance_transaction": money}}
        return found

    def expire_session(self, account: Account, params: Json, session_id: str) -> Json:
        session = self.read_object(account, {}, session_id)
        if session["status"] != "open":
            raise Refusal(400, "invalid_request_error", "resource_missing_or_not_open")
        self.expire(session_id)
        return account.objects[session_id]

    def create_refund(self, account: Account, params: Json) -> Json:
        intent = self.read_object(account, {}, params["payment_intent"])
        return self._refund(account, intent, int(params["amount"]), params.get("metadata", {}))

    def list_refunds(self, account: Account, params: Json) -> Json:
        return self._list(account, params, "refund")

    def list_disputes(self, account: Account, params: Json) -> Json:
        return self._list(account, params, "dispute")

    def list_transactions(self, account: Account, params: Json) -> Json:
        told = self._list(account, params, "balance_transaction")
        for one in told["data"]:
            one["source"] = account.objects.get(one["source"], one["source"])
        return told

    def list_events(self, account: Account, params: Json) -> Json:
        types, created = set(params["types"].values()), params.get("created", {})
        found = [
            one
            for one in reversed(account.events)
            if one["type"] in types
            and int(created.get("gte", 0)) <= one["created"] < int(created.get("lt", 1 << 40))
        ]
        return _page(found, params, "/v1/events")

    def _list(self, account: Account, params: Json, kind: str) -> Json:
        narrowing = {name: params[name] for name in ("payment_intent", "charge", "payout") if name in params}
        found = [
            dict(one)
            for one in reversed(account.objects.values())
            if one["object"] == kind and narrowing.items() <= one.items()
        ]
        return _page(found, params, f"/v1/{kind}s")


def _page(found: list[Json], params: Json, url: str) -> Json:
    ids = [one["id"] for one in found]
    start = ids.index(params["starting_after"]) + 1 if params.get("starting_after") else 0
    limit = int(params.get("limit", 10))
    data, more = found[start : start + limit], len(found) > start + limit
    return {"object": "list", "data": data, "has_more": more, "url": url}


ROUTES: list[tuple[str, str, Callable[..., Json]]] = [
    ("GET", r"/v1/account", FakeStripe.read_account),
    ("GET", r"/v1/balance", FakeStripe.read_balance),
    ("POST", r"/v1/checkout/sessions", FakeStripe.create_session),
    ("GET", r"/v1/checkout/sessions/(\w+)", FakeStripe.read_object),
    ("POST", r"/v1/checkout/sessions/(\w+)/expire", FakeStripe.expire_session),
    ("GET", r"/v1/payment_intents/(\w+)", FakeStripe.read_object),
    ("POST", r"/v1/refunds", FakeStripe.create_refund),
    ("GET", r"/v1/refunds", FakeStripe.list_refunds),
    ("GET", r"/v1/disputes", FakeStripe.list_disputes),
    ("GET", r"/v1/payouts/(\w+)", FakeStripe.read_object),
    ("GET", r"/v1/balance_transactions", FakeStripe.list_transactions),
    ("GET", r"/v1/events", FakeStripe.list_events),
]


def nested(pairs: list[tuple[str, str]]) -> Json:
    """`a[b][0]=c` as the nested thing that it means."""
    told: Json = {}
    for name, value in pairs:
        head, *rest = re.findall(r"[^\[\]]+", name)
        place = told
        for step in rest:
            place = place.setdefault(head, {})
            head = step
        place[head] = value
    return told


def signed(event: Json, secret: str, timestamp: int | None = None) -> tuple[bytes, str]:
    """The body of a webhook and its signature."""
    body = json.dumps(event)
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, secret, timestamp)


class Handler(BaseHTTPRequestHandler):
    """HTTP around the fake."""

    server: "Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *unused: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path.startswith("/pay/"):
            self._page(address.path.removeprefix("/pay/"), "")
        else:
            self._api("GET", address.path, parse_qsl(address.query))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        address, said = urlsplit(self.path), parse_qsl(body)
        if address.path.startswith("/pay/"):
            self._page(address.path.removeprefix("/pay/"), dict(said).get("how", ""))
        else:
            self._api("POST", address.path, said)

    def _api(self, method: str, path: str, pairs: list[tuple[str, str]]) -> None:
        fake = self.server.fake
        if fake.trouble:
            trouble = fake.trouble.pop(0)
            if trouble == "hang":
                self.close_connection = True
                self.connection.close()
                return
            self._say(int(trouble), {"error": {"type": "api_error", "message": "The fake is in trouble."}})
            return
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            idempotency = self.headers.get("Idempotency-Key", "") if method == "POST" else ""
            status, answer = fake.answer(method, path, key, nested(pairs), idempotency)
        except Refusal as refusal:
            status, answer = refusal.status, refusal.body()
        self._say(status, answer)

    def _say(self, status: int, answer: Json) -> None:
        self._write(status, json.dumps(answer).encode(), "application/json")

    def _write(self, status: int, body: bytes, kind: str, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def _page(self, session_id: str, how: str) -> None:
        """The page where a person pays: three buttons."""
        _account, session = self.server.fake._owner(session_id)
        if session["status"] == "open" and how in {"card", "slow"}:
            self.server.fake.pay(session_id, delayed=how == "slow")
            self._write(303, b"", "text/html", session["success_url"])
        elif how == "arrive":
            self.server.fake.arrive(session_id)
            self._write(303, b"", "text/html", session["success_url"])
        elif how == "back":
            self._write(303, b"", "text/html", session["cancel_url"])
        else:
            self._write(200, _checkout_page(session), "text/html; charset=utf-8")


def _checkout_page(session: Json) -> bytes:
    """What stands at the `url` of a session."""
    amount = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
    if session["status"] == "open":
        buttons = {"card": "Pay by card", "slow": "Pay by a slow way", "back": "Go back"}
    elif session["payment_status"] == "unpaid" and session["status"] == "complete":
        buttons = {"arrive": "Let the slow payment arrive", "back": "Go back"}
    else:
        buttons = {"back": "Go back"}
    shown = "".join(f'<button name="how" value="{how}">{words}</button> ' for how, words in buttons.items())
    return (
        f"<!doctype html><title>Fake Stripe</title><h1>{html.escape(session['title'])}: {amount}</h1>"
        f"<p>This is no bank. {session['status']}, {session['payment_status']}</p>"
        f'<form method="post">{shown}</form>'
    ).encode()


class Server(ThreadingHTTPServer):
    """The fake at a port of this machine."""

    daemon_threads = True

    def __init__(self, fake: FakeStripe, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.fake = fake
        fake.url = f"http://127.0.0.1:{self.server_port}"


def deliver_to(address: str, secret: str) -> Callable[[Account, Json], None]:
    """Send each event to this address, as Stripe does: a few times, until it is answered with 200."""
    found = urlsplit(address)

    def send(event: Json) -> None:
        for wait in (0.5, 2, 5, 15, 60):
            time.sleep(wait)
            body, signature = signed(event, secret)
            request = urllib.request.Request(  # noqa: S310 - to this machine
                f"{found.scheme}://127.0.0.1:{found.port or 80}{found.path}",
                data=body,
                headers={
                    "Host": found.netloc,
                    "Stripe-Signature": signature,
                    "Content-Type": "application/json",
                },
            )
            try:
                with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
                    say(f"{event['type']}: {response.status}")
                    return
            except OSError as error:
                say(f"{event['type']}: {error}")

    return lambda account, event: threading.Thread(target=send, args=(event,), daemon=True).start()


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A Stripe for this machine.")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhook", default="", help="where events are sent, at the organization's host")
    parser.add_argument("--secret", default=WEBHOOK_SECRET)
    said = parser.parse_args()
    fake = FakeStripe()
    if said.webhook:
        fake.on_event = deliver_to(said.webhook, said.secret)
    server = Server(fake, said.port)
    say(f"Fake Stripe at {fake.url}; webhook secret {said.secret}")
    server.serve_forever()


if __name__ == "__main__":
    main()
