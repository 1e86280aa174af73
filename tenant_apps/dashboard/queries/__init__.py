"""What the pages of this app read: `home` (its figures), `money` and `who_first` (the one queue)."""

from tenant_apps.dashboard.queries.home import ZERO as ZERO
from tenant_apps.dashboard.queries.home import FirstSteps as FirstSteps
from tenant_apps.dashboard.queries.home import Owed as Owed
from tenant_apps.dashboard.queries.home import first_steps as first_steps
from tenant_apps.dashboard.queries.home import months_up_to as months_up_to
from tenant_apps.dashboard.queries.home import owed_per_currency as owed_per_currency
from tenant_apps.dashboard.queries.home import received_per_month as received_per_month
from tenant_apps.dashboard.queries.home import recent_activity as recent_activity
from tenant_apps.dashboard.queries.money import NOT_DUE as NOT_DUE
from tenant_apps.dashboard.queries.money import Counted as Counted
from tenant_apps.dashboard.queries.money import Money as Money
from tenant_apps.dashboard.queries.money import Week as Week
from tenant_apps.dashboard.queries.money import money as money
from tenant_apps.dashboard.queries.who_first import KINDS as KINDS
from tenant_apps.dashboard.queries.who_first import Queue as Queue
from tenant_apps.dashboard.queries.who_first import Waiting as Waiting
from tenant_apps.dashboard.queries.who_first import who_first as who_first
