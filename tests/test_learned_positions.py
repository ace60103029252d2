"""The code of lesson 9 against torch and transformers."""

import json
import re
import string

import pytest
import torch
import torch.nn.functional as F
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertEmbeddings
from transformers.models.opt.modeling_opt import OPTLearnedPositionalEmbedding
from transformers.models.roberta.modeling_roberta import RobertaEmbeddings

from embedkit import pretrained, widgets
from embedkit.learned_positions import (
    InputLayer,
    attention,
    attention_within_documents,
    check_positions,
    input_vectors,
    layer_norm,
    packed_position_ids,
    position_ids_from_mask,
    same_document,
    stretch_table,
)
from embedkit.packages import verified_folder

SENTENCES = [
    "The dog bites the man.",
    "In the beginning God created the heaven and the earth.",
    "Hi",
    "How do I learn to cook rice when nobody at home has ever cooked any?",
]


def drawn(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def gradients(out, *tensors):
    return torch.autograd.grad((out * drawn(*out.shape, seed=9).to(out.dtype)).sum(), tensors)


@pytest.mark.parametrize("batch", [(), (2,), (2, 3)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("masked", [False, True])
def test_attention_equals_torch_with_its_gradients(batch, dtype, masked):
    q, k, v = (
        drawn(*batch, length, dim, seed=i, dtype=dtype).requires_grad_()
        for i, (length, dim) in enumerate([(5, 4), (7, 4), (7, 3)])
    )
    mask = drawn(*batch, 5, 7, seed=4) > 0 if masked else None
    ours = attention(q, k, v, mask)
    theirs = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradients(ours, q, k, v), gradients(theirs, q, k, v))


def test_attention_in_half_precision_keeps_the_dtype():
    q, k, v = (drawn(2, 5, 4, seed=i, dtype=torch.bfloat16) for i in range(3))
    theirs = F.scaled_dot_product_attention(q, k, v)
    torch.testing.assert_close(attention(q, k, v), theirs, rtol=2e-2, atol=2e-2)


def test_attention_in_half_precision_forms_its_scores_in_float32():
    q = torch.full((1, 64), 40.0, dtype=torch.float16)
    k = torch.cat([q, -q])  # scores of ±102,400 before the root: beyond float16
    v = torch.tensor([[1.0], [2.0]], dtype=torch.float16)
    assert attention(q, k, v).item() == 1.0


def test_a_query_that_may_read_nothing_gets_zeros_and_finite_gradients():
    q, k, v = (drawn(3, 4, seed=i).requires_grad_() for i in range(3))
    mask = torch.tensor([[True, False, True], [False, False, False], [True, True, True]])
    out = attention(q, k, v, mask)
    assert torch.equal(out[1], torch.zeros(4))
    assert all(gradient.isfinite().all() for gradient in gradients(out, q, k, v))


def test_packed_attention_equals_attention_on_each_document_alone():
    documents = torch.tensor([[0, 0, 0, 1, 2, 2, -1, -1], [3, 3, 3, 3, 3, -1, 1, 1]])
    q, k, v = (drawn(2, 8, 4, seed=i).requires_grad_() for i in range(3))
    ours = attention_within_documents(q, k, v, documents)
    wanted = torch.zeros_like(v)
    for b in range(2):
        for one in documents[b].unique():
            if one >= 0:
                at = documents[b] == one
                alone = F.scaled_dot_product_attention(q[b, at], k[b, at], v[b, at])
                wanted[b, at] = alone
    torch.testing.assert_close(ours, wanted)
    torch.testing.assert_close(gradients(ours, q, k, v), gradients(wanted, q, k, v))
    assert not same_document(documents)[0, 7].any()


MASKS = {
    "right": [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]],
    "left": [[0, 0, 1, 1, 1], [0, 0, 0, 0, 1]],
    "both": [[0, 1, 1, 0, 0], [0, 0, 0, 0, 0]],
}


@pytest.mark.parametrize("name", MASKS)
@pytest.mark.parametrize("kind", [torch.long, torch.int32, torch.bool, torch.uint8])
def test_position_ids_are_those_of_opt_at_every_token(name, kind):
    mask = torch.tensor(MASKS[name])
    ours = position_ids_from_mask(mask.to(kind))
    assert ours.dtype == torch.long
    table = OPTLearnedPositionalEmbedding(5, 3)
    at = mask.bool()
    assert torch.equal(table(mask)[at], table.weight[ours + table.offset][at])
    roberta = RobertaEmbeddings.create_position_ids_from_input_ids(mask + 1, padding_idx=1)
    assert torch.equal(ours[at], roberta[at] - 2)
    assert not ours[~at].any()


def test_position_ids_of_other_shapes():
    left = torch.tensor(MASKS["left"])
    assert torch.equal(position_ids_from_mask(left[0]), torch.tensor([0, 0, 0, 1, 2]))
    assert torch.equal(position_ids_from_mask(left[None])[0], position_ids_from_mask(left))
    assert position_ids_from_mask(torch.ones(2, 0)).shape == (2, 0)


@pytest.mark.parametrize("lengths", [[5], [1, 1, 1], [3, 1, 4], []])
def test_packed_position_ids_restart_with_each_document(lengths):
    parts = [torch.full((n,), 7 - i) for i, n in enumerate(lengths)]
    documents = torch.cat([torch.empty(0, dtype=torch.long), *parts])
    wanted = torch.cat([torch.empty(0, dtype=torch.long), *(torch.arange(n) for n in lengths)])
    assert torch.equal(packed_position_ids(documents), wanted)
    stacked = torch.stack([documents, torch.zeros_like(documents)])
    assert torch.equal(packed_position_ids(stacked)[0], wanted)
    assert torch.equal(packed_position_ids(stacked)[1], torch.arange(sum(lengths)))


def test_padding_in_packed_sequences_has_position_0():
    documents = torch.tensor([-1, 4, 4, 4, -1, -1, 2, 2, -1])
    wanted = torch.tensor([0, 0, 1, 2, 0, 0, 0, 1, 0])
    assert torch.equal(packed_position_ids(documents), wanted)


@pytest.mark.parametrize("eps", [1e-12, 1e-5, 0.1])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_layer_norm_equals_torch_with_its_gradients(eps, dtype):
    x = (0.07 * drawn(2, 3, 8, dtype=dtype)).requires_grad_()
    weight, bias = (drawn(8, seed=i, dtype=dtype).requires_grad_() for i in (1, 2))
    ours, theirs = layer_norm(x, weight, bias, eps), F.layer_norm(x, (8,), weight, bias, eps)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=2e-6)
    for one, other in zip(
        gradients(ours, x, weight, bias), gradients(theirs, x, weight, bias), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def small_pair(eps=1e-3):
    config = BertConfig(
        vocab_size=11,
        hidden_size=6,
        num_attention_heads=1,
        max_position_embeddings=9,
        type_vocab_size=3,
        layer_norm_eps=eps,
        hidden_dropout_prob=0.0,
    )
    theirs, ours = BertEmbeddings(config), InputLayer(11, 6, max_len=9, segments=3, eps=eps)
    names = ["token.weight", "position.weight", "segment.weight", "norm.weight", "norm.bias"]
    state = {name: drawn(*p.shape, seed=i) for i, (name, p) in enumerate(ours.named_parameters())}
    assert list(state) == names
    ours.load_state_dict(state)
    with torch.no_grad():
        for parameter, name in zip(theirs.parameters(), [*names[:1], *names[1:]], strict=True):
            parameter.copy_(state[name])
    return ours, theirs


def test_the_input_layer_equals_berts_with_its_gradients():
    ours, theirs = small_pair()
    generator = torch.Generator().manual_seed(3)
    ids, segments, positions = (
        torch.randint(high, (2, 7), generator=generator) for high in (11, 3, 9)
    )
    one = ours(ids, segment_ids=segments, position_ids=positions)
    other = theirs(ids, token_type_ids=segments, position_ids=positions)
    torch.testing.assert_close(one, other)
    for (name, parameter), peer in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        (mine,), (yours,) = (
            gradients(one_of(ours, ids, segments, positions), parameter),
            gradients(theirs(ids, token_type_ids=segments, position_ids=positions), peer),
        )
        if name == "token.weight":  # theirs gives its padding row no gradient
            mine, yours = mine[1:], yours[1:]
        torch.testing.assert_close(mine, yours, rtol=1e-4, atol=1e-5)


def one_of(layer, ids, segments, positions):
    return layer(ids, segment_ids=segments, position_ids=positions)


def test_input_vectors_is_the_layer_as_one_function():
    ours, _ = small_pair(eps=0.1)
    ids, segments, positions = torch.tensor([[[4, 0]], [[10, 4]]]), torch.tensor(2), torch.tensor(8)
    segments, positions = segments.expand_as(ids), positions.expand_as(ids)
    tables = [ours.token.weight, ours.segment.weight, ours.position.weight]
    norm = [ours.norm.weight, ours.norm.bias, 0.1]
    out = input_vectors(*tables, ids, segments, positions, *norm)
    wanted = one_of(ours, ids, segments, positions)
    torch.testing.assert_close(out, wanted)
    assert out.shape == (2, 1, 2, 6)


def test_a_padding_mask_gives_each_token_the_vector_that_it_has_alone():
    ours, theirs = small_pair()
    ids = torch.tensor([[0, 0, 4, 5, 6], [1, 2, 3, 4, 5]])
    mask = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])
    torch.testing.assert_close(ours(ids, mask)[0, 2:], theirs(ids[:1, 2:])[0])
    torch.testing.assert_close(ours(ids, mask)[1], theirs(ids[1:])[0])
    torch.testing.assert_close(ours(ids), theirs(ids))


@pytest.fixture(scope="module")
def minilm():
    folder = verified_folder(pretrained.PACKAGES["minilm"])
    config = BertConfig(**json.loads((folder / "config.json").read_text(encoding="utf-8")))
    checkpoint = pretrained.load("minilm")
    theirs = BertEmbeddings(config).eval()
    theirs.load_state_dict(
        {name: checkpoint.tensor(f"embeddings.{name}") for name in theirs.state_dict()}
    )
    return InputLayer.from_checkpoint(checkpoint, config.layer_norm_eps), theirs, checkpoint


@pytest.mark.parametrize("sentence", SENTENCES)
def test_minilms_input_layer_is_reproduced(minilm, sentence):
    ours, theirs, checkpoint = minilm
    ids = torch.tensor([checkpoint.tokenizer().encode(sentence).ids])
    for segment in (0, 1):
        segments = torch.full_like(ids, segment)
        difference = ours(ids, segment_ids=segments) - theirs(ids, token_type_ids=segments)
        assert difference.abs().max() < 1e-6


def test_a_position_beyond_the_table_is_named():
    layer = InputLayer(11, 6, max_len=9)
    with pytest.raises(IndexError, match=r"position 9 at \(0, 9\) has no row.* 9 positions"):
        layer(torch.zeros(2, 10, dtype=torch.long))
    with pytest.raises(IndexError, match=r"position -1 at \(0, 1\)"):
        check_positions(torch.tensor([[0, -1]]), 9)
    with pytest.raises(TypeError):
        check_positions(torch.tensor([0.5]), 9)
    with pytest.raises(IndexError, match="id 11"):
        layer(torch.tensor([[11]]))
    check_positions(torch.tensor([0, 8]), 9)


@pytest.mark.parametrize("shape", [(2, 3), (1, 3), (7, 3)])
@pytest.mark.parametrize("max_len", [7, 8, 13, 512])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_stretched_table_equals_torchs_interpolation(shape, max_len, dtype):
    table = drawn(*shape, dtype=dtype).requires_grad_()
    ours = stretch_table(table, max_len)
    wide = table.double().T[None]
    theirs = F.interpolate(wide, size=max_len, mode="linear", align_corners=True)[0].T
    assert ours.dtype == dtype
    atol = 1e-14 if dtype == torch.float64 else 1e-6
    torch.testing.assert_close(ours, theirs.to(dtype), rtol=0, atol=atol)
    (mine,), (yours,) = gradients(ours, table), gradients(theirs.to(dtype), table)
    torch.testing.assert_close(mine, yours, rtol=1e-5, atol=1e-5)


def test_a_table_of_the_same_length_is_unchanged_and_shrinking_is_refused():
    table = drawn(5, 2)
    assert torch.equal(stretch_table(table, 5), table)
    with pytest.raises(ValueError, match="5 rows"):
        stretch_table(table, 4)
    with pytest.raises(ValueError, match="ask for 2"):
        stretch_table(table[:1], 1)


def test_the_figure_of_rows_is_small_and_holds_their_cosines():
    unit = F.normalize(drawn(64, 5), dim=1)
    cosines = unit @ unit.T
    page = widgets.position_rows(cosines)
    assert len(page.data) < 10_000
    assert page.data.count("</script>") == 1
    assert "://" not in page.data
    assert "JavaScript" in repr(page)
    digits = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    (code,) = re.findall(r'packed = "([\w-]*)"', page.data)
    steps = [
        digits.index(a) * 64 + digits.index(b) for a, b in zip(code[::2], code[1::2], strict=True)
    ]
    below = torch.tril_indices(64, 64, offset=-1)
    found = torch.tensor(steps) / 2000 - 1
    torch.testing.assert_close(found, cosines[below[0], below[1]], rtol=0, atol=3e-4)
