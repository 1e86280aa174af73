from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest, act, done
from tenant_apps.workspace import operations


@act(None)
def restore_value(request: ActorRequest, event_id: UUID) -> HttpResponse:
    """Give one changed field (`name`) its old value back."""
    record = operations.restore_value(
        event_id=event_id, name=request.POST.get("name", ""), by=request.actor, at=clock.now()
    )
    return done(request, to=record, message=_("The old value is back."))
