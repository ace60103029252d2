"""What a class knows and does not know yet: the marks of all its submissions in one view."""

import re
import statistics
from collections import Counter
from collections.abc import Sequence

from embedkit.checks.verdict import Verdict
from embedkit.grading.markdown import prose
from embedkit.grading.results import Result
from embedkit.lessons import LESSONS, Lesson

MOST_HINTS = 3


def summary(results: Sequence[Result], waiting: int = 0) -> str:
    """Return the summary of a class as Markdown.

    Args:
        results: what became of each submission.
        waiting: how many submissions have no result yet.
    """
    marked = sum(result.marks is not None for result in results)
    parts = [f"# {_count(marked, 'submission')} marked"]
    if marked < len(results):
        failed = len(results) - marked
        parts.append(
            f"{_count(failed, 'submission')} could not be marked, and "
            f"{'counts' if failed == 1 else 'count'} 0 points in the table. "
            "Nothing below includes them."
        )
    if waiting:
        parts.append(f"{_count(waiting, 'submission')} not reached yet: run the command again.")
    parts += [
        _lesson(lesson, [r for r in results if r.marks is not None and r.lesson == lesson])
        for lesson in LESSONS
        if any(r.marks is not None and r.lesson == lesson for r in results)
    ]
    return "\n\n".join(parts) + "\n"


def _lesson(lesson: Lesson, results: Sequence[Result]) -> str:
    all_marks = [result.marks for result in results if result.marks is not None]
    points = [marks.points for marks in all_marks]
    spread = f", standard deviation {statistics.stdev(points):.1f}" if len(points) > 1 else ""
    tasks: dict[str, list[Verdict]] = {}
    for marks in all_marks:
        for verdict in marks.verdicts:
            tasks.setdefault(verdict.number, []).append(verdict)
    names = [_task_name(verdicts[0]) for verdicts in tasks.values()]
    width = max(map(len, names))
    parts = [
        f"## Lesson {lesson.number} · {lesson.question}",
        f"{_count(len(points), 'submission')}. Mean {statistics.mean(points):.1f} of "
        f"{all_marks[0].possible} points{spread}; lowest {min(points)}, "
        f"median {statistics.median(points):g}, highest {max(points)}.",
        "\n".join(
            [
                f"| {'Task':<{width}} | passed | failed | not attempted |",
                f"|{'-' * (width + 2)}|-------:|-------:|--------------:|",
                *(_row(verdicts, width) for verdicts in tasks.values()),
            ]
        ),
        *(_hints(verdicts) for verdicts in tasks.values() if _reasons(verdicts)),
    ]
    return "\n\n".join(parts)


def _task_name(verdict: Verdict) -> str:
    return f"{verdict.number} `{verdict.name}`"


def _row(verdicts: Sequence[Verdict], width: int) -> str:
    count = Counter(verdict.status for verdict in verdicts)
    return (
        f"| {_task_name(verdicts[0]):<{width}} | {count['passed']:>6} | {count['failed']:>6} "
        f"| {count['untouched']:>13} |"
    )


def _hints(verdicts: Sequence[Verdict]) -> str:
    """Return the hints that were given most often for one task."""
    reasons = _reasons(verdicts)
    kinds = Counter(_kind(reason) for reason in reasons)
    examples = {_kind(reason): reason for reason in reversed(reasons)}
    lines = [
        f"- {count} × {prose(examples[kind])}" for kind, count in kinds.most_common(MOST_HINTS)
    ]
    rest = len(kinds) - MOST_HINTS
    if rest > 0:
        lines.append(f"- and {rest} other{'s' if rest > 1 else ''}")
    return "\n".join([f"**{_task_name(verdicts[0])}**", "", *lines])


def _reasons(verdicts: Sequence[Verdict]) -> list[str]:
    """Return why each failed verdict failed: its first hint, or else its note."""
    failed = [verdict for verdict in verdicts if verdict.status == "failed"]
    hints = [next((f.hint for f in verdict.findings if f.hint), verdict.note) for verdict in failed]
    return [hint for hint in hints if hint]


def _kind(reason: str) -> str:
    """Return a hint without its numbers, which differ from one draw to the next."""
    return re.sub(r"-?\d+(\.\d+)?(e[+-]?\d+)?", "0", reason)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
