"""The cover: a table whose rows become vectors, drawn from the rows themselves.

Each word has a point in the plane. Its row of the table is what the point's arrow looks like from
eight directions, so words that point the same way have rows alike. `{cover}` puts the drawing
into a page; `python _ext/cover.py` makes the picture that stands for the course elsewhere.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from html import escape
from math import cos, pi, radians, sin
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ALT = (
    "The cover: a table of six words with a row of coloured cells each. To its right every row is "
    "an arrow from one point. Rows that look alike, such as those of king and queen, point the "
    "same way. The row of king is framed, and a line leads from it to its arrow."
)


@dataclass(frozen=True)
class Word:
    """A word, the direction of its arrow in degrees, and the arrow's length."""

    text: str
    angle: float
    length: float

    @property
    def point(self) -> tuple[float, float]:
        """Where the arrow ends, in a plane whose second axis points up."""
        turn = radians(self.angle)
        return self.length * cos(turn), self.length * sin(turn)


WORDS = (
    Word("king", 66, 0.92),
    Word("queen", 40, 1.0),
    Word("sea", 342, 0.86),
    Word("shore", 318, 0.94),
    Word("gold", 196, 0.84),
    Word("silver", 222, 0.94),
)
LIT = WORDS[0]

COLUMNS = 8
LEFT, TOP, STEP = 86, 6, 34  # where the table begins, and how far its rows are apart
CELL_WIDTH, CELL_HEIGHT, GAP = 22, 26, 4
ORIGIN, REACH = (470, 106), 96  # where the arrows begin, and how long the longest is
SIZE = (640, 212)


def row_of(word: Word) -> list[float]:
    """Return a word's row: its arrow seen from as many directions as there are columns."""
    x, y = word.point
    turns = [2 * pi * column / COLUMNS for column in range(COLUMNS)]
    return [x * cos(turn) + y * sin(turn) for turn in turns]


def draw_row(place: int, word: Word) -> str:
    """Return a word and the cells of its row."""
    y = TOP + place * STEP
    cells = "".join(
        f'<rect class="{"plus" if value > 0 else "minus"}" '
        f'x="{LEFT + column * (CELL_WIDTH + GAP)}" y="{y}" width="{CELL_WIDTH}" '
        f'height="{CELL_HEIGHT}" rx="4" fill-opacity="{0.15 + 0.85 * abs(value):.2f}"/>'
        for column, value in enumerate(row_of(word))
    )
    text = f'<text x="{LEFT - 10}" y="{y + CELL_HEIGHT / 2}" text-anchor="end">{word.text}</text>'
    return text + cells


def draw_arrow(word: Word) -> str:
    """Return a word's arrow, with the word at its end."""
    x, y = ORIGIN[0] + REACH * word.point[0], ORIGIN[1] - REACH * word.point[1]
    beyond = 10
    turn = radians(word.angle)
    text_x, text_y = x + beyond * cos(turn), y - beyond * sin(turn)
    anchor = "start" if cos(turn) > 0 else "end"
    return (
        f'<path class="arrow{" lit" if word is LIT else ""}" '
        f'd="M{ORIGIN[0]} {ORIGIN[1]}L{x:.1f} {y:.1f}{head(x, y, turn)}"/>'
        f'<text x="{text_x:.1f}" y="{text_y:.1f}" text-anchor="{anchor}">{word.text}</text>'
    )


def head(x: float, y: float, turn: float) -> str:
    """Return the two strokes of an arrow's head, as part of a path."""
    ends = [(x - 11 * cos(turn + side), y + 11 * sin(turn + side)) for side in (0.45, -0.45)]
    (x1, y1), (x2, y2) = ends
    return f"M{x1:.1f} {y1:.1f}L{x:.1f} {y:.1f}L{x2:.1f} {y2:.1f}"


def draw_way() -> str:
    """Return the frame around the lit row, and the line that leads from it to its arrow."""
    width = COLUMNS * (CELL_WIDTH + GAP) + GAP
    right, middle = LEFT - GAP + width, TOP + CELL_HEIGHT / 2
    end_x, end_y = ORIGIN[0] + REACH * LIT.point[0] - 8, ORIGIN[1] - REACH * LIT.point[1]
    return (
        f'<rect class="frame" x="{LEFT - GAP}" y="{TOP - GAP}" width="{width}" '
        f'height="{CELL_HEIGHT + 2 * GAP}" rx="7"/>'
        f'<path class="way" d="M{right} {middle}C{right + 70} {middle - 14} '
        f'{end_x - 70:.1f} {end_y - 14:.1f} {end_x:.1f} {end_y:.1f}"/>'
    )


def draw() -> str:
    """Return the drawing; its colours come from the page that it stands in."""
    rows = "".join(draw_row(place, word) for place, word in enumerate(WORDS))
    arrows = "".join(draw_arrow(word) for word in WORDS if word is not LIT) + draw_arrow(LIT)
    width, height = SIZE
    return (
        f'<svg class="cover" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(ALT)}">{rows}'
        f'{draw_way()}{arrows}<circle cx="{ORIGIN[0]}" cy="{ORIGIN[1]}" r="4"/></svg>'
    )


class Cover(SphinxDirective):
    """``{cover}``: the cover, in the colours of the page."""

    def run(self) -> list[nodes.Node]:
        """Draw it."""
        return [nodes.raw("", draw(), format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("cover", Cover)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


CARD = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; width: 1200px; height: 630px; box-sizing: border-box; padding: 70px 80px 0;
  background: #0b2f4a; color: #fff; font-family: "DejaVu Sans", sans-serif; }
h1 { margin: 0; font-size: 58px; letter-spacing: -1px; }
p { margin: 16px 0 44px; font-size: 27px; color: #b9d9ee; }
svg { display: block; width: 1040px; }
text { fill: #fff; font-size: 17px; dominant-baseline: central; }
.plus { fill: #56b4e9; } .minus { fill: #fff; }
.frame, .way { fill: none; stroke: #e69f00; stroke-width: 2.5; }
.way { stroke-dasharray: 1 6; stroke-linecap: round; }
.arrow { fill: none; stroke: #56b4e9; stroke-width: 3; stroke-linecap: round;
  stroke-linejoin: round; }
.arrow.lit { stroke: #e69f00; } circle { fill: #fff; }
</style><h1>Embeddings, from the table up</h1>
<p>A course on the embedding layer of language models</p>"""


def main() -> None:
    """Make `_static/social.png`, 1200 by 630 pixels, with the Chromium of this machine."""
    target = Path(__file__).parent.parent / "_static" / "social.png"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "card.html"
        page.write_text(CARD + draw(), encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        shot = ["--window-size=1200,630", f"--screenshot={target}", page.as_uri()]
        subprocess.run(["chromium", *flags, *shot], check=True)


if __name__ == "__main__":
    main()
