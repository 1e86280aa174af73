"""Lists that people arrange: what the address asks for, checked and turned into one query.

`conditions`: the filter as text and as a tree · `address`: the whole address of a list · `kinds`: what can be
asked of each kind of value · `asking`: a filter as one
question to the database · `registry`: how an app describes its lists, and how a higher app adds to one.
Nothing here knows a table: an app registers its `Listing` in `AppConfig.ready`.
"""

from shared_apps.core.listing.address import Arrangement as Arrangement
from shared_apps.core.listing.address import read_address as read_address
from shared_apps.core.listing.asking import ask as ask
from shared_apps.core.listing.asking import choices_of as choices_of
from shared_apps.core.listing.asking import spoken as spoken
from shared_apps.core.listing.asking import words_of as words_of
from shared_apps.core.listing.conditions import Condition as Condition
from shared_apps.core.listing.conditions import Filter as Filter
from shared_apps.core.listing.conditions import Problem as Problem
from shared_apps.core.listing.conditions import parse_filter as parse_filter
from shared_apps.core.listing.conditions import write_filter as write_filter
from shared_apps.core.listing.kinds import Kind as Kind
from shared_apps.core.listing.kinds import Reading as Reading
from shared_apps.core.listing.kinds import Test as Test
from shared_apps.core.listing.kinds import lookup as lookup
from shared_apps.core.listing.registry import Act as Act
from shared_apps.core.listing.registry import Column as Column
from shared_apps.core.listing.registry import Edit as Edit
from shared_apps.core.listing.registry import Extension as Extension
from shared_apps.core.listing.registry import Field as Field
from shared_apps.core.listing.registry import Listing as Listing
from shared_apps.core.listing.registry import Offer as Offer
from shared_apps.core.listing.registry import Relation as Relation
from shared_apps.core.listing.registry import Sum as Sum
from shared_apps.core.listing.registry import View as View
from shared_apps.core.listing.registry import entities as entities
from shared_apps.core.listing.registry import extend as extend
from shared_apps.core.listing.registry import extend_all as extend_all
from shared_apps.core.listing.registry import listing_of as listing_of
from shared_apps.core.listing.registry import offer_of as offer_of
from shared_apps.core.listing.registry import register_listing as register_listing
