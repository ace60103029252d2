"""What a new lesson starts as: small, whole, and valid. Its author replaces all of it.

``$number``, ``$slug``, ``$name``, ``$title`` and ``$question`` are filled in.
"""

MODULE = '''"""Lesson $number, $title: say here in one line what the lesson builds."""

from jaxtyping import Float
from torch import Tensor


def double(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return twice the input.

    The same as ``torch.mul(x, 2)``.

    Args:
        x: numbers of any shape.

    Returns:
        The same shape and dtype.
    """
    return 2 * x
'''

CHECKS = '''"""What marks sheet $number, $title: ``check.double(double)`` marks task $number.1."""

from embedkit.checks.$slug.task1_double import task as double

__all__ = ["double"]
'''

CHECKS_TASK = '''"""What marks task $number.1, `double`: twice the input."""

import torch

from embedkit import $slug as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs


def some_numbers(draw: Draw) -> list[Inputs]:
    """A few numbers that can be read by eye, then random ones."""
    return [{"x": torch.tensor([1.0, 3.0])}, {"x": draw.table(3, 4)}]


squared = Mistake(
    "You squared the input. Twice x is x + x.",
    answer=lambda x: x**2,
)
unchanged = Mistake(
    "The input came back unchanged.",
    answer=lambda x: x,
)

task = Task(
    number="$number.1",
    name="double",
    points=10,
    reference=finished.double,
    criteria=(
        Criterion(
            "each number is doubled",
            some_numbers,
            mistakes=(squared, unchanged),
        ),
    ),
)
'''

ANSWERS = '''"""Answers to sheet $number that learners give."""

from tests.answers import Right, Wrong

WRONG = [
    Wrong("$number.1", "squares", "squared", "def double(x):\\n    return x**2"),
    Wrong("$number.1", "gives it back", "unchanged", "def double(x):\\n    return x"),
    Wrong("$number.1", "prints", "use return", "def double(x):\\n    print(2 * x)"),
    Wrong("$number.1", "in place", "in place", "def double(x):\\n    return x.mul_(2)"),
]

RIGHT = [
    Right("$number.1", "adds", "def double(x):\\n    return x + x"),
    Right("$number.1", "by torch", "def double(x):\\n    return torch.mul(x, 2)"),
]
'''

TESTS = '''"""The code of lesson $number against its reference implementation."""

import pytest
import torch

from embedkit.$slug import double


@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_double_is_twice_the_input(shape, dtype):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(dtype)
    torch.testing.assert_close(double(x), torch.mul(x, 2), rtol=0, atol=0)
'''

ANSWER = '''def double(x: Tensor) -> Tensor:
    """Return twice the input.

    Args:
        x: numbers of any shape.

    Returns:
        The same shape and dtype.

    Example:
        >>> double(torch.tensor([1.0, 3.0]))
        tensor([2., 6.])
    """
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION'''

CHAPTER_CELLS = (
    (
        "title",
        "# $number · $title\n\n**$question**\n\n*About ten minutes. You need Python.*\n\n"
        "Say there how long it takes and what it needs. Then let the reader predict, and show.",
    ),
    ("setup", "import torch\n\nfrom embedkit import claim\nfrom embedkit.$slug import double"),
    ("first-text", "## A first section\n\nWhat comes back? Say it before you look."),
    ("first", "x = torch.tensor([1.0, 3.0])\ndouble(x)"),
    ("first-claim", 'claim("each number is doubled", torch.equal(double(x), x + x))'),
    ("end", "## What you can do now\n\nSay it, and link [the sheet](../exercises/$name.ipynb)."),
)
"""Each cell's id and source; those named in :data:`CHAPTER_CODE` are code."""

CHAPTER_CODE = ("setup", "first", "first-claim")

SHEET_TITLE = (
    "# Sheet $number · $title\n\nOne task, 10 points. "
    "It follows [the chapter](../chapters/$name.ipynb).\n\n"
    "Stuck? Three hints are folded below each check; open one at a time."
)
SHEET_SETUP = "import torch\nfrom torch import Tensor\n\nfrom embedkit.checks import $slug as check"
SHEET_TASK = (
    "## $number.1 · Double (10 points)\n\nReturn twice the input.\n\n"
    "Where the chapter teaches it: [A first section](../chapters/$name.ipynb#a-first-section)."
)
SHEET_HINTS = """<details><summary>Hint 1</summary>

Ask the question that unlocks the task, or say what to look at.

</details>

<details><summary>Hint 2</summary>

Give the plan in words.

</details>

<details><summary>Hint 3</summary>

Go as far as you can without the finished line: shapes, the call that matters, the trap.

</details>"""
"""The blank lines matter: with them, what is folded is read as Markdown."""

SHEET_WHY = "Why the solution is what it is. Learners get this cell with the solutions only."
