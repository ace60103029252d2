"""Render formulas to MathML while the book is built.

Every browser of today draws MathML by itself, so a page needs neither a script nor a font of
someone else's to show a formula. The conversion is latex2mathml's. This module does what is
left: it accepts the environments that latex2mathml lacks, spaces function names, and turns a
formula that can't be converted into a build warning that names it.
"""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

from docutils import nodes
from latex2mathml.converter import convert_to_element
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

LIMITS = {"max", "min", "lim", "sup", "inf", "argmax", "argmin"}
THIN_SPACE = "0.167em"

# Sphinx numbers an equation as a whole, so each environment becomes the unnumbered one that
# latex2mathml knows. An empty name means that the formula stands without any.
ENVIRONMENTS = {
    "align": "align*",
    "aligned": "align*",
    "split": "align*",
    "gather": "matrix",
    "gather*": "matrix",
    "gathered": "matrix",
    "equation": "",
    "equation*": "",
}


class BadFormulaError(ValueError):
    """A formula that can't be shown; the message says why."""


def to_mathml(tex: str, *, display: bool) -> str:
    """Return the ``<math>`` element for a formula.

    Args:
        tex: the formula in LaTeX, without dollar signs.
        display: whether it stands in a line of its own.

    Raises:
        BadFormulaError: if the formula is broken or uses a command that is not known.
    """
    refuse_unbalanced_braces(tex)
    try:
        math = convert_to_element(in_known_terms(tex), display="block" if display else "inline")
    except Exception as error:  # latex2mathml has no common base class for its errors
        raise BadFormulaError(f"{type(error).__name__} {error}".strip()) from error
    for element in math.iter():
        element.text = unescape(element.text or "") or None
    refuse_leftovers(math)
    set_function_names(math, display=display)
    raise_roots(math)
    math.set("alttext", " ".join(tex.split()))
    return ET.tostring(math, encoding="unicode")


def in_known_terms(tex: str) -> str:
    """Return the same formula in commands and environments that latex2mathml knows."""

    def rename(match: re.Match[str]) -> str:
        name = ENVIRONMENTS.get(match["name"], match["name"])
        return f"\\{match['edge']}{{{name}}}" if name else ""

    tex = re.sub(r"\\(?P<edge>begin|end)\{(?P<name>\w+\*?)\}", rename, tex)
    return re.sub(r"\\arg(?![a-zA-Z])", r"\\operatorname{arg}", tex)


def refuse_unbalanced_braces(tex: str) -> None:
    """Raise BadFormulaError if a brace is opened and not closed, or the other way round."""
    depth = 0
    for brace in re.findall(r"[{}]", re.sub(r"\\.", "", tex)):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            raise BadFormulaError("a closing brace has no opening one")
    if depth:
        raise BadFormulaError("an opening brace is never closed")


def refuse_leftovers(math: ET.Element) -> None:
    """Raise BadFormulaError if a piece of LaTeX passed through unconverted."""
    for element in math.iter():
        text = element.text or ""
        if element.tag == "mi" and text.startswith("\\"):
            raise BadFormulaError(f"the command {text} is not known")
        if element.tag == "mi" and text == "&":
            raise BadFormulaError("an & stands outside of an environment such as aligned")
        if element.get("linebreak"):
            raise BadFormulaError(r"a \\ stands outside of an environment such as aligned")


def set_function_names(math: ET.Element, *, display: bool) -> None:
    """Make names such as softmax and max identifiers, and space them as LaTeX does."""
    for element in math.iter():
        if element.tag == "mo" and is_word(element.text):
            element.tag = "mi"
        elif display and element.tag == "msub" and element[0].text in LIMITS:
            element.tag = "munder"
    for parent in list(math.iter()):
        if parent.tag in {"mrow", "math", "mtd"}:
            space_function_names(parent)


def space_function_names(row: ET.Element) -> None:
    """Put a thin space between a function's name and a neighbour that is no operator."""
    children = list(row)
    for left, right in reversed(list(pairwise(children))):
        if (is_function(left) or is_function(right)) and "mo" not in {left.tag, right.tag}:
            row.insert(children.index(right), ET.Element("mspace", width=THIN_SPACE))


def raise_roots(math: ET.Element) -> None:
    """Give what stands under a root the height of a line, so that the bar clears low letters."""
    for root in math.iter("msqrt"):
        root.insert(0, ET.Element("mspace", width="0", height="0.75em", depth="0.2em"))


def is_function(element: ET.Element) -> bool:
    """Say whether the element is a function's name, perhaps with an index or limits."""
    while element.tag in {"msub", "msup", "msubsup", "munder", "mover"} and len(element):
        element = element[0]
    return element.tag == "mi" and is_word(element.text)


def is_word(text: str | None) -> bool:
    """Say whether the text is several letters, as the name of a function is."""
    return text is not None and len(text) > 1 and text.isalpha()


def render(node: nodes.Element, *, display: bool) -> str:
    """Return the formula of a node as MathML, or its source and a warning if it is broken."""
    tex = node.astext().strip()
    try:
        return to_mathml(tex, display=display)
    except BadFormulaError as error:
        logger.warning("this formula can't be shown: %s\n%s", error, tex, location=node)
        return f"<code>{escape(tex)}</code>"


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula that stands in a sentence."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(render(node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula that stands in a line of its own, with its number if it has one."""
    self.body.append(self.starttag(node, "div", "", CLASS="math notranslate nohighlight"))
    # The theme lets the keyboard reach what bears this name of its own, where it is cut off.
    self.body.append('<div class="formula pst-scrollable-table-container">')
    self.body.append(f"{render(node, display=True)}</div>")
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer; ``html_math_renderer = "mathml"`` chooses it."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
