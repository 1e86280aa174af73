"""The ledgers of a month as files: what a page shows, an accountant's programs read."""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.vat_treatments import TREATMENTS
from tenant_apps.invoices.models import DocumentKind, Invoice, MonthPack
from tenant_apps.invoices.queries.books import month_audits, owed_as_of, sales_ledger, vat_summary
from tenant_apps.invoices.rules import nra
from tenant_apps.invoices.rules.books import DOCUMENT_TYPES, month_end
from tenant_apps.workspace.queries import profile

LEDGER_CSV, VAT_CSV = "sales-ledger.csv", "vat-summary.csv"
AUDIT_CSV, OPEN_CSV = "series-audit.csv", "open-items.csv"
CSV_TYPE = "text/csv; charset=utf-8"
_UNSAFE = ("=", "+", "-", "@", "\t", "\r")


def month_pack(pack_id: UUID) -> MonthPack:
    """One pack with its file."""
    return MonthPack.objects.select_related("file").get(pk=pack_id)


def month_packs() -> QuerySet[MonthPack]:
    """The packs that were asked for, newest first."""
    return MonthPack.objects.select_related("file").order_by("-id")


def ledgers_of_month(actor: Actor, *, month: date, today: date) -> dict[str, bytes]:
    """Name → content of the month's ledgers; PRODAGBI.TXT for one who is registered for VAT. What was open is
    told as of the month's last day, or today while it lasts.
    """
    last = month_end(month)
    period = {"since": month, "until": last}
    files = {
        LEDGER_CSV: ledger_csv(actor, **period),
        VAT_CSV: vat_csv(actor, **period),
        AUDIT_CSV: audit_csv(actor, **period),
        OPEN_CSV: open_items_csv(actor, on=min(last, today), today=today),
    }
    if profile().is_vat_registered:
        files[nra.FILE_NAME] = nra_ledger(actor, month=month)
    return files


def nra_ledger(actor: Actor, *, month: date) -> bytes:
    """PRODAGBI.TXT of a month."""
    rows = sales_ledger(actor, since=month, until=month_end(month))
    return nra.write_sales_ledger(rows, vat_number=profile().vat_number, month=month)


def ledger_csv(actor: Actor, *, since: date, until: date) -> bytes:
    """The sales ledger with the boxes of the VAT act as columns."""
    heads = [_("Type"), _("Number"), _("Date of issue"), _("Client's number"), _("Client"), _("Subject")]
    heads += [_("Annulled"), *nra.AMOUNTS, _("Not placed")]
    return _csv(
        heads,
        (
            (
                row.type_code,
                row.number,
                row.issued_on,
                row.client_number,
                row.client_name,
                row.description,
                _("Yes") if row.is_annulled else "",
                *(row.box(box) for box in nra.AMOUNTS),
                row.unplaced,
            )
            for row in sales_ledger(actor, since=since, until=until)
        ),
    )


def vat_csv(actor: Actor, *, since: date, until: date) -> bytes:
    """VAT per month, rate and treatment."""
    heads = [_("Month"), _("Rate"), _("Treatment"), _("Legal basis"), _("Documents"), _("Base"), _("VAT")]
    rows = vat_summary(actor, since=since, until=until)
    return _csv(
        heads,
        (
            (
                f"{row.month:%Y-%m}",
                _("No VAT") if row.rate is None else row.rate,
                row.code,
                basis_of(row.code),
                row.document_count,
                row.base,
                row.vat,
            )
            for row in rows
        ),
    )


def audit_csv(actor: Actor, *, since: date, until: date) -> bytes:
    """The proof that numbers follow one another, per series."""
    heads = [_("Series"), _("First"), _("Last"), _("Documents"), _("Gaps"), _("Twice"), _("Out of order")]
    return _csv(
        heads,
        (
            (
                one.series,
                one.first,
                one.last,
                one.document_count,
                one.gap_count,
                one.duplicate_count,
                one.disorder_count,
            )
            for one in month_audits(actor, since=since, until=until)
        ),
    )


def open_items_csv(actor: Actor, *, on: date, today: date) -> bytes:
    """What clients owed at the end of a day, document by document."""
    heads = [_("Number"), _("Kind"), _("Client"), _("Date of issue"), _("Due date"), _("Total")]
    heads += [_("Outstanding"), _("Currency")]
    return _csv(heads, (_open_item(document) for document in owed_as_of(actor, on=on, today=today)))


def basis_of(code: str) -> str:
    """The legal basis of a treatment, as it is printed."""
    return next((row.basis for row in TREATMENTS if row.code == code), "")


def kind_of_type(type_code: str) -> str:
    """What a document type of the ledger is called."""
    kinds = {code: kind for kind, code in DOCUMENT_TYPES.items()}
    return str(DocumentKind(kinds[type_code]).label)


def _open_item(document: Invoice) -> tuple[Any, ...]:
    return (
        document.number,
        document.get_kind_display(),
        document.buyer.get("name", ""),
        document.issue_date,
        document.due_date or "",
        document.total,
        document.still_owed,  # type: ignore[attr-defined]
        document.currency,
    )


def _csv(heads: list[str], rows: Iterable[tuple[Any, ...]]) -> bytes:
    """A table as Bulgarian spreadsheets open it: UTF-8 with its mark, semicolons, decimal commas."""
    target = StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    """A value as text; what a spreadsheet would compute stands there as text."""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    text = str(value)
    return f"'{text}" if text.startswith(_UNSAFE) else text
