"""The client link of a company or contact, on its page: what it opens is the statement."""

from typing import Any

from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking
from tenant_apps.sharing.models import PublicLink
from tenant_apps.sharing.queries import LinkCard, card_of, may_see_link


def link_of_company(*, company: Any, actor: Actor, **unknown: Any) -> Asking[LinkCard | None]:
    """The link of a company; None for one who could not send its statement."""
    return _link_of(company, actor)


def link_of_contact(*, contact: Any, actor: Actor, **unknown: Any) -> Asking[LinkCard | None]:
    """The link of a contact; None for one who could not send its statement."""
    return _link_of(contact, actor)


def _link_of(record: Any, actor: Actor) -> Asking[LinkCard | None]:
    if not may_see_link(record, actor):
        return None
    (found,) = yield [PublicLink.objects.filter(record_id=record.pk)]
    return card_of(record, next(iter(found), None), actor)
