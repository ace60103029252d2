"""The language model of lesson 12, against transformers' LLaMA and against itself."""

import math
from dataclasses import replace
from typing import get_args

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

from embedkit import widgets
from embedkit.alibi import alibi_slopes
from embedkit.rotary import rotary_frequencies
from embedkit.rotary_scaling import interpolated_frequencies
from embedkit.sinusoidal import sinusoids
from embedkit.text_generation import new_caches
from embedkit.tied_head import is_tied
from embedkit.tiny_language_model import Config, Positions, TinyLM, llama_weights

SMALL = Config(vocab_size=61, model_dim=24, layers=2, heads=3, ffn_dim=40, max_len=16)
SCHEMES = get_args(Positions)


def lively(config: Config, seed: int = 0) -> TinyLM:
    """Return a model whose weights are large enough for each of its parts to matter."""
    torch.manual_seed(seed)
    model = TinyLM(config)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.4)
    return model


def some_ids(*shape: int, seed: int = 0) -> Tensor:
    return torch.randint(61, shape, generator=torch.Generator().manual_seed(seed))


def llama(model: TinyLM) -> LlamaForCausalLM:
    """Return transformers' model with the same sizes and the same weights."""
    config = model.config
    theirs = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=config.vocab_size,
            hidden_size=config.model_dim,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            intermediate_size=config.ffn_dim,
            rms_norm_eps=config.eps,
            rope_parameters={"rope_type": "default", "rope_theta": config.base},
            tie_word_embeddings=config.tied,
        )
    ).eval()
    theirs.load_state_dict(llama_weights(model))
    return theirs


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("base", [100.0, 500_000.0])
@torch.no_grad()
def test_equals_llama(tied: bool, base: float) -> None:
    model = lively(replace(SMALL, tied=tied, base=base))
    theirs, ids = llama(model), some_ids(3, 40)
    torch.testing.assert_close(model(ids), theirs(ids).logits, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("tied", [True, False])
@torch.no_grad()
def test_equals_llama_when_it_decodes_with_a_cache(tied: bool) -> None:
    model, ids = lively(replace(SMALL, tied=tied)), some_ids(2, 20)
    theirs, cache, caches = llama(model), DynamicCache(), new_caches(model)
    for new in (ids[:, :7], *ids[:, 7:].split(1, dim=1)):
        logits = theirs(new, past_key_values=cache, use_cache=True).logits
        torch.testing.assert_close(model(new, caches), logits, rtol=1e-5, atol=1e-5)


def test_gradients_equal_llamas() -> None:
    model, ids = lively(SMALL), some_ids(2, 12)
    theirs = llama(model).train()
    model.loss(ids[:, :-1], ids[:, 1:]).backward()
    F.cross_entropy(theirs(ids[:, :-1]).logits.flatten(0, 1), ids[:, 1:].flatten()).backward()
    expected = dict(theirs.named_parameters())
    ours = {name: p.grad for name, p in zip(llama_weights(model), model.parameters(), strict=False)}
    assert ours.keys() == expected.keys()
    for name, grad in ours.items():
        torch.testing.assert_close(grad, expected[name].grad, rtol=1e-4, atol=1e-6, msg=name)


def test_only_rotary_models_are_llamas() -> None:
    with pytest.raises(ValueError, match="rotary"):
        llama_weights(TinyLM(replace(SMALL, positions="alibi")))
    with pytest.raises(ValueError, match="multiplies"):
        llama_weights(TinyLM(replace(SMALL, positions="rotary", scaled=True)))


@pytest.mark.parametrize("positions", SCHEMES)
def test_attention_is_what_the_scheme_says(positions: Positions) -> None:
    """One block's attention, written out without any of the model's own parts."""
    model = lively(replace(SMALL, positions=positions, layers=1))
    heads, head_dim, length = 3, 8, 10
    ids = some_ids(1, length)
    places = torch.arange(length)
    rows = model.embedding.weight[ids[0]]
    if positions == "learned":
        rows = rows + model.position_table.weight[:length]  # type: ignore[union-attr, operator, index]
    if positions == "sinusoidal":
        rows = rows * math.sqrt(24) + sinusoids(places, 24)
    torch.testing.assert_close(model.residual_stream(ids)[0][0], rows)

    attention, norm = model.blocks[0].attention, model.blocks[0].attention_norm  # type: ignore[union-attr]
    x = norm(rows)  # type: ignore[operator]
    read = []
    for head in range(heads):
        part = slice(head * head_dim, (head + 1) * head_dim)
        q, k, v = (
            x @ getattr(attention, f"{name}_proj").weight[part].T  # type: ignore[union-attr]
            for name in "qkv"
        )
        if positions == "rotary":
            turns = torch.polar(torch.ones(length, 4), places[:, None] * rotary_frequencies(8))
            q, k = (
                torch.view_as_real(torch.complex(a[:, :4], a[:, 4:]) * turns).transpose(1, 2)
                for a in (q, k)
            )
            q, k = q.flatten(1), k.flatten(1)
        scores = q @ k.T / math.sqrt(head_dim)
        if positions == "alibi":
            scores = scores - alibi_slopes(heads)[head] * (places[:, None] - places)
        scores = scores.masked_fill(places[:, None] < places, -torch.inf)
        read.append(scores.softmax(-1) @ v)
    expected = torch.cat(read, dim=1) @ attention.o_proj.weight.T  # type: ignore[union-attr]
    mask, turn = model._mask(places, places, torch.float32), model._turn(places, torch.float32)
    ours = attention(x[None], mask, turn, None)  # type: ignore[operator]
    torch.testing.assert_close(ours[0], expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("positions", SCHEMES)
@torch.no_grad()
def test_no_position_reads_what_comes_after_it(positions: Positions) -> None:
    model, ids = lively(replace(SMALL, positions=positions)), some_ids(1, 12)
    other = ids.clone()
    other[:, 7:] = (ids[:, 7:] + 1) % 61
    before, after = model(ids)[:, :7], model(other)[:, :7]
    torch.testing.assert_close(before, after)
    assert not torch.allclose(model(ids)[:, 7:], model(other)[:, 7:])


@pytest.mark.parametrize("positions", SCHEMES)
@torch.no_grad()
def test_a_cache_changes_nothing(positions: Positions) -> None:
    model, ids = lively(replace(SMALL, positions=positions)), some_ids(2, 16)
    caches = new_caches(model)
    parts = [model(new, caches) for new in ids.split([5, 1, 4, 6], dim=1)]
    torch.testing.assert_close(torch.cat(parts, dim=1), model(ids), rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_without_positions_two_tokens_before_the_last_may_change_places() -> None:
    one_block = lively(replace(SMALL, positions="none", layers=1))
    ids = some_ids(1, 8)
    swapped = ids[:, [1, 0, *range(2, 8)]]
    assert not torch.equal(ids, swapped)
    torch.testing.assert_close(one_block(ids)[:, -1], one_block(swapped)[:, -1])
    rotary = lively(replace(SMALL, layers=1))
    assert not torch.allclose(rotary(ids)[:, -1], rotary(swapped)[:, -1])


@pytest.mark.parametrize("tied", [True, False])
def test_loss_is_the_cross_entropy_of_the_logits(tied: bool) -> None:
    model, ids = lively(replace(SMALL, tied=tied)), some_ids(2, 9)
    ours = model.loss(ids[:, :-1], ids[:, 1:], reduction="none")
    plain = F.cross_entropy(model(ids[:, :-1]).transpose(1, 2), ids[:, 1:], reduction="none")
    torch.testing.assert_close(ours, plain)


def test_the_first_loss_is_nearly_that_of_guessing() -> None:
    torch.manual_seed(0)
    config = Config()
    for tied in (True, False):
        ids = torch.randint(config.vocab_size, (8, 65))
        loss = TinyLM(replace(config, tied=tied)).loss(ids[:, :-1], ids[:, 1:]).item()
        assert abs(loss - math.log(config.vocab_size)) < 0.1


def test_tied_and_untied() -> None:
    tied, untied = TinyLM(SMALL), TinyLM(replace(SMALL, tied=False))
    assert is_tied(tied.head.weight, tied.embedding.weight)  # type: ignore[arg-type]
    assert not is_tied(untied.head.weight, untied.embedding.weight)  # type: ignore[arg-type]
    sizes = [sum(p.numel() for p in model.parameters()) for model in (tied, untied)]
    assert sizes[1] - sizes[0] == 61 * 24


@pytest.mark.parametrize("positions", SCHEMES)
def test_parameters_by_hand(positions: Positions) -> None:
    c = replace(SMALL, positions=positions)
    block = 4 * c.model_dim**2 + 3 * c.model_dim * c.ffn_dim + 2 * c.model_dim
    positions_table = c.max_len * c.model_dim if positions == "learned" else 0
    total = c.vocab_size * c.model_dim + positions_table + c.layers * block + c.model_dim
    assert sum(p.numel() for p in TinyLM(c).parameters()) == total


def test_learned_positions_end_and_others_do_not() -> None:
    for positions in SCHEMES:
        model = TinyLM(replace(SMALL, positions=positions))
        if positions == "learned":
            with pytest.raises(IndexError, match="position 16"):
                model(some_ids(1, 17))
        else:
            assert model(some_ids(1, 40)).shape == (1, 40, 61)


@torch.no_grad()
def test_other_frequencies_can_be_put_in() -> None:
    model, ids = lively(SMALL), some_ids(1, 16)
    theirs = llama(model)
    model.frequencies = interpolated_frequencies(8, factor=4.0).tolist()
    stretched = theirs(ids, position_ids=torch.arange(16)[None] / 4).logits
    torch.testing.assert_close(model(ids), stretched, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("positions", SCHEMES)
def test_scaled_rows_are_longer_by_the_root_of_the_size(positions: Positions) -> None:
    """Sinusoidal models scale theirs in any case."""
    plain = TinyLM(replace(SMALL, positions=positions))
    scaled = TinyLM(replace(SMALL, positions=positions, scaled=True))
    scaled.load_state_dict(plain.state_dict())
    ids, places = torch.tensor([[3, 0, 3]]), torch.arange(3)
    rows = plain.embedding.weight[ids]
    added = plain.input_vectors(ids, places) - rows
    if positions == "sinusoidal":
        added = sinusoids(places, SMALL.model_dim).float()
    expected = rows * math.sqrt(SMALL.model_dim) + added
    torch.testing.assert_close(scaled.input_vectors(ids, places), expected)


def test_half_precision_keeps_the_frequencies() -> None:
    model = lively(SMALL).bfloat16()
    assert model.frequencies == rotary_frequencies(8).tolist()
    for positions in SCHEMES:
        logits = TinyLM(replace(SMALL, positions=positions)).bfloat16()(some_ids(1, 9))
        assert logits.dtype == torch.bfloat16
        assert logits.isfinite().all()


@pytest.mark.parametrize("positions", SCHEMES)
def test_autocast(positions: Positions) -> None:
    model, ids = TinyLM(replace(SMALL, positions=positions)), some_ids(2, 9)
    exact = model.loss(ids[:, :-1], ids[:, 1:]).item()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = model.loss(ids[:, :-1], ids[:, 1:])
    loss.backward()
    assert abs(loss.item() - exact) < 0.02


def test_bad_configs_are_refused() -> None:
    with pytest.raises(ValueError, match="24 numbers do not divide into 5 heads"):
        replace(SMALL, heads=5)
    with pytest.raises(ValueError, match="cannot be turned in pairs"):
        replace(SMALL, heads=8)
    replace(SMALL, heads=8, positions="none")
    with pytest.raises(ValueError, match="none, learned, sinusoidal, rotary, alibi"):
        replace(SMALL, positions="rope")  # type: ignore[arg-type]
    with pytest.raises(IndexError, match="61"):
        TinyLM(SMALL)(torch.tensor([[61]]))
    with pytest.raises(TypeError, match="integers"):
        TinyLM(SMALL)(torch.zeros(1, 2))


def test_the_lens_figure_shows_what_each_layer_holds_likely() -> None:
    lens = torch.tensor([[[0.7, 0.2, 0.1, 0.0]] * 3, [[0.0, 0.1, 0.25, 0.65]] * 3])
    page = widgets.logit_lens(torch.tensor([3, 0, 2]), ["a", "<b>", "c", "d"], ["in", "1"], lens)
    assert '"d", "a", "c"' in page.data
    assert '[["a", "\\u003cb>", "c"], ["a", "\\u003cb>", "c"]]' in page.data
    assert "[[700, 200, 100], [700, 200, 100]]" in page.data
    assert "[[700, 100], [0, 250]]" in page.data
    assert "://" not in page.data
    assert "JavaScript" in repr(page)
