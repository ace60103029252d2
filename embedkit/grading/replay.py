"""Laying out the replay of a sheet: the learner's cells, and our probes between them."""

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

from nbformat import NotebookNode

from embedkit.checks.framework import Task
from embedkit.grading.needed import names_in, needed_for
from embedkit.grading.notebooks import code_cells, course_metadata
from embedkit.grading.solutions import SheetTask, Solution

OPENING = "import sys\nexit = quit = sys.exit\nsys.path.insert(0, '')"
"""Lets ``exit()`` end a cell with an error; IPython's own ends the kernel some time later. And lets
a sheet import what it wrote into files of its own, as a notebook does."""


@dataclass(frozen=True)
class Step:
    """One cell of a replay.

    Args:
        source: its code.
        answers: the numbers of the tasks that it answers.
        worked: whether it holds more than the untouched stub.
        again: the numbers of the tasks that it answers anew below their check, or helps to answer.
        wholly: those of them of which it writes the function or class itself.
        probes: the number of the task that it asks, if it is a probe of ours.
        place: how a learner finds it in the sheet; empty if it is not theirs.
        drop: the file in which a probe leaves what it saw.
        sealed: the file with its questions, if it is weighed: it sees them only when it is asked.
    """

    source: str
    answers: tuple[str, ...] = ()
    worked: bool = False
    again: tuple[str, ...] = ()
    wholly: tuple[str, ...] = ()
    probes: str = ""
    place: str = ""
    drop: Path | None = None
    sealed: Path | None = None


def lay_out(notebook: NotebookNode, solution: Solution, folder: Path) -> list[Step]:
    """Return the cells of a sheet's replay, in order.

    First come the given cells as the course gave them, then all the learner's own code cells in
    their order. Each task is probed where its check cell would have asked: after its answer and
    the extra cells that follow it.

    Args:
        notebook: the learner's sheet.
        solution: the worked sheet that it came from.
        folder: its ``questions`` hold what is asked, and in its ``drop`` each probe leaves what
            it sees, under a name that no answer can foresee.
    """
    cells = code_cells(notebook)
    checks = [_is_check(cell, solution) for cell in cells]
    asks = [any(_asks(cell, task) for task in solution.tasks) for cell in cells]
    answers = {task.task.number: _answering(cells, checks, task) for task in solution.tasks}
    written = {
        task.task.number: [i for i in answers[task.task.number] if _is_worked(cells[i], task)]
        for task in solution.tasks
    }
    numbers_of: dict[int, list[str]] = {}
    for number, found in answers.items():
        for i in found:
            numbers_of.setdefault(i, []).append(number)
    all_written = {i for found in written.values() for i in found}
    boundary = [asks_one or i in numbers_of for i, asks_one in enumerate(asks)]
    probes: dict[int, list[SheetTask]] = {}
    for task in solution.tasks:
        place = _probe_place(_best(cells, answers[task.task.number], task), boundary)
        probes.setdefault(place, []).append(task)

    steps = [Step(OPENING), *(Step(without_nbval_comments(source)) for source in solution.given)]
    for i, cell in enumerate(cells):
        if not checks[i]:
            source = without_nbval_comments(cell.source)
            numbers, where = tuple(numbers_of.get(i, ())), f"code cell {i + 1}"
            steps.append(Step(source, answers=numbers, worked=i in all_written, place=where))
        steps.extend(probe_of(task, folder) for task in probes.get(i, []))
    steps.extend(probe_of(task, folder) for task in probes.get(len(cells), []))
    return _with_second_tries(steps, [task.task for task in solution.tasks])


def _with_second_tries(steps: Sequence[Step], tasks: Sequence[Task]) -> list[Step]:
    """Return the steps, those marked that give anew, below a check, what its answer needs."""
    sources = [step.source if step.place else "" for step in steps]
    read = names_in(sources)
    ours = names_in([step.source for step in steps if not step.place and not step.probes])
    again: dict[int, list[str]] = {}
    wholly: dict[int, list[str]] = {}
    for task in tasks:
        probe = place_of_probe(steps, task.number)
        own = [i for i, step in enumerate(steps) if task.number in step.answers]
        names = {task.name}.union(*(read[i].found for i in own))
        there = (names_of.given | names_of.imported for names_of in [*ours, *read[:probe]])
        missing = names.difference(*there)
        for i in range(probe, len(steps)):
            anew = read[i].given & names or read[i].imported & missing
            if (anew or _gives(sources[i], task.name)) and task.number not in steps[i].answers:
                again.setdefault(i, []).append(task.number)
                if writes(sources[i], task.name):
                    wholly.setdefault(i, []).append(task.number)
    return [
        replace(step, again=tuple(again.get(i, ())), wholly=tuple(wholly.get(i, ())))
        for i, step in enumerate(steps)
    ]


def alone(steps: Sequence[Step], number: str) -> list[Step]:
    """Return the replay of one task with no more of the other cells than its own ones need."""
    given = [step for step in steps if not step.place and not step.probes]
    cells = [
        step if number in step.answers else replace(step, source=needed, answers=())
        for step, needed in _what_is_needed(steps, number)
    ]
    return [*given, *cells, steps[place_of_probe(steps, number)]]


def uses(steps: Sequence[Step], number: str, places: Collection[str]) -> bool:
    """Return whether the answer to a task needs anything of the cells at some places."""
    return any(step.place in places and one for step, one in _what_is_needed(steps, number))


def _what_is_needed(steps: Sequence[Step], number: str) -> list[tuple[Step, str]]:
    """Return the learner's cells before the probe of a task, each with what its answer needs."""
    before = cells_of(steps[: place_of_probe(steps, number)])
    cells = [step for step in before if step.place]
    own = names_in([step.source for step in cells if number in step.answers])
    names = {name for names in own for name in names.found}
    return list(zip(cells, needed_for(names, [step.source for step in cells]), strict=True))


def cells_of(steps: Sequence[Step]) -> list[Step]:
    """Return the steps that are no probes."""
    return [step for step in steps if not step.probes]


def place_of_probe(steps: Sequence[Step], number: str) -> int:
    """Return where among the steps a task is asked."""
    return next(i for i, step in enumerate(steps) if step.probes == number)


def questions_file(folder: Path, number: str) -> Path:
    """Where the grader leaves the questions to one task."""
    return folder / "questions" / f"{number}.safetensors"


def observations_file(folder: Path, number: str) -> Path:
    """Where what was seen of one task's answer is kept, out of reach of all answers."""
    return folder / "kept" / f"{number}.safetensors"


def probe_of(task: SheetTask, folder: Path) -> Step:
    """Return the cell that asks one task's answer, and leaves what it sees in the drop."""
    number, name = task.task.number, task.task.name
    questions = str(questions_file(folder, number))
    drop = folder / "drop" / secrets.token_hex(16)
    source = (
        f"# probe {number}\n"
        "from pathlib import Path as _Path\n"
        "from embedkit.checks.probes import observe_in_file as _observe_in_file\n"
        f"_observe_in_file(lambda: {name}, _Path({questions!r}), _Path({str(drop)!r}))"
    )
    return Step(source, probes=number, drop=drop)


def _is_check(cell: NotebookNode, solution: Solution) -> bool:
    """Return whether a cell does nothing but call checks: such a cell marks nothing here."""
    lines = [line.split("#")[0].strip(" \t;") for line in cell.source.splitlines()]
    lines = [line for line in lines if line]
    ours = {task.check.strip() for task in solution.tasks}
    return bool(lines) and all(line in ours for line in lines)


def _asks(cell: NotebookNode, task: SheetTask) -> bool:
    """Return whether a cell calls the check of a task, whatever else it does."""
    called = rf"^[^#\n]*\bcheck\.{task.task.name}\s*\("
    return re.search(called, cell.source, re.MULTILINE) is not None


def _answering(cells: Sequence[NotebookNode], checks: Sequence[bool], task: SheetTask) -> list[int]:
    """Return which cells answer a task: by id or metadata, or else by defining its name.

    A cell that is marked by its metadata and calls the check is the check's own, whatever a learner
    wrote into it, unless it defines the name. Where a cell writes a function or class of this name,
    none answers by giving the name to a value.
    """
    number, name = task.task.number, task.task.name
    own = [i for i, is_check in enumerate(checks) if not is_check]
    giving = [i for i in own if defines(cells[i].source, name)]
    marked = [i for i in own if number in (_number_in_id(cells[i]), _number_in_metadata(cells[i]))]
    marked = [i for i in marked if i in giving or not _asks(cells[i], task)]
    if any(_is_worked(cells[i], task) for i in marked):
        return marked
    writing = [i for i in giving if _is_worked(cells[i], task) and writes(cells[i].source, name)]
    return sorted({*marked, *(writing or giving)})


def _best(cells: Sequence[NotebookNode], answering: list[int], task: SheetTask) -> int | None:
    """Return the last cell that answers a task with more than the untouched stub."""
    worked = [i for i in answering if _is_worked(cells[i], task)]
    return max(worked or answering, default=None)


def _probe_place(answer: int | None, boundary: Sequence[bool]) -> int:
    """Return after which cell a task is probed; past the last one if nothing answers it."""
    if answer is None:
        return len(boundary)
    place = answer
    while place + 1 < len(boundary) and not boundary[place + 1]:
        place += 1
    return place


def _is_worked(cell: NotebookNode, task: SheetTask) -> bool:
    return cell.source.strip() not in ("", task.stub.strip())


def _number_in_id(cell: NotebookNode) -> str:
    found = re.fullmatch(r"answer-(\d+)-(\d+)", str(cell.get("id")))
    return f"{found[1]}.{found[2]}" if found else ""


def _number_in_metadata(cell: NotebookNode) -> str:
    return str(course_metadata(cell).get("task"))


def _gives(source: str, name: str) -> bool:
    """Return whether code defines a name, or imports it, or takes all that another file gives."""
    imports = rf"^from\s+[\w.]+\s+import\s.*(\b{name}\b|\*)|^%run\b"
    return defines(source, name) or re.search(imports, source, re.MULTILINE) is not None


def defines(source: str, name: str) -> bool:
    """Return whether code, even code that does not parse, defines a name at its top level."""
    given = rf"^{name}\s*(?::[^=\n]+)?=(?!=)"
    return writes(source, name) or re.search(given, dedent(source), re.MULTILINE) is not None


def writes(source: str, name: str) -> bool:
    """Return whether code writes a function or class of a name, at its top level."""
    definition = rf"^(?:(?:async\s+)?def|class)\s+{name}\b"
    return re.search(definition, dedent(source), re.MULTILINE) is not None


def without_nbval_comments(source: str) -> str:
    """Return code in which no comment tells nbval to skip or to forgive a cell."""
    lines = source.splitlines(keepends=True)
    return "".join(_disarmed(line) for line in lines)


def _disarmed(line: str) -> str:
    comment = line.strip().lstrip("#").strip()
    if line.strip().startswith("#") and comment.startswith(("NBVAL_", "PYTEST_VALIDATE_")):
        return line.replace(comment, f"{comment} (not heeded here)")
    return line
