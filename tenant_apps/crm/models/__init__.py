"""`clients`: companies and contacts · `deals`: pipelines and what moves through them · `work`: tasks, notes,
conversations, files · `time`: what was worked · `merges`.
"""

from tenant_apps.crm.models.automatic import AutomaticMove as AutomaticMove
from tenant_apps.crm.models.automatic import RuleSwitch as RuleSwitch
from tenant_apps.crm.models.clients import Address as Address
from tenant_apps.crm.models.clients import Company as Company
from tenant_apps.crm.models.clients import CompanySize as CompanySize
from tenant_apps.crm.models.clients import Contact as Contact
from tenant_apps.crm.models.clients import ContactDetail as ContactDetail
from tenant_apps.crm.models.clients import phone_key_of as phone_key_of
from tenant_apps.crm.models.deals import Deal as Deal
from tenant_apps.crm.models.deals import DealContact as DealContact
from tenant_apps.crm.models.deals import DealItem as DealItem
from tenant_apps.crm.models.deals import DealStatus as DealStatus
from tenant_apps.crm.models.deals import Pipeline as Pipeline
from tenant_apps.crm.models.deals import Stage as Stage
from tenant_apps.crm.models.deals import StageStay as StageStay
from tenant_apps.crm.models.merges import DistinctPair as DistinctPair
from tenant_apps.crm.models.merges import Merge as Merge
from tenant_apps.crm.models.time import LONGEST_DAY as LONGEST_DAY
from tenant_apps.crm.models.time import TimeEntry as TimeEntry
from tenant_apps.crm.models.work import Attachment as Attachment
from tenant_apps.crm.models.work import Conversation as Conversation
from tenant_apps.crm.models.work import Note as Note
from tenant_apps.crm.models.work import Recurrence as Recurrence
from tenant_apps.crm.models.work import Task as Task
from tenant_apps.crm.models.work import TaskKind as TaskKind
from tenant_apps.crm.models.work import TaskPriority as TaskPriority
