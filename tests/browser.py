"""A browser for the tests: the system's Chromium, steered by Playwright; and a look at a page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from embedkit.authoring.pdf import find_browser
from embedkit.authoring.serve import book_server

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The narrow one first, because the theme finds out as a page opens what can be scrolled.
WIDTHS = (390, 1280)
THEMES = ("light", "dark")

# What is laid out only when the reader comes near would escape the measurements, and a colour
# that is changing would be measured on its way.
STILL = """
.bd-article section { content-visibility: visible !important; }
* { transition: none !important; animation: none !important; }
"""
WEIGHT = "performance.getEntries().reduce((sum, entry) => sum + (entry.encodedBodySize || 0), 0)"
TOO_WIDE = "document.scrollingElement.scrollWidth - innerWidth"
# Of all words of one colour, one is judged. A lesson has thousands, and three dozen colours.
ONE_WORD_OF_EACH_COLOUR = """() => {
  const seen = new Set();
  for (const word of document.querySelectorAll(".highlight span[class]"))
    if (seen.has(word.className)) word.replaceWith(...word.childNodes);
    else seen.add(word.className);
}"""
JUDGE = """async () => {
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => [id, node.target.flat().join(" "), node.html.slice(0, 200)]));
}"""


@dataclass
class Visit:
    """What came to light while a page was open, at all widths and in both themes."""

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    too_wide: list[tuple[int, str, int]] = field(default_factory=list)
    findings: set[tuple[str, ...]] = field(default_factory=set)
    weight: int = 0


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the browser, or skip the test where there is none."""
    program = find_browser()
    if program is None:
        pytest.skip("there is no Chromium here: on Debian, `apt-get install chromium` brings it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the book on a free port while tests need it, and return its address."""
    server = book_server(0, folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def listen(page: Page, address: str, visit: Visit) -> None:
    """Note each error that the page reports, and each request that leaves the book."""

    def note(message: Any) -> None:
        if message.type == "error":
            visit.errors.append(message.text)

    def check(request: Any) -> None:
        if not request.url.startswith((address, "data:")):
            visit.foreign.append(request.url)

    page.on("console", note)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("request", check)


def look_at(browser: Browser, address: str, name: str) -> Visit:
    """Open a page of the book, and measure it at each width in each theme."""
    visit = Visit()
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 900}, color_scheme=THEMES[0])
    listen(page, address, visit)
    page.goto(f"{address}/{name}")
    page.add_style_tag(content=STILL)
    page.evaluate(axe())
    page.evaluate(ONE_WORD_OF_EACH_COLOUR)
    for width, judged in zip(WIDTHS, THEMES, strict=True):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            choose(page, theme)
            if (more := page.evaluate(TOO_WIDE)) > 0:
                visit.too_wide.append((width, theme, more))
        # One width for each theme: its colours are the same at the other.
        choose(page, judged)
        visit.findings |= {(judged, *finding) for finding in page.evaluate(JUDGE)}
    visit.weight = page.evaluate(WEIGHT)
    page.close()
    return visit


def choose(page: Page, theme: str) -> None:
    """Ask for a theme as the reader's system does, and wait until the page follows."""
    page.emulate_media(color_scheme=theme)
    page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")


def axe() -> str:
    """Return axe-core, which judges a page."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
