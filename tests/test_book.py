"""The book builds without a warning, and its pages are whole and ask no other host for anything."""

import re
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest
import yaml
from bs4 import BeautifulSoup, Tag

from embedkit.lessons import LESSONS, Lesson

ROOT = Path(__file__).parent.parent
WRITTEN = [lesson for lesson in LESSONS if lesson.chapter(ROOT).is_file()]

TEMPLATES = sorted((ROOT / "embedkit" / "widgets").glob("*.html"))

# Each way in which a page can make the browser fetch something: an element and its attribute.
FETCHES = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
    "image": "href",
    "use": "href",
}
FETCHING_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect"}
STYLE_FETCHES = re.compile(r"""(?:url\(|@import)\s*["']?([^"')\s;]+)""")


def is_foreign(address: str) -> bool:
    """Say whether an address leads to another host."""
    return bool(urlparse(address.strip()).netloc)


def addresses_fetched(page: BeautifulSoup) -> list[str]:
    """Return all that a browser fetches by itself when it opens the page."""
    found = [tag.get(key) for name, key in FETCHES.items() for tag in page.find_all(name)]
    found += [tag["srcset"] for tag in page.find_all(srcset=True)]
    found += [link["href"] for link in page.find_all("link") if FETCHING_LINKS & set(link["rel"])]
    styles = [tag.get_text() for tag in page.find_all("style")]
    styles += [tag["style"] for tag in page.find_all(style=True)]
    found += [address for style in styles for address in STYLE_FETCHES.findall(style)]
    return [address for address in found if address]


def test_builds_without_a_warning(build):
    warnings = [line for line in build.said.splitlines() if "WARNING" in line or "ERROR" in line]
    assert build.returncode == 0, build.said[-3000:]
    assert warnings == []


def test_pages_fetch_nothing_from_another_host(pages, html):
    foreign = [
        (str(path.relative_to(html)), address)
        for path, page in pages.items()
        for address in addresses_fetched(page)
        if is_foreign(address)
    ]
    assert foreign == []


def test_styles_fetch_nothing_from_another_host(html):
    styles = list(html.rglob("*.css"))
    foreign = [
        (style.name, address)
        for style in styles
        for address in STYLE_FETCHES.findall(style.read_text(encoding="utf-8"))
        if is_foreign(address)
    ]
    assert styles
    assert foreign == []


def test_scripts_in_pages_name_no_other_host(pages, html):
    foreign = [
        (str(path.relative_to(html)), script.get_text()[:200])
        for path, page in pages.items()
        for script in page.find_all("script", src=False)
        if re.search(r"""["'](?:https?:)?//\w""", script.get_text())
    ]
    assert foreign == []


def test_what_pages_fetch_is_there(pages, html):
    missing = [
        (str(path.relative_to(html)), address)
        for path, page in pages.items()
        for address in addresses_fetched(page)
        if not urlparse(address).scheme
        and not (path.parent / unquote(urlparse(address).path)).is_file()
    ]
    assert missing == []


def test_links_inside_the_book_lead_somewhere(pages, html):
    anchors = {path: {tag["id"] for tag in page.find_all(id=True)} for path, page in pages.items()}
    broken = []
    for path, page in pages.items():
        for link in page.find_all("a", href=True):
            address, fragment = urldefrag(link["href"])
            if urlparse(address).scheme or is_foreign(address):
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            known = anchors.get(target, set())
            if not target.is_file() or (fragment and unquote(fragment) not in known):
                broken.append((str(path.relative_to(html)), link["href"]))
    assert broken == []


def test_first_page_leads_into_the_book(html):
    refresh = BeautifulSoup((html / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert refresh.html["lang"] == "en"
    assert (html / refresh.select_one("link[rel~=icon]")["href"]).is_file()
    address = refresh.find("meta", attrs={"http-equiv": "Refresh"})["content"].split("url=")[1]
    assert (html / address).is_file()


def test_images_say_what_they_show(pages, html):
    silent = []
    for path, page in pages.items():
        for image in page.select("main img"):
            alt = (image.get("alt") or "").strip()
            if not alt or re.search(r"[/\\]|\.(png|svg|jpe?g)$", alt):
                silent.append((str(path.relative_to(html)), image.get("src"), alt))
        for drawing in page.select("svg[role=img]:not([aria-hidden=true])"):
            if not (drawing.get("aria-label") or drawing.find("title")):
                silent.append((str(path.relative_to(html)), "svg", ""))
    assert silent == []


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.slug)
def test_each_lesson_has_a_figure_that_says_what_it_is_without_a_script(lesson, pages, html):
    figures = pages[html / "chapters" / f"{lesson.name}.html"].select("div.ek")
    assert figures
    for figure in figures:
        assert (
            "It needs a browser with JavaScript." in figure.select_one("[role=status]").get_text()
        )
        assert not re.search(r"\b(fetch|XMLHttpRequest|import)\s*\(", figure.decode())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_the_code_of_an_interactive_figure_is_small(template):
    assert template.stat().st_size < 10_000


def test_pages_have_language_title_and_icon(pages):
    for path, page in pages.items():
        assert page.html["lang"] == "en", path
        assert page.title.get_text().strip(), path
        assert page.select("link[rel~=icon]"), path
        assert len(page.find_all("h1")) >= 1, path


def test_a_page_holds_one_search_field(pages):
    for path, page in pages.items():
        if path.name != "search.html":
            assert len(page.select(".search-button-field")) == 1, path


def test_formulas_are_drawn_in_the_page(pages, html):
    notation = pages[html / "chapters" / "notation.html"]
    assert notation.find("math", alttext=r"E \in \mathbb{R}^{V \times D}")
    assert not any(page.find(class_="MathJax") for page in pages.values())


def listed_in_toc() -> list[str]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))

    def files(entry) -> list[str]:
        if isinstance(entry, list):
            return [name for part in entry for name in files(part)]
        if isinstance(entry, dict):
            here = [entry["file"]] if "file" in entry else []
            return here + [name for value in entry.values() for name in files(value)]
        return []

    return files(toc)


@pytest.mark.parametrize("folder", ["chapters", "exercises"])
def test_toc_lists_exactly_the_lessons_that_exist(folder):
    listed = [name for name in listed_in_toc() if re.match(rf"{folder}/\d\d_", name)]
    there = sorted(f"{folder}/{path.stem}" for path in (ROOT / folder).glob("[0-9][0-9]_*.ipynb"))
    assert listed == [name for name in there if ".old-" not in name]
    assert len(listed) == len(WRITTEN)


def entry_of(lesson: Lesson, page: BeautifulSoup) -> Tag:
    """Return a lesson's entry on the map of the course."""
    entries = page.select(".course-map ul > li")
    return next(entry for entry in entries if entry.b.get_text() == str(lesson.number))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_map_links_lessons_that_exist_and_marks_the_others(lesson, pages, html):
    entry = entry_of(lesson, pages[html / "chapters" / "intro.html"])
    assert lesson.question in entry.get_text()
    if lesson in WRITTEN:
        assert entry.a["href"] == f"{lesson.name}.html"
    else:
        assert entry.a is None
        assert "to come" in entry.get_text()
