"""The head of a lesson's page and of a sheet's: its place, its question, what it takes, buttons.

A chapter opens with its title, a paragraph in bold with its question, and one in italics that
says how long it takes and what it needs. In the notebook these are plain Markdown. Here, once
the page is read, they are set as a head, and the buttons are added.
"""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from icons import icon
from repository import Repository, find_repository
from sphinx.application import Sphinx
from sphinx.util import logging

from embedkit.grading.notebooks import points_of_tasks, read_notebook
from embedkit.lessons import LESSONS, Lesson

logger = logging.getLogger(__name__)

BY_NAME = {lesson.name: lesson for lesson in LESSONS}
NEEDS = "You need "
NAMED_LESSONS = re.compile(r"\blessons? \d+(?:(?:,| and| to|, and) \d+)*")


def lesson_of(page: str) -> tuple[str, Lesson] | None:
    """Return the kind of a page, `chapters` or `exercises`, and its lesson, if it has one."""
    folder, _, name = page.partition("/")
    lesson = BY_NAME.get(name)
    return (folder, lesson) if lesson and folder in {"chapters", "exercises"} else None


def part_of(root: Path, lesson: Lesson) -> str:
    """Return the part of the course that a lesson stands in, as the table of contents has it."""
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    for part in contents["parts"]:
        if any(entry["file"] == f"chapters/{lesson.name}" for entry in part["chapters"]):
            return str(part["caption"])
    return ""


class Head:
    """The head of one page: it takes what the notebook says and sets it."""

    def __init__(self, app: Sphinx, page: str, kind: str, lesson: Lesson) -> None:
        self.app = app
        self.page = page
        self.kind = kind
        self.lesson = lesson
        self.root = Path(app.srcdir)

    def address(self, kind: str, lesson: Lesson) -> str:
        """Return the way from this page to a lesson's chapter or sheet."""
        return self.app.builder.get_relative_uri(self.page, f"{kind}/{lesson.name}")

    def set_chapter(self, section: nodes.section) -> None:
        """Turn the opening of a chapter into its head."""
        title, question, takes = section.children[:3]
        words = sole_child(takes, nodes.emphasis)
        if not sole_child(question, nodes.strong) or not words:
            logger.warning(
                "a lesson opens with its title, its question in bold, and in italics how long it "
                "takes and what it needs",
                location=title,
            )
            return
        question["classes"].append("lesson-question")
        time, needs = split_at_needs(words)
        facts = nodes.bullet_list("", classes=["lesson-facts"])
        facts += fact("time", time)
        if needs:
            facts += fact("needs", [part for node in needs for part in self.with_links(node)])
        section.replace(takes, [facts, self.buttons()])
        self.set_title(section)

    def set_sheet(self, section: nodes.section) -> None:
        """Put the buttons and the points under the title of a sheet."""
        points = points_of_tasks(read_notebook(self.lesson.sheet(self.root)))
        worth = f"{len(points)} task{'' if len(points) == 1 else 's'}, {sum(points)} points"
        facts = nodes.bullet_list("", fact("points", [nodes.Text(worth)]), classes=["lesson-facts"])
        section.insert(1, [facts, self.buttons()])
        self.set_title(section)

    def set_title(self, section: nodes.section) -> None:
        """Say above the title where the page stands, and set the number apart from the name."""
        title = section[0]
        number, dot, name = title.astext().partition(" · ")
        if dot:
            title.clear()
            title += nodes.inline("", number, classes=["number"])
            title += nodes.inline("", dot, classes=["dot"])
            title += nodes.inline("", name, classes=["name"])
        section["classes"].append(f"lesson-page-{self.kind}")
        place = f"Lesson {self.lesson.number} of {len(LESSONS)}"
        part = part_of(self.root, self.lesson).replace(" · ", ": ", 1)
        line = escape(f"{place} · {part}" if part else place)
        section.insert(0, nodes.raw("", f'<p class="lesson-place">{line}</p>', format="html"))

    def with_links(self, node: nodes.Node) -> list[nodes.Node]:
        """Return a piece of text in which the number of each lesson leads to it."""
        if not isinstance(node, nodes.Text):
            return [node]
        numbers = {
            match.start() + number.start()
            for match in NAMED_LESSONS.finditer(node)
            for number in re.finditer(r"\d+", match[0])
        }
        pieces: list[nodes.Node] = []
        for piece in re.finditer(r"\d+|\D+", node):
            known = piece.start() in numbers and int(piece[0]) <= len(LESSONS)
            pieces.append(self.link(piece[0]) if known else nodes.Text(piece[0]))
        return pieces

    def link(self, number: str) -> nodes.reference:
        """Return a link to the lesson of that number."""
        lesson = LESSONS[int(number) - 1]
        address = self.address("chapters", lesson)
        return nodes.reference("", number, refuri=address, internal=True, reftitle=lesson.question)

    def buttons(self) -> nodes.raw:
        """Return the row of buttons under the head."""
        path = f"{self.page}.ipynb"
        other = "exercises" if self.kind == "chapters" else "chapters"
        label = "Exercises" if self.kind == "chapters" else "The lesson"
        sign = "exercises" if self.kind == "chapters" else "lesson"
        up = "../" * self.page.count("/")
        links = [
            button(sign, label, self.address(other, self.lesson), first=True),
            button("download", "Download", f"{up}_sources/{path}", download=Path(path).name),
        ]
        links += run_elsewhere(self.app.config.course_repository, path)
        row = f'<nav class="lesson-buttons" aria-label="This notebook">{"".join(links)}</nav>'
        return nodes.raw("", row, format="html")


def sole_child(node: nodes.Node, kind: type[nodes.Element]) -> nodes.Element | None:
    """Return the one child of a paragraph, if there is just one, of that kind."""
    if not isinstance(node, nodes.paragraph):
        return None
    filled = [child for child in node.children if child.astext()]
    return filled[0] if len(filled) == 1 and isinstance(filled[0], kind) else None


def split_at_needs(takes: nodes.Element) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """Return what stands before the sentence that says what a lesson needs, and the rest."""
    time: list[nodes.Node] = []
    needs: list[nodes.Node] = []
    for node in takes.children:
        if needs or not isinstance(node, nodes.Text) or NEEDS not in node:
            (needs or time).append(node)
            continue
        before, sentence, after = node.partition(NEEDS)
        time.append(nodes.Text(before.rstrip()))
        needs.append(nodes.Text(sentence + after))
    return time, needs


def fact(sign: str, words: list[nodes.Node]) -> nodes.list_item:
    """Return one entry of what a page takes, with its icon."""
    return nodes.list_item(
        "", nodes.raw("", icon(sign), format="html"), nodes.inline("", "", *words), classes=[sign]
    )


def button(
    sign: str, label: str, address: str, *, first: bool = False, download: str | None = None
) -> str:
    """Return a link that looks like a button, with its icon."""
    kind = ' class="first"' if first else ""
    saved = f' download="{escape(download)}"' if download else ""
    return f'<a{kind} href="{escape(address)}"{saved}>{icon(sign)}<span>{label}</span></a>'


def run_elsewhere(repository: Repository | None, path: str) -> list[str]:
    """Return the buttons that open a notebook on other machines; none without a repository."""
    if not repository:
        return []
    return [
        button("run", "Open in Colab", repository.colab(path)),
        button("run", "Binder", repository.binder(path)),
    ]


def look_for_repository(app: Sphinx, config: Any) -> None:
    """Ask once a build where the repository is; pages are written anew when that changed."""
    config.course_repository = find_repository(Path(app.srcdir), os.environ)


def set_head(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Give a lesson's page, or a sheet's, its head."""
    found = lesson_of(page)
    section = doctree.next_node(nodes.section)
    if not found or section is None:
        return
    head = Head(app, page, *found)
    if head.kind == "chapters":
        head.set_chapter(section)
    else:
        head.set_sheet(section)


def add_questions(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put a lesson's question under its name in the links at the foot of a page."""
    _, before, after = app.builder.relations.get(page, (None, None, None))
    for way, neighbour in (("prev", before), ("next", after)):
        found = lesson_of(neighbour or "")
        if context.get(way) and found and found[0] == "chapters":
            question = f'<span class="question">{escape(found[1].question)}</span>'
            context[way] = {**context[way], "title": f"{context[way]['title']} {question}"}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the head and the questions at the foot."""
    app.add_config_value("course_repository", None, "html", [Repository, type(None)])
    app.connect("config-inited", look_for_repository)
    app.connect("doctree-resolved", set_head)
    app.connect("html-page-context", add_questions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
