"""Watching a replay from outside: how much memory it takes, how much it writes, what it leaves."""

import os
import re
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

GIBIBYTE = 2**30
BLOCK = 4096
LOOKS = 10
"""How many times a folder is looked at in which something vanishes meanwhile."""

REMOVED = rb"^\S+ \S+ \S+ (\S+ \d+) +(?:%s)/.* \(deleted\)$"
"""What Linux tells of a part of a removed file in a process's memory: device and number of the file
come before its name."""


@dataclass(frozen=True)
class Limits:
    """What a replay may take.

    Args:
        seconds: how long one cell may run.
        memory: how many bytes the sheet's process and those around it may hold at once.
        disk: how many bytes they may keep in files.
        largest_file: how many bytes one file may have, and what a probe may leave.
        threads: how many threads they may have at once; each takes a number of the system's few.
        sheet: how many seconds all cells may run, with all that is run again.
    """

    seconds: float = 30.0
    memory: int = 4 * GIBIBYTE
    disk: int = GIBIBYTE // 2
    largest_file: int = 50 * 2**20
    threads: int = 1000
    sheet: float = 600.0


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


def threads_of(processes: Iterable[psutil.Process]) -> int:
    """Return how many threads processes have; one that is gone has none."""
    total = 0
    for process in processes:
        with suppress(psutil.Error, OSError):
            if sys.platform == "linux":  # what else tells it is told by the process's name, too
                total += len(os.listdir(f"/proc/{process.pid}/task"))
            else:
                total += process.num_threads()
    return total


def end_headless(processes: Iterable[psutil.Process]) -> None:
    """Kill processes whose first thread has ended: of the others' memory nothing is told."""
    for process in processes:
        with suppress(psutil.Error):
            if process.status() == psutil.STATUS_ZOMBIE:
                process.kill()


def size_of(folder: Path, most: int) -> int:
    """Return how many bytes a folder takes, or more than ``most`` as soon as that is certain.

    Each file and each folder counts at least a block, so that a flood of empty ones is seen. What
    cannot be looked into takes too much, and so does a folder in which something vanishes each
    time that one looks.
    """
    for _ in range(LOOKS):
        with suppress(FileNotFoundError):
            return _size_of(folder, most)
    return most + 1


def _size_of(folder: Path, most: int) -> int:
    total = 0
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    total += max(entry.stat(follow_symlinks=False).st_size, BLOCK)
                    if total > most:
                        return total
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except FileNotFoundError:
            if os.path.lexists(folder):
                raise
            return 0
        except OSError:
            return most + 1
    return total


def size_of_nameless(
    processes: Iterable[psutil.Process], folders: Iterable[Path], largest: int
) -> int:
    """Return how many bytes the removed files of folders take at most; known on Linux only.

    Processes keep them while they have them open, or have a part of them in their memory. Of the
    latter it is not told how long they are.

    Args:
        processes: those that may hold them.
        folders: where they lay.
        largest: how long a file may be.
    """
    open_ones: dict[tuple[int, int], int] = {}
    mapped: set[bytes] = set()
    places = b"|".join(re.escape(bytes(folder)) for folder in folders)
    removed = re.compile(REMOVED % places, re.MULTILINE)
    for process in processes:
        about = Path("/proc", str(process.pid))
        with suppress(OSError):
            for link in (about / "fd").iterdir():
                with suppress(OSError):  # closed meanwhile
                    file = link.stat()
                    if stat.S_ISREG(file.st_mode) and not file.st_nlink:
                        open_ones[file.st_dev, file.st_ino] = file.st_size
        with suppress(OSError):
            mapped |= set(removed.findall((about / "maps").read_bytes()))
    return sum(open_ones.values()) + len(mapped) * largest


def end(processes: Iterable[psutil.Process]) -> None:
    """Kill processes, whatever they do about it."""
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
