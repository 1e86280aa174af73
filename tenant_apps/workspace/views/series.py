"""The series that number documents: where each stands, one more of tax documents."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import Refused
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page
from shared_apps.core.permissions import Permission
from tenant_apps.workspace import operations, queries
from tenant_apps.workspace.forms import NumbersForm, SeriesForm
from tenant_apps.workspace.models import NumberSeries


@page(Permission.ORGANIZATION_EDIT)
def series_list(request: ActorRequest) -> HttpResponse:
    return _series_page(request, SeriesForm())


@series_list.act
def add_series(request: ActorRequest) -> HttpResponse:
    form = SeriesForm(request.POST)
    if form.is_valid():
        try:
            operations.add_series(**form.cleaned_data, by=request.actor, at=clock.now())
            return done(request, to="series_list", message=_("The number series was opened."))
        except Refused as refusal:
            add_refusal(form, refusal)
    return _series_page(request, form)


@act(Permission.ORGANIZATION_EDIT)
def change_series_start(request: ActorRequest, series_id: UUID) -> HttpResponse:
    code, form = queries.series_by_id(series_id).code, NumbersForm(request.POST)
    if form.is_valid():
        try:
            operations.change_series_start(
                code=code, next_number=form.cleaned_data["next_number"], by=request.actor, at=clock.now()
            )
            return done(request, to="series_list", message=_("The first number was saved."))
        except Refused as refusal:
            add_refusal(form, refusal)
    return _series_page(request, SeriesForm(), wrong=(code, form))


def _series_page(
    request: ActorRequest, form: SeriesForm, wrong: tuple[str, NumbersForm] | None = None
) -> HttpResponse:
    """Every series with its form while it has not begun; the one that came back stands as it was typed."""
    rows = []
    for one in queries.every_series():
        came_back = wrong is not None and wrong[0] == one.code
        blank = None if one.is_started else _start_form(one)
        rows.append(
            {
                "series": one,
                "next": one.written(one.next_number),
                "form": wrong[1] if wrong and came_back else blank,
            }
        )
    answer = form_page(request, "workspace/series_list.html", form, {"rows": rows})
    answer.status_code = 422 if wrong else answer.status_code
    return answer


def _start_form(series: NumberSeries) -> NumbersForm:
    return NumbersForm(initial={"next_number": series.next_number}, auto_id=f"id_{series.code}_%s")
