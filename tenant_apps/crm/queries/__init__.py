"""Every read of the app: `clients` (companies and contacts)."""

from tenant_apps.crm.queries.clients import companies_with_eik as companies_with_eik
from tenant_apps.crm.queries.clients import contacts_of_company as contacts_of_company
from tenant_apps.crm.queries.clients import count_contacts as count_contacts
from tenant_apps.crm.queries.clients import reach_columns as reach_columns
from tenant_apps.crm.queries.clients import visible_companies as visible_companies
from tenant_apps.crm.queries.clients import visible_company as visible_company
from tenant_apps.crm.queries.clients import visible_contact as visible_contact
from tenant_apps.crm.queries.clients import visible_contacts as visible_contacts
from tenant_apps.crm.queries.clients import with_eik as with_eik
