"""The warnings of `rules.warnings_for`, in words for humans."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WARNING_TEXTS: Mapping[str, str | Promise] = {
    "seller_name_missing": _("Your organization's legal name is not filled in."),
    "seller_address_missing": _("Your organization's address is not filled in."),
    "seller_eik_missing": _("Your organization's EIK is not filled in."),
    "seller_eik_invalid": _("Your organization's EIK has a wrong digit."),
    "seller_iban_missing": _("Your IBAN is not filled in, so the invoice does not say where to pay."),
    "seller_iban_invalid": _("Your IBAN has a wrong character, so the payment QR code is left out."),
    "seller_vat_number_missing": _(
        "Your organization is VAT-registered, but its VAT number is not filled in."
    ),
    "seller_vat_number_unexpected": _(
        "Your organization has a VAT number, but is not marked as VAT-registered."
    ),
    "seller_vat_number_invalid": _("Your organization's VAT number has a wrong character."),
    "buyer_name_missing": _("The client has no name."),
    "buyer_address_missing": _("The client's address is not filled in."),
    "buyer_eik_missing": _(
        "The client's EIK is not filled in. A Bulgarian trader must have one on the invoice."
    ),
    "buyer_eik_invalid": _("The client's EIK has a wrong digit."),
    "buyer_vat_number_invalid": _("The client's VAT number is not a valid VAT number of an EU country."),
    "vat_without_registration": _("The lines bear VAT, but your organization is not VAT-registered."),
    "vat_rate_unusual": _("A VAT rate is not among the Bulgarian ones: 20, 9 or 0 percent, or no VAT."),
    "vat_basis_missing": _(
        "Lines at a zero rate or without VAT need their legal basis. Write it in the notes."
    ),
    "currency_not_euro": _("Bulgarian tax documents are in euro since 1 January 2026."),
    "issued_late": _("The tax event is more than five days before the date of issue."),
    "due_before_issue": _("The due date is before the date of issue."),
}
