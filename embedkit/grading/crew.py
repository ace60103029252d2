"""Marking many submissions at a time, each in a process that may die without the others."""

import multiprocessing
import os
import queue
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any

import torch

from embedkit.grading.results import Result
from embedkit.grading.submissions import Submission

Mark = Callable[[Submission], Result]

SECONDS_TO_END = 10.0
"""How long a process may take to end its replay and to tidy up."""


def cores() -> int:
    """Return how many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_of_cores(number: int, count: int) -> set[int]:
    """Return the cores for one of ``count`` processes; none where that cannot be settled.

    A sheet may start a thousand threads. Unless they have cores of their own, the other sheets get
    next to nothing, and run into the time limit, wherever Linux shares its time out by threads.
    """
    if sys.platform != "linux":
        return set()
    own = sorted(os.sched_getaffinity(0))
    return set(own[number % len(own) :: count])


def mark_all(
    submissions: Sequence[Submission], mark: Mark, workers: int, longest: float
) -> Generator[Result]:
    """Mark submissions in processes of their own, and give each result as it comes.

    Args:
        submissions: what was handed in.
        mark: marks one submission; it is called in another process.
        workers: how many processes mark.
        longest: how many seconds one submission may take in all.
    """
    count = min(workers, len(submissions))
    markers = [Marker(mark, longest, share_of_cores(i, count)) for i in range(count)]
    free: queue.SimpleQueue[Marker] = queue.SimpleQueue()
    for marker in markers:
        free.put(marker)

    def by_a_free_one(submission: Submission) -> Result:
        marker = free.get()
        try:
            return marker.mark(submission)
        finally:
            free.put(marker)

    threads = ThreadPoolExecutor(max(count, 1))
    try:
        started = [threads.submit(by_a_free_one, submission) for submission in submissions]
        for done in as_completed(started):
            yield done.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for marker in markers:
            marker.end()


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Let Ctrl-C wait, here and in processes started meanwhile, until these have it ignored.

    A terminal sends it to all of them, and one that still imports would print where it stopped.
    """
    if not hasattr(signal, "pthread_sigmask"):  # as on Windows
        yield
        return
    resource_tracker.ensure_running()  # a process of Python's own, whose start lets Ctrl-C in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Marker:
    """A process that marks one submission after the other."""

    def __init__(self, mark: Mark, longest: float, its_cores: set[int]) -> None:
        self._mark = mark
        self._longest = longest
        self._cores = its_cores
        self._ended = False
        self._ready = False
        self._start()

    def mark(self, submission: Submission) -> Result:
        """Return what became of a submission, even if marking it ends the process."""
        try:
            if not self._ready:
                self._ready = self._pipe.recv()
            self._pipe.send(submission)
            if self._pipe.poll(self._longest):
                result: Result = self._pipe.recv()
                return result
            problem = f"Marking it did not come to an end within {self._longest:.0f} seconds."
        except (EOFError, OSError):
            problem = "Marking it ended the process that marks. Was the memory exhausted?"
        if not self._ended:
            self._stop()
            self._start()
        return Result(submission.name, problem=problem)

    def end(self) -> None:
        """End the process, and what it runs."""
        self._ended = True
        self._stop()

    def _start(self) -> None:
        context: Any = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        arguments = (theirs, self._mark, self._cores)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        with interrupts_held_back():
            self._process.start()
        self._ready = False
        theirs.close()

    def _stop(self) -> None:
        self._process.terminate()
        self._process.join(SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _serve(pipe: Connection, mark: Mark, its_cores: set[int]) -> None:
    """Mark what comes through a pipe until its other end is closed."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, its_cores)  # replays inherit it, and the fence keeps it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    torch.set_num_threads(1)
    pipe.send(True)
    while True:
        try:
            pipe.send(mark(pipe.recv()))
        except (EOFError, OSError):
            return
