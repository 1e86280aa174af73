"""How targets, match fields and readings are called on the pages."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.errors import Text

ENTITIES: dict[str, Text] = {
    "company": _("Company"),
    "contact": _("Contact"),
    "deal": _("Deal"),
    "product": _("Product"),
    "note": _("Note"),
}
FIELDS: dict[str, Text] = {
    "name": _("Name"),
    "full_name": _("Full name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "job_title": pgettext_lazy("of a contact", "job title"),
    "eik": _("EIK"),
    "vat_number": _("VAT number"),
    "country": _("Country"),
    "city": _("City"),
    "address": _("Address"),
    "postal_code": _("Postal code"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "website": _("Website"),
    "industry": _("Industry"),
    "size": _("Number of people"),
    "parent": _("Parent company"),
    "more_emails": _("Further e-mails"),
    "more_phones": _("Further phones"),
    "links": _("Links"),
    "owner": _("Owner"),
    "tags": _("Tags"),
    "id": _("Id in Tefter"),
    "value": _("Value"),
    "currency": _("Currency"),
    "pipeline": _("Pipeline"),
    "stage": _("Stage"),
    "status": _("Status"),
    "lost_reason": _("Reason it was lost"),
    "opened_on": _("Opened on"),
    "expected_close_on": _("Expected close"),
    "closed_on": _("Closed on"),
    "product": _("Product"),
    "code": _("Code"),
    "unit": _("Unit"),
    "unit_price": _("Unit price"),
    "vat_rate": _("VAT rate"),
    "text": _("Text"),
}
ENCODINGS = (
    ("utf-8-sig", "UTF-8"),
    ("windows-1251", "Windows-1251"),
    ("windows-1252", "Windows-1252"),
    ("utf-16", "UTF-16"),
)
DELIMITERS = (
    (";", _("Semicolon ;")),
    (",", _("Comma ,")),
    ("\t", _("Tab")),
    ("|", _("Bar |")),
)
