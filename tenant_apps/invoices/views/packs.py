"""The accountant's month packs: asked for, watched, taken along."""

from datetime import date
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import add_refusal, done, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.files.queries import read_bytes
from tenant_apps.invoices import operations, queries
from tenant_apps.invoices.rules.books import month_before, read_month
from tenant_apps.invoices.views import Request, today
from tenant_apps.invoices.views.books import month_name, months_offered

SHOWN = 50


class MonthForm(forms.Form):
    """Which month is packed."""

    month = forms.ChoiceField()

    def __init__(self, *args: object, on: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["month"].label = _("Month")
        self.fields["month"].choices = months_offered(on)  # type: ignore[attr-defined]


@page(Permission.BOOKS_VIEW, to_act=Permission.BOOKS_HAND_OVER)
def month_pack_list(request: Request) -> HttpResponse:
    """The packs that were made, and the form for another."""
    on = today(request)
    form = MonthForm(on=on, initial={"month": f"{month_before(on):%Y-%m}"})
    return _list_page(request, form)


@month_pack_list.act
def start_month_pack(request: Request) -> HttpResponse:
    form = MonthForm(request.POST, on=today(request))
    month = read_month(form.cleaned_data["month"]) if form.is_valid() else None
    try:
        if month:
            pack = operations.start_month_pack(month=month, by=request.actor, at=clock.now())
            return done(request, to=pack, event="invoices.month_pack_asked")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _list_page(request, form)


@page(Permission.BOOKS_VIEW)
def month_pack_detail(request: Request, pack_id: UUID) -> HttpResponse:
    """How far a pack is; when it is made, what is in it and the way to it."""
    pack = queries.month_pack(pack_id)
    context = {"pack": pack, "month_name": month_name(pack.month)}
    return partial(request, "invoices/books/month_pack_detail.html", "progress", context)


@page(Permission.BOOKS_VIEW)
def month_pack_file(request: Request, pack_id: UUID) -> HttpResponse:
    """The zip; where it is not made yet, the page that tells how far it is."""
    request.actor.require(Permission.RECORDS_VIEW_ALL)
    pack = queries.month_pack(pack_id)
    if pack.file is None:
        return HttpResponseRedirect(reverse("month_pack_detail", args=[pack.pk]))
    response = HttpResponse(read_bytes(pack.file), content_type=pack.file.content_type)
    response["Content-Disposition"] = content_disposition_header(True, pack.file.name) or "attachment"
    return response


def _list_page(request: Request, form: MonthForm) -> HttpResponse:
    packs = [(pack, month_name(pack.month)) for pack in queries.month_packs()[:SHOWN]]
    context, status = {"form": form, "packs": packs}, 422 if form.errors else 200
    return partial(request, "invoices/books/month_pack_list.html", "list", context, status=status)
