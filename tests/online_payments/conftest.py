import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.online_payments.models import StripeConnection
from tenant_apps.online_payments.operations import StripeKeys, connect_stripe, turn_on_card_payments
from tenants.context import OrganizationRef
from tests.online_payments.fake_stripe import WEBHOOK_SECRET, FakeStripe, Json, Server, signed
from tests.online_payments.stories import KEY, host_of_webhook


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeStripe]:
    """A Stripe of this test's own, where the product finds it."""
    stripe = FakeStripe()
    server = Server(stripe)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    settings.STRIPE_API_BASE = stripe.url
    yield stripe
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def connected(
    in_alpha: OrganizationRef, fake: FakeStripe, owner: Actor, run_jobs: Callable[[], list[str]]
) -> StripeConnection:
    """Alpha takes cards with live keys."""
    connect_stripe(keys=StripeKeys(KEY, WEBHOOK_SECRET), by=owner, at=clock.now())
    run_jobs()
    turn_on_card_payments(is_confirmed=True, by=owner, at=clock.now())
    return StripeConnection.objects.get()


@pytest.fixture
def tell(alpha: OrganizationRef) -> Callable[..., int]:
    """`tell(event)`: Stripe sends the event to alpha's host; the status of the answer."""

    def send(
        event: Json, secret: str = WEBHOOK_SECRET, organization: OrganizationRef = alpha, **more: Any
    ) -> int:
        body, signature = signed(event, secret, **more)
        client = Client(headers={"host": host_of_webhook(organization)}, raise_request_exception=False)
        answer = client.post(
            "/stripe/webhook/", body, content_type="application/json", headers={"stripe-signature": signature}
        )
        return answer.status_code

    return send
