"""The three ways in which the business says no. Everything else is a bug and rises.

A record that is missing or not visible raises Django's own `DoesNotExist`, which answers 404 everywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text: TypeAlias = str | Promise


@dataclass(frozen=True)
class FieldError:
    """One field's refusal. `field` is a path such as `items.0.quantity`."""

    field: str
    code: str
    message: Text


class DomainError(Exception):
    """An answer for a human: `code` for programs, `message` (translated on use) for people."""

    code = "error"
    message: Text = _("This is not possible.")

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(DomainError):
    """The actor lacks the permission (HTTP 403)."""

    code = "not_allowed"
    message: Text = _("Your role does not allow this.")


class Refused(DomainError):
    """The values cannot be accepted (422) or, with `conflict`, the record's state forbids the act (409)."""

    code = "refused"
    field: str | None = None
    conflict = False

    def __init__(
        self,
        code: str | None = None,
        message: Text | None = None,
        *,
        field: str | None = None,
        conflict: bool | None = None,
        errors: Iterable[FieldError] = (),
    ) -> None:
        self.code = code or self.code
        self.message = message or self.message
        self.field = field or self.field
        self.conflict = self.conflict if conflict is None else conflict
        self.errors = tuple(errors) or self._own_error()
        super().__init__(self.code)

    def _own_error(self) -> tuple[FieldError, ...]:
        return (FieldError(self.field, self.code, self.message),) if self.field else ()


def refuse_all(errors: Iterable[FieldError]) -> None:
    """Raise one `Refused` that carries every error, the first on top; do nothing when there is none."""
    found = tuple(errors)
    if found:
        first = found[0]
        raise Refused(first.code, first.message, field=first.field, errors=found)


class LimitReached(DomainError):
    """The organization's plan does not reach this far (402). `plan` is the code of the plan that lifts
    the limit.
    """

    code = "limit_reached"

    def __init__(self, *, limit: int, used: int, plan: str | None, message: Text) -> None:
        self.limit, self.used, self.plan, self.message = limit, used, plan, message
        super().__init__(self.code)
