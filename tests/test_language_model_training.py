"""Training and its measures: schedule, batches, loss by position, bits a character."""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from embedkit.corpora import kjv_split, kjv_verses
from embedkit.language_model_training import (
    Recipe,
    Text,
    bits_a_character,
    draw_batch,
    kjv_tokens,
    loss_by_position,
    rate_at,
    train,
)
from embedkit.tiny_language_model import TinyLM
from embedkit.tokens_to_ids import BytePairTokenizer
from tests.test_tiny_language_model import SMALL, lively, some_ids


def test_the_split_loses_no_verse() -> None:
    train_part, held_out = (part.split("\n") for part in kjv_split())
    assert sorted(train_part + held_out) == sorted(kjv_verses())
    assert 0.04 < len(held_out) / len(kjv_verses()) < 0.06
    assert held_out[0] == kjv_verses()[1900]


def test_tokens_are_those_of_the_text() -> None:
    text = kjv_tokens(400)
    assert text.tokenizer.vocab_size == 400
    for part, ids in zip(kjv_split(), (text.train, text.held_out), strict=True):
        assert text.tokenizer.decode(ids.tolist()) == part
    assert text.characters_a_token * len(text.held_out) == pytest.approx(len(kjv_split()[1]))


def test_a_batch_is_text_and_what_follows() -> None:
    ids = torch.arange(100)
    reads, follows = draw_batch(ids, 5, 8, torch.Generator().manual_seed(0))
    assert reads.shape == follows.shape == (5, 8)
    assert torch.equal(reads + 1, follows)
    assert torch.equal(reads[:, 1:], follows[:, :-1])
    places = draw_batch(ids, 5_000, 98, torch.Generator().manual_seed(0))[0][:, 0]
    assert places.unique().tolist() == [0, 1]


def test_the_rate_rises_and_falls() -> None:
    recipe = Recipe(steps=110, learning_rate=2.0, warmup=10)
    rates = [rate_at(step, recipe) for step in range(111)]
    assert rates[:3] == pytest.approx([0.2, 0.4, 0.6])
    assert max(rates) == rates[10] == 2.0
    assert rates[60] == pytest.approx(1.0)
    assert rates[110] == pytest.approx(0.0)


def repeating(length: int = 400) -> Text:
    """Return a text that repeats itself, in which every token is known from the one before."""
    ids = torch.arange(length) % 7
    return Text(BytePairTokenizer([]), ids, ids[:120], characters_a_token=2.0)


def test_a_model_learns_and_the_same_seed_learns_the_same() -> None:
    curves = []
    for _ in range(2):
        torch.manual_seed(0)
        model = TinyLM(SMALL)
        curves.append(
            train(
                model, repeating(), Recipe(steps=150, batch=4, learning_rate=0.01, warmup=5), seed=1
            )
        )
    assert curves[0] == curves[1]
    assert len(curves[0]) == 150
    assert curves[0][-1] < 0.1 < 3.5 < curves[0][0]
    torch.manual_seed(0)
    other = train(TinyLM(SMALL), repeating(), Recipe(steps=3, batch=4, warmup=5), seed=2)
    assert other != curves[0][:3]


def test_progress_sees_every_step() -> None:
    seen: list[int] = []

    def progress(steps):  # type: ignore[no-untyped-def]
        for step in steps:
            seen.append(step)
            yield step

    train(TinyLM(SMALL), repeating(), Recipe(steps=4, batch=2), 0, progress)
    assert seen == [0, 1, 2, 3]


def test_loss_by_position_element_by_element() -> None:
    model, ids = lively(SMALL), some_ids(70)
    ours = loss_by_position(model, ids, length=12, batch=2)
    pieces = [ids[first : first + 13] for first in range(0, 58, 12)]
    plain = torch.stack(
        [F.cross_entropy(model(p[None, :-1])[0], p[1:], reduction="none") for p in pieces]
    )
    torch.testing.assert_close(ours, plain.double().mean(dim=0), rtol=1e-5, atol=1e-5)


def test_bits_a_character() -> None:
    model = TinyLM(replace(SMALL, init_std=0.0))  # says the same of all 61 tokens
    assert bits_a_character(model, repeating()) == pytest.approx(math.log2(61) / 2.0)
