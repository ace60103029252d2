"""The glossary: its page, and each term marked where a lesson first uses it.

`chapters/glossary.yml` holds the terms, in English and in Hindi. The directive `{all-terms}` sets
them on the glossary's page. In the lessons the first use of each term becomes a link to there,
and `_static/glossary.js` shows the definition when one points at it. Both go into the index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from glossary_data import Term, read_terms
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from embedkit.lessons import LESSONS

PAGE = "chapters/glossary"
MARKED = re.compile(r"chapters/(\d\d_\w+|positions_compared)$")
NOT_INSIDE = (
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.math,
    nodes.raw,
    nodes.caption,
    nodes.table,
    addnodes.pending_xref,
)
HEAD_PARAGRAPHS = 2


class term_use(nodes.Inline, nodes.TextElement):  # noqa: N801 (docutils names nodes so)
    """A term at its first use in a lesson; its attribute ``term`` says which."""


def terms_of(env: BuildEnvironment) -> tuple[Term, ...]:
    """Return the terms, and let the page at hand be read anew when they change."""
    path = Path(env.srcdir) / f"{PAGE}.yml"
    env.note_dependency(str(path))
    return terms_in(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def terms_in(path: Path, changed_at: int) -> tuple[Term, ...]:
    """Return a file's terms, read once for all pages; its last change says when to read it anew."""
    return read_terms(path)


def slug(term: Term) -> str:
    """Return a term as it stands in an address: ``byte-pair-encoding``."""
    return re.sub(r"[^a-z0-9]+", "-", term.term.lower()).strip("-")


def index_entry(term: Term, target: str, kind: str = "") -> addnodes.index:
    """Return an entry of the index that leads to a target on the page at hand."""
    return addnodes.index(entries=[("single", term.term, target, kind, None)])


class AllTerms(SphinxDirective):
    """``{all-terms}``: every term with what it means, in both languages."""

    def run(self) -> list[nodes.Node]:
        """Return a list of definitions, in the alphabet's order."""
        terms = terms_of(self.env)
        items = [self.item(term) for term in sorted(terms, key=lambda term: term.term.lower())]
        entries = [index_entry(term, f"term-{slug(term)}", "main") for term in terms]
        return [*entries, nodes.definition_list("", *items, classes=["all-terms"])]

    def item(self, term: Term) -> nodes.definition_list_item:
        """Return one term: English, the lesson that explains it, Hindi."""
        name = nodes.term("", term.term, ids=[f"term-{slug(term)}"])
        means = nodes.paragraph("", "", *with_code(term.means), *self.explained_in(term))
        hindi = f'<p class="hindi" lang="hi"><b>{escape(term.hindi)}</b>: {escape(term.gloss)}</p>'
        return nodes.definition_list_item(
            "", name, nodes.definition("", means, nodes.raw("", hindi, format="html"))
        )

    def explained_in(self, term: Term) -> list[nodes.Node]:
        """Return a link to the lesson that explains a term; nothing if it is known before."""
        lesson = next((lesson for lesson in LESSONS if lesson.number == term.lesson), None)
        if lesson is None:
            return []
        address = self.env.app.builder.get_relative_uri(self.env.docname, f"chapters/{lesson.name}")
        link = nodes.reference("", f"lesson {lesson.number}", refuri=address, internal=True)
        return [nodes.Text(" ("), link, nodes.Text(")")]


def with_code(text: str) -> Iterator[nodes.Node]:
    """Yield a text's parts, with what stands between backticks as code."""
    for place, part in enumerate(text.split("`")):
        yield nodes.literal("", part) if place % 2 else nodes.Text(part)


class MarkFirstUses(SphinxTransform):
    """Turn the first use of each term in a lesson into a `term_use`."""

    default_priority = 840  # before Sphinx collects the entries of the index

    def apply(self, **_: Any) -> None:
        """Walk through the text of a lesson once, from top to bottom."""
        if not MARKED.fullmatch(self.env.docname):
            return
        waiting = {form: term for term in terms_of(self.env) for form in term.spellings}
        for paragraph in self.paragraphs():
            for text in list(paragraph.findall(nodes.Text)):
                if not any(isinstance(above, NOT_INSIDE) for above in ancestors(text)):
                    mark_in(text, waiting)

    def paragraphs(self) -> list[nodes.paragraph]:
        """Return the paragraphs of the page below its head."""
        return list(self.document.findall(nodes.paragraph))[HEAD_PARAGRAPHS:]


def ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield what a node stands in, from the inside out."""
    while node.parent is not None:
        node = node.parent
        yield node


def mark_in(text: nodes.Text, waiting: dict[str, Term]) -> None:
    """Mark the terms that a piece of text uses, and take them out of those that wait."""
    parts: list[nodes.Node] = []
    said = text.astext()
    done = 0
    while match := pattern(tuple(waiting)).search(said, done):
        term = form_of(match[0], waiting)
        for form in term.spellings:
            waiting.pop(form, None)
        use = term_use("", match[0], term=term, ids=[f"use-{slug(term)}"])
        before = nodes.Text(said[done : match.start()])
        parts += [before, index_entry(term, f"use-{slug(term)}"), use]
        done = match.end()
    if parts:
        text.parent.replace(text, [*parts, nodes.Text(said[done:])])


@lru_cache(maxsize=1)
def pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of the forms as a whole word, the longest first.

    A form that begins with a small letter is found with a capital too, as a sentence begins.
    """
    longest_first = sorted(forms, key=len, reverse=True)
    words = "|".join(f"[{re.escape(f[0].upper() + f[0])}]{re.escape(f[1:])}" for f in longest_first)
    return re.compile(rf"(?<![\w-])(?:{words or '(?!)'})(?![\w-])")


def form_of(found: str, waiting: dict[str, Term]) -> Term:
    """Return the term of a form as it was found, perhaps with a capital."""
    return waiting[found] if found in waiting else waiting[found[0].lower() + found[1:]]


def visit_term_use(self: HTML5Translator, node: term_use) -> None:
    """Write the link to the glossary, with what the script shows."""
    term: Term = node["term"]
    page = self.builder.get_relative_uri(self.builder.current_docname, PAGE).split("#")[0]
    self.body.append(
        self.starttag(
            node,
            "a",
            "",
            CLASS="term",
            href=f"{page}#term-{slug(term)}",
            **{
                "data-term": term.term,
                "data-means": term.means.replace("`", ""),
                "data-hindi": f"{term.hindi}: {term.gloss}",
            },
        )
    )


def depart_term_use(self: HTML5Translator, _: term_use) -> None:
    """Close the link."""
    self.body.append("</a>")


def pass_by(*_: Any) -> None:
    """Write a term's use as plain text, where there is no page to link to."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, the transform and the node."""
    app.add_directive("all-terms", AllTerms)
    app.add_transform(MarkFirstUses)
    app.add_node(term_use, html=(visit_term_use, depart_term_use), latex=(pass_by, pass_by))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
