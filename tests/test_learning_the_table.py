"""Lesson 3's code, compared element by element with PyTorch's autograd and optimisers."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from embedkit.learning_the_table import (
    Lookup,
    adamw_step,
    count_reads,
    embedding_backward,
    expected_first_loss,
    rows_that_move,
    sgd_step,
    sparse_adam_step,
)

V, D = 11, 6
SHAPES = [(), (1,), (7,), (0,), (2, 5), (2, 0), (2, 3, 4)]
FLOATS = [torch.float64, torch.float32, torch.bfloat16, torch.float16]


def drawn(*shape, seed=1, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def some_ids(shape, seed=2, vocab_size=V):
    return torch.randint(vocab_size, shape, generator=torch.Generator().manual_seed(seed))


def torch_gradient(grad_output, ids, padding_idx=None):
    table = torch.zeros(V, grad_output.shape[-1], dtype=grad_output.dtype, requires_grad=True)
    F.embedding(ids, table, padding_idx).backward(grad_output)
    return table.grad


@pytest.mark.parametrize("shape", SHAPES)
def test_count_reads_counts_each_id(shape):
    ids = some_ids(shape)
    expected = [ids.flatten().tolist().count(row) for row in range(V)]
    assert count_reads(ids, V).tolist() == expected


@pytest.mark.parametrize("padding_idx", [None, 0, 4])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", FLOATS)
def test_the_backward_pass_equals_autograd(shape, dtype, padding_idx):
    ids, grad_output = some_ids(shape), drawn(*shape, D, dtype=dtype)
    found = embedding_backward(grad_output, ids, V, padding_idx)
    expected = torch_gradient(grad_output, ids, padding_idx)
    assert found.dtype == dtype
    tolerance = {torch.float64: 1e-12, torch.float32: 1e-6}.get(dtype, 2e-2)
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)
    if padding_idx is not None:
        assert torch.equal(found[padding_idx], torch.zeros(D, dtype=dtype))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_the_backward_pass_equals_the_transposed_one_hot_product(dtype):
    ids, grad_output = some_ids((3, 8)), drawn(3, 8, D, dtype=dtype)
    one_hot = F.one_hot(ids.flatten(), V).to(dtype)
    expected = one_hot.T @ grad_output.flatten(0, 1)
    torch.testing.assert_close(embedding_backward(grad_output, ids, V), expected)


def test_the_backward_pass_takes_gradients_that_do_not_lie_in_one_piece():
    ids, grad_output = some_ids((4, 3)).T, drawn(D, 4, 3).permute(2, 1, 0)
    found = embedding_backward(grad_output, ids, V)
    torch.testing.assert_close(found, torch_gradient(grad_output, ids))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_sums_in_half_precision_are_rounded_once(dtype):
    ids, grad_output = torch.ones(5000, dtype=torch.long), torch.ones(5000, 2, dtype=dtype)
    found = embedding_backward(grad_output, ids, 3)
    assert torch.equal(found[1], torch.full((2,), 5000.0).to(dtype))


@pytest.mark.parametrize("dtype", [torch.int32, torch.uint8, torch.int8])
def test_every_integer_dtype_names_the_same_rows(dtype):
    ids, grad_output = some_ids((2, 5)), drawn(2, 5, D)
    found = embedding_backward(grad_output, ids.to(dtype), V)
    assert torch.equal(found, embedding_backward(grad_output, ids, V))


def test_ids_outside_the_table_are_named():
    for function in (
        lambda ids: count_reads(ids, V),
        lambda ids: embedding_backward(drawn(2, D), ids, V),
        lambda ids: Lookup.apply(drawn(V, D), ids),
        lambda ids: sparse_adam_step(*[drawn(V, D)], ids, drawn(2, D), *[drawn(V, D)] * 2, 1),
    ):
        with pytest.raises(IndexError, match="id 11"):
            function(torch.tensor([3, V]))
        with pytest.raises(TypeError, match="integers"):
            function(torch.tensor([0.0, 1.0]))


@pytest.mark.parametrize("padding_idx", [None, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_autograd_function_equals_f_embedding_both_ways(shape, padding_idx):
    ids, weights = some_ids(shape), drawn(*shape, D)
    tables = [drawn(V, D, seed=5).requires_grad_() for _ in range(2)]
    ours = Lookup.apply(tables[0], ids, padding_idx)
    theirs = F.embedding(ids, tables[1], padding_idx)
    assert torch.equal(ours, theirs)
    for out in (ours, theirs):
        (out * weights).sum().backward()
    torch.testing.assert_close(tables[0].grad, tables[1].grad)


def test_the_autograd_function_passes_gradcheck():
    table = drawn(V, D, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda t: Lookup.apply(t, some_ids((2, 5))), (table,))


def batches_and_gradients(steps=6, seed=0):
    """Ids with repeats, and a gradient for each place; row V − 1 is never read."""
    for step in range(steps):
        ids = some_ids((2, 3), seed=100 * seed + step, vocab_size=V - 1)
        yield ids, drawn(2, 3, D, seed=100 * seed + step)


@pytest.mark.parametrize(
    ("momentum", "weight_decay"), [(0.0, 0.0), (0.9, 0.0), (0.0, 0.1), (0.9, 0.1)]
)
def test_sgd_step_equals_torch(momentum, weight_decay):
    parameter = nn.Parameter(drawn(V, D, seed=9))
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=momentum, weight_decay=weight_decay)
    table, velocity = parameter.detach().clone(), torch.zeros(V, D)
    for ids, grad_output in batches_and_gradients():
        grad = embedding_backward(grad_output, ids, V)
        parameter.grad = grad.clone()
        optimizer.step()
        table, velocity = sgd_step(table, grad, velocity, 0.1, momentum, weight_decay)
        torch.testing.assert_close(table, parameter.detach(), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("weight_decay", [0.0, 0.01, 0.5])
def test_adamw_step_equals_torch(dtype, weight_decay):
    parameter = nn.Parameter(drawn(V, D, seed=9, dtype=dtype))
    kind = torch.optim.AdamW if weight_decay else torch.optim.Adam
    optimizer = kind([parameter], lr=0.1, weight_decay=weight_decay)
    table = parameter.detach().clone()
    m = v = torch.zeros(V, D, dtype=dtype)
    for t, (ids, grad_output) in enumerate(batches_and_gradients(), start=1):
        grad = embedding_backward(grad_output.to(dtype), ids, V)
        parameter.grad = grad.clone()
        optimizer.step()
        table, m, v = adamw_step(table, grad, m, v, t, lr=0.1, weight_decay=weight_decay)
        assert table.dtype == dtype
        torch.testing.assert_close(table, parameter.detach(), rtol=2e-6, atol=2e-6)
        torch.testing.assert_close(m, optimizer.state[parameter]["exp_avg"])
        torch.testing.assert_close(v, optimizer.state[parameter]["exp_avg_sq"])


@pytest.mark.parametrize("seed", range(3))
def test_sparse_adam_step_equals_torch(seed):
    layer = nn.Embedding(V, D, sparse=True)
    optimizer = torch.optim.SparseAdam(layer.parameters(), lr=0.1)
    table = layer.weight.detach().clone()
    m = v = torch.zeros(V, D)
    for t, (ids, grad_output) in enumerate(batches_and_gradients(seed=seed), start=1):
        optimizer.zero_grad()
        layer(ids).backward(grad_output)
        optimizer.step()
        before = table
        table, m, v = sparse_adam_step(table, ids, grad_output, m, v, t, lr=0.1)
        torch.testing.assert_close(table, layer.weight.detach(), rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(m, optimizer.state[layer.weight]["exp_avg"])
        torch.testing.assert_close(v, optimizer.state[layer.weight]["exp_avg_sq"])
        unread = count_reads(ids, V) == 0
        assert torch.equal(table[unread], before[unread])


def test_steps_leave_their_inputs_as_they_are():
    tensors = [drawn(V, D, seed=seed).abs() for seed in range(4)]
    kept = [tensor.clone() for tensor in tensors]
    sgd_step(*tensors[:3], lr=0.1, momentum=0.9)
    adamw_step(*tensors, t=3)
    ids, grad_output = some_ids((2, 3)), drawn(2, 3, D)
    sparse_adam_step(tensors[0], ids, grad_output, tensors[2], tensors[3], t=3)
    assert all(torch.equal(one, other) for one, other in zip(tensors, kept, strict=True))


def test_an_empty_batch_moves_nothing_under_sparse_adam():
    table, m, v = drawn(V, D), drawn(V, D), drawn(V, D).abs()
    empty = torch.empty(2, 0, dtype=torch.long)
    found = sparse_adam_step(table, empty, torch.empty(2, 0, D), m, v, t=2)
    assert all(torch.equal(one, other) for one, other in zip(found, (table, m, v), strict=True))


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.1),
    "sparse_adam": lambda p: torch.optim.SparseAdam(p, lr=0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("seed", range(3))
def test_rows_that_move_are_those_that_torch_moves(name, seed):
    torch.manual_seed(seed)
    layer = nn.Embedding(V, D, sparse=name == "sparse_adam")
    optimizer = OPTIMIZERS[name](layer.parameters())
    batches = [ids for ids, _ in batches_and_gradients(seed=seed)]
    moved = []
    for ids in batches:
        before = layer.weight.detach().clone()
        optimizer.zero_grad()
        (layer(ids) * torch.randn(*ids.shape, D)).sum().backward()
        optimizer.step()
        moved.append((layer.weight.detach() != before).any(dim=1))
    assert torch.equal(rows_that_move(batches, V, name), torch.stack(moved))


def test_rows_that_move_takes_empty_batches_and_refuses_other_optimizers():
    nothing = torch.empty(0, dtype=torch.long)
    assert not rows_that_move([nothing], 3, "sgd").any()
    assert rows_that_move([], 3, "adam").shape == (0, 3)
    with pytest.raises(ValueError, match="lion"):
        rows_that_move([nothing], 3, "lion")


@pytest.mark.parametrize("score_std", [0.0, 0.5, 1.0])
def test_the_expected_first_loss_is_what_random_scores_cost(score_std):
    scores = score_std * drawn(64, 20_000)
    targets = some_ids((64,), vocab_size=20_000)
    measured = F.cross_entropy(scores, targets).item()
    spread = 4 * score_std / math.sqrt(64)
    assert abs(measured - expected_first_loss(20_000, score_std)) < spread + 0.01
