"""The command ``embedkit grade``, which marks a class."""

import argparse
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from embedkit.cli_limits import add_limits, limits_of
from embedkit.grading.classroom import Classroom, Outputs
from embedkit.grading.crew import cores
from embedkit.grading.report import shown_path
from embedkit.grading.results import Result
from embedkit.grading.submissions import Found, find_submissions
from embedkit.grading.terminal import complain, say

MOST_WORKERS = 60
MOST_NAMES = 3


def add_grade(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    grade = commands.add_parser(
        "grade",
        help="for teachers: mark what a class handed in",
        description="Mark all sheets in a folder, and in the folders in it, one for each learner "
        "or none. Learners' files are only read. You get a table with a row a submission, and "
        "beside it a page of feedback for each, and a summary of what the class knows. Run the "
        "same command again to go on after an interruption, or when more came in: what did not "
        "change is not marked again. The exit code is 0 if all could be marked, 1 if some could "
        "not, 2 if there is nothing to mark or nowhere to write.",
    )
    grade.add_argument("folder", type=Path, metavar="FOLDER", help="what the class handed in")
    grade.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("marks.csv"),
        metavar="FILE",
        help="the table to write (default: %(default)s)",
    )
    grade.add_argument(
        "-j",
        "--jobs",
        type=_workers,
        default=min(cores(), MOST_WORKERS),
        metavar="N",
        help="how many sheets to mark at a time (default: one for each core, here %(default)s)",
    )
    add_limits(grade)
    grade.add_argument("--again", action="store_true", help="mark anew what is marked already")
    grade.set_defaults(run=run_grade)


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to {MOST_WORKERS}.")
    return int(text)


def run_grade(options: argparse.Namespace, root: Path) -> int:
    """Mark a class, and go on after a sheet that cannot be marked."""
    found = find_submissions(options.folder)
    outputs = Outputs(options.output)
    outputs.refuse_misplaced(options.folder)
    room = Classroom(found.submissions, outputs, root)
    foreign = room.keep_foreign_table()
    if foreign:
        complain(
            f"{shown_path(outputs.table)} was edited: what was in it is now in {foreign.name}."
        )
    if not options.again:
        room.take_over(limits_of(options))
    room.save()
    taken_over = len(room.results)
    try:
        _mark(room, options)
    except KeyboardInterrupt:
        complain(
            f"interrupted: {len(room.results)} of {len(room.submissions)} submissions are done "
            "and saved. Run the same command again to go on."
        )
        return 130
    _tell(room, found, taken_over)
    return 0 if all(result.marks for result in room.done()) else 1


def _mark(room: Classroom, options: argparse.Namespace) -> None:
    total, done = len(room.submissions), len(room.results)
    with tqdm(total=total, initial=done, desc="marking", unit="sheet", disable=None) as bar:

        def tick(result: Result) -> None:
            if result.marks is None:
                with tqdm.external_write_mode():
                    complain(f"{result.name}: {result.problem}")
            bar.update()

        room.mark_rest(options.jobs, limits_of(options), tick)


def _tell(room: Classroom, found: Found, taken_over: int) -> None:
    say(room.summary())
    if taken_over:
        say(f"{taken_over} of these were marked in an earlier run, and did not change since.")
    if found.others:
        files = (
            "1 other file was"
            if len(found.others) == 1
            else f"{len(found.others)} other files were"
        )
        say(f"{files} left alone: {_kinds(found.others)}.")
    for what, path in (
        ("marks", room.outputs.table),
        ("feedback", room.outputs.feedback),
        ("summary", room.outputs.summary),
    ):
        say(f"{what:<9} {shown_path(path)}")


def _kinds(names: tuple[str, ...]) -> str:
    """Return how many files there are of each kind, the most frequent kinds first."""
    count = Counter(Path(name).suffix.lower() or "no suffix" for name in names)
    told = [f"{number} {kind}" for kind, number in count.most_common(MOST_NAMES)]
    return ", ".join(told) + (", …" if len(count) > MOST_NAMES else "")
