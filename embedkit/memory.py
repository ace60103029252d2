"""How much memory a piece of work takes at its peak, beyond what was taken before it."""

import ctypes
import threading
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import torch

from embedkit.device import pick_device

STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
SECONDS_BETWEEN_LOOKS = 0.0005


def peak_memory(work: Callable[[], object], device: torch.device | str | None = None) -> int:
    """Run some work, and return how many bytes more than before were taken at its peak.

    On a CUDA GPU it is the GPU's memory, as PyTorch's allocator counts it. Otherwise it is that of
    this process: on Linux the peak that the kernel keeps, elsewhere the largest of many looks.
    Memory that was freed before and not given back to the system could be taken again unseen, so
    with glibc it is given back first. With another allocator, measure in a fresh process.

    Args:
        work: is called once, without arguments; what it returns is dropped.
        device: where the work is done, if not on the device that the course picks.
    """
    device = pick_device() if device is None else torch.device(device)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        before = int(torch.cuda.memory_allocated(device))
        work()
        torch.cuda.synchronize(device)
        return int(torch.cuda.max_memory_allocated(device)) - before
    _give_back()
    before = int(psutil.Process().memory_info().rss)
    try:
        FORGET.write_text("5")  # the kernel starts its peak anew
    except OSError:
        return _sampled_peak(work) - before
    work()
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1]) - before


def _give_back() -> None:
    """Let glibc return all memory that was freed; other allocators are left as they are."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
        trim.argtypes = [ctypes.c_size_t]
        trim(0)
    except (AttributeError, OSError, TypeError):  # not glibc, or not Linux
        return


def _sampled_peak(work: Callable[[], object]) -> int:
    """Look at the process's memory again and again while it works, and return the most."""
    process, done = psutil.Process(), threading.Event()
    looks = [int(process.memory_info().rss)]

    def look() -> None:
        while not done.wait(SECONDS_BETWEEN_LOOKS):
            looks.append(max(looks.pop(), process.memory_info().rss))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return max(*looks, int(process.memory_info().rss))
