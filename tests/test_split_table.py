"""A table split over 2 and 3 real processes, against one process, element by element."""

import psutil
import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F

from embedkit import split_table
from embedkit.split_table import first_error, launch, question, rows_of, start

pytestmark = pytest.mark.skipif(
    not (dist.is_available() and dist.is_gloo_available()),
    reason="this build of PyTorch has no gloo, by which processes talk on a CPU",
)
D, N = 5, 7


@pytest.fixture(autouse=True)
def _on_the_cpu(monkeypatch):
    monkeypatch.setenv("EMBEDKIT_DEVICE", "cpu")


@pytest.mark.parametrize(
    ("processes", "vocab_size", "tied"),
    [(2, 13, False), (3, 11, True)],
)
def test_a_split_table_gives_the_loss_and_the_gradients_of_one_process(
    processes, vocab_size, tied, tmp_path
):
    options = [f"--vocab={vocab_size}", f"--dim={D}", f"--positions={N}"]
    options += [] if tied else ["--untied"]
    report = launch(processes, *options, f"--save={tmp_path / 'found.pt'}")
    found = torch.load(tmp_path / "found.pt")

    model, ids, targets = question(vocab_size, D, N, tied)
    loss = F.cross_entropy(model(ids).flatten(0, 1), targets.flatten())
    loss.backward()
    expected = {name: weight.grad for name, weight in model.named_parameters()}
    assert found.keys() == {"loss", *expected}
    assert ("head.weight" in expected) != tied
    torch.testing.assert_close(found.pop("loss"), loss.detach())
    for name, grad in expected.items():
        torch.testing.assert_close(found[name], grad, rtol=1e-5, atol=1e-7)

    rows = [len(part) for part in rows_of(vocab_size, processes)]
    assert [part["rows"] for part in report["parts"]] == rows
    assert [part["table"] for part in report["parts"]] == [4 * D * count for count in rows]
    shapes = sorted(tuple(message["shape"]) for message in report["messages"])
    rows_and_gradients = [(1, N, D)] * 2
    max_sum_target = [(N, 1)] * 3
    assert shapes == sorted(rows_and_gradients + max_sum_target)
    assert sum(m["bytes"] for m in report["messages"]) == 4 * (2 * N * D + 3 * N)


@pytest.mark.parametrize(("vocab_size", "processes"), [(12, 3), (13, 3), (11, 2), (5, 1)])
def test_rows_are_parted_as_torch_chunks_them(vocab_size, processes):
    chunks = torch.arange(vocab_size).chunk(processes)
    assert [list(part) for part in rows_of(vocab_size, processes)] == [c.tolist() for c in chunks]


def test_a_process_without_a_row_is_refused():
    for vocab_size, processes in ((4, 3), (2, 3)):
        with pytest.raises(ValueError, match="pad the table"):
            rows_of(vocab_size, processes)


def test_the_first_error_is_the_one_that_a_process_tells_of():
    told = "[rank1]: Traceback\n[rank1]: ValueError: 4 rows\nChildFailedError: exitcode 1"
    assert first_error(told) == "[rank1]: ValueError: 4 rows"
    assert first_error("something else") == "something else"


def test_an_option_that_is_none_ends_with_an_error():
    with pytest.raises(RuntimeError, match="torchrun ended with an error"):
        launch(1, "--rows=4")


def test_processes_that_take_too_long_are_stopped(monkeypatch):
    before = set(psutil.Process().children(recursive=True))
    monkeypatch.setattr(split_table, "SECONDS", 0.05)
    with pytest.raises(RuntimeError, match=r"did not end in 0.05 seconds"):
        launch(2)
    assert not set(psutil.Process().children(recursive=True)) - before


def test_without_torchrun_it_says_how_to_start_it(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with pytest.raises(SystemExit, match="torchrun must start this"):
        start()
