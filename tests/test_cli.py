"""The command line: what it prints, what it exits with, and that nothing is lost."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat import NotebookNode
from traitlets.config import PyFileConfigLoader

from embedkit.authoring.new import new_lesson, with_lesson
from embedkit.checks.verdict import Finding, Verdict
from embedkit.cli import main
from embedkit.grading.exports import as_json, as_junit
from embedkit.grading.marking import Marks
from embedkit.grading.progress import progress_file, remember, standing
from embedkit.grading.report import report
from embedkit.grading.start_page import PAGE
from embedkit.grading.terminal import say
from embedkit.lessons import LESSONS, course_root
from tests.small_course import LESSON, RIGHT, cell_of, save, solve

ROOT = course_root(Path(__file__).parent)

FAILED = Verdict(
    "11.2",
    "negate",
    2,
    "failed",
    (
        Finding("it is what negate is", False, "A hint\x1b.", (("came back", "[1]"),)),
        Finding("it copies", None),
    ),
)


@pytest.fixture
def marks(course: Path) -> Marks:
    verdicts = (
        Verdict("11.1", "double", 1, "passed"),
        FAILED,
        Verdict("11.3", "shift", 3, "untouched", note="not attempted yet"),
    )
    return Marks(LESSON, LESSON.sheet(course), "f1", verdicts)


def test_a_report_says_what_to_look_at_next(marks: Marks, course: Path) -> None:
    expected = f"""\
Lesson 11 · {LESSON.question}
{Path("exercises") / "11_rotary.ipynb"}

✓ 11.1 double  1 of 1
✗ 11.2 negate  0 of 2
    ✗ it is what negate is
        A hint\x1b.
        came back  [1]
    · it copies
– 11.3 shift   0 of 3  not attempted yet

1 of 6 points. Look next at task 11.2, `negate`."""
    assert report(marks, course, io.StringIO()) == expected


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.skipif(sys.platform == "win32", reason="no colour there")
def test_colour_is_for_terminals_that_want_it(
    marks: Marks, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[31m✗" in report(marks, course, Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in report(marks, course, Terminal())


def test_where_there_is_no_output_nothing_is_said(
    marks: Marks, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    say(report(marks, course, sys.stdout))


def test_a_terminal_that_cannot_encode_a_tick_gets_a_plain_sign() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252")
    say("✓ double – “a” 王", stream)
    assert raw.getvalue().decode("cp1252").strip() == "+ double – “a” ?"


def test_marks_are_exported(marks: Marks) -> None:
    data = json.loads(as_json([marks], ["a sentence"]))
    assert (data["points"], data["possible"]) == (1, 6)
    assert [task["points"] for task in data["sheets"][0]["tasks"]] == [1, 0, 0]
    assert data["problems"] == ["a sentence"]
    suites = ElementTree.fromstring(as_junit([marks], ["a sentence"]).encode())
    suite, problems = suites
    assert suite.attrib["tests"] == "3"
    assert [[child.tag for child in case] for case in suite] == [[], ["failure"], ["skipped"]]
    assert "it is what negate is" in str(suite[1][0].text)
    assert problems.attrib["errors"] == "1"


def test_progress_knows_what_changed(marks: Marks, course: Path, sheet: NotebookNode) -> None:
    path = LESSON.sheet(course)
    assert standing(LESSON, course).state == "untouched"
    cell_of(sheet, "answer-11-1").source = RIGHT["t1"]
    save(sheet, path)
    assert standing(LESSON, course).state == "attempted, not checked yet"
    remember(marks, course)
    assert standing(LESSON, course).state == "changed since its last check"
    path.write_text("{", encoding="utf-8")
    assert "cannot be read" in standing(LESSON, course).state
    path.unlink()
    assert "no sheet" in standing(LESSON, course).state


@pytest.mark.parametrize(
    "damaged",
    ["", "{", "[]", "[" * 100_000, '{"sheets": 3}', '{"sheets": {"11_rotary": 1}}'],
    ids=["empty", "cut", "list", "deep", "number", "entry"],
)
def test_a_damaged_progress_file_is_none(
    course: Path, sheet: NotebookNode, marks: Marks, damaged: str
) -> None:
    save(solve(sheet, **RIGHT), LESSON.sheet(course))
    progress_file(course).parent.mkdir()
    progress_file(course).write_text(damaged, encoding="utf-8")
    assert standing(LESSON, course).state == "attempted, not checked yet"
    remember(marks, course)
    assert standing(LESSON, course).state == "changed since its last check"


def test_the_start_page_says_where_one_stands_and_follows_a_check(
    course: Path, sheet: NotebookNode, capsys: pytest.CaptureFixture[str]
) -> None:
    page = course / "exercises" / "start.md"
    assert main(["check", "11"]) == 0
    assert not page.exists()
    assert main(["start"]) == 0
    fresh = page.read_text(encoding="utf-8")
    assert "**0 of 6 points**. Next: [lesson 11](../chapters/11_rotary.ipynb)." in fresh
    assert "| [sheet 11](11_rotary.ipynb) |  | untouched |" in fresh
    save(solve(sheet, t1=RIGHT["t1"]), LESSON.sheet(course))
    main(["check", "11"])
    checked = page.read_text(encoding="utf-8")
    assert "**1 of 6 points**. Go on with [sheet 11](11_rotary.ipynb)." in checked
    assert "| 1 of 6 | open: 11.2, 11.3 |" in checked
    save(solve(sheet, **RIGHT), LESSON.sheet(course))
    main(["check", "11"])
    assert "Every sheet is complete." in page.read_text(encoding="utf-8")
    main(["reset", "11"])
    assert page.read_text(encoding="utf-8") == fresh


def test_lab_opens_on_the_start_page_with_embedkit_in_its_terminals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = Path(__file__).parent.parent / "_lab"
    monkeypatch.setenv("PATH", "elsewhere")
    config = PyFileConfigLoader("jupyter_server_config.py", path=str(folder)).load_config()
    assert config.LabApp.default_url == f"/lab/tree/{PAGE.as_posix()}"
    assert os.environ["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    overrides = folder / "labconfig" / "default_setting_overrides.json"
    viewers = json.loads(overrides.read_text(encoding="utf-8"))
    plugin = viewers["@jupyterlab/docmanager-extension:plugin"]
    assert plugin["defaultViewers"] == {"markdown": "Markdown Preview"}


def test_check_progress_and_reset_as_a_learner_uses_them(
    course: Path, sheet: NotebookNode, capsys: pytest.CaptureFixture[str]
) -> None:
    path = LESSON.sheet(course)
    work = save(solve(sheet, t1=RIGHT["t1"], t2="def negate(x):\n    return x"), path).read_bytes()
    foreign = save(sheet, course / "by someone é.ipynb")
    (course / "broken.ipynb").write_text("{")
    arguments = ["check", "broken.ipynb", "11", "--json", "marks.json", "--junit", "marks.xml"]
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert "1 of 6 points. Look next at task 11.2, `negate`." in out
    assert "broken.ipynb is not a notebook" in err
    assert json.loads((course / "marks.json").read_text(encoding="utf-8"))["points"] == 1
    assert ElementTree.parse(course / "marks.xml").getroot()[0].attrib["failures"] == "1"

    assert main(["progress"]) == 0
    assert "1 of 6    open: 11.2, 11.3" in capsys.readouterr().out

    assert main(["reset", "rotary"]) == 0
    kept = path.with_name("11_rotary.old-1.ipynb")
    assert kept.read_bytes() == work
    assert f"is now {kept.relative_to(course)}" in capsys.readouterr().out
    assert main(["reset", "11"]) == 0
    assert "nothing to reset" in capsys.readouterr().out

    assert main(["check", foreign.name, "--json", "-"]) == 1
    assert json.loads(capsys.readouterr().out)["sheets"][0]["slug"] == "rotary"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "77"], "there is no lesson “77”"),
        (["check", "²"], "there is no lesson “²”"),
        (["reset", "9" * 5000], "there is no lesson"),
        (["check", "3"], "not written yet"),
        (["reset", "nonsense"], "there is no lesson “nonsense”"),
        (["release", "12"], "not written yet"),
        (["check", "none.ipynb"], "there is no file none.ipynb"),
        (["check", "exercises/"], "cannot be read"),
        (["check", "foreign.ipynb"], "no sheet of this course"),
        (["new", "77"], "no lesson “77”"),
    ],
)
def test_bad_input_gets_a_sentence(
    course: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    empty = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    (course / "foreign.ipynb").write_text(json.dumps(empty))
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.startswith("embedkit: ")
    assert err.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_sheet_that_never_ends_holds_up_no_command(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = LESSON.sheet(course)
    path.unlink()
    os.mkfifo(path)
    assert main(["progress"]) == 0
    assert "cannot be read" in capsys.readouterr().out
    for command in ("check", "reset"):
        assert main([command, "11"]) == 2
        assert "is no ordinary file" in capsys.readouterr().err
    assert path.is_fifo()


def test_reset_finds_a_free_name_whatever_lies_there(course: Path) -> None:
    path = LESSON.sheet(course)
    path.write_text("mine")
    path.with_name("11_rotary.old-1.ipynb").mkdir()
    path.with_name("11_rotary.old-2.ipynb").symlink_to("nowhere")
    assert main(["reset", "11"]) == 0
    assert path.with_name("11_rotary.old-3.ipynb").read_text() == "mine"
    assert not (path.parent / "nowhere").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_marks_go_through_a_pipe_and_do_not_replace_it(course: Path) -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert main(["check", "--json", "pipe"]) == 0
    assert json.loads(os.read(reader, 2**16))["points"] == 0
    os.close(reader)
    assert Path("pipe").is_fifo()


def test_a_missing_sheet_is_told_how_to_get_back(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    LESSON.sheet(course).unlink()
    assert main(["check"]) == 2
    assert "`embedkit reset 11` makes a fresh one" in capsys.readouterr().err


def test_outside_the_course_it_says_where_to_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--course", str(tmp_path), "progress"]) == 2
    assert "the course was not found there" in capsys.readouterr().err


def test_a_folder_that_looks_like_the_course_does_not_stand_in_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "_toc.yml").touch()
    (tmp_path / "solutions").mkdir()
    monkeypatch.chdir(tmp_path)
    assert course_root() == ROOT
    assert course_root(tmp_path) == tmp_path


def test_only_a_strict_check_minds_a_task_that_is_not_attempted(course: Path) -> None:
    assert main(["check"]) == 0
    assert main(["check", "--strict"]) == 1
    save(solve(nbformat.read(LESSON.sheet(course), 4), **RIGHT), LESSON.sheet(course))
    assert main(["check", "--strict"]) == 0


@pytest.mark.parametrize("command", ["", "check", "progress", "reset", "release", "refresh", "new"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"] if command else ["--help"])
    assert len(capsys.readouterr().out) > 150


def test_no_name_of_a_file_paints_the_terminal(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "\x1b[31mred.ipynb"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_alone_it_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "mark your sheets" in capsys.readouterr().out


@pytest.mark.parametrize("limit", ["0", "-1", "soon", "nan"])
@pytest.mark.parametrize("command", ["check 2", "grade folder"])
@pytest.mark.parametrize("option", ["--time-limit", "--memory-limit"])
def test_a_limit_is_a_number_above_zero(
    command: str, option: str, limit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([*command.split(), f"{option}={limit}"])
    assert "is not a number above 0" in capsys.readouterr().err


def test_a_new_lesson_overwrites_nothing(course: Path) -> None:
    (course / "tests").mkdir()
    precious = course / "tests" / "test_geometry.py"
    precious.write_text("mine")
    before = sorted(course.rglob("*"))
    assert main(["new", "5"]) == 2
    assert precious.read_text() == "mine"
    assert sorted(course.rglob("*")) == before


def test_a_new_lesson_stands_in_its_place_in_the_book() -> None:
    entry = "      - file: chapters/{0}\n        sections:\n          - file: exercises/{0}\n"
    toc = "parts:\n  - chapters:\n" + "{}" + "  - chapters:\n      - file: chapters/references\n"
    second, third, first = (entry.format(LESSONS[i].name) for i in (1, 2, 0))
    assert with_lesson(toc.format(second), LESSONS[2]) == toc.format(second + third)
    assert with_lesson(toc.format(second), LESSONS[0]) == toc.format(first + second)


def test_a_new_lesson_runs_and_is_marked(tmp_path: Path) -> None:
    """A copy of the package, as it was before its last lesson was written."""
    missing = LESSONS[-1]
    for path in (ROOT / "embedkit").rglob("*.py"):
        if missing.slug in (path.stem, path.parent.name):
            continue
        copied = tmp_path / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(path.read_bytes())
    (tmp_path / "solutions").mkdir()
    (tmp_path / "tests" / "answers").mkdir(parents=True)
    for name in ("_toc.yml", "tests/__init__.py", "tests/answers/__init__.py", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8").splitlines(keepends=True)
    shorter = "".join(line for line in toc if missing.name not in line)
    (tmp_path / "_toc.yml").write_text(shorter, encoding="utf-8")
    written = new_lesson(missing.slug, tmp_path)

    def run(*command: str) -> str:
        python = [sys.executable, "-m", *command]
        done = subprocess.run(python, cwd=tmp_path, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("embedkit", "refresh", str(missing.number))
    worked = nbformat.read(missing.solution(tmp_path), as_version=4)
    check = next(cell for cell in worked.cells if cell.id.startswith("check-"))
    assert "10 of 10" in check.outputs[0].text
    assert missing.sheet(tmp_path).exists()
    assert "12 passed" in run("pytest", "-q", f"tests/test_{missing.slug}.py")
    python = [str(path) for path in written if path.suffix in (".py", ".ipynb")]
    run("ruff", "check", *python)
    run("ruff", "format", "--check", *python)
