"""Whom of the team something of card payments is told: the owners, and whoever has the invoice."""

from datetime import datetime
from uuid import UUID

from django.db.models import Model

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from tenant_apps.invoices.models import Invoice
from tenant_apps.messages.operations import notify
from tenant_apps.workspace.queries import active_members


def tell_people(
    *,
    kind: str,
    because: Model,
    url: str,
    text: str,
    by: Actor,
    at: datetime,
    invoice: Invoice | None = None,
    occasion: str = "",
) -> None:
    """Notify them, each kind once for `because`; of what can happen to it again, once for each `occasion`."""
    told = f"{because.pk}:{occasion}" if occasion else f"{because.pk}"
    for user_id in sorted(_people(invoice)):
        key = f"{kind}:{told}:{user_id}"
        notify(user_id=user_id, kind=kind, text=text, url=url, key=key, by=by, at=at)


def _people(invoice: Invoice | None) -> set[UUID]:
    owners = set(active_members().filter(role=Role.OWNER).values_list("user_id", flat=True))
    return owners | ({invoice.owner_id} if invoice and invoice.owner_id else set())
