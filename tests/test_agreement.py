"""The verdict in the notebook and the one from outside agree, on every answer that we know.

All answers of a lesson run in one replay, each followed by its probe. The same answers are asked
the same questions here, as a check cell would ask them, and both verdicts are compared.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from embedkit.checks.plain import save_plain
from embedkit.checks.verdict import Verdict
from embedkit.grading.kit import make_kit
from embedkit.grading.marking import judge
from embedkit.grading.nbval_runner import run_cells
from embedkit.grading.replay import OPENING, Step, observations_file, probe_of, questions_file
from embedkit.grading.rounds import Heard
from embedkit.grading.solutions import read_solution
from embedkit.grading.surroundings import Shared, Surroundings
from embedkit.grading.watch import Limits
from embedkit.lessons import Lesson
from tests.answers import Right, Wrong
from tests.test_answers import LESSONS, ROOT, corpus, mark

SEED = 20


def in_the_notebook(lesson: Lesson, answers: list[Right | Wrong]) -> list[Verdict]:
    return [mark(lesson.slug, answer, SEED) for answer in answers]


def from_outside(lesson: Lesson, answers: list[Right | Wrong], folder: Path) -> list[Verdict]:
    solution = read_solution(lesson, ROOT)
    tasks = {task.task.number: task for task in solution.tasks}
    for part in ("questions", "drop", "kept", "replay"):
        (folder / part).mkdir()
    for number, task in tasks.items():
        questions = [list(question) for question in task.task.questions(SEED)]
        save_plain(questions_file(folder, number), questions)
    steps = [Step(OPENING), *(Step(source) for source in solution.given)]
    for i, answer in enumerate(answers):
        probe = probe_of(tasks[answer.task], folder)
        steps += [Step(answer.code), replace(probe, probes=str(i))]
    kept = {str(i): observations_file(folder, str(i)) for i in range(len(answers))}
    kit = make_kit(lesson, folder / "kit")
    shared = Shared(kit, folder / "questions", folder / "drop", hidden=())
    runs = run_cells(steps, kept, Surroundings(folder / "replay", shared), Limits())
    assert {run.outcome for run in runs} == {"ok"}
    return [
        judge(replace(tasks[answer.task].task, number=str(i)), SEED, folder, Heard())
        for i, answer in enumerate(answers)
    ]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_both_verdicts_agree(lesson: Lesson, tmp_path: Path) -> None:
    answers = [*corpus(lesson.slug).WRONG, *corpus(lesson.slug).RIGHT]
    inside = in_the_notebook(lesson, answers)
    outside = from_outside(lesson, answers, tmp_path)
    for answer, one, other in zip(answers, inside, outside, strict=True):
        assert one.status == other.status, f"{answer.task} {answer.name}\n{one}\n{other}"
        findings = [
            [(finding.says, finding.passed, finding.hint) for finding in verdict.findings]
            for verdict in (one, other)
        ]
        assert findings[0] == findings[1], f"{answer.task} {answer.name}"
