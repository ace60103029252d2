"""Judging takes neither all memory nor hours, whatever an answer gave."""

import json
import signal
import subprocess
import sys
import threading
import time

import pytest
import torch

from embedkit.checks.framework import Criterion, Task
from embedkit.checks.plain import save_plain
from embedkit.grading import marking
from embedkit.grading.bounded import bounded
from embedkit.grading.replay import observations_file
from embedkit.grading.rounds import Heard

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory")


def test_what_takes_too_long_is_stopped_and_nothing_else_is():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TimeoutError), bounded(seconds=0.2):
        time.sleep(30)
    with bounded(seconds=0.2):
        pass
    time.sleep(0.3)
    assert signal.getsignal(signal.SIGALRM) == before


@on_linux
def test_what_takes_too_much_memory_is_stopped_and_nothing_else_is():
    with pytest.raises(RuntimeError, match="memory"), bounded(memory=2**28):
        torch.ones(2**29, dtype=torch.uint8)
    with bounded(memory=2**28):
        torch.ones(2**20)
    torch.ones(2**29, dtype=torch.uint8)


def test_other_threads_are_judged_without_a_timer():
    errors = []

    def work():
        try:
            with bounded(seconds=0.1):
                time.sleep(0.3)
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not errors


@on_linux
def test_a_result_that_takes_all_memory_to_compare_gets_a_sentence(tmp_path):
    def compares_all_with_all(inputs, seen):
        return bool((seen.value[:, None] == seen.value[None]).all())

    criterion = Criterion("it is so", lambda draw: [{"x": 1}], accepts=compares_all_with_all)
    task = Task("2.1", "answer", 1, lambda x: torch.ones(1), (criterion,))
    path = observations_file(tmp_path, "2.1")
    path.parent.mkdir()
    one = {"value": torch.ones(80_000), "inputs_after": {"x": 1}}
    save_plain(path, {"seen": [one]})
    verdict = marking.judge(task, 1, tmp_path, Heard())
    assert not verdict.points


READ = """
import sys
from pathlib import Path
from embedkit.grading import notebooks
notebooks.MOST_MEMORY = 2**27
try:
    notebooks.read_notebook(Path(sys.argv[1]))
except notebooks.BadInputError as error:
    print(error)
"""


@on_linux
def test_a_notebook_that_takes_all_memory_to_read_gets_a_sentence(tmp_path):
    path = tmp_path / "sheet.ipynb"
    nothing = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"x": [{}] * 400_000}, "cells": []}
    path.write_text(json.dumps(nothing), encoding="utf-8")
    command = [sys.executable, "-c", READ, str(path)]  # no memory lies free in a new process
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "more than can be read" in done.stdout
