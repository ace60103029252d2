"""A learner's way through JupyterLab: from the start page into a notebook, and Run All."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from playwright.sync_api import Page, expect

from embedkit.grading.notebooks import clear_outputs, code_cells
from embedkit.lessons import LESSONS
from tests.browser import launched
from tests.lab import ROOT, copy_of_the_course, lab

LESSON = next(lesson for lesson in LESSONS if lesson.slug == "rotary")  # it runs in seconds
MILLISECONDS = 180_000


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a copy in which the chapter was never run, so that no stored number passes for new."""
    root = copy_of_the_course(tmp_path / "course")
    chapter = nbformat.read(LESSON.chapter(root), as_version=4)
    for cell in code_cells(chapter):
        clear_outputs(cell)
    nbformat.write(chapter, LESSON.chapter(root))
    return root


@pytest.fixture
def page(course: Path, tmp_path: Path) -> Iterator[tuple[Page, str]]:
    """Return a page of the browser, and where JupyterLab is."""
    with launched() as browser, lab(course, tmp_path / "jupyter") as address:
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.set_default_timeout(MILLISECONDS)
        yield opened, address


def run_all(page: Page) -> None:
    """Choose Run → Restart Kernel and Run All Cells…"""
    page.get_by_text("(ipykernel) | Idle").wait_for()
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.get_by_role("menuitem", name=re.compile("Restart Kernel and Run All Cells")).click()
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    page.locator(".jp-Dialog").wait_for(state="detached")


def saved(page: Page, path: Path, cells: int) -> NotebookNode:
    """Save until the file holds that all code cells ran, or that one failed; return it."""
    until = time.monotonic() + MILLISECONDS / 1000
    while time.monotonic() < until:
        page.keyboard.press("Control+s")
        page.wait_for_timeout(500)
        with suppress(ValueError, nbformat.reader.NotJSONError):  # it is being written
            notebook = nbformat.read(path, as_version=4)
            code = code_cells(notebook)
            if code[-1].execution_count == cells or "error" in kinds_of_outputs(code):
                return notebook
    raise AssertionError(f"{path.name} did not come to its end")


def kinds_of_outputs(code: list[NotebookNode]) -> set[str]:
    """Return which kinds of outputs cells have."""
    return {output.output_type for cell in code for output in cell.outputs}


@pytest.mark.parametrize("folder", ["chapters", "exercises"])
def test_a_notebook_runs_from_the_start_page(folder, page, course):
    opened, address = page
    name = f"{folder}/{LESSON.name}.ipynb"
    before = nbformat.read(ROOT / name, as_version=4)
    opened.goto(address)
    expect(opened.get_by_text("of 120 points")).to_be_visible(timeout=MILLISECONDS)
    opened.locator(f".jp-RenderedMarkdown a[href*='{name}']").last.click()
    run_all(opened)

    after = saved(opened, course / name, len(code_cells(before)))
    code = code_cells(after)
    kinds = kinds_of_outputs(code)
    assert "error" not in kinds
    assert kinds
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    same = [[(cell.id, cell.source) for cell in notebook.cells] for notebook in (before, after)]
    assert same[0] == same[1]
