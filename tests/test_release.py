"""Sheets are derived from solutions: the same every time, and never over someone's work."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from embedkit.grading.marking import mark_sheet
from embedkit.grading.notebooks import BadInputError, is_untouched, notebook_bytes
from embedkit.grading.release import make_sheet, release
from embedkit.grading.solutions import cut_solution, read_solution
from embedkit.lessons import Lesson, course_root, existing_lessons
from tests.small_course import LESSON, SHIFT, cell_of, save

ROOT = course_root(Path(__file__).parent)
REAL = pytest.mark.parametrize("real", existing_lessons(ROOT), ids=lambda lesson: lesson.name)


@REAL
def test_a_sheet_is_in_sync_with_its_solution(real: Lesson) -> None:
    made = make_sheet(read_solution(real, ROOT))
    assert is_untouched(made)
    same = real.sheet(ROOT).read_bytes() == notebook_bytes(made)
    assert same, "the sheet differs: `make release` makes it anew, and keeps what is in it beside"


@REAL
def test_a_sheet_has_four_to_six_tasks_and_ten_points(real: Lesson) -> None:
    tasks = read_solution(real, ROOT).tasks
    assert 4 <= len(tasks) <= 6, f"{real.name} needs 4 to 6 tasks, and has {len(tasks)}"
    assert sum(task.task.points for task in tasks) == 10


@REAL
def test_the_untouched_sheet_earns_nothing(real: Lesson, tmp_path: Path) -> None:
    path = tmp_path / "sheet.ipynb"
    path.write_bytes(notebook_bytes(make_sheet(read_solution(real, ROOT))))
    marks = mark_sheet(path, real, ROOT)
    assert {verdict.status for verdict in marks.verdicts} == {"untouched"}
    assert (marks.points, marks.possible) == (0, 10)


@REAL
def test_the_solution_earns_all(real: Lesson) -> None:
    marks = mark_sheet(real.solution(ROOT), real, ROOT)
    assert marks.points == 10, [str(verdict) for verdict in marks.verdicts]


def test_the_solution_is_cut_and_the_rest_stays(sheet: NotebookNode) -> None:
    double = cell_of(sheet, "answer-11-1").source
    assert double.splitlines()[1:] == ['    """Return 2x."""', "    raise NotImplementedError"]
    shift = cell_of(sheet, "answer-11-3").source
    assert shift.count("raise NotImplementedError") == 3
    assert "        raise NotImplementedError\n\n    def __call__" in shift
    assert "self.by" not in shift
    ast.parse(shift)


def test_a_sheet_holds_no_outputs_no_reasons_and_no_names(sheet: NotebookNode) -> None:
    assert "why" not in [cell.id for cell in sheet.cells]
    for cell in sheet.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
    check = cell_of(sheet, "check-11-1")
    assert check.source == "check.double(double)"
    assert (check.metadata.editable, check.metadata.deletable) == (False, False)
    assert sorted(sheet.metadata) == ["embedkit", "kernelspec", "language_info"]


def test_releasing_twice_changes_nothing(course: Path) -> None:
    before = LESSON.sheet(course).read_bytes()
    assert not release(LESSON, course).changed
    LESSON.sheet(course).unlink()
    assert release(LESSON, course).changed
    assert LESSON.sheet(course).read_bytes() == before


def test_work_is_kept_beside_the_new_sheet(course: Path, sheet: NotebookNode) -> None:
    path = LESSON.sheet(course)
    fresh = path.read_bytes()
    for number in (1, 2):
        cell_of(sheet, "answer-11-1").source = f"def double(x):\n    return {number}"
        work = save(sheet, path).read_bytes()
        kept = release(LESSON, course).kept
        assert kept == path.with_name(f"11_rotary.old-{number}.ipynb")
        assert kept.read_bytes() == work
        assert path.read_bytes() == fresh


@pytest.mark.parametrize("content", [b"", b"my notes", b"{}"])
def test_what_cannot_be_read_is_kept_too(course: Path, content: bytes) -> None:
    LESSON.sheet(course).write_bytes(content)
    kept = release(LESSON, course).kept
    assert kept is not None
    assert kept.read_bytes() == content


def test_an_untouched_older_sheet_is_replaced_without_a_copy(course: Path) -> None:
    solution = nbformat.read(LESSON.solution(course), as_version=4)
    solution.cells[0].source = "# Rotary, a better title"
    LESSON.solution(course).write_bytes(notebook_bytes(solution))
    released = release(LESSON, course)
    assert (released.changed, released.kept) == (True, None)


BREAKS = {
    "no end": ("answer-11-1", "source", "### BEGIN SOLUTION\npass", "without “### END SOLUTION”"),
    "no begin": ("answer-11-1", "source", "### END SOLUTION", "without “### BEGIN SOLUTION”"),
    "no marker": ("answer-11-1", "source", "pass", "needs “### BEGIN SOLUTION”"),
    "not alone": ("answer-11-1", "source", "x = 1  ### BEGIN SOLUTION", "alone on its line"),
    "no python": ("answer-11-1", "source", SHIFT[6:], "is not Python once its solution is cut"),
    "a leak": ("setup", "source", SHIFT, "is not tagged answer"),
    "no such task": ("check-11-1", "source", "check.triple(double)", "no task named triple"),
    "other task": ("check-11-1", "source", "check.negate(double)", "calls task 11.2"),
    "no call": ("check-11-1", "source", "print(1)", "must be one call"),
    "other id": ("check-11-1", "id", "check-1", "it must be check-11-1"),
    "alone": ("check-11-1", "metadata", {"tags": []}, "both an answer and a check"),
    "no number": ("answer-11-1", "metadata", {"tags": ["answer"]}, "must name its task"),
    "points": (
        "answer-11-1",
        "metadata",
        {"tags": ["answer"], "embedkit": {"task": "11.1", "points": 7}},
        "says 7 points, but task 11.1 is worth 1",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_malformed_solution_gets_a_sentence(course: Path, name: str) -> None:
    cell_id, field, value, words = BREAKS[name]
    solution = nbformat.read(LESSON.solution(course), as_version=4)
    before = LESSON.sheet(course).read_bytes()
    cell_of(solution, cell_id)[field] = value
    save(solution, LESSON.solution(course))
    with pytest.raises(BadInputError, match=words) as error:
        release(LESSON, course)
    assert "11_rotary.ipynb" in str(error.value)
    assert LESSON.sheet(course).read_bytes() == before


def test_a_block_inside_a_block_is_refused() -> None:
    with pytest.raises(BadInputError, match="twice"):
        cut_solution("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION")
