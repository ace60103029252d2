"""Starting replays as processes of their own: split off from a prepared one where that works."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from embedkit.grading.surroundings import THREADS, needed

PREPARED = sys.platform == "linux"
"""Whether to split replays off. macOS does not let a process with its libraries split; Windows
knows no such thing."""


def start(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> psutil.Process:
    """Start a Python script, and return its process, which leads a group of its own.

    Args:
        command: the script's path and its arguments.
        folder: where to run it.
        environment: its environment.
        log: the file for all that it prints.
    """
    if PREPARED:
        try:
            return nursery().start(command, folder, environment, log)
        except (OSError, psutil.Error):  # it was ended; the next replay gets a new one
            nursery.cache_clear()
    with log.open("wb") as output:
        return psutil.Popen(
            [sys.executable, "-P", *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def runs(process: psutil.Process) -> bool:
    """Return whether a process has not ended yet."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


class Nursery:
    """A process that has imported what replays need; one replay at a time is split off."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("nursery.py")
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(script)],
            env=needed(os.environ) | {"OMP_NUM_THREADS": THREADS, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def start(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
    ) -> psutil.Process:
        """Split off a replay.

        Raises:
            OSError: if the nursery is gone.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {
            "command": list(command),
            "folder": str(folder),
            "environment": dict(environment),
            "log": str(log),
        }
        self._process.stdin.write(b"\n" + json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise OSError("the nursery is gone")
        return psutil.Process(int(answer))


@cache
def nursery() -> Nursery:
    """Return the nursery of this process; it ends when this process does."""
    return Nursery()
