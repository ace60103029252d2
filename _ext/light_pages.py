"""Let a page show early: scripts wait, figures load when they are near, and each has its size.

Each page also gets a description for search engines: its own first sentences.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx

IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]+)"[^>]*?>')
DESCRIPTION_LENGTH = 155


def lighten(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Change what a page loads at once, and describe it."""
    context["script_files"] = waiting(context["script_files"])
    if doctree is None:  # the index and the search
        text = escape(f"Look something up in “{app.config.html_title}”.")
        context["metatags"] = f'<meta name="description" content="{text}" />'
        return
    context["body"] = with_sizes(context["body"], files_of_images(app))
    if 'name="description"' not in context["metatags"]:
        text = escape(description(doctree))
        context["metatags"] += f'\n    <meta name="description" content="{text}" />'


def waiting(scripts: list[Any]) -> list[Any]:
    """Return the scripts of a page so that none stops it from being drawn.

    Two lines that the theme puts into each page would run before the file they belong to. They
    are left out: one is for a menu of versions, the other repeats what holds anyway.
    """
    kept = []
    for script in sorted(scripts, key=lambda script: script.priority):
        if script.attributes.get("body", "").startswith("DOCUMENTATION_OPTIONS."):
            continue
        if script.filename:
            script.attributes["defer"] = "defer"
        kept.append(script)
    return kept


def files_of_images(app: Sphinx) -> dict[str, Path]:
    """Return the file behind each image of the book, by the name it has there."""
    return {name: Path(app.srcdir) / source for source, (_, name) in app.env.images.items()}


def with_sizes(body: str, files: dict[str, Path]) -> str:
    """Give each image its size, so that the text does not jump, and let all but one wait."""
    first = True

    def complete(match: re.Match[str]) -> str:
        nonlocal first
        tag, file = match[0], files.get(match[1].rpartition("/")[2])
        more = "" if first else ' loading="lazy" decoding="async"'
        first = False
        if file and file.suffix == ".png" and not re.search(r"\b(width|height)\b\s*[=:]", tag):
            with Image.open(file) as image:
                more += f' width="{image.width}" height="{image.height}"'
        return tag.replace("<img", f"<img{more}", 1)

    return IMAGE.sub(complete, body)


def description(doctree: nodes.document) -> str:
    """Return the first sentences of a page, as many as a search engine shows.

    A paragraph that is set in italics as a whole, such as the time that a lesson takes, says
    nothing about what the page is about.
    """
    text = ""
    for paragraph in doctree.findall(nodes.paragraph):
        in_italics = len(paragraph) == 1 and isinstance(paragraph[0], nodes.emphasis)
        if len(text) < DESCRIPTION_LENGTH and not in_italics:
            text = f"{text} {' '.join(paragraph.astext().split())}".strip()
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    return text[:DESCRIPTION_LENGTH].rpartition(" ")[0].rstrip(",;:–") + " …"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the step; it runs after all other extensions have added their scripts."""
    app.connect("html-page-context", lighten, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
