"""Every page of both hosts: axe finds nothing serious, and no phone has to scroll sideways.

Once in Bulgarian by day, once in English by night, where only what colours decide is asked again. New pages
enter by themselves, from the URL table.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import resolve

from shared_apps.core.http import Page
from tenant_apps.client_portal.views.door import Door
from tests.isolation.addresses import Address, addresses_of
from tests.journeys.conftest import World
from tests.journeys.visitors import PHONE, Visitor
from tests.product import eventually

pytestmark = pytest.mark.journey
AXE = next(Path(__file__).parent.glob("vendor/axe-core-*/axe.min.js")).read_text()
DESK = {"width": 1440, "height": 900}
SERIOUS = {"serious", "critical"}
# Parts of pages, files, answers for scripts, what leads on at once, and what answers POST alone.
NOT_PAGES = {
    "check_subdomain",
    "company_duplicates",
    "company_options",
    "palette_actions",
    "contact_duplicates",
    "contact_options",
    "deal_options",
    "product_options",
    "company_quick_create",
    "invoice_client",
    "invoice_pdf",
    "invoice_ubl",
    "open_items_csv",
    "sales_ledger_csv",
    "sales_ledger_nra",
    "month_pack_file",
    "company_statement_pdf",
    "contact_statement_pdf",
    "price_memory",
    "invoice_rules",
    "annulment_pdf",
    "import_failed_rows",
    "import_result",
    "archive_download",
    "export_report",
    "offer_pdf",
    "list_export_file",
    "note_mail_event",
    "hear_mail_service",
    "receive_stripe_event",
    "request_checkout",
    "statement_file",
    "organization_logo",
    "public_pdf",
    "public_ubl",
    "public_transfer_code",
    "public_logo",
    "public_colors",
    "attachment_content",
    "record_field",
    "complete_handover",
    "account_logout",
    "begin_handover",
    "send_verification_mail",
    "set_language",
}
# Looked at once for each walk: what all pages of a host have in common.
SHELL = [".sidebar", ".topbar"]
OF_COLOURS = ["color-contrast"]
FIND = """async ([known, rules]) => (
  await axe.run({ exclude: known }, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) })
).violations.map((one) => ({
  id: one.id, impact: one.impact,
  nodes: one.nodes.map((node) => `${node.target.join(" ")} · ${node.any.concat(node.all)[0]?.message ?? ""}`),
}))"""
TIMES = pytest.mark.parametrize(("language", "colours"), [("bg", "light"), ("en", "dark")])


@TIMES
def test_pages_of_an_organization(
    language: str, colours: str, member: Callable[..., Visitor], world: World
) -> None:
    one = member("beta", "owner", language, color_scheme=colours)
    one.is_at("/", "beta")
    choose_language(one, language)
    try:
        wrong = walk(one, "beta", settings.ROOT_URLCONF, world, rules_of(colours))
    finally:
        one.go("/", "beta")
        choose_language(one, "en")  # their own, for whoever comes as them next
    assert wrong == []


@TIMES
def test_pages_of_the_public_host(
    language: str, colours: str, visitor: Callable[..., Visitor], world: World
) -> None:
    one = visitor(language, color_scheme=colours)
    assert walk(one, "", settings.PUBLIC_SCHEMA_URLCONF, world, rules_of(colours)) == []


@TIMES
def test_pages_that_clients_open(
    language: str, colours: str, visitor: Callable[..., Visitor], world: World
) -> None:
    one, wrong = visitor(language, color_scheme=colours), list[str]()
    one.page.add_init_script(AXE)
    for kind, token in world.belongings["beta"]["client_links"].items():
        one.go(f"/p/{token}/?lang={language}", "beta")
        one.page.locator(f"html[lang={language}] h1").wait_for()
        wrong += [f"{kind}: {fault}" for fault in faults_of(one, [], rules_of(colours))]
    assert wrong == []


def choose_language(one: Visitor, language: str) -> None:
    one.page.locator(".person").click()
    one.page.locator(f".person-menu [name=language][value={language}]").click()
    one.page.locator(f"html[lang={language}]").wait_for()


def rules_of(colours: str) -> list[str] | None:
    """Those of axe that are to be asked; None: all of them."""
    return None if colours == "light" else OF_COLOURS


def walk(one: Visitor, subdomain: str, urlconf: str, world: World, rules: list[str] | None) -> list[str]:
    """What is wrong with the pages of a host, a line for each fault."""
    one.page.add_init_script(AXE)
    wrong: list[str] = []
    known: list[str] = []
    for page in pages_of(urlconf):
        path = page.path(world.belongings["beta"])
        if answers_get(path, urlconf):
            one.go(path, subdomain)
            wrong += [f"{path}: {fault}" for fault in faults_of(one, known, rules)]
            known = SHELL
    return wrong


def pages_of(urlconf: str) -> list[Address]:
    return [one for one in addresses_of(urlconf) if not one.is_api and one.name not in NOT_PAGES]


def answers_get(path: str, urlconf: str) -> bool:
    view = resolve(path, urlconf).func
    return not isinstance(view, (Page, Door)) or "GET" in view.handlers


def faults_of(one: Visitor, known: list[str], rules: list[str] | None) -> Iterator[str]:
    """Of the page that is open: as axe finds it on a desk, without what is `known`; and at the width of a
    phone. It begins at the width at which the page before was left.
    """
    looks = [_axe_faults(one, known, rules), _width_faults(one)]
    for look in looks if one.page.viewport_size == DESK else reversed(looks):
        yield from look


def _axe_faults(one: Visitor, known: list[str], rules: list[str] | None) -> Iterator[str]:
    if one.page.viewport_size != DESK:
        one.page.set_viewport_size(DESK)
    for violation in one.page.evaluate(FIND, [known, rules]):
        if violation["impact"] in SERIOUS:
            yield f"{violation['id']} ({violation['impact']}): " + "; ".join(violation["nodes"][:3])


def _width_faults(one: Visitor) -> Iterator[str]:
    if one.page.viewport_size == DESK:
        one.page.set_viewport_size(PHONE["viewport"])
    if not eventually(lambda: one.width_of_page() <= PHONE["viewport"]["width"], seconds=5):
        yield f"a phone has to scroll sideways, to {one.width_of_page()} px"
