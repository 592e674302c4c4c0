"""The page of playground/ in Chromium, against the application as `make run` starts it.

Playwright drives the browser. Its event loop runs as long as the browser does, so each module has
a browser of its own: tests of other modules may need a loop.
"""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.chromium import find_chromium
from tests.functional.clients.conftest import Addresses, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NODE_MODULES = Path(__file__).with_name("node_modules")

SAMPLE = "landscape.jpg"
"""The first picture of `make run`, a JPEG of 3000×2000."""


def absent(reason: str) -> NoReturn:
    """Skip a test for what is not installed; fail in CI, where the project's scripts install it."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(scope="session")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """Run the application with its sample pictures."""
    find_chromium()
    with running(tmp_path_factory.mktemp("images")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Start Chromium; skip without it or Playwright, fail in CI."""
    chromium = find_chromium()
    if importlib.util.find_spec("playwright") is None:
        absent("needs Playwright, which `make test` installs")
    # An optional package of the tests.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def context(browser: "Browser") -> "Iterator[BrowserContext]":
    """Make a context in English, with a window of a small laptop."""
    made = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    made.set_default_timeout(20_000)
    yield made
    made.close()


class Visit:
    """A visit to the page, and what went wrong in it."""

    def __init__(self, page: "Page", addresses: Addresses) -> None:
        """Collect errors of scripts and messages of the console, which violations are among."""
        self.page = page
        self.addresses = addresses
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._collect)

    def _collect(self, message: Any) -> None:
        # Chromium reports each refused request; the page shows it.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(message.text)

    def open(self, process: str = "", key: str = SAMPLE, bucket: str = "demo") -> "Page":
        """Open the page with a picture and a process, and wait until it is there."""
        query = f"?{process}" if process else ""
        self.page.goto("about:blank")
        self.page.goto(f"{self.addresses.playground}/#/{bucket}/{key}{query}")
        self.page.locator("#header h1").wait_for()
        return self.page

    def wait_for_result(self) -> None:
        """Wait until the result of the shown process is there."""
        self.page.locator("#stage[aria-busy=false] .after").wait_for()

    @property
    def process(self) -> str:
        """The process that the page shows after its next frame."""
        frame = (
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        self.page.evaluate(frame)
        return str(self.page.locator("#process").input_value())

    def call(self, module: str, expression: str, argument: Any = None) -> Any:
        """Evaluate an expression of the argument `given` with a module of the page as `m`."""
        return self.page.evaluate(
            f"async (given) => {{ const m = await import('/{module}'); return {expression}; }}",
            argument,
        )


@pytest.fixture
def visit(
    context: "BrowserContext", addresses: Addresses, request: pytest.FixtureRequest
) -> Iterator[Visit]:
    """Visit the page; afterwards nothing may have gone wrong, violations of its policy included.

    With DARKROOM_SCREENSHOTS, the last state of each visit is written to that folder.
    """
    made = Visit(context.new_page(), addresses)
    yield made
    if folder := os.environ.get("DARKROOM_SCREENSHOTS"):
        made.page.screenshot(path=Path(folder) / f"{request.node.name}.png")
    assert made.faults == []
