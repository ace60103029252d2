"""Marking a sheet from outside: replay it, then judge what was seen, where no answer runs."""

import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp

from embedkit.checks.framework import Task, Verdict
from embedkit.checks.plain import load_plain, readable, save_plain
from embedkit.checks.probes import Seen
from embedkit.grading.integrity import manifest, verify
from embedkit.grading.kit import PACKAGE, make_kit
from embedkit.grading.nbval_runner import CellRun, ReplayError, run_cells
from embedkit.grading.notebooks import BadInputError, fingerprint, read_notebook
from embedkit.grading.replay import Step, alone, lay_out, observations_file, questions_file
from embedkit.grading.solutions import read_solution
from embedkit.grading.surroundings import Shared, Surroundings, scratch_folder
from embedkit.grading.watch import GIBIBYTE, Limits
from embedkit.lessons import Lesson

DEFAULT_LIMITS = Limits()


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


@dataclass
class Heard:
    """What a replay told beside the observations.

    Args:
        reasons: why a task could not be asked, by its number.
        errors: with which error the cell that answers a task stopped, by its number.
        doubtful: tasks whose cell or probe was ended, for which another answer may be to blame.
        notes: sentences on cells that belong to no task.
    """

    reasons: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


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
        hidden = tuple(place.resolve() for place in (root, PACKAGE, path.parent))
        others = tuple(place.resolve() for place in private)
        kit = make_kit(lesson, folder / "kit")
        deadline = time.monotonic() + limits.sheet
        shared = Shared(kit, folder / "questions", folder / "drop", hidden, others, deadline)
        steps = lay_out(notebook, solution, folder)
        heard = _replay(steps, folder, shared, limits)
        verify(before, path, root)
        verdicts = [judge(task, seeds[task.number], folder, heard) for task in tasks]
    return Marks(lesson, path, fingerprint(notebook), tuple(verdicts), tuple(heard.notes))


def _replay(steps: list[Step], folder: Path, shared: Shared, limits: Limits) -> Heard:
    """Run a sheet; a task that was stopped is asked once more, without the other answers."""
    heard = Heard()
    _run_to_the_end(steps, folder, shared, limits, heard)
    answered = {number for step in steps if step.worked for number in step.answers}
    for number in sorted(heard.doubtful):
        if number not in answered:
            heard.reasons[number] = "It could not be asked: another cell stopped all the rest."
        elif answered != {number}:
            again = Heard()
            _run_to_the_end(alone(steps, number), folder, shared, limits, again)
            heard.reasons.pop(number, None)
            heard.reasons |= again.reasons
            heard.errors |= again.errors
    return heard


def _run_to_the_end(
    steps: list[Step], folder: Path, shared: Shared, limits: Limits, heard: Heard
) -> None:
    """Run cells; while one stops the rest, leave it out and run again."""
    kept = {step.probes: observations_file(folder, step.probes) for step in steps if step.probes}
    most_rounds = 3 + len(kept)
    for _ in range(most_rounds):
        if time.monotonic() > shared.deadline:
            heard.notes.append("The cells of this sheet take too long together: not all were run.")
            return
        runs = _started(steps, folder, kept, shared, limits)
        _listen(steps, runs, heard)
        stopper = next((i for i, run in enumerate(runs) if run.stopped_the_rest), None)
        if stopper is None:
            return
        _blame(steps[stopper], runs[stopper], limits, heard)
        steps = [
            _stand_in(step, heard)
            for i, step in enumerate(steps)
            if not _is_done(step, folder, heard) and (i != stopper or step.answers)
        ]
    heard.notes.append("Too many cells of this sheet do not come to an end: the rest was not run.")


def _started(
    steps: Sequence[Step],
    folder: Path,
    kept: dict[str, Path],
    shared: Shared,
    limits: Limits,
) -> list[CellRun]:
    """Run cells; a kernel that does not start, as on a busy machine, is given a second chance."""
    for last_chance in (False, True):
        place = Surroundings(Path(mkdtemp(dir=folder)), shared)
        try:
            return run_cells(steps, kept, place, limits)
        except ReplayError as error:
            if last_chance:
                raise BadInputError(f"the sheet cannot be run: {error}.") from error
    raise AssertionError("the last chance either returns or raises")


def _listen(steps: Sequence[Step], runs: Sequence[CellRun], heard: Heard) -> None:
    """Note the errors of the cells that matter for a task."""
    for step, run in zip(steps, runs, strict=True):
        if run.outcome != "error":
            continue
        for number in step.answers:
            heard.errors[number] = f"Its cell stopped with {describe_error(run)}"
        if step.probes:
            heard.doubtful.add(step.probes)
            heard.reasons.setdefault(
                step.probes, f"What it gives cannot be written down: {describe_error(run)}"
            )


def _blame(step: Step, run: CellRun, limits: Limits, heard: Heard) -> None:
    """Note that a cell did not come to an end, ended the whole process, or took too much."""
    what, question = _ending(run.outcome, limits)
    if run.outcome == "died":
        heard.doubtful |= {*step.answers, step.probes} - {""}
    for number in (*step.answers, step.probes):
        if number:
            subject = "When called, it" if step.probes else "Its cell"
            heard.reasons.setdefault(number, f"{subject} {what}. {question}")
    if not step.answers and not step.probes:
        place = step.place or "a cell that the course gave"
        heard.notes.append(f"{place[0].upper()}{place[1:]} {what}, and was left out. {question}")


def _ending(outcome: str, limits: Limits) -> tuple[str, str]:
    """Return what a cell did that stopped the rest, and a question that helps to find out why."""
    if outcome == "timeout":
        limit = "1 second" if limits.seconds == 1 else f"{limits.seconds:g} seconds"
        return f"did not come to an end within {limit}", "Is there a loop that never stops?"
    if outcome == "memory":
        limit = f"{limits.memory / GIBIBYTE:.2g} GiB of memory"
        return f"took more than {limit}", "Does something grow with each turn of a loop?"
    if outcome == "disk":
        limit = f"{limits.disk / GIBIBYTE:.2g} GiB"
        return f"printed or wrote more than {limit}", "Is there a print in a loop?"
    if outcome == "threads":
        return f"started more than {limits.threads} threads", "Are they started in a loop?"
    if outcome == "deadline":
        minutes = limits.sheet / 60
        return f"was cut off: all cells together took {minutes:.2g} minutes", "Which takes so long?"
    question = "Does it call exit, or need more memory than there is?"
    return "ended the whole Python process", question


def _is_done(step: Step, folder: Path, heard: Heard) -> bool:
    """Return whether a step is a probe that need not be asked again."""
    number = step.probes
    return bool(number) and (number in heard.reasons or observations_file(folder, number).exists())


def _stand_in(step: Step, heard: Heard) -> Step:
    """Return a step, or an empty one where it answers a task that stopped all the rest."""
    blamed = any(number in heard.reasons for number in step.answers)
    return replace(step, source="") if blamed else step


def judge(task: Task, seed: int, folder: Path, heard: Heard) -> Verdict:
    """Return the verdict on one task from what its probe left behind."""
    number = task.number
    path = observations_file(folder, number)
    if number in heard.reasons:
        return task.not_run(heard.reasons[number])
    if not path.exists():
        return task.not_run("It was not reached: a cell before it stopped the sheet.")
    try:
        observed = load_plain(path)
        if "missing" in observed:
            return task.not_run(heard.errors.get(number) or missing_name(task.name))
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


def as_seen(observed: object) -> Seen:
    """Return one observation from plain data.

    Raises:
        ValueError: if it is anything else.
    """
    if not isinstance(observed, dict):
        raise ValueError("an observation must be a dict")
    seen = Seen(**observed)
    texts = (seen.device, seen.message, seen.printed, seen.meddled, *seen.raised)
    if not isinstance(seen.raised, tuple) or not all(isinstance(text, str) for text in texts):
        raise ValueError("an observation must hold text")
    return replace(
        seen,
        device=readable(seen.device, 100),
        meddled=readable(seen.meddled, 200),
        raised=tuple(readable(name, 100) for name in seen.raised),
        message=readable(seen.message),
        printed=readable(seen.printed),
    )


def missing_name(name: str) -> str:
    """Return the note on a task whose answer is not there."""
    return f"`{name}` is not defined in this sheet. Was its cell deleted, or its name changed?"


def describe_error(run: CellRun) -> str:
    """Return an error in a sentence, without the made-up file name that IPython gives a cell."""
    lines = run.message.strip().splitlines()
    message = re.sub(r"\((?:[^()]*, )?line (\d+)\)", r"(line \1)", lines[0]) if lines else ""
    name, message = readable(run.name, 100), readable(message, 300)
    if not name:
        return f"{message}."
    return f"{name}: {message.rstrip('.')}." if message else f"{name}."
