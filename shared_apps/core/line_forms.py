"""Lines as they are typed: goods or services with quantity, price, discount and VAT; `lines.js` adds keys."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from shared_apps.core.form_fields import VAT_RATES, NumberField, RateField, named


class LineForm(forms.Form):
    """One line. A line with neither a description nor a price is empty and counts for nothing."""

    product_id = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs=named("product_id")))
    description = forms.CharField(
        max_length=500,
        error_messages={"required": _("Say what it is.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "role": "combobox",
                "aria-expanded": "false",
                "aria-autocomplete": "list",
                **named("description"),
            }
        ),
    )
    quantity = NumberField(
        name="quantity", max_digits=12, decimal_places=3, error_messages={"required": _("How many?")}
    )
    unit = forms.CharField(
        max_length=30, required=False, widget=forms.TextInput(attrs={"autocomplete": "off", **named("unit")})
    )
    unit_price = NumberField(
        name="unit_price",
        least_places=2,
        max_digits=14,
        decimal_places=4,
        error_messages={"required": _("What does it cost?")},
    )
    discount_percent = NumberField(
        name="discount_percent",
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        error_messages=dict.fromkeys(("min_value", "max_value"), _("From 0 to 100.")),
    )
    vat_rate = RateField(name="vat_rate")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._keep_unusual_rate()

    @property
    def hidden(self) -> SafeString:
        """What of the line nobody types."""
        return format_html_join("", "{}", ((field,) for field in self.hidden_fields()))

    def has_changed(self) -> bool:
        return any(str(self[name].value() or "").strip() for name in ("description", "unit_price"))

    def values(self) -> dict[str, Any]:
        """The line for an operation; call it on a valid line that is not empty."""
        discount = self.cleaned_data["discount_percent"] or Decimal("0.00")
        return {**self.cleaned_data, "discount_percent": discount}

    def _keep_unusual_rate(self) -> None:
        rate = self["vat_rate"].value() or ""
        listed = [str(value) for value, _label in VAT_RATES]
        if rate not in listed:
            choices = [*VAT_RATES[:-1], (rate, f"{rate} %"), VAT_RATES[-1]]
            self.fields["vat_rate"].widget.choices = choices


class LineForms(forms.BaseFormSet):
    """The lines of a document: what it has, or what was typed, and some empty ones."""

    form = LineForm
    min_num, max_num, absolute_max, extra = 0, 500, 600, 0
    can_order = can_delete = can_delete_extra = False
    validate_min = False
    validate_max = True
    renderer = None
    edit_only = False
    EMPTY_LINES = 3
    can_be_optional = False

    def __init__(
        self, data: Any = None, *, initial: list[dict[str, Any]] | None = None, vat_rate: Decimal | None
    ) -> None:
        self.blank_rate = vat_rate
        lines = [*(initial or []), *[self.blank()] * self.EMPTY_LINES]
        super().__init__(data, prefix="lines", initial=lines)

    def blank(self) -> dict[str, Any]:
        """How an empty line starts."""
        return {"quantity": Decimal(1), "vat_rate": self.blank_rate}

    def initial_form_count(self) -> int:
        return 0

    def total_form_count(self) -> int:
        return super().total_form_count() if self.is_bound else len(self.initial or [])

    @property
    def empty_form(self) -> LineForm:
        return self.form(
            prefix=self.add_prefix("__prefix__"),
            empty_permitted=True,
            use_required_attribute=False,
            initial=self.blank(),
            **self.get_form_kwargs(None),
        )

    @property
    def filled(self) -> list[LineForm]:
        """The lines that say something."""
        return [line for line in self.forms if line.has_changed()]
