"""A ground with the rows of a busy organization: 100,000 contacts, 25,000 companies, 20,000 deals with their
tasks, notes, tags and own fields, 100,000 documents. `python -m deploy.bench.seed --database NAME` makes one
that stays, to look at in a browser; `pages.py` makes one and drops it.

The rows come from `seed.sql`, whole sets at a time, 5,000 invoices with their payments from the model. Every
name is invented.
"""

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from deploy.bench import ground as grounds
from deploy.bench.ground import FIRST_NAMES, LAST_NAMES, Ground

FIRMS = (
    "Алфа", "Бета", "Гама", "Делта", "Вектор", "Хоризонт", "Рила строй", "Дунав транс", "Пирин", "Тракия",
    "Орион", "Nova", "Vertex", "Balkan Trade", "Добруджа", "Марица", "Струма", "Янтра", "Искър", "Осъм",
)  # fmt: skip
# Code → kind and labels; `contact` has all of them, companies and deals those that are plain there.
OWN_FIELDS = {
    "remark": ("text", "Забележка", "Remark"),
    "score": ("number", "Оценка", "Score"),
    "budget": ("money", "Бюджет", "Budget"),
    "renewal": ("date", "Подновяване", "Renewal"),
    "source": ("choice", "Източник", "Source"),
    "interests": ("choices", "Интереси", "Interests"),
    "agreed": ("yes_no", "Съгласен", "Agreed"),
    "page": ("link", "Страница", "Page"),
    "adviser": ("person", "Съветник", "Adviser"),
}
OF_OTHERS = ("score", "source", "agreed")
OPTIONS = {
    "source": ("web", "fair", "call", "friend", "other"),
    "interests": ("cement", "steel", "timber", "paint", "glass"),
}
PEOPLE = ("novice", "seller1", "seller2", "seller3", "seller4", "seller5")
TABLES = """
CREATE TEMP TABLE first_word
    (n bigint, word text, folded text, ordered text COLLATE "C", key text COLLATE "C");
CREATE TEMP TABLE last_word (LIKE first_word);
CREATE TEMP TABLE firm_word (LIKE first_word);
CREATE TEMP TABLE seller (n bigint, user_id uuid, name text);
CREATE TEMP TABLE column_of (n bigint, stage_id uuid, pipeline_id uuid, board int);
CREATE TEMP TABLE own_field (entity text, code text, id uuid);
"""


@dataclass(frozen=True)
class Amounts:
    contacts: int = 100_000
    deals: int = 20_000
    invoices: int = 100_000


def seed(found: Ground, amounts: Amounts) -> None:
    """Fill the organization of a ground that has no contacts yet. Takes about a minute."""
    os.environ.update(found.environment)
    import django

    django.setup()
    from django.db import connections

    people, boards, fields = _furnished(found)
    connections.close_all()
    with psycopg.connect(found.environment["DATABASE_URL"]) as connection:
        connection.execute(f'SET search_path TO "{found.schema}", public'.encode())
        paid_by_payments = amounts.deals // 4
        rows = {"contacts": amounts.contacts, "deals": amounts.deals}
        for name, number in (rows | {"invoices": amounts.invoices - paid_by_payments}).items():
            connection.execute("SELECT set_config(%s, %s, false)", [f"seed.{name}", str(number)])
        _lay_down(connection, people, boards, fields)
        connection.execute((Path(__file__).parent / "seed.sql").read_bytes())
    _bill(found, paid_by_payments)
    connections.close_all()
    with psycopg.connect(found.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _furnished(found: Ground) -> tuple[list[Any], list[Any], list[Any]]:
    """The people, both boards and the own fields, made by the product's operations."""
    from tenants.context import in_organization, reference_to
    from tenants.models import Organization

    organization = reference_to(Organization.objects.get(schema_name=found.schema))
    people = _hired(organization.id)
    with in_organization(organization):
        return people, _boards(organization.id), _own_fields(organization.id)


def _hired(organization_id: UUID) -> list[tuple[int, UUID, str]]:
    from shared_apps.accounts.operations import add_team_member, create_user
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from tenant_apps.workspace.operations import mirror_member
    from tenants.context import in_organization

    by, at, hired = system_actor(), clock.now(), []
    for number, name in enumerate(PEOPLE):
        told = {"email": f"{name}@measure.example", "name": f"{LAST_NAMES[number]} {name}"}
        person = create_user(**told, password="a-long-password-7", language="bg", by=by, at=at)  # noqa: S106
        add_team_member(user_id=person.pk, organization_id=organization_id, role="user", by=by, at=at)
        with in_organization(organization_id):
            mirror_member(**told, user_id=person.pk, role="user", is_active=True, by=by, at=at)
        hired.append((number, person.pk, told["name"]))
    return hired


def _boards(organization_id: UUID) -> list[tuple[int, UUID, UUID, int]]:
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from tenant_apps.crm.models import Stage
    from tenant_apps.crm.operations import PipelineChange, create_pipeline

    by = system_actor(organization_id)
    create_pipeline(details=PipelineChange(name_bg="Търгове", name_en="Tenders"), by=by, at=clock.now())
    stages = Stage.objects.order_by("pipeline__position", "pipeline_id", "position", "id")
    return [(n % 5, stage.pk, stage.pipeline_id, n // 5) for n, stage in enumerate(stages)]


def _own_fields(organization_id: UUID) -> list[tuple[str, str, UUID]]:
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from tenant_apps.workspace.operations import FieldChange, Option, create_field

    by, made = system_actor(organization_id), []
    wanted = [("contact", code) for code in OWN_FIELDS]
    wanted += [(entity, code) for entity in ("company", "deal") for code in OF_OTHERS]
    for entity, code in wanted:
        kind, bulgarian, english = OWN_FIELDS[code]
        options = tuple(Option(bg=one, en=one) for one in OPTIONS.get(code, ())) or None
        details = FieldChange(label_bg=bulgarian, label_en=english, options=options)
        field = create_field(entity=entity, kind=kind, details=details, by=by, at=clock.now())
        made.append((entity, field.code, field.pk))
    return made


def _bill(found: Ground, count: int) -> None:
    """Issued invoices, due from a hundred days ago to a hundred days from now; every second one is paid."""
    from shared_apps.core import clock
    from tenant_apps.crm.models import Company
    from tenant_apps.invoices.models import Allocation, Invoice, Payment
    from tenants.context import in_organization, reference_to
    from tenants.models import Organization

    at = clock.now()
    with in_organization(reference_to(Organization.objects.get(schema_name=found.schema))):
        invoices = [
            _invoice(number, company, at)
            for number, company in enumerate(Company.objects.order_by("id")[:count])
        ]
        paid = invoices[::2]
        payments = [_payment(invoice) for invoice in paid]
        applied = [
            Allocation(payment=payment, invoice=invoice, amount=invoice.total, by_kind="system", at=at)
            for payment, invoice in zip(payments, paid, strict=True)
        ]
        Invoice.objects.bulk_create(invoices, batch_size=1000)
        Payment.objects.bulk_create(payments, batch_size=1000)
        Allocation.objects.bulk_create(applied, batch_size=1000)


def _invoice(number: int, company: Any, at: datetime) -> Any:
    from tenant_apps.invoices.models import Invoice

    net, issued = Decimal(100 + number % 9000), at - timedelta(days=number % 300)
    return Invoice(
        number=f"{number + 1:010}",
        state="issued",
        company=company,
        currency="EUR",
        language="bg",
        issue_date=issued.date(),
        tax_event_date=issued.date(),
        due_date=(at + timedelta(days=number % 200 - 100)).date(),
        buyer={"name": company.name, "eik": company.eik},
        net_total=net,
        vat_total=net / 5,
        total=net * 6 / 5,
        vat_groups=[{"rate": "20.00", "base": str(net), "vat": str(net / 5)}],
        issued_at=issued,
        owner_id=company.owner_id,
        search_text=f"{number + 1:010} {company.name_key}",
        created_at=issued,
        updated_at=issued,
    )


def _payment(invoice: Any) -> Any:
    from tenant_apps.invoices.models import Payment

    return Payment(
        amount=invoice.total,
        currency="EUR",
        received_on=invoice.due_date,
        method="bank_transfer",
        reference=invoice.number,
        company=invoice.company,
        owner_id=invoice.owner_id,
        search_text=invoice.number,
        created_at=invoice.issued_at,
        updated_at=invoice.issued_at,
    )


def _lay_down(connection: psycopg.Connection[Any], people: Any, boards: Any, fields: Any) -> None:
    """The temporary tables that seed.sql reads."""
    from shared_apps.core.bulgaria.folding import fold
    from shared_apps.core.search import order_key

    def words(names: Sequence[str]) -> list[tuple[Any, ...]]:
        return [(n, name, fold(name), order_key(name), fold(name)) for n, name in enumerate(names)]

    connection.execute(TABLES)
    tables = {
        "first_word": words(FIRST_NAMES),
        "last_word": words(LAST_NAMES),
        "firm_word": words(FIRMS),
        "seller": people,
        "column_of": boards,
        "own_field": fields,
    }
    for name, rows in tables.items():
        with connection.cursor().copy(f"COPY {name} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute(f"ANALYZE {name}".encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="its name; it must not exist yet")
    parser.add_argument("--contacts", type=int, default=Amounts.contacts)
    parser.add_argument("--deals", type=int, default=Amounts.deals)
    parser.add_argument("--invoices", type=int, default=Amounts.invoices)
    options = parser.parse_args()
    begun = time.monotonic()
    found = grounds.kept_ground(options.database)
    seed(found, Amounts(options.contacts, options.deals, options.invoices))
    print(f"{options.database}: {found.host}, owner@measure.example, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    os.environ.setdefault("SECRET_KEY", "measuring")
    main()
