"""The accountant's month pack: asked for, written by a job, kept as a file."""

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.clock import day_in
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.files.operations import store_file
from tenant_apps.invoices.archive import Archive
from tenant_apps.invoices.events import BooksEvent
from tenant_apps.invoices.models import Invoice, MonthPack
from tenant_apps.invoices.operations.documents import invoice_pdf_bytes
from tenant_apps.invoices.queries import (
    NotExpressible,
    e_invoice_of,
    ledger_documents,
    ledgers_of_month,
    month_pack,
)
from tenant_apps.invoices.rules import TAX_KINDS
from tenant_apps.invoices.rules.books import month_end
from tenant_apps.invoices.ubl import write_ubl
from tenant_apps.workspace.queries import profile

TELLS_EVERY = 10


class MonthNotOver(Refused):
    code = "month_not_over"
    message = _("This month has not begun yet.")
    field = "month"


@operation(permission=Permission.BOOKS_HAND_OVER)
def start_month_pack(*, month: date, by: Actor, at: datetime) -> MonthPack:
    """Ask for the pack of the month that holds a day; a job writes it. Raises `MonthNotOver` for a month to
    come.
    """
    by.require(Permission.RECORDS_VIEW_ALL)
    first = month.replace(day=1)
    if first > day_in(profile().time_zone, at):
        raise MonthNotOver()
    within = {"issue_date__gte": first, "issue_date__lte": month_end(first)}
    total = Invoice.objects.filter(number__isnull=False, kind__in=TAX_KINDS, **within).count()
    pack = MonthPack.objects.create(month=first, total=total, by_id=by.id, by_label=by.label[:250], at=at)
    record(event=BooksEvent.PACK_ASKED, subject=pack, by=by, at=at, new={"documents": total})
    enqueue("write_month_pack", by=by, key=f"write_month_pack:{pack.pk}", pack_id=str(pack.pk))
    return pack


@operation(permission=Permission.BOOKS_HAND_OVER, event=None, why="a sign of life while a pack is written")
def note_pack_progress(*, pack_id: UUID, done_count: int, total: int, by: Actor) -> None:
    """Say how many documents are in it."""
    MonthPack.objects.filter(pk=pack_id).update(done_count=done_count, total=total)


@operation(permission=Permission.BOOKS_HAND_OVER, event=None, why="one finished already stays as it is")
def finish_month_pack(
    *, pack_id: UUID, content: bytes, contents_sha256: str, document_count: int, by: Actor, at: datetime
) -> MonthPack:
    """Keep the written pack. One that was finished already stays as it is."""
    pack = MonthPack.objects.select_for_update().get(pk=pack_id)
    if pack.file_id:
        return pack
    name = f"{profile().eik or 'tefter'}-{pack.month:%Y-%m}.zip"
    pack.file = store_file(name=name, content_type="application/zip", content=content, by=by, at=at)
    pack.contents_sha256, pack.finished_at = contents_sha256, at
    pack.total = pack.done_count = document_count
    pack.save(update_fields=["file", "contents_sha256", "finished_at", "total", "done_count"])
    record(event=BooksEvent.PACK_MADE, subject=pack, by=by, at=at, new={"sha256": contents_sha256})
    return pack


def write_pack(*, pack_id: UUID, today: date, by: Actor, at: datetime) -> MonthPack:
    """Write the pack of a month: documents as PDF and UBL, ledgers, audit, open items, checksums."""
    pack = month_pack(pack_id)
    until = month_end(pack.month)
    archive, documents = Archive(), ledger_documents(by, since=pack.month, until=until)
    found = list(documents.select_related("amends").prefetch_related("items__deducts"))
    for done, document in enumerate(found, start=1):
        _put_document(archive, document, by, at)
        if done % TELLS_EVERY == 0:
            note_pack_progress(pack_id=pack.pk, done_count=done, total=len(found), by=by)
    for name, content in ledgers_of_month(by, month=pack.month, today=today).items():
        archive.put(name, content)
    content, digest = archive.finish({"month": f"{pack.month:%Y-%m}", "documents": len(found)})
    return finish_month_pack(
        pack_id=pack.pk, content=content, contents_sha256=digest, document_count=len(found), by=by, at=at
    )


def _put_document(archive: Archive, document: Invoice, by: Actor, at: datetime) -> None:
    """A document as PDF, and as an e-invoice where it can be one; where it cannot, the manifest says why."""
    archive.put(f"pdf/{document.number}.pdf", invoice_pdf_bytes(invoice_id=document.pk, by=by, at=at))
    try:
        archive.put(f"ubl/{document.number}.xml", write_ubl(e_invoice_of(document)))
    except NotExpressible as reason:
        archive.note(f"ubl/{document.number}.xml", str(reason))
