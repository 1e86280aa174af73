"""Matching adds no event of its own: links and reasons are told by `invoices`, which keeps the ledger."""

from shared_apps.core.errors import Text

SENTENCES: dict[str, Text] = {}
