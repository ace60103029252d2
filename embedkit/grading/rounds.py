"""Running a sheet until each of its cells has ended or was left out, and noting what is told."""

import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp

from embedkit.checks.plain import readable
from embedkit.grading.nbval_runner import CellRun, ReplayError, run_cells
from embedkit.grading.notebooks import BadInputError
from embedkit.grading.replay import Step, alone, observations_file, uses
from embedkit.grading.surroundings import Shared, Surroundings, empty
from embedkit.grading.watch import GIBIBYTE, Limits

NOT_SURELY_ITS_OWN = ("died", "memory", "disk", "threads", "deadline")
"""How a cell can end through what another one began."""
SHARE_OF_ALL = 0.6
"""How much of a sheet's time its cells have together, before tasks are asked by themselves."""


@dataclass
class Heard:
    """What a replay told beside the observations.

    Args:
        reasons: why a task could not be asked, by its number.
        errors: with which error the cell that answers a task stopped, by its number.
        taken: how many bytes a task took that was weighed, by its number.
        stopped: the places of cells that stopped all the rest, and are left out.
        missed: the places of cells that were left out, and may be needed by others.
        without: tasks that were asked where these were left out.
        below: before which of the steps a task was asked that passed there, below its check.
        doubtful: tasks whose cell or probe was ended, for which another answer may be to blame.
        notes: sentences on cells that belong to no task.
    """

    reasons: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)
    without: set[str] = field(default_factory=set)
    below: dict[str, int] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A sheet that is replayed.

    Args:
        steps: its cells, and our probes.
        folder: where it is replayed.
        shared: what all its replays have in common.
        limits: what it may take.
        heard: what its replay told.
    """

    steps: Sequence[Step]
    folder: Path
    shared: Shared
    limits: Limits
    heard: Heard


def run_sheet(sheet: Sheet, status_of: Callable[[str], str]) -> None:
    """Run a sheet; a task that was stopped or not reached is asked with no more than it needs.

    So is one that was asked without a cell that it needs, unless it passes all the same.

    Args:
        sheet: the sheet, of which nothing is heard yet.
        status_of: judges what was seen of the answer to a task, by its number.
    """
    heard, steps = sheet.heard, sheet.steps
    now = time.monotonic()
    soon = now + SHARE_OF_ALL * (sheet.shared.deadline - now)
    first = replace(sheet.shared, deadline=soon)
    run_to_the_end([*steps], sheet.folder, first, sheet.limits, heard)
    answered = {number for step in steps if step.worked for number in step.answers}
    not_reached = {
        step.probes for step in steps if step.probes and not _is_done(step, sheet.folder, heard)
    }
    misled = {one for one in heard.without & answered if uses(steps, one, heard.missed)}
    misled = {one for one in misled if status_of(one) != "passed"}
    for number in sorted(heard.doubtful | not_reached & answered | misled):
        if number not in answered:
            heard.reasons[number] = "It could not be asked: another cell stopped all the rest."
        else:
            ask(sheet, number, alone(steps, number))


def ask(sheet: Sheet, number: str, steps: Sequence[Step]) -> None:
    """Ask one task anew, with the given cells; only what is told now counts."""
    again = Heard()
    observations_file(sheet.folder, number).unlink(missing_ok=True)
    run_to_the_end([*steps], sheet.folder, sheet.shared, sheet.limits, again)
    for told, anew in ((sheet.heard.reasons, again.reasons), (sheet.heard.errors, again.errors)):
        told.pop(number, None)
        told.update(anew)


def run_to_the_end(
    steps: list[Step], folder: Path, shared: Shared, limits: Limits, heard: Heard
) -> None:
    """Run cells; while one stops the rest, leave it out and run again.

    An answer that stopped the rest only when it was called is a suspect: its cell still runs, since
    other answers may use it. What stops the rest next may be its fault, and is accused only: it is
    to blame itself if it stops the rest without the suspects, too, and they are if it does not.
    """
    kept = {step.probes: observations_file(folder, step.probes) for step in steps if step.probes}
    most_rounds = 3 * (1 + len(kept))
    suspects: set[str] = set()
    accused = -1
    for _ in range(most_rounds):
        if time.monotonic() > shared.deadline:
            heard.notes.append("The cells of this sheet take too long together: not all were run.")
            return
        away = suspects if accused >= 0 else set()
        heard.missed |= away
        out = heard.stopped | away
        left = [i for i, step in enumerate(steps) if not _is_done(step, folder, heard)]
        runs = _started([stand_in(steps[i], out) for i in left], folder, kept, shared, limits)
        _listen([steps[i] for i in left], runs, heard)
        if heard.missed & out:
            asked = zip((steps[i].probes for i in left), runs, strict=True)
            heard.without |= {number for number, run in asked if run.outcome == "ok"} - {""}
        ends = (i for i, run in zip(left, runs, strict=True) if run.stopped_the_rest)
        stopper = next(ends, -1)
        if accused >= 0 and stopper != accused:
            heard.stopped |= suspects
            suspects.clear()
        if stopper < 0:
            return
        step = steps[stopper]
        if accused < 0 and suspects and not suspects & _places(step, steps):
            accused = stopper
            continue
        accused = -1
        _blame(step, steps, runs[left.index(stopper)], limits, heard)
        if step.probes:
            suspects |= _places(step, steps)
        elif not step.place:
            steps = [*steps[:stopper], replace(step, source=""), *steps[stopper + 1 :]]
    heard.notes.append("Too many cells of this sheet do not come to an end: the rest was not run.")


def _places(step: Step, steps: Sequence[Step]) -> set[str]:
    """Return where a step stands, or what answers the task that it asks."""
    return {one.place for one in steps if one is step or step.probes in one.answers} - {""}


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


def _blame(step: Step, steps: Sequence[Step], run: CellRun, limits: Limits, heard: Heard) -> None:
    """Note that a cell did not come to an end, ended the whole process, or took too much.

    A task that another cell answers, too, has no reason yet not to be asked.
    """
    what, question = _ending(run.outcome, limits)
    own = {step.place} - {""}
    heard.stopped |= own
    others = [one for one in steps if one.worked and one.place not in heard.stopped]
    answered = {number for one in others for number in one.answers}
    numbers = {step.probes} if step.probes else set(step.answers) - answered
    heard.missed |= own
    if run.outcome in NOT_SURELY_ITS_OWN:
        heard.doubtful |= numbers
    for number in numbers:
        subject = "When called, it" if step.probes else "Its cell"
        heard.reasons.setdefault(number, f"{subject} {what}. {question}")
    if not numbers:
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
        return "was cut off: all cells together take too long", "Which takes most of the time?"
    question = "Does it call exit, or need more memory than there is?"
    return "ended the whole Python process", question


def _is_done(step: Step, folder: Path, heard: Heard) -> bool:
    """Return whether a step is a probe that need not be asked again."""
    number = step.probes
    return bool(number) and (number in heard.reasons or observations_file(folder, number).exists())


def stand_in(step: Step, out: Collection[str]) -> Step:
    """Return a step, or an empty one if its place is among those that are left out."""
    return replace(step, source="") if step.place in out else step


def describe_error(run: CellRun) -> str:
    """Return an error in a sentence, without the made-up file name that IPython gives a cell."""
    lines = run.message.strip().splitlines()
    message = re.sub(r"\((?:[^()]*, )?line (\d+)\)", r"(line \1)", lines[0]) if lines else ""
    name, message = readable(run.name, 100), readable(message, 300)
    if not name:
        return f"{message}."
    return f"{name}: {message.rstrip('.')}." if message else f"{name}."
