"""Lesson 5, geometry: which words lie close, on what map, and what arithmetic on them can show."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int, Integer
from torch import Tensor

from embedkit.word_tables import WordTable

METHODS = ("add", "mul", "no a", "c alone", "b alone")
"""How a question a : b = c : ? may be answered; see :func:`analogy_scores`."""


def unit_rows(rows: Float[Tensor, "*shape dim"]) -> Float[Tensor, "*shape dim"]:
    """Scale each row to length 1, and leave a row of zeros as it is.

    Args:
        rows: vectors along the last axis; lengths in float32 must lie between 1e-19 and 1e19, for
            their squares to be numbers. Half precision is computed in float32.

    Returns:
        The same shape and dtype.
    """
    wide = torch.promote_types(rows.dtype, torch.float32)
    lengths: Tensor = rows.norm(dim=-1, keepdim=True, dtype=wide)
    return (rows / lengths.where(lengths > 0, 1)).to(rows.dtype)


def cosine_similarity(x: Float[Tensor, "n dim"], y: Float[Tensor, "m dim"]) -> Float[Tensor, "n m"]:
    """Return the cosine of the angle between each row of ``x`` and each row of ``y``.

    The same as ``torch.nn.functional.cosine_similarity`` on every pair. A row of zeros points
    nowhere; its cosine with anything is 0.

    Args:
        x: vectors, one a row.
        y: vectors of the same width.

    Returns:
        At (i, j) the cosine of row i of ``x`` and row j of ``y``, from −1 to 1.
    """
    return unit_rows(x) @ unit_rows(y).T


def nearest(
    table: Float[Tensor, "vocab dim"],
    queries: Float[Tensor, "n dim"],
    count: int,
    leave_out: Integer[Tensor, "n left"] | None = None,
) -> Int[Tensor, "n count"]:
    """Find the rows of a table whose cosine with a query is largest.

    Args:
        table: E, one row a word.
        queries: vectors to find neighbours of.
        count: how many rows to return for each, at most V minus those left out.
        leave_out: for each query, ids that shall not be returned; an id may come twice.

    Returns:
        Ids, the nearest first.

    Raises:
        ValueError: if there are not so many rows to choose from.
    """
    cosines = cosine_similarity(queries, table)
    if leave_out is not None:
        cosines.scatter_(1, leave_out.long(), -torch.inf)
    best = cosines.topk(min(count, len(table)), dim=1)
    if best.indices.shape[1] < count or best.values.isneginf().any():
        raise ValueError(f"there are not {count} rows to choose from.")
    return best.indices


def neighbours(
    table: WordTable,
    query: str | Float[Tensor, "dim"],
    count: int = 10,
    leave_out: tuple[str, ...] = (),
) -> list[tuple[str, float]]:
    """Return the words nearest to a word or a vector, with their cosines.

    The same as gensim's ``KeyedVectors.most_similar``.

    Args:
        table: the words and their rows.
        query: a word, which is then left out itself, or any vector.
        count: how many words to return.
        leave_out: words that shall not be returned.

    Raises:
        KeyError: if the table lacks one of the words.
        ValueError: if there are not so many words to choose from.
    """
    out = (*leave_out, query) if isinstance(query, str) else leave_out
    vector = table[query] if isinstance(query, str) else query
    left_out = torch.tensor([[table.ids[word] for word in out]], dtype=torch.long)
    ids = nearest(table.rows, vector[None], count, left_out.to(table.rows.device))[0]
    cosines = cosine_similarity(vector[None], table.rows[ids])[0]
    return [(table.words[i], c) for i, c in zip(ids.tolist(), cosines.tolist(), strict=True)]


def analogy_scores(
    unit: Float[Tensor, "vocab dim"], questions: Integer[Tensor, "n 3"], method: str = "add"
) -> Float[Tensor, "n vocab"]:
    """Score every row as an answer to questions *a is to b as c is to which?*

    Args:
        unit: a table whose rows have length 1.
        questions: the ids of a, b and c.
        method: ``add`` orders rows by their cosine with c − a + b (3CosAdd). ``mul`` multiplies
            and divides cosines, shifted to lie between 0 and 1 (3CosMul, Levy and Goldberg 2014,
            https://aclanthology.org/W14-1618, who add 0.001 below; gensim adds 1e-6, and so do
            we). ``no a``, ``c alone`` and ``b alone`` are
            baselines that leave words of the question out (Linzen 2016,
            https://arxiv.org/abs/1606.07736): c + b, c, and b.

    Returns:
        One score for each question and row; larger is better.

    Raises:
        ValueError: if there is no such method.
    """
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}: it is one of {', '.join(METHODS)}.")
    # many questions share a word: take each word's cosines once
    ids, place = questions.long().unique(return_inverse=True)
    cosines = unit[ids] @ unit.T

    def near(column: int) -> Float[Tensor, "n vocab"]:
        return cosines[place[:, column]]

    a, b, c = 0, 1, 2
    if method == "add":
        return (near(c) - near(a)).add_(near(b))
    if method == "mul":
        cosines = (1 + cosines) / 2
        return near(b).mul_(near(c)).div_(near(a).add_(1e-6))
    if method == "no a":
        return near(c) + near(b)
    return near(c if method == "c alone" else b)


def solve_analogies(
    table: Float[Tensor, "vocab dim"],
    questions: Integer[Tensor, "n 3"],
    method: str = "add",
    keep_inputs: bool = False,
    leave_out: Integer[Tensor, "n left"] | None = None,
    chunk: int = 512,
) -> Int[Tensor, "n"]:
    """Answer questions *a is to b as c is to which?*

    With ``add``, the same answers as gensim's ``KeyedVectors.most_similar(positive=[b, c],
    negative=[a])``; with ``mul``, those of ``most_similar_cosmul``. Never more than ``chunk``
    questions are compared with the table at once, so memory stays bounded.

    Args:
        table: E, one row a word, of any length: rows are scaled to length 1 first.
        questions: the ids of a, b and c.
        method: see :func:`analogy_scores`.
        keep_inputs: whether a, b and c themselves may be the answer, which by custom they may not.
        leave_out: for each question, more ids that may not be the answer.
        chunk: how many questions to answer at once.

    Returns:
        The id of the best row for each question.

    Raises:
        ValueError: if a question has no row left to choose from.
    """
    unit = unit_rows(table)
    out = questions[:, :0] if keep_inputs else questions
    if leave_out is not None:
        out = torch.cat([out, leave_out], dim=1)
    answers = [torch.empty(0, dtype=torch.long, device=table.device)]
    for part, part_out in zip(questions.split(chunk), out.split(chunk), strict=True):
        scores = analogy_scores(unit, part, method)
        best = scores.scatter_(1, part_out.long(), -torch.inf).max(dim=1)
        if best.values.isneginf().any():
            raise ValueError("every row is left out: there is none to choose from.")
        answers.append(best.indices)
    return torch.cat(answers)


class Principal(NamedTuple):
    """The mean of a table, its principal directions, and each one's share of the variance."""

    mean: Float[Tensor, "dim"]
    directions: Float[Tensor, "count dim"]
    shares: Float[Tensor, "count"]


def principal_directions(table: Float[Tensor, "vocab dim"], count: int) -> Principal:
    """Find the directions in which the rows of a table differ most.

    The same as ``sklearn.decomposition.PCA``, but for the sign of a direction, which is free. Here
    its largest number is positive.

    Args:
        table: one row a word; half precision is computed in float32.
        count: how many directions, at most the smaller of V and D.

    Returns:
        In float32 or wider: the mean of the rows, ``count`` orthogonal directions of length 1,
        and how much of the variance each carries, the largest first.

    Raises:
        ValueError: if there are not so many directions.
    """
    if not 0 <= count <= min(table.shape):
        raise ValueError(f"a table of shape {tuple(table.shape)} has not {count} directions.")
    rows = table.to(torch.promote_types(table.dtype, torch.float32))
    mean = rows.mean(dim=0)
    _, spread, directions = torch.linalg.svd(rows - mean, full_matrices=False)
    largest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
    variances = spread.square()
    return Principal(
        mean, (directions * largest.sign())[:count], (variances / variances.sum())[:count]
    )


def all_but_the_top(
    table: Float[Tensor, "vocab dim"], count: int, rows: Float[Tensor, "n dim"] | None = None
) -> Float[Tensor, "n dim"]:
    """Take the mean of a table and its top principal directions out of its rows.

    Mu and Viswanath, 2018, https://arxiv.org/abs/1702.01417.

    Args:
        table: E, from which mean and directions are learned.
        count: how many directions to take out, often about D / 100; with 0 only the mean goes.
        rows: the rows to take them out of; by default those of the table.

    Returns:
        The changed rows, in their dtype; the inputs are left as they are.

    Raises:
        ValueError: if there are not so many directions.
    """
    rows = table if rows is None else rows
    top = principal_directions(table, count)
    centred = rows.to(top.mean.dtype) - top.mean
    return (centred - centred @ top.directions.T @ top.directions).to(rows.dtype)


def mean_cosine(rows: Float[Tensor, "n dim"]) -> float:
    """Return the mean cosine of two different rows, over all pairs: how much a table leans.

    It is computed from the sum of the unit rows, whose square holds every pair's cosine twice.

    Raises:
        ValueError: if there are no two rows.
    """
    if len(rows) < 2:
        raise ValueError("a pair takes two rows.")
    unit = unit_rows(rows.double().cpu())
    total = unit.sum(dim=0)
    return ((total @ total - unit.square().sum()) / (len(rows) * (len(rows) - 1))).item()


def times_a_neighbour(
    table: Float[Tensor, "vocab dim"], count: int = 10, chunk: int = 512
) -> Int[Tensor, "vocab"]:
    """Count among how many other rows' ``count`` nearest neighbours each row is.

    The mean is ``count``. A row that is counted much more often is called a hub (Radovanović,
    Nanopoulos and Ivanović 2010, https://jmlr.org/papers/v11/radovanovic10a.html).

    Args:
        table: one row a word.
        count: how many neighbours each row has.
        chunk: how many rows to compare with the table at once.
    """
    own = torch.arange(len(table), device=table.device)[:, None]
    found = [
        nearest(table, table[ids[:, 0]], count, leave_out=ids).flatten() for ids in own.split(chunk)
    ]
    return torch.bincount(torch.cat(found), minlength=len(table))


def skewness(x: Float[Tensor, "n"]) -> float:
    """Return how lopsided numbers lie about their mean: 0 if evenly, large with a long upper tail.

    The same as ``scipy.stats.skew``.
    """
    centred = x.double() - x.double().mean()
    return (centred.pow(3).mean() / centred.square().mean().pow(1.5)).item()
