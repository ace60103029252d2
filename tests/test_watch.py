"""What a replay takes is seen, and what it leaves behind is removed, however it is hidden."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import torch

from embedkit.grading.marking import mark_sheet
from embedkit.grading.surroundings import scratch_folder
from embedkit.grading.watch import BLOCK, Limits, size_of, size_of_nameless, threads_of
from embedkit.lessons import LESSONS, course_root

DEEP = 1200
"""More folders in folders than a function in Python may call itself."""


def dig(folder: Path) -> None:
    """Make folders in folders."""
    here = os.getcwd()
    os.chdir(folder)
    for _ in range(DEEP):
        os.mkdir("d")
        os.chdir("d")
    Path("file").write_bytes(bytes(5 * BLOCK))
    os.chdir(here)


def test_a_folder_is_removed_however_deep_it_is():
    with scratch_folder() as folder:
        dig(folder)
        size = size_of(folder, 2**30)
        (folder / "file").touch()
    assert size >= DEEP * BLOCK + 5 * BLOCK
    assert not folder.exists()


def test_a_folder_is_removed_after_an_error():
    with suppress(ZeroDivisionError), scratch_folder() as folder:
        dig(folder)
        _ = 1 / 0
    assert not folder.exists()


def test_empty_files_count_and_counting_ends_at_the_limit(tmp_path):
    for i in range(100):
        (tmp_path / str(i)).touch()
    assert size_of(tmp_path, 2**30) == 100 * BLOCK
    assert size_of(tmp_path, 10 * BLOCK) == 11 * BLOCK


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_removed_files_count(tmp_path):
    def size() -> int:
        return size_of_nameless([psutil.Process()], [tmp_path, tmp_path / "none"], largest=10**7)

    before = size()
    for name in ("open", "a\rb c", "kept"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(10**6)
    with (tmp_path / "open").open("rb"):
        assert size() == before
        (tmp_path / "open").unlink()
        assert size() == before + 10**6
    mapped = torch.from_file(str(tmp_path / "a\rb c"), shared=False, size=1, dtype=torch.uint8)
    assert size() == before
    (tmp_path / "a\rb c").unlink()
    assert size() == before + 10**7
    del mapped
    assert size() == before


def test_threads_are_counted_also_of_processes_that_are_gone():
    assert threads_of([psutil.Process()]) >= 1


def test_many_small_steps_are_in_time_while_all_cores_are_busy():
    head_at_scale = LESSONS[7]
    endless = (sys.executable, "-c", "while True: pass")
    others = [subprocess.Popen(endless) for _ in range(os.cpu_count() or 1)]
    try:
        sheet = head_at_scale.solution(course_root())
        marks = mark_sheet(sheet, head_at_scale, course_root(), Limits(seconds=8))
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert marks.points == marks.possible, "\n".join(map(str, marks.verdicts))
