"""Lesson 11, rotary positions: queries and keys are turned by their position, and nothing else is.

How frequencies are changed for longer texts stands in :mod:`embedkit.rotary_scaling`, and the other
way to tell attention about distance in :mod:`embedkit.alibi`.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Int, Integer
from torch import Tensor, nn

from embedkit.learned_positions import attention

Layout = Literal["half", "interleaved"]
"""Which two numbers of a head make a pair: i and i + R/2 (*half*), or 2i and 2i + 1."""


def rotary_frequencies(
    rotary_dim: int, base: float = 10_000.0, dtype: torch.dtype = torch.float32
) -> Float[Tensor, " pairs"]:
    """Return by what angle each pair turns from one position to the next: base^(−2i / R).

    From https://arxiv.org/abs/2104.09864. The same as the ``inv_freq`` of ``transformers``, bit by
    bit. That is why it does not call :func:`embedkit.sinusoidal.frequencies`, the same formula: it
    works in float64, and its numbers rounded to float32 differ in the last bit from those that
    models were trained with.

    Args:
        rotary_dim: R, how many numbers of a head are turned; even, often all of them.
        base: how slow the slowest pair is; 10,000 at first, 500,000 in Llama 3.
        dtype: float32, as models have it, or float64 for exact angles.

    Returns:
        Shape (R/2,), from 1 downwards, in radians a position.

    Raises:
        ValueError: if rotary_dim is odd or not positive, or base is not positive.
    """
    if rotary_dim < 2 or rotary_dim % 2:
        raise ValueError(f"numbers are turned in pairs: {rotary_dim} is not 2, 4, 6 or so.")
    if base <= 0:
        raise ValueError(f"the base is {base}. It must be positive; 10,000 is usual.")
    return 1.0 / base ** (torch.arange(0, rotary_dim, 2, dtype=dtype) / rotary_dim)


@dataclass(frozen=True)
class Rotation:
    """The cosines and sines of some positions, written once and used by all heads.

    Args:
        cos: one for each number that is turned, shape (T, R) or (B, T, R).
        sin: likewise, with a minus for the first number of each pair.
        layout: which numbers make a pair.
    """

    cos: Float[Tensor, "*batch seq rotary_dim"]
    sin: Float[Tensor, "*batch seq rotary_dim"]
    layout: Layout


def rotation(
    position_ids: Integer[Tensor, "*batch seq"],
    frequencies: Float[Tensor, " pairs"],
    layout: Layout = "half",
    scale: float = 1.0,
    dtype: torch.dtype = torch.float32,
) -> Rotation:
    """Write down the rotation of each position.

    The angles are computed in float32, or in float64 if the frequencies are. With ``dtype`` that of
    the queries, this is what ``transformers`` makes of its ``inv_freq``.

    Args:
        position_ids: shape (T,) for all sequences of a batch, or (B, T).
        frequencies: radians a position for each pair, float32 or float64.
        layout: ``half`` as in ``transformers``' Llama, ``interleaved`` as in Meta's.
        scale: multiplies cosines and sines; 1 but for YaRN.
        dtype: what cosines and sines are rounded to at the end.

    Raises:
        TypeError: if positions are not integers, or frequencies are narrower than float32. Rounding
            the result would be harmless; rounding an angle is not.
    """
    if position_ids.is_floating_point() or position_ids.dtype == torch.bool:
        raise TypeError(f"positions are integers, not {position_ids.dtype}.")
    if frequencies.dtype not in (torch.float32, torch.float64):
        raise TypeError(f"frequencies in {frequencies.dtype} are too coarse: keep them in float32.")
    if layout not in ("half", "interleaved"):
        raise ValueError(f"the layout is {layout!r}: there are 'half' and 'interleaved'.")
    frequencies = frequencies.to(position_ids.device)
    angles = position_ids[..., None].to(frequencies.dtype) * frequencies
    cos, sin = ((scale * wave).to(dtype) for wave in (angles.cos(), angles.sin()))
    if layout == "half":
        return Rotation(torch.cat((cos, cos), -1), torch.cat((-sin, sin), -1), layout)
    pairs = torch.stack((cos, cos), -1), torch.stack((-sin, sin), -1)
    return Rotation(pairs[0].flatten(-2), pairs[1].flatten(-2), layout)


def rotate(
    x: Float[Tensor, "*batch seq head_dim"], by: Rotation
) -> Float[Tensor, "*batch seq head_dim"]:
    """Turn queries or keys by their positions, pair by pair.

    A pair (a, b) becomes (a·cos − b·sin, b·cos + a·sin). Numbers beyond the first R of a head stay
    as they are (*partial rotary*). Equals ``apply_rotary_pos_emb`` of ``transformers``' Llama
    (*half*) and GPT-J (*interleaved*), bit by bit if the rotation has x's dtype.

    Args:
        x: queries or keys, shape (..., T, K), as in (B, H, T, K).
        by: their rotation. If its cosines have the shape (B, T, R), x has B along its first axis.

    Returns:
        The shape and dtype of x.

    Raises:
        ValueError: if the rotation is for another number of positions or sequences, or turns more
            numbers than a head has.
    """
    cos, sin = _for_all_heads(by, x)
    rotary_dim = cos.shape[-1]
    whole = rotary_dim == x.shape[-1]
    turning = x if whole else x[..., :rotary_dim]
    if cos.dtype != x.dtype:
        turning = turning.to(torch.promote_types(x.dtype, cos.dtype))
    if by.layout == "half":
        partner = turning.roll(rotary_dim // 2, dims=-1)
    else:
        partner = turning.unflatten(-1, (-1, 2)).flip(-1).flatten(-2)
    turned = (turning * cos).add_(partner.mul_(sin))  # both are ours: in place saves memory
    if turned.dtype != x.dtype:
        turned = turned.to(x.dtype)
    return turned if whole else torch.cat((turned, x[..., rotary_dim:]), dim=-1)


def _for_all_heads(by: Rotation, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return cosines and sines that all heads of x share, or refuse those that do not fit.

    Broadcasting alone would take a row of positions for each sequence as one for each head.
    """
    shape, wanted = x.shape, by.cos.shape
    if len(shape) < 2 or shape[-2] != wanted[-2]:
        raise ValueError(f"x has the shape {tuple(shape)}, and there are {wanted[-2]} positions.")
    if wanted[-1] > shape[-1]:
        raise ValueError(f"{wanted[-1]} numbers are to be turned, and a head has {shape[-1]}.")
    if len(wanted) == 2:
        return by.cos, by.sin
    if len(wanted) > 3 or len(shape) < 3 or wanted[0] not in (1, shape[0]):
        raise ValueError(
            f"x has the shape {tuple(shape)}, and positions are given as {tuple(wanted[:-1])}: "
            "one row of them for all sequences, or one for each."
        )
    heads = (1,) * (len(shape) - 3)
    return tuple(t.reshape(wanted[0], *heads, *wanted[1:]) for t in (by.cos, by.sin))  # type: ignore[return-value]


def half_split_order(rotary_dim: int, head_dim: int) -> Int[Tensor, " head_dim"]:
    """Return where each number of a head in half-split layout stands in interleaved layout.

    Even places first, then odd ones: 0, 2, 4 … 1, 3, 5 …; what is not turned stays in its place.
    """
    places = torch.arange(head_dim)
    return torch.cat((places[0:rotary_dim:2], places[1:rotary_dim:2], places[rotary_dim:]))


def to_half_split(
    weight: Float[Tensor, "heads_times_head_dim *rest"], heads: int, rotary_dim: int | None = None
) -> Float[Tensor, "heads_times_head_dim *rest"]:
    """Reorder the rows of W_q or W_k, made for interleaved pairs, so that half-split ones fit.

    What turns Meta's Llama weights into those of ``transformers``. Values and output stay.

    Args:
        weight: of the linear layer that makes queries or keys, shape (H·K, D), or its bias (H·K,).
        heads: how many heads this weight makes. Keys may have fewer than queries.
        rotary_dim: R, if not a whole head is turned.

    Raises:
        ValueError: if the rows do not divide into the heads.
    """
    per_head, order = _by_head(weight, heads, rotary_dim)
    return per_head[:, order].flatten(0, 1)


def to_interleaved(
    weight: Float[Tensor, "heads_times_head_dim *rest"], heads: int, rotary_dim: int | None = None
) -> Float[Tensor, "heads_times_head_dim *rest"]:
    """Undo :func:`to_half_split`."""
    per_head, order = _by_head(weight, heads, rotary_dim)
    return per_head[:, order.argsort()].flatten(0, 1)


def _by_head(weight: Tensor, heads: int, rotary_dim: int | None) -> tuple[Tensor, Tensor]:
    """Return the rows of each head, and the order that brings even places to the front."""
    if heads < 1 or len(weight) % heads:
        raise ValueError(f"{len(weight)} rows do not divide into {heads} heads.")
    head_dim = len(weight) // heads
    rotary_dim = head_dim if rotary_dim is None else rotary_dim
    if rotary_dim > head_dim or rotary_dim % 2:
        raise ValueError(f"of {head_dim} numbers in a head, {rotary_dim} cannot be turned in pairs")
    order = half_split_order(rotary_dim, head_dim).to(weight.device)
    return weight.unflatten(0, (heads, head_dim)), order


class KeyValueCache:
    """What attention keeps of the tokens it has read: their keys, turned already, and values."""

    def __init__(self) -> None:
        self.keys: Tensor | None = None
        self.values: Tensor | None = None

    def __len__(self) -> int:
        return 0 if self.keys is None else self.keys.shape[-2]

    def append(
        self, k: Float[Tensor, "batch heads new dim"], v: Float[Tensor, "batch heads new value"]
    ) -> tuple[Float[Tensor, "batch heads all dim"], Float[Tensor, "batch heads all value"]]:
        """Add the keys and values of new tokens, and return those of all."""
        self.keys = k if self.keys is None else torch.cat((self.keys, k), dim=-2)
        self.values = v if self.values is None else torch.cat((self.values, v), dim=-2)
        return self.keys, self.values


class RotaryAttention(nn.Module):
    """Causal attention whose queries and keys are turned by their positions.

    Equals ``transformers``' ``LlamaAttention`` on texts without padding, and loads its weights by
    their names. Each call computes its cosines and sines anew; a model can share them.

    Args:
        model_dim: D, the numbers of each vector that comes in.
        heads: H, of the queries.
        kv_heads: heads of the keys and values; each serves H / kv_heads heads of queries.
        head_dim: K; D / H if it is not given.
        frequencies: radians a position for each pair; as many as K / 2, or fewer.
        scale: multiplies cosines and sines; 1 but for YaRN.
        layout: which numbers of a head make a pair.

    Raises:
        ValueError: if heads do not divide as they must.
    """

    def __init__(
        self,
        model_dim: int,
        heads: int,
        kv_heads: int | None = None,
        head_dim: int | None = None,
        frequencies: Float[Tensor, " pairs"] | None = None,
        scale: float = 1.0,
        layout: Layout = "half",
    ) -> None:
        super().__init__()
        kv_heads = heads if kv_heads is None else kv_heads
        if kv_heads < 1 or heads % kv_heads:
            raise ValueError(f"{heads} heads of queries cannot share {kv_heads} heads of keys.")
        if head_dim is None and model_dim % heads:
            raise ValueError(f"{model_dim} numbers do not divide into {heads} heads.")
        self.heads, self.kv_heads = heads, kv_heads
        self.head_dim = head_dim or model_dim // heads
        self.scale, self.layout = scale, layout
        # A plain list: as a buffer, model.bfloat16() would round the frequencies.
        given = rotary_frequencies(self.head_dim) if frequencies is None else frequencies
        self.frequencies: list[float] = given.tolist()
        self.angle_dtype = given.dtype
        self.q_proj = nn.Linear(model_dim, self.heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(model_dim, self.kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(model_dim, self.kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(self.heads * self.head_dim, model_dim, bias=False)

    def forward(
        self,
        x: Float[Tensor, "batch new dim"],
        position_ids: Integer[Tensor, "*batch new"] | None = None,
        cache: KeyValueCache | None = None,
    ) -> Float[Tensor, "batch new dim"]:
        """Let each token read itself and all before it, those in the cache included.

        Args:
            x: the vectors of new tokens.
            position_ids: their positions; by default they go on where the cache ends.
            cache: what earlier tokens left; the new ones are added to it.
        """
        batch, new, _ = x.shape
        past = len(cache) if cache is not None else 0
        if position_ids is None:
            position_ids = torch.arange(past, past + new, device=x.device)
        q, k, v = (
            projection(x).view(batch, new, heads, self.head_dim).transpose(1, 2)
            for projection, heads in (
                (self.q_proj, self.heads),
                (self.k_proj, self.kv_heads),
                (self.v_proj, self.kv_heads),
            )
        )
        frequencies = torch.tensor(self.frequencies, dtype=self.angle_dtype, device=x.device)
        by = rotation(position_ids, frequencies, self.layout, self.scale, x.dtype)
        q, k = rotate(q, by), rotate(k, by)
        if cache is not None:
            k, v = cache.append(k, v)
        shared = self.heads // self.kv_heads
        k, v = k.repeat_interleave(shared, dim=1), v.repeat_interleave(shared, dim=1)
        may_read = torch.ones(new, past + new, dtype=torch.bool, device=x.device).tril(past)
        return self.o_proj(attention(q, k, v, may_read).transpose(1, 2).flatten(2))  # type: ignore[no-any-return]
