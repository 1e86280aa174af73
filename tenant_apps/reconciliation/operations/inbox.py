"""Statements that come in through the folder."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import DomainError
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.tables import MAX_BYTES, Unusable
from tenant_apps.reconciliation.adapters import inbox
from tenant_apps.reconciliation.models import Door, StatementState
from tenant_apps.reconciliation.operations.running import bring_in_statement
from tenant_apps.reconciliation.operations.uploads import AlreadyHere, why_not_ready
from tenants.context import current_organization

log = structlog.get_logger(__name__)


def take_from_inbox(path: Path, *, by: Actor, at: datetime) -> str:
    """Bring one file of the folder in and put it away; why it was refused, "" when it was not.

    One that is here already is put with the taken ones and adds nothing, so a worker that was killed between
    the two leaves nothing half done. One at which the reading itself fails is refused too, so that those
    after it come in; while the database is away, every file waits.
    """
    reason = ""
    try:
        _bring_in(path, by, at)
    except AlreadyHere:
        pass
    except DomainError as refusal:
        reason = str(refusal)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("statement_file_failed")
        reason = _("This file could not be read. Bring it in on the page of statements, or ask for help.")
    inbox.put_away(current_organization().id, path, at=at, reason=reason)
    return reason


def _bring_in(path: Path, by: Actor, at: datetime) -> None:
    if inbox.size_of(path) > MAX_BYTES:
        raise Unusable(message=_("The file is larger than 30 MB. Split it and upload the parts."))
    take_statement_file(name=path.name, content=inbox.read_file(path), by=by, at=at)


@operation(permission=Permission.BANK_IMPORT)
def take_statement_file(*, name: str, content: bytes, by: Actor, at: datetime) -> None:
    """Bring in a file of the folder, which is imported when its rehearsal leaves no doubts. One with columns
    that somebody has to choose waits for that; one of an account that is not ours is refused.
    """
    statement = bring_in_statement(name=name, content=content, door=Door.FOLDER, goes_on=True, by=by, at=at)
    if statement.state == StatementState.MAPPING and (reason := why_not_ready(statement)):
        raise Unusable(message=reason)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="the end of the organization is told")
def forget_statement_files(*, organization_id: UUID, by: Actor, at: datetime) -> None:
    """Erasure step: nothing of an erased organization lies in the folder of statements."""
    inbox.forget(organization_id)
