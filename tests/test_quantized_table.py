"""Lesson 6's tables of few bits, compared with torch's own quantisation."""

import pytest
import torch

from embedkit.price_of_the_table import stored_bytes, table_bytes
from embedkit.quantized_table import (
    QuantizedTable,
    dequantize_rows,
    pack_int4,
    quantize_rows,
    unpack_int4,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*quantize.*deprecated")


def drawn(*shape, seed=1):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def tables():
    """Tables with rows of zeros, with ties at one half of a step, huge and tiny rows."""
    plain = drawn(40, 16)
    plain[3] = 0
    plain[4] *= 1e20
    plain[5] *= 1e-20
    ties = torch.cat([torch.arange(-7.0, 8.0), torch.tensor([127.0])]).repeat(3, 1) / 2
    return [plain, ties, ties * 2, drawn(1, 2), drawn(30, 384, seed=4)]


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("bits", [8, 4])
def test_codes_are_those_of_quantize_per_channel(table, bits):
    codes, steps = quantize_rows(table, bits)
    most = 2 ** (bits - 1) - 1
    assert codes.dtype == torch.int8
    assert steps.shape == (len(table), 1)
    largest = table.abs().amax(dim=1)
    assert torch.equal(steps[:, 0], torch.where(largest > 0, largest / most, 1.0))
    zeros = torch.zeros(len(table), dtype=torch.long)
    theirs = torch.quantize_per_channel(table, steps[:, 0], zeros, 0, torch.qint8)
    # torch multiplies by 1/step where we divide, so a number at half a step may fall otherwise
    differ = codes != theirs.int_repr()
    exact = table.double() / steps.double()
    assert ((exact[differ] % 1 - 0.5).abs() < 1e-4).all()
    assert differ.float().mean() < 0.01
    close = {"rtol": 1e-6, "atol": 0.0}
    ours = dequantize_rows(codes, steps)
    torch.testing.assert_close(ours[~differ], theirs.dequantize()[~differ], **close)


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("bits", [8, 4])
def test_codes_are_those_of_a_division_in_float64(table, bits):
    codes, steps = quantize_rows(table, bits)
    exact = table.double() / steps.double()
    near = exact.round()
    far_from_halves = (exact - near).abs() < 0.4999
    assert torch.equal(codes[far_from_halves].double(), near[far_from_halves])
    assert ((codes.double() - exact).abs() <= 0.5001).all()


def test_numbers_too_small_for_steps_become_zeros():
    codes, steps = quantize_rows(torch.tensor([[1e-44, 5e-45], [2.0, 1.0]]))
    assert codes.tolist() == [[0, 0], [127, 64]]
    assert steps[0] == 1


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("group", [None, 2, 4, 16])
def test_no_number_is_off_by_more_than_half_a_step(bits, group):
    table = tables()[0]
    codes, steps = quantize_rows(table, bits, group)
    assert steps.shape == (40, 16 // (group or 16))
    found = dequantize_rows(codes, steps)
    for row in range(40):
        for column in range(16):
            step = steps[row, column // (group or 16)]
            assert abs(found[row, column] - table[row, column]) <= 0.5001 * step


def test_a_group_is_a_table_of_its_own():
    table = drawn(6, 12)
    codes, steps = quantize_rows(table, 4, group=3)
    for group in range(4):
        columns = slice(3 * group, 3 * group + 3)
        own_codes, own_steps = quantize_rows(table[:, columns], 4)
        assert torch.equal(codes[:, columns], own_codes)
        assert torch.equal(steps[:, group], own_steps[:, 0])


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_other_dtypes_are_quantised_as_the_float32_numbers_that_they_are(dtype):
    table = drawn(7, 8).to(dtype)
    ours, theirs = quantize_rows(table), quantize_rows(table.float())
    assert torch.equal(ours[0], theirs[0])
    assert torch.equal(ours[1], theirs[1])


def test_what_cannot_be_quantised_is_refused():
    with pytest.raises(ValueError, match="4 or 8 bits"):
        quantize_rows(drawn(2, 4), bits=3)
    with pytest.raises(ValueError, match="groups of 3"):
        quantize_rows(drawn(2, 4), group=3)
    for group in (0, -2):
        with pytest.raises(ValueError, match=f"groups of {group}"):
            quantize_rows(drawn(2, 4), group=group)
    with pytest.raises(ValueError, match="groups of 0"):
        quantize_rows(torch.zeros(2, 0))
    for number in (float("nan"), float("inf"), 1e300):
        with pytest.raises(ValueError, match="not finite in float32"):
            quantize_rows(torch.tensor([[number, 1.0]], dtype=torch.float64))
    for code in (8, -9):
        with pytest.raises(ValueError, match="from −8 to 7"):
            pack_int4(torch.tensor([[code, 0]], dtype=torch.int8))


def test_every_pair_of_codes_survives_packing():
    codes = torch.cartesian_prod(torch.arange(-8, 8), torch.arange(-8, 8)).to(torch.int8)
    packed = pack_int4(codes)
    assert packed.dtype == torch.uint8
    assert packed.shape == (256, 1)
    assert sorted(packed.flatten().tolist()) == list(range(256))
    assert torch.equal(unpack_int4(packed, 2), codes)
    assert packed[0, 0] == 0b1000_1000
    assert pack_int4(torch.tensor([1, -1], dtype=torch.int8)).tolist() == [0b1111_0001]


def test_a_row_of_an_odd_number_of_codes_ends_with_half_a_byte_of_zeros():
    codes = torch.tensor([[1, -1, -8], [7, 0, 3]], dtype=torch.int8)
    packed = pack_int4(codes)
    assert packed.tolist() == [[0b1111_0001, 0b0000_1000], [0b0000_0111, 0b0000_0011]]
    assert torch.equal(unpack_int4(packed, 3), codes)
    table = drawn(4, 5)
    module = QuantizedTable(table, bits=4)
    assert module.codes.numel() == table_bytes(4, 5, 4, tied=True)
    assert torch.equal(module(torch.arange(4)), dequantize_rows(*quantize_rows(table, 4)))


def test_a_lookup_gives_float32_whatever_the_module_is_brought_to():
    module = QuantizedTable(drawn(4, 6)).half()
    assert module(torch.arange(4)).dtype == torch.float32


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("group", [None, 4])
@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (0,), (2, 0)])
def test_a_quantised_table_reads_the_rows_of_the_dequantised_one(bits, group, shape):
    table = drawn(9, 8)
    ids = torch.randint(9, shape, generator=torch.Generator().manual_seed(2))
    module = QuantizedTable(table, bits, group)
    whole = dequantize_rows(*quantize_rows(table, bits, group))
    assert torch.equal(module(ids), whole[ids])
    assert torch.equal(module(ids.to(torch.uint8)), whole[ids])
    steps = 9 * (8 // group if group else 1)
    assert stored_bytes(module) == 9 * 8 * bits // 8 + 4 * steps
    assert not list(module.parameters())


def test_rows_of_4_bits_fill_whole_bytes():
    assert table_bytes(11, 6, 4, tied=True) == pack_int4(torch.zeros(11, 6).char()).numel()
    assert table_bytes(11, 5, 4, tied=True) == 33
