"""The one figure style of the course: readable small, colour-blind safe, a light card on any page.

The colours are those of Okabe and Ito, which people with any common colour vision can tell apart.
"""

from pathlib import Path

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from torch import Tensor

INK = "#1f2328"
BLUE = "#0072b2"
ORANGE = "#d55e00"

NEGATIVE_TO_POSITIVE = LinearSegmentedColormap.from_list(
    "negative_to_positive", [ORANGE, "#f3c9b0", "#ffffff", "#b5d3e7", BLUE]
)
"""Orange below zero, white at zero, blue above."""


def use_style() -> None:
    """Draw all further figures of this run in the style of the course."""
    plt.style.use(Path(__file__).with_name("figures.mplstyle"))


def heatmap(
    values: Float[Tensor, "rows columns"],
    row_names: list[str],
    *,
    title: str,
    xlabel: str,
    show_numbers: bool = False,
) -> tuple[Figure, Axes]:
    """Draw a matrix as coloured cells, one named row below another.

    Args:
        values: the matrix; zero is white, negative orange, positive blue.
        row_names: what to write at the left of each row.
        title: what the picture says.
        xlabel: what the columns are.
        show_numbers: whether to write each number into its cell.
    """
    matrix = values.detach().cpu().float()
    rows, columns = matrix.shape
    limit = matrix.abs().max().item() or 1.0
    width, _ = plt.rcParams["figure.figsize"]
    figure, axes = plt.subplots(figsize=(width, 0.9 + 0.34 * rows))
    image = axes.imshow(
        matrix.numpy(), cmap=NEGATIVE_TO_POSITIVE, vmin=-limit, vmax=limit, aspect="auto"
    )
    axes.set_yticks(range(rows), row_names)
    axes.set_title(title)
    axes.set_xlabel(xlabel)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if show_numbers:
        for row in range(rows):
            for column in range(columns):
                number = matrix[row, column].item()
                dark = abs(number) > 0.7 * limit
                axes.text(
                    column,
                    row,
                    f"{number:.1f}",
                    ha="center",
                    va="center",
                    color="white" if dark else INK,
                )
    else:
        figure.colorbar(image, ax=axes, shrink=0.9, pad=0.02)
    return figure, axes
