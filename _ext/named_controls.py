"""Name what the theme leaves without a name or a role for those who listen to a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx

# An entry of the contents, and the button that unfolds what lies under it.
UNFOLDS = re.compile(r"(<a\b[^>]*>)([^<]*)(</a>\s*<details\b[^>]*>\s*<summary)>")


def name_controls(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Mend the contents in the sidebar, and the list of references."""
    context["generate_toctree_html"] = with_named_buttons(context["generate_toctree_html"])
    if doctree is not None:
        # docutils' role for an entry is deprecated, and none that a list may hold
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def with_named_buttons(generate: Callable[..., Any]) -> Callable[..., Any]:
    """Return what makes the contents, so that each of its buttons says what it unfolds."""

    def generate_named(kind: str, *rest: Any, **options: Any) -> Any:
        contents = generate(kind, *rest, **options)
        if kind != "sidebar":
            return contents
        return Markup(UNFOLDS.sub(r'\1\2\3 aria-label="Pages under \2">', str(contents)))

    return generate_named


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the step; it runs once the theme has put its own functions in place."""
    app.connect("html-page-context", name_controls, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
