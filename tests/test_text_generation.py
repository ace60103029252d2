"""Sampling against transformers' own, and generation with a cache against generation without."""

from dataclasses import replace
from typing import get_args

import pytest
import torch
from transformers import TemperatureLogitsWarper, TopPLogitsWarper

from embedkit.text_generation import generate, next_token_probabilities
from embedkit.tiny_language_model import Positions
from tests.test_tiny_language_model import SMALL, lively, some_ids


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("top_p", [0.05, 0.5, 0.9, 1.0])
def test_probabilities_equal_those_of_transformers(temperature: float, top_p: float) -> None:
    logits = 3 * torch.randn(4, 50, generator=torch.Generator().manual_seed(1))
    scores = TemperatureLogitsWarper(temperature)(None, logits)
    if top_p < 1:
        scores = TopPLogitsWarper(top_p)(None, scores)
    ours = next_token_probabilities(logits, temperature, top_p)
    torch.testing.assert_close(ours, scores.softmax(dim=-1))


def test_temperature_zero_takes_the_likeliest() -> None:
    logits = torch.tensor([[1.0, 3.0, 2.0], [5.0, 4.0, 5.0]])
    expected = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    assert torch.equal(next_token_probabilities(logits, temperature=0.0), expected)


def test_the_nucleus_is_the_smallest_set() -> None:
    logits = torch.tensor([0.1, 0.5, 0.2, 0.2]).log()
    nucleus = next_token_probabilities(logits, top_p=0.6)
    torch.testing.assert_close(nucleus, torch.tensor([0.0, 5 / 7, 2 / 7, 0.0]))
    assert torch.equal(next_token_probabilities(logits, top_p=1e-9), torch.tensor([0.0, 1, 0, 0]))


def test_half_precision_is_computed_in_float32() -> None:
    logits = torch.randn(5, 300, generator=torch.Generator().manual_seed(0)).bfloat16()
    ours = next_token_probabilities(logits, 0.7, 0.9)
    assert torch.equal(ours, next_token_probabilities(logits.float(), 0.7, 0.9))


def test_bad_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="0 is the coldest"):
        next_token_probabilities(torch.zeros(3), temperature=-1.0)
    for top_p in (0.0, 1.1):
        with pytest.raises(ValueError, match="above 0 and up to 1"):
            next_token_probabilities(torch.zeros(3), top_p=top_p)


@pytest.mark.parametrize("positions", get_args(Positions))
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_cache_changes_no_token(positions: Positions, temperature: float) -> None:
    model = lively(replace(SMALL, positions=positions, max_len=50)).double()
    texts = []
    for use_cache in (True, False):
        generator = torch.Generator().manual_seed(3)
        tokens = generate(model, some_ids(3, 6), 40, temperature, 0.9, generator, use_cache)
        texts.append(torch.stack(list(tokens), dim=1))
    assert texts[0].shape == (3, 40)
    assert torch.equal(*texts)
    assert len(texts[0].unique()) > 5


def test_learned_positions_run_out() -> None:
    tokens = generate(lively(replace(SMALL, positions="learned")), some_ids(1, 10), 20)
    with pytest.raises(IndexError, match="position 16"):
        list(tokens)


def test_it_writes_as_likely_tokens_as_the_model_says() -> None:
    model, ids = lively(SMALL), some_ids(1, 4)
    expected = model(ids)[0, -1].softmax(-1)
    many = ids.expand(40_000, -1)
    drawn = next(generate(model, many, 1, generator=torch.Generator().manual_seed(0)))
    shares = drawn.bincount(minlength=61) / len(many)
    torch.testing.assert_close(shares, expected, rtol=0, atol=0.01)
