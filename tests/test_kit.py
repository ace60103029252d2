"""The small tools that every lesson uses: claims, devices, seeds, figures."""

import matplotlib.pyplot as plt
import pytest
import torch

from embedkit import claim, pick_device, plots, seed_everything, widgets


def test_a_claim_that_holds_prints_itself(capsys):
    claim("one is less than two", 1 < 2)
    assert capsys.readouterr().out == "✓ one is less than two\n"


def test_a_claim_that_fails_shows_its_values(capsys):
    with pytest.raises(AssertionError, match=r"does not hold here: it is fast\n  seconds = 3"):
        claim("it is fast", False, seconds=3)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("not_a_bool", [1, "yes", [False], torch.tensor(True), None])
def test_a_claim_decides_on_true_or_false_only(not_a_bool):
    with pytest.raises(TypeError, match="needs True or False"):
        claim("anything", not_a_bool)


def test_the_device_can_be_chosen(monkeypatch):
    monkeypatch.setenv("EMBEDKIT_DEVICE", "cpu")
    assert pick_device() == torch.device("cpu")


@pytest.mark.parametrize("wrong", ["gpu", "cuda:99", "toaster", "meta"])
def test_a_device_that_is_not_there_is_named(monkeypatch, wrong):
    monkeypatch.setenv("EMBEDKIT_DEVICE", wrong)
    with pytest.raises(ValueError, match=f"EMBEDKIT_DEVICE='{wrong}' is not a device"):
        pick_device()


def test_without_a_choice_a_device_of_this_machine_is_picked(monkeypatch):
    monkeypatch.delenv("EMBEDKIT_DEVICE", raising=False)
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert pick_device().type in {expected, "mps"}


def test_a_seed_makes_a_run_repeatable():
    seed_everything(3)
    first = torch.randn(4)
    seed_everything(3)
    assert torch.equal(torch.randn(4), first)
    seed_everything(4)
    assert not torch.equal(torch.randn(4), first)


def test_a_heatmap_shows_each_row_with_its_name():
    values = torch.tensor([[1.0, -2.0], [0.0, 2.0]])
    _, axes = plots.heatmap(values, ["one", "two"], title="t", xlabel="x", show_numbers=True)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "two"]
    assert [text.get_text() for text in axes.texts] == ["1.0", "-2.0", "0.0", "2.0"]
    (image,) = axes.get_images()
    assert image.get_clim() == (-2.0, 2.0)
    plt.close("all")


def test_the_figure_of_moving_rows_marks_what_moved_by_however_little():
    start = torch.tensor([[1.0, -0.5], [0.0, 2.0], [0.3, 0.3]])
    nudged = start.clone()
    nudged[1, 0] = 1e-6
    tables = {"SGD": [start, start, nudged], "Adam": [start, start + 1, start + 1]}
    figure = widgets.moving_rows(["a", "b", "<c>"], [[0], [1, 1]], tables)
    assert '"moved": ["000", "010"]' in figure.data
    assert '"moved": ["111", "000"]' in figure.data
    assert "[[100, -50], [0, 200], [30, 30]]" in figure.data
    assert figure.data.count("</script>") == 1
    assert "<c>" not in figure.data
    assert "://" not in figure.data
    assert "JavaScript" in repr(figure)


def test_a_widget_is_small_escaped_and_asks_no_network():
    table = torch.tensor([[0.0], [0.25], [-1.0]])
    figure = widgets.lookup_table(["</script>", "b", "c"], table)
    assert len(figure.data) < 10_000
    assert figure.data.count("</script>") == 1
    assert "://" not in figure.data
    assert "[[0.0], [0.2], [-1.0]]" in figure.data
    assert "JavaScript" in repr(figure)
