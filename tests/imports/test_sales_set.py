"""A whole set of sales, dirty on purpose, through the pages with no hand-editing of the files."""

import csv
import io
from collections.abc import Mapping
from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.ids import new_id
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Company, Contact, Deal, DealStatus
from tenant_apps.crm.operations import StageChange, create_stage
from tenant_apps.crm.queries import first_stage
from tenant_apps.workspace.operations import mirror_member
from tenants.context import OrganizationRef
from tests.imports.conftest import Desk
from tests.imports.sales_set import PRODUCTS, STAGES, SalesSet, plain_figures, sales_set


def test_a_slice_of_it(desk: Desk, in_alpha: OrganizationRef, owner: Actor) -> None:
    import_all(desk, sales_set(300), owner)


@pytest.mark.soak
def test_all_of_it(desk: Desk, in_alpha: OrganizationRef, owner: Actor) -> None:
    import_all(desk, sales_set(), owner)
    counts = {status: Deal.objects.filter(status=status).count() for status in DealStatus}
    assert counts == {"won": 4_238, "lost": 2_473, "open": 2_089}
    assert Deal.objects.filter(company=None).count() == 1_425


def test_the_files_have_the_shape_of_the_set() -> None:
    files = sales_set()
    assert {stage: count for stage, (count, _sum) in plain_figures(files.pipeline).items()} == STAGES
    rows = list(csv.DictReader(io.StringIO(files.pipeline)))
    assert len(rows) == len({row["opportunity_id"] for row in rows}) == 8_800
    assert sum(row["account"] == "" for row in rows) == 1_425
    assert not any(row["product"] == "GTX Pro" for row in rows)
    assert sum(row["engage_date"] == "" for row in rows) == 500
    assert len({row["sales_agent"] for row in rows}) == 30


def import_all(desk: Desk, files: SalesSet, owner: Actor) -> None:
    prepare(files, owner)

    accounts = desk.imported(files.accounts, "accounts.csv")
    assert (accounts.counts["company.created"], accounts.counts.get("failed")) == (85, None), desk.problems(
        accounts
    )
    assert Company.objects.filter(country="PH").exists() and Company.objects.exclude(parent=None).exists()
    products = desk.imported(files.products, "products.csv")
    assert products.counts["created"] == len(PRODUCTS) == Product.objects.count()
    teams = desk.imported(files.teams, "sales_teams.csv", match_contact=["name"])
    assert teams.counts["created"] == len(files.agents) == Contact.objects.count()

    deals = desk.imported(files.pipeline, "sales_pipeline.csv")

    assert deals.counts.get("failed") is None, desk.problems(deals)
    assert not deals.counts.get("owner.unknown")
    assert figures() == plain_figures(files.pipeline)
    assert Company.objects.count() == 85
    assert Deal.objects.filter(items__product__name="GTX Pro").count() == files.pipeline.count("GTXPro")
    assert Deal.objects.values("owner_id").distinct().count() == 30

    again = desk.imported(files.pipeline, "sales_pipeline.csv")
    assert again.counts["unchanged"] == files.pipeline.count("\n") - 1, again.counts

    undone = desk.undo(deals)
    assert undone.state == "undone"
    assert not Deal.objects.filter(archived_at=None).exists()
    assert Company.objects.filter(archived_at=None).count() == 85


def prepare(files: SalesSet, owner: Actor) -> None:
    """The stages of the file are stages of ours, its agents are people of the team."""
    at, stage = clock.now(), first_stage()
    assert stage
    for name in ("Prospecting", "Engaging"):
        create_stage(
            pipeline_id=stage.pipeline_id, details=StageChange(name_bg=name, name_en=name), by=owner, at=at
        )
    for number, name in enumerate(files.agents):
        email = f"agent{number}@alpha.example"
        mirror_member(user_id=new_id(), name=name, email=email, role="user", is_active=True, by=owner, at=at)


def figures() -> Mapping[str, tuple[int, Decimal]]:
    """Stage → number and sum, as the database has them."""
    closed = Deal.objects.exclude(status=DealStatus.OPEN).values_list("status")
    still_open = Deal.objects.filter(status=DealStatus.OPEN).values_list("stage__name_en")
    rows = [*closed.annotate(Count("id"), Sum("value")), *still_open.annotate(Count("id"), Sum("value"))]
    return {name.capitalize(): (count, total) for name, count, total in rows}
