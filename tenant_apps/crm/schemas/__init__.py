"""The shapes of the API."""

from tenant_apps.crm.schemas.clients import COMPANY_FIELDS as COMPANY_FIELDS
from tenant_apps.crm.schemas.clients import COMPANY_ORDERINGS as COMPANY_ORDERINGS
from tenant_apps.crm.schemas.clients import CONTACT_FIELDS as CONTACT_FIELDS
from tenant_apps.crm.schemas.clients import CONTACT_ORDERINGS as CONTACT_ORDERINGS
from tenant_apps.crm.schemas.clients import KEPT as KEPT
from tenant_apps.crm.schemas.clients import AssignIn as AssignIn
from tenant_apps.crm.schemas.clients import CompanyFilters as CompanyFilters
from tenant_apps.crm.schemas.clients import CompanyIn as CompanyIn
from tenant_apps.crm.schemas.clients import CompanyOut as CompanyOut
from tenant_apps.crm.schemas.clients import CompanyPatch as CompanyPatch
from tenant_apps.crm.schemas.clients import ContactFilters as ContactFilters
from tenant_apps.crm.schemas.clients import ContactIn as ContactIn
from tenant_apps.crm.schemas.clients import ContactOut as ContactOut
from tenant_apps.crm.schemas.clients import ContactPatch as ContactPatch
from tenant_apps.crm.schemas.clients import company_out as company_out
from tenant_apps.crm.schemas.clients import contact_out as contact_out
from tenant_apps.crm.schemas.clients import without_order as without_order
