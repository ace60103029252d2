"""Lesson 6's code: counts compared with transformers, tables with torch's own quantisation."""

import dataclasses
import json
import math
import re
import shutil
import subprocess

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM

from embedkit import pretrained, widgets
from embedkit.price_of_the_table import (
    FactorisedTable,
    ModelShape,
    Parts,
    QuantizedTable,
    SharedTable,
    compositional_lookup,
    count_llama,
    count_parameters,
    dequantize_rows,
    flops_per_token,
    hashed_place,
    pack_int4,
    pad_table,
    padded_vocab,
    quantize_rows,
    quotient_and_remainder,
    stored_bytes,
    table_bytes,
    unpack_int4,
)
from embedkit.real_models import REAL_MODELS, RealModel, transformers_config

pytestmark = pytest.mark.filterwarnings("ignore:.*quantize.*deprecated")
KINDS = ["hash", "two hashes", "quotient and remainder"]


def drawn(*shape, seed=1):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def built(model: RealModel) -> nn.Module:
    """The model that transformers builds, without storing a number of it."""
    options = transformers_config(model)
    config = AutoConfig.for_model(model.family, **options, attn_implementation="eager")
    kind = AutoModelForMaskedLM if model.shape.masked_head else AutoModelForCausalLM
    with torch.device("meta"):
        return kind.from_config(config)


def parts_of(model: nn.Module) -> Parts:
    """The parameters of a model of transformers, part by part, by their names."""
    sizes = {"embedding": 0, "positions": 0, "body": 0, "head": 0}
    for name, parameter in model.named_parameters():
        if any(part in name for part in ("position_embeddings", "token_type", "wpe")):
            sizes["positions"] += parameter.numel()
        elif any(
            part in name
            for part in ("word_embeddings", "wte", "embed_tokens", "embedding_hidden_mapping_in")
        ):
            sizes["embedding"] += parameter.numel()
        elif name.startswith(("lm_head", "cls.", "predictions.")):
            sizes["head"] += parameter.numel()
        else:
            sizes["body"] += parameter.numel()
    return Parts(**sizes)


@pytest.mark.parametrize("name", REAL_MODELS)
def test_the_count_of_a_real_model_is_that_of_transformers_in_every_part(name):
    model = built(REAL_MODELS[name])
    counted = count_parameters(REAL_MODELS[name].shape)
    assert counted == parts_of(model)
    assert counted.total == sum(parameter.numel() for parameter in model.parameters())


def test_there_are_more_than_twenty_real_models_of_several_families():
    assert len(REAL_MODELS) > 20
    assert len({model.family for model in REAL_MODELS.values()}) >= 9


@pytest.mark.parametrize(
    "name", ["GPT-2 small", "BERT-base", "ALBERT-base", "Phi-3-mini", "Gemma-2-2B", "Qwen3-0.6B"]
)
def test_every_field_of_a_shape_is_counted(name):
    """Odd sizes, so that no two products could be taken for each other."""
    odd = {"vocab_size": 101, "model_dim": 48, "layers": 3, "heads": 6, "ffn_dim": 77}
    shape = dataclasses.replace(REAL_MODELS[name].shape, **odd)
    if shape.kv_heads:
        shape = dataclasses.replace(shape, kv_heads=2, head_dim=14)
    if shape.embedding_dim:
        shape = dataclasses.replace(shape, embedding_dim=20)
    model = dataclasses.replace(REAL_MODELS[name], shape=shape)
    assert count_parameters(shape) == parts_of(built(model))


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("Gemma-2-2B", 2_024_517_888),
        ("Gemma-2-9B", 8_324_201_984),
        ("Gemma-2-27B", 26_047_480_320),
    ],
)
def test_gemma_2_without_its_table_has_what_its_report_says(name, published):
    parts = count_parameters(REAL_MODELS[name].shape)
    assert parts.total - parts.embedding == published


@pytest.mark.parametrize(
    ("name", "published", "unit"),
    [
        ("GPT-2 small", "124", 1e6),
        ("GPT-2 large", "774", 1e6),
        ("GPT-2 XL", "1558", 1e6),
        ("Llama-3.2-1B", "1.24", 1e9),
        ("Llama-3.2-3B", "3.21", 1e9),
    ],
)
def test_published_totals_are_met_after_rounding(name, published, unit):
    digits = len(published.partition(".")[2])
    assert f"{count_parameters(REAL_MODELS[name].shape).total / unit:.{digits}f}" == published


def test_minilm_is_counted_from_its_own_file():
    model = pretrained.load("minilm")
    shape = ModelShape(
        30522, 384, 6, 12, 1536, gated=False, norm=2, qkv_bias=True, bias=True, tied=True,
        positions=512, segments=2,
    )  # fmt: skip
    pooler = 384 * 384 + 384  # a layer on top, which the course does not use
    assert count_parameters(shape).total + pooler == model.parameters


def test_parts_add_up():
    parts = Parts(embedding=10, positions=1, body=60, head=9)
    assert parts.total == 80
    assert parts.share == 19 / 80


@pytest.mark.parametrize("name", REAL_MODELS)
@pytest.mark.parametrize("context", [1, 7])
def test_flops_are_those_that_torch_counts(name, context):
    model = dataclasses.replace(
        REAL_MODELS[name], shape=dataclasses.replace(REAL_MODELS[name].shape, layers=2)
    )
    module = built(model).eval()
    ids = torch.zeros(1, context, dtype=torch.long, device="meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(input_ids=ids)
    counts = counter.get_flop_counts()
    angles = sum(sum(ops.values()) for place, ops in counts.items() if place.endswith("rotary_emb"))
    expected = flops_per_token(model.shape, context)
    assert counter.get_total_flops() - angles == context * expected.total
    heads = [
        sum(ops.values()) for place, ops in counts.items()
        if place.count(".") == 1 and place.endswith((".lm_head", ".cls", ".predictions"))
    ]  # fmt: skip
    assert heads == [context * expected.head]


def test_a_plain_lookup_has_no_flops_and_a_factorised_one_has_its_product():
    ids = torch.zeros(5, dtype=torch.long)
    with FlopCounterMode(display=False) as plain:
        nn.Embedding(9, 4)(ids)
    with FlopCounterMode(display=False) as factorised:
        FactorisedTable(9, 2, 4)(ids)
    assert plain.get_total_flops() == 0
    assert factorised.get_total_flops() == 5 * 2 * 2 * 4


@pytest.mark.parametrize(
    ("size", "multiple", "padded"),
    [(50257, 64, 50304), (50304, 64, 50304), (1, 64, 64), (65, 64, 128), (30522, 8, 30528)],
)
def test_padding_a_vocabulary(size, multiple, padded):
    assert padded_vocab(size, multiple) == padded


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
    with pytest.raises(ValueError, match="two codes share a byte"):
        pack_int4(torch.zeros(2, 3, dtype=torch.int8))


def test_every_pair_of_codes_survives_packing():
    codes = torch.cartesian_prod(torch.arange(-8, 8), torch.arange(-8, 8)).to(torch.int8)
    packed = pack_int4(codes)
    assert packed.dtype == torch.uint8
    assert packed.shape == (256, 1)
    assert sorted(packed.flatten().tolist()) == list(range(256))
    assert torch.equal(unpack_int4(packed), codes)
    assert packed[0, 0] == 0b1000_1000
    assert pack_int4(torch.tensor([1, -1], dtype=torch.int8)).tolist() == [0b1111_0001]


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


def test_hashes_spread_ids_and_differ_from_each_other():
    ids = torch.arange(30_000)
    one, other = (hashed_place(ids, 1000, which) for which in (0, 1))
    for place in (one, other):
        counts = torch.bincount(place, minlength=1000)
        assert len(counts) == 1000
        assert int(counts.min()) > 10
        assert int(counts.max()) < 60
    assert (one == other).float().mean() < 0.01
    by_hand = [(i + 1) * 2_654_435_761 % 2**32 * 1000 // 2**32 for i in range(50)]
    assert one[:50].tolist() == by_hand


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (2, 0)])
def test_a_shared_table_is_a_lookup_in_the_sum_of_its_parts(kind, shape):
    module = SharedTable(23, 6, 5, kind)
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
    module = SharedTable(23, 3, 5, kind).double().fit(table, rounds=200)
    columns = [
        nn.functional.one_hot(place, len(own)).double()
        for own, place in zip(module.tables, module.places(torch.arange(23)), strict=True)
    ]
    design = torch.cat(columns, dim=1)
    best = design @ (torch.linalg.pinv(design) @ table)
    torch.testing.assert_close(module(torch.arange(23)), best, rtol=1e-6, atol=1e-6)


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="'sorted'"):
        SharedTable(9, 2, 3, "sorted")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"num_key_value_heads": 2},
        {"head_dim": 10},
        {"num_key_value_heads": 3, "head_dim": 4, "tie_word_embeddings": True},
    ],
)
def test_a_config_of_a_llama_is_counted_as_transformers_builds_it(more):
    config = {
        "vocab_size": 101,
        "hidden_size": 48,
        "num_hidden_layers": 3,
        "num_attention_heads": 6,
        "intermediate_size": 77,
        **more,
    }
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model("llama", **config))
    parts = parts_of(model)
    assert count_llama(config) == {
        "embedding": parts.embedding, "body": parts.body, "head": parts.head
    }  # fmt: skip


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_bytes_of_a_table_are_those_that_torch_stores(dtype):
    table = torch.zeros(11, 6, dtype=dtype)
    bits = 8 * table.element_size()
    assert table_bytes(11, 6, bits, tied=True) == table.untyped_storage().nbytes()
    assert table_bytes(11, 6, bits, tied=False) == 2 * table.untyped_storage().nbytes()


def test_rows_of_4_bits_fill_whole_bytes():
    assert table_bytes(11, 6, 4, tied=True) == pack_int4(torch.zeros(11, 6).char()).numel()
    assert table_bytes(11, 5, 4, tied=True) == 33


@pytest.mark.parametrize(("rows", "padded"), [(1, 4), (4, 4), (5, 8), (7, 8)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_padded_table_keeps_its_rows_and_adds_zeros(rows, padded, dtype):
    table = drawn(rows, 3).to(dtype)
    found = pad_table(table, multiple=4)
    assert found.dtype == dtype
    assert torch.equal(found[:rows], table)
    assert torch.equal(found[rows:], torch.zeros(padded - rows, 3, dtype=dtype))


def test_the_compositional_lookup_is_a_shared_table_of_that_kind():
    module = SharedTable(23, 6, 5, "quotient and remainder")
    ids = torch.randint(23, (4, 3), generator=torch.Generator().manual_seed(2))
    assert torch.equal(compositional_lookup(*module.tables, ids), module(ids))
    with pytest.raises(IndexError, match="id 25"):
        compositional_lookup(*module.tables, torch.tensor([25]))


PRESETS = ["GPT-2 small", "GPT-2 XL", "Llama-2-7B", "Llama-3.2-1B", "Gemma-2-2B", "Qwen3-8B"]


def preset(name: str) -> list[int]:
    """What the calculator is given of a model; the chapter makes it in the same way."""
    shape = REAL_MODELS[name].shape
    parts = count_parameters(shape)
    one_less = count_parameters(dataclasses.replace(shape, layers=shape.layers - 1))
    layer = parts.body - one_less.body
    rest = parts.body - shape.layers * layer + parts.positions
    return [shape.vocab_size, shape.model_dim, shape.layers, int(shape.tied), layer, rest]


def test_the_calculator_is_small_and_asks_nobody():
    page = widgets.table_price({name: preset(name) for name in PRESETS}).data
    assert len(page.encode()) < 10_000
    assert "http" not in page


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node")
@pytest.mark.parametrize("name", PRESETS)
def test_the_calculator_counts_as_the_code_does(name):
    page = widgets.table_price({name: preset(name)}).data
    (count,) = re.findall(r"const count = .*?\n  };", page, flags=re.DOTALL)
    v, d, layers, tied, *_ = preset(name)
    others = [(v, d, layers, tied), (v, d, layers, 1 - tied), (1000, d, layers + 3, tied)]
    calls = [f"count({json.dumps(preset(name))}, {v}, {d}, {n}, {t})" for v, d, n, t in others]
    script = f"{count}; console.log(JSON.stringify([{', '.join(calls)}]))"
    run = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    for (v, _, layers, tied), found in zip(others, json.loads(run.stdout), strict=True):
        shape = dataclasses.replace(
            REAL_MODELS[name].shape, vocab_size=v, layers=layers, tied=bool(tied)
        )
        parts = count_parameters(shape)
        assert found == [parts.embedding, parts.head, parts.body + parts.positions]
