"""Pure decisions of card payments: amounts as Stripe counts them, keys, facts, what follows from them."""

from tenant_apps.online_payments.rules.amounts import FewerPlaces as FewerPlaces
from tenant_apps.online_payments.rules.amounts import from_minor as from_minor
from tenant_apps.online_payments.rules.amounts import to_minor as to_minor
from tenant_apps.online_payments.rules.facts import AccountFacts as AccountFacts
from tenant_apps.online_payments.rules.facts import DisputeFacts as DisputeFacts
from tenant_apps.online_payments.rules.facts import EventFacts as EventFacts
from tenant_apps.online_payments.rules.facts import IntentFacts as IntentFacts
from tenant_apps.online_payments.rules.facts import Named as Named
from tenant_apps.online_payments.rules.facts import PayoutFacts as PayoutFacts
from tenant_apps.online_payments.rules.facts import RefundFacts as RefundFacts
from tenant_apps.online_payments.rules.facts import SessionFacts as SessionFacts
from tenant_apps.online_payments.rules.facts import SessionOrder as SessionOrder
from tenant_apps.online_payments.rules.facts import TransactionFacts as TransactionFacts
from tenant_apps.online_payments.rules.facts import named_in as named_in
from tenant_apps.online_payments.rules.facts import named_with as named_with
from tenant_apps.online_payments.rules.keys import is_key_live as is_key_live
from tenant_apps.online_payments.rules.keys import key_fault as key_fault
from tenant_apps.online_payments.rules.keys import prefix_of as prefix_of
from tenant_apps.online_payments.rules.keys import webhook_secret_fault as webhook_secret_fault
from tenant_apps.online_payments.rules.outcomes import SUCCEEDED as SUCCEEDED
from tenant_apps.online_payments.rules.outcomes import Standing as Standing
from tenant_apps.online_payments.rules.outcomes import dispute_state as dispute_state
from tenant_apps.online_payments.rules.outcomes import is_stuck as is_stuck
from tenant_apps.online_payments.rules.outcomes import refund_state as refund_state
from tenant_apps.online_payments.rules.outcomes import standing_of as standing_of
