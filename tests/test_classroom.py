"""Marking a class: every submission gets its row and its page, and none is ever written to.

Marking takes seconds, so only a few tests mark in earnest; in the others a fake does.
"""

import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import psutil
import pytest
import yaml
from markdown_it import MarkdownIt

from embedkit.checks.verdict import Finding, Verdict
from embedkit.cli import build_parser, main
from embedkit.grading.classroom import Classroom, Outputs, harmless
from embedkit.grading.crew import mark_all, share_of_cores
from embedkit.grading.feedback import html_page, markdown_page, page_names
from embedkit.grading.markdown import prose
from embedkit.grading.marking import Marks
from embedkit.grading.notebooks import BadInputError, notebook_bytes
from embedkit.grading.results import Result, as_data, from_data, grader_hash
from embedkit.grading.submissions import (
    LARGEST_BYTES,
    Submission,
    find_submissions,
    shown_name,
)
from embedkit.grading.summary import summary
from embedkit.grading.surroundings import empty
from embedkit.grading.watch import Limits
from embedkit.lessons import LESSONS, course_root
from tests.answers.lookup_table import RIGHT, WRONG
from tests.small_course import LESSON

ROOT = course_root(Path(__file__).parent)
LOOKUP = LESSONS[1]
HINT = "You took columns: `table[:, ids]`."
HOSTILE = "<script>alert(1)</script> ![x](http://x.example/x.png) ``` | **bold** & `a` \x1b[31m"


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells_of(text: str) -> list[list[str]]:
    """Return the cells of each line of a table in Markdown."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def put(folder: Path, name: str, content: bytes | str = b"{}") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def real_sheet(**answers: str) -> bytes:
    """Return the sheet of lesson 2 with answers in it: ``t1`` answers task 2.1."""
    sheet = nbformat.read(LOOKUP.sheet(ROOT), as_version=4)
    for task, code in answers.items():
        wanted = f"answer-2-{task.removeprefix('t')}"
        next(cell for cell in sheet.cells if cell.id == wanted).source = code
    return notebook_bytes(sheet)


def first(answers: Sequence[object], task: str) -> str:
    return next(one.code for one in answers if one.task == task)  # type: ignore[attr-defined]


# --- marking in earnest -------------------------------------------------------------------------


def test_a_class_is_marked_in_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    folder = tmp_path / "submissions"
    right, wrong = first(RIGHT, "2.1"), first(WRONG, "2.1")
    put(folder, "ada/02_lookup_table.ipynb", real_sheet(t1=right, t2=first(RIGHT, "2.2")))
    put(folder, "=bob é/mine.ipynb", real_sheet(t1=wrong))
    put(folder, "cut.ipynb", real_sheet(t1=right)[:500])
    put(folder, "notes.txt", "hello")
    (folder / "thief.ipynb").symlink_to(LOOKUP.solution(ROOT))
    before = hashes(folder)
    table = tmp_path / "out" / "marks.csv"

    assert main(["grade", str(folder), "-o", str(table), "-j", "2"]) == 1
    out, err = capsys.readouterr()
    bob, ada, cut, thief = rows_of(table)
    assert bob["path"] == "'=bob é/mine.ipynb"
    assert (bob["2.1 lookup"], bob["total"], bob["possible"], bob["note"]) == ("0", "0", "10", "")
    assert (ada["lesson"], ada["2.1 lookup"]) == ("02_lookup_table", "1")
    assert int(ada["total"]) == int(ada["2.1 lookup"]) + int(ada["2.2 one_hot"])
    assert (cut["total"], cut["lesson"], cut["2.1 lookup"]) == ("0", "", "")
    assert "could not be marked: This file is not a notebook" in cut["note"]
    assert "links are not followed" in thief["note"]
    assert hashes(folder) == before
    assert str(tmp_path) not in table.read_text(encoding="utf-8")
    assert "1 other file was left alone: 1 .txt." in out
    assert "cut.ipynb: This file is not a notebook" in err
    assert "columns" in out
    assert ["2.1 `lookup`", "1", "1", "0"] in cells_of(out)
    pages = sorted(path.name for path in (tmp_path / "out" / "marks_feedback").iterdir())
    assert "ada--02_lookup_table.html" in pages
    assert len(pages) == 8
    feedback = tmp_path / "out" / "marks_feedback" / "_bob_é--mine.md"
    assert "columns" in feedback.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_an_interruption_ends_what_runs_and_keeps_what_is_done(tmp_path: Path) -> None:
    folder, table = tmp_path / "submissions", tmp_path / "marks.csv"
    put(folder, "a.ipynb", b"nothing")
    put(folder, "b.ipynb", real_sheet(t1="while True:\n    pass"))
    command = [sys.executable, "-m", "embedkit", "grade", str(folder), "-o", str(table), "-j", "1"]
    with subprocess.Popen(
        [*command, "--time-limit", "60"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=heed_interrupts,
    ) as run:
        wait_for(lambda: bool(replays_of(run.pid)))
        replays = replays_of(run.pid)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=50)
    assert run.returncode == 130
    assert "interrupted: 1 of 2 submissions are done and saved" in err
    assert "Traceback" not in err
    assert [row["note"][:10] for row in rows_of(table)] == ["could not ", "not marked"]
    assert psutil.wait_procs(replays, timeout=10)[1] == []


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_an_interruption_while_processes_start_is_one_sentence(tmp_path: Path) -> None:
    """A terminal sends Ctrl-C to all of them, and they import for seconds before they heed it."""
    put(tmp_path / "submissions", "a.ipynb", b"nothing")
    command = [sys.executable, "-m", "embedkit", "grade", "submissions", "-j", "2"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=heed_interrupts,
        start_new_session=True,
    ) as run:
        wait_for(lambda: "spawn_main" in str([p.cmdline() for p in below(run.pid)]))
        time.sleep(1.5)
        os.killpg(run.pid, signal.SIGINT)
        _, err = run.communicate(timeout=50)
    assert run.returncode == 130
    assert "interrupted: 0 of 1 submissions" in err
    assert "Traceback" not in err


def below(process: int) -> list[psutil.Process]:
    return psutil.Process(process).children()


def heed_interrupts() -> None:
    """Undo what a shell does to the programs it runs in the background: they ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def replays_of(process: int) -> list[psutil.Process]:
    """Return what runs below the processes that mark."""
    return [
        below
        for marker in psutil.Process(process).children()
        for below in marker.children(recursive=True)
    ]


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def mark_dangerously(submission: Submission) -> Result:
    """Stands in for marking, in a process of its own."""
    if submission.name == "dies":
        os._exit(3)
    if submission.name == "hangs":
        time.sleep(100)
    return Result(submission.name, content="marked")


def test_a_process_that_dies_or_hangs_takes_no_other_with_it() -> None:
    names = ["first", "dies", "second", "hangs", "third"]
    submissions = [Submission(name, Path(name)) for name in names]
    results = {one.name: one for one in mark_all(submissions, mark_dangerously, 1, longest=3)}
    assert {name for name, one in results.items() if one.content} == {"first", "second", "third"}
    assert "ended the process that marks" in results["dies"].problem
    assert "did not come to an end within 3 seconds" in results["hangs"].problem


def count_cores(submission: Submission) -> Result:
    """Tells which cores marking and what it starts may use."""
    code = "import os; print(sorted(os.sched_getaffinity(0)))"
    below = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    time.sleep(1)  # or one process could mark all
    return Result(submission.name, content=below.stdout.strip())


@pytest.mark.skipif(sys.platform != "linux", reason="known on Linux only")
def test_sheets_marked_at_a_time_share_no_core() -> None:
    ours = os.sched_getaffinity(0)
    if len(ours) < 2:
        pytest.skip("there is one core only")
    submissions = [Submission(name, Path(name)) for name in ("a", "b", "c", "d")]
    told = {one.content for one in mark_all(submissions, count_cores, 2, longest=60)}
    first, second = (set(json.loads(cores)) for cores in told)
    assert not first & second
    assert first | second == ours


@pytest.mark.parametrize("count", [1, 2, 3, 60])
def test_each_process_that_marks_has_a_core(count: int) -> None:
    if sys.platform == "linux":
        shares = [share_of_cores(i, count) for i in range(count)]
        assert all(shares)
        assert set().union(*shares) <= os.sched_getaffinity(0)


# --- the rest, with a fake that marks -----------------------------------------------------------


def verdicts_for(content: bytes) -> tuple[Verdict, ...]:
    failed = Finding("it doubles", False, HINT, (("came back", "[1]"),))
    return (
        Verdict("11.1", "double", 1, "passed", (Finding("it doubles", True),))
        if b"right" in content
        else Verdict("11.1", "double", 1, "failed", (failed,)),
        Verdict("11.2", "negate", 2, "untouched"),
        Verdict("11.3", "shift", 3, "failed", note="It took 3 seconds, not 1."),
    )


class FakeCrew:
    """Marks by what a file says, notes what it marked, and stops where it is told to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.marked: list[str] = []
        self.interrupt_after = 10**9

    def __call__(
        self, submissions: Sequence[Submission], mark: object, workers: int, longest: float
    ) -> Iterator[Result]:
        for submission in submissions:
            if len(self.marked) >= self.interrupt_after:
                raise KeyboardInterrupt
            self.marked.append(submission.name)
            yield self.result(submission)

    def result(self, submission: Submission) -> Result:
        content = submission.read()
        if b"harms" in content:
            return Result(submission.name, problem="Files changed.", stops=True)
        if b"broken" in content:
            return Result(submission.name, problem="This file is broken.")
        marks = Marks(LESSON, submission.path, "f", verdicts_for(content))
        grader = grader_hash(LESSON, self.root, Limits())
        return Result(submission.name, submission.content_hash(), grader, LESSON, marks)


@pytest.fixture
def crew(course: Path, monkeypatch: pytest.MonkeyPatch) -> FakeCrew:
    fake = FakeCrew(course)
    monkeypatch.setattr("embedkit.grading.classroom.mark_all", fake)
    return fake


@pytest.fixture
def folder(course: Path) -> Path:
    folder = course / "handed in"
    for name, content in (("a", "right"), ("b", "wrong"), ("c", "right"), ("d", "wrong")):
        put(folder, f"{name}/sheet.ipynb", content)
    return folder


def test_running_again_goes_on_where_it_stopped(
    crew: FakeCrew, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crew.interrupt_after = 2
    assert main(["grade", str(folder)]) == 130
    assert "2 of 4 submissions are done and saved" in capsys.readouterr().err
    notes = [row["note"] for row in rows_of(Path("marks.csv"))]
    assert notes == ["", "", "not marked yet", "not marked yet"]

    crew.interrupt_after = 10**9
    crew.marked.clear()
    assert main(["grade", str(folder)]) == 0
    assert crew.marked == ["c/sheet.ipynb", "d/sheet.ipynb"]
    assert "2 of these were marked in an earlier run" in capsys.readouterr().out
    complete = Path("marks.csv").read_bytes()
    assert [row["total"] for row in rows_of(Path("marks.csv"))] == ["1", "0", "1", "0"]

    crew.marked.clear()
    put(folder, "b/sheet.ipynb", "now right")
    put(folder, "c/new.ipynb", "broken")
    assert main(["grade", str(folder)]) == 1
    assert crew.marked == ["b/sheet.ipynb", "c/new.ipynb"]

    crew.marked.clear()
    assert main(["grade", str(folder)]) == 1
    assert crew.marked == ["c/new.ipynb"]
    assert main(["grade", str(folder), "--again"]) == 1
    assert len(crew.marked) == 6
    assert Path("marks.csv").read_bytes() != complete
    assert not list(Path.cwd().glob("*.old-*"))


def test_a_sheet_that_changed_the_course_stops_the_run(
    crew: FakeCrew, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder, "b/sheet.ipynb", "harms")
    assert main(["grade", str(folder)]) == 2
    assert crew.marked == ["a/sheet.ipynb", "b/sheet.ipynb"]
    assert "no further sheet is marked after b/sheet.ipynb" in capsys.readouterr().err
    notes = [row["note"] for row in rows_of(Path("marks.csv"))]
    assert notes[:2] == ["", "could not be marked: Files changed."]


def test_another_solution_or_another_limit_marks_anew(
    crew: FakeCrew, folder: Path, course: Path
) -> None:
    assert main(["grade", str(folder)]) == 0
    grader_hash.cache_clear()
    LESSON.solution(course).write_bytes(LESSON.solution(course).read_bytes() + b"\n")
    assert main(["grade", str(folder)]) == 0
    assert len(crew.marked) == 8
    assert main(["grade", str(folder), "--time-limit", "5"]) == 0
    assert len(crew.marked) == 12


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: "",
        lambda state: state[: len(state) // 2],
        lambda state: "[]",
        lambda state: '{"table": 1, "results": 3}',
        lambda state: state.replace('"points"', '"point"').replace('"status"', '"stat"'),
        lambda state: state.replace('"passed": true', '"passed": [1]').replace("failed", "odd"),
    ],
)
def test_a_damaged_state_only_costs_time(
    crew: FakeCrew, folder: Path, damage: Callable[[str], str]
) -> None:
    assert main(["grade", str(folder)]) == 0
    table, state = Path("marks.csv").read_bytes(), Path("marks_state.json")
    state.write_text(damage(state.read_text()))
    crew.marked.clear()
    assert main(["grade", str(folder)]) == 0
    assert len(crew.marked) == 4
    assert Path("marks.csv").read_bytes() == table


def test_a_table_that_someone_edited_is_kept(
    crew: FakeCrew, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("marks.csv").write_text("my own grades")
    assert main(["grade", str(folder)]) == 0
    assert Path("marks.old-1.csv").read_text() == "my own grades"
    assert "what was in it is now in marks.old-1.csv" in capsys.readouterr().err
    assert main(["grade", str(folder)]) == 0
    assert not Path("marks.old-2.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere does not exist"),
        (["solutions/11_rotary.ipynb"], "is a file, not a folder"),
        (["chapters"], "there is nothing to mark in chapters"),
        (["handed in", "-o", "handed in/marks.csv"], "would lie among the submissions"),
        (["handed in", "-o", "handed in/a/marks.csv"], "would lie among the submissions"),
        (["handed in", "-o", "handed.csv"], "handed_feedback would lie among the submissions"),
        (["handed in", "-o", "chapters"], "chapters is a folder"),
        (["handed in", "-o", "_toc.yml/marks.csv"], "cannot be used"),
    ],
)
def test_bad_input_gets_a_sentence(
    crew: FakeCrew,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    Path("handed_feedback").symlink_to(folder, target_is_directory=True)
    assert main(["grade", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.count("\n") == 1
    assert crew.marked == []


def test_it_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["grade", "--help"])
    assert "Learners' files are only read" in " ".join(capsys.readouterr().out.split())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_table_replaces_no_pipe_or_device(
    crew: FakeCrew, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo("pipe")
    assert main(["grade", str(folder), "-o", "pipe"]) == 2
    assert "pipe is no ordinary file" in capsys.readouterr().err
    assert Path("pipe").is_fifo()
    assert crew.marked == []


@pytest.mark.parametrize("place", ["marks_state.json", "marks_summary.md"])
def test_what_cannot_be_written_is_called_by_its_name(
    crew: FakeCrew, folder: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(place).mkdir()
    assert main(["grade", str(folder)]) == 2
    assert f"embedkit: {place} cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1000"])
def test_a_number_of_jobs_is_a_number(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["grade", ".", f"--jobs={jobs}"])
    assert "is not a number from 1 to" in capsys.readouterr().err


def test_sheets_are_found_however_they_lie(tmp_path: Path) -> None:
    wanted = [
        "Zoë/übung 王.ipynb",
        "ada/deep/er/x.ipynb",
        "b.ipynb.txt",
        "c.IPYNB",
        "s.ipynb/y.ipynb",
    ]
    for name in wanted:
        put(tmp_path, name)
    passed_over = [
        ".hidden.ipynb",
        ".ipynb_checkpoints/x.ipynb",
        "__MACOSX/ada/x.ipynb",
        "a/._x.ipynb",
    ]
    for name in [*passed_over, "essay.pdf", "ada/data.csv"]:
        put(tmp_path, name)
    outside = tmp_path.with_name(tmp_path.name + " outside")
    put(outside, "stolen.ipynb")
    (tmp_path / "link").symlink_to(outside, target_is_directory=True)
    found = find_submissions(tmp_path)
    assert [one.name for one in found.submissions] == sorted(wanted, key=str.casefold)
    assert found.others == ("ada/data.csv", "essay.pdf", "link")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_no_text_or_steer_a_terminal_are_shown_harmlessly(tmp_path: Path) -> None:
    for name in (b"\xff.ipynb", b"a\n\x1b[31m.ipynb", b"Ada.ipynb", b"ada.ipynb", b"a\\n.ipynb"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("{}")
    names = [one.name for one in find_submissions(tmp_path).submissions]
    shown = ["\\udcff.ipynb", "a\\\\n.ipynb", "a\\n\\x1b[31m.ipynb", "Ada.ipynb", "ada.ipynb"]
    assert names == sorted(shown, key=lambda name: (name.casefold(), name))
    pages = page_names(names).values()
    assert len({page.casefold() for page in pages}) == 5


def test_no_name_can_be_made_to_look_like_another() -> None:
    assert shown_name(Path("a\\n.ipynb")) != shown_name(Path("a\n.ipynb"))
    assert shown_name(Path(os.fsdecode(b"\xff.ipynb"))) != shown_name(Path("\\xff.ipynb"))
    first, second = page_names(["a/b.ipynb", "a--b.ipynb"]).values()
    pages = page_names(["a/b.ipynb", "a--b.ipynb", f"{first}.ipynb", f"{second.upper()}.ipynb"])
    assert len({page.casefold() for page in pages.values()}) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="no path is that long")
def test_folders_may_lie_deeper_than_python_calls(tmp_path: Path) -> None:
    put(tmp_path, "x.ipynb")
    deepest = tmp_path / Path(*["d"] * 1100)
    for place in [*reversed(deepest.parents), deepest]:
        place.mkdir(exist_ok=True)
    (deepest / "y.ipynb").write_text("{}")
    assert len(find_submissions(tmp_path).submissions) == 2
    empty(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_ordinary_file_of_a_sane_size_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.ipynb").open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "huge.ipynb")
    wanted = {"huge.ipynb": "at most 10 MB", "link.ipynb": "links are not followed"}
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.ipynb")
        wanted["pipe.ipynb"] = "no ordinary file"
    for submission in find_submissions(tmp_path).submissions:
        with pytest.raises(BadInputError, match=wanted.pop(submission.name)):
            submission.read()
    assert not wanted


def test_pages_have_names_that_no_system_confuses() -> None:
    names = [
        "a/b.ipynb",
        "a--b.ipynb",
        "con.ipynb",
        "com¹.ipynb",
        f"{'王' * 200}.ipynb",
        "../x.ipynb",
        "a b.ipynb",
    ]
    pages = page_names(names)
    assert len({page.casefold() for page in pages.values()}) == len(names)
    assert pages["a b.ipynb"] == "a_b"
    assert pages["con.ipynb"] == "_con"
    assert pages["com¹.ipynb"] == "_com¹"
    for page in pages.values():
        assert re.fullmatch(r"[\w@+-][\w.@+-]*", page)
        assert len(f"{page}.html".encode()) < 200


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\r=x", " =1", "＝1"])
def test_no_cell_of_the_table_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"'{text}") == f"''{text}"  # or two submissions would have one name
    assert harmless(f"x{text}") == f"x{text}"
    assert harmless(-1) == -1
    assert harmless("'t Hooft") == "'t Hooft"


class Page(HTMLParser):
    """Collects the elements of a page and what they name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.named: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.named += [name for name, _ in attrs if name in ("src", "href") or name[:2] == "on"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def hostile() -> Result:
    finding = Finding("it holds", False, HOSTILE, (("came back", HOSTILE),))
    verdicts = (
        Verdict("11.1", "double", 1, "failed", (finding,)),
        Verdict("11.2", "negate", 2, "failed", note=HOSTILE),
        Verdict("11.3", "shift", 3, "untouched"),
    )
    marks = Marks(LESSON, Path("x"), "f", verdicts, (HOSTILE,))
    return Result(f"{HOSTILE}.ipynb", "c", "g", LESSON, marks)


def test_a_page_shows_what_an_answer_said_as_text_only(hostile: Result, course: Path) -> None:
    html = Page(html_page(hostile, course))
    rendered = Page(
        MarkdownIt("gfm-like", {"linkify": False}).render(markdown_page(hostile, course))
    )
    for page in (html, rendered):
        assert not page.elements & {"script", "img", "a", "iframe", "link"}
        assert page.named == []
        assert page.text.count("<script>alert(1)</script>") == 5 + (page is html)
        assert page.text.count("![x](http://x.example/x.png)") == 5 + (page is html)
        assert "0 of 6 points" in page.text
        assert "Look next at task 11.1" in page.text
        assert "\x1b" not in page.text.replace(hostile.name, "")
    assert "strong" not in rendered.elements


def test_a_page_stands_alone_and_is_readable_on_any_screen(hostile: Result, course: Path) -> None:
    page = html_page(hostile, course)
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page
    assert "default-src 'none'" in page
    assert "url(" not in page
    assert "@import" not in page
    problem = html_page(Result("a", problem="It is <b>."), course)
    assert "It is &lt;b&gt;." in problem


def test_code_in_a_hint_stays_code() -> None:
    assert prose("Use `table[ids]`, not *this*.") == "Use `table[ids]`, not \\*this\\*."
    assert prose("one ` alone_") == "one \\` alone\\_"


def test_the_summary_counts_and_names_the_misconceptions(course: Path) -> None:
    def a_result(name: str, content: bytes) -> Result:
        marks = Marks(LESSON, Path(name), "f", verdicts_for(content))
        return Result(name, "c", "g", LESSON, marks)

    results = [a_result("a", b"right"), a_result("b", b"x"), a_result("c", b"x")]
    text = summary([*results, Result("d", problem="It is empty.")])
    assert "# 3 submissions marked" in text
    assert "1 submission could not be marked, and counts 0 points" in text
    assert "Mean 0.3 of 6 points, standard deviation 0.6; lowest 0, median 0, highest 1." in text
    assert ["11.1 `double`", "1", "2", "0"] in cells_of(text)
    assert ["11.2 `negate`", "0", "0", "3"] in cells_of(text)
    assert "- 2 × You took columns: `table[:, ids]`." in text
    assert "- 3 × It took 3 seconds, not 1." in text


def test_a_result_survives_being_kept(hostile: Result) -> None:
    assert hostile.marks is not None
    kept = from_data(hostile.name, json.loads(json.dumps(as_data(hostile))))
    assert kept.marks is not None
    assert kept.marks.verdicts == hostile.marks.verdicts
    assert (kept.content, kept.grader, kept.lesson) == ("c", "g", LESSON)


def test_several_lessons_share_one_table(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    room = Classroom([Submission(n, Path(n)) for n in "ab"], Outputs(course / "m.csv"), ROOT)
    verdict = Verdict("2.1", "lookup", 2, "passed")
    marks = Marks(LOOKUP, Path("a"), "f", (verdict,))
    room.results["a"] = Result("a", "c", "g", LOOKUP, marks)
    room.results["b"] = Result("b", problem="=It is empty.")
    room.save()
    a, b = rows_of(course / "m.csv")
    assert (a["2.1 lookup"], a["2.2 one_hot"], a["total"]) == ("2", "", "2")
    assert (b["2.1 lookup"], b["total"]) == ("", "0")


def test_check_writes_markdown_for_a_summary_page(
    hostile: Result, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedkit.cli.mark_sheet", lambda *_, **__: hostile.marks)
    assert main(["check", "11", "a <b>.ipynb", "--markdown", "marks.md"]) == 2
    text = Path("marks.md").read_text(encoding="utf-8")
    assert text.startswith("# 0 of 6 points\n")
    assert "**Could not be marked:** there is no file a \\<b>.ipynb." in text
    assert "| – | 11.3 `shift` | 0 of 3 | not attempted yet |" in text
    assert MarkdownIt("gfm-like", {"linkify": False}).render(text).count("<script") == 0


def test_the_classroom_workflow_calls_what_there_is() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/classroom.yml").read_text("utf-8"))
    steps = workflow["jobs"]["mark"]["steps"]
    asks = next(i for i, step in enumerate(steps) if ".classroom" in step.get("run", ""))
    assert all("steps.class.outputs.here" in step["if"] for step in steps[asks + 1 :])
    command = next(step["run"] for step in steps if "embedkit check" in step.get("run", ""))
    options = build_parser().parse_args(command.split()[3:])
    assert (options.json, options.junit, options.markdown) == (
        "marks.json",
        "marks.xml",
        "marks.md",
    )
    assert workflow["permissions"] == {"contents": "read"}
    assert not (ROOT / ".classroom").exists()
