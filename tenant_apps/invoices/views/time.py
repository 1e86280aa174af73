from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import add_refusal, done, form_page, page
from shared_apps.core.ids import id_in, ids_in
from shared_apps.core.permissions import Permission
from tenant_apps.crm.queries import unbilled_time, visible_company, visible_deal
from tenant_apps.invoices import operations
from tenant_apps.invoices.forms.time import InvoiceTimeForm
from tenant_apps.invoices.operations.draft_inputs import MAX_ITEMS
from tenant_apps.invoices.views import Request

FOUND = {"company": visible_company, "deal": visible_deal}


@page(Permission.INVOICES_EDIT)
def invoice_time(request: Request) -> HttpResponse:
    """The unbilled time of `?company_id=` or `?deal_id=`, to be chosen from."""
    return _time_page(request, InvoiceTimeForm(), None)


@invoice_time.act
def invoice_chosen_time(request: Request) -> HttpResponse:
    form, chosen = InvoiceTimeForm(request.POST), ids_in(request.POST.getlist("entry_ids"))
    try:
        if form.is_valid():
            grouping = form.cleaned_data["grouping"]
            invoice = operations.invoice_time(
                entry_ids=chosen, grouping=grouping, by=request.actor, at=clock.now()
            )
            message = _("This is a draft with the time that you chose.")
            return done(request, to=invoice, message=message, event="invoices.invoice_created")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _time_page(request, form, set(chosen))


def _time_page(request: Request, form: InvoiceTimeForm, chosen: set[UUID] | None) -> HttpResponse:
    """The entries with what they come to; all of the first currency are chosen until somebody chooses."""
    name, record = _record(request)
    request.actor.require(Permission.TIME_VIEW)
    found = list(unbilled_time(request.actor, **{f"{name}_id": record.pk})[: MAX_ITEMS + 1])
    currency = found[0].currency if found else ""
    context = {
        "record": record,
        "entries": found[:MAX_ITEMS],
        "has_more": len(found) > MAX_ITEMS,
        "chosen": {one.pk for one in found if one.currency == currency} if chosen is None else chosen,
    }
    return form_page(request, "invoices/invoice_time.html", form, context)


def _record(request: Request) -> tuple[str, Any]:
    """Whose time it is; an address that names nobody is no page."""
    for name, find in FOUND.items():
        if wanted := id_in(request.GET.get(f"{name}_id", "")):
            return name, find(wanted, request.actor)
    raise Http404
