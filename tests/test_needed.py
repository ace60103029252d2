"""What an answer needs of a sheet is found by reading it, and trials beside it are not."""

import pytest

from embedkit.grading.needed import MOST_READ, names_in, needed_for, words_of_functions

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


def test_what_a_function_counts_is_needed_by_it():
    cells = ["reads = 0", "def f():\n    global reads\n    reads += 1"]
    assert needed_for(["f"], cells) == cells


def test_a_block_is_kept_for_what_nothing_else_gives():
    block = "try:\n    import fast as way\nexcept ImportError:\n    import slow as way"
    assert needed_for(["way"], [block]) == [block]
    assert needed_for(["way"], [block, "import way"]) == ["", "import way"]


KEPT = {
    "in an if": ["n = 1", "if n > 0:\n    n = 7"],
    "in a loop": ["n = 5", "for i in range(9):\n    n = i"],
    "in a match": ["n = {}", "match 1:\n    case _:\n        n['a'] = 1"],
    "in a try of groups": ["n = {}", "try:\n    n['a'] = 1\nexcept* OSError:\n    pass"],
    "in a loop, by a function that fills": [
        "n = set()\ndef allow(kind):\n    n.add(kind)",
        "for kind in 'ab':\n    allow(kind)",
    ],
    "two at a time": ["n = {}", "n['a'], n['b'] = (1, 2)"],
    "by taking a part away": ["n = [1, 2]", "del n[0]"],
    "in a loop, with one more": ["n = []", "for i in range(3):\n    n += [i]"],
    "by a decorator": [
        "n = {}\ndef step(key):\n\n    def keep(f):\n        n[key] = f\n    return keep",
        "@step('a')\ndef first():\n    return 1",
    ],
    "by a function that is called": ["n = {}\ndef fill():\n    n['a'] = 1", "fill()"],
    "by its name": ["n = []", "for i in 'ab':\n    fill(into=n)"],
    "by a function of a library": ["import heapq\nn = [3, 1]", "heapq.heapify(n)"],
    "by a function that gives it": ["def begin():\n    global n\n    n = 5", "begin()"],
    "for each type": [
        "from functools import singledispatch\n@singledispatch\ndef n(x):\n    return 0",
        "@n.register\ndef _(x: int):\n    return 1",
    ],
    "for a class": ["class n:\n    pass", "@patch\ndef read(self: n):\n    return 1"],
    "on an import": ["import torch", "torch.n = 3", "n = torch.n"],
    "in a file": ["n = read('a/n.txt')", "save('n.txt')"],
    "in a module": ["from pathlib import Path\nPath('n.py').write_text('x = 1')", "import n"],
}


@pytest.mark.parametrize("cells", KEPT.values(), ids=KEPT)
def test_what_changes_a_needed_name_is_kept(cells):
    assert needed_for(["n"], cells) == cells


def test_a_call_changes_no_function_and_no_number():
    cells = ["def n():\n    return SIZE", "SIZE = 3", "trial(n, SIZE)\nprint(SIZE)"]
    assert needed_for(["n"], cells) == [*cells[:2], ""]


def test_a_cell_may_be_indented():
    assert needed_for(["n"], ["    n = 1\n    m = 2"]) == ["n = 1"]


def test_what_changes_how_code_is_read_is_kept():
    cells = ["from __future__ import annotations\ntrial()", "def n(x: Later):\n    pass"]
    assert needed_for(["n"], cells) == ["from __future__ import annotations", cells[1]]


@pytest.mark.parametrize(
    "line",
    [
        *("?print", "print?", "k[0]?", "%time n", "k = 2  # or 3?\n%time k", "t = %timeit -o n"),
        *("files = !ls", "!pip install a \\\n  b", "times[3] = %timeit -o n"),
        *('times["a = b"] = %timeit -o n', "k.files = !ls", "*a, = !ls", "%time n("),
        "if (\n    n\n    != 2\n    and n\n    % 2\n):\n    pass\n!ls",
        "print('n = %d' % 1)\n!ls",
    ],
)
def test_what_is_for_ipython_hides_no_other_line(line):
    assert needed_for(["n"], [f"n = 1\n{line}\nm = 2"]) == ["n = 1"]


def test_what_is_timed_gives_what_it_gives():
    assert needed_for(["n"], ["%time n = 1\n%timeit trial()"]) == ["n = 1"]
    assert needed_for(["n"], ["for i in rows:\n    %time n = i"]) == ["for i in rows:\n    n = i"]


def test_a_block_is_kept_that_fills_what_is_needed():
    cells = ["kept = {}", "for i in range(3):\n    kept[i] = rows", "rows = 2"]
    assert needed_for(["kept"], cells) == cells


def test_what_may_give_anything_is_kept():
    cells = ["from math import *", "%%writefile helper.py\nx = 1", "%%file more.py\nx = 1"]
    assert needed_for(["missing"], cells) == cells


def test_what_nothing_gives_needs_nothing():
    assert not any(needed_for(["missing"], CELLS))


def test_names_inside_functions_are_not_those_of_the_notebook():
    assert names_in(["def f(E):\n    rows = E\n    return g(rows)"]) == [({"f", "g"}, {"f"}, set())]


@pytest.mark.parametrize(
    "cell",
    ["x = " + 20_000 * "-" + "1", "x = " + 9_000 * "(", "x = [" + MOST_READ * "0" + "]"],
    ids=["signs", "brackets", "long"],
)
def test_a_cell_that_cannot_be_read_gives_nothing(cell):
    assert needed_for(["x"], [cell]) == [""]
    assert names_in([cell]) == [(set(), set(), set())]


def test_a_chain_of_names_is_read_in_time_and_not_without_end():
    chain = "\n".join(f"a{i + 1} = a{i}" for i in range(6_000))
    assert needed_for(["a6000"], ["a0 = 1", chain]) == ["a0 = 1", chain]
    assert needed_for(["a6000", "b"], [chain, "b = 1"] * 2)[2:] == ["", "b = 1"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "cell",
    [
        "if x:\n    y = 1\n" + "".join(f"elif x == {i}:\n    y.a = {i}\n" for i in range(80)),
        "\n".join(" " * i + "if x:" for i in range(19)) + "\n" + 19 * " " + "y.a = 1",
        "x = = 1\n" + 90_000 * " " + "y",
        "x = = 1\n" + 45_000 * "? " + "y",
        "\n".join(["def d(f):", *(f"    k{i}[0] = f" for i in range(3000))])
        + 3000 * "\n@d\ndef f(): 0",
    ],
    ids=["a chain of elifs", "blocks in blocks", "blanks", "questions", "decorated often"],
)
def test_a_cell_is_read_in_time(cell):
    needed_for(["y", *(f"k{i}" for i in range(3000))], [cell])


def test_the_words_of_functions_are_names_attributes_and_texts():
    cells = ["E = 1\ndef f(x):\n    return g(x.size, cfg['axis'])", "h = lambda: k", "%no python"]
    assert words_of_functions(cells) == {"g", "size", "cfg", "axis", "k"}
