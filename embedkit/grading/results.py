"""What became of one submission: its marks, or a sentence on why there are none."""

import hashlib
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import embedkit
from embedkit.checks.verdict import Finding, Verdict
from embedkit.grading.integrity import CourseChangedError
from embedkit.grading.marking import Marks, mark_sheet
from embedkit.grading.notebooks import BadInputError
from embedkit.grading.sheets import lesson_of
from embedkit.grading.submissions import Submission
from embedkit.grading.watch import Limits
from embedkit.lessons import LESSONS, Lesson

STATUSES = ("passed", "failed", "untouched")


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    Args:
        name: the submission's.
        content: a hash of the file as it was marked.
        grader: a hash of all that decides the marks beside the file.
        lesson: the lesson that it belongs to, where that could be told.
        marks: what it earned; None if it could not be marked.
        problem: why it could not be marked.
        stops: whether no submission after it can be marked either.
    """

    name: str
    content: str = ""
    grader: str = ""
    lesson: Lesson | None = None
    marks: Marks | None = None
    problem: str = ""
    stops: bool = False


def mark_submission(submission: Submission, root: Path, limits: Limits) -> Result:
    """Mark one submission in a copy; whatever is wrong with it, there is a result.

    Args:
        submission: what was handed in.
        root: the folder of the course.
        limits: what it may take.
    """
    content, grader = "", ""
    lesson = None
    stops = False
    with TemporaryDirectory(prefix="embedkit-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / submission.path.name
        try:
            read = submission.read()
            content = hashlib.sha256(read).hexdigest()
            copy.write_bytes(read)
            lesson = lesson_of(copy, root)
            grader = grader_hash(lesson, root, limits)
            marks = mark_sheet(copy, lesson, root, limits, (submission.folder,))
        except BadInputError as error:
            problem = _about_this_file(str(error), copy)
            stops = isinstance(error, CourseChangedError)
        except Exception as error:  # a class is marked to its end, whatever one file brings out
            what = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            problem = f"The grader itself stopped with {_about_this_file(what, copy)}."
        else:
            return Result(submission.name, content, grader, lesson, marks)
    return Result(submission.name, content, grader, lesson, problem=problem, stops=stops)


def _about_this_file(sentence: str, copy: Path) -> str:
    told = sentence.replace(str(copy), "this file")
    return told[:1].upper() + told[1:]


@cache
def grader_hash(lesson: Lesson, root: Path, limits: Limits) -> str:
    """Return a hash of all that decides the marks of a lesson's sheets beside the sheets."""
    package = Path(embedkit.__file__).parent
    seen = hashlib.sha256(f"{limits} torch {version('torch')}".encode())
    for path in [*sorted(package.rglob("*.py")), lesson.solution(root)]:
        seen.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()


def as_data(result: Result) -> dict[str, Any]:
    """Return a result in the form in which JSON keeps it."""
    marks = result.marks
    return {
        "content": result.content,
        "grader": result.grader,
        "lesson": result.lesson.name if result.lesson else "",
        "problem": result.problem,
        "marks": marks
        and {
            "fingerprint": marks.fingerprint,
            "notes": list(marks.notes),
            "verdicts": [asdict(verdict) for verdict in marks.verdicts],
        },
    }


def from_data(name: str, data: Any) -> Result:
    """Return a result from the form in which JSON keeps it.

    Raises:
        ValueError: if the data is damaged.
    """
    try:
        lesson = next((one for one in LESSONS if one.name == data["lesson"]), None)
        marks = _marks(name, lesson, data["marks"]) if lesson and data["marks"] else None
        content, grader, problem = (_text(data[key]) for key in ("content", "grader", "problem"))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is no result") from error
    return Result(name, content, grader, lesson, marks, problem)


def _marks(name: str, lesson: Lesson, data: Any) -> Marks:
    verdicts = tuple(_verdict(one) for one in data["verdicts"])
    notes = tuple(_text(note) for note in data["notes"])
    return Marks(lesson, Path(name), _text(data["fingerprint"]), verdicts, notes)


def _verdict(data: Any) -> Verdict:
    if data["status"] not in STATUSES or not isinstance(data["possible"], int):
        raise ValueError("this is no verdict")
    findings = tuple(_finding(one) for one in data["findings"])
    number, name, note = (_text(data[key]) for key in ("number", "name", "note"))
    return Verdict(number, name, data["possible"], data["status"], findings, note)


def _finding(data: Any) -> Finding:
    if data["passed"] not in (True, False, None):
        raise ValueError("this is no finding")
    details = tuple((_text(label), _text(text)) for label, text in data["details"])
    return Finding(_text(data["says"]), data["passed"], _text(data["hint"]), details)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("text was expected")
    return value
