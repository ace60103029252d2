"""What it costs to mark a class: makes one, marks it in one command, and checks every mark.

The sheets are filled with the right and wrong answers of ``tests/answers``, so that it is known
beforehand what each must earn. A tenth of them are broken or hostile. For comparison, a few of
the same files are run as they are with ``pytest --nbval-lax``, one by one.

Run it as ``python benchmarks/grading.py``, or with another number of submissions behind it.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.machine import machine  # noqa: E402
from embedkit.grading.crew import cores  # noqa: E402
from embedkit.grading.solutions import read_solution  # noqa: E402
from embedkit.lessons import LESSONS  # noqa: E402
from tests.answers.lookup_table import RIGHT, WRONG  # noqa: E402

LESSON = LESSONS[1]
TASKS = [sheet_task.task for sheet_task in read_solution(LESSON, ROOT).tasks]
NAIVE_SAMPLE = 8

Points = list[int] | None
"""What a sheet must earn, task by task; None if it cannot be marked."""


@dataclass(frozen=True)
class Handed:
    """A submission that was made: its file's content, and what it must earn."""

    content: bytes
    points: Points


def a_sheet(pick: random.Random) -> tuple[NotebookNode, list[int]]:
    """Return a sheet with an answer drawn for each task, and what each earns."""
    sheet = nbformat.read(LESSON.sheet(ROOT), as_version=4)
    points = []
    for task in TASKS:
        kind = pick.choices(["right", "wrong", "untouched"], weights=[6, 3, 1])[0]
        if kind != "untouched":
            corpus = RIGHT if kind == "right" else WRONG
            answer = pick.choice([one for one in corpus if one.task == task.number])
            cell_of(sheet, task.number).source = answer.code.strip()
        points.append(task.points if kind == "right" else 0)
    return sheet, points


def cell_of(sheet: NotebookNode, number: str) -> NotebookNode:
    """Return the cell that answers a task."""
    wanted = f"answer-{number.replace('.', '-')}"
    return next(cell for cell in sheet.cells if cell.get("id") == wanted)


def honest(pick: random.Random) -> Handed:
    """Return a sheet as most of a class would hand it in."""
    sheet, points = a_sheet(pick)
    return Handed(as_bytes(sheet), points)


def as_bytes(sheet: NotebookNode) -> bytes:
    """Return the content of a sheet's file."""
    return nbformat.writes(sheet).encode()


def with_first_answer(code: str) -> Callable[[random.Random], Handed]:
    """Return what makes sheets whose first answer is given, and earns nothing."""

    def make(pick: random.Random) -> Handed:
        sheet, points = a_sheet(pick)
        cell_of(sheet, TASKS[0].number).source = code
        return Handed(as_bytes(sheet), [0, *points[1:]])

    return make


def cut_short(pick: random.Random) -> Handed:
    """Return a file of which only the first half arrived."""
    content = honest(pick).content
    return Handed(content[: len(content) // 2], None)


def empty(pick: random.Random) -> Handed:
    """Return a file with nothing in it."""
    return Handed(b"", None)


def another_kind(pick: random.Random) -> Handed:
    """Return a program where a notebook was wanted."""
    return Handed(b"def lookup(table, ids):\n    return table[ids]\n", None)


def edited_checks(pick: random.Random) -> Handed:
    """Return a sheet whose checks only print that all is well; they count for nothing."""
    sheet, points = a_sheet(pick)
    for cell in sheet.cells:
        if "check" in cell.metadata.get("tags", []):
            cell.source = "print('  2 of 2')"
    return Handed(as_bytes(sheet), points)


def flooding(pick: random.Random) -> Handed:
    """Return a sheet that prints without measure, and is otherwise as good as its answers."""
    sheet, points = a_sheet(pick)
    sheet.cells.append(new_code_cell("print('flood ' * 2_000_000)"))
    return Handed(as_bytes(sheet), points)


BROKEN_OR_HOSTILE: list[Callable[[random.Random], Handed]] = [
    cut_short,
    empty,
    another_kind,
    edited_checks,
    flooding,
    with_first_answer("def lookup(table, ids):\n    while True:\n        pass"),
    with_first_answer("import os\ndef lookup(table, ids):\n    os._exit(0)"),
    with_first_answer("def lookup(table, ids):\n    raise SystemExit"),
    with_first_answer("def lookup(table, ids)\n    return table[ids]"),
    with_first_answer("import torch\ntorch.equal = lambda *_: True\nlookup = lambda t, i: t"),
]


def make_class(folder: Path, size: int, seed: int) -> dict[str, Points]:
    """Write a class of submissions, every tenth broken or hostile; return what each must earn."""
    pick = random.Random(seed)
    wanted = {}
    for number in range(size):
        if number % 10 == 9:
            make = BROKEN_OR_HOSTILE[number // 10 % len(BROKEN_OR_HOSTILE)]
        else:
            make = honest
        handed = make(pick)
        name = f"learner_{number:03d}/{LESSON.name}.ipynb"
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(handed.content)
        wanted[name] = handed.points
    return wanted


def hashes(folder: Path) -> dict[str, str]:
    """Return a hash of each file in a folder, by its path."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def wrong_marks(table: Path, wanted: dict[str, Points]) -> list[str]:
    """Return a sentence for each row that is not as it must be."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = {row["path"]: row for row in csv.DictReader(file)}
    wrong = [f"{name} has no row" for name in wanted.keys() - rows.keys()]
    columns = [f"{task.number} {task.name}" for task in TASKS]
    for name, row in rows.items():
        points = wanted[name]
        if points is None:
            right = row["total"] == "0" and row["note"].startswith("could not be marked: ")
        else:
            right = [row[column] for column in columns] == [str(point) for point in points]
            right = right and row["total"] == str(sum(points))
        if not right:
            wrong.append(f"{name} should earn {points}, and has {list(row.values())[2:]}")
    return wrong


def seconds_to_grade(folder: Path, table: Path, jobs: int, limit: float) -> float:
    """Mark the class in one command, and return how long it took."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "embedkit", "grade", str(folder), "-o", str(table)]
    options = ["-j", str(jobs), "--time-limit", str(limit)]
    done = subprocess.run([*command, *options], cwd=ROOT, stdout=subprocess.DEVNULL)
    if done.returncode not in (0, 1):
        sys.exit(f"embedkit grade ended with exit code {done.returncode}.")
    return time.perf_counter() - started


def seconds_of_nbval(files: list[Path], limit: float) -> float:
    """Run files as they are with nbval, one by one, and return how long that took in all."""
    started = time.perf_counter()
    for file in files:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        options = ["--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={limit:g}"]
        subprocess.run(
            [*command, *options, str(file)], cwd=file.parent, env=naive(), capture_output=True
        )
    return time.perf_counter() - started


def naive() -> dict[str, str]:
    """Return the environment of a plain run, which must find embedkit too."""
    return os.environ | {"PYTHONPATH": str(ROOT), "EMBEDKIT_DEVICE": "cpu"}


def main() -> int:
    """Make a class, mark it, check the marks, compare the cost, and write down the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("size", nargs="?", type=int, default=200, help="default: %(default)s")
    parser.add_argument("-j", "--jobs", type=int, default=cores(), help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument(
        "--time-limit", type=float, default=10.0, help="seconds a cell may run (%(default)g)"
    )
    options = parser.parse_args()
    about = machine("embedkit", "nbval", "pytest", "ipykernel")
    with TemporaryDirectory(prefix="embedkit-bench-") as name:
        folder, table = Path(name) / "submissions", Path(name) / "marks.csv"
        wanted = make_class(folder, options.size, options.seed)
        before = hashes(folder)
        graded = seconds_to_grade(folder, table, options.jobs, options.time_limit)
        again = seconds_to_grade(folder, table, options.jobs, options.time_limit)
        wrong = wrong_marks(table, wanted)
        untouched = hashes(folder) == before
        plain = [folder / path for path, points in wanted.items() if points is not None]
        sample = random.Random(options.seed).sample(plain, min(NAIVE_SAMPLE, len(plain)))
        nbval = seconds_of_nbval(sample, options.time_limit) / len(sample)
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": about,
        "submissions": options.size,
        "could_not_be_marked": sum(points is None for points in wanted.values()),
        "jobs": options.jobs,
        "time_limit": options.time_limit,
        "wrong_marks": wrong,
        "files_unchanged": untouched,
        "seconds": round(graded, 1),
        "seconds_a_submission": round(graded / options.size, 2),
        "seconds_of_a_second_run": round(again, 1),
        "nbval_sample": len(sample),
        "nbval_seconds_a_file": round(nbval, 2),
        "nbval_seconds_for_all_extrapolated": round(nbval * options.size, 1),
    }
    target = ROOT / "benchmarks" / "results" / "grading.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    tell(results)
    return 1 if wrong or not untouched else 0


def tell(results: dict[str, object]) -> None:
    """Print the results in sentences."""
    print(
        f"{results['submissions']} submissions were marked in {results['seconds']} s with "
        f"{results['jobs']} jobs: {results['seconds_a_submission']} s a submission.\n"
        f"The same command again took {results['seconds_of_a_second_run']} s.\n"
        f"nbval run on {results['nbval_sample']} of the same files, one by one, took "
        f"{results['nbval_seconds_a_file']} s a file. For all of them, extrapolated and not "
        f"measured, that is {results['nbval_seconds_for_all_extrapolated']} s. It gives no "
        "points, and believes whatever the sheet's own checks say."
    )
    wrong = results["wrong_marks"]
    assert isinstance(wrong, list)
    print(f"{len(wrong)} marks are not as they must be.", *wrong, sep="\n")
    print(f"The submissions are {'' if results['files_unchanged'] else 'NOT '}as they were.")


if __name__ == "__main__":
    sys.exit(main())
