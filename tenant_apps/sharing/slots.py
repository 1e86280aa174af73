"""The client link of a company or contact, on its page: what it opens is the statement."""

from typing import Any

from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking
from tenant_apps.sharing.queries import LinkCard, link_card_asking


def link_of_company(*, company: Any, actor: Actor, **unknown: Any) -> Asking[LinkCard | None]:
    """The link of a company; None for one who could not send its statement."""
    return link_card_asking(company, actor)


def link_of_contact(*, contact: Any, actor: Actor, **unknown: Any) -> Asking[LinkCard | None]:
    """The link of a contact; None for one who could not send its statement."""
    return link_card_asking(contact, actor)
