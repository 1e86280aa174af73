from babel import Locale
from babel.numbers import format_currency
from django import template

from shared_apps.core.formats import locale_of
from tenant_apps.catalog.models import Product

register = template.Library()


@register.filter
def unit_price(product: Product) -> str:
    """The price as the reader writes money, with two to four decimals: `0,425 €`, `80,00 €`."""
    locale = locale_of()
    pattern = (
        Locale.parse(locale).currency_formats["standard"].pattern.split(";")[0].replace("0.00", "0.00##")
    )
    written = format_currency(
        product.unit_price, product.currency, format=pattern, locale=locale, currency_digits=False
    )
    return written.replace(" ", "\u00a0")
