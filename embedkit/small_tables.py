"""Lesson 6, fewer columns or fewer rows: tables of two factors, and rows that many ids share."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn

from embedkit.lookup_table import check_ids


class FactorisedTable(nn.Module):
    """A narrow table, and a matrix that widens what is read from it: V×E and E×D in place of V×D.

    ALBERT's embedding, https://arxiv.org/abs/1909.11942, which adds a bias.

    Args:
        vocab_size: V, the number of rows.
        embedding_dim: E, the columns of the narrow table; 128 in ALBERT.
        model_dim: D, the numbers that a lookup returns.
    """

    def __init__(self, vocab_size: int, embedding_dim: int, model_dim: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim) * 0.02)
        self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim) / embedding_dim**0.5)

    def forward(self, ids: Integer[Tensor, "*shape"]) -> Float[Tensor, "*shape dim"]:
        """Return a row of model_dim numbers for each id."""
        check_ids(ids, vocab_size=self.table.shape[0])
        return self.table[ids.long()] @ self.widen

    @classmethod
    def from_table(cls, table: Float[Tensor, "vocab dim"], rank: int) -> "FactorisedTable":
        """Return the product of this rank whose squared error to a table is smallest.

        It is the truncated singular value decomposition (Eckart and Young 1936): each row is
        projected on the ``rank`` directions along which the rows reach furthest.

        Raises:
            ValueError: if ``rank`` is not from 1 to D.
        """
        vocab_size, dim = table.shape
        if not 1 <= rank <= dim:
            raise ValueError(f"a table of {dim} columns has ranks from 1 to {dim}, not {rank}.")
        rows = table.detach().cpu().double()  # not every device has float64
        _, directions = torch.linalg.eigh(rows.T @ rows)  # the furthest last
        widen = directions[:, -rank:].T
        with torch.device("meta"):  # no random numbers are drawn in vain
            factorised = cls(vocab_size, rank, dim)
        factorised.table = nn.Parameter((rows @ widen.T).to(table))
        factorised.widen = nn.Parameter(widen.contiguous().to(table))
        return factorised


def quotient_and_remainder(
    ids: Integer[Tensor, "*shape"], rows: int
) -> tuple[Integer[Tensor, "*shape"], Integer[Tensor, "*shape"]]:
    """Return two places for each id, which no other id shares both of.

    They are how often ``rows`` goes into the id, and what remains. Shi and others,
    https://arxiv.org/abs/1909.02107.
    """
    return ids.long() // rows, ids.long() % rows


def compositional_lookup(
    quotients: Float[Tensor, "few dim"],
    remainders: Float[Tensor, "rows dim"],
    ids: Integer[Tensor, "*shape"],
) -> Float[Tensor, "*shape dim"]:
    """Return, for each id, the sum of the row of its quotient and the row of its remainder.

    Args:
        quotients: one row for each whole number of times that ``rows`` goes into an id.
        remainders: one row for each remainder; its length is what ids are divided by.
        ids: token ids of any shape.
    """
    check_ids(ids, vocab_size=len(quotients) * len(remainders))
    quotient, remainder = quotient_and_remainder(ids, len(remainders))
    return quotients[quotient] + remainders[remainder]


def hashed_place(
    ids: Integer[Tensor, "*shape"], rows: int, seed: int = 0
) -> Integer[Tensor, "*shape"]:
    """Return a place from 0 to ``rows`` − 1 for each id: dealt as if at random, always the same.

    Multiplying carries each bit of a number upwards, and shifting brings the upper bits down
    again. After three rounds every bit of an id has reached every bit of its place.

    Args:
        ids: token ids below 2³¹.
        rows: how many places there are, below 2³¹.
        seed: which hash function to use, from 0 on; each deals the ids otherwise.
    """
    mixed = (ids.long() + 1 + 0x9E3779B9 * seed) % 2**32
    for odd in (0x45D9F3B, 0x2C1B3C6D, 0x297A2D39):  # below 2³⁰, so no product passes 2⁶²
        mixed = (mixed ^ (mixed >> 16)) * odd % 2**32
    return (mixed ^ (mixed >> 15)) * rows >> 32


Places = Callable[[Tensor], Sequence[Tensor]]
"""Names, for each id, the row that it reads in the first small table, in the second, and so on."""


class SharedTable(nn.Module):
    """Small tables whose rows many ids share; an id's vector is the sum of one row from each.

    :meth:`hashed` and :meth:`by_quotient` make the usual ones.

    Args:
        vocab_size: V, how many ids there are.
        model_dim: D, the numbers that a lookup returns.
        rows: how many rows each small table has.
        places: names the row of each small table that an id reads.

    Raises:
        ValueError: if a small table would have no rows.
    """

    def __init__(self, vocab_size: int, model_dim: int, rows: Sequence[int], places: Places):
        super().__init__()
        if min(rows, default=0) < 1:
            raise ValueError(f"a small table has one row or more, not {min(rows, default=0)}.")
        self.vocab_size, self.places = vocab_size, places
        self.tables = nn.ParameterList(torch.randn(few, model_dim) * 0.02 for few in rows)

    @classmethod
    def hashed(
        cls, vocab_size: int, model_dim: int, rows: int, hashes: int = 1, seed: int = 0
    ) -> "SharedTable":
        """Return a table in which hash functions name the rows, one for each small table.

        One hash is the hashing trick: ids that fall on one place are the same to the model. With
        two, few ids share both (Svenstrup and others, https://arxiv.org/abs/1709.03933).
        """
        seeds = [seed * hashes + which for which in range(hashes)]
        return cls(
            vocab_size,
            model_dim,
            [rows] * hashes,
            lambda ids: [hashed_place(ids, rows, one) for one in seeds],
        )

    @classmethod
    def by_quotient(cls, vocab_size: int, model_dim: int, rows: int) -> "SharedTable":
        """Return a table in which no two ids share both rows: :func:`quotient_and_remainder`."""
        quotients = -(-vocab_size // rows) if rows else 0
        return cls(
            vocab_size, model_dim, [quotients, rows], lambda ids: quotient_and_remainder(ids, rows)
        )

    def forward(self, ids: Integer[Tensor, "*shape"]) -> Float[Tensor, "*shape dim"]:
        """Return a row of model_dim numbers for each id."""
        check_ids(ids, self.vocab_size)
        return torch.stack(
            [table[place] for table, place in zip(self.tables, self.places(ids), strict=True)]
        ).sum(dim=0)

    @torch.no_grad()
    def fit(self, table: Float[Tensor, "vocab dim"], rounds: int = 20) -> "SharedTable":
        """Bring all rows near to those of a table, in squared error: as near as rounds allow.

        Each small table in turn takes the means of what the others leave over. With one small
        table the first round is the best there is.

        Raises:
            ValueError: if the table has another shape than this one.
        """
        own_shape = (self.vocab_size, self.tables[0].shape[1])
        if table.shape != own_shape:
            raise ValueError(f"the table should be of shape {own_shape}, not {tuple(table.shape)}.")
        wanted = table.to(self.tables[0])
        ids = torch.arange(self.vocab_size, device=wanted.device)
        places = self.places(ids)
        for own in self.tables:
            own.zero_()
        for _ in range(rounds if len(places) > 1 else 1):
            for own, place in zip(self.tables, places, strict=True):
                left_over = wanted - self(ids) + own[place]
                counts = torch.bincount(place, minlength=len(own)).clamp(min=1)
                own.copy_(torch.zeros_like(own).index_add_(0, place, left_over) / counts[:, None])
        return self
