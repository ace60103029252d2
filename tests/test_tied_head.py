"""Lesson 7's code, compared element by element with PyTorch's layers and with transformers."""

import copy
import json
import pickle
from dataclasses import asdict

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from benchmarks import tied
from embedkit.learning_the_table import embedding_backward
from embedkit.tied_head import (
    SmallLM,
    TiedHead,
    gradient_by_end,
    head_backward,
    is_tied,
    likeness,
    logits,
    smallest_head,
)

V, D = 11, 6
SHAPES = [(), (1,), (7,), (0,), (2, 5), (2, 0), (2, 3, 4)]
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-6, torch.bfloat16: 2e-2}


def drawn(*shape, seed=1, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def some_ids(*shape, seed=2, vocab_size=V):
    return torch.randint(vocab_size, shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_logits_equal_linear_both_ways(shape, dtype, with_bias):
    sets = [
        [drawn(*shape, D, dtype=dtype), drawn(V, D, seed=3, dtype=dtype)]
        + [drawn(V, seed=4, dtype=dtype)] * with_bias
        for _ in range(2)
    ]
    weights = drawn(*shape, V, seed=5, dtype=dtype)
    found = []
    for function, tensors in zip((logits, F.linear), sets, strict=True):
        for tensor in tensors:
            tensor.requires_grad_()
        out = function(*tensors)
        (out * weights).sum().backward()
        found.append([out, *(tensor.grad for tensor in tensors)])
    for ours, theirs in zip(*found, strict=True):
        assert ours.dtype == dtype
        torch.testing.assert_close(ours, theirs, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("bias", [False, True])
def test_a_tied_head_equals_a_linear_layer_with_the_shared_weight(bias):
    embedding, linear = nn.Embedding(V, D), nn.Linear(D, V, bias=bias)
    linear.weight = embedding.weight
    head = TiedHead(embedding, bias=bias)
    if bias:
        head.bias = nn.Parameter(drawn(V))
        linear.bias = nn.Parameter(drawn(V))
    ids, weights = some_ids(2, 5), drawn(2, 5, V)
    grads = []
    for layer in (head, linear):
        embedding.weight.grad = None
        out = layer(embedding(ids) ** 2)
        (out * weights).sum().backward()
        grads.append((out, embedding.weight.grad))
    for ours, theirs in zip(*grads, strict=True):
        torch.testing.assert_close(ours, theirs)


def tied_gpt2():
    config = GPT2Config(
        vocab_size=V, n_embd=8, n_head=2, n_layer=1, n_positions=16,
        bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    model = GPT2LMHeadModel(config)
    return model, model.transformer, model.transformer.wte


def tied_llama():
    config = LlamaConfig(
        vocab_size=V, hidden_size=8, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, tie_word_embeddings=True,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    return model, model.model, model.model.embed_tokens


@pytest.mark.parametrize("build", [tied_gpt2, tied_llama])
def test_a_tied_head_gives_what_transformers_gives(build):
    torch.manual_seed(0)
    model, body, embedding = build()
    model.eval()
    ids, weights = some_ids(2, 7), drawn(2, 7, V)
    head = TiedHead(embedding)
    found = []
    for scores in (lambda: head(body(ids).last_hidden_state), lambda: model(ids).logits):
        model.zero_grad()
        out = scores()
        (out * weights).sum().backward()
        found.append((out, embedding.weight.grad.clone()))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs)
    assert is_tied(model.get_output_embeddings().weight, head.weight)


def test_vectors_of_another_length_are_named():
    with pytest.raises(ValueError, match="have 5 numbers and the rows of the table 6"):
        TiedHead(nn.Embedding(V, D))(drawn(2, 5))


def test_a_larger_table_is_scored_whole_and_a_bias_of_the_old_size_is_named():
    plain, biased = nn.Embedding(V, D), nn.Embedding(V, D)
    heads = TiedHead(plain), TiedHead(biased, bias=True)
    larger = nn.Parameter(drawn(V + 2, D))
    plain.weight = biased.weight = larger
    hidden = drawn(3, D, seed=5)
    torch.testing.assert_close(heads[0](hidden), hidden @ larger.T)
    with pytest.raises(ValueError, match=f"{V + 2} rows and the bias {V} numbers"):
        heads[1](hidden)
    heads[1].bias = nn.Parameter(drawn(V + 2, seed=6))
    torch.testing.assert_close(heads[1](hidden), hidden @ larger.T + heads[1].bias)


def test_the_bias_starts_at_zero_and_can_be_set_to_it_again():
    with torch.device("meta"):
        head = TiedHead(nn.Embedding(V, D), bias=True)
    head.to_empty(device="cpu")
    nn.init.ones_(head.bias)
    head.reset_parameters()
    assert torch.equal(head.bias, torch.zeros(V))
    assert torch.equal(TiedHead(nn.Embedding(V, D), bias=True).bias, torch.zeros(V))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        self.head = TiedHead(self.embedding, bias=True)

    def forward(self, ids):
        return self.head(self.embedding(ids))


def on_meta():
    with torch.device("meta"):
        model = Model()
    model.to_empty(device="cpu")
    nn.init.normal_(model.embedding.weight)
    model.head.reset_parameters()
    return model


def assigned(model):
    separate = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(separate, assign=True)
    return model


def enlarged(model):
    model.embedding.weight = nn.Parameter(drawn(V, D))
    return model


LIVES = {
    "double": lambda: Model().double(),
    "bfloat16 and back": lambda: Model().bfloat16().float(),
    "deepcopy": lambda: copy.deepcopy(Model()),
    "pickle": lambda: pickle.loads(pickle.dumps(Model())),
    "meta": on_meta,
    "assign": lambda: assigned(Model()),
    "new table": lambda: enlarged(Model()),
    "wrapped": lambda: nn.Sequential(Model())[0],
}


@pytest.mark.parametrize("life", LIVES)
def test_a_tied_head_stays_tied(life):
    model = LIVES[life]()
    dtype = model.embedding.weight.dtype
    assert model.head.weight is model.embedding.weight
    ids = some_ids(4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    F.cross_entropy(model(ids), some_ids(4, seed=3)).backward()
    optimizer.step()
    with torch.no_grad():
        table = model.embedding.weight
        expected = table[ids] @ table.T + model.head.bias
    assert expected.dtype == dtype
    torch.testing.assert_close(model(ids), expected)


def test_a_deep_copy_is_a_model_of_its_own():
    model = Model()
    other = copy.deepcopy(model)
    with torch.no_grad():
        other.embedding.weight.zero_()
    assert model.embedding.weight.any()
    assert not is_tied(model.head.weight, other.head.weight)


def test_the_table_is_listed_once():
    model = Model()
    assert list(model.state_dict()) == ["embedding.weight", "head.bias"]
    assert [name for name, _ in model.named_parameters()] == ["embedding.weight", "head.bias"]
    assert list(TiedHead(nn.Embedding(V, D)).parameters()) == []


def test_is_tied_knows_a_view_from_a_copy():
    table = drawn(6, 6)
    for same in (table, table.detach(), table.data, nn.Parameter(table), table[:], table.T.T):
        assert is_tied(table, same)
    assert is_tied(table[1:], table[1:])
    assert is_tied(table[:1], table.as_strided((1, 6), (99, 1)))  # one row has no next
    others = (
        table.clone(), table.T, table[:-1], table.view(4, 9), table.view(torch.int32),
        table.flatten(), torch.zeros(6, 6),
    )  # fmt: skip
    for other in others:
        assert not is_tied(table, other)
        assert not is_tied(other, table)
    assert not is_tied(table[:-1], table[1:])
    assert not is_tied(table[::2], table[:3])
    empty = torch.empty(0, 6)
    assert is_tied(empty, empty)
    assert not is_tied(empty, torch.empty(0, 6))
    meta = torch.empty(6, 6, device="meta")
    assert is_tied(meta, meta)
    assert not is_tied(meta, torch.empty(6, 6, device="meta"))
    assert not is_tied(meta, table)
    assert not is_tied(meta, meta.detach())
    complex_ = torch.complex(table, table)
    assert is_tied(complex_, complex_)
    assert not is_tied(complex_, complex_.conj())
    assert not is_tied(complex_.imag, complex_.conj().imag)


@pytest.mark.parametrize("shape", [(), (1,), (7,), (2, 5), (2, 3, 4)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_head_backward_equals_autograd(shape, dtype):
    hidden, table = drawn(*shape, D, dtype=dtype), drawn(V, D, seed=3, dtype=dtype)
    targets = some_ids(*shape)
    leaves = hidden.clone().requires_grad_(), table.clone().requires_grad_()
    scores = F.linear(*leaves)
    F.cross_entropy(scores.reshape(-1, V), targets.flatten()).backward()
    for ours, leaf in zip(head_backward(hidden, table, targets), leaves, strict=True):
        torch.testing.assert_close(ours, leaf.grad, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


def test_head_backward_keeps_half_precision_and_its_inputs():
    hidden, table = drawn(4, D).bfloat16(), drawn(V, D).bfloat16()
    kept = hidden.clone(), table.clone()
    found = head_backward(hidden, table, some_ids(4))
    wide = head_backward(hidden.double(), table.double(), some_ids(4))
    assert torch.equal(hidden, kept[0])
    assert torch.equal(table, kept[1])
    for ours, exact in zip(found, wide, strict=True):
        assert ours.dtype == torch.bfloat16
        torch.testing.assert_close(ours.double(), exact, rtol=1e-2, atol=1e-4)


def test_head_backward_refuses_targets_that_name_no_row():
    with pytest.raises(IndexError, match="id 11"):
        head_backward(drawn(2, D), drawn(V, D), torch.tensor([0, V]))
    with pytest.raises(TypeError, match="integers"):
        head_backward(drawn(2, D), drawn(V, D), torch.tensor([0.0, 1.0]))


def test_head_backward_refuses_targets_of_another_shape():
    with pytest.raises(ValueError, match=r"shape \(1,\), and the vectors stand in \(3,\)"):
        head_backward(drawn(3, D), drawn(V, D), torch.tensor([0]))


@pytest.mark.parametrize("tied", [False, True])
def test_the_small_model_equals_its_parts(tied):
    torch.manual_seed(0)
    model = SmallLM(V, D, 9, tied=tied)
    ids = some_ids(3, 8)
    memory, _ = model.body(D**0.5 * model.embedding.weight[ids])
    expected = F.linear(model.project(memory), model.head.weight)
    torch.testing.assert_close(model(ids), expected)
    assert (model.head.weight is model.embedding.weight) == tied


def test_the_small_model_does_not_look_ahead():
    model = SmallLM(V, D, 9, tied=True)
    ids = some_ids(1, 8)
    changed = ids.clone()
    changed[0, 5] = (ids[0, 5] + 1) % V
    one, other = model(ids), model(changed)
    assert torch.equal(one[0, :5], other[0, :5])
    assert not torch.equal(one[0, 5:], other[0, 5:])


def test_the_small_model_starts_with_small_logits_and_inputs_of_size_one():
    torch.manual_seed(0)
    model = SmallLM(2000, 64, 32, tied=True)
    assert abs(model.scale * model.embedding.weight.std().item() - 1) < 0.02
    loss = F.cross_entropy(model(some_ids(8, 16, vocab_size=2000)).flatten(0, 1), some_ids(128))
    assert abs(loss.item() - 7.6) < 0.2


def test_the_gradients_of_both_ends_add_up_to_that_of_the_tied_table():
    torch.manual_seed(0)
    model = SmallLM(V, D, 9, tied=True)
    ids, targets = some_ids(3, 4, seed=5, vocab_size=6), some_ids(3, 4, seed=6)
    F.cross_entropy(model(ids).flatten(0, 1), targets.flatten()).backward()
    from_input, from_head = gradient_by_end(model, ids, targets)
    torch.testing.assert_close(from_input + from_head, model.embedding.weight.grad)
    assert not from_input[6:].any()
    assert from_head.any(dim=1).all()


def test_the_gradients_of_both_ends_are_those_of_an_untied_model():
    torch.manual_seed(0)
    model = SmallLM(V, D, 9, tied=False)
    ids, targets = some_ids(3, 4), some_ids(3, 4, seed=6)
    F.cross_entropy(model(ids).flatten(0, 1), targets.flatten()).backward()
    from_input, from_head = gradient_by_end(model, ids, targets)
    torch.testing.assert_close(from_input, model.embedding.weight.grad)
    torch.testing.assert_close(from_head, model.head.weight.grad)


def test_the_gradients_of_both_ends_by_hand():
    torch.manual_seed(0)
    model = SmallLM(V, D, 9, tied=True)
    ids, targets = some_ids(3, 4), some_ids(3, 4, seed=6)
    rows = model.embedding(ids)
    hidden = model.hidden(rows)
    grad_hidden, from_head = head_backward(
        hidden.detach(), model.embedding.weight.detach(), targets
    )
    (grad_rows,) = torch.autograd.grad(hidden, rows, grad_hidden)
    found = gradient_by_end(model, ids, targets)
    torch.testing.assert_close(found[0], embedding_backward(grad_rows, ids, V))
    torch.testing.assert_close(found[1], from_head)


@pytest.mark.parametrize(("n", "vocab", "rank"), [(9, 12, 3), (5, 12, 5), (12, 4, 9), (1, 6, 2)])
def test_the_smallest_head_gives_the_probabilities_with_the_rank_that_they_have(n, vocab, rank):
    scores = drawn(n, rank, dtype=torch.float64) @ drawn(rank, vocab, seed=3, dtype=torch.float64)
    shift = 5 * drawn(n, 1, seed=4, dtype=torch.float64)
    probabilities = (scores + shift).softmax(dim=1)
    hidden, table = smallest_head(probabilities)
    dim = min(n, rank, vocab - 1)
    assert (hidden.shape, table.shape) == ((n, dim), (vocab, dim))
    torch.testing.assert_close(logits(hidden, table).softmax(dim=1), probabilities)


def test_the_smallest_head_names_what_it_cannot_use():
    with pytest.raises(TypeError, match=r"torch.float32; they must be float64"):
        smallest_head(torch.full((3, 4), 0.25))
    with pytest.raises(ValueError, match="a probability is zero"):
        smallest_head(torch.tensor([[0.0, 1.0]], dtype=torch.float64))


def test_likeness_wants_three_rows():
    with pytest.raises(ValueError, match="2 and 2 rows"):
        likeness(drawn(2, 4), drawn(2, 4))


def test_equal_probabilities_need_no_head_at_all():
    hidden, table = smallest_head(torch.full((3, 5), 0.2, dtype=torch.float64))
    assert (hidden.shape, table.shape) == ((3, 0), (5, 0))


def test_likeness_is_the_correlation_of_cosines_and_does_not_feel_turns():
    one, other = drawn(40, 8), drawn(40, 5, seed=7)
    turn = torch.linalg.qr(drawn(8, 8, seed=8))[0]
    assert likeness(one, 3 * one @ turn + 1) == pytest.approx(1, abs=1e-5)
    assert abs(likeness(one, other)) < 0.15
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    centred = [table - table.mean(dim=0) for table in (one, other)]
    pairs = [(i, j) for i in range(40) for j in range(i + 1, 40)]
    cosines = [
        [F.cosine_similarity(table[i], table[j], dim=0).item() for i, j in pairs]
        for table in centred
    ]
    expected = torch.corrcoef(torch.tensor(cosines))[0, 1].item()
    assert likeness(one, other) == pytest.approx(expected, abs=1e-5)
    noisy = one + 0.3 * drawn(40, 8, seed=9)
    assert 0.5 < likeness(one, noisy) < 0.99


def test_the_stored_runs_are_those_of_the_benchmark():
    """What lesson 7 shows was made with the settings of today, each variant at its best rate."""
    stored = json.loads(tied.RESULTS.read_text(encoding="utf-8"))
    assert asdict(tied.CONFIG).items() <= stored["config"].items()
    assert stored["variants"] == {name: asdict(one) for name, one in tied.VARIANTS.items()}
    for name in tied.VARIANTS:
        runs = stored["runs"][name]
        assert runs.keys() == {str(seed) for seed in tied.SEEDS}
        assert {run["rate"] for run in runs.values()} == {tied.best_rate(stored, name)}
        for rate in tied.RATES:
            assert all(tied.swept(stored, name, rate, seed) for seed in tied.SWEEP_SEEDS)
