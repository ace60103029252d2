"""Marks for other programs: JSON, and the JUnit form that continuous integration reads."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree

from embedkit.checks.verdict import Verdict
from embedkit.grading.marking import Marks
from embedkit.grading.report import shown_path

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_json(all_marks: Sequence[Marks], problems: Sequence[str]) -> str:
    """Return marks as JSON.

    Args:
        all_marks: the marks of each sheet.
        problems: a sentence for each sheet that could not be marked.
    """
    data = {
        "points": sum(marks.points for marks in all_marks),
        "possible": sum(marks.possible for marks in all_marks),
        "sheets": [_sheet(marks) for marks in all_marks],
        "problems": list(problems),
    }
    return json.dumps(data, indent=1, ensure_ascii=False)


def _sheet(marks: Marks) -> dict[str, Any]:
    return {
        "lesson": marks.lesson.number,
        "slug": marks.lesson.slug,
        "sheet": shown_path(marks.path),
        "points": marks.points,
        "possible": marks.possible,
        "notes": list(marks.notes),
        "tasks": [asdict(verdict) | {"points": verdict.points} for verdict in marks.verdicts],
    }


def as_junit(all_marks: Sequence[Marks], problems: Sequence[str]) -> str:
    """Return marks as JUnit XML: a suite a sheet, a case a task, untouched ones skipped."""
    suites = ElementTree.Element("testsuites", name="embedkit")
    for marks in all_marks:
        _suite(suites, marks.lesson.name, [_case(marks, verdict) for verdict in marks.verdicts])
    if problems:
        cases = [ElementTree.Element("testcase", name=problem) for problem in problems]
        for case, problem in zip(cases, problems, strict=True):
            ElementTree.SubElement(case, "error", message=problem)
        _suite(suites, "sheets that could not be marked", cases)
    for element in suites.iter():
        element.text = NOT_IN_XML.sub("�", element.text) if element.text else None
        element.attrib = {k: NOT_IN_XML.sub("�", v) for k, v in element.attrib.items()}
    ElementTree.indent(suites)
    text: str = ElementTree.tostring(suites, encoding="unicode")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + text


def _suite(parent: ElementTree.Element, name: str, cases: list[ElementTree.Element]) -> None:
    counts = {
        plural: str(sum(case.find(tag) is not None for case in cases))
        for plural, tag in (("failures", "failure"), ("skipped", "skipped"), ("errors", "error"))
    }
    attributes = {"name": name, "tests": str(len(cases))} | counts
    suite = ElementTree.SubElement(parent, "testsuite", attributes)
    suite.extend(cases)


def _case(marks: Marks, verdict: Verdict) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", classname=marks.lesson.name, name=f"{verdict.number} {verdict.name}"
    )
    if verdict.status == "untouched":
        ElementTree.SubElement(case, "skipped", message="not attempted yet")
    elif verdict.status == "failed":
        worth = f"{verdict.points} of {verdict.possible} points"
        failure = ElementTree.SubElement(case, "failure", message=worth)
        failure.text = str(verdict)
    return case
