"""The parts of lesson 12's sheet are those of the model, element by element."""

import math
from dataclasses import replace
from typing import get_args

import pytest
import torch

from embedkit import decoder_parts
from embedkit.language_model_training import loss_by_position
from embedkit.tiny_language_model import Config, Positions, TinyLM
from tests.test_tiny_language_model import SMALL, lively, some_ids


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("positions", get_args(Positions))
def test_parameters(positions: Positions, tied: bool) -> None:
    config = Config(11, 12, 2, 2, 20, 9, positions, tied)
    counted = decoder_parts.count_parameters(11, 12, 2, 20, 9, positions, tied)
    assert counted == sum(p.numel() for p in TinyLM(config).parameters())


def test_guessing_is_what_a_model_with_equal_logits_scores() -> None:
    loss = torch.nn.functional.cross_entropy(torch.zeros(6, 50), torch.arange(6)).item()
    nats = 6 * loss
    assert decoder_parts.bits_of_guessing(50, 6, 20) == pytest.approx(nats / math.log(2) / 20)


@pytest.mark.parametrize("positions", get_args(Positions))
def test_what_enters(positions: Positions) -> None:
    model = lively(replace(SMALL, positions=positions))
    ids, places = some_ids(2, 5), torch.tensor([3, 4, 5, 6, 7])
    table = model.position_table.weight if positions == "learned" else None  # type: ignore[union-attr]
    ours = decoder_parts.input_vectors(
        ids,
        places.expand(2, 5),
        model.embedding.weight,
        positions,
        table,  # type: ignore[arg-type]
    )
    torch.testing.assert_close(ours, model.input_vectors(ids, places))


def test_the_decoder_is_the_model() -> None:
    model = lively(SMALL).double()
    ids = some_ids(3, 7)
    ours = decoder_parts.decoder(ids, decoder_parts.weights_of(model), SMALL.heads)
    torch.testing.assert_close(ours, model(ids), rtol=1e-4, atol=1e-5)


def test_the_loss_by_position_is_that_of_training() -> None:
    model, ids = lively(SMALL), some_ids(1, 50)[0]
    with torch.no_grad():
        ours = decoder_parts.mean_loss_by_position(model, ids, 8)
    torch.testing.assert_close(ours.double(), loss_by_position(model, ids, 8), rtol=1e-5, atol=1e-5)
