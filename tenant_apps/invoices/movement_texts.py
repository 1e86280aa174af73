"""What a line of a client's statement is, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenant_apps.invoices.models import DocumentKind
from tenant_apps.invoices.queries.statements import PAYMENT, REFUND, WRITE_OFF

_WORDS: Mapping[str, str | Promise] = {
    PAYMENT: _("Payment"),
    REFUND: _("Refund"),
    WRITE_OFF: _("Written off"),
}


def movement_words(what: str) -> str:
    """The name of a movement: of money, or of the kind of document."""
    return str(_WORDS[what] if what in _WORDS else DocumentKind(what).label)
