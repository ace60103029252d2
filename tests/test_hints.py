"""Each task has three folded hints, and a link to the section of its chapter that teaches it."""

import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
import yaml
from markdown_it.renderer import RendererHTML
from markdown_it.tree import SyntaxTreeNode
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.base import compute_unique_slug
from myst_parser.parsers.mdit import create_md_parser
from nbformat import NotebookNode

from embedkit.authoring.new import new_lesson
from embedkit.grading.notebooks import course_metadata, tags
from embedkit.grading.solutions import BEGIN, END
from embedkit.lessons import LESSONS, Lesson, course_root, existing_lessons

ROOT = course_root(Path(__file__).parent)
REAL = pytest.mark.parametrize("lesson", existing_lessons(ROOT), ids=lambda lesson: lesson.name)

HINT = re.compile(
    r"<details><summary>Hint (\d)</summary>\n\n(?!\s)((?:(?!</?details).)+)(?<!\s)\n\n</details>",
    re.DOTALL,
)
LINK = re.compile(r"\[([^\]]+)\]\(\.\./chapters/(\w+)\.ipynb#([^)\s]+)\)")
TEACHES = "Where the chapter teaches it: "
SHORTEST_LINE = 12
"""A line of a solution that is no longer gives nothing away, such as ``else:``."""


def read(path: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def tasks_of(sheet: NotebookNode) -> list[str]:
    """Return the tasks of a sheet as their cells' ids name them, as in ``2-3``."""
    answers = [cell for cell in sheet.cells if "answer" in tags(cell)]
    return [course_metadata(cell)["task"].replace(".", "-") for cell in answers]


def source_of(sheet: NotebookNode, cell_id: str) -> str:
    return str(next(cell.source for cell in sheet.cells if cell.id == cell_id))


def hints_of(sheet: NotebookNode, task: str) -> list[str]:
    return [text for _, text in HINT.findall(source_of(sheet, f"hints-{task}"))]


def solution_lines(answer: str) -> list[str]:
    """Return the lines of a worked answer that a hint must not hold."""
    lines, inside = [], False
    for line in map(str.strip, answer.splitlines()):
        if line in (BEGIN, END):
            inside = line == BEGIN
        elif inside and len(line) > SHORTEST_LINE:
            lines.append(line)
    return lines


def sections_of(chapter: Path) -> dict[str, str]:
    """Return the headings of a chapter below its title, by the anchors that the book gives them."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    parser = create_md_parser(
        MdParserConfig(enable_extensions=set(config["parse"]["myst_enable_extensions"])),
        RendererHTML,
    )
    deepest = config["sphinx"]["config"]["myst_heading_anchors"]
    texts = [cell.source for cell in read(chapter).cells if cell.cell_type == "markdown"]
    slugs: set[str] = set()
    sections = {}
    for text in texts:
        for node in SyntaxTreeNode(parser.parse(text)).walk():
            if node.type == "heading" and int(node.tag[1]) <= deepest:
                slug = compute_unique_slug(node, slugs)
                slugs.add(slug)
                if node.tag != "h1":
                    sections[slug] = node.children[0].content
    return sections


def assert_hints_in_place(sheet: NotebookNode) -> None:
    """Each task's hints follow its check, and what follows them is the reason, if it is there."""
    ids = [cell.id for cell in sheet.cells]
    for task in tasks_of(sheet):
        place = ids.index(f"check-{task}") + 1
        assert ids[place] == f"hints-{task}"
        if f"why-{task}" in ids:
            assert ids[place + 1] == f"why-{task}"
        cell = sheet.cells[place]
        assert (cell.cell_type, tags(cell)) == ("markdown", [])


def assert_three_hints(sheet: NotebookNode) -> None:
    for task in tasks_of(sheet):
        source = source_of(sheet, f"hints-{task}")
        found = HINT.findall(source)
        assert [number for number, _ in found] == ["1", "2", "3"], f"hints-{task}"
        whole = "\n\n".join(match[0] for match in HINT.finditer(source))
        assert whole == source, f"hints-{task} holds more than its three hints"
        assert len({text for _, text in found}) == 3, f"hints-{task} repeats itself"


def assert_no_solution_in_hints(sheet: NotebookNode) -> None:
    for task in tasks_of(sheet):
        hints = "\n".join(hints_of(sheet, task))
        lines = solution_lines(source_of(sheet, f"answer-{task}"))
        told = [line for line in lines if line in hints]
        assert told == [], f"hints-{task} holds a line of the solution"


def assert_links_to_sections(lesson: Lesson, root: Path) -> None:
    sheet = read(lesson.solution(root))
    for task in tasks_of(sheet):
        last = source_of(sheet, f"task-{task}").split("\n\n")[-1]
        assert last.startswith(TEACHES), f"task-{task} must end with “{TEACHES}…”"
        links = LINK.findall(last)
        assert lesson.name in [name for _, name, _ in links], f"task-{task} links another chapter"
        for text, name, anchor in links:
            sections = sections_of(root / "chapters" / f"{name}.ipynb")
            assert sections.get(unquote(anchor)) == text, f"task-{task}: {name} has no such section"


@REAL
def test_hints_stand_between_the_check_and_the_reason(lesson: Lesson) -> None:
    worked = read(lesson.solution(ROOT))
    assert_hints_in_place(worked)
    assert {f"why-{task}" for task in tasks_of(worked)} <= {cell.id for cell in worked.cells}


@REAL
def test_each_task_has_three_hints(lesson: Lesson) -> None:
    assert_three_hints(read(lesson.solution(ROOT)))


@REAL
def test_no_hint_holds_a_line_of_the_solution(lesson: Lesson) -> None:
    assert_no_solution_in_hints(read(lesson.solution(ROOT)))


@REAL
def test_each_task_says_where_the_chapter_teaches_it(lesson: Lesson) -> None:
    assert_links_to_sections(lesson, ROOT)


@REAL
def test_learners_get_the_hints_and_are_told_of_them(lesson: Lesson) -> None:
    worked, sheet = read(lesson.solution(ROOT)), read(lesson.sheet(ROOT))
    assert_hints_in_place(sheet)
    for task in tasks_of(worked):
        assert hints_of(sheet, task) == hints_of(worked, task)
    assert "Three hints are folded below each check" in source_of(sheet, "title")


def test_a_new_lesson_starts_with_hints(tmp_path: Path) -> None:
    lesson, before = LESSONS[2], LESSONS[1]
    toc = f"parts:\n  - chapters:\n      - file: chapters/{before.name}\n"
    (tmp_path / "_toc.yml").write_text(toc, encoding="utf-8")
    new_lesson(lesson.slug, tmp_path)
    worked = read(lesson.solution(tmp_path))
    assert tasks_of(worked) == [f"{lesson.number}-1"]
    assert_hints_in_place(worked)
    assert_three_hints(worked)
    assert_no_solution_in_hints(worked)
    assert_links_to_sections(lesson, tmp_path)


GOOD = "<details><summary>Hint {0}</summary>\n\nText {0}.\n\n</details>"


@pytest.mark.parametrize(
    "source",
    [
        "\n\n".join(GOOD.format(i) for i in (1, 2)),
        "\n\n".join(GOOD.format(i) for i in (1, 2, 2)),
        "\n\n".join(GOOD.format(i) for i in (1, 2, 3)) + "\n\nMore.",
        "\n\n".join(GOOD.format(i) for i in (1, 2, 3)).replace("Text 2.", ""),
        "\n\n".join(GOOD.format(i) for i in (1, 2, 3)).replace("Text 2.", "Text 1."),
        "\n".join(GOOD.format(i) for i in (1, 2, 3)),
    ],
    ids=["two", "numbers", "more", "empty", "twice", "no blank line"],
)
def test_other_shapes_are_refused(source: str) -> None:
    worked = read(LESSONS[1].solution(ROOT))
    hints = next(cell for cell in worked.cells if cell.id == "hints-2-1")
    hints.source = source
    with pytest.raises(AssertionError):
        assert_three_hints(worked)
