"""The pages of a busy organization (`seed.py`), beside their own statements sent by bare psycopg:
`python -m deploy.bench.pages`.

The whole product answers in one process (middleware, session, role, template), so the figures are server time
without the network. Both are asked in turns, so that a busy machine is busy for both; the processor's time is
that of this process and of its server process in PostgreSQL. `--database NAME` measures in one that
`seed.py` made and leaves it; `--only WORD` asks only pages with the word in their name.
"""

import argparse
import os
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg

from deploy.bench.ground import Ground, bench_environment, ground, run_django
from deploy.bench.seed import Amounts, seed

OWNER, NOVICE, SELLER = "owner@measure.example", "novice@measure.example", "seller1@measure.example"
# What is asked of contacts; each filter alone, and the list is in the order of names unless it says so.
FILTERS = {
    "job title": "job_title:is:Инженер",
    "own text": "field.remark:contains:4242",
    "own text, starts": "field.remark:starts:бележка 42",
    "own number, few": "field.score:between:100|200",
    "own number, many": "field.score:above:1000",
    "own money": "field.budget:below:5000",
    "own date": "field.renewal:between:2025-03-01|2025-03-31",
    "own choice": "field.source:is:web",
    "own choices": "field.interests:is:steel|glass",
    "own yes/no, many": "field.agreed:is:yes",
    "own yes/no, few": "field.agreed:is:no",
    "own link": "field.page:contains:example 4242",
    "own person": "field.adviser:is:me",
    "own empty": "field.renewal:empty",
    "own empty, none": "field.agreed:empty",
    "own filled": "field.remark:filled",
    "own not": "field.source:not:web",
    "own lacks": "field.remark:lacks:42",
    "two own": "field.agreed:is:yes,field.score:above:50000",
    "two own, none": "field.source:is:web,field.score:is:3",
    "either of two own": "any(field.source:is:web,field.score:below:100)",
    "three own": "field.agreed:is:no,field.source:is:fair,field.renewal:filled",
    "company's city": "company.city:is:Видин",
    "company's own": "company.field.score:above:90000",
    "company owes": "company.overdue_invoice:is:yes",
    "tag, many": "tags:any:{tag1}",
    "tag, few": "tags:any:{tag5}",
    "no tag": "tags:empty",
    "open task": "task.due_at:filled",
}
# What is asked of 100,000 documents: the part of the address after `?`.
DOCUMENTS = {
    "all": "view=all",
    "status, client, period": "filter=status:is:paid,company:is:{company},issue_date:this:year",
    "overdue": "filter=status:is:overdue",
    "overdue of a client": "filter=status:is:overdue,company:is:{company}",
    "overdue, by what is owed": "filter=status:is:overdue&ordering=-outstanding",
    "paid in the last month": "filter=status:is:paid,issue_date:previous:month",
    "issued this month": "filter=issue_date:this:month&ordering=-issue_date",
    "drafts": "filter=status:is:draft",
    "credit notes": "filter=kind:is:credit_note",
    "company's city": "filter=company.city:is:Видин,open:is:yes",
    "search": "search=1004242",
    "in groups by status": "group=status",
    **{f"by {name}": f"ordering={name}" for name in (
        "number", "-number", "-issue_date", "due_date", "-total", "-outstanding", "client",
    )},
}  # fmt: skip
OWN_COLUMNS = ",".join(
    f"field.{code}"
    for code in ("remark", "score", "budget", "renewal", "source", "interests", "agreed", "adviser")
)
ORDERS = (
    "-name", "company", "-company", "job_title", "-job_title", "last_name", "created_at", "-created_at",
    "updated_at", "field.remark", "field.score", "-field.score", "field.budget", "field.renewal",
    "-field.renewal", "field.source", "field.agreed", "-field.agreed", "field.page", "field.adviser",
)  # fmt: skip
SEARCHES = (
    "Стоянов", "stoyanov", "mezqno", "0884 242 42", "contact4242@", "дунав транс 4", "0000000042", "ив", "12",
)  # fmt: skip
RECORDS = {"contact": "contacts", "company": "companies", "deal": "deals"}


@dataclass(frozen=True)
class Visit:
    """A page and who asks for it."""

    name: str
    path: str
    who: str = OWNER


def visits(ids: dict[str, Any]) -> Iterator[Visit]:
    """Every page that is measured. `ids`: the first record of each kind, the tags and the boards."""
    yield from _lists(ids)
    for query in SEARCHES:
        yield Visit(f"search: {query}", f"/search/?q={query}")
    for name in RECORDS:
        yield Visit(f"{name} page", f"/{RECORDS[name]}/{ids[name]}/")
        yield Visit(f"{name} page, usual", f"/{RECORDS[name]}/{ids[f'usual {name}']}/")
    walked = f"/contacts/{ids['contact']}/?list=/contacts/%3Fview%3Dall%26ordering%3Dcompany"
    yield Visit("contact page, walking", walked)
    yield Visit("board of 1,000", f"/deals/board/?pipeline={ids['board0']}")
    yield Visit("board of 2,000", f"/deals/board/?pipeline={ids['board1']}")
    for page in ("list", "today", "board", "calendar"):
        yield Visit(f"tasks: {page}", "/tasks/" if page == "list" else f"/tasks/{page}/")
    yield Visit("deal forecast", "/deals/forecast/")
    yield Visit("dashboard", "/")
    yield Visit("who first", "/who-first/")
    yield Visit("who first: everybody's", "/who-first/?who=all")
    yield Visit("who first of a seller", "/who-first/", SELLER)
    for report in ("pipeline", "conversion", "won-lost", "sales", "activity"):
        yield Visit(f"report: {report}", f"/reports/{report}/")


def _lists(ids: dict[str, Any]) -> Iterator[Visit]:
    yield Visit("contacts", "/contacts/?view=all")
    yield Visit("contacts, saved view", f"/contacts/?view={ids['view']}&filter=field.agreed:is:yes")
    yield Visit("contacts, archive", "/contacts/?archived=true")
    yield Visit("contacts, columns", f"/contacts/?columns=company,owner,tags,{OWN_COLUMNS}")
    for order in ORDERS:
        yield Visit(f"contacts by {order}", f"/contacts/?ordering={order}")
    for name, asked in FILTERS.items():
        yield Visit(f"contacts: {name}", f"/contacts/?filter={asked.format(**ids)}")
    yield Visit("contacts: two own, by own", "/contacts/?filter=field.agreed:is:yes&ordering=-field.score")
    yield Visit("contacts in groups", "/contacts/?group=job_title")
    yield Visit("contacts, search", "/contacts/?search=стоянов")
    for who in (NOVICE, SELLER):
        called = who.partition("@")[0].rstrip("1")
        yield Visit(f"contacts of a {called}", "/contacts/?view=all", who)
        yield Visit(f"contacts of a {called}: own", "/contacts/?filter=field.score:above:50000", who)
        yield Visit(f"contacts of a {called} by own", "/contacts/?ordering=field.score", who)
    yield Visit("companies", "/companies/?view=all")
    yield Visit("companies: own", "/companies/?filter=field.score:above:50000")
    yield Visit("companies by city", "/companies/?ordering=city")
    yield Visit("companies by parent", "/companies/?ordering=parent")
    yield Visit("deals", "/deals/?view=all")
    yield Visit("deals by value", "/deals/?ordering=-value")
    yield Visit("deals: company's city", "/deals/?filter=company.city:is:Видин,status:is:open")
    yield Visit("deals in groups", "/deals/?group=stage")
    for name, asked in DOCUMENTS.items():
        yield Visit(f"invoices: {name}", f"/invoices/?{asked.format(**ids)}")
    yield Visit("invoices of a seller", "/invoices/?view=all", SELLER)
    yield Visit("payments", "/payments/?view=all")
    yield Visit("payments: unmatched by amount", "/payments/?filter=status:is:unmatched&ordering=-amount")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="one that seed.py made")
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with _kept(options.database) if options.database else _seeded() as found:
        os.environ.update(found.environment | {"LOG_LEVEL": "ERROR"})
        run_django(found.environment, "collectstatic", "--noinput", "--verbosity=0")
        _measure(found, options.only, options.rounds)


@contextmanager
def _seeded() -> Iterator[Ground]:
    with ground(0) as found:
        seed(found, Amounts())
        yield found


@contextmanager
def _kept(database: str) -> Iterator[Ground]:
    environment = bench_environment(os.environ["DATABASE_URL"], database)
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT schema_name FROM tenants_organization").fetchone()
    assert row  # noqa: S101 — seed.py founded it
    yield Ground("measure.tefter.localhost", "", row[0], environment)


def _measure(found: Ground, only: str, rounds: int) -> None:
    import_module("config.wsgi")  # as the server loads the product
    from django.db import connections

    from tenants.context import in_organization, reference_to
    from tenants.models import Organization

    organization = reference_to(Organization.objects.get(schema_name=found.schema))
    with in_organization(organization):
        ids = _landmarks()
    clients = {who: _signed_in(who, organization, found.host) for who in (OWNER, NOVICE, SELLER)}
    print(f"{'':34} {'p50':>9} {'p95':>9} {'processor':>10} {'statements':>11} {'bare p50':>10}")
    with psycopg.connect(found.environment["DATABASE_URL"], autocommit=True) as bare:
        bare.execute(f'SET search_path TO "{found.schema}", public'.encode())
        for visit in visits(ids):
            if only in visit.name:
                _compare(visit, partial(clients[visit.who].get, visit.path), bare, rounds)
    connections.close_all()


def _landmarks() -> dict[str, Any]:
    from shared_apps.core import clock
    from tenant_apps.crm.models import Company, Contact, Deal, Pipeline
    from tenant_apps.workspace.models import SavedView, Tag

    at = clock.now()
    view, _made = SavedView.objects.get_or_create(
        entity="contact",
        name="Съгласни",
        defaults={"query": "filter=field.agreed:is:yes", "created_at": at, "updated_at": at},
    )
    found: dict[str, Any] = {"view": view.pk}
    for name, model in (("contact", Contact), ("company", Company), ("deal", Deal)):
        rows = model._default_manager.order_by("id").values_list("pk", flat=True)
        found[name], found[f"usual {name}"] = (rows[n] for n in (0, rows.count() // 2))
    boards = Pipeline.objects.order_by("position", "id").values_list("pk", flat=True)
    tags = Tag.objects.order_by("id").values_list("pk", flat=True)
    found |= {f"board{n}": pk for n, pk in enumerate(boards)}
    return found | {f"tag{n}": pk for n, pk in enumerate(tags, 1)}


def _signed_in(email: str, organization: Any, host: str) -> Any:
    from django.test import Client

    from shared_apps.accounts.queries import user_by_email

    user, client = user_by_email(email), Client(headers={"host": host, "accept-language": "bg"})
    session = client.session
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "shared_apps.accounts.backends.MemberBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session["organization_id"] = str(organization.id)
    session.save()
    return client


def _compare(visit: Visit, ask: Any, bare: psycopg.Connection[Any], rounds: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _warm in range(2):
        assert ask().status_code == 200, visit  # noqa: S101
    with CaptureQueriesContext(connection) as sent:
        ask()
    asked = [one["sql"] for one in sent.captured_queries]
    reads = [sql for sql in asked if re.match(r"\s*\(*(SELECT|WITH)\b", sql)]
    texts = [sql.replace("%", "%%").encode() for sql in reads]
    server, spent = connection.connection.info.backend_pid, 0.0
    ours, limit = [], []
    for _round in range(rounds):
        before = _processor(server)
        ours.append(_timed(ask))
        spent += _processor(server) - before
        limit.append(_timed(partial(_send, bare, texts)))
    ours.sort()
    p95 = ours[max(0, int(len(ours) * 0.95) - 1)]
    print(
        f"{visit.name:34} {statistics.median(ours):6.1f} ms {p95:6.1f} ms {spent * 1000 / rounds:7.1f} ms "
        f"{len(asked):11} {statistics.median(limit):7.1f} ms",
        flush=True,
    )


def _processor(server: int) -> float:
    """Seconds of processor that this process and the one that serves it in PostgreSQL have had."""
    own, stat = time.process_time(), Path(f"/proc/{server}/stat")
    if not stat.exists():
        return own
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return own + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _send(bare: psycopg.Connection[Any], texts: list[bytes]) -> None:
    for text in texts:
        bare.execute(text, ()).fetchall()


def _timed(ask: Any) -> float:
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    os.environ.setdefault("SECRET_KEY", "measuring")
    main()
