"""The book builds without a warning, and its pages are whole and ask no other host for anything."""

import importlib
import inspect
import json
import os
import re
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urldefrag, urlparse

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from glossary_data import read_terms
from lesson_head import run_elsewhere
from PIL import Image
from preview import PICTURE, tags
from repository import Repository, find_repository

from embedkit.grading.kit import TOOLS, modules_of
from embedkit.lessons import LESSONS, Lesson

ROOT = Path(__file__).parent.parent
TERMS = read_terms(ROOT / "chapters" / "glossary.yml")
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


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.name)
def test_a_sheets_page_folds_the_solution_below_each_task(lesson, pages, html):
    worked = nbformat.read(lesson.solution(ROOT), as_version=4)
    page = pages[html / "exercises" / f"{lesson.name}.html"]
    folded = {
        drop.summary.get_text(strip=True): drop for drop in page.select("details.sd-dropdown")
    }
    texts = {cell.id: cell.source for cell in worked.cells}
    numbers = [cell.metadata.embedkit.task for cell in worked.cells if cell.id.startswith("answer")]
    assert list(folded) == [f"Solution of {number}" for number in numbers]
    for number, drop in zip(numbers, folded.values(), strict=True):
        answer = texts[f"answer-{number.replace('.', '-')}"]
        solved = answer.split("### BEGIN SOLUTION\n")[1].split("### END SOLUTION")[0]
        first_line = solved.strip().splitlines()[0].strip()
        assert not drop.has_attr("open")
        assert first_line in drop.pre.get_text()
        assert '"""' not in drop.pre.get_text()
        assert drop.find_all("p")[-1].get_text(strip=True)


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.name)
def test_a_term_explains_itself_where_a_lesson_first_uses_it(lesson, pages, html):
    page = pages[html / "chapters" / f"{lesson.name}.html"]
    uses = page.select("a.term")
    marked = [use["data-term"] for use in uses]
    means = {term.term: term for term in TERMS}
    own = {term.term for term in TERMS if term.lesson == lesson.number}
    assert len(marked) == len(set(marked))
    assert len(own & set(marked)) > len(own) / 2
    assert not page.select(":is(h1, h2, h3, code, figcaption) a.term, a a")
    for use in uses:
        term = means[use["data-term"]]
        assert use.get_text().lower() in {form.lower() for form in term.spellings}
        assert use["data-means"] == term.means.replace("`", "")
        assert use["data-hindi"] == f"{term.hindi}: {term.gloss}"


def test_the_glossary_and_the_index_hold_every_term(pages, html):
    page = pages[html / "chapters" / "glossary.html"]
    shown = page.select("dl.all-terms > dt")
    names = [item.get_text(strip=True).removesuffix("#").replace("’", "'") for item in shown]
    assert names == sorted((term.term for term in TERMS), key=str.lower)
    assert len(page.select("dl.all-terms [lang=hi]")) == len(TERMS)
    index = BeautifulSoup((html / "genindex.html").read_text(encoding="utf-8"), "html.parser")
    leads = {link["href"] for link in index.select("a[href*='glossary.html#term-']")}
    assert len(leads) == len(TERMS)
    assert index.select_one("a[href='chapters/01_tokens_to_ids.html#use-token']")


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


def claims_printed_in_chapters() -> set[tuple[str, str]]:
    """Return each statement that a stored output proves, with the name of its chapter."""
    return {
        (name.removeprefix("chapters/"), line[2:])
        for name in listed_in_toc()
        if (ROOT / f"{name}.ipynb").is_file() and name.startswith("chapters/")
        for cell in nbformat.read(ROOT / f"{name}.ipynb", as_version=4).cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream"
        for line in output.text.splitlines()
        if line.startswith("✓ ")
    }


def test_page_of_claims_links_each_claim_to_the_cell_that_proves_it(pages, html):
    page = html / "chapters" / "claims.html"
    linked = set()
    for link in pages[page].select("ul.claims a"):
        address, anchor = urldefrag(link["href"])
        cell = pages[(page.parent / address).resolve()].find(id=anchor)
        output = " ".join(part.get_text() for part in cell.select(".cell_output"))
        assert f"✓ {link.get_text()}" in output, link
        linked.add((Path(address).stem, link.get_text()))
    assert linked == claims_printed_in_chapters()
    assert f"There are {len(pages[page].select('ul.claims a'))} claims" in pages[page].get_text()


def public_names(module: ModuleType) -> list[str]:
    """Return the functions and classes that a module defines, and their public methods."""
    own = [
        thing
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
        if inspect.isfunction(thing) or inspect.isclass(thing)
    ]
    methods = [
        method
        for thing in own
        if inspect.isclass(thing)
        for name, method in vars(thing).items()
        if not name.startswith("_") and inspect.isfunction(method)
    ]
    return [f"{module.__name__}.{thing.__qualname__}" for thing in [*own, *methods]]


def has_all_of(page: BeautifulSoup, modules: list[str]) -> list[str]:
    """Return what a page of the reference lacks of some modules."""
    names = [
        name
        for module in modules
        for name in public_names(importlib.import_module(f"embedkit.{module}"))
    ]
    assert names
    described = {tag["id"] for tag in page.select("dt.sig[id]") if tag.find_next_sibling("dd").p}
    return [name for name in names if name not in described]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_reference_describes_all_that_a_lesson_builds(lesson, pages, html):
    page = pages[html / "chapters" / "reference" / f"{lesson.name}.html"]
    assert has_all_of(page, [Path(name).stem for name in modules_of(lesson)]) == []


def test_reference_describes_the_helpers(pages, html):
    helpers = [Path(name).stem for name in TOOLS if name.endswith(".py")]
    modules = [*(name for name in helpers if name != "__init__"), "widgets", "widgets.figure"]
    assert has_all_of(pages[html / "chapters" / "reference" / "helpers.html"], modules) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_chapter_leads_to_its_code(lesson, pages, html):
    page = pages[html / "chapters" / f"{lesson.name}.html"]
    links = page.select(f'main a[href^="reference/{lesson.name}.html"]')
    assert f"embedkit.{lesson.slug}" in [link.get_text() for link in links]


def test_the_index_has_what_the_reference_describes(pages, html):
    listed = {link["href"] for link in pages[html / "genindex.html"].select("table a[href]")}
    assert "chapters/reference/02_lookup_table.html#embedkit.lookup_table.lookup" in listed


def test_page_on_speed_names_every_benchmark_and_every_result(pages, html):
    page = pages[html / "chapters" / "speed.html"]
    text = page.select_one("main").get_text()
    machines = page.select_one("#cell-machines .cell_output").get_text()
    results = [path.stem for path in (ROOT / "benchmarks" / "results").glob("*.json")]
    programs = [path for path in (ROOT / "benchmarks").glob("*.py") if path.stem != "machine"]
    assert len(results) >= 9
    assert len(programs) >= 8
    for name in results:
        assert re.search(rf"(^|, ){name}(, |$)", machines, re.MULTILINE), name
    for path in programs:
        ways = f"python benchmarks/{path.name}", f"python -m benchmarks.{path.stem}"
        assert any(way in text for way in ways), path.name
    assert "GPU: not measured" in text


def test_page_for_teachers_plans_each_lesson_once(pages, html):
    plan = pages[html / "chapters" / "teaching.html"].select_one("table.four-weeks")
    links = [Path(link["href"]).stem for link in plan.select("a")]
    assert links == [lesson.name for lesson in LESSONS]
    assert len(plan.select("tbody tr")) == 4


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_page_for_teachers_holds_each_wrong_answer_below_its_task(lesson, pages, html):
    folded = pages[html / "chapters" / "teaching.html"].select("details.mistakes")
    (part,) = [tag for tag in folded if tag.summary.b.get_text() == str(lesson.number)]
    answers = importlib.import_module(f"tests.answers.{lesson.slug}").WRONG
    assert part.summary.small.get_text() == f"{len(answers)} answers"
    for name in part.select("p.task"):
        number = name.get_text().split()[1]
        rows = [
            [cell.get_text().strip() for cell in row.select("td")]
            for row in name.find_next("table").select("tbody tr")
        ]
        counts = [int(count) for count, hint, _ in rows if "that the check knows" not in hint]
        assert counts == sorted(counts, reverse=True)
        shown = sorted(name for _, _, names in rows for name in names.split("; "))
        of_task = [answer.name for answer in answers if answer.task == number]
        assert shown == sorted("; ".join(of_task).split("; ")), number
    tasks = {answer.task for answer in answers}
    assert {tag.get_text().split()[1] for tag in part.select("p.task")} == tasks


def test_cover_opens_the_first_page(pages, html):
    cover = pages[html / "chapters" / "intro.html"].select_one("h1 ~ svg.cover[aria-label]")
    assert [text.get_text() for text in cover.find_all("text")].count("king") == 2


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.name)
def test_head_of_a_lesson_says_what_the_notebook_says(lesson, pages, html):
    page = pages[html / "chapters" / f"{lesson.name}.html"]
    opening = json.loads(lesson.chapter(ROOT).read_text(encoding="utf-8"))["cells"][0]["source"]
    takes = "".join(opening).split("\n\n")[2].strip("*").replace("`", "").replace("'", "’")
    assert page.select_one(".lesson-question").get_text() == lesson.question
    assert page.select_one(".lesson-facts .time").get_text().startswith("About ")
    assert page.select_one(".lesson-facts .needs").get_text().startswith("You need ")
    assert " ".join(fact.get_text() for fact in page.select(".lesson-facts li")) == takes
    linked = [int(link.get_text()) for link in page.select(".lesson-facts .needs a")]
    named = [int(number) for number in re.findall(r"\d+", takes.partition("You need")[2])]
    assert linked == named
    assert all(
        link["href"].startswith(f"{int(link.get_text()):02d}_")
        for link in page.select(".lesson-facts .needs a")
    )


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.name)
def test_buttons_lead_to_the_other_half_and_to_the_notebook(lesson, pages, html):
    for folder, other in [("chapters", "exercises"), ("exercises", "chapters")]:
        path = html / folder / f"{lesson.name}.html"
        head = pages[path].select_one("section > nav.lesson-buttons")
        half, notebook, *elsewhere = head.find_all("a")
        assert half["href"] == f"../{other}/{lesson.name}.html"
        downloaded = (path.parent / notebook["href"]).read_bytes()
        assert downloaded == (ROOT / folder / f"{lesson.name}.ipynb").read_bytes()
        assert notebook["download"] == f"{lesson.name}.ipynb"
        assert [link["href"] for link in elsewhere] == opens_elsewhere(f"{folder}/{lesson.name}")


def opens_elsewhere(name: str) -> list[str]:
    """Return where a notebook opens on other machines, if this copy knows its own address."""
    repository = find_repository(ROOT, os.environ)
    path = f"{name}.ipynb"
    return [repository.colab(path), repository.binder(path)] if repository else []


def test_links_to_other_machines_follow_the_repository():
    assert run_elsewhere(None, "chapters/a.ipynb") == []
    found = Repository("someone", "course")
    colab, binder = run_elsewhere(found, "chapters/a.ipynb")
    assert f'href="{found.colab("chapters/a.ipynb")}"' in colab
    assert f'href="{found.binder("chapters/a.ipynb")}"' in binder


def test_sheets_say_their_points(pages, html):
    for lesson in WRITTEN:
        page = pages[html / "exercises" / f"{lesson.name}.html"]
        assert page.select_one(".lesson-facts .points").get_text().endswith("tasks, 10 points")


def test_pages_say_where_in_the_course_they_stand(pages, html):
    for folder in ("chapters", "exercises"):
        place = pages[html / folder / "07_tied_head.html"].select_one(".lesson-place")
        assert place.get_text() == "Lesson 7 of 12 · Part III: The price of the table"


def test_foot_follows_the_path_of_learning(pages, html):
    path = listed_in_toc()
    for here, after in pairwise(["chapters/intro", *path]):
        link = pages[html / f"{here}.html"].select_one("a.right-next")
        target = os.path.relpath(html / f"{after}.html", (html / here).parent)
        assert Path(link["href"]) == Path(target)
    questions = {f"chapters/{lesson.name}": lesson.question for lesson in WRITTEN}
    for here, after in pairwise(path):
        shown = pages[html / f"{here}.html"].select_one("a.right-next .question")
        assert (shown.get_text() if shown else None) == questions.get(after)


def test_preview_of_a_page_has_its_title_and_question(pages, html):
    page = pages[html / "chapters" / "07_tied_head.html"]
    said = {tag["property"]: tag["content"] for tag in page.select("meta[property^='og:']")}
    assert said["og:title"] == "7 · Tied head"
    assert said["og:description"] == "Can the same matrix read and write?"
    assert ("og:image" in said) == bool(os.environ.get("COURSE_ADDRESS"))


def test_preview_names_the_picture_where_the_address_is_known(html):
    base = "https://example.org/course/"
    said = tags("A page", "The book", "", base, "chapters/a.html")
    assert said["og:url"] == "https://example.org/course/chapters/a.html"
    assert said["og:image"] == f"{base}{PICTURE}"
    with Image.open(html / PICTURE) as picture:
        assert picture.size == (1200, 630)
