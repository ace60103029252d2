"""No way to steal points that we know of earns any; each of them lies in ``tests/tampering``.

A file there is a sheet in short. Its first line says what it tries. ``# earns: 2.2`` names the
tasks that earn their points, ``# says 2.1: words`` what the verdict on a task must say, and
``# lesson: 5`` whose sheet it is, if not that of lesson 2. Then follow cells:
``# %% 2.1`` answers a task, and ``# %% sheet`` is run here, on the notebook
``sheet``. Tasks that it does not answer are left untouched.
"""

import json
import os
import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from embedkit.checks.compare import same
from embedkit.checks.framework import Task
from embedkit.checks.plain import save_plain
from embedkit.fence import landlock
from embedkit.grading.integrity import CourseChangedError, manifest, verify
from embedkit.grading.kit import PACKAGE, TOOLS, make_kit, modules_of
from embedkit.grading.marking import judge, mark_sheet
from embedkit.grading.nbval_runner import CellRun
from embedkit.grading.notebooks import read_notebook
from embedkit.grading.replay import Step, observations_file
from embedkit.grading.rounds import Heard, run_to_the_end
from embedkit.grading.solutions import read_solution
from embedkit.grading.surroundings import Shared, Surroundings
from embedkit.grading.watch import Limits
from embedkit.lessons import LESSONS, Lesson, course_root, existing_lessons, find_lesson
from tests.small_course import LESSON as SMALL

ROOT = course_root()
CORPUS = sorted((Path(__file__).parent / "tampering").glob("*.txt"))
SECONDS = 8


def header(text: str, name: str) -> str:
    found = re.search(rf"^# {re.escape(name)}: (.*)$", text, re.MULTILINE)
    return found[1] if found else ""


def lesson_in(text: str) -> Lesson:
    return find_lesson(header(text, "lesson") or "2", ROOT)


def make_sheet(text: str, path: Path) -> Path:
    """Write the sheet that a file of the corpus describes."""
    sheet = read_notebook(lesson_in(text).sheet(ROOT))
    by_id = {cell.id: cell for cell in sheet.cells}
    _, *cells = re.split(r"^# %% ", text, flags=re.MULTILINE)
    for cell in cells:
        name, _, source = cell.partition("\n")
        if name == "sheet":
            exec(source, {"sheet": sheet})
        else:
            by_id[f"answer-{name.replace('.', '-')}"].source = source
    path.write_text(json.dumps(sheet), encoding="utf-8")
    return path


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 25


@pytest.mark.parametrize("attack", CORPUS[::2], ids=lambda path: path.stem)
def test_an_attack_earns_what_its_honest_part_deserves(attack: Path, tmp_path: Path) -> None:
    earns_what_its_honest_part_deserves(attack, tmp_path)


def earns_what_its_honest_part_deserves(attack: Path, tmp_path: Path) -> None:
    """Mark a sheet of the corpus, and see what it earns and is told; half are asked elsewhere."""
    text = attack.read_text(encoding="utf-8")
    if header(text, "needs") == "landlock" and not landlock.available():
        pytest.skip("only Linux keeps native code from reading files")
    path = make_sheet(text, tmp_path / "sheet.ipynb")
    before = sha256(path.read_bytes()).hexdigest()
    lesson = lesson_in(text)
    marks = mark_sheet(path, lesson, ROOT, Limits(SECONDS))
    earned = [verdict.number for verdict in marks.verdicts if verdict.points]
    words = "\n".join(map(str, marks.verdicts))
    assert earned == header(text, "earns").split(), words
    assert "Traceback" not in words
    assert len(words) < 10_000
    assert not re.search(r"[^\S\n ]|[\x00-\x09\x0b-\x1f]", words)
    assert not re.search(rf"^\W*{lesson.number}\.", words, re.MULTILINE)
    for verdict in marks.verdicts:
        assert header(text, f"says {verdict.number}") in str(verdict)
    assert sha256(path.read_bytes()).hexdigest() == before


def names_of_modules(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.py")} - {"__init__", "__main__"}


def test_each_module_belongs_to_a_lesson_or_to_none() -> None:
    placed = [name for lesson in LESSONS for name in modules_of(lesson)] + [*TOOLS]
    assert len(placed) == len(set(placed))
    commands = {"cli", "cli_grade", "cli_limits", "lessons"}
    assert names_of_modules(PACKAGE) - commands <= {Path(name).stem for name in placed}


@pytest.mark.parametrize("lesson", existing_lessons(ROOT), ids=lambda lesson: lesson.slug)
def test_what_marks_a_lesson_is_not_in_its_kit(lesson: Lesson, tmp_path: Path) -> None:
    kit = names_of_modules(make_kit(lesson, tmp_path) / PACKAGE.name)
    checks = (PACKAGE / "checks" / lesson.slug).rglob("*.py")
    imports = re.findall(
        r"^from embedkit(?:\.(\w+))? import (\w+)",
        "\n".join(path.read_text(encoding="utf-8") for path in checks),
        re.MULTILINE,
    )
    finished = {module or name for module, name in imports} - {"checks"}
    assert finished & {Path(name).stem for name in modules_of(lesson)}
    earlier = {Path(name).stem for one in LESSONS[: lesson.number - 1] for name in modules_of(one)}
    assert not finished & kit - earlier
    assert earlier & names_of_modules(PACKAGE) <= kit


@pytest.mark.parametrize(
    "forged",
    [
        {"seen": [{"raised": 3}, {"value": 1}]},
        {"seen": [{"points": 3}]},
        {"seen": []},
        {"status": "passed"},
        [1, 2],
    ],
)
def test_a_forged_record_is_not_judged(forged: object, tmp_path: Path, tasks: list[Task]) -> None:
    path = observations_file(tmp_path, tasks[0].number)
    path.parent.mkdir()
    save_plain(path, forged)
    verdict = judge(tasks[0], 1, tmp_path, Heard())
    assert not verdict.points
    assert "cannot be judged" in verdict.note


def test_a_changed_course_stops_the_marking(course: Path) -> None:
    sheet = SMALL.sheet(course)
    before = manifest(sheet, course)
    verify(before, sheet, course)
    SMALL.solution(course).write_text("{}", encoding="utf-8")
    with pytest.raises(CourseChangedError, match="files changed while"):
        verify(before, sheet, course)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_among_the_files_of_the_course_stops_the_marking(course: Path) -> None:
    sheet = SMALL.sheet(course)
    before = manifest(sheet, course)
    os.mkfifo(course / "solutions" / "pipe.ipynb")
    with pytest.raises(CourseChangedError, match="files changed while"):
        verify(before, sheet, course)


def differs(task: Task, seeds: tuple[int, int]) -> bool:
    """Return whether any question has another right answer from another seed."""
    for criterion, *both in zip(task.criteria, *map(task._draw, seeds), strict=True):
        for questions in zip(*both, strict=True):
            one, other = (task._wanted(criterion, inputs) for inputs in questions)
            if not same(one.value, other.value):
                return True
    return False


@pytest.mark.parametrize("lesson", existing_lessons(ROOT), ids=lambda lesson: lesson.slug)
def test_no_task_can_be_answered_by_heart(lesson: Lesson) -> None:
    for one in read_solution(lesson, ROOT).tasks:
        assert differs(one.task, (1, 2)), one.task.name


def shared_in(folder: Path) -> Shared:
    return Shared(folder / "kit", folder / "questions", folder / "drop", hidden=())


def test_the_folder_in_which_somebody_marks_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "library"
    monkeypatch.syspath_prepend(elsewhere)
    monkeypatch.syspath_prepend(tmp_path)  # as python -m does
    monkeypatch.chdir(tmp_path)
    place = Surroundings(tmp_path / "replay", shared_in(tmp_path))
    place.make(Limits())
    readable = json.loads((place.folder / "fence.json").read_text("utf-8"))["readable"]
    assert str(elsewhere) in readable
    assert str(tmp_path) not in readable


def test_packages_in_the_folder_of_a_sheet_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "packages"
    monkeypatch.syspath_prepend(packages)
    shared = replace(shared_in(tmp_path), private=(tmp_path,))
    place = Surroundings(tmp_path / "replay", shared)
    place.make(Limits())
    fence = json.loads((place.folder / "fence.json").read_text("utf-8"))
    assert str(packages) in fence["readable"]
    assert str(tmp_path) in fence["hidden"]


def test_another_copy_of_the_finished_code_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "packages" / PACKAGE.name
    copy.mkdir(parents=True)
    monkeypatch.syspath_prepend(copy.parent)
    place = Surroundings(tmp_path / "replay", shared_in(tmp_path))
    place.make(Limits())
    assert str(copy) in json.loads((place.folder / "fence.json").read_text("utf-8"))["hidden"]


def test_what_one_run_leaves_takes_no_place_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[list[Path]] = []

    def fill_the_disk(
        steps: list[Step], kept: object, place: Surroundings, limits: Limits
    ) -> list[CellRun]:
        found.append([path for path in tmp_path.rglob("*") if path.is_file()])
        (place.folder / "large").write_bytes(b"large")
        return [CellRun("disk"), CellRun()][: len(steps)]

    monkeypatch.setattr("embedkit.grading.rounds.run_cells", fill_the_disk)
    steps = [Step("one", place="code cell 1"), Step("two", place="code cell 2")]
    run_to_the_end(steps, tmp_path, shared_in(tmp_path), Limits(), Heard())
    assert found == [[], [], []]
