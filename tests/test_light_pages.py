"""The pages are light: one style without unused rules, icons of our own, figures that wait."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


def extension(name: str) -> ModuleType:
    """Return an extension of the book, as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_page_loads_one_style_and_no_script_holds_it_up(pages):
    for path, page in pages.items():
        styles = [link["href"] for link in page.select("link[rel~=stylesheet]")]
        assert [style.rpartition("/")[2] for style in styles] == ["book.css"], path
        assert page.select("script[src]"), path
        assert page.select("script[src]:not([defer])") == [], path


def test_each_icon_is_one_of_ours(pages, html):
    style = (html / "_static" / "book.css").read_text(encoding="utf-8")
    drawn = set(re.findall(r"\.(fa-[\w-]+)\s*\{\s*--icon:\s*url\(\"data:image/svg", style))
    sizes_and_kinds = {"fa-lg", "fa-solid", "fa-regular"}
    used = {
        name
        for page in pages.values()
        for tag in page.select("[class*=fa-]")
        for name in tag["class"]
        if name.startswith("fa-")
    }
    assert used - sizes_and_kinds == used & drawn
    assert used & drawn
    assert not re.search("@font-face[^}]*(?i:awesome)", style)
    assert list(html.rglob("*fontawesome*.js")) == []


def test_figures_but_the_first_wait_and_have_their_size(pages, html):
    page = pages[html / "chapters" / "03_learning_the_table.html"]
    first, *others = page.select("article img")
    assert first.get("loading") is None
    assert others
    assert {image.get("loading") for image in others} == {"lazy"}
    for image in (first, *others):
        assert int(image["width"]) > int(image["height"]) / 2 > 50


def test_pages_say_what_they_are_about(pages, html):
    for path, page in pages.items():
        if path != html / "search.html":
            (described,) = page.select("meta[name=description]")
            assert 20 < len(described["content"]) < 170, path
    lesson = pages[html / "chapters" / "02_lookup_table.html"]
    content = lesson.select_one("meta[name=description]")["content"]
    assert content.startswith("What is an embedding layer?")


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".a{b:c}", ".a{b:c}"),
        (".unused{b:c}", ""),
        (".a .unused{b:c}", ""),
        (".unused,p{b:c}", ".unused,p{b:c}"),
        ("#a>p:hover{b:c}", "#a>p:hover{b:c}"),
        (".bs-tooltip-auto{b:c}", ".bs-tooltip-auto{b:c}"),
        ("@media print{.a{b:c}.unused{b:c}}", "@media print{.a{b:c}}"),
        ("@media print{.unused{b:c}}", ""),
        ("@keyframes turn{to{b:c}}", "@keyframes turn{to{b:c}}"),
        (".fa-a{b:c}", ""),
        (".fa,.fas{b:c}", ""),
        (".a .fa-a{b:c}", ".a .fa-a{b:c}"),
        ('@font-face{font-family:"FontAwesome"}', ""),
    ],
)
def test_a_rule_stays_if_something_can_match_it(css, kept):
    one_style = extension("one_style")
    rules = one_style.tinycss2.parse_stylesheet(css, True, True)
    assert "".join(one_style.used_rules(rules, {"a", "fa", "fas", "fa-a"})) == kept


LEAST_SCORES = {"desktop": 95, "mobile": 90}


@pytest.mark.parametrize("device", LEAST_SCORES)
def test_lighthouse_was_content_with_the_longest_lesson(device):
    result = json.loads(
        (ROOT / "benchmarks/results/pages/lighthouse.json").read_text(encoding="utf-8")
    )
    scores = result["devices"][device]["scores"]
    assert set(scores) == {"performance", "accessibility", "best-practices", "seo"}
    assert min(scores.values()) >= LEAST_SCORES[device], scores
