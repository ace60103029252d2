"""The checks tell right answers from wrong ones, and name what is wrong."""

import importlib
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from unittest.mock import patch

import nbformat
import pytest

from embedkit.checks import framework
from embedkit.checks.framework import Task
from embedkit.checks.probes import Inputs, Seen, observe, observe_all
from embedkit.checks.verdict import Verdict
from embedkit.lessons import course_root, existing_lessons
from tests.answers import Right, Sly, Wrong, hints_meant

ROOT = course_root()
LESSONS = existing_lessons(ROOT)
SEEDS = range(4)


def checks_of(slug: str) -> dict[str, Task]:
    module = importlib.import_module(f"embedkit.checks.{slug}")
    return {task.number: task for task in vars(module).values() if isinstance(task, Task)}


def corpus(slug: str) -> ModuleType:
    return importlib.import_module(f"tests.answers.{slug}")


def sly(slug: str) -> list[Sly]:
    """The answers of ``tests/answers/<slug>_sly.py``, where a lesson has one."""
    if find_spec(f"tests.answers.{slug}_sly") is None:
        return []
    return importlib.import_module(f"tests.answers.{slug}_sly").SLY


def setup_source(lesson) -> str:
    sheet = nbformat.read(lesson.solution(ROOT), as_version=4)
    return next(cell.source for cell in sheet.cells if cell.cell_type == "code")


SETUP = {lesson.slug: setup_source(lesson) for lesson in LESSONS}
TASKS = {lesson.slug: checks_of(lesson.slug) for lesson in LESSONS}
WRONG = [(lesson.slug, answer) for lesson in LESSONS for answer in corpus(lesson.slug).WRONG]
SLY = [(lesson.slug, answer) for lesson in LESSONS for answer in sly(lesson.slug)]
RIGHT = [(lesson.slug, answer) for lesson in LESSONS for answer in corpus(lesson.slug).RIGHT]


draw_once = cache(Task._draw)
"""Draws a task's questions; those of one seed are drawn once for all answers."""
known: dict[tuple[object, str, int], tuple[Inputs, Seen]] = {}


def observe_once(answer: object, probe: str, inputs: Inputs) -> Seen:
    """Return what our own code does with a question, which is the same for all answers."""
    key = (answer, probe, id(inputs))
    if key not in known:
        known[key] = inputs, observe(answer, probe, inputs)
    return known[key][1]


@cache
def mark(slug: str, answer: Right | Sly | Wrong, seed: int) -> Verdict:
    return mark_task(slug, TASKS[slug][answer.task], answer, seed)


def mark_task(slug: str, task: Task, answer: Right | Sly | Wrong, seed: int) -> Verdict:
    namespace: dict[str, object] = {}
    exec(SETUP[slug], namespace)
    exec(answer.code, namespace)
    with (
        patch.object(Task, "_draw", draw_once),
        patch.object(framework, "observe", observe_once),
    ):
        return task.verdict(seed, observe_all(namespace[task.name], task.questions(seed)))


def name(value: object) -> str | None:
    return f"{value.task} {value.name}" if isinstance(value, Right | Sly | Wrong) else None


@pytest.mark.parametrize(("slug", "answer"), WRONG, ids=name)
def test_a_wrong_answer_is_caught_with_its_hint(slug, answer):
    for seed in SEEDS:
        verdict = mark(slug, answer, seed)
        assert verdict.status == "failed"
        (hint,) = [finding.hint for finding in verdict.findings if finding.passed is False]
        assert answer.hint in hint, str(verdict)
        assert hints_meant(answer, TASKS[slug][answer.task]) in ([hint], [])


@pytest.mark.parametrize(("slug", "answer"), SLY, ids=name)
def test_an_answer_that_is_wrong_in_one_corner_only_is_refused(slug, answer):
    for seed in range(2):
        assert mark(slug, answer, seed).status == "failed"


@pytest.mark.parametrize(("slug", "answer"), RIGHT, ids=name)
def test_a_right_answer_is_accepted(slug, answer):
    for seed in SEEDS:
        verdict = mark(slug, answer, seed)
        assert verdict.status == "passed", str(verdict)


@pytest.mark.parametrize("slug", TASKS)
def test_each_task_has_enough_answers(slug):
    for number in TASKS[slug]:
        wrong = [answer for answer in corpus(slug).WRONG if answer.task == number]
        right = [answer for answer in corpus(slug).RIGHT if answer.task == number]
        assert len(wrong) >= 4, number
        assert len(right) >= 2, number


@pytest.mark.parametrize("slug", TASKS)
def test_every_mistake_that_a_check_knows_is_made_by_some_wrong_answer(slug):
    hints = set()
    for answer in corpus(slug).WRONG:
        verdict = mark(slug, answer, seed=0)
        hints |= {(answer.task, finding.hint) for finding in verdict.findings if finding.hint}
    for task in TASKS[slug].values():
        for criterion in task.criteria:
            for mistake in criterion.mistakes:
                assert (task.number, mistake.hint) in hints, mistake.hint


@pytest.mark.parametrize("slug", TASKS)
def test_the_finished_code_passes_its_own_checks(slug):
    for task in TASKS[slug].values():
        for seed in SEEDS:
            seen = observe_all(task.reference, task.questions(seed))
            assert task.verdict(seed, seen).status == "passed"


IN_ANOTHER_DTYPE = """
import torch
torch.set_default_dtype(torch.float64)
from tests.test_answers import TASKS, corpus, mark
torch.set_default_dtype(torch.float32)
for slug in TASKS:
    for answer in corpus(slug).RIGHT:
        verdict = mark(slug, answer, 0)
        if verdict.status != "passed":
            print(verdict)
"""


def test_checks_that_are_imported_under_another_default_dtype_ask_the_same():
    run = [sys.executable, "-c", IN_ANOTHER_DTYPE]
    assert subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout == ""
