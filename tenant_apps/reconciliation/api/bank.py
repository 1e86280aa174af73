from uuid import UUID

from django.http import HttpResponse
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from shared_apps.core import clock
from shared_apps.core.api import ListOf, ListQuery, list_response
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from shared_apps.core.tables import MAX_BYTES, Unusable
from tenant_apps.reconciliation import operations, queries
from tenant_apps.reconciliation.models import BankAccount, BankLine, Door, LineRule, StatementRow
from tenant_apps.reconciliation.schemas.bank import (
    ACCOUNT_ORDERINGS,
    LINE_ORDERINGS,
    ROW_ORDERINGS,
    RULE_ORDERINGS,
    STATEMENT_ORDERINGS,
    BankAccountIn,
    BankAccountOut,
    BankAccountPatch,
    BankLineOut,
    ClientOfLineIn,
    LineFilters,
    LineRuleIn,
    LineRuleOut,
    LineRulePatch,
    MarkIn,
    PaymentOfLineIn,
    ReasonIn,
    RowFilters,
    RowIn,
    RuleFilters,
    StatementFilters,
    StatementMapIn,
    StatementOut,
    StatementRowOut,
    StatementUpload,
    bank_account_out,
    bank_line_out,
    line_rule_out,
    statement_out,
    statement_row_out,
)
from tenant_apps.workspace.queries import narrowed

router = Router(tags=["bank"])
VIEW = Permission.BANK_VIEW
ACCOUNT = "bank-accounts/{uuid:bank_account_id}/"
STATEMENT = "bank-statements/{uuid:statement_id}/"
ROW = "bank-rows/{uuid:row_id}/"
LINE = "bank-lines/{uuid:line_id}/"
RULE = "bank-rules/{uuid:rule_id}/"


@router.get("bank-accounts/", response=ListOf[BankAccountOut], operation_id="list_bank_accounts")
def list_bank_accounts(request: ActorRequest, query: Query[ListQuery]) -> HttpResponse:
    """Our bank accounts, archived ones too."""
    request.actor.require(VIEW)
    found = queries.all_accounts().filter(name__icontains=query.search)
    return list_response(found, query, orderings=ACCOUNT_ORDERINGS, item=bank_account_out, default="-id")


@router.post("bank-accounts/", response={201: BankAccountOut}, operation_id="create_bank_account")
def create_bank_account(request: ActorRequest, data: BankAccountIn) -> HttpResponse:
    """Add an account; 409 for one that is there, archived or not."""
    account = operations.create_bank_account(account=data.account(), by=request.actor, at=clock.now())
    return json_response(bank_account_out(account), status=201)


@router.get(ACCOUNT, response=BankAccountOut, operation_id="read_bank_account")
def read_bank_account(request: ActorRequest, bank_account_id: UUID) -> HttpResponse:
    """One account."""
    request.actor.require(VIEW)
    return json_response(bank_account_out(BankAccount.objects.get(pk=bank_account_id)))


@router.patch(ACCOUNT, response=BankAccountOut, operation_id="change_bank_account")
def change_bank_account(request: ActorRequest, bank_account_id: UUID, data: BankAccountPatch) -> HttpResponse:
    """Correct an account; 409 when its IBAN or currency would change under its lines."""
    account = operations.change_bank_account(
        bank_account_id=bank_account_id, change=data.change(), by=request.actor, at=clock.now()
    )
    return json_response(bank_account_out(account))


@router.post(f"{ACCOUNT}archive/", response=BankAccountOut, operation_id="archive_bank_account")
def archive_bank_account(request: ActorRequest, bank_account_id: UUID) -> HttpResponse:
    """Use an account no more; its lines stay."""
    account = operations.archive_bank_account(
        bank_account_id=bank_account_id, by=request.actor, at=clock.now()
    )
    return json_response(bank_account_out(account))


@router.post(f"{ACCOUNT}unarchive/", response=BankAccountOut, operation_id="unarchive_bank_account")
def unarchive_bank_account(request: ActorRequest, bank_account_id: UUID) -> HttpResponse:
    """Use an archived account again."""
    account = operations.unarchive_bank_account(
        bank_account_id=bank_account_id, by=request.actor, at=clock.now()
    )
    return json_response(bank_account_out(account))


@router.get("bank-statements/", response=ListOf[StatementOut], operation_id="list_bank_statements")
def list_bank_statements(request: ActorRequest, query: Query[StatementFilters]) -> HttpResponse:
    """Files that came in, newest first; `search` looks in their names."""
    request.actor.require(VIEW)
    found = query.narrow(queries.visible_statements(request.actor))
    return list_response(found, query, orderings=STATEMENT_ORDERINGS, item=statement_out, default="-id")


@router.post("bank-statements/", response={201: StatementOut}, operation_id="bring_in_statement")
def bring_in_statement(
    request: ActorRequest, data: Form[StatementUpload], file: File[UploadedFile]
) -> HttpResponse:
    """Bring in a CAMT.053, MT940, CSV or XLSX of at most 30 MB, sent as `multipart/form-data`.

    Its rehearsal begins when nothing has to be chosen: `state` is then `rehearsing`, soon `rehearsed` with
    `rehearsal` told. A file that is here already answers 200 with what it became, and adds nothing.
    """
    if (file.size or 0) > MAX_BYTES:
        raise Unusable()
    try:
        statement = operations.bring_in_statement(
            name=file.name or "",
            content=file.read(),
            door=Door.API,
            account_id=data.bank_account_id,
            goes_on=data.import_at_once,
            by=request.actor,
            at=clock.now(),
        )
    except operations.AlreadyHere as known:
        return _statement(request, known.statement_id)
    return _statement(request, statement.pk, status=201)


@router.get(STATEMENT, response=StatementOut, operation_id="read_bank_statement")
def read_bank_statement(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    """One file: where it is, its figures, its balances. Its lines are under bank-lines, by statement_id."""
    request.actor.require(VIEW)
    return _statement(request, statement_id)


@router.post(f"{STATEMENT}columns/", response=StatementOut, operation_id="map_statement_columns")
def map_statement_columns(request: ActorRequest, statement_id: UUID, data: StatementMapIn) -> HttpResponse:
    """Say whose account the file is of and what its columns are, before it is rehearsed."""
    operations.map_statement_columns(
        statement_id=statement_id,
        account_id=data.bank_account_id,
        mapping=data.mapping,
        date_order=data.date_order,
        by=request.actor,
        at=clock.now(),
    )
    return _statement(request, statement_id)


@router.post(f"{STATEMENT}rehearse/", response=StatementOut, operation_id="rehearse_statement")
def rehearse_statement(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    """Find out what the import would do; nothing is written. 409 while an account or a column is missing."""
    operations.rehearse_statement(statement_id=statement_id, by=request.actor, at=clock.now())
    return _statement(request, statement_id)


@router.post(f"{STATEMENT}import/", response=StatementOut, operation_id="import_statement")
def import_statement(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    """Import a rehearsed file, by a job: `state` is `importing`, then `imported`."""
    operations.import_statement(statement_id=statement_id, by=request.actor, at=clock.now())
    return _statement(request, statement_id)


@router.post(f"{STATEMENT}discard/", response=StatementOut, operation_id="discard_statement")
def discard_statement(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    """Let a file go that was not imported."""
    operations.discard_statement(statement_id=statement_id, by=request.actor, at=clock.now())
    return _statement(request, statement_id)


@router.post(f"{STATEMENT}undo/", response=StatementOut, operation_id="undo_statement")
def undo_statement(request: ActorRequest, statement_id: UUID, data: ReasonIn) -> HttpResponse:
    """Take an import back, by a job: its lines go, its payments are taken off their invoices and voided.

    409 with the names of payments whose money was given back.
    """
    operations.undo_statement(statement_id=statement_id, reason=data.reason, by=request.actor, at=clock.now())
    return _statement(request, statement_id)


@router.get("bank-rows/", response=ListOf[StatementRowOut], operation_id="list_bank_rows")
def list_bank_rows(request: ActorRequest, query: Query[RowFilters]) -> HttpResponse:
    """What became of the entries of files; `outcome=failed` are those that cannot be read."""
    request.actor.require(VIEW)
    found = query.narrow(queries.visible_rows(request.actor))
    return list_response(found, query, orderings=ROW_ORDERINGS, item=statement_row_out, default="-id")


@router.get(ROW, response=StatementRowOut, operation_id="read_bank_row")
def read_bank_row(request: ActorRequest, row_id: UUID) -> HttpResponse:
    """One entry of a file."""
    request.actor.require(VIEW)
    return json_response(statement_row_out(queries.visible_row(row_id, request.actor)))


@router.post(f"{ROW}correct/", response=StatementRowOut, operation_id="correct_statement_row")
def correct_statement_row(request: ActorRequest, row_id: UUID, data: RowIn) -> HttpResponse:
    """Take in an entry that could not be read, with what a person reads in it. Its row gets a new id."""
    row = operations.correct_statement_row(
        row_id=row_id,
        texts=data.texts(),
        account_id=data.bank_account_id,
        by=request.actor,
        at=clock.now(),
    )
    return json_response(statement_row_out(StatementRow.objects.get(pk=row.pk)))


@router.post(f"{ROW}dismiss/", response=StatementRowOut, operation_id="dismiss_statement_row")
def dismiss_statement_row(request: ActorRequest, row_id: UUID) -> HttpResponse:
    """Leave out an entry that moves no money."""
    row = operations.dismiss_statement_row(row_id=row_id, by=request.actor, at=clock.now())
    return json_response(statement_row_out(row))


@router.get("bank-lines/", response=ListOf[BankLineOut], operation_id="list_bank_lines")
def list_bank_lines(request: ActorRequest, query: Query[LineFilters]) -> HttpResponse:
    """Movements on the accounts, newest first; those of one file by `statement_id`."""
    request.actor.require(VIEW)
    found = query.narrow(queries.visible_lines(request.actor).select_related(None))
    asked = narrowed(found, "bank_line", query.filter, request.actor, clock.now())
    rows = matching(asked, query.search)
    return list_response(rows, query, orderings=LINE_ORDERINGS, item=bank_line_out, default="-id")


@router.get(LINE, response=BankLineOut, operation_id="read_bank_line")
def read_bank_line(request: ActorRequest, line_id: UUID) -> HttpResponse:
    """One movement, what it is, and what it may be."""
    request.actor.require(VIEW)
    return _line(queries.visible_line(line_id, request.actor))


@router.post(f"{LINE}mark/", response=BankLineOut, operation_id="mark_bank_line")
def mark_bank_line(request: ActorRequest, line_id: UUID, data: MarkIn) -> HttpResponse:
    """Say what a line is. A payment that it recorded is voided; 409 while an invoice has of its money."""
    return _line(
        operations.mark_bank_line(line_id=line_id, **data.model_dump(), by=request.actor, at=clock.now())
    )


@router.post(f"{LINE}reopen/", response=BankLineOut, operation_id="reopen_bank_line")
def reopen_bank_line(request: ActorRequest, line_id: UUID) -> HttpResponse:
    """Take back what was said of a line."""
    return _line(operations.reopen_bank_line(line_id=line_id, by=request.actor, at=clock.now()))


@router.post(f"{LINE}explain/", response=BankLineOut, operation_id="explain_by_payment")
def explain_by_payment(request: ActorRequest, line_id: UUID, data: PaymentOfLineIn) -> HttpResponse:
    """Say that the line is a payment that was recorded before, of the same amount and currency."""
    return _line(
        operations.explain_by_payment(
            line_id=line_id, payment_id=data.payment_id, by=request.actor, at=clock.now()
        )
    )


@router.post(f"{LINE}record/", response=BankLineOut, operation_id="record_line_payment")
def record_line_payment(request: ActorRequest, line_id: UUID, data: ClientOfLineIn) -> HttpResponse:
    """Record a waiting line as a payment of its own, of a client when one is named."""
    return _line(
        operations.record_line_payment(line_id=line_id, **data.model_dump(), by=request.actor, at=clock.now())
    )


@router.post(f"{LINE}refund/", response=BankLineOut, operation_id="explain_as_refund")
def explain_as_refund(request: ActorRequest, line_id: UUID, data: PaymentOfLineIn) -> HttpResponse:
    """Say that money going out gave back of a payment; its invoices lose what they must."""
    return _line(
        operations.explain_as_refund(
            line_id=line_id, payment_id=data.payment_id, by=request.actor, at=clock.now()
        )
    )


@router.get("bank-rules/", response=ListOf[LineRuleOut], operation_id="list_line_rules")
def list_line_rules(request: ActorRequest, query: Query[RuleFilters]) -> HttpResponse:
    """Lines like these are always …; the oldest rule is asked first."""
    request.actor.require(VIEW)
    found = query.narrow(LineRule.objects.all())
    return list_response(found, query, orderings=RULE_ORDERINGS, item=line_rule_out, default="-id")


@router.post("bank-rules/", response={201: LineRuleOut}, operation_id="create_line_rule")
def create_line_rule(request: ActorRequest, data: LineRuleIn) -> HttpResponse:
    """Keep a rule; it says what later lines are."""
    rule = operations.create_line_rule(rule=data.rule(), by=request.actor, at=clock.now())
    return json_response(line_rule_out(rule), status=201)


@router.post("bank-rules/apply/", response={202: None}, operation_id="apply_line_rules")
def apply_line_rules(request: ActorRequest) -> HttpResponse:
    """Ask the rules about the lines that wait, by a job."""
    operations.apply_line_rules(by=request.actor, at=clock.now())
    return json_response(None, status=202)


@router.get(RULE, response=LineRuleOut, operation_id="read_line_rule")
def read_line_rule(request: ActorRequest, rule_id: UUID) -> HttpResponse:
    """One rule."""
    request.actor.require(VIEW)
    return json_response(line_rule_out(LineRule.objects.get(pk=rule_id)))


@router.patch(RULE, response=LineRuleOut, operation_id="change_line_rule")
def change_line_rule(request: ActorRequest, rule_id: UUID, data: LineRulePatch) -> HttpResponse:
    """Say a rule anew; what it said before stays."""
    rule = operations.change_line_rule(
        rule_id=rule_id, change=data.change(), by=request.actor, at=clock.now()
    )
    return json_response(line_rule_out(rule))


@router.post(f"{RULE}archive/", response=LineRuleOut, operation_id="archive_line_rule")
def archive_line_rule(request: ActorRequest, rule_id: UUID) -> HttpResponse:
    """Ask the rule no more; what it said stays."""
    rule = operations.archive_line_rule(rule_id=rule_id, by=request.actor, at=clock.now())
    return json_response(line_rule_out(rule))


@router.post(f"{RULE}unarchive/", response=LineRuleOut, operation_id="unarchive_line_rule")
def unarchive_line_rule(request: ActorRequest, rule_id: UUID) -> HttpResponse:
    """Ask an archived rule again."""
    rule = operations.unarchive_line_rule(rule_id=rule_id, by=request.actor, at=clock.now())
    return json_response(line_rule_out(rule))


@router.post(f"{RULE}take-back/", response=LineRuleOut, operation_id="take_back_line_rule")
def take_back_line_rule(request: ActorRequest, rule_id: UUID) -> HttpResponse:
    """Archive the rule and take back all that it said, by a job."""
    rule = operations.take_back_line_rule(rule_id=rule_id, by=request.actor, at=clock.now())
    return json_response(line_rule_out(rule))


def _statement(request: ActorRequest, statement_id: UUID, status: int = 200) -> HttpResponse:
    found = queries.visible_statements(request.actor).get(pk=statement_id)
    return json_response(statement_out(found), status=status)


def _line(line: BankLine) -> HttpResponse:
    return json_response(bank_line_out(line))
