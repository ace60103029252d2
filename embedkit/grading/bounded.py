"""Bounds for judging: what an answer gave may take hours to compare or to show, or all memory.

It is judged by the process that marks, which no limit of a replay holds. So within these bounds,
whatever would take too much stops with an error instead.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil  # type: ignore[import-untyped]

from embedkit.grading.watch import GIBIBYTE

SECONDS = 60.0
MEMORY = 4 * GIBIBYTE
BETWEEN_REMINDERS = 1.0
"""After how many more seconds it is stopped again, if it went on."""


@contextmanager
def bounded(seconds: float = SECONDS, memory: int = MEMORY) -> Iterator[None]:
    """Let what is done within take no more than so many seconds, and bytes besides those held.

    Linux bounds both, and other systems what they can; only the main thread can be timed.

    Raises:
        TimeoutError: when the time is up.
    """
    with _no_more_memory_than(memory), _no_longer_than(seconds):
        yield


@contextmanager
def _no_more_memory_than(memory: int) -> Iterator[None]:
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    most = psutil.Process().memory_info().vms + memory
    with suppress(ValueError, OSError):  # a lower limit is set already
        resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer") or threading.current_thread() != threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, BETWEEN_REMINDERS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
