from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core import slots
from shared_apps.core.countries import country_choices
from shared_apps.core.currencies import ACTIVE_CURRENCIES
from shared_apps.core.errors import FieldError, refuse_all
from shared_apps.core.form_fields import NumberField
from shared_apps.core.listing import Edit, Kind, Offer, Reading
from shared_apps.core.listing.kinds import TRUTHS, Unreadable, number_of
from tenant_apps.workspace.models import CustomField, FieldKind, OrganizationProfile
from tenant_apps.workspace.operations import FieldChange, Option, ProfileChange, plain
from tenant_apps.workspace.queries import typed_default

NO_SUCH_FIELD = _("There is no such field here.")
COMMON_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "RON")
COLOR_NAMES = [
    ("grey", _("Grey")),
    ("red", _("Red")),
    ("orange", _("Orange")),
    ("yellow", _("Yellow")),
    ("green", _("Green")),
    ("teal", _("Teal")),
    ("blue", _("Blue")),
    ("purple", _("Purple")),
    ("pink", _("Pink")),
]
SPARE_OPTIONS = 3
NOT_DAYS = _("Enter a whole number of days from 0 to 365.")
NOT_A_SERIES_NUMBER = _("Enter a whole number from 1 to 9 999 999 999.")


def _text(name: str, **options: Any) -> forms.CharField:
    """A text field with the label and the length of a column; the operation judges what is typed."""
    column: Any = OrganizationProfile._meta.get_field(name)
    options = {"required": False, "max_length": getattr(column, "max_length", None), **options}
    return forms.CharField(label=column.verbose_name, **options)


def _currency_choices() -> list[tuple[str, str]]:
    rest = sorted(ACTIVE_CURRENCIES - set(COMMON_CURRENCIES))
    return [(code, code) for code in (*COMMON_CURRENCIES, *rest)]


def _time_zone_choices() -> list[tuple[str, str]]:
    cities = (
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "posix", "right"))
    )
    return [(name, name.replace("_", " ")) for name in sorted(cities)]


class OrganizationForm(forms.Form):
    """Everything that documents say of the organization, and what new ones begin with."""

    legal_name = _text("legal_name", required=True)
    eik = _text("eik", widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}))
    is_vat_registered = forms.BooleanField(label=_("The organization is registered for VAT"), required=False)
    vat_number = _text("vat_number", help_text=_("For example: BG175074752"))
    responsible_person = _text("responsible_person", help_text=_("The person whose name stands on invoices."))
    country = forms.ChoiceField(label=_("country"), choices=country_choices)
    city = _text("city")
    postal_code = _text("postal_code")
    address = _text("address")
    email = _text("email", widget=forms.EmailInput())
    phone = _text("phone", widget=forms.TextInput({"type": "tel"}))
    iban = _text(
        "iban",
        max_length=50,
        help_text=_("Invoices then carry a QR code that fills in the bank transfer."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    bic = _text("bic", widget=forms.TextInput({"autocomplete": "off"}))
    default_currency = forms.ChoiceField(label=_("default currency"), choices=_currency_choices)
    default_language = forms.ChoiceField(label=_("default language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("time zone"), choices=_time_zone_choices)
    payment_term_days = forms.IntegerField(
        label=_("payment term"),
        min_value=0,
        max_value=365,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), NOT_DAYS),
        help_text=_("Days from the issue of an invoice to its due date."),
    )
    write_off_limit = NumberField(
        label=_("written off at most"),
        least_places=2,
        max_digits=10,
        decimal_places=2,
        help_text=_("How much of an invoice a bank's fee or a small difference may forgive."),
    )
    accent_color = _text(
        "accent_color",
        help_text=_("For headings and rules on invoices, such as #1d4ed8. Words are darkened to be read."),
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "#111827"}),
    )

    @classmethod
    def of(cls, profile: OrganizationProfile) -> "OrganizationForm":
        """The form as the organization stands now."""
        return cls(initial={name: getattr(profile, name) for name in ProfileChange.__dataclass_fields__})

    def change(self) -> ProfileChange:
        return ProfileChange(**self.cleaned_data)


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG or JPEG, at most 1 MB."),
        widget=forms.FileInput({"accept": "image/png,image/jpeg"}),
    )


class NumbersForm(forms.Form):
    next_number = forms.IntegerField(
        label=_("The first document gets number"),
        min_value=1,
        max_value=9_999_999_999,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), NOT_A_SERIES_NUMBER),
        help_text=_(
            "Continue where your last program stopped. After the first issued document this stays as it is."
        ),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


class SeriesForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=80)
    first_number = forms.IntegerField(
        label=_("first number"),
        min_value=1,
        max_value=9_999_999_999,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), NOT_A_SERIES_NUMBER),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


class KindNumberField(forms.CharField):
    """A number as people write it; None for none."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return number_of(text) if text else None
        except Unreadable as error:
            raise forms.ValidationError(error.args[0]) from error


class IdField(forms.CharField):
    """The id of a record or a person, chosen in a select; None for none."""

    def to_python(self, value: Any) -> Any:
        try:
            return UUID(value) if value else None
        except ValueError as error:
            raise forms.ValidationError(_("Choose from the list.")) from error


def cell_form(
    edit: Edit,
    reading: Reading,
    value: Any,
    words: str,
    data: Mapping[str, Any] | None = None,
    prefix: str | None = None,
) -> forms.Form:
    """A form of one `value`, as the edit of a list wants it. `words`: those of a record chosen already."""
    form = forms.Form(data, prefix=prefix)
    initial = {True: "yes", False: "no"}.get(value, value) if edit.kind is Kind.YES_NO else value
    form.fields["value"] = _field_of(edit, reading, value, words)
    form.initial["value"] = initial
    return form


def _field_of(edit: Edit, reading: Reading, value: Any, words: str) -> forms.Field:
    common: dict[str, Any] = {"label": edit.label, "required": edit.is_required}
    nobody = [] if edit.is_required else [("", "—")]
    if edit.kind in (Kind.NUMBER, Kind.MONEY):
        return KindNumberField(widget=forms.TextInput({"inputmode": "decimal"}), **common)
    if edit.kind is Kind.DATE:
        return forms.DateField(widget=forms.DateInput, input_formats=["%d.%m.%Y", "%Y-%m-%d"], **common)
    if edit.kind is Kind.CHOICE and edit.choices and edit.is_several:
        ticks = forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(choices=edit.choices(reading), widget=ticks, **common)
    if edit.kind is Kind.CHOICE and edit.choices:
        return forms.ChoiceField(choices=[*nobody, *edit.choices(reading)], **common)
    if edit.kind is Kind.YES_NO:
        return forms.TypedChoiceField(
            choices=list(TRUTHS.items()), coerce=lambda text: text == "yes", **common
        )
    if edit.kind is Kind.PERSON:
        people = [one for found in slots.fill("listing.people", reading=reading) for one in found]
        return IdField(widget=forms.Select(choices=[*nobody, *people]), **common)
    if edit.kind is Kind.RECORD:
        chosen = [("", "—"), (str(value), words)] if value else [("", "—")]
        url = reverse_lazy(edit.options_url)
        return IdField(widget=forms.Select({"data-select-url": url}, choices=chosen), **common)
    return forms.CharField(**common)


def plain_values(offer: Offer, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values for many records as a program gives them, judged as the cells of the list judge them.

    Every wrong one is refused under `values.<name>`.
    """
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, raw in given.items():
        edit = offer.edits.get(name)
        if edit is None or not edit.in_bulk:
            errors.append(FieldError(f"values.{name[:80]}", "unknown_field", NO_SUCH_FIELD))
            continue
        form = cell_form(edit, offer.reading, None, "", _sent(edit, raw))
        if form.is_valid():
            values[name] = plain(form.cleaned_data["value"])
        else:
            errors.append(FieldError(f"values.{name}", "invalid", str(form.errors["value"][0])))
    refuse_all(errors)
    return values


def _sent(edit: Edit, raw: Any) -> dict[str, Any]:
    """What a page would send for a JSON value; None empties."""
    if isinstance(raw, bool) and edit.kind is Kind.YES_NO:
        return {"value": "yes" if raw else "no"}
    if edit.is_several:
        return {"value": [str(one) for one in raw] if isinstance(raw, list) else []}
    return {"value": "" if raw is None else str(raw)}


class TagForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    color = forms.ChoiceField(label=_("Colour"), choices=COLOR_NAMES)


class ViewForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    is_shared = forms.BooleanField(label=_("For the whole team"), required=False)
    is_pinned = forms.BooleanField(label=_("Among the first"), required=False)
    is_default = forms.BooleanField(label=_("Shown when the list is opened"), required=False)


class FieldForm(forms.Form):
    """A custom field: what it is called, how it stands on forms, what can be chosen."""

    kind = forms.ChoiceField(
        label=_("kind"), choices=FieldKind.choices, widget=forms.Select({"data-field-kind": ""})
    )
    label_bg = forms.CharField(label=_("name in Bulgarian"), max_length=80, required=False)
    label_en = forms.CharField(label=_("name in English"), max_length=80, required=False)
    group = forms.CharField(
        label=_("group"),
        max_length=80,
        required=False,
        help_text=_("Fields of one group stand together under its name."),
        widget=forms.TextInput({"list": "field-groups", "autocomplete": "off"}),
    )
    help_text = forms.CharField(
        label=_("help"), max_length=200, required=False, help_text=_("Stands below the field on forms.")
    )
    default = forms.CharField(
        label=_("default"),
        max_length=500,
        required=False,
        help_text=_("What a new record begins with, as you would type it."),
    )
    is_required = forms.BooleanField(
        label=_("Must be filled in"),
        required=False,
        help_text=_("Asked of new records, and of others when somebody edits them."),
    )
    options = forms.CharField(label=_("what can be chosen"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, field: CustomField | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field = field
        if field is not None:
            del self.fields["kind"]

    @classmethod
    def of(cls, field: CustomField) -> "FieldForm":
        """The form as the field stands now."""
        names = ("label_bg", "label_en", "group", "help_text", "is_required")
        values = {name: getattr(field, name) for name in names}
        return cls(initial=values | {"default": typed_default(field)}, field=field)

    @property
    def rows(self) -> list[Option]:
        """The options as they were sent, else as they are kept, and some empty ones to fill in."""
        kept = [Option(one["bg"], one["en"], one["code"], one["archived"]) for one in self._kept()]
        rows = self._sent() if self.is_bound else kept
        return [*rows, *[Option()] * SPARE_OPTIONS]

    @property
    def is_list(self) -> bool:
        """Whether something is chosen from a list; a new field may become one."""
        return self.field is None or self.field.kind in (FieldKind.CHOICE, FieldKind.CHOICES)

    def change(self) -> FieldChange:
        named = {name: value for name, value in self.cleaned_data.items() if name not in ("kind", "options")}
        return FieldChange(**named, options=tuple(self._sent()) if self.is_list else None)

    def _kept(self) -> list[dict[str, Any]]:
        return self.field.options if self.field else []

    def _sent(self) -> list[Option]:
        """The rows of the list in the order in which they stand on the page, without the empty ones."""
        columns = [self.data.getlist(f"option_{name}") for name in ("bg", "en", "code")]  # type: ignore[attr-defined]
        archived = set(self.data.getlist("option_archived"))  # type: ignore[attr-defined]
        rows = [Option(bg, en, code, code in archived) for bg, en, code in zip(*columns, strict=False)]
        return [one for one in rows if one.bg.strip() or one.en.strip() or one.code]
