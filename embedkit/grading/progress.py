"""Where a learner stands: the marks of each sheet's last check, kept in the course's folder."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedkit.grading.marking import Marks
from embedkit.grading.notebooks import (
    BadInputError,
    fingerprint,
    is_untouched,
    read_notebook,
    write_atomically,
)
from embedkit.lessons import Lesson


@dataclass(frozen=True)
class Standing:
    """Where one lesson stands.

    Args:
        lesson: the lesson.
        state: a sentence for the learner.
        points: what its last check gave; None if it was not checked since it was changed.
        possible: the points that can be earned; None where they are not known.
    """

    lesson: Lesson
    state: str
    points: int | None = None
    possible: int | None = None


def progress_file(root: Path) -> Path:
    """Where the marks of the last checks are kept."""
    return root / ".embedkit" / "progress.json"


def remember(marks: Marks, root: Path) -> None:
    """Keep the marks of a lesson's own sheet; those of any other file are not kept."""
    if marks.path.resolve() != marks.lesson.sheet(root).resolve():
        return
    known = _read(root)
    known[marks.lesson.name] = {
        "fingerprint": marks.fingerprint,
        "points": marks.points,
        "possible": marks.possible,
        "open": [v.number for v in marks.verdicts if v.status != "passed"],
    }
    text = json.dumps({"sheets": known}, indent=1, sort_keys=True) + "\n"
    write_atomically(progress_file(root), text.encode("utf-8"))


def standing(lesson: Lesson, root: Path) -> Standing:
    """Return where one lesson stands, without running anything."""
    path = lesson.sheet(root)
    if not path.exists():
        return Standing(lesson, f"no sheet: `embedkit reset {lesson.number}` makes one")
    try:
        notebook = read_notebook(path)
    except BadInputError:
        return Standing(lesson, "its sheet cannot be read: `embedkit check` says why")
    if is_untouched(notebook):
        return Standing(lesson, "untouched")
    last = _read(root).get(lesson.name)
    if not last:
        return Standing(lesson, "attempted, not checked yet")
    if last["fingerprint"] != fingerprint(notebook):
        return Standing(lesson, "changed since its last check")
    state = f"open: {', '.join(last['open'])}" if last["open"] else "complete"
    return Standing(lesson, state, last["points"], last["possible"])


def _read(root: Path) -> dict[str, dict[str, Any]]:
    """Return the kept marks; a file that is missing or damaged holds none."""
    try:
        sheets = json.loads(progress_file(root).read_text(encoding="utf-8"))["sheets"]
        return {name: entry for name, entry in sheets.items() if _is_sound(entry)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _is_sound(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("fingerprint"), str)
        and isinstance(entry.get("points"), int)
        and isinstance(entry.get("possible"), int)
        and isinstance(entry.get("open"), list)
        and all(isinstance(number, str) for number in entry["open"])
    )
