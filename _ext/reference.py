"""The reference of embedkit: its docstrings, read by Sphinx's autodoc and napoleon.

Where our docstrings say what comes back, napoleon takes the words before a colon for a type. Ours
stand in the signature, so this keeps it from looking for one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sphinx.application import Sphinx

NO_TYPE = ": "
"""What stands before it is the type: nothing."""


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


def setup(app: Sphinx) -> dict[str, Any]:
    """Go before napoleon, which listens with the usual priority of 500."""
    app.connect("autodoc-process-docstring", say_that_no_type_is_given, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
