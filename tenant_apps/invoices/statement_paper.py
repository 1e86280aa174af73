"""A client's statement as PDF, in the current language."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from shared_apps.core.formats import format_day, format_money
from tenant_apps.documents.adapters import drawable, render_pdf
from tenant_apps.invoices.movement_texts import movement_words
from tenant_apps.invoices.queries import PAYMENT, REFUND, Movement, Statement
from tenant_apps.workspace.models import OrganizationProfile


def render_statement(
    client: str, statements: Sequence[Statement], *, seller: OrganizationProfile, since: date, until: date
) -> bytes:
    """Render the statements of a client, one table per currency. Raises `documents.adapters.RenderFailed`."""
    context = {
        "client": client,
        "seller": seller,
        "language": get_language(),
        "since": format_day(since),
        "until": format_day(until),
        "statements": [_written(one) for one in statements],
        "page_number": mark_safe("<pdf:pagenumber/>"),
        "page_count": mark_safe("<pdf:pagecount/>"),
    }
    return render_pdf(drawable(render_to_string("invoices/pdf/statement.html", context)))


def _written(statement: Statement) -> dict[str, Any]:
    sums = ("opening", "charged", "settled", "closing")
    told = {name: format_money(getattr(statement, name), statement.currency) for name in sums}
    lines = [_line(movement, statement.currency) for movement in statement.movements]
    return told | {"currency": statement.currency, "lines": lines}


def _line(movement: Movement, currency: str) -> dict[str, Any]:
    """What a payer wrote beside their money is not told: it may be another's, for this client."""
    is_money = movement.what in (PAYMENT, REFUND)
    return {
        "day": format_day(movement.day),
        "kind": movement_words(movement.what),
        "label": "" if is_money else movement.label,
        "charged": "" if movement.charged is None else format_money(movement.charged, currency),
        "settled": "" if movement.settled is None else format_money(movement.settled, currency),
        "balance": format_money(movement.balance, currency),
    }
