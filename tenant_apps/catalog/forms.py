from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import CharField
from django.utils.translation import gettext_lazy as _

from shared_apps.core.currencies import CURRENCIES
from shared_apps.core.custom_forms import WithCustomFields
from tenant_apps.catalog.models import Product
from tenant_apps.catalog.operations import ProductChange
from tenant_apps.workspace.queries import custom_values

USUAL_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "RON", "TRY")
STANDARD_VAT_RATE = 20


def shortest(value: Decimal | None) -> Decimal | None:
    """The same number without needless zeros: 12.5000 → 12.5, 20.00 → 20."""
    if value is None:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


def currency_choices() -> list[tuple[str, str]]:
    """The usual ones first."""
    rest = sorted(CURRENCIES.difference(USUAL_CURRENCIES))
    return [(code, code) for code in (*USUAL_CURRENCIES, *rest)]


def _text(name: str, **options: Any) -> forms.CharField:
    column = cast(CharField, Product._meta.get_field(name))
    return forms.CharField(label=column.verbose_name, max_length=column.max_length, required=False, **options)


class NumberField(forms.DecimalField):
    """A decimal as the reader writes it, spaces between the thousands allowed."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(localize=True, widget=widget, **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python("".join(value.split()) if isinstance(value, str) else value)


class ProductForm(WithCustomFields):
    """A product; an empty VAT rate means no VAT."""

    entity = "product"

    name = _text("name")
    code = _text("code")
    unit = _text("unit", help_text=_("What is counted: piece, hour, kilogram."))
    unit_price = NumberField(label=_("unit price"), help_text=_("Before VAT."))
    currency = forms.ChoiceField(label=_("currency"), choices=currency_choices)
    vat_rate = NumberField(
        label=_("VAT rate"), required=False, help_text=_("Leave empty when there is no VAT.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True

    @classmethod
    def of(cls, product: Product) -> "ProductForm":
        """The form as the product stands now, without needless zeros."""
        values = {name: getattr(product, name) for name in cls.base_fields}
        numbers = {name: shortest(values[name]) for name in ("unit_price", "vat_rate")}
        return cls(initial=values | numbers | {"custom": custom_values("product", product.pk)})

    def change(self) -> ProductChange:
        return ProductChange(**self.cleaned_data)
