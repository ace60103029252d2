"""What the page for teachers computes: the plan of four weeks, and what learners get wrong.

The plan takes its minutes from the heads of the chapters and its points from the checks. The
mistakes come from `tests/answers/`, the wrong answers that the checks are tested with, each under
the hint that a learner who gives it reads.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from embedkit.checks.framework import Task
from embedkit.lessons import LESSONS, Lesson

WEEKS = (
    ("From text to a table that learns", (1, 2, 3, 4)),
    ("What is in the table, what it costs, and who writes with it", (5, 6, 7)),
    ("The head at scale, and the first two answers to “where?”", (8, 9, 10)),
    ("Rotation, and all of it together", (11, 12)),
)
NO_HINT = "No misconception that the check knows: it says what came back and what was expected."
TIME = re.compile(r"About (an hour|(?P<minutes>\d+) minutes)([^.]*? and (?P<more>\d+) more)?")


def minutes_of(head: str) -> int:
    """Return the minutes that a chapter's head says it takes.

    Raises:
        ValueError: if it says nothing of the kind.
    """
    found = TIME.search(head)
    if not found:
        raise ValueError(f"this head of a chapter says no time, as in “About 40 minutes”: {head}")
    return int(found["minutes"] or 60) + int(found["more"] or 0)


def head_of(lesson: Lesson, root: Path) -> str:
    """Return the first cell of a chapter."""
    notebook = json.loads(lesson.chapter(root).read_text(encoding="utf-8"))
    return "".join(notebook["cells"][0]["source"])


def tasks_of(lesson: Lesson) -> list[Task]:
    """Return the tasks of a lesson's sheet, in order."""
    checks = importlib.import_module(f"embedkit.checks.{lesson.slug}")
    tasks = [thing for thing in vars(checks).values() if isinstance(thing, Task)]
    return sorted(tasks, key=lambda task: task.number)


def in_words(minutes: int) -> str:
    """Return a time in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    return " ".join(
        f"{count} {unit}" for count, unit in ((hours, "h"), (rest, "min")) if count or unit == "min"
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[nodes.Node]], name: str) -> nodes.table:
    """Return a table with a class of its own; a cell is one paragraph or list."""
    columns = [nodes.colspec(colwidth=1) for _ in headings]
    group = nodes.tgroup("", *columns, cols=len(columns))
    head = nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in headings))
    body = [nodes.row("", *(nodes.entry("", cell) for cell in row)) for row in rows]
    group += [nodes.thead("", head), nodes.tbody("", *body)]
    return nodes.table("", group, classes=[name])


def words(text: str) -> nodes.paragraph:
    """Return a paragraph in which quotes and signs stay as they are."""
    return nodes.paragraph("", text, support_smartquotes=False)


class FromTheCourse(SphinxDirective):
    """A directive that reads the course's own files."""

    @property
    def root(self) -> Path:
        """The folder of the course."""
        return Path(self.env.srcdir)

    def link(self, lesson: Lesson, text: str, folder: str = "chapters") -> nodes.reference:
        """Return a link to a lesson's chapter or sheet."""
        page = f"{folder}/{lesson.name}"
        address = self.env.app.builder.get_relative_uri(self.env.docname, page)
        return nodes.reference("", text, refuri=address, internal=True)


class FourWeeks(FromTheCourse):
    """``{four-weeks}``: a plan with the hours of reading, the tasks and the points of each week."""

    def run(self) -> list[nodes.Node]:
        """Add up what the chapters and the sheets of each week take and give."""
        for lesson in LESSONS:
            self.env.note_dependency(str(lesson.chapter(self.root)))
        rows = [self.draw_week(number, *week) for number, week in enumerate(WEEKS, start=1)]
        return [table(("Week", "Lessons", "Reading", "Sheets"), rows, "four-weeks")]

    def draw_week(self, number: int, theme: str, numbers: tuple[int, ...]) -> list[nodes.Node]:
        """Return the row of a week."""
        lessons = [lesson for lesson in LESSONS if lesson.number in numbers]
        minutes = sum(minutes_of(head_of(lesson, self.root)) for lesson in lessons)
        tasks = [task for lesson in lessons for task in tasks_of(lesson)]
        points = sum(task.points for task in tasks)
        about = nodes.paragraph("", "", nodes.strong("", theme), nodes.Text(": "))
        for place, lesson in enumerate(lessons):
            about += [
                nodes.Text(", " if place else "lessons "),
                self.link(lesson, str(lesson.number)),
            ]
        work = words(f"{len(tasks)} tasks, {points} points")
        return [words(str(number)), about, words(in_words(minutes)), work]


class CommonMistakes(FromTheCourse):
    """``{common-mistakes}``: for each task, what learners get wrong, folded lesson by lesson."""

    def run(self) -> list[nodes.Node]:
        """Read the wrong answers, and sort them by the hint that they get."""
        if str(self.root) not in sys.path:
            sys.path.insert(0, str(self.root))  # `tests` is installed nowhere
        drawn: list[nodes.Node] = []
        for lesson in LESSONS:
            corpus = importlib.import_module(f"tests.answers.{lesson.slug}")
            self.env.note_dependency(str(corpus.__file__))
            drawn += self.draw_lesson(lesson, corpus.WRONG)
        return drawn

    def draw_lesson(self, lesson: Lesson, answers: Sequence[Any]) -> list[nodes.Node]:
        """Return a lesson's tasks, behind one line that opens them."""
        about = f"<b>{lesson.number}</b> {lesson.question} <small>{len(answers)} answers</small>"
        sheet = nodes.paragraph(
            "", "From ", self.link(lesson, "the sheet", "exercises"), nodes.Text(":")
        )
        drawn = [
            nodes.raw("", f'<details class="mistakes"><summary>{about}</summary>', format="html"),
            sheet,
        ]
        for task in tasks_of(lesson):
            name = nodes.literal("", task.name)
            drawn += [
                nodes.paragraph("", f"Task {task.number} · ", name, classes=["task"]),
                draw_task(task, [answer for answer in answers if answer.task == task.number]),
            ]
        return [*drawn, nodes.raw("", "</details>", format="html")]


def draw_task(task: Task, answers: Sequence[Any]) -> nodes.table:
    """Return what is got wrong in a task, what most answers show first."""
    from tests.answers import hints_meant

    by_hint: dict[str, list[str]] = {}
    for answer in answers:
        hint = next(iter(hints_meant(answer, task)), "")
        by_hint.setdefault(hint, []).append(answer.name)
    without = by_hint.pop("", [])
    rows = [
        [words(str(len(names))), words(hint), words("; ".join(names))]
        for hint, names in sorted(by_hint.items(), key=lambda item: -len(item[1]))
    ]
    if without:
        rows.append([words(str(len(without))), words(NO_HINT), words("; ".join(without))])
    return table(("Answers", "What the learner is told", "Seen as"), rows, "mistakes")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both directives."""
    app.add_directive("four-weeks", FourWeeks)
    app.add_directive("common-mistakes", CommonMistakes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
