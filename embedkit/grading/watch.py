"""Watching a replay from outside: how much memory it takes, how much it writes, what it leaves."""

import os
import stat
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
    for place in _folders(folder):
        with suppress(OSError), os.scandir(place) as items:
            for item in items:
                with suppress(OSError):
                    total += item.stat(follow_symlinks=False).st_size
    return total


def size_without_a_name(processes: Iterable[psutil.Process]) -> int:
    """Return how many bytes the open files have that lie in no folder (any more).

    Such are files that were deleted while open, and those in memory (``memfd``). Only Linux tells.
    """
    sizes: dict[tuple[int, int], int] = {}
    for process in processes:
        with suppress(OSError):
            for item in os.scandir(f"/proc/{process.pid}/fd"):
                with suppress(OSError):
                    file = item.stat()
                    if stat.S_ISREG(file.st_mode) and not file.st_nlink:
                        sizes[file.st_dev, file.st_ino] = file.st_size
    return sum(sizes.values())


def clear(folder: Path) -> None:
    """Remove a folder, however deep others lie in it: ``rmtree`` calls itself for each level."""
    places = _folders(folder)
    for place in reversed(places):
        with suppress(OSError):
            for name in os.listdir(place):
                with suppress(OSError):
                    os.unlink(os.path.join(place, name))
            os.rmdir(place)


def _folders(top: Path) -> list[str]:
    """Return a folder and all in it, each after the one that holds it."""
    places = [str(top)]
    for place in places:
        with suppress(OSError), os.scandir(place) as items:
            places.extend(item.path for item in items if item.is_dir(follow_symlinks=False))
    return places


def end(processes: Iterable[psutil.Process]) -> None:
    """Kill processes, whatever they do about it."""
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
