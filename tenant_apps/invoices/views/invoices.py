from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from shared_apps.core import clock, slots
from shared_apps.core.asking import Asking, rows_of, together
from shared_apps.core.http import is_htmx, page, partial
from shared_apps.core.ids import id_in
from shared_apps.core.permissions import Permission
from tenant_apps.activity.queries import timeline
from tenant_apps.crm.models import Deal
from tenant_apps.crm.queries import visible_deals
from tenant_apps.invoices import filters, queries, ubl
from tenant_apps.invoices.adapters import written_paper
from tenant_apps.invoices.models import Invoice, Offer, RecurringInvoice
from tenant_apps.invoices.operations import invoice_pdf_bytes
from tenant_apps.invoices.rules import Finding, Severity, errors_among
from tenant_apps.invoices.views import Request, today
from tenant_apps.sharing.queries import LinkCard, link_card_asking
from tenant_apps.workspace.queries import listed

POLLS, MESSAGES_SHOWN = 15, 20


@dataclass(frozen=True)
class RulesPanel:
    """The findings of a document as its panel lists them: what is wrong first, what is kept folded away."""

    findings: Sequence[Finding]

    @property
    def failed(self) -> list[Finding]:
        """What is wrong, errors first."""
        order = list(Severity)
        wrong = (finding for finding in self.findings if not finding.passed)
        return sorted(wrong, key=lambda finding: order.index(finding.severity))

    @property
    def passed(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.passed]

    @property
    def error_count(self) -> int:
        return len(errors_among(self.findings))

    @property
    def tone(self) -> str:
        """How the panel looks: danger, warning or success."""
        if self.error_count:
            return "danger"
        warns = any(finding.severity is Severity.WARNING for finding in self.failed)
        return "warning" if warns else "success"


@page(Permission.INVOICES_VIEW)
def invoice_list(request: Request) -> HttpResponse:
    """The list; an address of old leads to today's."""
    if anew := filters.said_anew(request.GET, "issue_date"):
        return redirect(f"{request.path}?{anew}")
    shown = listed("invoice", request.GET, request.actor, clock.now())
    return partial(request, "invoices/invoice_list.html", "list", {"list": shown})


@page(Permission.INVOICES_VIEW)
def invoice_detail(request: Request, invoice_id: UUID) -> HttpResponse:
    """The whole page; for the side panel the facts; for a page that waits for a match, what stands right."""
    waiting = _waiting(request)  # first: what is decided after it is asked for once more
    invoice = queries.visible_invoice(invoice_id, request.actor, on=today(request))
    if not is_htmx(request):
        return document_page(request, invoice, **waiting)
    context = _facts(request, invoice) | waiting
    is_waiting = request.headers.get("HX-Target") == "document-side"
    return partial(request, "invoices/invoice_detail.html", "refreshed" if is_waiting else "panel", context)


def document_page(
    request: Request, invoice: Invoice, *, was_refused: bool = False, **more: Any
) -> HttpResponse:
    """The paper with what stands beside it; 422 when it `was_refused`: then the rules say why, on top."""
    context = _facts(request, invoice) | {"was_refused": was_refused} | more
    context["sheet"] = _sheet(invoice, context["link"])
    return render(request, "invoices/invoice_detail.html", context, status=422 if was_refused else 200)


@page(Permission.INVOICES_VIEW)
def invoice_rules(request: Request, invoice_id: UUID) -> HttpResponse:
    """What the rules say of a document: a part of its page and of its editor, which ask again when it
    changes.
    """
    invoice = queries.visible_invoice(invoice_id, request.actor)
    rules = RulesPanel(queries.findings_of(invoice, on=today(request)))
    context = {"invoice": invoice, "rules": rules, "is_live": True}
    return render(request, "invoices/components/invoice_rules.html", context)


@page(Permission.INVOICES_VIEW)
def invoice_pdf(request: Request, invoice_id: UUID) -> HttpResponse:
    """The stored PDF; where no job has made it yet, it is made and stored now."""
    content = invoice_pdf_bytes(invoice_id=invoice_id, by=request.actor, at=clock.now())
    invoice = queries.visible_invoice(invoice_id, request.actor)
    disposition = "attachment" if request.GET.get("download") else "inline"
    headers = {"Content-Disposition": f'{disposition}; filename="{invoice.number}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@page(Permission.INVOICES_VIEW)
def invoice_ubl(request: Request, invoice_id: UUID) -> HttpResponse:
    """The e-invoice of an issued document, as a file."""
    invoice = queries.visible_invoice(invoice_id, request.actor)
    headers = {"Content-Disposition": f'attachment; filename="{invoice.number}.xml"'}
    content = ubl.write_ubl(queries.e_invoice_of(invoice))
    return HttpResponse(content, content_type=ubl.CONTENT_TYPE, headers=headers)


def _facts(request: Request, invoice: Invoice) -> dict[str, Any]:
    """What stands beside the paper."""
    parts: dict[str, Asking[Any]] = {
        "chain": rows_of(queries.with_status(queries.chain_of(invoice, request.actor), on=today(request))),
        "deal": _deal_of(invoice, request),
        "offer": _offer_of(invoice, request),
        "recurring": _recurring_of(invoice, request),
        "allocations": rows_of(queries.allocations_of_invoice(invoice.pk)),
        "related": slots.filling("invoice.related", invoice=invoice, actor=request.actor),
        "write_offs": rows_of(queries.write_offs_of_invoice(invoice.pk)),
        "mail": _mail(invoice),
        "link": link_card_asking(invoice, request.actor),
        "timeline": timeline(invoice.pk, by=request.actor),
    }
    return {
        "invoice": invoice,
        "advances": queries.advances_for(invoice, request.actor) if invoice.is_draft else [],
        "rules": RulesPanel(queries.findings_of(invoice, on=today(request))),
        "document_refusal": queries.document_refusal(invoice),
        **dict(zip(parts, together(*parts.values()), strict=True)),
    }


def _mail(invoice: Invoice) -> Asking[dict[str, Any] | None]:
    """The letters about it with their states, and whether its reminders rest; None for a draft."""
    if invoice.is_draft:
        return None
    (messages,) = yield [queries.messages_of_invoice(invoice.pk)[:MESSAGES_SHOWN]]
    return {"messages": messages, "is_paused": hasattr(invoice, "reminder_pause")}


def _deal_of(invoice: Invoice, request: Request) -> Asking[Deal | None]:
    """The deal that it bills, for one who may see it."""
    if invoice.deal_id is None or not request.actor.may(Permission.DEALS_VIEW):
        return None
    (found,) = yield [visible_deals(request.actor, archived=None).filter(pk=invoice.deal_id)]
    return next(iter(found), None)


def _offer_of(invoice: Invoice, request: Request) -> Asking[Offer | None]:
    """The offer that it was made from, for one who may see it."""
    if not request.actor.may(Permission.OFFERS_VIEW):
        return None
    (found,) = yield [queries.offers_of_invoice(invoice.pk, request.actor)]
    return next(iter(found), None)


def _recurring_of(invoice: Invoice, request: Request) -> Asking[RecurringInvoice | None]:
    """What made it, if it recurs."""
    (found,) = yield [queries.recurring_of_invoice(invoice.pk, request.actor)]
    return next(iter(found), None)


def _waiting(request: Request) -> dict[str, Any]:
    """The payment that was just recorded and, while it looks for its invoice, how many times more to ask."""
    payment_id, polls = id_in(request.GET.get("payment", "")), request.GET.get("polls", str(POLLS))
    if payment_id is None:
        return {"new_payment": None, "polls": 0}
    payment = queries.visible_payment(payment_id, request.actor)
    is_undecided = payment.status == "unmatched" and not payment.unmatched_reason and not payment.voided_at
    return {
        "new_payment": payment,
        "polls": min(int(polls), POLLS) - 1 if is_undecided and polls.isdigit() else 0,
    }


def _sheet(invoice: Invoice, link: LinkCard | None) -> dict[str, Any]:
    """The paper as it will print, in the language of the document."""
    paper = queries.paper_of(invoice, payment_url=link.address if link else None)
    return written_paper(paper, invoice.language)
