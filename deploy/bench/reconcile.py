"""Many payments against as many open invoices: `python -m deploy.bench.reconcile`.

First the same join in bare SQL with its allocations, taken back again. Then the engine in this process, batch
after batch, as one worker does it: how long, and how large the process becomes. Then the product's own worker
and scheduler with all payments waiting again, while another organization records single payments: how long
until those are matched. Nine of ten payments name their number and pay the invoice whole.
"""

import argparse
import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.bench.ground import PROJECT
from deploy.bench.imports import MEGABYTE, watched
from deploy.bench.jobs import SCHEDULER, WORKER
from deploy.bench.organizations import django_on, furnish

BATCH = 1000
ROWS = Path(__file__).with_suffix(".sql")
BARE = (
    """
    CREATE TEMP TABLE joined ON COMMIT DROP AS
    SELECT payment.id AS payment_id, invoice.id AS invoice_id, payment.amount, invoice.number
    FROM invoices_payment AS payment JOIN invoices_invoice AS invoice
        ON invoice.number = substring(payment.reference FROM '(?<![0-9])[0-9]{10}(?![0-9])')
        AND invoice.currency = payment.currency
        AND payment.amount
            = invoice.total - invoice.paid_total - invoice.credited_total - invoice.written_off_total
    """,
    """
    INSERT INTO invoices_allocation
        (id, payment_id, invoice_id, amount, evidence, reason, by_kind, by_label, at)
    SELECT gen_random_uuid(), payment_id, invoice_id, amount, '[]', '', 'system', 'bare', now() FROM joined
    """,
)
PATIENCE = 300


def main() -> None:
    options = _options()
    with django_on(options.database):
        furnish(2)
        with inside() as by:
            _fill(options)
            _bare()
            _engine(by)
            _undo()
        if not options.alone:
            _beside(options.lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=5_000)
    parser.add_argument(
        "--share", type=int, default=90, help="how many of a hundred name their number and fit"
    )
    parser.add_argument("--alone", action="store_true", help="without the worker and the other organization")
    parser.add_argument("--database", help="keep the ground under this name")
    return parser.parse_args()


@contextmanager
def inside(place: int = 0) -> Iterator[Any]:
    """Inside one of the organizations, with the actor of its jobs."""
    from shared_apps.core.actors import system_actor
    from tenants.context import in_organization, reference_to
    from tenants.models import Organization

    organization = reference_to(Organization.objects.order_by("created_at")[place])
    with in_organization(organization):
        yield system_actor(organization.id)


def _fill(options: argparse.Namespace) -> None:
    """One company, invoice and payment of the product, and the others after their image."""
    from django.db import connection

    from shared_apps.core import clock
    from tenant_apps.crm.models import Company

    at = clock.now()
    firm = Company.objects.create(name="Образец ООД", name_folded="образец", created_at=at, updated_at=at)
    _invoice(firm, 1, at)
    _payment(1, at)
    with connection.cursor() as cursor:
        settings = {"lines": options.lines, "clients": options.clients, "share": options.share}
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [f"bench.{name}", str(value)])
        cursor.execute(ROWS.read_text())
        for table in ("crm_company", "invoices_invoice", "invoices_payment"):
            cursor.execute(f"VACUUM (FREEZE, ANALYZE) {table}")
    print(f"{options.lines:,} payments, {options.lines:,} open invoices of {options.clients:,} clients")


def _invoice(firm: Any, number: int, at: datetime) -> Any:
    from tenant_apps.invoices.models import Invoice

    return Invoice.objects.create(
        number=f"{number:010}",
        state="issued",
        company=firm,
        currency="EUR",
        language="bg",
        issue_date=at.date(),
        tax_event_date=at.date(),
        due_date=at.date() + timedelta(days=14),
        buyer={"name": firm.name},
        net_total=100,
        vat_total=20,
        total=120,
        issued_at=at,
        created_at=at,
        updated_at=at,
    )


def _payment(number: int, at: datetime) -> Any:
    from tenant_apps.invoices.models import Payment

    return Payment.objects.create(
        amount=120,
        currency="EUR",
        received_on=at.date(),
        method="bank_transfer",
        reference=f"{number:010}",
        created_at=at,
        updated_at=at,
    )


def _bare() -> None:
    """The join and its allocations, by the triggers that keep the ledger; taken back."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        watch = Watch()
        for statement in BARE:
            cursor.execute(statement)
        _say("bare SQL", cursor.rowcount, watch)
        transaction.set_rollback(True)


def _engine(by: Any) -> None:
    from shared_apps.core import clock
    from tenant_apps.invoices.queries import ids_of_unmatched_payments
    from tenant_apps.reconciliation.operations import match_payments

    gc.collect()
    gc.freeze()  # as the worker does
    with watched() as largest:
        watch, longest = Watch(), 0.0
        waiting, linked, left = list(ids_of_unmatched_payments()), 0, 0
        for start in range(0, len(waiting), BATCH):
            begun = time.perf_counter()
            done = match_payments(payment_ids=waiting[start : start + BATCH], by=by, at=clock.now())
            longest = max(longest, time.perf_counter() - begun)
            linked, left = linked + done.linked_count, left + done.unmatched_count
        _say("matching", linked, watch)
    print(
        f"  {left:,} left with a reason; the longest batch of {BATCH} {longest * 1000:.0f} ms,"
        f" at most {largest[0] / MEGABYTE:.0f} MB"
    )


class Watch:
    """How long something takes: by the clock, and by the processors here and in PostgreSQL."""

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.server = int(cursor.fetchone()[0])
        self.began = time.perf_counter(), time.process_time(), self._served()

    def __str__(self) -> str:
        now = time.perf_counter(), time.process_time(), self._served()
        lasted, here, there = (end - start for end, start in zip(now, self.began, strict=True))
        return f"{lasted:.1f} s; processor: {here:.1f} s here, {there:.1f} s in PostgreSQL"

    def _served(self) -> float:
        """The processor time of the server's process, where it is on this machine."""
        told = Path(f"/proc/{self.server}/stat")
        if not told.exists():
            return 0.0
        spent = told.read_text().rsplit(")", 1)[1].split()[11:13]
        return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


def _say(what: str, linked: int, lasted: Any) -> None:
    print(f"{what}: {linked:,} linked in {lasted}, load {os.getloadavg()[0]:.1f}", flush=True)


def _undo() -> None:
    """Take the links away past all rules, so that everything waits again."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("invoices_allocation", "invoices_invoice", "invoices_payment"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "TRUNCATE invoices_allocation, activity_event, reconciliation_knownpayer,"
            " reconciliation_decisionlink"
        )
        cursor.execute("UPDATE invoices_invoice SET paid_total = 0, paid_at = NULL WHERE paid_total > 0")
        cursor.execute(
            "UPDATE invoices_payment SET allocated_total = 0, unmatched_reason = '', company_id = NULL"
            " WHERE allocated_total > 0 OR unmatched_reason <> ''"
        )
        for table in ("invoices_allocation", "invoices_invoice", "invoices_payment"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _beside(lines: int) -> None:
    """The worker has all of it to do, and another organization records a payment."""
    from shared_apps.core import clock
    from tenant_apps.crm.models import Company
    from tenant_apps.invoices.models import Allocation, Payment
    from tenant_apps.invoices.operations import PaymentInput, record_payment

    with inside(1) as by:
        at = clock.now()
        firm = Company.objects.create(name="Друга ООД", name_folded="друга", created_at=at, updated_at=at)
        numbers = [str(_invoice(firm, number, at).number) for number in range(1, 6)]
    with _running() as programs:
        with inside() as by:
            began = time.perf_counter()
            _ask(by)
        waits = []
        for number in numbers:
            time.sleep(2)
            with inside(1) as by:
                wanted = PaymentInput(amount=120, currency="EUR", received_on=at.date(), reference=number)  # type: ignore[arg-type]
                money = record_payment(payment=wanted, by=by, at=clock.now())
                waits.append(_until(lambda: Payment.objects.get(pk=money.pk).allocated_total, programs))  # noqa: B023
            with inside():
                done = Allocation.objects.count()
                print(f"  another's payment matched after {waits[-1]:.2f} s, {done:,} of ours linked")
        with inside():
            _until(
                lambda: Payment.objects.filter(allocated_total=0, unmatched_reason="").count() == 0, programs
            )
            lasted = time.perf_counter() - began
            _say("the worker, all of it", Allocation.objects.count(), f"{lasted:.1f} s")
    print(f"another organization's single payments: {', '.join(f'{one:.2f}' for one in waits)} s")


def _ask(by: Any) -> None:
    from django.db import transaction

    from shared_apps.jobs.operations import enqueue

    with transaction.atomic():
        enqueue("match_payments_with_invoices", by=by)


@contextmanager
def _running() -> Iterator[list[subprocess.Popen[bytes]]]:
    """The product's worker and scheduler."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "LOG_LEVEL": "ERROR"}
    programs = [
        subprocess.Popen([sys.executable, "-m", *command], env=environment, cwd=PROJECT)
        for command in (WORKER, SCHEDULER)
    ]
    try:
        yield programs
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait()


def _until(is_done: Any, programs: list[subprocess.Popen[bytes]]) -> float:
    began = time.perf_counter()
    while not is_done():
        if time.perf_counter() - began > PATIENCE or any(one.poll() is not None for one in programs):
            raise SystemExit("the worker does not come to an end")
        time.sleep(0.02)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
