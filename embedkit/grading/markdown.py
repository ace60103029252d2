"""Marks as Markdown. Whatever an answer made a hint say is shown as text, and as nothing else."""

import re
from collections.abc import Sequence
from pathlib import Path

from embedkit.checks.plain import readable
from embedkit.checks.verdict import Finding, Verdict
from embedkit.grading.marking import Marks
from embedkit.grading.report import SIGNS, next_step

STATES = {"passed": "passed", "failed": "not right yet", "untouched": "not attempted yet"}

SPECIAL = re.compile(r"[\\`*_\[\]<|~$&]|^[-+#=>]|(?<=^\d)[.)]|:(?=//)|(?<=www)\.")
"""What Markdown would read as more than text: its own signs, links, and starts of lists."""


def escaped(text: str) -> str:
    """Return text in which nothing is Markdown or HTML, on one line."""
    return SPECIAL.sub(r"\\\g<0>", re.sub(r"\s+", " ", readable(text)))


def prose(text: str) -> str:
    """Return a sentence of the checks as Markdown: its ``code`` stays code, the rest is text."""
    return "".join(f"`{part}`" if is_code else escaped(part) for part, is_code in split_code(text))


def split_code(text: str) -> list[tuple[str, bool]]:
    """Return the parts of a sentence, each with whether it stands between backticks."""
    text = " ".join(readable(text).split())
    parts = text.split("`")
    if len(parts) % 2 == 0 or "" in parts[1::2] or "" in parts[2:-1:2]:
        return [(text, False)]
    return [(part, i % 2 == 1) for i, part in enumerate(parts)]


def block(text: str) -> str:
    """Return text as a block of code, which no backtick in it can end."""
    text = readable(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def as_markdown(all_marks: Sequence[Marks], problems: Sequence[str], root: Path) -> str:
    """Return the marks of one learner as Markdown.

    Args:
        all_marks: the marks of each sheet.
        problems: a sentence for each sheet that could not be marked.
        root: the folder of the course.
    """
    points, possible = (sum(getattr(m, n) for m in all_marks) for n in ("points", "possible"))
    parts = [f"# {points} of {possible} points"]
    parts += [f"**Could not be marked:** {prose(problem)}" for problem in problems]
    parts += [sheet_markdown(marks, root) for marks in all_marks]
    return "\n\n".join(parts)


def sheet_markdown(marks: Marks, root: Path) -> str:
    """Return the marks of one sheet: a table of its tasks, then what was seen in each."""
    lesson = marks.lesson
    rows = [
        f"| {SIGNS[v.status][0]} | {v.number} `{v.name}` | {v.points} of {v.possible} "
        f"| {STATES[v.status]} |"
        for v in marks.verdicts
    ]
    parts = [
        f"## Lesson {lesson.number} · {escaped(lesson.question)}",
        f"{marks.points} of {marks.possible} points. {prose(next_step(marks, root))}",
        "\n".join(["| | Task | Points | |", "|---|---|---|---|", *rows]),
        *(prose(note) for note in marks.notes),
        *(_task(verdict) for verdict in marks.verdicts if verdict.status != "untouched"),
    ]
    return "\n\n".join(parts)


def _task(verdict: Verdict) -> str:
    parts = [f"### {SIGNS[verdict.status][0]} {verdict.number} `{verdict.name}`"]
    if verdict.note:
        parts.append(prose(verdict.note))
    lines = [f"- {finding_sign(one)} {prose(one.says)}" for one in verdict.findings]
    if lines:
        parts.append("\n".join(lines))
    for finding in verdict.findings:
        if finding.hint:
            parts.append(prose(finding.hint))
        if finding.details:
            parts.append(block("\n".join(f"{name:<10} {text}" for name, text in finding.details)))
    return "\n\n".join(parts)


def finding_sign(finding: Finding) -> str:
    """Return the sign of a criterion: met, not met, or not looked at."""
    return {True: "✓", False: "✗", None: "·"}[finding.passed]
