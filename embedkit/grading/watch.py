"""Watching a replay from outside: how much memory it takes, how much it writes, what it leaves."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

GIBIBYTE = 2**30


@dataclass(frozen=True)
class Limits:
    """What a replay may take.

    Args:
        seconds: how long one cell may run.
        memory: how many bytes the sheet's process and those around it may hold at once.
        disk: how many bytes they may write into their folder.
        largest_file: how many bytes one file may have, and what a probe may leave.
    """

    seconds: float = 30.0
    memory: int = 4 * GIBIBYTE
    disk: int = GIBIBYTE // 2
    largest_file: int = 50 * 2**20


def family(leaders: Iterable[int]) -> list[psutil.Process]:
    """Return the processes with the given ids and all that descend from them."""
    found: dict[int, psutil.Process] = {}
    for leader in leaders:
        with suppress(psutil.Error):
            process = psutil.Process(leader)
            for member in (process, *process.children(recursive=True)):
                found[member.pid] = member
    return list(found.values())


def memory_of(processes: Iterable[psutil.Process]) -> int:
    """Return how many bytes of memory processes hold; one that is gone holds none."""
    total = 0
    for process in processes:
        with suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def size_of(folder: Path) -> int:
    """Return how many bytes the files in a folder have; those that vanish have none."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_size
    return total


def end(processes: Iterable[psutil.Process]) -> None:
    """Kill processes, whatever they do about it."""
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
