"""Lesson 6's code: counts compared with transformers, bytes with torch."""

import dataclasses
import json
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
    ModelShape,
    Parts,
    count_llama,
    count_parameters,
    flops_per_token,
    llama_shape,
    pad_table,
    padded_vocab,
    table_bytes,
)
from embedkit.real_models import REAL_MODELS, RealModel, transformers_config
from embedkit.small_tables import FactorisedTable


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
    ("name", "published"),
    [("Gemma-2-2B", 590_118_912), ("Gemma-2-9B", 917_962_752), ("Gemma-2-27B", 1_180_237_824)],
)
def test_the_report_of_gemma_2_counts_128_rows_more_than_the_models_have(name, published):
    shape = REAL_MODELS[name].shape
    assert count_parameters(shape).embedding + 128 * shape.model_dim == published


@pytest.mark.parametrize(
    ("name", "published", "unit"),
    [
        ("Qwen2.5-0.5B", "494032768", 1),
        ("Phi-3-mini", "3821079552", 1),
        ("OLMo-7B", "6888095744", 1),
        ("Llama-3-8B", "8030261248", 1),
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
    assert parts.in_bytes(16) == Parts(20, 2, 120, 18)
    assert parts.in_bytes(4) == Parts(5, 1, 30, 5)


def test_a_narrow_table_needs_a_head_like_albert_s():
    with pytest.raises(ValueError, match="ALBERT"):
        ModelShape(100, 64, 2, 4, 128, embedding_dim=16)
    with pytest.raises(ValueError, match="ALBERT"):
        ModelShape(100, 64, 2, 4, 128, embedding_dim=16, masked_head=True)


def test_albert_s_layers_work_as_those_of_bert_by_torch_s_own_count():
    layers = {
        "BERT-base": "BertForMaskedLM.bert.encoder",
        "ALBERT-base": "AlbertForMaskedLM.albert.encoder.albert_layer_groups.0",
    }
    for name, place in layers.items():
        module = built(REAL_MODELS[name]).eval()
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            module(input_ids=torch.zeros(1, 512, dtype=torch.long, device="meta"))
        work = sum(counter.get_flop_counts()[place].values())
        assert work == 512 * flops_per_token(REAL_MODELS["BERT-base"].shape, 512).body


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
    [
        (50257, 64, 50304),
        (50304, 64, 50304),
        (1, 64, 64),
        (65, 64, 128),
        (30522, 8, 30528),
        (2**60 + 1, 64, 2**60 + 64),
    ],
)
def test_padding_a_vocabulary(size, multiple, padded):
    assert padded_vocab(size, multiple) == padded


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


def test_a_config_may_say_more_than_is_counted():
    config = {
        "vocab_size": 100,
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 10,
        "num_key_value_heads": None,
        "rms_norm_eps": 1e-5,
    }
    assert llama_shape(config) == ModelShape(100, 8, 1, 2, 10)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_bytes_of_a_table_are_those_that_torch_stores(dtype):
    table = torch.zeros(11, 6, dtype=dtype)
    bits = 8 * table.element_size()
    assert table_bytes(11, 6, bits, tied=True) == table.untyped_storage().nbytes()
    assert table_bytes(11, 6, bits, tied=False) == 2 * table.untyped_storage().nbytes()


@pytest.mark.parametrize(("rows", "padded"), [(1, 4), (4, 4), (5, 8), (7, 8)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_padded_table_keeps_its_rows_and_adds_zeros(rows, padded, dtype):
    table = drawn(rows, 3).to(dtype)
    found = pad_table(table, multiple=4)
    assert found.dtype == dtype
    assert torch.equal(found[:rows], table)
    assert torch.equal(found[rows:], torch.zeros(padded - rows, 3, dtype=dtype))


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
    # away from a model's own D, its layers are taken to grow with the square of it
    m = preset(name)
    grown = [v * 2 * d, 0 if tied else v * 2 * d, layers * m[4] * 4 + m[5] * 2]
    asked = [*others, (v, 2 * d, layers, tied)]
    calls = [f"count({json.dumps(m)}, {v}, {d}, {n}, {t})" for v, d, n, t in asked]
    script = f"{count}; console.log(JSON.stringify([{', '.join(calls)}]))"
    run = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    *counted, with_twice_the_d = json.loads(run.stdout)
    assert with_twice_the_d == grown
    for (v, _, layers, tied), found in zip(others, counted, strict=True):
        shape = dataclasses.replace(
            REAL_MODELS[name].shape, vocab_size=v, layers=layers, tied=bool(tied)
        )
        parts = count_parameters(shape)
        assert found == [parts.embedding, parts.head, parts.body + parts.positions]
