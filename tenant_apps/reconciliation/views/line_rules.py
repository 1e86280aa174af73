from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page
from shared_apps.core.permissions import Permission
from tenant_apps.reconciliation import operations, queries
from tenant_apps.reconciliation.forms.statements import LineRuleForm, initial_rule
from tenant_apps.reconciliation.models import LineRule, Sign, Verdict
from tenant_apps.reconciliation.operations import RuleChange
from tenant_apps.reconciliation.views import asked_page

EXPLAIN = Permission.BANK_EXPLAIN


@page(EXPLAIN)
def line_rule_list(request: ActorRequest) -> HttpResponse:
    shown = asked_page(queries.rules_with_counts(), request, "in_order")
    return render(request, "reconciliation/line_rule_list.html", {"page": shown})


@page(EXPLAIN)
def line_rule_create(request: ActorRequest) -> HttpResponse:
    """An empty rule, or (`?line=`) one about lines like that one."""
    form = LineRuleForm(by=request.actor, initial=_like(request))
    return form_page(request, "reconciliation/line_rule_create.html", form)


@line_rule_create.act
def create_line_rule(request: ActorRequest) -> HttpResponse:
    form = LineRuleForm(request.POST, by=request.actor)
    try:
        if form.is_valid():
            operations.create_line_rule(rule=form.as_rule(), by=request.actor, at=clock.now())
            return done(request, to="line_rule_list", message=_("The rule was added."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "reconciliation/line_rule_create.html", form)


@page(EXPLAIN)
def line_rule_edit(request: ActorRequest, rule_id: UUID) -> HttpResponse:
    rule = queries.rule_with_count(rule_id)
    return _edit_page(request, rule, LineRuleForm(by=request.actor, initial=initial_rule(rule)))


@line_rule_edit.act
def change_line_rule(request: ActorRequest, rule_id: UUID) -> HttpResponse:
    rule = queries.rule_with_count(rule_id)
    form = LineRuleForm(request.POST, by=request.actor)
    try:
        if form.is_valid():
            change = RuleChange(**form.cleaned_data)
            operations.change_line_rule(rule_id=rule_id, change=change, by=request.actor, at=clock.now())
            return done(request, to="line_rule_list", message=_("The rule was saved."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _edit_page(request, rule, form)


@act(EXPLAIN)
def archive_line_rule(request: ActorRequest, rule_id: UUID) -> HttpResponse:
    operations.archive_line_rule(rule_id=rule_id, by=request.actor, at=clock.now())
    return done(request, to="line_rule_list", message=_("The rule was archived."))


@act(EXPLAIN)
def unarchive_line_rule(request: ActorRequest, rule_id: UUID) -> HttpResponse:
    operations.unarchive_line_rule(rule_id=rule_id, by=request.actor, at=clock.now())
    return done(request, to="line_rule_list", message=_("The rule is in use again."))


@act(EXPLAIN)
def take_back_line_rule(request: ActorRequest, rule_id: UUID) -> HttpResponse:
    operations.take_back_line_rule(rule_id=rule_id, by=request.actor, at=clock.now())
    return done(request, to="line_rule_list", message=_("What the rule said is being taken back."))


@act(EXPLAIN)
def apply_line_rules(request: ActorRequest) -> HttpResponse:
    operations.apply_line_rules(by=request.actor, at=clock.now())
    return done(
        request, to="line_rule_list", message=_("The rules are being asked about the lines that wait.")
    )


def _like(request: ActorRequest) -> dict[str, Any]:
    """What a rule about lines like the given one asks for."""
    try:
        line_id = UUID(request.GET.get("line", ""))
    except ValueError:
        return {"verdict": Verdict.FEE}
    line = queries.visible_line(line_id, request.actor)
    return {
        "text": "" if line.payer_iban else (line.payer_name or line.text)[:200],
        "iban": line.payer_iban,
        "sign": Sign.IN if line.came_in else Sign.OUT,
        "verdict": Verdict.CLIENT if line.came_in else Verdict.FEE,
    }


def _edit_page(request: ActorRequest, rule: LineRule, form: LineRuleForm) -> HttpResponse:
    return form_page(request, "reconciliation/line_rule_edit.html", form, {"rule": rule})
