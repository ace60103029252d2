"""The book in a real browser: whole, light, quiet, and to be used by everyone."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from embedkit.lessons import LESSONS, Lesson
from tests.browser import Visit, launched, look_at, served

KB = 1000
MOST_A_PAGE_WEIGHS = 400 * KB

# What axe finds in what the theme makes, and why it stays.
OF_THE_THEME: dict[str, str] = {}

# A word of each lesson that readers might look for.
TERMS = {
    "tokens_to_ids": "Zipf",
    "lookup_table": "padding",
    "learning_the_table": "AdamW",
    "meaning_from_context": "skip-gram",
    "geometry": "SimLex",
    "price_of_the_table": "ALBERT",
    "tied_head": "untied",
    "head_at_scale": "torchrun",
    "learned_positions": "LayerNorm",
    "sinusoidal": "frequencies",
    "rotary": "YaRN",
    "tiny_language_model": "extrapolation",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def address(browser: Browser, html: Path) -> Iterator[str]:
    """Return where the book is served; first of all, there must be a browser."""
    with served(html) as found:
        yield found


@pytest.fixture(scope="module")
def visits(browser: Browser, address: str, html: Path) -> dict[str, Visit]:
    """Return what each page of the book showed."""
    paths = sorted(path.relative_to(html) for path in html.rglob("*.html"))
    names = [path.as_posix() for path in paths if path.parts[0] != "_static"]
    assert len(names) > 2 * len(LESSONS)
    return {name: look_at(browser, address, name) for name in names if name != "index.html"}


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[Page]:
    """A page on a wide screen, with a mouse."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield page
    page.close()


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    """A page on a small screen that is touched."""
    page = browser.new_page(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark"
    )
    yield page
    page.close()


def test_no_page_reports_an_error(visits):
    assert {name: visit.errors for name, visit in visits.items() if visit.errors} == {}


def test_no_page_asks_another_host(visits):
    assert {name: visit.foreign for name, visit in visits.items() if visit.foreign} == {}


def test_no_page_scrolls_sideways(visits):
    assert {name: visit.too_wide for name, visit in visits.items() if visit.too_wide} == {}


def test_every_page_is_light(visits):
    weights = {name: visit.weight for name, visit in visits.items()}
    assert {name: weight for name, weight in weights.items() if weight > MOST_A_PAGE_WEIGHS} == {}
    assert min(weights.values()) > 20 * KB  # a page has a style at least: all was counted


def test_axe_finds_nothing_that_could_be_mended(visits):
    found = {
        (name, *finding)
        for name, visit in visits.items()
        for finding in visit.findings
        if finding[1] not in OF_THE_THEME
    }
    assert found == set()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_search_finds_a_term_of_each_lesson(lesson, desk, address):
    desk.goto(f"{address}/search.html?q={TERMS[lesson.slug]}")
    found = desk.locator(f"#search-results a[href*='chapters/{lesson.name}.html']").first
    expect(found).to_be_visible(timeout=15_000)


def test_the_search_field_leads_to_what_it_finds(desk, address):
    desk.goto(f"{address}/chapters/setup.html")
    desk.keyboard.press("Control+k")
    desk.keyboard.type("Hindi")
    desk.keyboard.press("Enter")
    expect(desk.locator("#search-results a").first).to_be_visible(timeout=15_000)


def test_the_contents_open_on_a_phone(phone, address):
    phone.goto(f"{address}/chapters/{LESSONS[1].name}.html")
    entry = phone.locator(".bd-sidebar-primary, dialog").get_by_text("Setting up").first
    expect(entry).not_to_be_in_viewport()
    phone.locator(".sidebar-toggle.primary-toggle").first.tap()
    expect(phone.locator("dialog[open]").get_by_text("Setting up")).to_be_in_viewport()


def test_the_reader_chooses_the_theme(desk, address):
    desk.goto(f"{address}/chapters/{LESSONS[1].name}.html")
    seen = set()
    for _ in range(3):
        desk.locator(".theme-switch-button").first.click()
        seen.add(desk.evaluate("document.documentElement.dataset.mode"))
    assert seen == {"light", "dark", "auto"}


def figures(page: Page, address: str, lesson: Lesson) -> list[Locator]:
    """Open a lesson, and return its interactive figures."""
    page.goto(f"{address}/chapters/{lesson.name}.html")
    found = page.locator("div.ek")
    expect(found.first).to_have_attribute("data-ready", "yes")
    return found.all()


def controls(figure: Locator, kind: str) -> list[Locator]:
    """Return the controls of one kind that can be used as the figure stands."""
    return [control for control in figure.locator(kind).all() if control.is_enabled()]


def answers(figure: Locator, *acts: Callable[[], None]) -> bool:
    """Say whether a figure changes what it shows when one of several things is done."""
    for act in acts:
        before = figure.inner_html()
        act()
        if figure.inner_html() != before:
            return True
    return False


def pressing(control: Locator, *keys: str) -> list[Callable[[], None]]:
    """Return what presses one key of several on a control."""
    return [partial(control.press, key) for key in keys]


def far_from_the_thumb(slider: Locator) -> dict[str, float]:
    """Return a place on a slider that is far from where it stands."""
    share = slider.evaluate("x => (x.value - x.min) / (x.max - x.min)")
    box = slider.bounding_box()
    return {"x": box["width"] * (0.75 if share < 0.5 else 0.25), "y": box["height"] / 2}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_figures_answer_to_the_keyboard(lesson, desk, address):
    for figure in figures(desk, address, lesson):
        assert figure.locator("input, select, button").count() > 0
        for slider in controls(figure, "input[type=range]"):
            assert answers(figure, *pressing(slider, "ArrowRight", "ArrowLeft"))
        for menu in controls(figure, "select"):
            assert answers(figure, *pressing(menu, "ArrowDown", "ArrowUp"))
        for line in controls(figure, "input:not([type=range])"):
            line.press("Control+a")
            assert answers(figure, partial(line.press_sequentially, "the king\n"))
        buttons = controls(figure, "button")
        presses = [act for button in buttons for act in pressing(button, "Enter")]
        assert answers(figure, *presses) or not buttons


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
@pytest.mark.parametrize(("screen", "use"), [("desk", "click"), ("phone", "tap")])
def test_figures_answer_to_mouse_and_finger(lesson, screen, use, address, request):
    page = request.getfixturevalue(screen)
    for figure in figures(page, address, lesson):
        for slider in controls(figure, "input[type=range]"):
            hit = partial(getattr(slider, use), position=far_from_the_thumb(slider))
            assert answers(figure, hit)
        buttons = controls(figure, "button")
        assert answers(figure, *[getattr(button, use) for button in buttons]) or not buttons


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_figures_say_in_words_what_they_show(lesson, desk, address):
    for figure in figures(desk, address, lesson):
        said = figure.locator("[role=status][aria-live=polite]").first.text_content()
        assert len(said) > 20
        assert "JavaScript" not in said
        for drawing in figure.locator("svg").all():
            hidden = drawing.evaluate("x => x.closest('[aria-hidden=true]') !== null")
            named = drawing.get_attribute("role") == "img" and drawing.get_attribute("aria-label")
            assert hidden or named


def test_a_term_explains_itself_to_mouse_keyboard_and_finger(desk, phone, address):
    term = "a.term[data-term='vocabulary']"
    for page, act in ((desk, "hover"), (desk, "focus"), (phone, "tap")):
        page.goto(f"{address}/chapters/{LESSONS[1].name}.html")
        word, meaning = page.locator(term), page.locator("#term-meaning")
        expect(meaning).to_be_hidden()
        if act == "focus":
            page.keyboard.press("Tab")  # from here on the browser shows where the focus is
        getattr(word, act)()
        expect(meaning).to_be_visible()
        assert meaning.locator("p").first.text_content() == word.get_attribute("data-means")
        assert meaning.locator("[lang=hi]").text_content() == word.get_attribute("data-hindi")
        assert word.get_attribute("aria-describedby") == "term-meaning"
        box = meaning.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]
        assert f"/chapters/{LESSONS[1].name}.html" in page.url
        page.keyboard.press("Escape")
        expect(meaning).to_be_hidden()


def test_the_second_tap_on_a_term_leads_to_the_glossary(phone, address):
    phone.goto(f"{address}/chapters/{LESSONS[1].name}.html")
    word = phone.locator("a.term[data-term='vocabulary']")
    word.tap()
    word.tap()
    phone.wait_for_url("**/chapters/glossary.html#term-vocabulary")
