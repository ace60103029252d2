"""Marking a sheet from outside: replay it, then judge what was seen, where no answer runs."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from embedkit.checks.framework import Task
from embedkit.checks.plain import load_plain, readable, save_plain
from embedkit.checks.verdict import Verdict
from embedkit.grading.bounded import bounded
from embedkit.grading.integrity import manifest, verify
from embedkit.grading.kit import PACKAGE, make_kit
from embedkit.grading.notebooks import BadInputError, code_cells, fingerprint, read_notebook
from embedkit.grading.replay import lay_out, observations_file, questions_file
from embedkit.grading.rounds import Heard, Sheet, run_sheet
from embedkit.grading.second_tries import ask_below_the_checks
from embedkit.grading.seen import as_seen
from embedkit.grading.solutions import read_solution
from embedkit.grading.surroundings import Shared, scratch_folder
from embedkit.grading.watch import Limits
from embedkit.grading.weighing import weighed
from embedkit.lessons import Lesson

DEFAULT_LIMITS = Limits()
MOST_CELLS = 1000


@dataclass(frozen=True)
class Marks:
    """What a sheet earned.

    Args:
        lesson: the lesson that it belongs to.
        path: the sheet.
        fingerprint: of the sheet as it was marked.
        verdicts: one a task, in order.
        notes: sentences on what could not be run, outside the tasks.
    """

    lesson: Lesson
    path: Path
    fingerprint: str
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """The points earned."""
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def possible(self) -> int:
        """The points that can be earned."""
        return sum(verdict.possible for verdict in self.verdicts)

    @property
    def attempted_pass(self) -> bool:
        """Whether every task that was attempted passed."""
        return all(verdict.status in ("passed", "untouched") for verdict in self.verdicts)

    @property
    def all_pass(self) -> bool:
        """Whether every task passed."""
        return all(verdict.status == "passed" for verdict in self.verdicts)


def mark_sheet(
    path: Path,
    lesson: Lesson,
    root: Path,
    limits: Limits = DEFAULT_LIMITS,
    private: Sequence[Path] = (),
) -> Marks:
    """Mark one sheet; its file is only read.

    Args:
        path: the learner's sheet.
        lesson: the lesson that it belongs to.
        root: the folder of the course.
        limits: what the sheet may take.
        private: folders of others, of which it may see nothing.

    Raises:
        BadInputError: if the file is no sheet of that lesson, or nothing can be run here.
        CourseChangedError: if files of the course changed meanwhile.
    """
    notebook = read_notebook(path)
    number_of_cells = len(code_cells(notebook))
    if number_of_cells > MOST_CELLS:
        raise BadInputError(
            f"{path} has {number_of_cells:,} code cells: a sheet of at most {MOST_CELLS:,} is run."
        )
    before = manifest(path, root)
    solution = read_solution(lesson, root)
    tasks = [task.task for task in solution.tasks]
    seeds = {task.number: secrets.randbits(32) for task in tasks}
    with scratch_folder() as folder:
        for part in ("questions", "drop", "kept"):
            (folder / part).mkdir()
        for task in tasks:
            questions = [list(question) for question in task.questions(seeds[task.number])]
            save_plain(questions_file(folder, task.number), questions)
        hidden = tuple(place.resolve() for place in (root, PACKAGE))
        others = tuple(place.resolve() for place in (path.parent, *private))
        kit = make_kit(lesson, folder / "kit")
        deadline = time.monotonic() + limits.sheet
        shared = Shared(kit, folder / "questions", folder / "drop", hidden, others, deadline)

        heard = Heard()
        sheet = Sheet(lay_out(notebook, solution, folder), folder, shared, limits, heard)
        by_number = {task.number: task for task in tasks}

        def status_of(number: str) -> str:
            return judge(by_number[number], seeds[number], folder, heard).status

        run_sheet(sheet, status_of)
        ask_below_the_checks(sheet, status_of)
        verify(before, path, root)
        verdicts = [judge(task, seeds[task.number], folder, heard) for task in tasks]
        verdicts = weighed(verdicts, solution.tasks, sheet)
        verify(before, path, root)
    return Marks(lesson, path, fingerprint(notebook), tuple(verdicts), tuple(heard.notes))


def judge(task: Task, seed: int, folder: Path, heard: Heard) -> Verdict:
    """Return the verdict on one task from what its probe left behind."""
    number = task.number
    path = observations_file(folder, number)
    if number in heard.reasons:
        return task.not_run(heard.reasons[number])
    if not path.exists():
        return task.not_run("It was not reached: a cell before it stopped the sheet.")
    try:
        with bounded():
            observed = load_plain(path)
            if "missing" in observed:
                note = missing_name(task.name, observed.get("kind"))
                return task.not_run(heard.errors.get(number) or note)
            seen = [as_seen(one) for one in observed["seen"]]
            if len(seen) != len(task.questions(seed)):
                raise ValueError("some questions are not answered")
            verdict = task.verdict(seed, seen)
    except Exception:  # what was seen comes from the learner's process, and may be anything
        return task.not_run(
            "What it gives cannot be judged. Return a value like the one in the example."
        )
    if verdict.status == "untouched" and number in heard.errors:
        return task.not_run(heard.errors[number])
    if verdict.status == "failed" and number in heard.errors:
        return replace(verdict, note=heard.errors[number])
    return verdict


def missing_name(name: str, kind: object) -> str:
    """Return the note on a task whose answer is not there, or is of a kind that is none."""
    if isinstance(kind, str):
        return (
            f"`{name}` is a value of type {readable(kind, 40)} in this sheet, and no function or "
            "class. Is its name given to something else below it?"
        )
    return f"`{name}` is not defined in this sheet. Was its cell deleted, or its name changed?"
