"""A list narrowed by the filter of its address, for programs: nothing is left out in silence."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shared_apps.core.actors import Actor
from shared_apps.core.errors import FieldError, refuse_all
from shared_apps.core.listing import Listing, Offer, ask, listing_of, offer_of, parse_filter
from shared_apps.core.listing.trying import trials_of
from shared_apps.core.search import matching
from tenant_apps.workspace.queries.lists import reading_of

NAME_RECORDS = _("Name the records, or say by a filter or a search which ones are meant.")


def narrowed(rows: QuerySet[Any], entity: str, text: str, actor: Actor, now: datetime) -> QuerySet[Any]:
    """Rows of a kind of record that pass a filter such as `city:is:Варна,value:above:100`.

    Every part that says nothing is refused as an error of the field `filter`.
    """
    if not text.strip():
        return rows
    offer = offer_of(listing_of(entity), reading_of(actor, now))
    first, _whole_list = trials_of(offer.reading).narrow(rows, _asked(offer, text))
    return first


def found_ids(offer: Offer, text: str, search: str, *, most: int) -> list[UUID]:
    """The ids of the records in use that pass a filter and a search, one of which must be given."""
    if not (text.strip() or search.strip()):
        refuse_all([FieldError("record_ids", "required", NAME_RECORDS)])
    rows = matching(offer.listing.rows(offer.reading.actor, False), search)
    _first, found = trials_of(offer.reading).narrow(rows, _asked(offer, text))
    return list(found.order_by().values_list("pk", flat=True)[:most])


def words_of_act(listing: Listing, kind: str, count: int) -> str:
    """One sentence about a change of many records, for its toast and its page."""
    told = {"list": listing.label, "count": count}
    if own := listing.act(kind):
        return _("%(list)s: %(act)s (%(count)d)") % {**told, "act": own.label}
    if kind == "archive":
        return ngettext("%(list)s: %(count)d archived", "%(list)s: %(count)d archived", count) % told
    if kind in ("tag", "untag"):
        return (
            ngettext("%(list)s: tags of %(count)d changed", "%(list)s: tags of %(count)d changed", count)
            % told
        )
    return ngettext("%(list)s: %(count)d changed", "%(list)s: %(count)d changed", count) % told


def _asked(offer: Offer, text: str) -> Q:
    tree, unread = parse_filter(text)
    asked = ask(offer, tree)
    problems = (*unread, *asked.problems)
    refuse_all([FieldError("filter", "invalid_filter", f"{one.text}: {one.message}") for one in problems])
    return asked.q
