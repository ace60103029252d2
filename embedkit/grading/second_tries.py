"""Asking a task once more below its check, where cells answer it anew, or help to."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from embedkit.grading.replay import Step, cells_of, observations_file, place_of_probe
from embedkit.grading.rounds import Sheet, ask, stand_in

MOST_TRIES = 3
"""How many such cells of a task are looked at, the last ones: of those that write its function or
class itself, and of the others."""


def ask_below_the_checks(sheet: Sheet, status_of: Callable[[str], str]) -> None:
    """Ask each task that does not pass below the cells that answer it anew, until it does.

    If it passes below none of them, what was told first counts, unless nothing was attempted there.
    Half of the time that is left may be spent on this: what passes may have to be weighed.

    Args:
        sheet: a sheet that was run.
        status_of: judges what was seen of the answer to a task, by its number.
    """
    now = time.monotonic()
    halfway = now + (sheet.shared.deadline - now) / 2
    sheet = replace(sheet, shared=replace(sheet.shared, deadline=halfway))
    for number in sorted({number for step in sheet.steps for number in step.again}):
        if time.monotonic() > halfway:
            return
        status = status_of(number)
        if status != "passed":
            _ask_below(sheet, number, status_of, keep_the_first=status != "untouched")


def _ask_below(
    sheet: Sheet, number: str, status_of: Callable[[str], str], keep_the_first: bool
) -> None:
    heard, seen = sheet.heard, observations_file(sheet.folder, number)
    record = seen.read_bytes() if seen.exists() else None
    reason, error = heard.reasons.get(number), heard.errors.get(number)
    probe = sheet.steps[place_of_probe(sheet.steps, number)]
    for stop in _stops(sheet.steps, number):
        cells = [stand_in(step, heard.stopped) for step in cells_of(sheet.steps[:stop])]
        ask(sheet, number, [*cells, probe])
        if status_of(number) == "passed":
            heard.below[number] = stop
            return
    if keep_the_first:
        seen.unlink(missing_ok=True)
        if record is not None:
            seen.write_bytes(record)
        for told, first in ((heard.reasons, reason), (heard.errors, error)):
            told.pop(number, None)
            told.update({number: first} if first else {})


def _stops(steps: Sequence[Step], number: str) -> list[int]:
    """Return before which cells to ask: the next answer, or the next try, and at the end."""
    whole = [i for i, step in enumerate(steps) if number in step.wholly]
    others = [i for i, step in enumerate(steps) if number in step.again and i not in whole]
    ends = [i for i, step in enumerate(steps) if step.answers or number in step.again]
    tries = sorted([*whole[-MOST_TRIES:], *others[-MOST_TRIES:]])
    return [next((end for end in ends if end > one), len(steps)) for one in tries]
