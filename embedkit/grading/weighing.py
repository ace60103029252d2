"""Weighing answers from outside: how much memory their whole process takes on a large question.

Some tasks ask that something large is never made. Their criterion counts numbers where the answer
runs, which gives good hints; whoever sets out to can hide them from it. So an answer that passed is
asked once more, in a replay of its own, a question so large that what it should not make is seen
by the system, in whatever library or thread it is made. What counts is the peak of the process,
against what it held before the first cell of the learner's: memory that was taken beforehand is
none the cheaper. What it writes into files and pipes counts too, since they keep it for
the process. Only Linux tells such a peak; elsewhere the count is all there is.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from embedkit.checks.framework import Task
from embedkit.checks.plain import load_plain, save_plain
from embedkit.checks.verdict import Finding, Verdict
from embedkit.grading.bounded import bounded
from embedkit.grading.needed import needed_for, words_of_functions
from embedkit.grading.replay import (
    Step,
    cells_of,
    observations_file,
    place_of_probe,
    probe_of,
    questions_file,
)
from embedkit.grading.rounds import Heard, Sheet, run_to_the_end, stand_in
from embedkit.grading.seen import as_seen
from embedkit.grading.solutions import SheetTask

TIMES_AS_LONG = 4
"""How many times as long as usual a cell may take: the question is large, and machines are slow."""
FORGET = Path("/proc/self/clear_refs")


def can_weigh() -> bool:
    """Return whether this system tells the peak of a process from a moment on."""
    try:
        FORGET.write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def weighed(
    verdicts: Sequence[Verdict],
    tasks: Sequence[SheetTask],
    sheet: Sheet,
) -> list[Verdict]:
    """Return the verdicts, those on answers that passed and are too heavy turned into failures.

    At first no more of the sheet runs than the answer needs, so that a learner's experiments weigh
    nothing. An answer that fails so is weighed once more, with all cells: it may need them in a way
    that cannot be told by reading. Before that, what is large and has a name that the answer does
    not use is put away. It is asked another question then: what it found out the first time it
    might have kept where nobody looks, such as in which files the system has at hand.

    Args:
        verdicts: what was found without weighing.
        tasks: the tasks, in the same order.
        sheet: the sheet that answers them.
    """
    passed = {verdict.number for verdict in verdicts if verdict.status == "passed"}
    waiting = [one for one in tasks if one.task.number in passed and one.task.at_scale]
    failures: dict[str, Finding] = {}
    for name, cells in (("needed", _needed), ("tidied", _tidied)):
        if waiting and can_weigh():
            place = sheet.folder / f"weighed-{name}"
            found = {
                one.task.number: _weigh(one, sheet, place / one.task.number, cells)
                for one in waiting
            }
            failures = {number: one for number, one in found.items() if not one.passed}
            waiting = [one for one in waiting if one.task.number in failures]
    return [
        _failed(verdict, failures[verdict.number]) if verdict.number in failures else verdict
        for verdict in verdicts
    ]


def _needed(task: Task, before: Sequence[Step]) -> list[Step]:
    """Return the cells with nothing but what the answer to a task needs."""
    given = [step for step in before if not step.place]
    needed = _sources_needed(task, before)
    return [*given, *(Step(one, place=f"cell {i}") for i, one in enumerate(needed, 1) if one)]


def _tidied(task: Task, before: Sequence[Step]) -> list[Step]:
    """Return all cells, and one that puts away what the answer to a task does not name."""
    names = words_of_functions(_sources_needed(task, before))
    tidies = (
        "from embedkit.checks.tidying import put_away as _put_away\n"
        f"_put_away(globals(), {sorted(names)!r})"
    )
    return [*before, Step(tidies)]


def _sources_needed(task: Task, before: Sequence[Step]) -> list[str]:
    return needed_for([task.name], [step.source for step in before if step.place])


def _weigh(
    one: SheetTask,
    sheet: Sheet,
    folder: Path,
    cells: Callable[[Task, Sequence[Step]], list[Step]],
) -> Finding:
    """Put the large question of a task, in a replay of its own, and return what is found.

    Args:
        one: the task.
        sheet: the sheet that answers it.
        folder: a new folder to work in.
        cells: chooses what is run before, of all that comes before it.
    """
    for part in ("sealed", "questions", "drop", "kept"):
        (folder / part).mkdir(parents=True)
    number = one.task.number
    sealed = folder / "sealed" / questions_file(folder, number).name
    seed = secrets.randbits(32)
    questions = one.task.questions_at_scale(seed)
    save_plain(sealed, [list(question) for question in questions])
    probe = replace(probe_of(one, folder), sealed=sealed)
    at_its_check = place_of_probe(sheet.steps, number)
    before = cells_of(sheet.steps[: sheet.heard.below.get(number, at_its_check)])
    run = cells(one.task, [stand_in(step, sheet.heard.stopped) for step in before])
    limits = replace(sheet.limits, seconds=TIMES_AS_LONG * sheet.limits.seconds)
    shared = replace(sheet.shared, questions=folder / "questions", drop=folder / "drop")
    heard = Heard()
    run_to_the_end([*run, probe], folder, shared, limits, heard)
    return _find(one.task, seed, folder, heard)


def _find(task: Task, seed: int, folder: Path, heard: Heard) -> Finding:
    """Return what is found of one answer that was asked its large question."""
    number = task.number
    if number in heard.reasons or number not in heard.taken:
        late = "It was not reached: the cells of the sheet take too long."
        return task.not_weighed(heard.reasons.get(number, late))
    try:
        with bounded():
            observed = load_plain(observations_file(folder, number))
            if "missing" in observed:
                return task.not_weighed(" ".join([*heard.notes, f"`{task.name}` is not there."]))
            (seen,) = observed["seen"]
            return task.judge_at_scale(seed, as_seen(seen), heard.taken[number])
    except Exception:  # what was seen comes from the learner's process, and may be anything
        return task.not_weighed("What it gives cannot be judged.")


def _failed(verdict: Verdict, found: Finding) -> Verdict:
    """Return a verdict in which one criterion is not met, and those after it are not looked at."""
    says = [finding.says for finding in verdict.findings]
    place = says.index(found.says)
    rest = [Finding(name, None) for name in says[place + 1 :]]
    return replace(verdict, status="failed", findings=(*verdict.findings[:place], found, *rest))
