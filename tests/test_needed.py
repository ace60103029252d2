"""What an answer needs of a sheet is found by reading it, and trials beside it are not."""

import pytest

from embedkit.grading.needed import MOST_READ, names_in, needed_for

CELLS = [
    "import torch, large\nimport torch.nn.functional as F\nfrom larger import everything",
    "%matplotlib inline\n!pip install x\nF.relu?\nE = torch.randn(50_257, 768)\nSIZE = [3]",
    "SIZE.append(4)\nF.relu(E)\nhelper(E)",
    "%%time\ndef helper(x):\n    return x + SIZE[0]",
    "this does not parse",
    "class Answer:\n    def read(self, E):\n        return helper(E)",
    "Answer.scale = F.relu\nsetattr(Answer, 'a', 1)\nAnswer()(E)",
    "@add_to(Answer)\ndef forward(self):\n    pass",
    "for i in range(3):\n    trial = Answer",
    "if __name__ == '__main__':\n    import torch.nn.functional as F\n    F.relu(E)",
]


def test_what_a_name_needs_is_kept_in_its_cells_and_nothing_else_is():
    assert needed_for(["Answer"], CELLS) == [
        "import torch.nn.functional as F",
        "SIZE = [3]",
        "SIZE.append(4)",
        "def helper(x):\n    return x + SIZE[0]",
        "",
        "class Answer:\n\n    def read(self, E):\n        return helper(E)",
        "Answer.scale = F.relu\nsetattr(Answer, 'a', 1)",
        "@add_to(Answer)\ndef forward(self):\n    pass",
        "",
        "",
    ]


def test_all_that_gives_a_name_is_kept():
    cells = ["x = 1", "x += 2", "def f():\n    global x\n    x = y", "y = 3"]
    assert needed_for(["x"], cells) == cells


def test_a_block_is_kept_for_what_nothing_else_gives():
    block = "try:\n    import fast as way\nexcept ImportError:\n    import slow as way"
    assert needed_for(["way"], [block]) == [block]
    assert needed_for(["way"], [block, "way = 1"]) == ["", "way = 1"]


def test_a_block_is_kept_that_fills_what_is_needed():
    cells = ["kept = {}", "for i in range(3):\n    kept[i] = rows", "rows = 2"]
    assert needed_for(["kept"], cells) == cells


def test_what_may_give_anything_is_kept():
    cells = ["from math import *", "%%writefile helper.py\nx = 1"]
    assert needed_for(["missing"], cells) == cells


def test_what_nothing_gives_needs_nothing():
    assert not any(needed_for(["missing"], CELLS))


def test_names_inside_functions_are_not_those_of_the_notebook():
    assert names_in("def f(E):\n    rows = E\n    return g(rows)") == {"f", "g"}


@pytest.mark.parametrize(
    "cell",
    ["x = " + 20_000 * "-" + "1", "x = " + 9_000 * "(", "x = [" + MOST_READ * "0" + "]"],
    ids=["signs", "brackets", "long"],
)
def test_a_cell_that_cannot_be_read_gives_nothing(cell):
    assert needed_for(["x"], [cell]) == [""]
    assert not names_in(cell)


def test_a_chain_of_names_is_read_in_time_and_not_without_end():
    chain = "\n".join(f"a{i + 1} = a{i}" for i in range(6_000))
    assert needed_for(["a6000"], ["a0 = 1", chain]) == ["a0 = 1", chain]
    assert needed_for(["a6000", "b"], [chain, "b = 1"] * 2)[2:] == ["", ""]
