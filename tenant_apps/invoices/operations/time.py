"""Logged time becomes an invoice: once, and again only after that was deleted or annulled."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.formats import format_day
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import TimeEntry
from tenant_apps.crm.queries import lock_time_entries, people_of_deal
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations.billed_time import put_time_on
from tenant_apps.invoices.operations.draft_inputs import MAX_ITEMS, InvoiceInput, ItemInput
from tenant_apps.invoices.operations.drafts import create_invoice
from tenant_apps.workspace.queries import profile


class NoTimeChosen(Refused):
    code = "required"
    message = _("Choose the time to be billed.")
    field = "entry_ids"


class TooMuchTime(Refused):
    code = "too_many"
    message = _("At most 500 entries go onto one invoice.")
    field = "entry_ids"


class TimeOfSeveralClients(Refused):
    code = "several_clients"
    message = _("One invoice bills the time of one client, in one currency.")
    field = "entry_ids"


@operation(permission=Permission.INVOICES_EDIT)
def invoice_time(
    *, entry_ids: Collection[UUID], by: Actor, at: datetime, grouping: str = rules.BY_ENTRY
) -> Invoice:
    """Draft an invoice of logged time: a line for each entry, or (`rate`) for each rate per hour.

    The entries are billed from then on; a draft that is deleted and an invoice that is annulled free them.
    Raises `NoTimeChosen`, `TooMuchTime`, `TimeOfSeveralClients`, and the crm's `TimeBilled` and
    `TimeNotBillable`. An entry that is missing or not visible raises its `DoesNotExist`.
    """
    if grouping not in rules.GROUPINGS:
        raise Refused("unknown", _("Choose one from the list."), field="grouping")
    if not entry_ids:
        raise NoTimeChosen()
    if len(set(entry_ids)) > MAX_ITEMS:
        raise TooMuchTime()
    entries = lock_time_entries(entry_ids, by)
    if len({(one.company_id or one.deal_id, one.currency) for one in entries}) > 1:
        raise TimeOfSeveralClients()
    invoice = create_invoice(draft=_draft(entries, grouping), by=by, at=at)
    put_time_on(invoice, [entry.pk for entry in entries], by, at)
    return invoice


def _draft(entries: Collection[TimeEntry], grouping: str) -> InvoiceInput:
    first, organization = next(iter(entries)), profile()
    rate = rules.usual_rate(organization.is_vat_registered)
    worked = [rules.Worked(one.description, one.worked_on, one.minutes, one.hourly_rate) for one in entries]
    deals = {one.deal_id for one in entries}
    person = None if first.company_id or not first.deal_id else people_of_deal(first.deal_id).first()
    with override(rules.leading_language(organization.default_language)):
        items = tuple(_item(line, rate) for line in rules.time_lines(worked, grouping))
    return InvoiceInput(
        currency=first.currency,
        items=items,
        company_id=first.company_id,
        contact_id=person.contact_id if person else None,
        deal_id=deals.pop() if len(deals) == 1 else None,
    )


def _item(line: rules.TimeLine, vat_rate: Decimal | None) -> ItemInput:
    """A line, in the language of the document."""
    since, until = format_day(line.first), format_day(line.last)
    if line.description:
        text = f"{line.description} ({since})"
    elif line.first == line.last:
        text = gettext("Work by the hour, %(day)s") % {"day": since}
    else:
        text = gettext("Work by the hour, %(since)s – %(until)s") % {"since": since, "until": until}
    return ItemInput(
        description=text[:500],
        quantity=line.hours,
        unit=gettext("hour"),
        unit_price=line.hourly_rate,
        vat_rate=vat_rate,
    )
