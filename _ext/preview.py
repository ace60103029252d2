"""What another site shows of a page when somebody posts its address: title, words and picture.

The picture needs the book's full address. It is named only where that is known: from the variable
`COURSE_ADDRESS`, which the workflow that publishes the book sets, or from `html_baseurl`.
"""

from __future__ import annotations

import os
from html import escape
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx

PICTURE = "_static/social.png"


def tags(title: str, site: str, words: str, base: str, page: str) -> dict[str, str]:
    """Return what is said of a page, by the names that the Open Graph protocol has for it.

    Args:
        title: the page's own title.
        site: the title of the book.
        words: a sentence on the page, or nothing.
        base: the full address of the book, or nothing.
        page: the page's address in the book.
    """
    said = {"og:type": "article", "og:site_name": site, "og:title": title}
    if words:
        said["og:description"] = words
    if base:
        said["og:url"] = urljoin(base, page)
        said["og:image"] = urljoin(base, PICTURE)
        said["og:image:width"], said["og:image:height"] = "1200", "630"
    return said


def add_preview(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the tags into the head of a page."""
    if doctree is None:
        return
    questions = [node for node in doctree.findall(nodes.paragraph) if is_question(node)]
    said = tags(
        app.env.titles[page].astext(),
        app.config.html_title or app.config.project,
        questions[0].astext() if questions else "",
        app.config.html_baseurl,
        app.builder.get_target_uri(page),
    )
    context["metatags"] += "".join(
        f'\n    <meta property="{name}" content="{escape(text)}" />' for name, text in said.items()
    )


def is_question(node: nodes.paragraph) -> bool:
    """Say whether a paragraph is the question of a lesson's head."""
    return "lesson-question" in node["classes"]


def set_address(app: Sphinx, config: Any) -> None:
    """Take the full address of the book from the environment, with a slash at its end."""
    base = config.html_baseurl or os.environ.get("COURSE_ADDRESS", "")
    config.html_baseurl = base.rstrip("/") + "/" if base else ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both steps."""
    app.connect("config-inited", set_address)
    app.connect("html-page-context", add_preview)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
