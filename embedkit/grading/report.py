"""Marks in words, for the learner who ran the check."""

from pathlib import Path
from typing import TextIO

from embedkit.checks.plain import readable
from embedkit.checks.verdict import Verdict
from embedkit.grading.marking import Marks
from embedkit.grading.terminal import painted
from embedkit.lessons import LESSONS

SIGNS = {"passed": ("✓", "good"), "failed": ("✗", "bad"), "untouched": ("–", "quiet")}


def report(marks: Marks, root: Path, stream: TextIO) -> str:
    """Return the report on one sheet, coloured if the stream shows colour."""
    lesson = marks.lesson
    width = max(len(verdict.name) for verdict in marks.verdicts)
    lines = [
        painted(f"Lesson {lesson.number} · {lesson.question}", "bold", stream),
        painted(shown_path(marks.path), "quiet", stream),
        "",
    ]
    for verdict in marks.verdicts:
        lines.extend(_task_lines(verdict, width, stream))
    lines.extend(["", *marks.notes] if marks.notes else [])
    lines += ["", f"{marks.points} of {marks.possible} points. {next_step(marks, root)}"]
    return "\n".join(lines)


def shown_path(path: Path) -> str:
    """Return a path as a person would type it here."""
    try:
        return readable(str(path.resolve().relative_to(Path.cwd())))
    except ValueError:
        return readable(str(path))


def _task_lines(verdict: Verdict, width: int, stream: TextIO) -> list[str]:
    sign, colour = SIGNS[verdict.status]
    line = (
        f"{painted(sign, colour, stream)} {verdict.number:<5}{verdict.name:<{width}}  "
        f"{verdict.points} of {verdict.possible}"
    )
    if verdict.status == "untouched":
        return [f"{line}  {painted('not attempted yet', 'quiet', stream)}"]
    if verdict.status == "passed":
        return [line]
    return [line, *(f"  {detail}" for detail in str(verdict).splitlines()[1:])]


def next_step(marks: Marks, root: Path) -> str:
    """Return what to look at next, in a sentence."""
    for status, words in (("failed", "Look next at"), ("untouched", "Go on with")):
        for verdict in marks.verdicts:
            if verdict.status == status:
                return f"{words} task {verdict.number}, `{verdict.name}`."
    following = [lesson for lesson in LESSONS if lesson.number > marks.lesson.number]
    if following and following[0].chapter(root).is_file():
        return f"Go on with lesson {following[0].number}: {following[0].question}"
    return "This sheet is complete."
