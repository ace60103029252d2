"""Whatever a sheet is or does, there is a mark, a sentence, and marks for the other tasks.

A file in ``tests/faults`` is one broken or hostile input. ``make(sheet, path)`` writes it, from a
fresh sheet of the small course, and returns its path. ``EARNS`` are the points by task; where
there is none, the file is refused. ``SAYS`` is part of the sentence. ``LEFT_UNHASHED``
marks a file that is too large to be compared with what it was.
"""

import importlib
import re
from hashlib import sha256
from pathlib import Path

import pytest
from nbformat import NotebookNode

from embedkit.grading.marking import mark_sheet
from embedkit.grading.notebooks import BadInputError
from embedkit.grading.watch import Limits
from tests.small_course import LESSON

CORPUS = sorted(path.stem for path in (Path(__file__).parent / "faults").glob("*.py"))
SECONDS = 20.0
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 20


@pytest.mark.parametrize("name", CORPUS)
def test_a_fault_gets_a_mark_and_a_sentence(name: str, sheet: NotebookNode, course: Path) -> None:
    fault = importlib.import_module(f"tests.faults.{name}")
    try:
        path = fault.make(sheet, LESSON.sheet(course))
    except OSError as error:
        pytest.skip(f"this system cannot make such a file: {error}")
    hashed = path.is_file() and not hasattr(fault, "LEFT_UNHASHED")
    before = sha256(path.read_bytes()).hexdigest() if hashed else ""
    limits = Limits(
        getattr(fault, "SECONDS", SECONDS),
        getattr(fault, "MEMORY", Limits.memory),
        sheet=getattr(fault, "SHEET", Limits.sheet),
    )
    earns, says = getattr(fault, "EARNS", ()), getattr(fault, "SAYS", "")
    if earns:
        marks = mark_sheet(path, LESSON, course, limits)
        words = "\n".join([*map(str, marks.verdicts), *marks.notes])
        assert tuple(verdict.points for verdict in marks.verdicts) == earns, words
    else:
        with pytest.raises(BadInputError) as refusal:
            mark_sheet(path, LESSON, course, limits)
        words = str(refusal.value)
        assert len(words.splitlines()) == 1
    assert re.search(re.escape(says).replace(r"\ ", r"\s+"), words), words
    assert "Traceback" not in words
    assert not CONTROL.search(words)
    if before:
        assert sha256(path.read_bytes()).hexdigest() == before
