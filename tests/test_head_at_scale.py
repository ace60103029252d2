"""Lesson 8's code, compared element by element with torch's cross-entropy and its gradients."""

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from embedkit import widgets
from embedkit.head_at_scale import (
    blockwise_cross_entropy,
    chunked_losses,
    linear_cross_entropy,
    logits_bytes,
    merge_logsumexp,
    partial_lookup,
)

N, V, D = 23, 37, 6
FLOATS = [torch.float64, torch.float32, torch.bfloat16, torch.float16]
TOLERANCE = {torch.float64: 1e-12, torch.float32: 2e-6, torch.bfloat16: 8e-3, torch.float16: 1e-3}
INF = torch.inf


def drawn(*shape, seed=1, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def some_targets(*shape, seed=2, ignored=False):
    generator = torch.Generator().manual_seed(seed)
    targets = torch.randint(V, shape, generator=generator)
    if ignored:
        targets[torch.rand(shape, generator=generator) < 0.4] = -100
    return targets


def reference(hidden, table, targets, **options):
    """The plain version, in float32 or wider, and rounded once at the end."""
    wide = torch.promote_types(hidden.dtype, torch.float32)
    logits = hidden.to(wide) @ table.to(wide).T
    loss = F.cross_entropy(logits.flatten(0, -2), targets.flatten().long(), **options)
    return loss.reshape(targets.shape) if options.get("reduction") == "none" else loss


def value_and_gradients(function, hidden, table, targets, upstream=1.0, **options):
    hidden, table = (t.detach().clone().requires_grad_() for t in (hidden, table))
    loss = function(hidden, table, targets, **options)
    (loss * upstream).sum().backward()
    return loss.detach(), hidden.grad, table.grad


def assert_equal(found, expected, dtype):
    size = TOLERANCE[dtype]
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other.to(one.dtype), rtol=size, atol=size, equal_nan=True)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("ignored", [False, True])
def test_it_equals_torch_in_value_and_both_gradients(dtype, reduction, label_smoothing, ignored):
    hidden, table = drawn(N, D, dtype=dtype), drawn(V, D, seed=3, dtype=dtype)
    targets = some_targets(N, ignored=ignored)
    options = {"reduction": reduction, "label_smoothing": label_smoothing}
    upstream = drawn(N, seed=4).abs() if reduction == "none" else 0.7
    given = hidden, table, targets, upstream
    found = value_and_gradients(linear_cross_entropy, *given, **options, chunk_size=5)
    assert all(tensor.dtype == dtype for tensor in found)
    assert_equal(found, value_and_gradients(reference, *given, **options), dtype)
    assert not found[1][targets == -100].any()


@pytest.mark.parametrize("chunk_size", [1, 2, 22, 23, 24, 10_000])
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_every_chunk_size_gives_the_same(chunk_size, reduction):
    given = drawn(N, D), drawn(V, D, seed=3), some_targets(N, ignored=True)
    options = {"reduction": reduction}
    found = value_and_gradients(linear_cross_entropy, *given, **options, chunk_size=chunk_size)
    assert_equal(found, value_and_gradients(reference, *given, **options), torch.float32)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", [(), (1,), (2, 5), (2, 3, 4)])
def test_it_takes_any_shape(shape, reduction):
    given = drawn(*shape, D), drawn(V, D, seed=3), some_targets(*shape)
    found = value_and_gradients(linear_cross_entropy, *given, reduction=reduction)
    expected = value_and_gradients(reference, *(given[0][None], given[1], given[2][None]),
                                   reduction=reduction)  # fmt: skip
    assert found[0].shape == (shape if reduction == "none" else ())
    assert_equal(found, [e.reshape(f.shape) for f, e in zip(found, expected, strict=True)],
                 torch.float32)  # fmt: skip


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.2])
@pytest.mark.parametrize("count", [0, 4])
def test_where_no_position_counts_it_gives_what_torch_gives(reduction, label_smoothing, count):
    given = drawn(count, D), drawn(V, D, seed=3), torch.full((count,), -100)
    options = {"reduction": reduction, "label_smoothing": label_smoothing}
    found = value_and_gradients(linear_cross_entropy, *given, **options)
    assert_equal(found, value_and_gradients(reference, *given, **options), torch.float32)
    assert found[0].isnan().any() == (reduction == "mean")
    assert not found[1].any()
    assert not found[2].any()


def test_inputs_need_not_lie_in_one_piece():
    hidden, table = drawn(D, 5, 4).permute(2, 1, 0), drawn(D, V, seed=3).T
    targets = some_targets(5, 4).T
    for reduction in ("mean", "none"):
        upstream = drawn(5, 4).T if reduction == "none" else -2.0
        given = hidden, table, targets, upstream
        found = value_and_gradients(linear_cross_entropy, *given, reduction=reduction, chunk_size=3)
        expected = value_and_gradients(reference, *given, reduction=reduction)
        assert_equal(found, expected, torch.float32)


@pytest.mark.parametrize("dtype", [torch.int32, torch.int16, torch.uint8])
def test_targets_of_every_integer_dtype(dtype):
    given = drawn(N, D), drawn(V, D, seed=3)
    found = value_and_gradients(linear_cross_entropy, *given, some_targets(N).to(dtype))
    assert_equal(found, value_and_gradients(reference, *given, some_targets(N)), torch.float32)


def test_another_ignore_index_and_one_that_is_a_row():
    hidden, table, targets = drawn(N, D), drawn(V, D, seed=3), some_targets(N)
    for index in (0, -1, 999):
        marked = targets.clone()
        marked[::3] = index
        given, options = (hidden, table, marked), {"ignore_index": index}
        found = value_and_gradients(linear_cross_entropy, *given, **options, chunk_size=4)
        assert_equal(found, value_and_gradients(reference, *given, **options), torch.float32)


def test_logits_too_large_to_be_exponentiated():
    hidden, table = 300 * drawn(N, D), drawn(V, D, seed=3)
    given = hidden, table, some_targets(N)
    found = value_and_gradients(linear_cross_entropy, *given, chunk_size=4)
    assert found[0].isfinite()
    expected = value_and_gradients(reference, *(t.double() for t in given[:2]), given[2])
    for one, other in zip(found, expected, strict=True):  # the logits themselves round at 1,000
        torch.testing.assert_close(one, other.float(), rtol=1e-4, atol=1e-3)


def test_gradients_of_a_tied_table_add_up_with_those_of_the_lookup():
    ids, targets = some_targets(4, 5, seed=7), some_targets(4, 5, seed=8)
    grads = []
    for loss_of in (linear_cross_entropy, reference):
        layer = nn.Embedding.from_pretrained(drawn(V, D), freeze=False)
        loss_of(layer(ids).tanh(), layer.weight, targets).backward()
        grads.append(layer.weight.grad)
    assert_equal(grads[:1], grads[1:], torch.float32)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.3])
def test_it_passes_gradcheck(reduction, label_smoothing):
    targets = some_targets(5, ignored=True)
    options = {"reduction": reduction, "label_smoothing": label_smoothing, "chunk_size": 2}
    inputs = [t.double().requires_grad_() for t in (drawn(5, 3), drawn(V, 3, seed=3))]
    assert torch.autograd.gradcheck(
        lambda h, E: linear_cross_entropy(h, E, targets, **options), inputs
    )


def test_hidden_and_table_may_differ_in_dtype_as_under_autocast():
    hidden, table = drawn(N, D, dtype=torch.bfloat16), drawn(V, D, seed=3)
    targets = some_targets(N)
    for reduction in ("mean", "none"):
        options = {"reduction": reduction}
        expected = value_and_gradients(reference, hidden.float(), table, targets, **options)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = value_and_gradients(linear_cross_entropy, hidden, table, targets, **options)
        assert [t.dtype for t in found] == [torch.float32, torch.bfloat16, torch.float32]
        assert_equal(found[::2], expected[::2], torch.float32)
        assert_equal(found[1:2], expected[1:2], torch.bfloat16)


def test_bfloat16_is_summed_in_float32():
    """One chunk's gradient is small beside the sum; added up in bfloat16 it would be lost."""
    count = 3000
    hidden, table = torch.ones(count, 1).bfloat16(), torch.zeros(4, 1).bfloat16()
    targets = torch.zeros(count, dtype=torch.long)
    found = value_and_gradients(linear_cross_entropy, hidden, table, targets, reduction="sum",
                                chunk_size=1)  # fmt: skip
    expected = torch.tensor([[-0.75], [0.25], [0.25], [0.25]]) * count
    assert torch.equal(found[2], expected.bfloat16())


def test_the_graph_can_be_walked_back_twice_but_gradients_have_no_gradients():
    hidden, table = drawn(N, D).requires_grad_(), drawn(V, D, seed=3)
    for reduction in ("mean", "none"):
        loss = linear_cross_entropy(hidden, table, some_targets(N), reduction=reduction).sum()
        once, twice = (torch.autograd.grad(loss, hidden, retain_graph=True)[0] for _ in range(2))
        assert torch.equal(once, twice)
        with pytest.raises(RuntimeError, match="no gradients of gradients"):
            torch.autograd.grad(loss, hidden, create_graph=True)


class Largest(TorchDispatchMode):
    """Notes the largest tensor that is made, and how many products with a matrix."""

    numbers = products = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        sizes = [leaf.numel() for leaf in tree_leaves(out) if isinstance(leaf, torch.Tensor)]
        self.numbers = max([self.numbers, *sizes])
        self.products += func.overloadpacket in (torch.ops.aten.mm, torch.ops.aten.addmm_)
        return out


@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_no_tensor_is_larger_than_a_chunk_of_logits(reduction):
    count, chunk = 400, 16
    hidden, table = drawn(count, D).requires_grad_(), drawn(V, D, seed=3).requires_grad_()
    with Largest() as seen:
        loss = linear_cross_entropy(
            hidden, table, some_targets(count), chunk_size=chunk, reduction=reduction
        )
        loss.sum().backward()
    assert seen.numbers == max(chunk * V, count * D)


@pytest.mark.parametrize(("reduction", "both", "one"), [("mean", 3, 2), ("none", 4, 3)])
def test_a_frozen_input_saves_a_product_and_its_gradient(reduction, both, one):
    targets = some_targets(N)
    for needed in ((True, True), (True, False), (False, True)):
        given = drawn(N, D), drawn(V, D, seed=3)
        for tensor, wanted in zip(given, needed, strict=True):
            tensor.requires_grad_(wanted)
        with Largest() as seen:
            linear_cross_entropy(*given, targets, reduction=reduction).sum().backward()
        assert seen.products == (both if all(needed) else one)
        found = [tensor.grad for tensor in given]
        assert [grad is not None for grad in found] == list(needed)
        expected = value_and_gradients(reference, *given, targets, reduction=reduction)[1:]
        for grad, other in zip(found, expected, strict=True):
            if grad is not None:
                assert_equal([grad], [other], torch.float32)


def test_without_gradients_there_is_one_product():
    for wanted, enabled in ((True, False), (False, True)):
        hidden, table = drawn(N, D).requires_grad_(wanted), drawn(V, D, seed=3)
        with Largest() as seen, torch.set_grad_enabled(enabled):
            linear_cross_entropy(hidden, table, some_targets(N))
        assert seen.products == 1


@pytest.mark.parametrize("place", [0, 17])
def test_a_target_outside_the_table_is_named_with_its_place(place):
    targets = some_targets(N)
    targets[place] = V
    with pytest.raises(IndexError, match=rf"id {V} at position \({place},\)"):
        linear_cross_entropy(drawn(N, D), drawn(V, D), targets)
    with pytest.raises(IndexError, match=rf"id {V} at position \({place},\)"):
        blockwise_cross_entropy(drawn(N, D), drawn(V, D), targets, block_size=8)
    targets[place] = -1
    with pytest.raises(IndexError, match="id -1"):
        linear_cross_entropy(drawn(N, D), drawn(V, D), targets)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"targets": torch.zeros(N)}, TypeError, "integers"),
        ({"targets": torch.zeros(N - 1).long()}, ValueError, "shapes do not fit"),
        ({"table": torch.zeros(V, D + 1)}, ValueError, "shapes do not fit"),
        ({"reduction": "max"}, ValueError, "mean, sum or none"),
        ({"label_smoothing": 1.5}, ValueError, "from 0 to 1"),
        ({"chunk_size": 0}, ValueError, "1 or more"),
    ],
)
def test_what_does_not_fit_is_refused(changes, error, message):
    given = {"hidden": drawn(N, D), "table": drawn(V, D), "targets": some_targets(N)} | changes
    with pytest.raises(error, match=message):
        linear_cross_entropy(**given)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"block_size": 0}, "1 or more"),
        ({"block_size": -1}, "1 or more"),
        ({"targets": torch.zeros(1).long()}, "shapes do not fit"),
        ({"table": torch.zeros(V, D + 1)}, "shapes do not fit"),
    ],
)
def test_blocks_that_cannot_be_are_refused(changes, message):
    given = {"hidden": drawn(N, D), "table": drawn(V, D), "targets": some_targets(N)}
    with pytest.raises(ValueError, match=message):
        blockwise_cross_entropy(**(given | {"block_size": 8} | changes))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_blocks_of_half_precision_are_computed_in_float32(dtype):
    given = drawn(N, D, dtype=dtype), drawn(V, D, seed=3, dtype=dtype), some_targets(N)
    found = blockwise_cross_entropy(*given, block_size=8)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, reference(*given, reduction="none"), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_the_chunked_walk_gives_the_gradients_of_the_weighted_sum(label_smoothing):
    hidden, table, targets = drawn(N, D), drawn(V, D, seed=3), some_targets(N)
    weights = drawn(N, seed=5)
    found = chunked_losses(hidden, table, targets, weights, label_smoothing, 4)
    options = {"reduction": "none", "label_smoothing": label_smoothing}
    expected = value_and_gradients(reference, hidden, table, targets, weights, **options)
    assert_equal(found, expected, torch.float32)
    assert chunked_losses(hidden, table, targets)[1:] == (None, None)
    hidden.requires_grad_()
    again = chunked_losses(hidden, table, targets, weights, label_smoothing, 4, (False, True))
    assert again[1] is None
    assert torch.equal(again[2], found[2])


@pytest.mark.parametrize("block_size", [1, 5, V, 100])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_blocks_of_the_vocabulary_give_the_loss_of_each_position(block_size, dtype):
    for scale in (1, 500):
        hidden, table = scale * drawn(N, D, dtype=dtype), drawn(V, D, seed=3, dtype=dtype)
        found = blockwise_cross_entropy(hidden, table, some_targets(N), block_size)
        expected = reference(hidden, table, some_targets(N), reduction="none")
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5 * scale)


def test_blocks_bound_the_largest_tensor():
    with Largest() as seen:
        blockwise_cross_entropy(drawn(400, D), drawn(V, D), some_targets(400), block_size=8)
    assert seen.numbers == 400 * 8


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_merged_parts_have_the_log_sum_exp_of_the_whole(scale):
    logits = scale * drawn(7, 12)
    logits[0, :5] = -INF
    logits[1] = -INF
    parts = []
    for part in (logits[:, :5], logits[:, 5:]):
        largest = part.amax(dim=1)
        shift = largest.masked_fill(largest == -INF, 0)
        parts += [largest, (part - shift[:, None]).exp().sum(dim=1)]
    largest, total = merge_logsumexp(*parts)
    assert torch.equal(largest, logits.amax(dim=1))
    torch.testing.assert_close(largest + total.log(), logits.logsumexp(dim=1))
    swapped = merge_logsumexp(*parts[2:], *parts[:2])
    torch.testing.assert_close((largest, total), swapped)


def test_merging_two_empty_parts_gives_an_empty_part():
    empty = torch.tensor(-INF), torch.tensor(0.0)
    assert [t.item() for t in merge_logsumexp(*empty, *empty)] == [-INF, 0.0]


@pytest.mark.parametrize("shape", [(), (9,), (2, 0), (3, 4)])
@pytest.mark.parametrize("dtype", FLOATS)
def test_partial_lookups_add_up_to_the_lookup(shape, dtype):
    table, ids = drawn(V, D, dtype=dtype), some_targets(*shape)
    bounds = [0, 5, 5, 30, V]
    parts = [partial_lookup(table[first:end], first, ids) for first, end in pairwise(bounds)]
    for part, (first, end) in zip(parts, pairwise(bounds), strict=True):
        held = (ids >= first) & (ids < end)
        assert torch.equal(part, torch.where(held[..., None], table[ids], 0).to(dtype))
    assert torch.equal(sum(parts), F.embedding(ids, table))


def test_partial_lookup_wants_integers():
    for ids in (torch.tensor([1.0]), torch.tensor([True])):
        with pytest.raises(TypeError, match="integers"):
            partial_lookup(drawn(4, D), 0, ids)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (4, 5)])
def test_logits_bytes_are_those_of_the_logits(shape, dtype):
    hidden, table = drawn(*shape, D, dtype=dtype), drawn(V, D, dtype=dtype)
    assert logits_bytes(hidden, table) == (hidden @ table.T).nbytes


def test_the_figure_is_small_and_holds_its_logits():
    page = widgets.running_sum([2, -1, 3])
    assert "[2, -1, 3]" in page.data
    assert len(page.data.encode()) < 10_000
    assert "JavaScript" in repr(page)
