"""The acts of the workbench. Each answers with a toast and Undo, and moves on to what waits next."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError, Text
from shared_apps.core.formats import format_money
from shared_apps.core.http import act, add_refusal, done, is_htmx, page, partial
from shared_apps.core.numbers import written
from shared_apps.core.permissions import Permission
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries import open_invoices
from tenant_apps.reconciliation import operations, queries
from tenant_apps.reconciliation.filters import asked_for, kept
from tenant_apps.reconciliation.forms.statements import LineRuleForm
from tenant_apps.reconciliation.forms.workbench import (
    CandidateForm,
    ClientForm,
    SeenForm,
    SplitForm,
    initial_rule_for,
    pairs_in,
    typed_amounts,
)
from tenant_apps.reconciliation.models import Decision, DecisionKind, Explanation
from tenant_apps.reconciliation.queries import Waiting
from tenant_apps.reconciliation.rules.sameness import Pattern
from tenant_apps.reconciliation.views import Request, chosen_payment, today
from tenant_apps.reconciliation.views.workbench import asked_beside, bench_context

MATCH, EXPLAIN = Permission.PAYMENTS_MATCH, Permission.BANK_EXPLAIN
EVENT = "reconciliation.decided"
SAID: dict[str, Callable[[], str]] = {
    Explanation.FEE: lambda: _("It is a bank fee."),
    Explanation.NOT_OURS: lambda: _("It is not ours."),
    Explanation.TRANSFER: lambda: _("It is a transfer between own accounts."),
}


@act(MATCH)
def accept_candidate(request: Request, item_id: UUID) -> HttpResponse:
    """Link a payment to an invoice; a discount opens the draft of its credit note."""
    form = CandidateForm(request.POST)
    item = queries.visible_item(item_id, request.actor)
    if item.payment is None or not form.is_valid():
        return _wrong(request, item, form)
    payment_id = item.payment.pk

    def decide() -> Decision:
        return operations.accept_candidate(
            payment_id=payment_id, **form.wanted(), by=request.actor, at=clock.now()
        )

    return _decided(request, item, decide, _told_of_links)


@page(MATCH)
def split_payment(request: Request, item_id: UUID) -> HttpResponse:
    """Asks how much each of several invoices gets."""
    item = queries.visible_item(item_id, request.actor)
    return _split_page(request, item, _split_form(request, item))


@split_payment.act
def split_over_invoices(request: Request, item_id: UUID) -> HttpResponse:
    """Give each invoice its part; or (`find`) look for more invoices, with nothing typed lost."""
    item = queries.visible_item(item_id, request.actor)
    form, seen = _split_form(request, item), SeenForm(request.POST)
    if item.payment is None or "find" in request.POST or not (form.is_valid() and seen.is_valid()):
        status = 200 if "find" in request.POST else 422
        return _split_page(request, item, form, status=status)
    payment_id, left = item.payment.pk, seen.cleaned_data["left"]

    def decide() -> Decision:
        return operations.split_payment(
            payment_id=payment_id, parts=form.parts, left=left, by=request.actor, at=clock.now()
        )

    return _decided(request, item, decide, _told_of_links)


@page(MATCH)
def give_to_client(request: Request, item_id: UUID) -> HttpResponse:
    """Asks whose money it is that no invoice has."""
    item = queries.visible_item(item_id, request.actor)
    known = (
        {"company_id": item.payment.company_id, "contact_id": item.payment.contact_id} if item.payment else {}
    )
    form = ClientForm(by=request.actor, initial=known)
    return _form_page(request, item, "reconciliation/give_to_client.html", {"form": form})


@give_to_client.act
def give_money_to_client(request: Request, item_id: UUID) -> HttpResponse:
    item = queries.visible_item(item_id, request.actor)
    form = ClientForm(request.POST, by=request.actor)
    try:
        if form.is_valid():
            given = form.cleaned_data

            def decide() -> Decision:
                return operations.give_to_client(item_id=item_id, **given, by=request.actor, at=clock.now())

            return _decided(request, item, decide, _told_of_client)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _form_page(request, item, "reconciliation/give_to_client.html", {"form": form}, status=422)


@act(EXPLAIN)
def mark_waiting(request: Request, item_id: UUID) -> HttpResponse:
    item = queries.visible_item(item_id, request.actor)
    explanation = request.POST.get("explanation", "")

    def decide() -> Decision:
        return operations.mark_waiting(
            item_id=item_id, explanation=explanation, by=request.actor, at=clock.now()
        )

    return _decided(request, item, decide, lambda decision, item: SAID[explanation]())


@act(EXPLAIN)
def recognize_payment(request: Request, item_id: UUID) -> HttpResponse:
    item, payment_id = queries.visible_item(item_id, request.actor), chosen_payment(request)

    def decide() -> Decision:
        return operations.recognize_payment(
            item_id=item_id, payment_id=payment_id, by=request.actor, at=clock.now()
        )

    return _decided(request, item, decide, lambda decision, item: _("It was recorded before."))


@act(EXPLAIN)
def record_waiting(request: Request, item_id: UUID) -> HttpResponse:
    """Record the line as a payment, and stay with it: its invoice is the next question."""
    item = queries.visible_item(item_id, request.actor)

    def decide() -> Decision:
        return operations.record_waiting(item_id=item_id, by=request.actor, at=clock.now())

    told = _("The payment was recorded.")
    return _decided(request, item, decide, lambda decision, item: told, stays=True)


@act(EXPLAIN)
def recognize_refund(request: Request, item_id: UUID) -> HttpResponse:
    item, payment_id = queries.visible_item(item_id, request.actor), chosen_payment(request)

    def decide() -> Decision:
        return operations.recognize_refund(
            item_id=item_id, payment_id=payment_id, by=request.actor, at=clock.now()
        )

    return _decided(request, item, decide, lambda decision, item: _("It gave the payment back."))


@page(EXPLAIN)
def make_rule_from_line(request: Request, item_id: UUID) -> HttpResponse:
    """Asks what lines like this one always are, and shows which of those that wait it would explain."""
    item = queries.visible_item(item_id, request.actor)
    asked = request.GET if "verdict" in request.GET else None
    form = LineRuleForm(asked, by=request.actor, initial=initial_rule_for(item))
    return _rule_page(request, item, form)


@make_rule_from_line.act
def keep_rule(request: Request, item_id: UUID) -> HttpResponse:
    """Keep the rule, and with `applies` ask the lines that wait."""
    item = queries.visible_item(item_id, request.actor)
    form = LineRuleForm(request.POST, by=request.actor, initial=initial_rule_for(item))
    applies = "applies" in request.POST
    try:
        if form.is_valid():
            rule = form.as_rule()

            def decide() -> Decision:
                return operations.make_rule_from_line(
                    item_id=item_id, rule=rule, applies=applies, by=request.actor, at=clock.now()
                )

            told = _("The rule was added and applied.") if applies else _("The rule was added.")
            return _decided(request, item, decide, lambda decision, item: told, stays=not applies)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _rule_page(request, item, form, status=422)


@act(MATCH)
def accept_certain(request: Request) -> HttpResponse:
    """Link what the person was shown; many by a job, with a page that tells how far it is."""
    pairs = pairs_in(request.POST.getlist("pair"))
    try:
        decision = operations.accept_certain(pairs=pairs, by=request.actor, at=clock.now())
    except operations.NothingCertain as refusal:
        messages.error(request, str(refusal))
        return redirect("certain_list")
    if decision.is_at_work:
        return done(request, to=decision)
    undo = reverse("undo_decision", args=[decision.pk])
    return done(request, to=_address(None, kept(request.GET)), message=_told_of_certain(decision), undo=undo)


@act(MATCH)
def undo_decision(request: Request, decision_id: UUID) -> HttpResponse:
    decision = operations.undo_decision(decision_id=decision_id, by=request.actor, at=clock.now())
    return _taken_back(request, decision)


@act(MATCH)
def undo_last_decision(request: Request) -> HttpResponse:
    decision = operations.undo_last_decision(by=request.actor, at=clock.now())
    return _taken_back(request, decision)


def _decided(
    request: Request,
    item: Waiting,
    decide: Callable[[], Decision],
    told: Callable[[Decision, Waiting], str],
    *,
    stays: bool = False,
) -> HttpResponse:
    """Decide and go on to what follows; who comes second is told so, and goes on too."""
    asked = asked_for(request.GET, today(request))
    after = item.id if stays else queries.waiting_after(item, request.actor, asked)
    try:
        decision = decide()
    except operations.AlreadyDecided as refusal:
        messages.error(request, str(refusal))
        return _go(request, _address(after, kept(request.GET)))
    undo = f"{reverse('undo_decision', args=[decision.pk])}{kept(request.GET)}"
    to = _address(after, kept(request.GET))
    if decision.note is not None:
        to = reverse("invoice_edit", args=[decision.note.pk])
    return done(request, to=to, message=told(decision, item), event=EVENT, undo=undo)


def _taken_back(request: Request, decision: Decision) -> HttpResponse:
    if decision.is_at_work:
        return done(request, to=decision)
    about = decision.payment_id or decision.line_id
    if decision.kind in (DecisionKind.MARK, DecisionKind.RECORD) and decision.line_id:
        about = decision.line_id
    return done(request, to=_address(about, kept(request.GET)), message=_("It was taken back."), event=EVENT)


def _told_of_links(decision: Decision, item: Waiting) -> str:
    """Which invoices got the money, and what became of a rest on either side."""
    links = queries.links_of(decision)
    numbers = ", ".join(str(one.invoice.number) for one in links)
    told = [_("Linked to %(numbers)s.") % {"numbers": numbers}]
    if decision.write_off:
        fee = format_money(decision.write_off.amount, item.currency)
        told.append(_("%(amount)s are written off as a bank fee.") % {"amount": fee})
    if decision.note:
        told.append(_("This is the draft of the credit note for the rest. Issue it."))
    rest = item.left - sum(one.amount for one in links)
    if rest > 0:
        told.append(_credit_words(format_money(rest, item.currency), decision, links))
    return " ".join(told)


def _credit_words(amount: str, decision: Decision, links: Iterable[Any]) -> str:
    client = next((str(one.payment.client) for one in links if one.payment.client), "")
    if not client:
        return _("%(amount)s are left.") % {"amount": amount}
    return _("%(amount)s are the credit of %(client)s.") % {"amount": amount, "client": client}


def _told_of_client(decision: Decision, item: Waiting) -> str:
    money = decision.payment
    amount = format_money(money.unallocated if money else item.left, item.currency)
    client = str(money.client) if money and money.client else ""
    return _("%(amount)s are the credit of %(client)s.") % {"amount": amount, "client": client}


def _told_of_certain(decision: Decision) -> str:
    missed = decision.wanted_count - decision.linked_count
    told = _("Linked: %(count)s.") % {"count": decision.linked_count}
    return f"{told} {_('No longer certain: %(count)s.') % {'count': missed}}" if missed else told


def _split_form(request: Request, item: Waiting) -> SplitForm:
    """The invoices that may be meant, those for which something was typed, and those that were found."""
    typed, search = typed_amounts(request.POST), request.POST.get("search", request.GET.get("search", ""))
    on = today(request)
    case = queries.case_of(item, request.actor, on=on, search=search)
    shown: dict[UUID, Invoice] = {one.invoice.pk: one.invoice for one in case.candidates}
    if request.method == "GET":
        typed = {one.invoice.pk: written(one.invoice.outstanding, 2) for one in case.together}
    wanted = [key for key, text in typed.items() if text.strip() and key not in shown]
    if wanted:
        rows = open_invoices(request.actor, on=on, currency=item.currency).filter(pk__in=wanted)
        shown |= {one.pk: one for one in rows}
    shown |= {one.invoice.pk: one.invoice for one in case.found}
    return SplitForm(item, shown.values(), typed)


def _split_page(request: Request, item: Waiting, form: SplitForm, status: int = 200) -> HttpResponse:
    search = request.POST.get("search", request.GET.get("search", ""))
    context = {"form": form, "search": search}
    return _form_page(request, item, "reconciliation/split_payment.html", context, status=status)


def _rule_page(request: Request, item: Waiting, form: LineRuleForm, status: int = 200) -> HttpResponse:
    """The form with the lines that wait and that it would explain."""
    said = form.cleaned_data if form.is_bound and form.is_valid() else initial_rule_for(item)
    pattern = Pattern(said["text"], said["iban"], said["sign"], said.get("account_id"))
    about = queries.lines_about(pattern, said["verdict"], request.actor)
    context = {"form": form, "about": about, "shown_lines": about.lines[:5]}
    return _form_page(request, item, "reconciliation/make_rule_from_line.html", context, status=status)


def _form_page(
    request: Request, item: Waiting, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A form about an item, beside the list."""
    bench = None
    if not is_htmx(request):
        bench, _shown = asked_beside(request, queries.showing_item(item.id, request.actor))
    context = bench_context(request, bench, item) | {"is_chosen": True} | context
    return partial(request, template, "case", context, status=status)


def _wrong(request: Request, item: Waiting, form: CandidateForm) -> HttpResponse:
    """What was sent names no invoice, or no amount that is one."""
    told: Text = _("Choose the invoice.")
    for errors in form.errors.values():
        told = str(errors[0])
    messages.error(request, str(told))
    return _go(request, _address(item.id, kept(request.GET)))


def _go(request: Request, address: str) -> HttpResponse:
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _address(item_id: UUID | None, query: str) -> str:
    return (reverse("waiting_detail", args=[item_id]) if item_id else reverse("workbench")) + query
