"""Every write of the app: `clients` (companies and contacts)."""

from tenant_apps.crm.operations.clients import AlreadyArchived as AlreadyArchived
from tenant_apps.crm.operations.clients import CompanyChange as CompanyChange
from tenant_apps.crm.operations.clients import ContactChange as ContactChange
from tenant_apps.crm.operations.clients import NotArchived as NotArchived
from tenant_apps.crm.operations.clients import OwnerAlready as OwnerAlready
from tenant_apps.crm.operations.clients import ParentBelow as ParentBelow
from tenant_apps.crm.operations.clients import archive_company as archive_company
from tenant_apps.crm.operations.clients import archive_contact as archive_contact
from tenant_apps.crm.operations.clients import assign_company as assign_company
from tenant_apps.crm.operations.clients import assign_contact as assign_contact
from tenant_apps.crm.operations.clients import change_company as change_company
from tenant_apps.crm.operations.clients import change_contact as change_contact
from tenant_apps.crm.operations.clients import create_company as create_company
from tenant_apps.crm.operations.clients import create_contact as create_contact
from tenant_apps.crm.operations.clients import unarchive_company as unarchive_company
from tenant_apps.crm.operations.clients import unarchive_contact as unarchive_contact
from tenant_apps.crm.operations.reach import Detail as Detail
from tenant_apps.crm.operations.reach import Place as Place
from tenant_apps.crm.operations.reach import details_of as details_of
from tenant_apps.crm.operations.reach import places_of as places_of
