"""A small course in a temporary folder, with one lesson of three tasks, to try every command on."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from embedkit.checks.framework import Task
from embedkit.grading.notebooks import notebook_bytes
from embedkit.grading.release import release
from embedkit.lessons import Lesson
from tests.book import build, html, pages
from tests.small_course import (
    DOUBLE,
    LESSON,
    NEGATE,
    SETUP,
    SHIFT,
    a_task,
    answer_cell,
    check_cell,
)

__all__ = ["build", "html", "pages"]  # fixtures of the built book


@pytest.fixture
def tasks() -> list[Task]:
    return [
        a_task("11.1", "double", 1, lambda x: 2 * x),
        a_task("11.2", "negate", 2, lambda x: -x),
        a_task("11.3", "shift", 3, lambda x: x + 3.0),
    ]


@pytest.fixture
def worked() -> NotebookNode:
    """The worked sheet of the small course."""
    cells = [
        new_markdown_cell("# Rotary, exercises", id="title"),
        new_code_cell(SETUP, id="setup", execution_count=1),
        answer_cell("11.1", 1, DOUBLE),
        check_cell("11.1", 1, "check.double(double)"),
        new_markdown_cell("Because 2x = x + x.", id="why", metadata={"tags": ["solution"]}),
        answer_cell("11.2", 2, NEGATE),
        check_cell("11.2", 2, "check.negate(negate)"),
        answer_cell("11.3", 3, SHIFT),
        check_cell("11.3", 3, "check.shift(shift)"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "author": "someone"}
    return new_notebook(cells=cells, metadata=metadata)


@pytest.fixture
def lesson() -> Lesson:
    return LESSON


@pytest.fixture
def course(
    tmp_path: Path, worked: NotebookNode, tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The folder of a small course with a space and an accent in its name."""
    module = ModuleType(f"embedkit.checks.{LESSON.slug}")
    for task in tasks:
        setattr(module, task.name, task)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    root = tmp_path / "my cours é"
    for folder in ("chapters", "solutions", "exercises"):
        (root / folder).mkdir(parents=True)
    (root / "_toc.yml").write_text("format: jb-book\n", encoding="utf-8")
    LESSON.solution(root).write_bytes(notebook_bytes(worked))
    release(LESSON, root)
    monkeypatch.chdir(root)
    monkeypatch.setattr("embedkit.cli.course_root", lambda start: start or root)
    return root


@pytest.fixture
def sheet(course: Path) -> NotebookNode:
    """The released sheet, as a notebook to work on."""
    return nbformat.read(LESSON.sheet(course), as_version=4)
