"""The peak of a piece of work, measured in ways that work on every machine."""

import platform
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from embedkit import memory

SIZE = 64_000_000


def work():
    torch.ones(SIZE, dtype=torch.uint8)
    torch.ones(SIZE // 4, dtype=torch.float32).add_(1)


@pytest.mark.parametrize("kernel_keeps_the_peak", [True, False])
def test_the_peak_is_that_of_the_largest_moment(monkeypatch, tmp_path, kernel_keeps_the_peak):
    monkeypatch.setenv("EMBEDKIT_DEVICE", "cpu")
    if not kernel_keeps_the_peak:
        monkeypatch.setattr(memory, "FORGET", tmp_path / "nowhere" / "clear_refs")
    found = memory.peak_memory(work)
    assert 0.9 * SIZE < found < 1.5 * SIZE


def test_memory_that_was_freed_before_is_counted_when_it_is_taken_again(monkeypatch):
    """Many small pieces lie in the heap, which the C library keeps after they are freed."""
    if platform.libc_ver()[0] != "glibc":
        pytest.skip("only glibc gives memory back when it is asked to")
    monkeypatch.setenv("EMBEDKIT_DEVICE", "cpu")

    def in_the_heap():
        pieces = [torch.ones(100_000, dtype=torch.uint8) for _ in range(SIZE // 100_000)]
        return len(pieces)

    pieces = [torch.ones(100_000, dtype=torch.uint8) for _ in range(SIZE // 100_000)]
    last = torch.ones(100_000, dtype=torch.uint8)  # keeps the heap from shrinking by itself
    del pieces
    assert memory.peak_memory(in_the_heap) > 0.9 * SIZE
    assert last.all()


def test_memory_is_given_back_safely_while_other_threads_work(monkeypatch):
    """A notebook's kernel has threads of its own, and so has PyTorch."""
    monkeypatch.setenv("EMBEDKIT_DEVICE", "cpu")
    done = threading.Event()

    def busy():
        while not done.is_set():
            pieces = [torch.full((size,), 3) for size in (10, 1_000, 30_000) * 5]
            assert all(int(piece.sum()) == 3 * len(piece) for piece in pieces)

    with ThreadPoolExecutor(3) as threads:
        running = [threads.submit(busy) for _ in range(3)]
        for _ in range(300):
            memory.peak_memory(lambda: None)
        done.set()
        for each in running:
            each.result()


def test_the_device_can_be_named_where_it_is_not_the_picked_one(monkeypatch):
    monkeypatch.setattr(memory, "pick_device", lambda: torch.device("cuda"))
    assert 0.9 * SIZE < memory.peak_memory(work, "cpu") < 1.5 * SIZE


def test_an_error_in_the_work_comes_out(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "FORGET", tmp_path / "nowhere" / "clear_refs")
    with pytest.raises(ZeroDivisionError):
        memory.peak_memory(lambda: 1 / 0)
