"""Every criterion of every check is needed: some wrong answer fails by it alone.

If a criterion could be taken away without any wrong answer slipping through, either the answers
lack one that learners give, or the criterion is idle.
"""

import dataclasses
from functools import cache

import pytest

from tests.answers import Wrong
from tests.test_answers import TASKS, corpus, mark_task

CRITERIA = [
    (slug, number, index)
    for slug, tasks in TASKS.items()
    for number, task in tasks.items()
    for index in range(len(task.criteria))
]
SEED = 0


@cache
def fails(slug: str, number: str, index: int, answer: Wrong) -> bool:
    """Whether an answer fails one criterion, looked at by itself."""
    task = TASKS[slug][number]
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
        and fails(slug, number, index, answer)
        and not any(fails(slug, number, other, answer) for other in others)
    ]
    assert slipping_through, f"{number}, “{task.criteria[index].says}”: no wrong answer needs it"
