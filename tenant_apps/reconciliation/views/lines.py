from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.activity.queries import timeline_of
from tenant_apps.reconciliation import operations, queries
from tenant_apps.reconciliation.forms.statements import MarkForm
from tenant_apps.reconciliation.models import BankLine, Explanation
from tenant_apps.reconciliation.views import chosen_payment
from tenant_apps.workspace.queries import listed

VIEW, EXPLAIN = Permission.BANK_VIEW, Permission.BANK_EXPLAIN


@page(VIEW)
def bank_line_list(request: ActorRequest) -> HttpResponse:
    shown = listed("bank_line", request.GET, request.actor, clock.now())
    return partial(request, "reconciliation/bank_line_list.html", "list", {"list": shown})


@page(VIEW)
def bank_line_detail(request: ActorRequest, line_id: UUID) -> HttpResponse:
    """One line: what the bank says of it, what it is, and what it may be."""
    line = queries.visible_line(line_id, request.actor)
    may_explain = request.actor.may(EXPLAIN)
    context = {
        "line": line,
        "timeline": timeline_of(line_id, by=request.actor),
        "candidates": queries.line_candidates(line, request.actor) if line.waits else [],
        "look_alikes": queries.look_alikes(line, request.actor) if line.waits else [],
        "refundable": queries.refundable_payments(line, request.actor) if _may_be_refund(line) else [],
        "may_explain": may_explain,
        "may_mark": may_explain and line.explanation not in SETTLED,
        "may_reopen": may_explain and _may_reopen(line),
        "may_record": may_explain and line.waits and line.came_in,
    }
    return partial(request, "reconciliation/bank_line_detail.html", "panel", context)


@page(EXPLAIN)
def mark_bank_line(request: ActorRequest, line_id: UUID) -> HttpResponse:
    """Asks what the line is."""
    return _mark_page(request, line_id, MarkForm())


@mark_bank_line.act
def mark_line(request: ActorRequest, line_id: UUID) -> HttpResponse:
    form = MarkForm(request.POST)
    try:
        if form.is_valid():
            line = operations.mark_bank_line(
                line_id=line_id, **form.cleaned_data, by=request.actor, at=clock.now()
            )
            undo = reverse("reopen_bank_line", args=[line_id]) if not line.waits else ""
            return _said(request, line, _("It was noted what the line is."), undo)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _mark_page(request, line_id, form)


@act(EXPLAIN)
def reopen_bank_line(request: ActorRequest, line_id: UUID) -> HttpResponse:
    line = operations.reopen_bank_line(line_id=line_id, by=request.actor, at=clock.now())
    return _said(request, line, _("The line is open again."))


@act(EXPLAIN)
def explain_by_payment(request: ActorRequest, line_id: UUID) -> HttpResponse:
    line = operations.explain_by_payment(
        line_id=line_id, payment_id=chosen_payment(request), by=request.actor, at=clock.now()
    )
    undo = reverse("reopen_bank_line", args=[line_id])
    return _said(request, line, _("The line is this payment."), undo)


@act(EXPLAIN)
def record_line_payment(request: ActorRequest, line_id: UUID) -> HttpResponse:
    line = operations.record_line_payment(line_id=line_id, by=request.actor, at=clock.now())
    return _said(request, line, _("The payment was recorded."))


@act(EXPLAIN)
def explain_as_refund(request: ActorRequest, line_id: UUID) -> HttpResponse:
    line = operations.explain_as_refund(
        line_id=line_id, payment_id=chosen_payment(request), by=request.actor, at=clock.now()
    )
    undo = reverse("reopen_bank_line", args=[line_id])
    return _said(request, line, _("The line gave this payment back."), undo)


SETTLED = (Explanation.REFUND, Explanation.REVERSAL, Explanation.REVERSED)


def _may_reopen(line: BankLine) -> bool:
    """Whether there is something to take back: what a person, a rule, or another door's payment explains."""
    if line.waits or line.explanation in (Explanation.REVERSAL, Explanation.REVERSED):
        return False
    is_void = line.payment is not None and line.payment.voided_at is not None
    is_said = line.rule_id is not None or not line.own_payments or is_void
    return line.explanation != Explanation.PAYMENT or is_said


def _may_be_refund(line: BankLine) -> bool:
    return line.waits and not line.came_in


def _mark_page(request: ActorRequest, line_id: UUID, form: MarkForm) -> HttpResponse:
    line = queries.visible_line(line_id, request.actor)
    context, status = {"line": line, "form": form}, 422 if form.errors else 200
    return partial(request, "reconciliation/mark_bank_line.html", "panel", context, status=status)


def _said(request: ActorRequest, line: BankLine, message: str, undo: str = "") -> HttpResponse:
    return done(request, to=line, message=message, event="reconciliation.bank_line_explained", undo=undo)
