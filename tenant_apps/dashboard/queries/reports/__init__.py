"""The reports: each answers tables of figures, from SQL, of what the actor sees."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text
from tenant_apps.dashboard.queries.reports.activity import activity
from tenant_apps.dashboard.queries.reports.conversion import conversion
from tenant_apps.dashboard.queries.reports.selling import pipeline_by_stage, sales_by_person, won_and_lost
from tenant_apps.dashboard.queries.reports.tables import Asked as Asked
from tenant_apps.dashboard.queries.reports.tables import Column as Column
from tenant_apps.dashboard.queries.reports.tables import Row as Row
from tenant_apps.dashboard.queries.reports.tables import Table as Table


@dataclass(frozen=True)
class Report:
    """A report: its words, how it is made, and by what it can be narrowed."""

    label: Text
    icon: str
    build: Callable[[Asked], list[Table]]
    filters: tuple[str, ...]
    needs_pipeline: bool = False


REPORTS: Mapping[str, Report] = {
    "pipeline": Report(_("Pipeline"), "layout-kanban", pipeline_by_stage, ("pipeline", "person", "currency")),
    "conversion": Report(
        _("Conversion"), "filter", conversion, ("period", "pipeline", "person"), needs_pipeline=True
    ),
    "won-lost": Report(
        _("Won and lost"), "trophy", won_and_lost, ("period", "pipeline", "person", "currency")
    ),
    "sales": Report(_("Sales"), "cash", sales_by_person, ("period", "pipeline", "person", "currency")),
    "activity": Report(_("Activity"), "history", activity, ("period", "person")),
}


def report_of(name: str) -> Report:
    """The report of this name; `ObjectDoesNotExist` for a name that none bears."""
    if name not in REPORTS:
        raise ObjectDoesNotExist(name)
    return REPORTS[name]
