"""Reading a worked sheet: its tasks, and what of it a learner is given."""

import ast
import importlib
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from embedkit.checks.framework import Task
from embedkit.grading.notebooks import BadInputError, course_metadata, read_notebook, tags
from embedkit.lessons import Lesson

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"


@dataclass(frozen=True)
class SheetTask:
    """One task of a sheet.

    Args:
        task: what marks it.
        stub: the answer cell as the learner first sees it.
        check: the source of its check cell.
    """

    task: Task
    stub: str
    check: str


@dataclass(frozen=True)
class Solution:
    """A worked sheet: the notebook, its tasks, and the code cells that learners are given."""

    lesson: Lesson
    notebook: NotebookNode
    tasks: tuple[SheetTask, ...]
    given: tuple[str, ...]


def read_solution(lesson: Lesson, root: Path) -> Solution:
    """Return the worked sheet of a lesson.

    Raises:
        BadInputError: if it is not as it must be, in one sentence for its author.
    """
    path = lesson.solution(root)
    notebook = read_notebook(path)
    try:
        return _understand(lesson, notebook)
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}") from error


def _understand(lesson: Lesson, notebook: NotebookNode) -> Solution:
    answers: dict[str, NotebookNode] = {}
    checks: dict[str, NotebookNode] = {}
    given: list[str] = []
    for cell in notebook.cells:
        kinds = {"answer", "check", "solution"} & set(tags(cell))
        if cell.cell_type != "code":
            continue
        if not kinds:
            _refuse_markers(cell)
            given.append(cell.source)
        elif kinds == {"answer"}:
            _add(cell, "answer", answers)
        elif kinds == {"check"}:
            _refuse_markers(cell)
            _add(cell, "check", checks)
        elif kinds != {"solution"}:
            raise BadInputError(f"cell {cell.get('id')} is tagged {' and '.join(sorted(kinds))}.")
    if list(answers) != list(checks):
        alone = sorted(answers.keys() ^ checks.keys())
        if alone:
            raise BadInputError(f"task {alone[0]} must have both an answer and a check cell.")
        raise BadInputError("the answer cells and the check cells must be in the same order.")
    if not answers:
        raise BadInputError("it has no task: no cell is tagged answer.")
    tasks = [_task(lesson, number, answers[number], checks[number]) for number in answers]
    return Solution(lesson, notebook, tuple(tasks), tuple(given))


def _add(cell: NotebookNode, kind: str, cells: dict[str, NotebookNode]) -> None:
    number = course_metadata(cell).get("task")
    if not isinstance(number, str) or not re.fullmatch(r"\d+\.\d+", number):
        raise BadInputError(
            f"the {kind} cell {cell.get('id')} must name its task in metadata.embedkit.task, "
            "as in 2.3."
        )
    wanted = f"{kind}-{number.replace('.', '-')}"
    if cell.get("id") != wanted:
        raise BadInputError(
            f"the {kind} cell of task {number} has the id {cell.get('id')}; it must be {wanted}."
        )
    if number in cells:
        raise BadInputError(f"task {number} has two {kind} cells.")
    cells[number] = cell


def _task(lesson: Lesson, number: str, answer: NotebookNode, check: NotebookNode) -> SheetTask:
    task = _find_task(lesson, number, check.source)
    for cell in (answer, check):
        points = course_metadata(cell).get("points")
        if points != task.points:
            raise BadInputError(
                f"cell {cell.id} says {points} points, but task {number} is worth {task.points} "
                f"in embedkit/checks/{lesson.slug}.py."
            )
    try:
        stub = cut_solution(answer.source)
        ast.parse(stub)
    except SyntaxError as error:
        raise BadInputError(
            f"cell {answer.id} is not Python once its solution is cut out: {error.msg}, "
            f"line {error.lineno}."
        ) from error
    except BadInputError as error:
        raise BadInputError(f"cell {answer.id}: {error}") from error
    return SheetTask(task, stub, check.source)


def _find_task(lesson: Lesson, number: str, check: str) -> Task:
    """Return the task that a check cell calls, as in ``check.lookup(lookup)``."""
    call = re.fullmatch(r"check\.(\w+)\((\w+)\)", check.strip())
    if not call:
        raise BadInputError(
            f"the check cell of task {number} must be one call, as in check.lookup(lookup)."
        )
    module = f"embedkit.checks.{lesson.slug}"
    try:
        task = getattr(importlib.import_module(module), call[1], None)
    except ModuleNotFoundError as error:
        raise BadInputError(f"there is no {module} to mark it.") from error
    if not isinstance(task, Task):
        raise BadInputError(f"{module} has no task named {call[1]}.")
    if (task.number, task.name) != (number, call[2]):
        raise BadInputError(
            f"the check cell of task {number} calls task {task.number} with {call[2]}, "
            f"but that task marks {task.name}."
        )
    return task


def _refuse_markers(cell: NotebookNode) -> None:
    if BEGIN in cell.source or END in cell.source:
        raise BadInputError(
            f"cell {cell.get('id')} holds a solution but is not tagged answer: "
            "learners would be given it."
        )


def cut_solution(source: str) -> str:
    """Return an answer cell with ``raise NotImplementedError`` in place of each solution.

    Raises:
        BadInputError: if the markers do not come in pairs, or there are none.
    """
    kept: list[str] = []
    inside = False
    found = False
    for line in source.splitlines():
        marker = line.strip()
        if marker == BEGIN:
            if inside:
                raise BadInputError(f"“{BEGIN}” comes twice without “{END}” between.")
            inside = found = True
            kept.append(line[: len(line) - len(line.lstrip())] + "raise NotImplementedError")
        elif marker == END:
            if not inside:
                raise BadInputError(f"“{END}” comes without “{BEGIN}” before it.")
            inside = False
        elif BEGIN in line or END in line:
            raise BadInputError(f"a solution marker must stand alone on its line: “{marker}”.")
        elif not inside:
            kept.append(line)
    if inside:
        raise BadInputError(f"“{BEGIN}” comes without “{END}” after it.")
    if not found:
        raise BadInputError(f"an answer cell needs “{BEGIN}” and “{END}”.")
    return "\n".join(kept)
