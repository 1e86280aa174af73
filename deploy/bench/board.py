"""The board of deals with 1,000, 2,000 and 20,000 open ones: `python -m deploy.bench.board`.

The whole product answers in one process (middleware, session, role, template), so the figures are
server time without the network.
"""

import argparse
import subprocess
import sys

from deploy.bench.ground import PROJECT, Ground, ground, run_django

PROGRAM = """
import statistics, time, random
from datetime import timedelta
from decimal import Decimal
import django; django.setup()
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from shared_apps.accounts.queries import actor_of, team_of
from shared_apps.core import clock
from tenant_apps.crm.models import Company, Deal, StageStay
from tenant_apps.crm.operations import CompanyChange, create_company
from tenant_apps.crm.queries import stages
from tenants.context import in_organization, reference_to
from tenants.models import Organization

WANTED, ROUNDS = {wanted}, {rounds}
organization = reference_to(Organization.objects.get(subdomain="measure"))
member = team_of(organization.id).get(role="owner")
teller, at = random.Random(1), clock.now()
with in_organization(organization):
    by = actor_of(member)
    companies = [
        create_company(details=CompanyChange(name="Фирма %d" % number), by=by, at=at) for number in range(200)
    ]
    road = list(stages())

def fill(count):
    with in_organization(organization):
        made = []
        for number in range(count):
            entered = at - timedelta(days=teller.randrange(30))
            stage = road[number % len(road)]
            made.append(Deal(
                name="Сделка %d" % number, stage=stage, pipeline_id=stage.pipeline_id,
                stage_entered_at=entered, value=Decimal(teller.randrange(100, 90_000)),
                currency="EUR" if number % 9 else "USD",
                expected_close_on=at.date() + timedelta(days=teller.randrange(90)),
                company=teller.choice(companies), owner_id=by.id, board_order=Decimal(number),
                name_folded="сделка %d" % number, search_text="sdelka %d" % number,
                next_task_at=at + timedelta(days=teller.randrange(-5, 9)) if number % 4 else None,
                created_at=entered, updated_at=entered,
            ))
        Deal.objects.bulk_create(made, batch_size=2000)
        StageStay.objects.bulk_create(
            [StageStay(deal=deal, stage_id=deal.stage_id, entered_at=deal.stage_entered_at) for deal in made],
            batch_size=2000,
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE crm_deal")

client = Client(headers={{"host": {host!r}, "accept-language": "bg"}})
session = client.session
session["_auth_user_id"] = str(member.user.pk)
session["_auth_user_backend"] = "shared_apps.accounts.backends.MemberBackend"
session["_auth_user_hash"] = member.user.get_session_auth_hash()
session["organization_id"] = str(organization.id)
session.save()

def measure(path):
    for _warm in range(5):
        assert client.get(path).status_code == 200
    times = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - begun) * 1000)
    with CaptureQueriesContext(connection) as sent:
        answer = client.get(path)
    times.sort()
    p95 = times[int(len(times) * 0.95) - 1]
    return "p50 %.1f ms, p95 %.1f ms, %d statements, %d kB" % (
        statistics.median(times), p95, len(sent), len(answer.content) // 1024)

have = 0
for count in WANTED:
    fill(count - have)
    have = count
    print("%6d open deals: board %s" % (count, measure("/deals/board/")), flush=True)
"""


def main() -> None:
    options = _options()
    with ground(options.contacts) as found:
        _measure(found, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--deals", type=int, nargs="+", default=[1_000, 2_000, 20_000])
    return parser.parse_args()


def _measure(found: Ground, options: argparse.Namespace) -> None:
    run_django(found.environment, "collectstatic", "--noinput", "--verbosity=0")
    program = PROGRAM.format(wanted=options.deals, rounds=options.rounds, host=found.host)
    environment = {**found.environment, "LOG_LEVEL": "ERROR"}
    subprocess.run([sys.executable, "-c", program], env=environment, cwd=PROJECT, check=True)


if __name__ == "__main__":
    main()
