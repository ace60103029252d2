"""Replays that are split off from a prepared process: like fresh ones, only faster."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import psutil
import pytest

from embedkit.grading import processes
from embedkit.grading.kit import make_kit
from embedkit.grading.nbval_runner import run_cells
from embedkit.grading.notebooks import code_cells, read_notebook
from embedkit.grading.processes import nursery
from embedkit.grading.replay import Step
from embedkit.grading.surroundings import Shared, Surroundings
from embedkit.grading.watch import Limits
from embedkit.lessons import LESSONS, course_root

split = pytest.mark.skipif(not processes.PREPARED, reason="replays are split off on Linux only")

LOOK = """
import embedkit, json, numpy, os, random, signal, sys, tempfile, threading, torch
own = {"JPY_PARENT_PID"}
seen = {
    "environment": {name: os.environ[name] for name in os.environ if name not in own},
    "folder": os.getcwd(),
    "temporary": tempfile.gettempdir(),
    "path": sys.path,
    "embedkit": embedkit.__file__,
    "safe path": sys.flags.safe_path,
    "threads of torch": torch.get_num_threads(),
    "leads a group": os.getpgid(0) == os.getpid(),
    "gradients": torch.is_grad_enabled(),
    "modules of embedkit": sorted(name for name in sys.modules if name.startswith("embedkit")),
    "main": sys.modules["__main__"].__name__,
    "interrupt": str(signal.getsignal(signal.SIGTERM)),
}
by_chance = [random.random(), numpy.random.rand(), float(torch.rand(()))]
with open("seen.json", "w") as file:
    json.dump({"alike": seen, "by chance": by_chance, "parent": os.getppid()}, file)
"""


def place_in(folder: Path) -> Surroundings:
    for name in ("questions", "drop"):
        (folder / name).mkdir(parents=True)
    kit = make_kit(LESSONS[1], folder / "kit")
    shared = Shared(kit, folder / "questions", folder / "drop", hidden=())
    return Surroundings(folder / "replay", shared)


def look_from(folder: Path) -> dict:
    place = place_in(folder)
    (run,) = run_cells([Step(LOOK)], {}, place, Limits())
    assert run.outcome == "ok", run
    found = (place.work / "seen.json").read_text().replace(str(folder), "FOLDER")
    return json.loads(found)


@split
def test_a_kernel_that_was_split_off_is_like_a_fresh_one(tmp_path, monkeypatch):
    one, other = look_from(tmp_path / "one"), look_from(tmp_path / "other")
    monkeypatch.setattr(processes, "PREPARED", False)
    fresh = look_from(tmp_path / "fresh")
    assert one["alike"] == fresh["alike"]
    for number, another in zip(one["by chance"], other["by chance"], strict=True):
        assert number != another


def test_a_kernel_learns_no_password_of_the_teacher(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_TOKEN", "secret")
    environment = look_from(tmp_path / "one")["alike"]["environment"]
    assert "COURSE_TOKEN" not in environment
    assert environment["EMBEDKIT_DEVICE"] == "cpu"


@split
def test_a_nursery_learns_no_password_of_the_teacher(monkeypatch):
    monkeypatch.setenv("COURSE_TOKEN", "secret")
    fresh = processes.Nursery()
    first = Path(f"/proc/{fresh._process.pid}/environ").read_text(encoding="utf-8")
    fresh._process.kill()
    fresh._process.wait()
    assert "COURSE_TOKEN" not in first
    assert "PATH=" in first


@split
def test_a_kernel_that_was_split_off_holds_no_file_of_ours_open(tmp_path):
    place = place_in(tmp_path)
    code = "import os, pathlib\npathlib.Path('pid').write_text(str(os.getpid()))"
    wait = (
        f"import time\nwhile not os.path.exists({str(place.work / 'go')!r}):\n    time.sleep(0.02)"
    )
    seen: list[str] = []

    def look() -> None:
        pid_file = place.work / "pid"
        while not pid_file.exists() or not pid_file.read_text():
            time.sleep(0.02)
        open_files = Path(f"/proc/{pid_file.read_text()}/fd").iterdir()
        seen.extend(os.readlink(path) for path in open_files)
        (place.work / "go").touch()

    watcher = Thread(target=look)
    watcher.start()
    runs = run_cells([Step(code), Step(wait)], {}, place, Limits())
    watcher.join()
    assert [run.outcome for run in runs] == ["ok", "ok"]
    files = {path for path in seen if path.startswith("/") and not path.startswith("/dev/")}
    assert files <= {str(place.folder / "pytest.log")}, files


@split
def test_a_nursery_that_was_killed_is_replaced(tmp_path):
    look_from(tmp_path / "before")
    first = nursery()
    os.kill(first._process.pid, signal.SIGKILL)
    first._process.wait()
    look_from(tmp_path / "without")
    look_from(tmp_path / "after")
    assert nursery() is not first
    assert nursery()._process.poll() is None


@split
def test_a_nursery_ends_with_the_process_that_started_it(tmp_path):
    code = "from embedkit.grading.processes import nursery; print(nursery()._process.pid)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    pid = int(done.stdout)
    until = time.monotonic() + 60
    while psutil.pid_exists(pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert not psutil.pid_exists(pid)


@split
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_goes_on_when_whoever_marks_is_ended(number, tmp_path):
    notebook = read_notebook(LESSONS[1].sheet(course_root()))
    code_cells(notebook)[0].source = "import time\ntime.sleep(600)"
    sheet = tmp_path / "sheet.ipynb"
    sheet.write_text(json.dumps(notebook), encoding="utf-8")
    (tmp_path / "scratch").mkdir()
    marks = subprocess.Popen(
        [sys.executable, "-m", "embedkit", "check", "--time-limit", "600", str(sheet)],
        env=os.environ | {"TMPDIR": str(tmp_path / "scratch")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    started: list[psutil.Process] = []
    while len(started) < 3 and time.monotonic() < until:  # the nursery, a replay, and its kernel
        time.sleep(0.2)
        started = psutil.Process(marks.pid).children(recursive=True)
    assert len(started) >= 3
    marks.send_signal(number)
    marks.wait(60)
    _, alive = psutil.wait_procs(started, timeout=30)
    assert not alive
    if number == signal.SIGTERM:
        assert marks.returncode == 130
        assert not list((tmp_path / "scratch").glob("embedkit-*"))
