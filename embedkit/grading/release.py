"""Deriving the learners' sheets from the worked ones, and replacing a sheet without loss."""

import copy
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from embedkit.grading.notebooks import (
    BadInputError,
    clear_outputs,
    fingerprint,
    is_untouched,
    keep_beside,
    notebook_bytes,
    read_notebook,
    refuse_endless,
    tags,
    write_atomically,
)
from embedkit.grading.solutions import Solution, cut_solution, read_solution
from embedkit.lessons import Lesson

KEPT_METADATA = ("kernelspec", "language_info")


@dataclass(frozen=True)
class Released:
    """What became of a sheet.

    Args:
        path: where it lies.
        changed: whether it was written; False if it was the same already.
        kept: where the old one lies now, if someone had worked on it.
    """

    path: Path
    changed: bool
    kept: Path | None = None


def make_sheet(solution: Solution) -> NotebookNode:
    """Return the sheet that learners get."""
    sheet = copy.deepcopy(solution.notebook)
    sheet.cells = [_released(cell) for cell in sheet.cells if "solution" not in tags(cell)]
    kept = {key: sheet.metadata[key] for key in KEPT_METADATA if key in sheet.metadata}
    metadata = NotebookNode(kept)
    metadata.embedkit = {"lesson": solution.lesson.name, "fingerprint": fingerprint(sheet)}
    sheet.metadata = metadata
    return sheet


def _released(cell: NotebookNode) -> NotebookNode:
    cell.metadata.pop("execution", None)
    if cell.cell_type != "code":
        return cell
    clear_outputs(cell)
    if "answer" in tags(cell):
        cell.source = cut_solution(cell.source)
    if "check" in tags(cell):
        cell.metadata.editable = False
        cell.metadata.deletable = False
    return cell


def release(lesson: Lesson, root: Path) -> Released:
    """Write a lesson's sheet anew from its solution; one that was worked on is kept beside it."""
    path = lesson.sheet(root)
    content = notebook_bytes(make_sheet(read_solution(lesson, root)))
    if path.is_dir():
        raise BadInputError(f"{path} is a folder: move it away, the sheet belongs there.")
    if path.exists():
        refuse_endless(path)
    if path.exists() and path.read_bytes() == content:
        return Released(path, changed=False)
    kept = keep_beside(path) if path.exists() and _was_worked_on(path) else None
    write_atomically(path, content)
    return Released(path, changed=True, kept=kept)


def _was_worked_on(path: Path) -> bool:
    """Return whether a sheet may hold someone's work; what cannot be read may."""
    try:
        return not is_untouched(read_notebook(path))
    except BadInputError:
        return True
