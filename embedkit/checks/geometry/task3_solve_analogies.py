"""What marks task 5.3, `solve_analogies`: c − a + b of rows of length 1, inputs in or out."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit import geometry as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.geometry.shared import CLEAR, gives, uneven, unit, with_clear
from embedkit.checks.probes import Inputs, Seen

SMALL = torch.tensor(
    [[1.0, 0.0], [9.0, 1.0], [0.0, 1.0], [1.0, 9.0], [-3.0, 1.0]], dtype=torch.float32
)

THREE = torch.tensor([[1.0, 0.0], [0.0, 1.0], [4.0, 3.0]], dtype=torch.float32)
"""A table with one row to choose from, once two are out."""

SHORT = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1e-10, 1e-11], [3.0, 1.0]], dtype=torch.float32)
"""A table in which a row is so short that what is added to its length takes it out of place."""

BOTH_SHORT = torch.tensor(
    [[0.0, 1.0], [0.3, 0.033], [1e-10, 1e-11], [1e-10, 0.0]], dtype=torch.float32
)
"""A table in which two short rows are nearest to each other."""

BOTH_LONG = (
    torch.tensor([[0.0, 1.0], [0.3, 0.033], [0.9, 0.09], [0.9, 0.0]], dtype=torch.float32) * 1e10
)
"""The same with long ones: the products of two lengths, and of their squares, are huge."""

CLOSE = torch.tensor(
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.02], [1.0, 0.01], [1.0, 0.015]], dtype=torch.float32
)
"""A table in which the cosines of three rows with the first are the same in half precision."""

RIGHT_ANGLED = torch.tensor(
    [[1.0, 0.0], [0.0, 1.0], [-4e-6, 1.0], [4e-6, 1.0], [0.0, -1.0]], dtype=torch.float32
)
"""A table in which the cosines of three rows with the first are the same to five decimals."""

BELOW = torch.tensor([[-1.0, 0.0], [1.0, 0.0], [2.0, 0.0], [-3.0, 0.1]], dtype=torch.float32)
"""A table in which the score of the last row is almost −3."""

OPPOSITE = torch.tensor([[2.0, 0.0], [-1.0, 0.0], [1.0, 0.0], [3.0, 0.0]], dtype=torch.float32)
"""A table in which one row lies opposite to all others."""


def reference(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
    """Answer by the finished code."""
    return finished.solve_analogies(table, questions, keep_inputs=keep_inputs)


def asked(table: Tensor, questions: Tensor, keep_inputs: bool) -> Inputs:
    """One question, in the order of the arguments."""
    return {"table": table, "questions": questions, "keep_inputs": keep_inputs}


def clear_questions(draw: Draw, rows: int, dim: int, count: int) -> tuple[Tensor, Tensor]:
    """Draw a table and questions to which no two of its rows are almost equally good answers."""
    return with_clear(
        lambda: (uneven(draw, rows, dim), draw.ids(rows, 40 * count, 3)),
        lambda table, some: finished.analogy_scores(unit(table), some),
        count,
    )


def tables(draw: Draw, keep_inputs: bool) -> list[Inputs]:
    """Random tables of rows of many lengths, and one with hardly a row to choose from."""
    found = []
    for rows, dim, count in ((12, 5, 20), (30, 8, 40), (5, 3, 12), (9, 2, 10), (6, 6, 3)):
        table, questions = clear_questions(draw, rows, dim, count)
        found.append(asked(table, questions, keep_inputs))
    table, questions = clear_questions(draw, 10, 6, 15)
    found.append(asked(scattered(table), scattered(questions), keep_inputs))
    return found


def many_rows(draw: Draw) -> Inputs:
    """A table of thousands of rows, and questions of which no two rows are equally good answers."""
    table, questions = uneven(draw, 3000, 8), draw.ids(3000, 200, 3)
    scores = finished.analogy_scores(unit(table), questions).scatter(1, questions, -torch.inf)
    first, second = scores.topk(2, dim=1).values.unbind(dim=1)
    return asked(table, questions[first - second > CLEAR][:50], False)


def inputs_out(draw: Draw) -> list[Inputs]:
    """Questions whose inputs are no answers; in one, every other row lies on the far side."""
    same_way = torch.tensor([[1.0, 0.2], [1.0, 0.0], [1.0, -0.1], [-2.0, 0.3], [-1.0, 0.4]])
    return [
        asked(SMALL, torch.tensor([[0, 1, 2]]), False),
        asked(same_way, torch.tensor([[0, 1, 2]]), False),
        asked(SMALL, torch.tensor([[1, 2, 1]]), False),
        asked(THREE, torch.tensor([[0, 1, 0]]), False),
        asked(BELOW, torch.tensor([[0, 1, 2]]), False),
        asked(BELOW * torch.tensor([1.0, 0.0]), torch.tensor([[0, 1, 2]]), False),
        asked(OPPOSITE, torch.tensor([[0, 2, 3]]), False),
        asked(SHORT, torch.tensor([[1, 1, 0]]), False),
        asked(BOTH_SHORT, torch.tensor([[0, 0, 3]]), False),
        asked(BOTH_LONG, torch.tensor([[0, 0, 3]]), False),
        asked(CLOSE, torch.tensor([[1, 1, 0]]), False),
        asked(RIGHT_ANGLED, torch.tensor([[1, 1, 0]]), False),
        *tables(draw, keep_inputs=False),
        many_rows(draw),
    ]


def inputs_in(draw: Draw) -> list[Inputs]:
    """Questions whose inputs may be answers, as they often are."""
    return [asked(SMALL, torch.tensor([[0, 1, 2]]), True), *tables(draw, keep_inputs=True)]


def none_at_all(draw: Draw) -> list[Inputs]:
    """No questions, with inputs in and out."""
    nothing = torch.empty(0, 3, dtype=torch.long)
    table = uneven(draw, 6, 3)
    return [asked(SMALL, nothing, False), asked(table, nothing, True)]


def best(scores: Tensor, questions: Tensor, keep_inputs: bool, out: float = -torch.inf) -> Tensor:
    """Take the largest score, where a, b and c get another one unless they are to be kept."""
    if not keep_inputs:
        scores = scores.scatter(1, questions, torch.full(questions.shape, float(out)))
    return scores.argmax(dim=1)


def weighted(a: int, b: int, c: int) -> Callable[[Tensor, Tensor, bool], Tensor]:
    """Answer with a, b and c weighted as given."""
    weights = torch.tensor([a, b, c]).float()[:, None]

    def wrong(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
        scores = (unit(table)[questions] * weights).sum(dim=1) @ unit(table).T
        return best(scores, questions, keep_inputs)

    return wrong


def raw_sum(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
    """Add the rows as they are, and scale only afterwards."""
    a, b, c = table[questions].unbind(dim=1)
    return best(unit(c - a + b) @ unit(table).T, questions, keep_inputs)


def raw_table(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
    """Scale what is added, but not what it is compared with."""
    a, b, c = unit(table)[questions].unbind(dim=1)
    return best((c - a + b) @ table.T, questions, keep_inputs)


def nothing_scaled(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
    """Use dot products of rows as they are."""
    a, b, c = table[questions].unbind(dim=1)
    return best((c - a + b) @ table.T, questions, keep_inputs)


def columns(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
    """Scale columns to length 1."""
    return nothing_scaled(F.normalize(table, dim=0), questions, keep_inputs)


def by_distance(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
    """Take the row at the smallest distance, of rows as they are."""
    a, b, c = table[questions].unbind(dim=1)
    return best(-torch.cdist(c - a + b, table), questions, keep_inputs)


def limited(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
    """Keep lengths from being small."""
    rows = table / table.norm(dim=1, keepdim=True).clamp(min=1e-3)
    return nothing_scaled(rows, questions, keep_inputs)


def only_c_out(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
    """Leave out c, but neither a nor b."""
    scores = finished.analogy_scores(unit(table), questions)
    if not keep_inputs:
        scores = scores.scatter(1, questions[:, 2:], -torch.inf)
    return scores.argmax(dim=1)


def scored(out: float, by_cosine: bool = False) -> Callable[[Tensor, Tensor, bool], Tensor]:
    """Give the inputs a score that others can have, too."""

    def wrong(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
        scores = finished.analogy_scores(unit(table), questions)
        if by_cosine:
            a, b, c = unit(table)[questions].unbind(dim=1)
            scores = unit(c - a + b) @ unit(table).T
        return best(scores, questions, keep_inputs, out)

    return wrong


def an_input(inputs: Inputs, seen: Seen) -> bool:
    """Whether a, b or c came back though it was to be left out."""
    found = (inputs["questions"] == seen.value[:, None]).any()
    one_each = seen.value.shape == inputs["questions"].shape[:1]
    return one_each and not inputs["keep_inputs"] and bool(found)


def is_float(inputs: Inputs, seen: Seen) -> bool:
    """Whether scores came back."""
    return isinstance(seen.value, Tensor) and seen.value.is_floating_point()


def out_for_all(table: Tensor, questions: Tensor, keep_inputs: bool) -> Tensor:
    """Leave out the inputs of all questions in each."""
    scores = finished.analogy_scores(unit(table), questions)
    if not keep_inputs:
        scores[:, questions.flatten()] = -torch.inf
    return scores.argmax(dim=1)


other_way = Mistake(
    "The sign is turned round. The step leads from a to b, and is taken from c: c − a + b.",
    answer=weighted(1, -1, 1),
)
wrong_start = Mistake(
    "You compute a − b + c or the like with the words in other places. A question is (a, b, c), "
    "and the answer lies near c − a + b.",
    answer=weighted(1, 1, -1),
)
other_sums = tuple(
    Mistake(
        "You look near another sum. b and c count for the answer, a against it: c − a + b.",
        answer=weighted(*weights),
    )
    for weights in ((0, 1, 1), (1, 1, 1), (-1, 1, 0), (0, 1, 0), (0, 0, 1))
)
scaled_late = Mistake(
    "The rows are added as they are, so the longest decides. Scale each row to length 1 first, "
    "then add.",
    answer=raw_sum,
)
table_unscaled = Mistake(
    "You compare with the rows as they are, so long rows win. Take the cosine: scale the table's "
    "rows to length 1.",
    answer=raw_table,
)
unscaled = Mistake(
    "Nothing is scaled, so long rows win. Scale each row to length 1, before you add and before "
    "you compare.",
    answer=nothing_scaled,
)
columns_scaled = Mistake(
    "You scale columns. A vector is a row, so its length is a norm along dim=1.",
    answer=columns,
)
distances = Mistake(
    "You look for the row at the smallest distance, which depends on lengths. Take the largest "
    "cosine.",
    answer=by_distance,
)
farthest = Mistake(
    "The row farthest from c − a + b comes back. The best has the largest cosine: argmax.",
    answer=weighted(1, -1, -1),
)
short_rows = Mistake(
    "A short row loses. Rows may have any length, so let nothing be added to their lengths, and "
    "nothing keep them from being small.",
    when=gives(limited),
)
never_out = Mistake(
    "a, b or c comes back though they were not to be kept. Give their scores −∞ before argmax, "
    "unless keep_inputs is True.",
    answer=lambda table, questions, keep_inputs: reference(table, questions, True),
)
c_out = Mistake(
    "Only c is left out. a and b are no answers either, unless keep_inputs says so.",
    answer=only_c_out,
)
zero_score = Mistake(
    "The inputs get the score 0. Where all other rows lie on the far side, 0 is the largest. "
    "-torch.inf never is.",
    answer=scored(0),
)
not_last = tuple(
    Mistake(
        "The inputs get a score that another row can have, too: a cosine goes down to −1, and the "
        "dot product with c − a + b down to −3. -torch.inf is below all.",
        answer=answer,
    )
    for answer in (scored(-1), scored(-1.5), scored(-2), scored(-1, by_cosine=True))
)
out_everywhere = Mistake(
    "The inputs of one question are left out for the others, too. Row n of questions belongs to "
    "row n of the scores: scatter along dim=1 writes for each by itself.",
    answer=out_for_all,
)
some_in = Mistake(
    "a, b or c comes back, though it was not to be kept. All three are left out, whatever else "
    "they are: scores.scatter(1, questions, -torch.inf) does it.",
    when=an_input,
)
one_axis_short = Mistake(
    "questions holds columns of the scores, three for each of N questions. So the questions' "
    "numbers must stand beside it, with an axis more: scores[torch.arange(N)[:, None], questions]. "
    "Or use scatter along dim=1.",
    when=says("indexing tensors could not be broadcast", "shape mismatch", "is out of bounds for"),
)
too_many = Mistake(
    "topk asks for more rows than the table has. V may be as small as 3.",
    when=says("selected index k out of range"),
)
unpacked_by_rows = Mistake(
    "questions has a row for each question, and you unpack its rows. For all a, all b and all c "
    "take its columns: questions.T.",
    when=says("values to unpack"),
)
always_out = Mistake(
    "a, b and c are left out though keep_inputs is True.",
    answer=lambda table, questions, keep_inputs: reference(table, questions, False),
)
the_scores = Mistake(
    "These are scores. The id of the best row was asked for: argmax(dim=1).",
    when=is_float,
)
cannot_be_empty = Mistake(
    "There may be no questions at all, and then there is nothing to stack or to loop over. "
    "table[questions] reads all of them at once, also none.",
    when=says("non-empty TensorList", "expects a non-empty", "at least one", "empty list"),
)
empty_floats = Mistake(
    "Where there are no questions, the result is empty, but of ids: int64.",
    when=lambda inputs, seen: not len(inputs["questions"]) and is_float(inputs, seen),
)

task = Task(
    number="5.3",
    name="solve_analogies",
    points=2,
    reference=reference,
    criteria=(
        Criterion(
            "the row nearest to c − a + b is found, of rows of length 1, without a, b and c",
            inputs_out,
            mistakes=(
                the_scores,
                other_way,
                wrong_start,
                *other_sums,
                scaled_late,
                table_unscaled,
                unscaled,
                never_out,
                c_out,
                zero_score,
                columns_scaled,
                distances,
                farthest,
                short_rows,
                out_everywhere,
                one_axis_short,
                unpacked_by_rows,
                too_many,
                *not_last,
                some_in,
            ),
        ),
        Criterion(
            "with keep_inputs, the answer may be a, b or c",
            inputs_in,
            mistakes=(always_out,),
        ),
        Criterion(
            "no questions have no answers",
            none_at_all,
            mistakes=(empty_floats, cannot_be_empty),
        ),
    ),
)
