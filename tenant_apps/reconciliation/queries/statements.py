from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from shared_apps.core.actors import Actor
from shared_apps.core.permissions import Permission
from tenant_apps.reconciliation.models import (
    BankAccount,
    BankLine,
    RowOutcome,
    Statement,
    StatementPart,
    StatementRow,
    StatementState,
)
from tenant_apps.reconciliation.queries.lines import archived_last, counted_lines
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.queries import profile

NOT_RUN = (StatementState.MAPPING, StatementState.DISCARDED)


def all_accounts() -> QuerySet[BankAccount]:
    """Every bank account, those in use first, by name."""
    return BankAccount.objects.order_by("archived_at", "name", "id")


def own_accounts() -> QuerySet[BankAccount]:
    """The bank accounts in use, by name."""
    return BankAccount.objects.filter(archived_at=None).order_by("name", "id")


def accounts_with_facts() -> QuerySet[BankAccount]:
    """Every bank account with `line_count`, of which no more than CAP are counted, and `last_on`, the day of
    its newest line; by `in_order`: those in use first, by name.
    """
    newest = BankLine.objects.filter(account=OuterRef("pk")).order_by("-booked_on").values("booked_on")[:1]
    return BankAccount.objects.annotate(
        line_count=counted_lines("account"), last_on=Subquery(newest), in_order=archived_last("name")
    )


def own_ibans() -> set[str]:
    """The numbers of all our accounts, archived ones and the one on our invoices among them."""
    known = set(BankAccount.objects.values_list("iban", flat=True))
    return known | ({profile().iban} - {""})


def visible_statements(actor: Actor) -> QuerySet[Statement]:
    """The statements that the actor sees, own ones or all; each with `told_parts`, its accounts."""
    parts = StatementPart.objects.select_related("account").order_by("position")
    rows = Statement.objects.select_related("account").prefetch_related(
        Prefetch("parts", queryset=parts, to_attr="told_parts")
    )
    return visible_to(rows, actor)


def visible_statement(statement_id: UUID, actor: Actor) -> Statement:
    return visible_to(Statement.objects.select_related("file", "account"), actor).get(pk=statement_id)


def statement_parts(statement: Statement) -> QuerySet[StatementPart]:
    """What the file says of each account, in its order."""
    return statement.parts.select_related("account").order_by("position")


def last_alike(headers_key: str) -> Statement | None:
    """The last statement with the same headers that was rehearsed or imported."""
    alike = Statement.objects.filter(headers_key=headers_key).exclude(state__in=NOT_RUN)
    return alike.order_by("-id").first() if headers_key else None


def failed_rows(statement: Statement) -> QuerySet[StatementRow]:
    """The entries that cannot be read, of the import or, before it, of the rehearsal."""
    is_rehearsal = statement.state in {StatementState.REHEARSING, StatementState.REHEARSED}
    rows = statement.rows.filter(is_rehearsal=is_rehearsal, outcome=RowOutcome.FAILED)
    return rows.order_by("number")


def visible_rows(actor: Actor) -> QuerySet[StatementRow]:
    """The entries of the statements that the actor sees."""
    rows = StatementRow.objects.filter(is_rehearsal=False)
    if actor.may(Permission.RECORDS_VIEW_ALL):
        return rows
    return rows.filter(statement__in=visible_to(Statement.objects.all(), actor))


def visible_row(row_id: UUID, actor: Actor) -> StatementRow:
    """One entry with its statement; `DoesNotExist` when the actor does not see that."""
    return visible_rows(actor).select_related("statement", "line").get(pk=row_id)
