"""Every page of both hosts, in both languages, by day, by night and on a phone: axe finds nothing serious, nothing scrolls sideways.

The addresses are read from the URL table, so new pages enter by themselves.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Error as PlaywrightError

from tests.isolation.addresses import Address, addresses_of
from tests.journeys.conftest import World
from tests.journeys.visitors import PHONE, Visitor

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
AXE = next(Path(__file__).parent.glob("vendor/axe-core-*/axe.min.js"))
SERIOUS = {"serious", "critical"}
# Parts of pages, files, answers for scripts, and what leads on at once. Addresses that answer POST alone are found out.
NOT_PAGES = {
    "check_subdomain", "company_duplicates", "company_options", "contact_options", "product_options", "company_quick_create",
    "invoice_pdf", "organization_logo", "begin_handover", "complete_handover", "account_logout",
}
FIND = """async (rules) => {
  const options = { resultTypes: ["violations"], ...(rules ? { runOnly: { type: "rule", values: rules } } : {}) };
  return (await axe.run(document, options)).violations.map((one) => ({
    id: one.id, impact: one.impact,
    nodes: one.nodes.map((node) => `${node.target.join(" ")} · ${node.any.concat(node.all).map((why) => why.message)[0] ?? ""}`),
  }));
}"""


@pytest.mark.parametrize("language", ["bg", "en"])
def test_pages_of_an_organization(language: str, member: Callable[..., Visitor], world: World) -> None:
    one = member("beta", "owner", language)
    one.is_at("/", "beta")
    choose_language(one, language)
    pages = [page for page in pages_of(settings.ROOT_URLCONF) if not page.is_api]
    assert walk(one, "beta", [page.path(world.belongings["beta"]) for page in pages]) == []


@pytest.mark.parametrize("language", ["bg", "en"])
def test_pages_of_the_public_host(language: str, visitor: Callable[..., Visitor], world: World) -> None:
    one = visitor(language)
    pages = pages_of(settings.PUBLIC_SCHEMA_URLCONF)
    assert walk(one, "", [page.path(world.belongings["beta"]) for page in pages]) == []


def pages_of(urlconf: str) -> Iterator[Address]:
    return (address for address in addresses_of(urlconf) if address.name not in NOT_PAGES)


def choose_language(one: Visitor, language: str) -> None:
    one.page.locator(".person").click()
    one.page.locator(f".person-menu [name=language][value={language}]").click()
    one.page.locator(f"html[lang={language}]").wait_for()


def walk(one: Visitor, subdomain: str, paths: list[str]) -> list[str]:
    """What is wrong with these pages, a line for each fault."""
    wrong: list[str] = []
    for path in paths:
        if opens(one, path, subdomain):
            wrong += [f"{path}: {fault}" for fault in faults_of(one)]
    return wrong


def opens(one: Visitor, path: str, subdomain: str) -> bool:
    """Whether a browser may look: an address that answers POST alone sends no page."""
    try:
        one.go(path, subdomain)
    except PlaywrightError as error:
        if "ERR_HTTP_RESPONSE_CODE_FAILURE" not in str(error):
            raise
        return False
    return True


def faults_of(one: Visitor) -> Iterator[str]:
    """Of the page that is open: by day with every rule, by night with the one of colours, and at the width of a phone."""
    if not one.page.evaluate("Boolean(window.axe)"):
        one.page.evaluate(AXE.read_text())
    yield from serious("day", one.page.evaluate(FIND, None))
    one.page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    yield from serious("night", one.page.evaluate(FIND, ["color-contrast", "link-in-text-block"]))
    one.page.set_viewport_size(PHONE["viewport"])
    if (width := one.width_of_page()) > PHONE["viewport"]["width"]:
        yield f"a phone has to scroll sideways, to {width} px"
    one.page.set_viewport_size({"width": 1440, "height": 900})


def serious(when: str, violations: list[dict[str, Any]]) -> Iterator[str]:
    for one in violations:
        if one["impact"] in SERIOUS:
            yield f"{when}: {one['id']} ({one['impact']}): " + "; ".join(one["nodes"][:3])
