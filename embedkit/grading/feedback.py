"""A page of feedback for each submission, as Markdown and as HTML that needs nothing else."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from embedkit.checks.plain import readable
from embedkit.checks.verdict import Finding, Verdict
from embedkit.grading.markdown import (
    STATES,
    escaped,
    finding_sign,
    prose,
    sheet_markdown,
    split_code,
)
from embedkit.grading.report import SIGNS, next_step
from embedkit.grading.results import Result
from embedkit.grading.submissions import SUFFIXES

LONGEST_NAME = 150
"""In bytes, so that every file system takes it with a suffix."""

NO_NAMES_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\..*)?", re.IGNORECASE)

ENDS_IN_A_HASH = re.compile(r"-[0-9a-f]{16}$", re.IGNORECASE)
"""A name that could be given to another page, if it were left as it is."""

SPOKEN = {True: "met", False: "not met", None: "not looked at"}


def page_names(submissions: Sequence[str]) -> dict[str, str]:
    """Return the name of each submission's page, without its suffix, no two alike on any system.

    Args:
        submissions: the names of the submissions.
    """
    plain = {name: _plain_name(name) for name in submissions}
    count = Counter(page.casefold() for page in plain.values())
    return {
        name: f"{page}-{_short_hash(name)}"
        if count[page.casefold()] > 1 or ENDS_IN_A_HASH.search(page)
        else page
        for name, page in plain.items()
    }


def _plain_name(submission: str) -> str:
    stem = submission
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if stem.lower().endswith(suffix):
            stem = stem[: -len(suffix)]
            break
    text = unicodedata.normalize("NFC", stem.replace("/", "--"))
    text = re.sub(r"[^\w.+@-]+", "_", text).strip(".") or "sheet"
    if NO_NAMES_ON_WINDOWS.fullmatch(text):
        text = f"_{text}"
    if len(text.encode()) <= LONGEST_NAME:
        return text
    cut = text.encode()[:LONGEST_NAME].decode(errors="ignore")
    return f"{cut}-{_short_hash(submission)}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def markdown_page(result: Result, root: Path) -> str:
    """Return the page of one submission as Markdown."""
    title = f"# {escaped(result.name)}\n\n"
    if result.marks is None:
        return f"{title}This sheet could not be marked. {prose(result.problem)}\n"
    return f"{title}{sheet_markdown(result.marks, root)}\n"


def html_page(result: Result, root: Path) -> str:
    """Return the page of one submission as HTML: one file, without scripts."""
    template = Template((files(__package__) / "feedback.html").read_text(encoding="utf-8"))
    if result.marks is None:
        title = "Not marked"
        body = [f"<h1>This sheet could not be marked</h1>\n<p>{_html(result.problem)}</p>"]
    else:
        title = f"{result.marks.points} of {result.marks.possible} points"
        body = _sheet(result, root)
    body.insert(1, f'<p class="quiet">{escape(result.name)}</p>')
    return template.substitute(title=escape(f"{title} · {result.name}"), body="\n".join(body))


def _sheet(result: Result, root: Path) -> list[str]:
    marks = result.marks
    assert marks is not None
    question = escape(marks.lesson.question)
    parts = [
        f"<h1>Lesson {marks.lesson.number} · {question}</h1>",
        f"<p><strong>{marks.points} of {marks.possible} points.</strong> "
        f"{_html(next_step(marks, root))}</p>",
        "<table>\n<thead><tr><th scope='col'>Task</th><th scope='col'>Points</th>"
        "<th scope='col'>State</th></tr></thead>\n<tbody>",
        *(_row(verdict) for verdict in marks.verdicts),
        "</tbody>\n</table>",
        *(f"<p>{_html(note)}</p>" for note in marks.notes),
    ]
    for verdict in marks.verdicts:
        if verdict.status != "untouched":
            parts.extend(_task(verdict))
    return parts


def _row(verdict: Verdict) -> str:
    sign = SIGNS[verdict.status][0]
    return (
        f"<tr><th scope='row'>{verdict.number} <code>{escape(verdict.name)}</code></th>"
        f"<td>{verdict.points} of {verdict.possible}</td>"
        f"<td class='{verdict.status}'>{sign} {STATES[verdict.status]}</td></tr>"
    )


def _task(verdict: Verdict) -> list[str]:
    parts = [f"<h2>{verdict.number} <code>{escape(verdict.name)}</code></h2>"]
    if verdict.note:
        parts.append(f"<p class='hint'>{_html(verdict.note)}</p>")
    if verdict.findings:
        parts += ["<ul>", *(_criterion(one) for one in verdict.findings), "</ul>"]
    for finding in verdict.findings:
        if finding.hint:
            parts.append(f"<p class='hint'>{_html(finding.hint)}</p>")
        if finding.details:
            shown = (
                f"<dt>{escape(name)}</dt><dd>{escape(readable(text))}</dd>"
                for name, text in finding.details
            )
            parts.append(f"<dl>{''.join(shown)}</dl>")
    return parts


def _criterion(finding: Finding) -> str:
    kind = {True: "passed", False: "failed", None: "quiet"}[finding.passed]
    sign, spoken = finding_sign(finding), SPOKEN[finding.passed]
    return (
        f"<li><span class='{kind}' role='img' aria-label='{spoken}'>{sign}</span>"
        f"{_html(finding.says)}</li>"
    )


def _html(sentence: str) -> str:
    return "".join(
        f"<code>{escape(part)}</code>" if is_code else escape(part)
        for part, is_code in split_code(sentence)
    )
