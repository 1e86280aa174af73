from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenant_apps.integrations.operations import NAME_LENGTH
from tenant_apps.integrations.rules import EVERYTHING, areas, known_scopes

AREA_NAMES: dict[str, Promise] = {
    "companies": _("Companies"),
    "contacts": _("Contacts"),
    "deals": _("Deals"),
    "pipelines": _("Pipelines"),
    "tasks": _("Tasks"),
    "notes": _("Notes"),
    "products": _("Products"),
    "invoices": _("Invoices"),
    "offers": _("Offers"),
    "payments": _("Payments"),
    "cards": _("Card payments"),
    "bank": _("Bank"),
    "links": _("Client links"),
    "time": _("Time"),
    "dashboard": _("Dashboard"),
    "organization": _("Organization"),
    "team": _("Team"),
    "tokens": _("API tokens"),
    "audit": _("Audit"),
    "records": _("Everybody's records"),
    "reports": _("Reports"),
    "books": _("Books"),
    "lists": _("Lists"),
    "views": _("Saved views"),
    "fields": _("Fields"),
    "tags": _("Tags"),
    "imports": _("Imports"),
}
FOREVER = "never"
LIFETIMES = {"30": _("30 days"), "90": _("90 days"), "365": _("One year"), FOREVER: _("Until it is revoked")}


@dataclass(frozen=True)
class ScopeRow:
    """One line of the table of scopes: an area and its two boxes; empty where there is no such scope."""

    label: Promise
    read: str
    write: str


class ApiTokenForm(forms.Form):
    name = forms.CharField(
        label=_("name"),
        max_length=NAME_LENGTH,
        help_text=_("Which program will use it, for example: Online shop."),
        widget=forms.TextInput({"autocomplete": "off", "data-autofocus": ""}),
    )
    reach = forms.ChoiceField(
        label=_("The token may"),
        initial="all",
        widget=forms.RadioSelect,
        choices=[("all", _("Do everything that I may do")), ("some", _("Do only what is ticked below"))],
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), required=False, choices=[(one, one) for one in known_scopes()]
    )
    lifetime = forms.ChoiceField(label=_("It works for"), choices=LIFETIMES.items(), initial="365")

    def chosen_scopes(self) -> tuple[str, ...]:
        return (EVERYTHING,) if self.cleaned_data["reach"] == "all" else tuple(self.cleaned_data["scopes"])

    def expires_at(self, at: datetime) -> datetime | None:
        days = self.cleaned_data["lifetime"]
        return None if days == FOREVER else at + timedelta(days=int(days))

    def scope_rows(self) -> Iterator[ScopeRow]:
        """The table of scopes."""
        known = set(known_scopes())
        for area in areas():
            scopes = (f"{area}:read", f"{area}:write")
            yield ScopeRow(AREA_NAMES[area], *(scope if scope in known else "" for scope in scopes))

    def ticked(self) -> list[str]:
        return self["scopes"].value() or []
