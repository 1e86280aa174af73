from collections.abc import Mapping
from typing import Any

from django import template

from shared_apps.core.actors import ActorKind
from shared_apps.core.slots import notice_of
from tenant_apps.messages.queries import MOST_COUNTED, unread_count

register = template.Library()
register.filter("notice", notice_of)


@register.inclusion_tag("messages/components/bell.html", takes_context=True)
def bell(context: Mapping[str, Any]) -> dict[str, Any]:
    """The bell of the top bar with how much is unread, counted no further than a hundred."""
    actor = getattr(context.get("request"), "actor", None)
    is_member = actor is not None and actor.kind is ActorKind.MEMBER
    count = unread_count(actor.id) if is_member and actor else 0
    return {
        "is_shown": is_member,
        "count": count,
        "text": f"{count - 1}+" if count == MOST_COUNTED else count,
    }
