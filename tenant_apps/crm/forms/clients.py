from typing import Any, cast
from uuid import UUID

from django import forms
from django.db.models import CharField
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.countries import country_choices
from shared_apps.core.custom_forms import WithCustomFields
from tenant_apps.crm.models import Company, CompanySize, Contact
from tenant_apps.crm.operations import CompanyChange, ContactChange
from tenant_apps.workspace.queries import custom_values


def _text(model: type[Company] | type[Contact], name: str, **options: Any) -> forms.CharField:
    """A text field with the label and the length of a column; the operation judges what is typed."""
    column = cast(CharField, model._meta.get_field(name))
    return forms.CharField(label=column.verbose_name, max_length=column.max_length, required=False, **options)


EIK = forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
EMAIL, PHONE = (
    forms.EmailInput({"autocomplete": "off"}),
    forms.TextInput({"type": "tel", "autocomplete": "off"}),
)


class QuickCompanyForm(WithCustomFields):
    """What an invoice needs to know of a new company."""

    entity, is_short = "company", True

    name = _text(Company, "name")
    eik = _text(Company, "eik", widget=EIK)
    vat_number = _text(Company, "vat_number")
    country = forms.ChoiceField(label=_("country"), choices=country_choices, initial="BG")
    city = _text(Company, "city")
    postal_code = _text(Company, "postal_code")
    address = _text(Company, "address")
    email = _text(Company, "email", widget=EMAIL)

    def __init__(self, *args: Any, other_than: UUID | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True

    def change(self) -> CompanyChange:
        return CompanyChange(**self.cleaned_data)


class CompanyForm(QuickCompanyForm):
    """All that is known of a company."""

    is_short = False

    phone = _text(Company, "phone", widget=PHONE)
    website = _text(Company, "website", help_text=_("For example: example.com"))
    industry = _text(Company, "industry")
    size = forms.ChoiceField(label=_("size"), choices=[("", ""), *CompanySize.choices], required=False)
    parent_id = forms.UUIDField(
        label=_("parent company"),
        required=False,
        widget=forms.Select({"data-select-url": reverse_lazy("company_options")}),
    )

    def __init__(self, *args: Any, parent: Company | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [(str(parent.pk), str(parent))] if parent else []
        self.fields["parent_id"].widget.choices = [("", ""), *chosen]

    @classmethod
    def of(cls, company: Company) -> "CompanyForm":
        """The form as the company stands now."""
        values = {name: getattr(company, name) for name in cls.base_fields}
        values["custom"] = custom_values("company", company.pk)
        return cls(initial=values, other_than=company.pk, parent=company.parent)


class ContactForm(WithCustomFields):
    """A person; `company` is the one chosen so far, shown in the select that searches on the server."""

    entity = "contact"

    first_name = _text(Contact, "first_name")
    last_name = _text(Contact, "last_name")
    job_title = _text(Contact, "job_title")
    company_id = forms.UUIDField(
        label=_("company"),
        required=False,
        widget=forms.Select({"data-select-url": reverse_lazy("company_options")}),
    )
    email = _text(Contact, "email", widget=EMAIL)
    phone = _text(Contact, "phone", widget=PHONE)

    def __init__(
        self, *args: Any, company: Company | None = None, may_add: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        select = self.fields["company_id"].widget
        select.choices = [("", ""), *([(str(company.pk), str(company))] if company else [])]
        if may_add:
            select.attrs["data-select-create"] = reverse_lazy("company_quick_create")

    def change(self) -> ContactChange:
        return ContactChange(**self.cleaned_data)
