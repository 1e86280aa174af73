"""The forms of a record page: what one writes down, ways to reach somebody, one field at a time."""

from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shared_apps.core import clock
from shared_apps.core.countries import country_choices
from shared_apps.core.form_fields import DayField, TimeField
from tenant_apps.crm.models import ContactDetail, Conversation
from tenant_apps.crm.operations import ConversationChange, Detail, Place
from tenant_apps.workspace.queries import active_members


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("note"),
        widget=forms.Textarea(
            attrs={"rows": 3, "data-mentions": "", "placeholder": _("Write a note. @ names a colleague.")}
        ),
    )


class ConversationForm(forms.Form):
    """A conversation that took place; without a day and time, just now."""

    kind = forms.ChoiceField(label=_("kind"), choices=Conversation.Kind.choices)
    subject = forms.CharField(label=_("about what"), max_length=200)
    took_place_on = DayField(label=_("day"), required=False)
    took_place_time = TimeField(label=_("time"), required=False)
    minutes = forms.IntegerField(label=_("minutes"), required=False, min_value=1, max_value=1440)
    text = forms.CharField(label=_("summary"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    @classmethod
    def of(cls, row: Conversation) -> "ConversationForm":
        """The form as the conversation stands now."""
        local = timezone.localtime(row.took_place_at)
        names = ("kind", "subject", "minutes", "text")
        values = {name: getattr(row, name) for name in names}
        return cls(initial=values | {"took_place_on": local.date(), "took_place_time": local.time()})

    def change(self) -> ConversationChange:
        given = self.cleaned_data
        return ConversationChange(
            kind=given["kind"],
            subject=given["subject"],
            text=given["text"],
            minutes=given["minutes"],
            took_place_at=self._moment(),
        )

    def _moment(self) -> Any:
        day, hour = self.cleaned_data["took_place_on"], self.cleaned_data["took_place_time"]
        if day is None and hour is None:
            return None
        now = timezone.localtime(clock.now())
        whole = now.replace(second=0, microsecond=0)
        whole = whole.replace(hour=hour.hour, minute=hour.minute) if hour else whole
        return whole.replace(year=day.year, month=day.month, day=day.day) if day else whole


class AttachmentForm(forms.Form):
    file = forms.FileField(label=_("file"), allow_empty_file=True)


class OwnerForm(forms.Form):
    owner_id = forms.UUIDField(label=_("owner"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(one.user_id), str(one)) for one in active_members()]
        self.fields["owner_id"].widget = forms.Select(choices=[("", _("Nobody")), *people])


class DetailForm(forms.Form):
    """One further e-mail, phone or link; an empty value takes it away."""

    kind = forms.ChoiceField(label=_("kind"), choices=ContactDetail.Kind.choices)
    value = forms.CharField(label=_("value"), max_length=254, required=False)
    label = forms.CharField(label=_("label"), max_length=60, required=False)


class PlaceForm(forms.Form):
    """One further address; without street and city it is taken away."""

    label = forms.CharField(label=_("label"), max_length=60, required=False)
    address = forms.CharField(label=_("address"), max_length=250, required=False)
    city = forms.CharField(label=_("city"), max_length=100, required=False)
    postal_code = forms.CharField(label=_("postal code"), max_length=20, required=False)
    country = forms.ChoiceField(label=_("country"), choices=country_choices, initial="BG")


DETAILS = formset_factory(DetailForm, extra=2, max_num=30)
PLACES = formset_factory(PlaceForm, extra=1, max_num=30)


def details_in(forms_of: Any) -> tuple[Detail, ...]:
    """The details that were filled in."""
    given = [one.cleaned_data for one in forms_of if one.cleaned_data.get("value")]
    return tuple(Detail(one["kind"], one["value"], one["label"]) for one in given)


def places_in(forms_of: Any) -> tuple[Place, ...]:
    """The addresses that were filled in."""
    given = [one.cleaned_data for one in forms_of]
    return tuple(Place(**one) for one in given if one.get("address") or one.get("city"))
