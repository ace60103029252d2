"""Every criterion of every check is needed: some wrong answer fails by it alone.

If a criterion could be taken away without any wrong answer slipping through, either the answers
lack one that learners give, or the criterion is idle.
"""

import dataclasses

import pytest

from embedkit.checks.framework import Task
from tests.test_answers import TASKS, corpus, mark_task

CRITERIA = [
    (slug, number, index)
    for slug, tasks in TASKS.items()
    for number, task in tasks.items()
    for index in range(len(task.criteria))
]
SEED = 0


def fails(slug: str, task: Task, index: int, answer) -> bool:
    """Whether an answer fails one criterion, looked at by itself."""
    alone = dataclasses.replace(task, criteria=(task.criteria[index],))
    return mark_task(slug, alone, answer, SEED).status == "failed"


@pytest.mark.parametrize(("slug", "number", "index"), CRITERIA)
def test_without_this_criterion_some_wrong_answer_would_pass(slug, number, index):
    task = TASKS[slug][number]
    others = [other for other in range(len(task.criteria)) if other != index]
    slipping_through = [
        answer.name
        for answer in corpus(slug).WRONG
        if answer.task == number
        and fails(slug, task, index, answer)
        and not any(fails(slug, task, other, answer) for other in others)
    ]
    assert slipping_through, f"{number}, “{task.criteria[index].says}”: no wrong answer needs it"
