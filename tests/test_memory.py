"""The peak of a piece of work, measured in ways that work on every machine."""

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


def test_an_error_in_the_work_comes_out(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "FORGET", tmp_path / "nowhere" / "clear_refs")
    with pytest.raises(ZeroDivisionError):
        memory.peak_memory(lambda: 1 / 0)
