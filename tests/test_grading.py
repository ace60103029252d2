"""Marking from outside: right answers earn their points, and nothing else does, come what may.

A replay takes seconds, so each test puts three faults into the three tasks of one sheet.
"""

import copy
import json
import time
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from embedkit.checks.framework import Task
from embedkit.grading import second_tries
from embedkit.grading.marking import Marks, mark_sheet
from embedkit.grading.nbval_runner import ReplayError, run_cells
from embedkit.grading.notebooks import BadInputError, read_notebook
from embedkit.grading.replay import Step, defines, lay_out, without_nbval_comments
from embedkit.grading.rounds import Heard, Sheet
from embedkit.grading.sheets import lesson_of
from embedkit.grading.solutions import read_solution
from embedkit.grading.surroundings import Shared
from embedkit.grading.watch import Limits
from tests.small_course import LESSON, RIGHT, cell_of, save, solve


def marked(sheet: NotebookNode, course: Path, seconds: float = 20) -> Marks:
    return mark_sheet(save(sheet, LESSON.sheet(course)), LESSON, course, Limits(seconds))


def points(marks: Marks) -> list[int]:
    return [verdict.points for verdict in marks.verdicts]


def insert_after(sheet: NotebookNode, cell_id: str, source: str) -> None:
    place = sheet.cells.index(cell_of(sheet, cell_id))
    sheet.cells.insert(place + 1, new_code_cell(source))


def test_right_answers_earn_all_even_in_an_old_form(sheet: NotebookNode, course: Path) -> None:
    """nbformat 3, which knows no cell ids, with a byte order mark and Windows line ends."""
    old = nbformat.convert(copy.deepcopy(solve(sheet, **RIGHT)), 3)
    text = json.dumps(old, indent=1).replace("\n", "\r\n")
    path = LESSON.sheet(course)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    before = path.read_bytes()
    assert points(mark_sheet(path, LESSON, course)) == [1, 2, 3]
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_wrong_answer_fails_alone_and_nothing_that_steers_nbval_helps(
    sheet: NotebookNode, course: Path
) -> None:
    solve(sheet, t1="# NBVAL_SKIP\n" + RIGHT["t1"], t2="def negate(x):\n    return x")
    solve(sheet, t3="# NBVAL_RAISES_EXCEPTION\n" + RIGHT["t3"])
    cell_of(sheet, "answer-11-3").metadata.tags = ["nbval-skip", "raises-exception"]
    cell_of(sheet, "check-11-2").source = "print('  ✓ it is what negate is\\n  2 of 2')"
    (course / "exercises" / "conftest.py").write_text("raise SystemExit")
    (course / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    marks = marked(sheet, course)
    assert points(marks) == [1, 0, 3]
    assert "2 of 2 numbers are not" in str(marks.verdicts[1])
    assert not marks.attempted_pass


def test_what_never_ends_leaves_the_others_marked(sheet: NotebookNode, course: Path) -> None:
    solve(sheet, **(RIGHT | {"t1": "def double(x):\n    while True:\n        pass"}))
    insert_after(sheet, "setup", "while True:\n    try:\n        1\n    except:\n        1")
    marks = marked(sheet, course, seconds=3)
    assert points(marks) == [0, 2, 3]
    assert "did not come to an end within 3 seconds" in marks.verdicts[0].note
    assert "Code cell 2 did not come to an end" in marks.notes[0]


def test_what_ends_the_kernel_leaves_the_others_marked(sheet: NotebookNode, course: Path) -> None:
    solve(sheet, t1="import os\ndef double(x):\n    os._exit(0)")
    solve(sheet, t2="import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nos._exit(1)")
    marks = marked(solve(sheet, t3=RIGHT["t3"]), course)
    assert points(marks) == [0, 0, 3]
    assert "When called, it ended the whole Python process" in marks.verdicts[0].note
    assert "Its cell ended the whole Python process" in marks.verdicts[1].note


def test_what_works_in_the_notebook_works_here(sheet: NotebookNode, course: Path) -> None:
    """A helper below its answer, a name from an edited given cell, a copy, and a moved answer."""
    solve(sheet, t1="def double(x):\n    return twice(x)", t2="def negate(x):\n    return x")
    cell_of(sheet, "setup").source += "\nimport operator"
    insert_after(sheet, "answer-11-1", "def twice(x):\n    return operator.mul(2, x)")
    first = cell_of(sheet, "answer-11-2")
    sheet.cells.append(new_code_cell(RIGHT["t2"], metadata=first.metadata))
    sheet.cells.append(new_code_cell(RIGHT["t3"]))
    assert points(marked(sheet, course)) == [1, 2, 3]


def test_a_recreated_answer_counts_and_a_missing_or_broken_one_is_named(
    sheet: NotebookNode, course: Path
) -> None:
    solve(sheet, t3="def shift(x)\n    return x + 3")
    sheet.cells = [c for c in sheet.cells if c.id not in ("answer-11-1", "answer-11-2")]
    sheet.cells.append(new_code_cell(RIGHT["t1"]))
    marks = marked(sheet, course)
    assert points(marks) == [1, 0, 0]
    assert "`negate` is not defined" in marks.verdicts[1].note
    assert marks.verdicts[2].note == "Its cell stopped with SyntaxError: expected ':' (line 1)."


FORGERY = """
from embedkit.checks.plain import save_plain
import embedkit.checks.probes as probes
def forge(answer, questions, observations):
    save_plain(observations, {"seen": [{"raised": 3}, {"value": 1}]})
probes.observe_in_file = forge
"""


def test_exits_are_errors_and_forged_observations_earn_nothing(
    sheet: NotebookNode, course: Path
) -> None:
    solve(sheet, t1="import sys\ndef double(x):\n    sys.exit(0)", t2="exit()", t3=FORGERY)
    marks = marked(sheet, course)
    assert points(marks) == [0, 0, 0]
    assert "It stopped with SystemExit: 0" in str(marks.verdicts[0])
    assert "Its cell stopped with SystemExit" in marks.verdicts[1].note
    assert "`shift` is not defined" in marks.verdicts[2].note


def probed_after(sheet: NotebookNode, course: Path) -> dict[str, str]:
    """Return, for each task, the source of the cell before its probe."""
    steps = lay_out(sheet, read_solution(LESSON, course), course)
    return {step.probes: before.source for before, step in pairwise(steps) if step.probes}


def test_an_untouched_stub_below_the_answer_does_not_hide_it(
    sheet: NotebookNode, course: Path
) -> None:
    stub = copy.deepcopy(cell_of(sheet, "answer-11-1"))
    stub.id = "copied"
    solve(sheet, t1=RIGHT["t1"])
    sheet.cells.append(stub)
    assert probed_after(sheet, course)["11.1"] == RIGHT["t1"]


def test_given_cells_come_first_as_they_were_given(sheet: NotebookNode, course: Path) -> None:
    cell_of(sheet, "setup").source = "import nothing_of_the_kind"
    steps = lay_out(sheet, read_solution(LESSON, course), course)
    sources = [step.source for step in steps]
    assert sources[1] == "import torch\nfrom torch import Tensor"
    assert sources[2] == "import nothing_of_the_kind"


@pytest.mark.parametrize(
    "source",
    [
        "# NBVAL_SKIP",
        "x = 1\n   ##  NBVAL_SKIP  ",
        "x = 1\x0c# NBVAL_SKIP",
        "# PYTEST_VALIDATE_IGNORE_OUTPUT",
    ],
)
def test_comments_for_nbval_are_disarmed(source: str) -> None:
    from nbval.plugin import find_comment_markers

    assert list(find_comment_markers(source))
    assert not list(find_comment_markers(without_nbval_comments(source)))
    assert len(without_nbval_comments(source).splitlines()) == len(source.splitlines())


@pytest.mark.parametrize(
    ("source", "is_defined"),
    [
        ("def double(x):", True),
        ("x = 1\nclass double(", True),
        ("double = torch.add", True),
        ("double: object = 3", True),
        ("double == 3", False),
        ("def doubled(x):", False),
        ("def f():\n    double = 3", False),
        ("print(double)", False),
    ],
)
def test_a_definition_is_seen_in_code_that_need_not_parse(source: str, is_defined: bool) -> None:
    assert defines(source, "double") == is_defined


def test_a_sheet_is_known_by_its_metadata_its_name_or_its_tasks(
    sheet: NotebookNode, course: Path
) -> None:
    assert lesson_of(save(sheet, course / "anna.ipynb"), course) == LESSON
    sheet.metadata = {"embedkit": "what?"}
    assert lesson_of(save(sheet, course / "11_rotary (1).ipynb"), course) == LESSON
    assert lesson_of(save(sheet, course / "anna.ipynb"), course) == LESSON
    sheet.cells = sheet.cells[:2]
    with pytest.raises(BadInputError, match="no sheet of this course"):
        lesson_of(save(sheet, course / "anna.ipynb"), course)


def test_the_same_questions_come_back_from_a_seed(tasks: list[Task]) -> None:
    asked, again = (tasks[0].questions(7) for _ in range(2))
    assert [str(question) for question in asked] == [str(question) for question in again]
    assert str(asked) != str(tasks[0].questions(8))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"# hello", "is not a notebook"),
        (b"\x89PNG\r\n", "is not a notebook"),
        (b"[1, 2]", "is not a notebook"),
        (b'{"nbformat": 4}', "damaged"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [3]}', "damaged"),
        (b"[" * 100_000, "is not a notebook"),
    ],
)
def test_what_is_no_notebook_gets_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "sheet.ipynb"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=words):
        read_notebook(path)


@pytest.mark.parametrize("failures", [1, 2])
def test_a_kernel_that_does_not_start_is_given_a_second_chance_and_no_third(
    sheet: NotebookNode, course: Path, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    asked: list[int] = []

    def starts_late(*arguments):
        asked.append(1)
        if len(asked) <= failures:
            raise ReplayError("it did not start")
        return run_cells(*arguments)

    monkeypatch.setattr("embedkit.grading.rounds.run_cells", starts_late)
    solve(sheet, **RIGHT)
    if failures == 1:
        assert points(marked(sheet, course)) == [1, 2, 3]
    else:
        with pytest.raises(BadInputError, match="the sheet cannot be run: it did not start"):
            marked(sheet, course)


def test_second_tries_leave_half_of_the_time_to_what_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadlines = []
    monkeypatch.setattr(
        second_tries, "ask", lambda sheet, number, steps: deadlines.append(sheet.shared.deadline)
    )
    start = time.monotonic()
    shared = Shared(tmp_path, tmp_path, tmp_path, hidden=(), deadline=start + 600)
    steps = [Step("", probes="1.1"), Step("f = 1", again=("1.1",), place="code cell 3")]
    sheet = Sheet(steps, tmp_path, shared, Limits(), Heard())
    second_tries.ask_below_the_checks(sheet, lambda number: "failed")
    assert len(deadlines) == 1
    assert start + 290 < deadlines[0] < start + 310
