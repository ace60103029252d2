"""The page of all claims: each statement that the chapters prove, with a link to its cell.

A chapter proves a statement by `embedkit.claims.claim`, which prints ``✓ statement``. The
directive ``{claims}`` reads those lines from the stored outputs while the book is built, so the
page holds what the tests have run. Each cell that prints one gets an anchor on its page, made from
the notebook's own id of the cell, which stays the same from build to build.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

MARK = "✓ "


@dataclass(frozen=True)
class Claim:
    """A statement, the section it stands in, and the id of the cell that prints it."""

    statement: str
    section: str
    cell: str


@dataclass(frozen=True)
class Chapter:
    """A notebook of the book, its title and what it claims."""

    document: str
    title: str
    claims: tuple[Claim, ...]


def anchor_of(cell_id: str) -> str:
    """Return the name of a cell's place on its page, which no heading's name is like."""
    return f"cell-{cell_id}"


def printed_by(cell: dict[str, Any]) -> str:
    """Return what a notebook's cell printed when it was last stored."""
    outputs = cell.get("outputs", [])
    return "".join("".join(out["text"]) for out in outputs if out["output_type"] == "stream")


def statements_of(cell: dict[str, Any]) -> list[str]:
    """Return the statements that a cell proves; what it prints twice is one statement."""
    lines = [line for line in printed_by(cell).splitlines() if line.startswith(MARK)]
    return [line.removeprefix(MARK) for line in dict.fromkeys(lines)]


def read_chapter(notebook: Path) -> Chapter:
    """Read the title and the claims of a chapter."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    title = "".join(cells[0]["source"]).partition("\n")[0].removeprefix("# ")
    section = ""
    claims = []
    for cell in cells:
        if cell["cell_type"] == "markdown":
            headings = re.findall(r"^## (.+)$", "".join(cell["source"]), re.MULTILINE)
            section = headings[-1].replace("`", "") if headings else section
        claims += [Claim(statement, section, cell["id"]) for statement in statements_of(cell)]
    return Chapter(f"chapters/{notebook.stem}", title, tuple(claims))


class Claims(SphinxDirective):
    """``{claims}``: how many there are, and a section for each chapter that claims something."""

    def run(self) -> list[nodes.Node]:
        """Read all chapters of the book, and list what they claim."""
        notebooks = sorted((Path(self.env.srcdir) / "chapters").glob("*.ipynb"))
        in_book = [path for path in notebooks if f"chapters/{path.stem}" in self.env.found_docs]
        for path in [*in_book, __file__]:
            self.env.note_dependency(str(path))
        chapters = [chapter for path in in_book if (chapter := read_chapter(path)).claims]
        count = sum(len(chapter.claims) for chapter in chapters)
        total = f"There are {count} claims on {len(chapters)} pages."
        return [nodes.paragraph("", total), *(self.draw_chapter(chapter) for chapter in chapters)]

    def draw_chapter(self, chapter: Chapter) -> nodes.section:
        """Return the part about a chapter: its claims by section, each a link to its cell."""
        part = nodes.section(ids=[nodes.make_id(f"claims of {chapter.document}")])
        part += nodes.title("", chapter.title)
        page = self.env.app.builder.get_relative_uri(self.env.docname, chapter.document)
        for heading, claims in groupby(chapter.claims, key=lambda claim: claim.section):
            listed = nodes.bullet_list(classes=["claims"])
            for claim in claims:
                address = f"{page}#{anchor_of(claim.cell)}"
                link = nodes.reference("", claim.statement, refuri=address, internal=True)
                link["support_smartquotes"] = False  # word for word what the cell prints
                listed += nodes.list_item("", nodes.paragraph("", "", link))
            part += [nodes.rubric("", heading), listed] if heading else [listed]
        return part


def add_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Give each cell that proves something the anchor that the page of claims links to."""
    source = Path(app.env.doc2path(app.env.docname))
    if source.suffix != ".ipynb" or source.parent.name != "chapters":
        return
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code":
            cell = cells[node["cell_index"]]
            if statements_of(cell):
                node["ids"].append(anchor_of(cell["id"]))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and the anchors."""
    app.add_directive("claims", Claims)
    app.connect("doctree-read", add_anchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
