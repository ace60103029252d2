"""Memory is weighed from outside: right answers are light, and nothing is to be had beforehand."""

import dataclasses
import sys
from functools import cache, partial
from pathlib import Path

import pytest
import torch
from torch import nn

from embedkit.checks.compare import same
from embedkit.checks.framework import ALLOWED, TOO_LARGE
from embedkit.checks.plain import load_plain, save_plain
from embedkit.checks.probes import Seen, observe
from embedkit.checks.tidying import put_away
from embedkit.grading import weighing
from embedkit.grading.kit import make_kit
from embedkit.grading.marking import mark_sheet
from embedkit.grading.nbval_runner import CellRun, run_cells
from embedkit.grading.notebooks import notebook_bytes, read_notebook
from embedkit.grading.replay import OPENING, Step, observations_file, probe_of
from embedkit.grading.rounds import Heard
from embedkit.grading.seen import as_seen
from embedkit.grading.solutions import read_solution
from embedkit.grading.surroundings import Shared, Surroundings
from embedkit.grading.watch import Limits
from embedkit.lessons import Lesson
from tests.test_answers import LESSONS, ROOT, TASKS, corpus

WEIGHED = [
    lesson for lesson in LESSONS if any(task.at_scale for task in TASKS[lesson.slug].values())
]
HEAD = next(lesson for lesson in LESSONS if lesson.slug == "head_at_scale")
SEED = 3
LIMITS = Limits(weighing.TIMES_AS_LONG * Limits().seconds)

pytestmark = pytest.mark.skipif(not weighing.can_weigh(), reason="only Linux tells a peak")


def weigh(lesson: Lesson, cells: list[tuple[str, str]], folder: Path) -> list[CellRun]:
    """Run answers, each given as its task's number and its code, and weigh each after its cell."""
    for part in ("sealed", "questions", "drop", "kept"):
        (folder / part).mkdir()
    solution = read_solution(lesson, ROOT)
    tasks = {task.task.number: task for task in solution.tasks}
    steps = [Step(OPENING), *(Step(source) for source in solution.given)]
    for i, (number, code) in enumerate(cells):
        sealed = folder / "sealed" / f"{number}.safetensors"
        questions = tasks[number].task.questions_at_scale(SEED)
        save_plain(sealed, [list(question) for question in questions])
        probe = dataclasses.replace(probe_of(tasks[number], folder), probes=str(i), sealed=sealed)
        steps += [Step(code, place="a cell"), probe]
    kept = {str(i): observations_file(folder, str(i)) for i in range(len(cells))}
    shared = Shared(make_kit(lesson, folder / "kit"), folder / "questions", folder / "drop", ())
    runs = run_cells(steps, kept, Surroundings(folder / "replay", shared), LIMITS)
    return runs[1 + len(solution.given) :]


@cache
def wanted(slug: str, number: str) -> Seen:
    task = TASKS[slug][number]
    ((probe, inputs),) = task.questions_at_scale(SEED)
    return observe(task.reference, probe, inputs)


@pytest.mark.parametrize("lesson", WEIGHED, ids=lambda lesson: lesson.slug)
def test_right_answers_take_much_less_than_they_may(lesson: Lesson, tmp_path: Path) -> None:
    tasks = {number: task for number, task in TASKS[lesson.slug].items() if task.at_scale}
    answers = [answer for answer in corpus(lesson.slug).RIGHT if answer.task in tasks]
    runs = weigh(lesson, [(answer.task, answer.code) for answer in answers], tmp_path)
    names = [f"{answer.task} {answer.name}" for answer in answers for _ in ("cell", "probe")]
    ended = zip(names, runs, strict=True)
    assert not [(name, run) for name, run in ended if run.outcome != "ok"]
    left = 0  # by the probes before, which wrote it in the same process
    for i, (answer, run) in enumerate(zip(answers, runs[1::2], strict=True)):
        assert run.taken is not None
        file = observations_file(tmp_path, str(i))
        (seen,) = load_plain(file)["seen"]
        right = wanted(lesson.slug, answer.task)
        assert same(as_seen(seen).value, right.value), f"{answer.task} {answer.name}"
        taken = run.taken - left
        assert taken < 0.6 * ALLOWED, f"{answer.task} {answer.name}: {taken / 2**20} MiB"
        left += file.stat().st_size


@pytest.mark.parametrize("seed", range(3))
def test_no_loss_is_so_small_that_float32_hardly_tells_it(seed: int) -> None:
    """Two logits near 291 are rounded by 3e-5, and a loss of 5 is compared as closely as 5e-5."""
    task = TASKS[HEAD.slug]["8.3"]
    ((probe, inputs),) = task.questions_at_scale(seed)
    losses = observe(task.reference, probe, inputs).value
    assert losses.min() > 40
    assert losses.max() > 400


def test_the_questions_are_not_there_before_they_are_asked(tmp_path: Path) -> None:
    (before, probe) = weigh(
        HEAD,
        [
            (
                "8.3",
                f"import os\nassert not os.listdir({str(tmp_path / 'questions')!r})\n"
                "def blockwise_cross_entropy(*inputs):\n    return 1",
            )
        ],
        tmp_path,
    )
    assert (before.outcome, probe.outcome) == ("ok", "ok"), before
    assert before.taken is None
    assert probe.taken is not None


@pytest.mark.parametrize("slug", [lesson.slug for lesson in WEIGHED])
def test_what_backs_a_criterion_says_the_same(slug: str) -> None:
    for task in TASKS[slug].values():
        if task.at_scale:
            assert task.at_scale.says in [criterion.says for criterion in task.criteria]
            ((_, inputs),) = task.questions_at_scale(SEED)
            rows = inputs["hidden"] if "hidden" in inputs else inputs["ids"]
            table = inputs["table"] if "table" in inputs else inputs["parameters"]["table"]
            assert 4 * len(rows) * len(table) == TOO_LARGE


ALL_LOGITS = """
from threading import Thread
def blockwise_cross_entropy(hidden, table, targets, block_size):
    out = []
    work = lambda: out.append(F.cross_entropy(hidden @ table.T, targets, reduction="none"))
    thread = Thread(target=work)
    thread.start()
    thread.join()
    return out[0]
"""
IN_BLOCKS = """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    lse = [over(hidden @ block.T) for block in table.split(block_size)]
    return over(torch.stack(lse, dim=1)) - (hidden * table[targets]).sum(dim=1)
"""
EXTRA = "def over(z):\n    return z.logsumexp(dim=1)\n"


def mark(answer: str, extra: str, folder: Path) -> list[str]:
    """Return which tasks of sheet 8 are passed with an answer to 8.3, and a cell before it."""
    sheet = read_notebook(HEAD.sheet(ROOT))
    place = next(i for i, cell in enumerate(sheet.cells) if cell.id == "answer-8-3")
    sheet.cells[place].source = answer
    helper = dict(sheet.cells[place], id="helper", source=extra, metadata={})
    sheet.cells.insert(place, type(sheet.cells[place])(helper))
    path = folder / "sheet.ipynb"
    path.write_bytes(notebook_bytes(sheet))
    marks = mark_sheet(path, HEAD, ROOT, Limits(10))
    return [verdict.number for verdict in marks.verdicts if verdict.points]


def test_an_answer_may_need_a_cell_that_answers_nothing(tmp_path: Path) -> None:
    assert mark(IN_BLOCKS, EXTRA, tmp_path) == ["8.3"]


def test_what_a_learner_holds_beside_the_answers_weighs_nothing(tmp_path: Path) -> None:
    heavy = "import torch\nlogits = torch.ones(2**26)\n"
    assert mark(EXTRA + IN_BLOCKS, heavy, tmp_path) == ["8.3"]


class Holder:
    """Holds what a trial gives it."""


def test_what_is_large_is_put_away_but_for_what_is_needed() -> None:
    layer, large, held = nn.Linear(2, 2), torch.ones(2**19), Holder()
    held.E = large
    heavy = {
        "E": large,
        "row": large[:1],
        "loss": layer(torch.ones(2)).sum(),
        "layer": layer,
        "opt": torch.optim.SGD(layer.parameters()),
        "pair": (1, large),
        "nested": {"tables": {"E": large}},
        "array": large.numpy(),
        "sparse": torch.eye(2).to_sparse(),
        "trial": partial(len, large),
        "held": held,
        "many": {i: torch.ones(9) for i in range(2**16)},
    }
    light = {"ids": torch.arange(9), "n": 3, "f": len, "sizes": [1, 2], "nbytes": nn, "H": Holder}
    kept, settings = Holder(), {"table": large, "dim": 1}
    kept.E, kept.dim = large, 2
    big = nn.Embedding(2**19, 1)
    needed = {"needed": large, "settings": settings, "kept": kept, "big": big}
    names = {**heavy, **light, **needed}
    sys.last_value = ValueError()
    put_away(names, [*needed, "dim"])
    assert names.keys() == {*light, *needed}
    assert settings == {"dim": 1}
    assert vars(kept) == {"dim": 2}
    assert len(big.weight) == 2**19
    assert not hasattr(sys, "last_value")


def test_a_trial_that_was_kept_weighs_nothing_where_no_reading_finds_the_helper(
    tmp_path: Path,
) -> None:
    hidden = 'exec("def over(z):\\n    return z.logsumexp(dim=1)")\n'
    trial = "E = torch.randn(50_257, 768)\nE[0] * 2\nE * 2\n"
    assert mark(IN_BLOCKS, "import torch\n" + hidden + trial, tmp_path) == ["8.3"]


def test_where_no_peak_is_told_the_count_is_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mark(ALL_LOGITS, "", tmp_path) == []
    monkeypatch.setattr(weighing, "FORGET", tmp_path / "nowhere" / "clear_refs")
    assert not weighing.can_weigh()
    assert mark(ALL_LOGITS, "", tmp_path) == ["8.3"]


def test_what_is_missing_on_the_larger_question_is_named(tmp_path: Path) -> None:
    task = next(task for task in TASKS[HEAD.slug].values() if task.at_scale)
    path = observations_file(tmp_path, task.number)
    path.parent.mkdir()
    save_plain(path, {"missing": "a text of its own"})
    heard = Heard(notes=["Cell 2 took too long."], taken={task.number: 1})
    found = weighing._find(task, SEED, tmp_path, heard)
    assert found.passed is False
    assert found.hint == (
        f"On a larger question: Cell 2 took too long. `{task.name}` is not there."
    )


def test_each_cell_that_is_needed_has_a_place_of_its_own() -> None:
    task = next(task for task in TASKS[HEAD.slug].values() if task.at_scale)
    sources = ["half = 2", "def helper(x):\n    return half * x"]
    sources += [f"def {task.name}(*given):\n    return helper(given)"]
    steps = [Step(source, place="a cell") for source in sources]
    places = [step.place for step in weighing._needed(task, steps)]
    assert len(places) == len(set(places)) == 3
