"""Lesson 6's tables of few columns or few rows."""

import math

import pytest
import torch
from torch import nn

from embedkit.small_tables import (
    FactorisedTable,
    SharedTable,
    compositional_lookup,
    hashed_place,
    quotient_and_remainder,
)

KINDS = {
    "one hash": lambda vocab_size, dim, rows: SharedTable.hashed(vocab_size, dim, rows),
    "two hashes": lambda vocab_size, dim, rows: SharedTable.hashed(vocab_size, dim, rows, hashes=2),
    "quotient": SharedTable.by_quotient,
}


def drawn(*shape, seed=1):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (2, 0)])
def test_a_factorised_table_is_a_lookup_in_the_product(shape):
    module = FactorisedTable(9, 3, 6)
    ids = torch.randint(9, shape, generator=torch.Generator().manual_seed(2))
    weights = drawn(*shape, 6)
    (module(ids) * weights).sum().backward()
    table, widen = (p.detach().clone().requires_grad_() for p in (module.table, module.widen))
    expected = (table @ widen)[ids]
    (expected * weights).sum().backward()
    torch.testing.assert_close(module(ids), expected)
    torch.testing.assert_close(module.table.grad, table.grad)
    torch.testing.assert_close(module.widen.grad, widen.grad)


@pytest.mark.parametrize("rank", [1, 3, 6])
def test_the_factorisation_of_a_table_is_its_truncated_svd(rank):
    table = drawn(20, 6).double()
    module = FactorisedTable.from_table(table, rank)
    sizes = torch.linalg.svdvals(table)
    squared_error = ((module(torch.arange(20)) - table) ** 2).sum()
    torch.testing.assert_close(squared_error, (sizes[rank:] ** 2).sum(), atol=1e-12, rtol=1e-9)
    assert module.table.shape == (20, rank)
    assert module.widen.shape == (rank, 6)


@pytest.mark.parametrize("vocab_size", [1, 7, 12, 100])
@pytest.mark.parametrize("rows", [1, 5, 7, 200])
def test_no_two_ids_share_quotient_and_remainder(vocab_size, rows):
    quotient, remainder = quotient_and_remainder(torch.arange(vocab_size), rows)
    pairs = set(zip(quotient.tolist(), remainder.tolist(), strict=True))
    assert len(pairs) == vocab_size
    assert int(remainder.max()) < rows
    assert int(quotient.max()) < math.ceil(vocab_size / rows)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rows", [15_261, 7_630, 1_000])
def test_a_hash_deals_ids_as_chance_would(rows, seed):
    """With n ids, a row gets as many as Poisson says, whose mean and variance are n / rows."""
    n = 30_522
    place = hashed_place(torch.arange(n), rows, seed)
    counts = torch.bincount(place, minlength=rows)
    assert len(counts) == rows
    mean = n / rows
    for k in range(5):
        expected = math.exp(-mean) * mean**k / math.factorial(k)
        off = (counts == k).float().mean().item() - expected
        assert abs(off) < 5 * math.sqrt(expected * (1 - expected) / rows) + 1e-4, k
    assert abs(counts.float().var().item() / mean - 1) < 5 * math.sqrt(2 / rows)
    assert counts.max() > mean + 3 * math.sqrt(mean)


def test_ids_that_share_a_row_lie_at_any_distance():
    place = hashed_place(torch.arange(30_522), 15_261)
    order = place.argsort()
    together = place[order][1:] == place[order][:-1]
    distances = (order[1:] - order[:-1])[together].abs()
    assert len(distances.unique()) > 0.5 * len(distances)


@pytest.mark.parametrize("seeds", [(0, 1), (0, 2), (3, 4)])
def test_two_hashes_have_no_more_in_common_than_chance(seeds):
    ids = torch.arange(30_522)
    one, other = (hashed_place(ids, 1_000, seed) for seed in seeds)
    assert 10 < (one == other).sum() < 60  # 30.5 by chance, give or take 5.5
    assert torch.equal(one, hashed_place(ids.to(torch.int32), 1_000, seeds[0]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (2, 0)])
def test_a_shared_table_is_a_lookup_in_the_sum_of_its_parts(kind, shape):
    module = KINDS[kind](23, 6, 5)
    whole = torch.zeros(23, 6)
    for table, place in zip(module.tables, module.places(torch.arange(23)), strict=True):
        for i in range(23):
            whole[i] += table.detach()[place[i]]
    ids = torch.randint(23, shape, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(module(ids), whole[ids])
    with pytest.raises(IndexError, match="id 23"):
        module(torch.tensor([23]))


@pytest.mark.parametrize("kind", KINDS)
def test_the_fit_of_a_shared_table_is_least_squares(kind):
    table = drawn(23, 3).double()
    module = KINDS[kind](23, 3, 5).double().fit(table, rounds=200)
    columns = [
        nn.functional.one_hot(place, len(own)).double()
        for own, place in zip(module.tables, module.places(torch.arange(23)), strict=True)
    ]
    design = torch.cat(columns, dim=1)
    best = design @ (torch.linalg.pinv(design) @ table)
    torch.testing.assert_close(module(torch.arange(23)), best, rtol=1e-6, atol=1e-6)


def test_what_cannot_be_made_is_refused():
    for make in KINDS.values():
        with pytest.raises(ValueError, match="one row or more, not 0"):
            make(9, 2, 0)
    for rank in (0, 7, -1):
        with pytest.raises(ValueError, match="ranks from 1 to 6"):
            FactorisedTable.from_table(drawn(4, 6), rank)
    module = SharedTable.hashed(9, 2, 3)
    for shape in [(1, 2), (9, 3), (9,)]:
        with pytest.raises(ValueError, match=r"of shape \(9, 2\)"):
            module.fit(drawn(*shape))


def test_a_fit_and_a_factorisation_take_other_dtypes():
    table = drawn(9, 4)
    fitted = SharedTable.hashed(9, 4, 3).fit(table.double())
    assert torch.equal(fitted.tables[0], SharedTable.hashed(9, 4, 3).fit(table).tables[0])
    narrow = FactorisedTable.from_table(table.bfloat16(), 2)
    assert narrow.table.dtype == narrow.widen.dtype == torch.bfloat16
    assert narrow.table.requires_grad


def test_a_factorisation_draws_no_random_numbers():
    torch.manual_seed(3)
    FactorisedTable.from_table(drawn(9, 4), 2)
    found = torch.rand(1)
    torch.manual_seed(3)
    assert torch.equal(found, torch.rand(1))


def test_the_compositional_lookup_is_a_shared_table_of_that_kind():
    module = SharedTable.by_quotient(23, 6, 5)
    ids = torch.randint(23, (4, 3), generator=torch.Generator().manual_seed(2))
    assert torch.equal(compositional_lookup(*module.tables, ids), module(ids))
    with pytest.raises(IndexError, match="id 25"):
        compositional_lookup(*module.tables, torch.tensor([25]))
