"""Lesson 2's code, compared element by element with PyTorch's own."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from embedkit.lookup_table import (
    TokenEmbedding,
    check_ids,
    lookup,
    mean_of_tokens,
    one_hot,
    one_hot_lookup,
    pad,
)

SHAPES = [(), (1,), (7,), (0,), (2, 5), (2, 0), (2, 3, 4)]
FLOATS = [torch.float64, torch.float32, torch.bfloat16, torch.float16]
INTEGERS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8]


def some_ids(shape, vocab_size=11):
    return torch.randint(vocab_size, shape, generator=torch.Generator().manual_seed(1))


def some_table(dtype=torch.float32, vocab_size=11, dim=6):
    values = torch.randn(vocab_size, dim, generator=torch.Generator().manual_seed(2))
    return values.to(dtype)


def gradient_of(function, table):
    table = table.clone().requires_grad_()
    out = function(table)
    weights = torch.arange(out.numel(), dtype=out.dtype).reshape(out.shape)
    (out * weights).sum().backward()
    return table.grad


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", FLOATS)
def test_lookup_equals_torch_embedding(shape, dtype):
    table, ids = some_table(dtype), some_ids(shape)
    expected = F.embedding(ids, table)
    for found in (lookup(table, ids), one_hot_lookup(table, ids)):
        assert found.dtype == expected.dtype
        assert torch.equal(found, expected)


@pytest.mark.parametrize("shape", [(7,), (2, 5)])
def test_the_gradient_of_lookup_equals_torch(shape):
    table, ids = some_table(), some_ids(shape)
    expected = gradient_of(lambda t: F.embedding(ids, t), table)
    assert torch.allclose(gradient_of(lambda t: lookup(t, ids), table), expected, rtol=1e-6)
    assert torch.allclose(gradient_of(lambda t: one_hot_lookup(t, ids), table), expected, rtol=1e-5)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_every_integer_dtype_names_the_same_rows(dtype):
    table, ids = some_table(), some_ids((2, 5))
    assert torch.equal(lookup(table, ids.to(dtype)), table[ids])
    assert torch.equal(one_hot(ids.to(dtype), 11), one_hot(ids, 11))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.uint16, torch.uint64])
def test_a_small_integer_dtype_reads_a_table_larger_than_itself(dtype):
    table, ids = some_table(vocab_size=300), torch.tensor([50, 127])
    assert torch.equal(lookup(table, ids.to(dtype)), table[ids])
    assert torch.equal(one_hot_lookup(table, ids.to(dtype)), table[ids])


@pytest.mark.parametrize("shape", SHAPES)
def test_one_hot_equals_torch(shape):
    ids = some_ids(shape)
    found = one_hot(ids, 11)
    assert found.dtype == torch.float32
    assert torch.equal(found, F.one_hot(ids, 11).float())


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (torch.tensor([0, 11]), ["id 11", "(1,)", "11 rows", "0 to 10"]),
        (torch.tensor([[1, 2], [-3, 99]]), ["id -3", "(1, 0)", "11 rows"]),
        (torch.tensor(400), ["id 400", "()"]),
        (torch.tensor([200], dtype=torch.uint8), ["id 200", "(0,)"]),
    ],
)
@pytest.mark.parametrize("function", [lookup, one_hot_lookup])
def test_an_id_outside_the_table_is_named_with_its_place(function, ids, words):
    with pytest.raises(IndexError) as caught:
        function(some_table(), ids)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.bool, torch.complex64])
def test_ids_that_are_not_integers_are_refused(dtype):
    with pytest.raises(TypeError, match=r"must be integers, got torch\."):
        check_ids(torch.ones(3).to(dtype), vocab_size=5)


def test_the_layer_equals_nn_embedding_forward_and_after_a_step():
    ids = some_ids((2, 5))
    ours, theirs = TokenEmbedding(11, 6), nn.Embedding(11, 6)
    ours.load_state_dict(theirs.state_dict())
    assert torch.equal(ours(ids), theirs(ids))
    for layer in (ours, theirs):
        optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1)
        (layer(ids) ** 3).sum().backward()
        optimizer.step()
    assert torch.allclose(ours.weight, theirs.weight, rtol=1e-6)


@pytest.mark.parametrize("std", [0.02, 1.0])
def test_the_layer_starts_normal_with_the_given_spread(std):
    torch.manual_seed(0)
    weight = TokenEmbedding(2000, 50, std=std).weight.detach() / std
    assert abs(weight.mean().item()) < 0.02
    assert abs(weight.std().item() - 1) < 0.02
    assert abs((weight.abs() < 1).float().mean().item() - 0.6827) < 0.01


def test_pad_makes_a_rectangle_with_the_padding_behind():
    expected = torch.tensor([[5, 6, 7], [8, 9, 9], [9, 9, 9]])
    assert torch.equal(pad([[5, 6, 7], [8], []], pad_id=9), expected)
    assert pad([], pad_id=0).shape == (0, 0)
    assert pad([[]], pad_id=0).shape == (1, 0)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("pad_id", [0, 4, 10])
def test_mean_of_tokens_equals_embedding_bag_with_its_gradient(dtype, pad_id):
    table, ids = some_table(dtype), some_ids((6, 9))
    ids[2] = pad_id

    def theirs(table):
        return F.embedding_bag(ids, table, mode="mean", padding_idx=pad_id)

    found = mean_of_tokens(table, ids, pad_id)
    assert found.dtype == dtype
    assert torch.allclose(found, theirs(table), rtol=1e-5, atol=1e-7)
    assert torch.equal(found[2], torch.zeros(6, dtype=dtype))
    ours = gradient_of(lambda t: mean_of_tokens(t, ids, pad_id), table)
    assert torch.allclose(ours, gradient_of(theirs, table), rtol=1e-5, atol=1e-6)


def test_a_padding_row_of_nan_does_not_reach_the_mean():
    table = some_table()
    table[3] = torch.nan
    found = mean_of_tokens(table, torch.tensor([[1, 3], [3, 2]]), pad_id=3)
    assert torch.equal(found, table[[1, 2]])


def test_a_padding_id_is_not_mistaken_for_a_small_id():
    table = some_table(vocab_size=400)
    found = mean_of_tokens(table, torch.tensor([[50, 127]], dtype=torch.uint8), pad_id=306)
    assert torch.allclose(found, table[[50, 127]].mean(dim=0, keepdim=True), rtol=1e-6)


def test_the_mean_in_half_precision_is_rounded_once():
    table = torch.full((3, 2), 200.0, dtype=torch.float16)
    found = mean_of_tokens(table, torch.ones(1, 512, dtype=torch.long), pad_id=0)
    assert torch.equal(found, torch.full((1, 2), 200.0, dtype=torch.float16))
