"""The command line: ``embedkit check 2`` and its companions."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tqdm import tqdm

from embedkit import __version__
from embedkit.cli_grade import add_grade
from embedkit.cli_limits import add_limits, limits_of
from embedkit.grading.exports import as_json, as_junit
from embedkit.grading.markdown import as_markdown
from embedkit.grading.marking import Marks, mark_sheet
from embedkit.grading.notebooks import BadInputError, write_atomically
from embedkit.grading.progress import Standing, remember, standing
from embedkit.grading.release import Released, release
from embedkit.grading.report import report, shown_path
from embedkit.grading.sheets import lessons_named, sheet_named
from embedkit.grading.start_page import renew_start_page, write_start_page
from embedkit.grading.terminal import complain, painted, say
from embedkit.lessons import course_root, existing_lessons

LESSON_HELP = "a lesson's number or slug, as in 2 or lookup_table; all lessons if none is given"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, and return its exit code: 0 well, 1 not passed, 2 input of no use."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    with suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    if "run" not in options:
        say(parser.format_help().rstrip())
        return 0
    try:
        run: Callable[[argparse.Namespace, Path], int] = options.run
        return run(options, course_root(options.course))
    except BadInputError as error:
        complain(str(error))
    except OSError as error:
        told = f"{error.filename or 'a file'} cannot be used: {error.strerror}."
        complain(told if error.strerror else str(error))
    except KeyboardInterrupt:
        complain("interrupted; nothing was changed half-way.")
        return 130
    return 2


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands, with their help."""
    parser = argparse.ArgumentParser(
        prog="embedkit",
        description="Mark and keep the exercise sheets of the course on embeddings.",
        epilog="Each command has its own help, as in: embedkit check --help",
    )
    parser.add_argument(
        "--course",
        type=Path,
        metavar="FOLDER",
        help="the folder of the course (default: the one that this embedkit belongs to)",
    )
    parser.add_argument("--version", action="version", version=f"embedkit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    check = commands.add_parser(
        "check",
        help="mark your sheets",
        description="Mark sheets from outside: your answers are run in a copy, and your file is "
        "only read. Each task gives all of its points or none. The exit code is 0 if every task "
        "that you attempted passes, 1 if one does not, 2 if a sheet cannot be marked.",
    )
    check.add_argument(
        "sheets",
        nargs="*",
        metavar="LESSON|SHEET",
        help="a lesson's number or slug, or the path of a sheet; all sheets if none is given",
    )
    check.add_argument("--json", metavar="FILE", help="write the marks as JSON; - is stdout")
    check.add_argument("--junit", metavar="FILE", help="write the marks as JUnit XML; - is stdout")
    check.add_argument(
        "--markdown", metavar="FILE", help="write the marks as Markdown; - is stdout"
    )
    check.add_argument(
        "--strict", action="store_true", help="give the exit code 1 also if a task is not attempted"
    )
    add_limits(check)
    check.set_defaults(run=run_check)

    add_grade(commands)

    progress = commands.add_parser(
        "progress",
        help="show where you stand",
        description="Show where you stand in each lesson, by the last check. Nothing is run.",
    )
    progress.set_defaults(run=run_progress)

    start = commands.add_parser(
        "start",
        help="write the page that JupyterLab opens on",
        description="Write exercises/start.md: the lessons, the sheets and where you stand. "
        "`make lab` does so and opens it.",
    )
    start.set_defaults(run=run_start)

    reset = commands.add_parser(
        "reset",
        help="get a fresh sheet; the old one stays beside it",
        description="Put a fresh sheet in place. If you worked on the old one, it is kept beside "
        "it, as in exercises/02_lookup_table.old-1.ipynb.",
    )
    reset.add_argument("lessons", nargs="+", metavar="LESSON", help="a lesson's number or slug")
    reset.set_defaults(run=run_reset)

    release_command = commands.add_parser(
        "release",
        help="for authors: make exercises/ from solutions/",
        description="Make the learners' sheets in exercises/ from the worked ones in solutions/. "
        "A sheet that someone worked on is kept beside the new one.",
    )
    release_command.add_argument("lessons", nargs="*", metavar="LESSON", help=LESSON_HELP)
    release_command.set_defaults(run=run_release)

    refresh = commands.add_parser(
        "refresh",
        help="for authors: run all notebooks again and store their outputs",
        description="Run chapters and solutions again in place, store what they print and draw, "
        "and make the sheets anew. A second run changes nothing: cells tagged "
        "nbval-ignore-output keep what is stored as long as their code is the same.",
    )
    refresh.add_argument("lessons", nargs="*", metavar="LESSON", help=LESSON_HELP)
    refresh.add_argument(
        "--all", action="store_true", help="store anew what differs from run to run, too"
    )
    refresh.set_defaults(run=run_refresh)

    new = commands.add_parser(
        "new",
        help="for authors: start a lesson that does not exist yet",
        description="Write the files of a new lesson: chapter, worked sheet, module, checks, "
        "answers and tests, and its place in the book. Nothing that exists is overwritten.",
    )
    new.add_argument("lesson", metavar="LESSON", help="a lesson's number or slug")
    new.set_defaults(run=run_new)
    return parser


def run_check(options: argparse.Namespace, root: Path) -> int:
    """Mark sheets, one after the other, and go on after one that cannot be marked."""
    names = options.sheets or [str(lesson.number) for lesson in existing_lessons(root)]
    quiet = "-" in (options.json, options.junit, options.markdown)
    all_marks: list[Marks] = []
    problems: list[str] = []
    for name in tqdm(names, desc="marking", unit="sheet", leave=False, disable=None):
        try:
            path, lesson = sheet_named(name, root)
            marks = mark_sheet(path, lesson, root, limits_of(options))
        except BadInputError as error:
            problems.append(str(error))
            complain(str(error))
            continue
        with tqdm.external_write_mode():
            if not quiet:
                say(report(marks, root, sys.stdout) + "\n")
        all_marks.append(marks)
        try:
            remember(marks, root)
            renew_start_page(root)
        except OSError as error:
            complain(f"these marks could not be kept for `embedkit progress`: {error.strerror}.")
    if not quiet and len(all_marks) > 1:
        points, possible = (sum(getattr(m, n) for m in all_marks) for n in ("points", "possible"))
        say(f"{points} of {possible} points in {len(all_marks)} sheets.")
    _export(options.json, as_json(all_marks, problems))
    _export(options.junit, as_junit(all_marks, problems))
    _export(options.markdown, as_markdown(all_marks, problems, root))
    if problems:
        return 2
    well = [m.all_pass if options.strict else m.attempted_pass for m in all_marks]
    return 0 if all(well) else 1


def _export(target: str | None, text: str) -> None:
    if target == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
        sys.stdout.flush()
    elif target:
        path, content = Path(target), text.encode("utf-8", "replace") + b"\n"
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(content)  # a pipe or a device, which no file must replace
        else:
            write_atomically(path, content)


def run_progress(options: argparse.Namespace, root: Path) -> int:
    """Print a line a lesson."""
    standings = [standing(lesson, root) for lesson in existing_lessons(root)]
    width = max((len(one.lesson.slug) for one in standings), default=0)
    for one in standings:
        say(_standing_line(one, width))
    return 0


def _standing_line(one: Standing, width: int) -> str:
    points = "" if one.points is None else f"{one.points} of {one.possible}"
    colour = "good" if one.state == "complete" else "quiet"
    state = painted(one.state, colour, sys.stdout)
    return f"{one.lesson.number:>2}  {one.lesson.slug:<{width}}  {points:<9} {state}".rstrip()


def run_start(options: argparse.Namespace, root: Path) -> int:
    """Write the page that JupyterLab opens on."""
    say(f"{shown_path(write_start_page(root))} says where you stand.")
    return 0


def run_reset(options: argparse.Namespace, root: Path) -> int:
    """Put fresh sheets in place."""
    for lesson in lessons_named(options.lessons, root):
        released = release(lesson, root)
        name = shown_path(released.path)
        if released.kept:
            say(f"{name} is fresh again. What was there is now {shown_path(released.kept)}.")
        elif released.changed:
            say(f"{name} is fresh. There was no work in it to keep.")
        else:
            say(f"{name} is untouched already: there is nothing to reset.")
    renew_start_page(root)
    return 0


def run_release(options: argparse.Namespace, root: Path) -> int:
    """Make the learners' sheets."""
    for lesson in lessons_named(options.lessons, root):
        say_released(release(lesson, root))
    return 0


def say_released(released: Released) -> None:
    """Say what became of a sheet."""
    what = "was written" if released.changed else "is up to date"
    kept = f"; what was there is now {shown_path(released.kept)}" if released.kept else ""
    say(f"{shown_path(released.path)} {what}{kept}.")


def run_refresh(options: argparse.Namespace, root: Path) -> int:
    """Run and store the notebooks, then make the sheets."""
    from embedkit.authoring.refresh import refresh

    for lesson in lessons_named(options.lessons, root):
        for path in refresh(lesson, root, everything=options.all):
            say(f"{shown_path(path)} was stored anew.")
        say_released(release(lesson, root))
    return 0


def run_new(options: argparse.Namespace, root: Path) -> int:
    """Write the files of a new lesson."""
    from embedkit.authoring.new import new_lesson

    for path in new_lesson(options.lesson, root):
        say(f"{shown_path(path)} was written.")
    say(f"Next: `embedkit refresh {options.lesson}` runs the lesson and makes its sheet.")
    return 0
