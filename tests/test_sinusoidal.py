"""The code of lesson 10 against transformers' sinusoids, and against what it says of itself."""

import math

import pytest
import torch
from transformers import MarianConfig, MarianModel, WhisperConfig, WhisperModel
from transformers.models.ctrl.modeling_ctrl import positional_encoding
from transformers.models.distilbert.modeling_distilbert import create_sinusoidal_embeddings
from transformers.models.m2m_100.modeling_m2m_100 import M2M100SinusoidalPositionalEmbedding
from transformers.models.marian.modeling_marian import MarianSinusoidalPositionalEmbedding
from transformers.models.musicgen.modeling_musicgen import MusicgenSinusoidalPositionalEmbedding
from transformers.models.qwen2_5_omni.modeling_qwen2_5_omni import SinusPositionEmbedding
from transformers.models.speech_to_text.modeling_speech_to_text import (
    Speech2TextSinusoidalPositionalEmbedding,
)
from transformers.models.videomae.modeling_videomae import get_sinusoid_encoding_table
from transformers.models.whisper.modeling_whisper import sinusoids as whisper_sinusoids
from transformers.models.xlm.modeling_xlm import create_sinusoidal_embeddings as xlm_sinusoids

from embedkit import widgets
from embedkit.sinusoidal import (
    SinusoidalPositions,
    change_layout,
    frequencies,
    look_back,
    shift_matrix,
    similarity,
    sinusoids,
    solve_shift,
    wave_lengths,
)

DIMS = [4, 6, 64, 512]
SMALL_PARTS = ["layers", "attention_heads", "ffn_dim"]
LAYOUTS = ["interleaved", "sin_cos", "cos_sin"]
FLOAT32_ANGLES = 4e-7
"""What a float32 angle may be off by, for each position that it lies from 0."""


def rows(count, dim, **options):
    return sinusoids(torch.arange(count), dim, **options)


def by_the_book(position, dim, base=10_000.0):
    """Return one row, number by number, as the paper writes it."""
    row = []
    for column in range(dim):
        angle = position / base ** (2 * (column // 2) / dim)
        row.append(math.sin(angle) if column % 2 == 0 else math.cos(angle))
    return row


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("base", [20.0, 10_000.0, 500_000.0])
def test_a_row_is_what_the_paper_writes(dim, base):
    positions = [0, 1, 2, 77, 4_096, 1_000_003, -5]
    wanted = torch.tensor([by_the_book(t, dim, base) for t in positions], dtype=torch.float64)
    exact = sinusoids(torch.tensor(positions), dim, base, dtype=torch.float64)
    torch.testing.assert_close(exact, wanted, rtol=0, atol=1e-8)
    usual = sinusoids(torch.tensor(positions), dim, base)
    torch.testing.assert_close(usual, wanted.float(), rtol=0, atol=1e-7)


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("theirs", [xlm_sinusoids, create_sinusoidal_embeddings])
def test_xlm_and_distilbert_interleave(dim, theirs):
    out = torch.empty(300, dim)
    theirs(300, dim, out)
    torch.testing.assert_close(rows(300, dim), out, rtol=0, atol=1e-7)


@pytest.mark.parametrize("dim", DIMS)
def test_videomae_interleaves(dim):
    table = get_sinusoid_encoding_table(300, dim)[0]
    torch.testing.assert_close(rows(300, dim), table, rtol=0, atol=1e-7)


@pytest.mark.parametrize("dim", DIMS)
def test_marian_has_two_halves(dim):
    table = MarianSinusoidalPositionalEmbedding(300, dim).create_weight()
    torch.testing.assert_close(rows(300, dim, layout="sin_cos"), table, rtol=0, atol=1e-7)


@pytest.mark.parametrize("dim", DIMS)
def test_ctrl_has_two_halves_with_float32_angles(dim):
    table = positional_encoding(300, dim, torch.float32)
    ours = rows(300, dim, layout="sin_cos")
    torch.testing.assert_close(ours, table, rtol=0, atol=300 * FLOAT32_ANGLES)


@pytest.mark.parametrize("dim", DIMS)
def test_whisper_has_two_halves_and_reaches_the_base(dim):
    ours = rows(1_500, dim, layout="sin_cos", reaches_base=True)
    theirs = whisper_sinusoids(1_500, dim)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1_500 * FLOAT32_ANGLES)


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize(
    "kind", [M2M100SinusoidalPositionalEmbedding, Speech2TextSinusoidalPositionalEmbedding]
)
def test_m2m100_and_speech2text_start_behind_their_padding(dim, kind):
    padding_idx = 1
    ids = torch.tensor([[7, 8, 9, 1, 1], [4, 4, 4, 4, 4]])
    theirs = kind(20, dim, padding_idx)(ids)
    places = torch.tensor([[2, 3, 4, 0, 0], [2, 3, 4, 5, 6]])
    ours = sinusoids(places, dim, layout="sin_cos", reaches_base=True)
    ours = ours * (ids != padding_idx)[..., None]
    torch.testing.assert_close(ours, theirs, rtol=0, atol=7 * FLOAT32_ANGLES)


@pytest.mark.parametrize("dim", DIMS)
def test_musicgen_puts_the_cosines_first(dim):
    table = MusicgenSinusoidalPositionalEmbedding(300, dim).weights
    ours = rows(300, dim, layout="cos_sin", reaches_base=True)
    torch.testing.assert_close(ours, table, rtol=0, atol=300 * FLOAT32_ANGLES)


@pytest.mark.parametrize("dim", DIMS)
def test_a_diffusion_models_time_is_a_position(dim):
    times = torch.tensor([0.0, 0.25, 0.5, 1.0])
    theirs = SinusPositionEmbedding(dim)(times)
    ids = torch.tensor([0, 250, 500, 1_000])
    ours = sinusoids(ids, dim, layout="sin_cos", reaches_base=True)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1_000 * FLOAT32_ANGLES)


def test_in_whole_models_marians_table_is_fixed_and_whispers_decoder_learns():
    small = {"vocab_size": 11, "pad_token_id": 10, "decoder_start_token_id": 10, "d_model": 8}
    small |= {f"{side}_{part}": 1 for side in ("encoder", "decoder") for part in SMALL_PARTS}
    marian = MarianModel(MarianConfig(**small))
    table = marian.encoder.embed_positions.weight
    torch.testing.assert_close(rows(len(table), 8, layout="sin_cos"), table, rtol=0, atol=1e-7)
    assert not table.requires_grad
    whisper = WhisperModel(WhisperConfig(**small, eos_token_id=10, bos_token_id=10))
    sound = whisper.encoder.embed_positions.weight
    ours = rows(len(sound), 8, layout="sin_cos", reaches_base=True)
    torch.testing.assert_close(ours, sound, rtol=0, atol=len(sound) * FLOAT32_ANGLES)
    assert whisper.decoder.embed_positions.weight.requires_grad


@pytest.mark.parametrize("reaches_base", [False, True])
def test_frequencies_and_wave_lengths(reaches_base):
    speeds = frequencies(8, 1_000.0, reaches_base)
    steps = 3 if reaches_base else 4
    wanted = torch.tensor([1_000.0 ** (-i / steps) for i in range(4)], dtype=torch.float64)
    torch.testing.assert_close(speeds, wanted)
    torch.testing.assert_close(wave_lengths(8, 1_000.0, reaches_base), 2 * math.pi / wanted)
    assert frequencies(2, 7.0, reaches_base).tolist() == [1.0]


@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3), (2, 1, 4)])
@pytest.mark.parametrize("kind", [torch.uint8, torch.int32, torch.int64])
def test_position_ids_of_any_shape_and_kind(shape, kind):
    ids = torch.randint(200, shape, generator=torch.Generator().manual_seed(0)).to(kind)
    ours = sinusoids(ids, 6)
    assert ours.shape == (*shape, 6)
    assert torch.equal(ours, rows(200, 6)[ids.long()])


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_far_rows_are_rounded_once_in_any_dtype(dtype):
    ids = torch.tensor([100_000, 100_001, 9_999_999])
    wanted = torch.tensor([by_the_book(t, 32) for t in ids.tolist()], dtype=torch.float64)
    ours = sinusoids(ids, 32, dtype=dtype)
    assert ours.dtype == dtype
    error = torch.finfo(dtype).eps / 2 + 1e-7 if dtype != torch.float64 else 1e-7
    torch.testing.assert_close(ours.double(), wanted, rtol=0, atol=error)


@pytest.mark.parametrize("old", LAYOUTS)
@pytest.mark.parametrize("new", LAYOUTS)
def test_layouts_change_into_each_other_with_their_gradients(old, new):
    table = rows(9, 6, layout=old).reshape(3, 3, 6).requires_grad_()
    moved = change_layout(table, old, new)
    assert torch.equal(moved.reshape(9, 6), rows(9, 6, layout=new))
    assert torch.equal(change_layout(moved, new, old), table)
    weights = torch.arange(54.0).reshape(3, 3, 6)
    (gradient,) = torch.autograd.grad((moved * weights).sum(), table)
    assert torch.equal(gradient, change_layout(weights, new, old))
    assert change_layout(table.bfloat16(), old, new).dtype == torch.bfloat16


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("options", [{}, {"base": 50.0}, {"reaches_base": True}])
def test_the_dot_product_depends_on_the_offset_only(dim, options):
    table = rows(400, dim, dtype=torch.float64, **options)
    offsets = torch.arange(400)[:, None] - torch.arange(400)
    wanted = table @ table.T
    torch.testing.assert_close(similarity(offsets, dim, **options), wanted, rtol=0, atol=1e-9)


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("steps", [1, 7, -3, 0])
@pytest.mark.parametrize("options", [{}, {"base": 50.0}, {"reaches_base": True}])
def test_a_shift_is_one_rotation(dim, steps, options):
    matrix = shift_matrix(steps, dim, **options)
    ids = torch.tensor([0, 1, 2, 100, 50_000])
    before, after = (
        sinusoids(ids + move, dim, dtype=torch.float64, **options) for move in (0, steps)
    )
    torch.testing.assert_close(before @ matrix, after, rtol=0, atol=1e-8)
    torch.testing.assert_close(matrix @ matrix.T, torch.eye(dim, dtype=torch.float64))
    assert torch.linalg.det(matrix).item() == pytest.approx(1)


def test_least_squares_finds_the_rotation_and_needs_enough_rows():
    table = rows(2_000, 16, dtype=torch.float64)
    torch.testing.assert_close(solve_shift(table, 5), shift_matrix(5, 16), rtol=0, atol=1e-6)
    for steps in (0, -1, 1_985):
        with pytest.raises(ValueError, match="at least 16"):
            solve_shift(table, steps)
    assert solve_shift(table, 1_984).shape == (16, 16)


def test_least_squares_fits_the_rows_it_has_even_where_slow_clocks_hardly_move():
    table = rows(200, 64, dtype=torch.float64)
    torch.testing.assert_close(table[:-5] @ solve_shift(table, 5), table[5:], rtol=0, atol=1e-9)


@pytest.mark.parametrize("steps", [0, 1, 5, -2])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_look_back_scores_highest_where_it_should(steps, dtype):
    generator = torch.Generator().manual_seed(1)
    key_weight = torch.randn(32, 32, generator=generator, dtype=torch.float64).to(dtype)
    query_weight = look_back(key_weight, steps)
    assert query_weight.dtype == dtype
    ids = torch.arange(70_000, 70_050)
    table = sinusoids(ids, 32, dtype=torch.float64)
    scores = (table @ query_weight.double()) @ (table @ key_weight.double()).T
    wanted = similarity(ids[:, None] - steps - ids, 32)
    tolerance = 1e-8 if dtype == torch.float64 else 1e-2
    torch.testing.assert_close(scores, wanted, rtol=0, atol=tolerance)
    inside = slice(max(steps, 0), 50 + min(steps, 0))
    assert torch.equal(scores.argmax(dim=1)[inside], (torch.arange(50) - steps)[inside])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layer_looks_up_what_sinusoids_computes_and_grows(layout):
    layer = SinusoidalPositions(6, 4, base=100.0, layout=layout, reaches_base=True)
    options = {"base": 100.0, "layout": layout, "reaches_base": True}
    for ids in (torch.tensor([[0, 3], [2, 2]]), torch.tensor([9, 0]), torch.empty(2, 0).long()):
        assert torch.equal(layer(ids), sinusoids(ids, 6, **options))
    assert len(layer.table) == 10
    assert not list(layer.parameters())
    assert not layer.state_dict()
    layer.to(torch.bfloat16)
    far = torch.tensor([1_000, 1_001])
    assert torch.equal(layer(far), sinusoids(far, 6, **options, dtype=torch.bfloat16))


def test_what_is_wrong_is_said():
    with pytest.raises(ValueError, match="model_dim is 5"):
        frequencies(5)
    with pytest.raises(ValueError, match="model_dim is 0"):
        frequencies(0)
    with pytest.raises(ValueError, match="base is 0"):
        frequencies(4, 0.0)
    with pytest.raises(TypeError, match="float32"):
        sinusoids(torch.tensor([0.5]), 4)
    with pytest.raises(TypeError, match="bool"):
        sinusoids(torch.tensor([True]), 4)
    with pytest.raises(ValueError, match="no layout 'split'"):
        sinusoids(torch.tensor([1]), 4, layout="split")
    with pytest.raises(ValueError, match="5 columns"):
        change_layout(torch.zeros(2, 5), "interleaved", "sin_cos")
    with pytest.raises(IndexError, match="position -1"):
        SinusoidalPositions(4)(torch.tensor([3, -1]))
    with pytest.raises(TypeError, match="whole numbers"):
        SinusoidalPositions(4)(torch.tensor([1.0]))


def test_the_figure_of_clocks_is_small():
    page = widgets.clock_hands(16, [10, 100, 10_000])
    assert len(page.data) < 10_000
    assert page.data.count("</script>") == 1
    assert "://" not in page.data
    assert "clocks = 8, bases = [10, 100, 10000], start = 5" in page.data
    assert "JavaScript" in repr(page)


def test_a_layer_that_is_built_on_the_meta_device_has_real_rows():
    with torch.device("meta"):
        layer = SinusoidalPositions(8, max_len=5)
    assert torch.equal(layer(torch.arange(5)), sinusoids(torch.arange(5), 8))
