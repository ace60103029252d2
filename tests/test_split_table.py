"""A table split over 2 and 3 real processes, against one process, element by element."""

import psutil
import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.testing._internal.distributed.fake_pg import FakeStore
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from embedkit import split_table
from embedkit.split_table import (
    SmallModel,
    fill,
    first_error,
    launch,
    question,
    rows_of,
    split,
    start,
)

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
    assert {message["what"] for message in report["messages"]} == {"all_reduce"}
    assert sum(m["bytes"] for m in report["messages"]) == 4 * (2 * N * D + 3 * N)


class Largest(TorchDispatchMode):
    """Notes the largest tensor that has numbers, and is not only described."""

    numbers = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        made = [leaf for leaf in tree_leaves(out) if type(leaf) in (Tensor, nn.Parameter)]
        self.numbers = max(
            [self.numbers, *(leaf.numel() for leaf in made if leaf.device.type != "meta")]
        )
        return out


@pytest.mark.parametrize("tied", [True, False])
def test_a_process_makes_its_own_rows_and_never_room_for_all(tied):
    vocab_size, processes, rank = 1280, 64, 3  # more numbers in a shard than processes
    rows = rows_of(vocab_size, processes)[rank]
    dist.init_process_group("fake", rank=rank, world_size=processes, store=FakeStore())
    try:
        with torch.device("meta"):
            model = SmallModel(vocab_size, D, tied)
        with Largest() as seen:
            split(model, init_device_mesh("cpu", (processes,)))
            fill(model, rows)
    finally:
        dist.destroy_process_group()
    assert seen.numbers == len(rows) * D
    whole, _, _ = question(vocab_size, D, N, tied)
    assert (model.head.weight is model.embedding.weight) == tied
    for name in ("embedding", "head"):
        mine = getattr(model, name).weight.to_local()
        assert torch.equal(mine, getattr(whole, name).weight[list(rows)])
    assert torch.equal(model.body.weight, whole.body.weight)
    assert torch.equal(model.body.bias, whole.body.bias)


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
