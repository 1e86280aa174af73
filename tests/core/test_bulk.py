"""Whole sets of rows, written and changed in one statement each."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.core.bulk import update_rows
from tenant_apps.invoices.models import Payment
from tests.invoices.stories import AT, payment

pytestmark = pytest.mark.usefixtures("in_alpha")
LATER = AT + timedelta(hours=1)


def test_each_row_gets_its_own_values_and_the_others_stay(owner):
    first, second, third = (payment(owner, amount) for amount in ("10.00", "20.00", "30.00"))
    rows = [
        {"id": first.pk, "unmatched_reason": "no_reference", "updated_at": LATER},
        {"id": second.pk, "unmatched_reason": "it's „quoted“ \\ and \n", "updated_at": AT},
    ]

    with CaptureQueriesContext(connection) as sent:
        update_rows(Payment, rows)

    assert len(sent) == 1
    found = Payment.objects.in_bulk([first.pk, second.pk, third.pk])
    assert (found[first.pk].unmatched_reason, found[first.pk].updated_at) == ("no_reference", LATER)
    assert found[second.pk].unmatched_reason == "it's „quoted“ \\ and \n"
    assert (found[third.pk].unmatched_reason, found[third.pk].amount) == ("", Decimal("30.00"))


def test_nothing_to_change_asks_nothing():
    with CaptureQueriesContext(connection) as sent:
        update_rows(Payment, [])
    assert not sent.captured_queries
