"""What marks task 12.1, `double`: twice the input."""

import torch

from embedkit import tiny_language_model as finished
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
    number="12.1",
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
