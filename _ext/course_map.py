"""The map of the course: a directive that draws it from the lessons that there are.

It is drawn while the book is built, from `embedkit.lessons` and from the chapters that exist,
so a lesson turns from "to come" into a link on the day it is written. The small pictures lie in
`chapters/images/`; `_static/embedkit.css` gives them the colours of the page, light or dark.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from embedkit.lessons import LESSONS, Lesson


@dataclass(frozen=True)
class Stage:
    """One stage of a language model, and the numbers of the lessons about it."""

    picture: str
    name: str
    lessons: tuple[int, ...]


STAGES = (
    Stage("ids", "Text becomes ids", (1,)),
    Stage("table", "Ids become vectors: the table", (2, 3, 4, 5, 6)),
    Stage("positions", "Vectors learn where they stand", (9, 10, 11)),
    Stage("head", "Vectors become predictions: the head", (7, 8)),
    Stage("model", "A language model from end to end", (12,)),
)


class CourseMap(SphinxDirective):
    """``{course-map}``: the stages of a language model with the lessons about them."""

    def run(self) -> list[nodes.Node]:
        """Draw every stage, with a link to each lesson that exists."""
        self.env.note_dependency(str(self.root / "_toc.yml"))
        stages = "".join(self.draw_stage(stage) for stage in STAGES)
        return [nodes.raw("", f'<ol class="course-map">{stages}</ol>', format="html")]

    @property
    def root(self) -> Path:
        """The folder of the course."""
        return Path(self.env.srcdir)

    def draw_stage(self, stage: Stage) -> str:
        """Return one stage: its picture, its name and its lessons."""
        picture = self.root / "chapters" / "images" / f"stage_{stage.picture}.svg"
        self.env.note_dependency(str(picture))
        lessons = "".join(
            self.draw_lesson(lesson) for lesson in LESSONS if lesson.number in stage.lessons
        )
        return (
            f'<li class="stage">{picture.read_text(encoding="utf-8")}'
            f'<div><p class="name">{escape(stage.name)}</p><ul>{lessons}</ul></div></li>'
        )

    def draw_lesson(self, lesson: Lesson) -> str:
        """Return one lesson: a link to it, or its question marked as to come."""
        question = f"<span>{escape(lesson.question)}</span>"
        if not lesson.chapter(self.root).is_file():
            mark = '<span class="to-come">to come</span>'
            return f'<li><b>{lesson.number}</b><span class="later">{question} {mark}</span></li>'
        page = f"chapters/{lesson.name}"
        address = self.env.app.builder.get_relative_uri(self.env.docname, page)
        return f'<li class="ready"><b>{lesson.number}</b><a href="{address}">{question}</a></li>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("course-map", CourseMap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
