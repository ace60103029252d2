"""Marking a class: a table with a row a submission, a page of feedback each, and a summary."""

import csv
import hashlib
import io
import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from embedkit.grading.crew import mark_all
from embedkit.grading.feedback import html_page, markdown_page, page_names
from embedkit.grading.notebooks import BadInputError, keep_beside, write_atomically
from embedkit.grading.results import Result, as_data, from_data, grader_hash, mark_submission
from embedkit.grading.solutions import read_solution
from embedkit.grading.submissions import Submission
from embedkit.grading.summary import summary
from embedkit.grading.watch import Limits
from embedkit.lessons import LESSONS, Lesson

SECONDS_BETWEEN_SAVES = 2.0

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Outputs:
    """Where the marks of a class are written: the table, and beside it all else."""

    table: Path

    @property
    def feedback(self) -> Path:
        """The folder of the pages of feedback."""
        return self._beside("_feedback")

    @property
    def summary(self) -> Path:
        """The summary of the class."""
        return self._beside("_summary.md")

    @property
    def state(self) -> Path:
        """What a later run needs in order to go on."""
        return self._beside("_state.json")

    def _beside(self, ending: str) -> Path:
        return self.table.with_name(self.table.stem + ending)

    def refuse_misplaced(self, folder: Path) -> None:
        """Refuse a table that cannot be one.

        Raises:
            BadInputError: if it, or what comes with it, would lie among the submissions, or if it
                is a folder, a pipe or a device, which a file would replace.
        """
        if self.table.is_dir():
            raise BadInputError(f"{self.table} is a folder: name a file, as in -o marks.csv.")
        if self.table.exists() and not self.table.is_file():
            raise BadInputError(f"{self.table} is no ordinary file: name one, as in -o marks.csv.")
        for place in (self.table, self.feedback):
            if folder.resolve() in (place.resolve(), *place.resolve().parents):
                raise BadInputError(
                    f"{place} would lie among the submissions, and nothing is written there: "
                    "name a place outside of that folder with -o."
                )


class Classroom:
    """The submissions of a class, and what became of each so far."""

    def __init__(self, submissions: Sequence[Submission], outputs: Outputs, root: Path) -> None:
        self.submissions = submissions
        self.outputs = outputs
        self.root = root
        self.results: dict[str, Result] = {}
        self._pages = page_names([submission.name for submission in submissions])
        self._saved_at = 0.0
        self._table_before, self._kept = _read_state(outputs.state)

    def done(self) -> list[Result]:
        """Return what became of the submissions, in their order, as far as they are reached."""
        names = [submission.name for submission in self.submissions]
        return [self.results[name] for name in names if name in self.results]

    def keep_foreign_table(self) -> Path | None:
        """Copy a table that this command did not write, or that was edited since, beside itself."""
        table = self.outputs.table
        if not table.exists() or _hash(table.read_bytes()) == self._table_before:
            return None
        return keep_beside(table)

    def take_over(self, limits: Limits) -> None:
        """Take over what earlier runs found, where neither a sheet nor the grader changed."""
        for submission in self.submissions:
            kept = self._kept.get(submission.name)
            if (
                kept is not None
                and kept.marks is not None
                and kept.lesson is not None
                and kept.lesson.solution(self.root).is_file()
                and kept.grader == grader_hash(kept.lesson, self.root, limits)
                and kept.content == submission.content_hash()
            ):
                self._add(kept)

    def mark_rest(self, workers: int, limits: Limits, tick: Callable[[Result], object]) -> None:
        """Mark what has no result yet; whatever happens, what is done is saved.

        Args:
            workers: how many submissions are marked at a time.
            limits: what each may take.
            tick: is told each result.

        Raises:
            BadInputError: if one of them shows that no other can be marked either.
        """
        rest = [one for one in self.submissions if one.name not in self.results]
        mark = partial(mark_submission, root=self.root, limits=limits)
        longest = longest_seconds(limits.seconds)
        try:
            with closing(mark_all(rest, mark, workers, longest)) as results:
                for result in results:
                    self._add(result)
                    tick(result)
                    if result.stops:
                        raise BadInputError(f"no further sheet is marked after {result.name}.")
                    if time.monotonic() - self._saved_at > SECONDS_BETWEEN_SAVES:
                        self.save()
        finally:
            self.save()

    def save(self) -> None:
        """Write the table, the summary, and what a later run needs."""
        table = self._table().encode("utf-8", "replace")
        kept = self._kept | self.results
        state = {
            "table": _hash(table),
            "results": {name: as_data(result) for name, result in sorted(kept.items())},
        }
        write_atomically(self.outputs.state, json.dumps(state, indent=1).encode())
        write_atomically(self.outputs.table, table)
        _write(self.outputs.summary, self.summary())
        self._saved_at = time.monotonic()

    def summary(self) -> str:
        """Return the summary of the class as Markdown."""
        return summary(self.done(), waiting=len(self.submissions) - len(self.results))

    def _add(self, result: Result) -> None:
        self.results[result.name] = result
        page = self.outputs.feedback / self._pages[result.name]
        _write(page.with_name(f"{page.name}.md"), markdown_page(result, self.root))
        _write(page.with_name(f"{page.name}.html"), html_page(result, self.root))

    def _table(self) -> str:
        """Return the table as CSV: a row a submission, a column a task."""
        tasks = self._tasks()
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        names = [f"{number} {name}" for number, name in tasks]
        writer.writerow(["path", "lesson", *names, "total", "possible", "note"])
        for submission in self.submissions:
            row = _row(submission, self.results.get(submission.name), tasks)
            writer.writerow([harmless(value) for value in row])
        return text.getvalue()

    def _tasks(self) -> dict[tuple[str, str], Lesson]:
        """Return the number and name of each task in any sheet, with its lesson, in order."""
        lessons = {result.lesson for result in self.results.values() if result.lesson}
        return {
            (one.task.number, one.task.name): lesson
            for lesson in LESSONS
            if lesson in lessons
            for one in read_solution(lesson, self.root).tasks
        }


def longest_seconds(seconds: float) -> float:
    """Return how long a submission may take in all: some cells to their limit, and as many starts.

    Args:
        seconds: how long one cell may run.
    """
    return 900 + 30 * seconds


def harmless(value: str | int) -> str | int:
    """Return a cell of the table that no spreadsheet takes for a formula.

    No two cells become alike: one that begins as if it were made harmless already is made so, too.
    """
    if isinstance(value, str) and value.lstrip(" '").startswith(STARTS_A_FORMULA):
        return f"'{value}"
    return value


def _row(
    submission: Submission, result: Result | None, tasks: dict[tuple[str, str], Lesson]
) -> list[str | int]:
    if result is None:
        return [submission.name, "", *("" for _ in tasks), "", "", "not marked yet"]
    lesson = result.lesson.name if result.lesson else ""
    if result.marks is None:
        none = [0 if of == result.lesson else "" for of in tasks.values()]
        note = f"could not be marked: {result.problem}"
        return [submission.name, lesson, *none, 0, "", _on_a_line(note)]
    marks = result.marks
    earned = {(verdict.number, verdict.name): verdict.points for verdict in marks.verdicts}
    points = [earned.get(task, "") for task in tasks]
    note = " ".join(marks.notes)
    return [submission.name, lesson, *points, marks.points, marks.possible, _on_a_line(note)]


def _on_a_line(text: str) -> str:
    return " ".join(text.split())


def _read_state(path: Path) -> tuple[str, dict[str, Result]]:
    """Return the hash of the last table and the results of earlier runs; none if damaged."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        table, results = str(state["table"]), state["results"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", {}
    kept = {}
    for name, data in results:
        try:
            kept[name] = from_data(name, data)
        except ValueError:
            continue
    return table, kept


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, text: str) -> None:
    write_atomically(path, text.encode("utf-8", "replace"))
