"""Invoices issued and drawn by two workers: `python -m deploy.bench.documents`.

In a database of its own: drafts of one and of ten lines are written, then two processes issue half of them
each and do what the jobs do after it: codes, PDF, reading it back, storing it. Beside it the baseline, in the
same run: bare xhtml2pdf with the same HTML, nothing else.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

from deploy.bench.organizations import django_on, furnish

WORKERS = 2
LINES = (1, 10)


def main() -> None:
    options = _options()
    with django_on(None):
        furnish(1)
        ids = _in_organization(_drafts, options.invoices)
        _in_organization(_issue_and_draw, ids[:1])
        _said("issued, drawn, read back, kept", _by_workers(_issue_and_draw, ids[1:]), len(ids) - 1)
        some = ids[: max(WORKERS, len(ids) // 10)]
        _said("baseline: bare xhtml2pdf", _by_workers(_draw_bare, some), len(some))
        for lines in (1, 40, 150, 500):
            _in_organization(_draw_one, lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=1_000)
    return parser.parse_args()


def _by_workers(work: Callable[[list[UUID]], None], ids: list[UUID]) -> float:
    """Let each worker do its share; how many seconds until the last is ready."""
    from django.db import connections

    connections.close_all()
    start = multiprocessing.get_context("fork")
    shares = [ids[place::WORKERS] for place in range(WORKERS)]
    workers = [start.Process(target=_in_organization, args=(work, share)) for share in shares]
    began_at = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a worker failed")
    return time.perf_counter() - began_at


def _in_organization(work: Callable[[Any], Any], what: Any) -> Any:
    from tenants.context import in_organization, reference_to
    from tenants.models import Organization

    with in_organization(reference_to(Organization.objects.get())):
        return work(what)


def _drafts(count: int) -> list[UUID]:
    """Write drafts to one client, of one and of ten lines in turns."""
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from shared_apps.plans.operations import choose_plan
    from tenant_apps.crm.operations import CompanyChange, create_company
    from tenant_apps.invoices.operations import InvoiceInput, create_invoice
    from tenant_apps.workspace.operations import ProfileChange, change_organization
    from tenants.context import current_organization

    by, at = system_actor(current_organization().id), clock.now()
    choose_plan(organization_id=current_organization().id, plan_code="unlimited", by=by, at=at)
    address, city = "ул. „Шипка“ 34", "София"
    seller = ProfileChange(
        address=address, city=city, eik="175074752", vat_number="BG175074752", iban="BG80BNBG96611020345678"
    )
    change_organization(change=seller, by=by, at=at)
    details = CompanyChange(name="Клиент ООД", eik="121644736", address=address, city=city)
    buyer = create_company(details=details, by=by, at=at)
    drafts = (
        InvoiceInput(currency="EUR", company_id=buyer.pk, items=_items(LINES[number % len(LINES)]))
        for number in range(count)
    )
    return [create_invoice(draft=draft, by=by, at=at).pk for draft in drafts]


def _items(count: int) -> tuple[Any, ...]:
    from tenant_apps.invoices.operations import ItemInput

    return tuple(
        ItemInput(
            description=f"Консултация по договор, част {number}",
            quantity=Decimal("2.5"),
            unit="час",
            unit_price=Decimal("45.50"),
            vat_rate=Decimal(20),
        )
        for number in range(count)
    )


def _issue_and_draw(ids: list[UUID]) -> None:
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from tenant_apps.invoices.operations import invoice_pdf_bytes, issue_invoice, make_invoice_qr_codes
    from tenants.context import current_organization

    by = system_actor(current_organization().id)
    for invoice_id in ids:
        for step in (issue_invoice, make_invoice_qr_codes, invoice_pdf_bytes):
            step(invoice_id=invoice_id, by=by, at=clock.now())


def _draw_bare(ids: list[UUID]) -> None:
    """The HTML of each invoice through xhtml2pdf, and nothing more."""
    from django.template.loader import render_to_string
    from xhtml2pdf import pisa

    from tenant_apps.documents import adapters
    from tenant_apps.invoices.adapters import written_paper
    from tenant_apps.invoices.models import Invoice
    from tenant_apps.invoices.queries import paper_of

    invoice = Invoice.objects.get(pk=ids[0])
    sheet = written_paper(paper_of(invoice), invoice.language) | {"images": {}}
    html = render_to_string("invoices/pdf/invoice.html", sheet)
    for _one in ids:
        pisa.CreatePDF(
            html,
            dest=BytesIO(),
            encoding="utf-8",
            default_css=adapters._default_css(),
            resource_policy=adapters._policy(),
        )


def _draw_one(lines: int) -> None:
    """How much processor time one PDF of so many lines takes, and reading it back."""
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from tenant_apps.crm.models import Company
    from tenant_apps.invoices.adapters import differences_in, render_invoice_pdf
    from tenant_apps.invoices.operations import InvoiceInput, create_invoice
    from tenant_apps.invoices.queries import paper_of
    from tenants.context import current_organization

    buyer, by = Company.objects.get(), system_actor(current_organization().id)
    draft = InvoiceInput(currency="EUR", company_id=buyer.pk, items=_items(lines))
    paper = paper_of(create_invoice(draft=draft, by=by, at=clock.now()))
    began = time.process_time()
    content = render_invoice_pdf(paper, "bg-en")
    drawn = time.process_time()
    if differences_in(content, paper, "bg-en"):
        raise RuntimeError("it does not read back")
    read = time.process_time()
    drawing, reading = (drawn - began) * 1000, (read - drawn) * 1000
    print(f"{lines:4} lines: drawn {drawing:6,.0f} ms, read {reading:5,.0f} ms of CPU", flush=True)


def _said(what: str, seconds: float, count: int) -> None:
    print(f"{what:32} {count:5,} in {seconds:6.1f} s, {count / seconds:5.1f} /s", flush=True)


if __name__ == "__main__":
    main()
