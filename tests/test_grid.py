"""The grid of lesson 12 on a small scale: it goes on where it stopped, and says what it ran on."""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from benchmarks import grid
from embedkit.language_model_training import Recipe, Text, loss_by_position
from embedkit.rotary_scaling import ntk_frequencies
from embedkit.tiny_language_model import Config, TinyLM
from embedkit.tokens_to_ids import BytePairTokenizer
from tests.test_tiny_language_model import SMALL


@pytest.fixture
def text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Text:
    """Make the grid small, let it write elsewhere, and return what it reads."""
    ids = torch.randint(61, (800,), generator=torch.Generator().manual_seed(0))
    small = Text(BytePairTokenizer([]), ids, ids[:400], characters_a_token=3.0)
    monkeypatch.setattr(grid, "CONFIG", replace(SMALL, layers=1))
    monkeypatch.setattr(grid, "RECIPE", Recipe(steps=20, batch=2, warmup=2))
    monkeypatch.setattr(grid, "RESULTS", tmp_path)
    monkeypatch.setattr(grid, "RUNS", tmp_path / "grid")
    monkeypatch.setattr(grid, "kjv_tokens", lambda size: small)
    return small


def run(monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setattr(sys, "argv", ["grid", *options])
    grid.main()


def test_the_grid_is_whole() -> None:
    kinds = {(cell.positions, cell.tied, cell.scaled) for cell in grid.CELLS}
    assert len({(positions, tied) for positions, tied, scaled in kinds if not scaled}) == 10
    for kind in kinds:
        own = [c.seed for c in grid.CELLS if (c.positions, c.tied, c.scaled) == kind]
        assert len(set(own)) >= 3
    assert len({cell.file for cell in grid.CELLS}) == len(grid.CELLS)


def test_it_goes_on_where_it_stopped(
    text: Text, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(cell, text):  # type: ignore[no-untyped-def]
        if len(list((tmp_path / "grid").glob("*.json"))) == 4:
            raise KeyboardInterrupt
        return make(cell, text)

    make = grid.make
    monkeypatch.setattr(grid, "make", stop)
    with pytest.raises(KeyboardInterrupt):
        run(monkeypatch)
    first = {path: path.read_text() for path in (tmp_path / "grid").iterdir()}
    assert len(first) == 4
    monkeypatch.setattr(grid, "make", make)
    run(monkeypatch, "--part", "1", "2")
    assert not (tmp_path / "grid.json").exists()
    run(monkeypatch, "--part", "2", "2")
    assert {path: path.read_text() for path in first} == first
    table = json.loads((tmp_path / "grid.json").read_text())
    assert len(table["runs"]) == len(grid.CELLS)
    assert table["config"] == asdict(grid.CONFIG)
    assert [run["scaled"] for run in table["runs"]] == [cell.scaled for cell in grid.CELLS]


def test_the_stored_table_is_of_this_grid() -> None:
    """What lesson 12 shows was made with the settings of today, each run with its own."""
    stored = json.loads((Path(grid.__file__).parent / "results" / "grid.json").read_text())
    assert stored["recipe"] == asdict(Recipe())
    assert stored["config"] == asdict(Config())
    assert [run["positions"] for run in stored["runs"]] == [c.positions for c in grid.CELLS]
    for cell, row in zip(grid.CELLS, stored["runs"], strict=True):
        run = json.loads(cell.file.read_text())
        switches = {"positions": cell.positions, "tied": cell.tied, "scaled": cell.scaled}
        assert {"scaled": False} | run["config"] == asdict(replace(Config(), **switches))
        assert run["recipe"] == asdict(Recipe())
        assert row["bits_a_character"] == run["bits_a_character"]


def test_a_run_says_how_it_was_made_and_can_be_made_again(text: Text) -> None:
    cell = grid.Cell("rotary", True, 2)
    once, again = grid.make(cell, text), grid.make(cell, text)
    assert once["config"] == asdict(grid.CONFIG)
    assert once["recipe"] == asdict(grid.RECIPE)
    assert {"torch", "python", "processor", "threads"} <= once["machine"].keys()  # type: ignore[attr-defined]
    for key in ("bits_a_character", "curve", "loss_by_position", "first_loss"):
        assert once[key] == again[key]
    assert once["curve"] != grid.make(grid.Cell("rotary", True, 3), text)["curve"]
    assert len(once["curve"]) == 20  # type: ignore[arg-type]


def test_long_texts(text: Text) -> None:
    bins = grid.TIMES_AS_LONG * 16 // grid.BIN
    for positions, ways in (
        ("rotary", ["as trained", "interpolated", "NTK-aware"]),
        ("learned", ["stretched table"]),
        ("none", ["as trained"]),
    ):
        model = TinyLM(replace(grid.CONFIG, positions=positions))
        found = grid.losses_on_long_texts(model, text)
        assert list(found) == ways
        assert all(len(losses) == bins for losses in found.values())


def test_stretching_is_undone(text: Text) -> None:
    model = TinyLM(replace(grid.CONFIG, init_std=0.4))
    before = loss_by_position(model, text.held_out, 128)
    with grid.stretched(model, "NTK-aware"):
        assert model.frequencies == ntk_frequencies(8, factor=8.0).tolist()
        assert not torch.allclose(loss_by_position(model, text.held_out, 128), before)
    assert torch.equal(loss_by_position(model, text.held_out, 128), before)
