"""The forms of the app's pages."""

from tenant_apps.crm.forms.clients import EIK as EIK
from tenant_apps.crm.forms.clients import CompanyForm as CompanyForm
from tenant_apps.crm.forms.clients import ContactForm as ContactForm
from tenant_apps.crm.forms.clients import QuickCompanyForm as QuickCompanyForm
