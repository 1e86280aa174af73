"""A whole set of sales, dirty on purpose, through the pages with no hand-editing of the files."""

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
from tests.imports.sales_set import PRODUCTS, SalesSet, plain_figures, sales_set


def test_a_slice_of_it(desk: Desk, in_alpha: OrganizationRef, owner: Actor) -> None:
    import_all(desk, sales_set(200), owner)


@pytest.mark.soak
def test_all_of_it(desk: Desk, in_alpha: OrganizationRef, owner: Actor) -> None:
    import_all(desk, sales_set(), owner)


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
    assert Deal.objects.values("owner_id").distinct().count() == len(files.agents)

    again = desk.imported(files.pipeline, "sales_pipeline.csv")
    assert again.counts["unchanged"] == files.pipeline.count("\n") - 1, again.counts


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
