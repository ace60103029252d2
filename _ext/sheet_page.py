"""The sheets as pages of the book: below each task its solution, folded, with the reasoning.

A sheet in `exercises/` holds no answers. While the book is built, each task's worked answer and
the paragraphs behind it are read from `solutions/` and put below its check, closed until
somebody opens them. The files that learners work in stay as they are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from sphinx.application import Sphinx

from embedkit.grading.notebooks import course_metadata, tags
from embedkit.grading.solutions import BEGIN, END

SHEET = re.compile(r"exercises/(\d\d_\w+)$")
MARKERS = re.compile(rf"^ *(?:{BEGIN}|{END})\n?", re.MULTILINE)
DOCSTRING = re.compile(r'^ +"""[^"]*(?:"(?!"")[^"]*)*"""\n+', re.MULTILINE)


def unfold_solutions(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the solutions into the text of a sheet before it is read."""
    match = SHEET.fullmatch(docname)
    if match is None:
        return
    path = Path(app.srcdir) / "solutions" / f"{match[1]}.ipynb"
    app.env.note_dependency(str(path))
    sheet = nbformat.reads(source[0], as_version=4)
    sheet.cells = with_solutions(sheet, nbformat.read(path, as_version=4))
    source[0] = nbformat.writes(sheet)


def with_solutions(sheet: NotebookNode, worked: NotebookNode) -> list[NotebookNode]:
    """Return the cells of a sheet, with the solution of each task behind the task's last cell."""
    cells = list(sheet.cells)
    for number in task_numbers(worked):
        dashed = number.replace(".", "-")
        of_task = {f"{part}-{dashed}" for part in ("task", "answer", "check", "hints")}
        last = max(place for place, cell in enumerate(cells) if cell.id in of_task)
        cells.insert(last + 1, folded_solution(number, worked))
    return cells


def task_numbers(worked: NotebookNode) -> list[str]:
    """Return the numbers of the tasks, as in 2.3."""
    return [course_metadata(cell)["task"] for cell in worked.cells if "answer" in tags(cell)]


def folded_solution(number: str, worked: NotebookNode) -> NotebookNode:
    """Return a cell that holds a task's worked answer and the reasoning, closed.

    The docstring is left out of the answer: it stands in the task, just above.
    """
    dashed = number.replace(".", "-")
    texts = {cell.id: cell.source for cell in worked.cells}
    code = DOCSTRING.sub("", MARKERS.sub("", texts[f"answer-{dashed}"])).rstrip()
    return nbformat.v4.new_markdown_cell(
        f"::::{{dropdown}} Solution of {number}\n:class-container: solution\n\n"
        f"```python\n{code}\n```\n\n{texts[f'why-{dashed}']}\n::::",
        id=f"solution-{dashed}",
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Listen for the sheets as they are read."""
    app.connect("source-read", unfold_solutions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
