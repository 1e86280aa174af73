"""People at a browser: what they do, in the words of the interface, and what they must never meet."""

from typing import Any
from urllib.parse import urlsplit

from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, WebError, expect

from tests.product import Product

PASSWORD = "correct-horse-7"
LOCALES = {"bg": "bg-BG", "en": "en-GB"}
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)
# Chromium repeats every unhappy status on the console; `_on_response` judges those.
REPEATED = "Failed to load resource"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Visitor:
    """One person with a browser of their own, who reads in one language.

    `faults` collects errors of scripts, answers of 500 and above, lost files, and requests to any other host.
    """

    def __init__(self, browser: Browser, product: Product, language: str, options: dict[str, Any]) -> None:
        self.product, self.language, self.faults = product, language, list[str]()
        self.led_to = "none"  # where the product leads them besides: the beginning of those addresses
        self.context = browser.new_context(
            **{
                "viewport": {"width": 1440, "height": 900},
                "locale": LOCALES[language],
                "reduced_motion": "reduce",
            }
            | options
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("console", self._on_console)
        self.context.on("weberror", self._on_error)
        self.context.on("request", self._on_request)
        self.context.on("response", self._on_response)
        self.page: Page = self.context.new_page()

    def leave(self) -> None:
        self.context.close()

    # What one does

    def word(self, english: str) -> str:
        """A text of the interface in this person's language."""
        with translation.override(self.language):
            return gettext(english)

    def go(self, path: str, subdomain: str = "") -> Response:
        """Open an address and wait until its scripts have run."""
        response = self.page.goto(self.product.url(path, subdomain))
        assert response is not None, path
        return response

    def fill(self, **values: str) -> None:
        """Type into fields, named as the form names them."""
        for name, value in values.items():
            self.field(name).fill(value)

    def field(self, name: str) -> Locator:
        return self.page.locator(f"main [name={name}], #panel [name={name}]").first

    def press(self, english: str, within: str = "body") -> None:
        """Press the button or link that says this."""
        said = self.word(english)
        place = self.page.locator(within)
        place.get_by_role("button", name=said, exact=True).or_(
            place.get_by_role("link", name=said, exact=True)
        ).first.click()

    def agree(self) -> None:
        """Say yes to the question that was asked."""
        self.page.locator("#confirm [value=yes]").click()

    def sign_in(self, subdomain: str, email: str, password: str = PASSWORD) -> None:
        """With e-mail and password, on an organization's host, or (subdomain empty) on the public one."""
        self.go("/accounts/login/", subdomain)
        self.fill(login=email, password=password)
        self.press("Sign in", within="main form")

    # What one sees

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_heading(self, text: str) -> None:
        """The page of this heading, its scripts run: what is pressed next finds them."""
        expect(self.page.locator("h1")).to_have_text(text)
        self.page.wait_for_load_state()

    def is_at(self, path: str, subdomain: str = "") -> None:
        """At this address, or at one that begins so when it ends with `…`."""
        address = self.product.url(path.removesuffix("…"), subdomain)
        self.page.wait_for_url(lambda url: url.startswith(address) if path.endswith("…") else url == address)

    def bytes_at(self, url: str) -> bytes:
        """What this person's browser gets from an address of the page's own host."""
        numbers = self.page.evaluate(
            "async (url) => [...new Uint8Array(await (await fetch(url)).arrayBuffer())]", url
        )
        return bytes(numbers)

    def width_of_page(self) -> int:
        """CSS pixels that the page wants; more than the window means scrolling sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    # What one must never meet

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(REPEATED):
            self.faults.append(f"console on {self._where(message.page)}: {message.text}")

    def _on_error(self, error: WebError) -> None:
        self.faults.append(f"script error on {self._where(error.page)}: {error.error}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        is_ours = f"{address.hostname}".endswith("tefter.localhost") and address.port == self.product.port
        is_right = is_ours or request.url.startswith(self.led_to)
        if address.scheme in {"http", "https", "ws", "wss"} and not is_right:
            self.faults.append(f"a request to another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        kind = response.request.resource_type
        is_lost_file = response.status >= 400 and kind in {"script", "stylesheet", "image", "font"}
        if response.status >= 500 or is_lost_file:
            self.faults.append(f"{response.status} for {response.request.method} {response.url}")

    def _where(self, page: Page | None) -> str:
        return urlsplit(page.url).path if page else "a closed page"
