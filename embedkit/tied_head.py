"""Lesson 7, tied head: the table that reads the tokens also scores them."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float, Integer
from torch import Tensor, nn

from embedkit.lookup_table import check_ids


def logits(
    hidden: Float[Tensor, "*shape dim"],
    table: Float[Tensor, "vocab dim"],
    bias: Float[Tensor, "vocab"] | None = None,
) -> Float[Tensor, "*shape vocab"]:
    """Score every token: the dot product of each vector with each row of a table.

    The same as ``torch.nn.functional.linear(hidden, table, bias)``.

    Args:
        hidden: the vectors that reach the head; usually ``(batch, seq, dim)``.
        table: one row for each of the V tokens.
        bias: one number a token that is added to its score, or None.

    Returns:
        V scores for each vector: the logits.
    """
    scores = hidden @ table.T
    return scores if bias is None else scores + bias


def is_tied(one: Tensor, other: Tensor) -> bool:
    """Return whether two tensors are one: each number of one lies where the other's lies.

    A copy is not tied, however equal its numbers are. Neither is a transpose, a part, or a view in
    another shape or dtype, though each shares memory with the whole.

    It asks about memory and nothing else. Two parameters on one memory are tied by this measure,
    and so are ``tensor.data`` and ``tensor.detach()``; but an optimiser steps such parameters
    twice, and no gradient comes through the others. Whether a model has *one parameter* for both
    ends, ``head.weight is embedding.weight`` tells. On the meta device, where nothing lies
    anywhere, only a tensor and itself are tied.

    Args:
        one: a dense tensor, usually a parameter.
        other: another one.
    """
    if one.is_conj() != other.is_conj() or one.is_neg() != other.is_neg():
        return False
    if one.device != other.device or one.dtype != other.dtype or one.shape != other.shape:
        return False
    if one is other:
        return True
    if one.is_meta or not one.numel():
        return False
    walked = [axis for axis, size in enumerate(one.shape) if size > 1]
    return one.data_ptr() == other.data_ptr() and all(
        one.stride(axis) == other.stride(axis) for axis in walked
    )


class TiedHead(nn.Module):
    """A head without a matrix of its own: it scores with the table of an embedding layer.

    It holds the *layer*, not the layer's weight, and asks for the weight each time. So the two stay
    one when the weight is moved, converted, made anew from the meta device, or replaced by another.
    (A head with a bias wants as many rows then as it had: its bias has a number for each.) They
    come apart if the model gets another *layer* in this one's place: then it needs a new head.

    The layer stands in a tuple, where ``nn.Module`` does not look for submodules: its weight is
    listed once, in the place where it belongs, and a checkpoint holds it once. For the same reason
    ``head.double()`` alone leaves the table as it is; convert the model.

    Gives what ``transformers`` models with ``tie_word_embeddings=True`` give, and what
    ``nn.Linear`` gives whose ``weight`` is the table (Press & Wolf 2017,
    https://arxiv.org/abs/1608.05859; Inan et al. 2017, https://arxiv.org/abs/1611.01462).

    Args:
        embedding: the layer whose ``weight``, of shape (V, D), is the table.
        bias: whether each token has a number of its own that is added to its score; starts at 0.
    """

    def __init__(self, embedding: nn.Module, bias: bool = False) -> None:
        super().__init__()
        self._held = (embedding,)
        self.bias = nn.Parameter(torch.empty(self.weight.shape[0])) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the bias to zero, as is needed after ``to_empty``; the layer sets the table."""
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    @property
    def weight(self) -> Float[Tensor, "vocab dim"]:
        """The table as it is now."""
        (embedding,) = self._held
        weight = embedding.weight
        assert isinstance(weight, Tensor)
        return weight

    def forward(self, hidden: Float[Tensor, "*shape dim"]) -> Float[Tensor, "*shape vocab"]:
        """Return the score of every token, for each vector.

        Raises:
            ValueError: if the vectors are not as long as the rows of the table, or if the table has
                got another number of rows and the bias has not.
        """
        vocab_size, dim = self.weight.shape
        if hidden.shape[-1] != dim:
            raise ValueError(
                f"the vectors have {hidden.shape[-1]} numbers and the rows of the table {dim}: "
                "a tied head needs both equal; a linear layer in between makes them so."
            )
        if self.bias is not None and len(self.bias) != vocab_size:
            raise ValueError(
                f"the table has {vocab_size} rows and the bias {len(self.bias)} numbers: "
                "whoever puts in a table of another size must put in a bias of that size, too."
            )
        return logits(hidden, self.weight, self.bias)


class SmallLM(nn.Module):
    """A language model of four parts: table, recurrent body, a linear layer, head.

    The body reads from left to right and carries a memory (a GRU,
    https://arxiv.org/abs/1406.1078), so a place knows what came before it and nothing of what comes
    after. The linear layer turns the memory into D numbers, as many as a row of the table has.

    Table and head start with standard deviation 1/√D. Rows are multiplied by √D on the way in, as
    in Vaswani et al. 2017 (https://arxiv.org/abs/1706.03762), and not on the way out. So what the
    body is given has standard deviation 1, and the first logits are small.

    Args:
        vocab_size: V, the number of tokens.
        model_dim: D, the length of a row.
        hidden_dim: how many numbers the body's memory has.
        tied: whether the head is the table.
    """

    def __init__(self, vocab_size: int, model_dim: int, hidden_dim: int, *, tied: bool) -> None:
        super().__init__()
        self.scale = math.sqrt(model_dim)
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.GRU(model_dim, hidden_dim, batch_first=True)
        self.project = nn.Linear(hidden_dim, model_dim)
        self.head: nn.Module
        if tied:
            self.head = TiedHead(self.embedding)
        else:
            self.head = nn.Linear(model_dim, vocab_size, bias=False)
            nn.init.normal_(self.head.weight, std=1 / self.scale)
        nn.init.normal_(self.embedding.weight, std=1 / self.scale)

    def hidden(self, vectors: Float[Tensor, "batch seq dim"]) -> Float[Tensor, "batch seq dim"]:
        """Return what reaches the head, given the rows that were read."""
        memory, _ = self.body(self.scale * vectors)
        out: Tensor = self.project(memory)
        return out

    def forward(self, ids: Integer[Tensor, "batch seq"]) -> Float[Tensor, "batch seq vocab"]:
        """Return the logits of the next token, at each place."""
        scores: Tensor = self.head(self.hidden(self.embedding(ids)))
        return scores


def gradient_by_end(
    model: SmallLM, ids: Integer[Tensor, "batch seq"], targets: Integer[Tensor, "batch seq"]
) -> tuple[Float[Tensor, "vocab dim"], Float[Tensor, "vocab dim"]]:
    """Return the two gradients whose sum is the gradient of a tied table.

    The first comes through the lookup, the second through the head. To tell them apart, the model
    is run with two tables of the same numbers, one at each end.

    Args:
        model: a model, tied or not.
        ids: the tokens that are read.
        targets: the token that follows each of them.

    Returns:
        The gradient of the mean cross-entropy by the table that reads, and by the one that writes.
    """
    head_weight = model.head.weight
    assert isinstance(head_weight, Tensor)
    reads = model.embedding.weight.detach().clone().requires_grad_()
    writes = head_weight.detach().clone().requires_grad_()
    scores = logits(model.hidden(F.embedding(ids, reads)), writes)
    loss = F.cross_entropy(scores.flatten(0, 1), targets.flatten())
    from_input, from_head = torch.autograd.grad(loss, (reads, writes))
    return from_input, from_head


def head_backward(
    hidden: Float[Tensor, "*shape dim"],
    table: Float[Tensor, "vocab dim"],
    targets: Integer[Tensor, "*shape"],
) -> tuple[Float[Tensor, "*shape dim"], Float[Tensor, "vocab dim"]]:
    """Return the gradients of the mean cross-entropy of ``logits(hidden, table)``, by hand.

    The gradient by the logits is the softmax, less 1 at the right token. So each vector is pulled
    to the row of the right token and away from the mean of all rows, weighted by what the model
    believes; and each row is pulled likewise by the vectors. Equal to what autograd gives for
    ``torch.nn.functional.cross_entropy``; computed in float32 or wider.

    Args:
        hidden: the vectors that reach the head, at least one.
        table: one row for each of the V tokens.
        targets: the right token at each place.

    Returns:
        The gradient by ``hidden`` and the gradient by ``table``, each in its dtype.

    Raises:
        TypeError: if the targets are not integers.
        IndexError: if a target names no row.
        ValueError: if there is not one target for each vector.
    """
    check_ids(targets, vocab_size=table.shape[0])
    if targets.shape != hidden.shape[:-1]:
        raise ValueError(
            f"the targets have the shape {tuple(targets.shape)}, and the vectors stand in "
            f"{tuple(hidden.shape[:-1])}: there must be one target for each vector."
        )
    wide = torch.promote_types(hidden.dtype, torch.float32)
    vectors, rows = hidden.reshape(-1, table.shape[1]).to(wide), table.to(wide)
    errors = logits(vectors, rows).softmax(dim=-1)
    places = torch.arange(len(vectors), device=vectors.device)
    errors[places, targets.flatten().long()] -= 1
    errors /= len(vectors)
    grad_hidden = (errors @ rows).reshape(hidden.shape)
    return grad_hidden.to(hidden.dtype), (errors.T @ vectors).to(table.dtype)


def smallest_head(
    probabilities: Float[Tensor, "n vocab"], tolerance: float = 1e-6
) -> tuple[Float[Tensor, "n dim"], Float[Tensor, "vocab dim"]]:
    """Return the smallest head that gives certain probabilities, and the vectors it needs.

    Whatever is added to all logits of a place, its softmax stays. Of all logits that give the same
    probabilities, none have a lower rank than those with mean zero, and that rank is the smallest
    D (the bound is that of Yang et al. 2018, https://arxiv.org/abs/1711.03953).

    Args:
        probabilities: a distribution over V tokens for each of n contexts, none of them zero, in
            float64: in float32 the rounding alone would count as rank.
        tolerance: singular values up to this one count as zero.

    Returns:
        ``hidden`` and ``table`` with as few columns as can be, such that
        ``softmax(hidden @ table.T)`` gives the probabilities.

    Raises:
        TypeError: if the probabilities are not float64.
        ValueError: if one of them is zero or less: no finite score gives that.
    """
    if probabilities.dtype != torch.float64:
        raise TypeError(f"the probabilities are {probabilities.dtype}; they must be float64.")
    if not (probabilities > 0).all():
        raise ValueError("a probability is zero, less, or not a number; a softmax gives none such.")
    scores = probabilities.log()
    centred = scores - scores.mean(dim=1, keepdim=True)
    left, sizes, right = torch.linalg.svd(centred, full_matrices=False)
    dim = int((sizes > tolerance).sum())
    return left[:, :dim] * sizes[:dim], right[:dim].T


def likeness(one: Float[Tensor, "n dim"], other: Float[Tensor, "n dim2"]) -> float:
    """Say how far two tables agree on which tokens are alike.

    For each pair of tokens, take the cosine of their rows, in one table and in the other; both
    tables are first centred on their mean row. The likeness is the correlation of these cosines
    over all pairs. Turning or scaling a table changes nothing, so tables of two trainings, and
    tables with rows of different length, can be compared.

    Args:
        one: n rows.
        other: the rows of the same n tokens in another table.

    Returns:
        1 if both tables agree on all pairs, about 0 if they have nothing to do with each other.

    Raises:
        ValueError: if there are fewer than three rows, of which no two pairs could differ.
    """
    if len(one) < 3 or len(one) != len(other):
        raise ValueError(
            f"the tables have {len(one)} and {len(other)} rows; equally many are needed, "
            "and three at least."
        )
    above = torch.ones(len(one), len(one), dtype=torch.bool).triu(diagonal=1)
    cosines = []
    for table in (one, other):
        directions = F.normalize(table.double() - table.double().mean(dim=0), dim=1)
        cosines.append((directions @ directions.T)[above.to(table.device)])
    return torch.corrcoef(torch.stack(cosines))[0, 1].item()
