"""The code of lesson 11 against transformers."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from transformers import LlamaConfig
from transformers.cache_utils import DynamicCache
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.gpt_neox import modeling_gpt_neox
from transformers.models.gptj import modeling_gptj
from transformers.models.llama.modeling_llama import (
    LlamaAttention,
    LlamaRotaryEmbedding,
    apply_rotary_pos_emb,
)
from transformers.models.mpt.modeling_mpt import build_mpt_alibi_tensor

from embedkit import widgets
from embedkit.alibi import alibi_bias, alibi_slopes
from embedkit.grading.kit import make_kit
from embedkit.learned_positions import attention, position_ids_from_mask
from embedkit.lessons import course_root, find_lesson
from embedkit.rotary import (
    KeyValueCache,
    RotaryAttention,
    half_split_order,
    rotary_frequencies,
    rotate,
    rotation,
    to_half_split,
    to_interleaved,
)
from embedkit.rotary_scaling import (
    dynamic_ntk_frequencies,
    interpolated_frequencies,
    llama3_frequencies,
    ntk_frequencies,
    yarn_frequencies,
    yarn_scale,
)


def drawn(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def gradients(out, *tensors):
    return torch.autograd.grad((out * drawn(*out.shape, seed=9).to(out.dtype)).sum(), tensors)


def llama_config(kind="default", base=10_000.0, head_dim=8, max_len=64, **options):
    parameters = {"rope_type": kind, "rope_theta": base, **options}
    config = LlamaConfig(
        hidden_size=4 * head_dim,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=head_dim,
        max_position_embeddings=max_len,
        rope_parameters=parameters,
    )
    config._attn_implementation = "eager"
    return config


def llamas_tables(config, position_ids, dtype):
    like = torch.zeros(1, dtype=dtype)
    return LlamaRotaryEmbedding(config)(like, position_ids)


@pytest.mark.parametrize("head_dim", [2, 6, 64, 128])
@pytest.mark.parametrize("base", [10_000.0, 500_000.0, 1e6])
def test_frequencies_are_llamas(head_dim, base):
    theirs = LlamaRotaryEmbedding(llama_config(base=base, head_dim=head_dim)).inv_freq
    assert torch.equal(rotary_frequencies(head_dim, base), theirs)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("batch", [1, 3])
def test_rotation_is_llamas_bit_by_bit_with_its_gradients(dtype, batch):
    positions = torch.tensor([[5, 0, 900, 3, 100_000], [0, 1, 2, 3, 4], [7, 7, 8, 0, 1]])[:batch]
    q = drawn(batch, 5, 4, 16, dtype=dtype).transpose(1, 2).requires_grad_()
    k = drawn(batch, 2, 5, 16, seed=1, dtype=dtype).requires_grad_()
    cos, sin = llamas_tables(llama_config(head_dim=16), positions, dtype)
    by = rotation(positions, rotary_frequencies(16), dtype=dtype)
    ours, theirs = (rotate(q, by), rotate(k, by)), apply_rotary_pos_emb(q, k, cos, sin)
    for one, other, given in zip(ours, theirs, (q, k), strict=True):
        assert torch.equal(one, other)
        assert one.dtype == dtype
        assert torch.equal(*gradients(one, given), *gradients(other, given))
    if batch == 1:
        shared = rotation(positions[0], rotary_frequencies(16), dtype=dtype)
        assert torch.equal(rotate(q, shared), ours[0])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_interleaved_layout_is_gptjs(dtype):
    q = drawn(2, 5, 3, 8, dtype=dtype).requires_grad_()  # GPT-J has positions before heads
    sin, cos = modeling_gptj.create_sinusoidal_positions(5, 8).to(dtype)[None].chunk(2, dim=-1)
    theirs = modeling_gptj.apply_rotary_pos_emb(q, sin, cos)
    by = rotation(torch.arange(5), rotary_frequencies(8), "interleaved", dtype=dtype)
    ours = rotate(q.transpose(1, 2), by).transpose(1, 2)
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(gradients(ours, q), gradients(theirs, q), rtol=1e-6, atol=1e-6)


def test_the_interleaved_layout_is_a_product_of_complex_numbers():
    x, positions = drawn(2, 3, 5, 8, dtype=torch.float64), torch.tensor([9, 0, 4, 1, 77])
    frequencies = rotary_frequencies(8, dtype=torch.float64)
    turns = torch.exp(1j * positions[:, None] * frequencies)
    theirs = torch.view_as_real(torch.view_as_complex(x.unflatten(-1, (4, 2))) * turns).flatten(-2)
    by = rotation(positions, frequencies, "interleaved", dtype=torch.float64)
    torch.testing.assert_close(rotate(x, by), theirs)


def test_partial_rotary_is_gpt_neoxs():
    q, k = drawn(2, 3, 5, 16).requires_grad_(), drawn(2, 3, 5, 16, seed=1)
    positions, frequencies = torch.arange(5), rotary_frequencies(4)
    angles = torch.cat((positions[:, None] * frequencies,) * 2, dim=-1)[None]
    theirs, _ = modeling_gpt_neox.apply_rotary_pos_emb(q, k, angles.cos(), angles.sin())
    ours = rotate(q, rotation(positions, frequencies))
    assert torch.equal(ours, theirs)
    assert torch.equal(ours[..., 4:], q[..., 4:])
    torch.testing.assert_close(gradients(ours, q), gradients(theirs, q))


@pytest.mark.parametrize("layout", ["half", "interleaved"])
def test_scores_depend_on_the_offset_only(layout):
    frequencies = rotary_frequencies(64, dtype=torch.float64)
    q, k = drawn(20, 1, 64), drawn(20, 1, 64, seed=1)

    def scores(m, n, dtype=torch.float64):
        turned = [
            rotate(x.to(dtype), rotation(torch.tensor([at]), frequencies, layout, dtype=dtype))
            for x, at in ((q, m), (k, n))
        ]
        return (turned[0] * turned[1]).sum(-1)

    for offset in (0, 1, 17, 1_000, 100_000):
        near = scores(offset, 0)
        torch.testing.assert_close(scores(100_000 + offset, 100_000), near, rtol=1e-9, atol=1e-9)
        narrow = scores(100_000 + offset, 100_000, torch.float32)
        torch.testing.assert_close(narrow, near.float(), rtol=1e-5, atol=2e-5)
    assert (scores(3, 0) - scores(0, 3)).abs().max() > 1  # the sign of the offset counts


def test_rounding_at_the_end_keeps_a_float16_or_bfloat16_close():
    positions = torch.tensor([0, 300, 4_001, 99_999])
    exact = rotation(positions, rotary_frequencies(64))
    x = drawn(2, 4, 64)
    for dtype, far in ((torch.bfloat16, 0.06), (torch.float16, 0.01)):
        for table in (exact, rotation(positions, rotary_frequencies(64), dtype=dtype)):
            out = rotate(x.to(dtype), table)
            assert out.dtype == dtype
            assert (out - rotate(x, exact)).abs().max() < far


def test_turning_leaves_the_input_alone_and_takes_any_shape():
    by = rotation(torch.tensor([4, 9]), rotary_frequencies(6))
    x = drawn(6, 2, 3, 5).permute(3, 2, 1, 0)  # scattered in memory: (5, 3, 2, 6)
    before = x.clone()
    out = rotate(x, by)
    assert torch.equal(x, before)
    assert torch.equal(out, rotate(x.contiguous(), by))
    assert torch.equal(rotate(x[0, 0], by), out[0, 0])
    assert (
        rotate(x[:, :, :0], rotation(torch.tensor([]).long(), rotary_frequencies(6))).numel() == 0
    )
    double = drawn(2, 3, 2, 6, dtype=torch.float64).requires_grad_()
    exact = rotation(
        torch.tensor([4, 9]), rotary_frequencies(6, dtype=torch.float64), dtype=double.dtype
    )
    assert torch.autograd.gradcheck(lambda y: rotate(y, exact), double)


def test_what_does_not_fit_is_refused():
    frequencies = rotary_frequencies(4)
    with pytest.raises(ValueError, match="3 is not 2"):
        rotary_frequencies(3)
    with pytest.raises(ValueError, match="base"):
        rotary_frequencies(4, base=0.0)
    with pytest.raises(TypeError, match="bfloat16 are too coarse"):
        rotation(torch.arange(3), frequencies.bfloat16())
    with pytest.raises(TypeError, match="integers"):
        rotation(torch.arange(3.0), frequencies)
    with pytest.raises(ValueError, match="layout"):
        rotation(torch.arange(3), frequencies, "halves")
    by = rotation(torch.arange(3), frequencies)
    with pytest.raises(ValueError, match="3 positions"):
        rotate(drawn(2, 4, 8), by)
    with pytest.raises(ValueError, match="4 numbers are to be turned, and a head has 2"):
        rotate(drawn(3, 2), by)
    by_sequence = rotation(torch.zeros(2, 3, dtype=torch.long), frequencies)
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        rotate(drawn(3, 2, 3, 8), by_sequence)  # 2 heads, which broadcasting would take
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        rotate(drawn(3, 8), by_sequence)


@pytest.mark.parametrize(("heads", "rotary_dim"), [(4, 8), (2, 8), (4, 4), (1, 2)])
def test_permuted_weights_give_the_same_scores(heads, rotary_dim):
    frequencies, positions, x = rotary_frequencies(rotary_dim), torch.arange(6), drawn(6, 5)
    w_q, w_k = drawn(heads * 8, 5, seed=1), drawn(heads * 8, 5, seed=2)

    def scores(w_q, w_k, layout):
        by = rotation(positions, frequencies, layout)
        q, k = (rotate((x @ w.T).view(6, heads, 8).transpose(0, 1), by) for w in (w_q, w_k))
        return q @ k.transpose(-2, -1)

    right = scores(w_q, w_k, "interleaved")
    moved = [to_half_split(w, heads, rotary_dim) for w in (w_q, w_k)]
    torch.testing.assert_close(scores(*moved, "half"), right, rtol=1e-5, atol=1e-4)
    for before, after in zip((w_q, w_k), moved, strict=True):
        assert torch.equal(to_interleaved(after, heads, rotary_dim), before)
    if rotary_dim > 2:  # forgotten: no error, wrong scores; and only where positions differ
        forgotten = scores(w_q, w_k, "half")
        assert (forgotten - right).abs().max() > 0.5
        diagonal = [s.diagonal(dim1=-2, dim2=-1) for s in (forgotten, right)]
        torch.testing.assert_close(*diagonal, rtol=1e-5, atol=1e-4)


def test_rows_are_reordered_in_each_head_by_itself():
    weight = torch.arange(16)[:, None].expand(16, 3)
    wanted = [0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15]
    assert to_half_split(weight, 2)[:, 1].tolist() == wanted
    assert to_half_split(weight[:, 0], 2).tolist() == wanted  # a bias
    partial = [0, 2, 1, 3, 4, 5, 6, 7, 8, 10, 9, 11, 12, 13, 14, 15]
    assert to_half_split(weight, 2, rotary_dim=4)[:, 0].tolist() == partial
    assert half_split_order(4, 6).tolist() == [0, 2, 1, 3, 4, 5]
    with pytest.raises(ValueError, match="16 rows do not divide into 3 heads"):
        to_half_split(weight, 3)
    with pytest.raises(ValueError, match="of 8 numbers in a head, 10"):
        to_half_split(weight, 2, rotary_dim=10)


def attention_pair(kind="default", **options):
    config = llama_config(kind, head_dim=8, **options)
    theirs = LlamaAttention(config, layer_idx=0)
    if kind == "default":
        frequencies, scale = rotary_frequencies(8), 1.0
    else:
        frequencies, scale = ROPE_INIT_FUNCTIONS[kind](config)
    ours = RotaryAttention(32, 4, 2, 8, frequencies, scale)
    state = {
        name: drawn(*p.shape, seed=i) / 5 for i, (name, p) in enumerate(theirs.named_parameters())
    }
    ours.load_state_dict(state)
    theirs.load_state_dict(state)
    return ours, theirs, LlamaRotaryEmbedding(config)


def run_theirs(theirs, tables, x, positions, cache=None):
    past = 0 if cache is None else cache.get_seq_length()
    new = x.shape[1]
    mask = torch.full((new, past + new), -torch.inf).triu(past + 1)[None, None]
    out, _ = theirs(x, tables(x, positions), mask, past_key_values=cache)
    return out


@pytest.mark.parametrize("kind", ["default", "yarn"])
def test_rotary_attention_is_llamas_with_its_gradients(kind):
    options = {"factor": 4.0, "original_max_position_embeddings": 16} if kind == "yarn" else {}
    ours, theirs, tables = attention_pair(kind, **options)
    x = drawn(2, 7, 32).requires_grad_()
    positions = torch.arange(7)[None]
    one, other = ours(x), run_theirs(theirs, tables, x, positions)
    torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(
        gradients(one, x, *ours.parameters()),
        gradients(other, x, *theirs.parameters()),
        rtol=1e-4,
        atol=1e-4,
    )


@pytest.mark.parametrize("steps", [[3, 1, 1, 1], [1] * 6, [2, 4]])
def test_decoding_with_a_cache_equals_reading_all_at_once(steps):
    ours, theirs, tables = attention_pair()
    x, cache, other_cache = drawn(2, 6, 32), KeyValueCache(), DynamicCache()
    whole, parts, begin = ours(x), [], 0
    for new in steps:
        assert len(cache) == begin
        part = x[:, begin : begin + new]
        parts.append(ours(part, cache=cache))
        positions = torch.arange(begin, begin + new)[None]
        peer = run_theirs(theirs, tables, part, positions, other_cache)
        torch.testing.assert_close(parts[-1], peer, rtol=1e-5, atol=1e-5)
        begin += new
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(cache.keys, other_cache.layers[0].keys)


def test_a_forgotten_offset_changes_what_the_next_token_reads():
    ours, _, _ = attention_pair()
    x, cache, forgetful = drawn(1, 6, 32), KeyValueCache(), KeyValueCache()
    ours(x[:, :5], cache=cache)
    ours(x[:, :5], cache=forgetful)
    right = ours(x[:, 5:], cache=cache)
    wrong = ours(x[:, 5:], torch.tensor([0]), cache=forgetful)
    torch.testing.assert_close(right, ours(x)[:, 5:], rtol=1e-5, atol=1e-5)
    assert (wrong - right).abs().max() > 0.05


def test_positions_may_differ_between_sequences():
    ours, theirs, tables = attention_pair()
    mask = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])
    positions = position_ids_from_mask(mask)
    x = drawn(2, 5, 32)
    peer = run_theirs(theirs, tables, x, positions)
    torch.testing.assert_close(ours(x, positions), peer, rtol=1e-5, atol=1e-5)


def test_a_model_in_bfloat16_still_computes_angles_in_float32():
    ours, _, _ = attention_pair()
    x, positions = drawn(1, 4, 32), torch.arange(3_001, 3_005)
    exact = ours(x, positions)
    narrow = ours.bfloat16()(x.bfloat16(), positions)
    assert narrow.dtype == torch.bfloat16
    assert (narrow - exact).abs().max() < 0.05


SWEEP = list(
    itertools.product(
        [4, 64, 128], [10_000.0, 500_000.0, 1e6], [1.0, 1.7, 4.0, 32.0], [64, 4096, 8192]
    )
)


def same_frequencies(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=0)


@pytest.mark.parametrize("partial", [1.0, 0.5])
def test_scaled_frequencies_are_transformers_over_a_sweep_of_configs(partial):
    for dim, base, factor, trained_len in SWEEP:
        rotary_dim = int(dim * partial)
        options = {"factor": factor, "partial_rotary_factor": partial}
        given = {"base": base, "head_dim": dim}
        linear = llama_config("linear", max_len=trained_len, **given, **options)
        theirs, scale = ROPE_INIT_FUNCTIONS["linear"](linear)
        same_frequencies(interpolated_frequencies(rotary_dim, base, factor=factor), theirs)
        assert scale == 1.0
        if rotary_dim >= 4:
            dynamic = llama_config("dynamic", max_len=trained_len, **given, **options)
            for seq_len in (1, trained_len, trained_len + 1, 5 * trained_len):
                theirs, _ = ROPE_INIT_FUNCTIONS["dynamic"](dynamic, seq_len=seq_len)
                ours = dynamic_ntk_frequencies(
                    rotary_dim, base, factor=factor, trained_len=trained_len, seq_len=seq_len
                )
                same_frequencies(ours, theirs)
        options["original_max_position_embeddings"] = trained_len
        for low, high in ((1.0, 4.0), (1.0, 1.5), (2.0, 32.0)):
            wide = llama_config(
                "llama3",
                max_len=64 * trained_len,
                low_freq_factor=low,
                high_freq_factor=high,
                **given,
                **options,
            )
            theirs, _ = ROPE_INIT_FUNCTIONS["llama3"](wide)
            ours = llama3_frequencies(
                rotary_dim, base, factor=factor, trained_len=trained_len, low=low, high=high
            )
            same_frequencies(ours, theirs)


@pytest.mark.parametrize("truncate", [True, False])
@pytest.mark.parametrize("betas", [(32.0, 1.0), (8.0, 2.0), (1.0, 1.0)])
@pytest.mark.parametrize("partial", [1.0, 0.5, 0.25])
def test_yarn_is_transformers_over_a_sweep_of_configs(truncate, betas, partial):
    for dim, base, factor, trained_len in SWEEP:
        rotary_dim = int(dim * partial)
        if rotary_dim < 2:
            continue
        config = llama_config(
            "yarn",
            base,
            dim,
            max_len=int(factor * trained_len),
            factor=factor,
            original_max_position_embeddings=trained_len,
            beta_fast=betas[0],
            beta_slow=betas[1],
            truncate=truncate,
            partial_rotary_factor=partial,
        )
        theirs, scale = ROPE_INIT_FUNCTIONS["yarn"](config)
        ours = yarn_frequencies(
            rotary_dim,
            base,
            factor=factor,
            trained_len=trained_len,
            beta_fast=betas[0],
            beta_slow=betas[1],
            truncate=truncate,
        )
        same_frequencies(ours, theirs)
        assert yarn_scale(factor) == pytest.approx(scale, rel=1e-12)


def test_ntk_slows_the_slowest_pair_by_the_factor_and_the_fastest_not_at_all():
    plain, scaled = rotary_frequencies(64), ntk_frequencies(64, factor=4.0)
    ratio = plain / scaled
    torch.testing.assert_close(ratio[[0, -1]], torch.tensor([1.0, 4.0]), rtol=1e-5, atol=0)
    assert (ratio.diff() > 0).all()
    by_transformers = dynamic_ntk_frequencies(64, factor=1.0, trained_len=512, seq_len=2048)
    torch.testing.assert_close(scaled, by_transformers, rtol=1e-6, atol=0)


def test_interpolation_divides_positions():
    positions = torch.tensor([0, 4, 40, 4000])
    stretched = rotation(positions, interpolated_frequencies(16, factor=4.0))
    plain = rotation(positions // 4, rotary_frequencies(16))
    torch.testing.assert_close(stretched.cos, plain.cos, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "scaling",
    [
        lambda factor: interpolated_frequencies(8, factor=factor),
        lambda factor: ntk_frequencies(8, factor=factor),
        lambda factor: yarn_frequencies(8, factor=factor, trained_len=64),
        lambda factor: llama3_frequencies(8, factor=factor),
        lambda factor: torch.tensor(yarn_scale(factor)),
    ],
)
def test_a_factor_that_is_upside_down_is_refused(scaling):
    assert scaling(2.0).isfinite().all()
    with pytest.raises(ValueError, match="upside down"):
        scaling(0.25)


def test_other_scalings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="one pair"):
        ntk_frequencies(2, factor=2.0)
    with pytest.raises(ValueError, match="larger"):
        llama3_frequencies(8, low=4.0, high=4.0)


def slopes_of_the_paper(heads):
    """The rule as its authors state it, for a power of two and for what lies between."""
    if heads & (heads - 1) == 0:
        return [2 ** (-8 * (i + 1) / heads) for i in range(heads)]
    below = 2 ** (heads.bit_length() - 1)
    return slopes_of_the_paper(below) + slopes_of_the_paper(2 * below)[::2][: heads - below]


@pytest.mark.parametrize("heads", [*range(1, 34), 40, 63, 64, 71, 112, 128])
def test_slopes_are_the_papers_blooms_and_mpts(heads):
    ours = alibi_slopes(heads)
    torch.testing.assert_close(ours, torch.tensor(slopes_of_the_paper(heads)))
    bloom = build_alibi_tensor(torch.ones(1, 2), heads, torch.float32)
    torch.testing.assert_close(ours, bloom[:, 0, 1])
    if heads > 1:  # MPT's code takes the logarithm's ceiling, and cannot do one head
        torch.testing.assert_close(ours, -build_mpt_alibi_tensor(heads, 2)[:, 0, 0])


@pytest.mark.parametrize(("past", "new"), [(0, 5), (4, 1), (3, 2)])
def test_alibi_attention_is_blooms(past, new):
    q, k, v = (
        drawn(2, 6, new, 4),
        drawn(2, 6, past + new, 4, seed=1),
        drawn(2, 6, past + new, 3, seed=2),
    )
    bias = alibi_bias(alibi_slopes(6), torch.arange(past, past + new), torch.arange(past + new))
    ours = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    theirs = build_alibi_tensor(torch.ones(2, past + new), 6, torch.float32).view(2, 6, 1, -1)
    scores = q @ k.transpose(-2, -1) / 2 + theirs
    later = torch.ones(new, past + new, dtype=torch.bool).triu(past + 1)
    wanted = scores.masked_fill(later, -torch.inf).softmax(-1) @ v
    torch.testing.assert_close(ours, wanted, rtol=1e-5, atol=1e-5)
    # without slopes it is plain causal attention
    nothing = alibi_bias(torch.zeros(6), torch.arange(past, past + new), torch.arange(past + new))
    plain = F.scaled_dot_product_attention(q, k, v, attn_mask=nothing)
    torch.testing.assert_close(plain, attention(q, k, v, ~later))


def test_no_heads_have_no_slopes():
    with pytest.raises(ValueError, match="0 heads"):
        alibi_slopes(0)


def test_the_turning_figure_is_small_and_asks_for_nothing():
    page = widgets.turning_pair((1.5, 0.5), (1.0, 1.2), 0.3)
    assert len(page.data) < 10_000
    assert page.data.count("</script>") == 1
    assert "http" not in page.data
    assert "JavaScript" in repr(page)


def test_a_sheet_that_is_marked_cannot_import_the_answers(tmp_path):
    kit = make_kit(find_lesson("11", course_root()), tmp_path)
    for name in ("rotary", "rotary_scaling", "alibi"):
        assert not list(kit.rglob(f"embedkit/{name}.py"))
