"""What an answer needs of a sheet is found by reading it, and trials beside it are not."""

from embedkit.grading.needed import needed_for, used_in

CELLS = [
    "import torch\nimport torch.nn.functional as F\nfrom large import everything",
    "%matplotlib inline\n!pip install nothing\nE = torch.randn(50_257, 768)\nSIZE: int = 3",
    "def helper(x):\n    return x + SIZE",
    "this does not parse",
    "class Answer:\n    def read(self, E):\n        return helper(E)",
    "Answer.scale = F.relu\nAnswer()(E)",
    "for i in range(3):\n    trial = Answer",
]


def test_what_a_name_needs_is_kept_in_order_and_nothing_else_is():
    assert needed_for(["Answer"], CELLS).splitlines() == [
        "import torch.nn.functional as F",
        "SIZE: int = 3",
        "def helper(x):",
        "    return x + SIZE",
        "class Answer:",
        "",
        "    def read(self, E):",
        "        return helper(E)",
        "Answer.scale = F.relu",
    ]


def test_all_that_gives_a_name_is_kept():
    assert needed_for(["x"], ["x = 1", "x += 2", "def f():\n    global x\n    x = y", "y = 3"]) == (
        "x = 1\nx += 2\ndef f():\n    global x\n    x = y\ny = 3"
    )


def test_what_nothing_gives_needs_nothing():
    assert not needed_for(["missing"], CELLS)


def test_names_inside_functions_are_not_those_of_the_notebook():
    assert used_in("def f(E):\n    rows = E\n    return g(rows)") == {"g"}
