"""Running a sheet until each of its cells has ended or was left out, and noting what is told."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp

from embedkit.checks.plain import readable
from embedkit.grading.nbval_runner import CellRun, ReplayError, run_cells
from embedkit.grading.notebooks import BadInputError
from embedkit.grading.replay import Step, alone, observations_file
from embedkit.grading.surroundings import Shared, Surroundings, empty
from embedkit.grading.watch import GIBIBYTE, Limits


@dataclass
class Heard:
    """What a replay told beside the observations.

    Args:
        reasons: why a task could not be asked, by its number.
        errors: with which error the cell that answers a task stopped, by its number.
        taken: how many bytes a task took that was weighed, by its number.
        stopped: tasks whose cell stopped all the rest, and is left out.
        suspects: tasks whose probe did so, and whose cell is still run: other answers may use it.
        doubtful: tasks whose cell or probe was ended, for which another answer may be to blame.
        notes: sentences on cells that belong to no task.
    """

    reasons: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    suspects: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def run_sheet(steps: list[Step], folder: Path, shared: Shared, limits: Limits) -> Heard:
    """Run a sheet; a task that was stopped is asked once more, without the other answers."""
    heard = Heard()
    run_to_the_end(steps, folder, shared, limits, heard)
    answered = {number for step in steps if step.worked for number in step.answers}
    for number in sorted(heard.doubtful):
        if number not in answered:
            heard.reasons[number] = "It could not be asked: another cell stopped all the rest."
        elif answered != {number}:
            again = Heard()
            run_to_the_end(alone(steps, number), folder, shared, limits, again)
            heard.reasons.pop(number, None)
            heard.reasons |= again.reasons
            heard.errors |= again.errors
    return heard


def run_to_the_end(
    steps: list[Step], folder: Path, shared: Shared, limits: Limits, heard: Heard
) -> None:
    """Run cells; while one stops the rest, leave it out and run again.

    If there is a suspect whose cell may be to blame, that one is left out first.
    """
    kept = {step.probes: observations_file(folder, step.probes) for step in steps if step.probes}
    most_rounds = 3 + 2 * len(kept)
    for _ in range(most_rounds):
        if time.monotonic() > shared.deadline:
            heard.notes.append("The cells of this sheet take too long together: not all were run.")
            return
        runs = _started(steps, folder, kept, shared, limits)
        _listen(steps, runs, heard)
        stopper = next((i for i, run in enumerate(runs) if run.stopped_the_rest), None)
        if stopper is None:
            return
        if heard.suspects:
            heard.stopped |= heard.suspects
            heard.suspects.clear()
        else:
            _blame(steps[stopper], runs[stopper], limits, heard)
            steps = [step for i, step in enumerate(steps) if i != stopper or step.answers]
        steps = [stand_in(step, heard) for step in steps if not _is_done(step, folder, heard)]
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
        finally:
            empty(place.folder)  # or all runs of a sheet together would fill the disk of others
    raise AssertionError("the last chance either returns or raises")


def _listen(steps: Sequence[Step], runs: Sequence[CellRun], heard: Heard) -> None:
    """Note the errors of the cells that matter for a task, and what was weighed."""
    for step, run in zip(steps, runs, strict=True):
        if run.taken is not None:
            heard.taken[step.probes] = run.taken
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
    heard.stopped |= set(step.answers)
    heard.suspects |= {step.probes} - {""}
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


def stand_in(step: Step, heard: Heard) -> Step:
    """Return a step, or an empty one where it answers a task and may have stopped all the rest."""
    return replace(step, source="") if heard.stopped & set(step.answers) else step


def describe_error(run: CellRun) -> str:
    """Return an error in a sentence, without the made-up file name that IPython gives a cell."""
    lines = run.message.strip().splitlines()
    message = re.sub(r"\((?:[^()]*, )?line (\d+)\)", r"(line \1)", lines[0]) if lines else ""
    name, message = readable(run.name, 100), readable(message, 300)
    if not name:
        return f"{message}."
    return f"{name}: {message.rstrip('.')}." if message else f"{name}."
