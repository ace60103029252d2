"""The reference of embedkit: its docstrings, read by Sphinx's autodoc and napoleon.

Where our docstrings say what comes back, napoleon takes the words before a colon for a type. Ours
stand in the signature, so this keeps it from looking for one.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from sphinx.application import Sphinx

NO_TYPE = ": "
"""What stands before it is the type: nothing."""

PARAMETERS = re.compile(r'(?<=<span class="sig-paren">\(</span>)\s*<dl>(.*?)</dl>', re.DOTALL)


def say_that_no_type_is_given(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Mark the sentences in which napoleon would look for a type, in place."""
    if what in {"data", "attribute", "property"} and lines:
        lines[0] = NO_TYPE + lines[0]
    for number, (heading, text) in enumerate(pairwise(lines), start=1):
        if heading.strip() == "Returns:":
            start = len(text) - len(text.lstrip())
            lines[number] = text[:start] + NO_TYPE + text[start:]


def set_parameters_in_lines(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Write the lines of a signature as spans.

    Sphinx makes a list of definitions of them that defines nothing, inside of a term.
    """
    if "body" in context:
        context["body"] = PARAMETERS.sub(in_lines, context["body"])


def in_lines(match: re.Match[str]) -> str:
    """Return the parameters of one signature, a line each."""
    lines = match[1].replace("<dd>", '<span class="line">').replace("</dd>", "</span>")
    return f'<span class="parameters">{lines}</span>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Go before napoleon, which listens with the usual priority of 500."""
    app.connect("autodoc-process-docstring", say_that_no_type_is_given, priority=400)
    app.connect("html-page-context", set_parameters_in_lines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
