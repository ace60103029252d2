"""Lesson 11: frequencies for texts longer than those of training.

Each function returns what :func:`embedkit.rotary.rotary_frequencies` would, changed in its own way.
All equal ``transformers``' ``ROPE_INIT_FUNCTIONS``. ``factor`` is how many times longer texts may
become; it divides a frequency, and so stretches its wave.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from embedkit.rotary import rotary_frequencies


def interpolated_frequencies(
    rotary_dim: int, base: float = 10_000.0, *, factor: float
) -> Float[Tensor, " pairs"]:
    """Slow all pairs down alike: position interpolation (https://arxiv.org/abs/2306.15595).

    The same as dividing all positions by ``factor``. ``transformers`` calls it ``linear``.

    Args:
        rotary_dim: R, how many numbers of a head are turned.
        base: the base of training.
        factor: how many times longer texts may become, 1 or more.
    """
    _check_factor(factor)
    return rotary_frequencies(rotary_dim, base) / factor


def ntk_frequencies(
    rotary_dim: int, base: float = 10_000.0, *, factor: float
) -> Float[Tensor, " pairs"]:
    """Raise the base, so that the slowest pair slows down by ``factor`` and the fastest not at all.

    *NTK-aware* scaling, described in https://arxiv.org/abs/2309.00071.

    Args:
        rotary_dim: R, at least 4: with one pair, slowest and fastest are the same.
        base: the base of training.
        factor: how many times longer texts may become, 1 or more.
    """
    _check_factor(factor)
    if rotary_dim < 4:
        raise ValueError(
            f"{rotary_dim} numbers are one pair: there is no slowest one to slow down."
        )
    return rotary_frequencies(rotary_dim, base * factor ** (rotary_dim / (rotary_dim - 2)))


def dynamic_ntk_frequencies(
    rotary_dim: int, base: float = 10_000.0, *, factor: float, trained_len: int, seq_len: int
) -> Float[Tensor, " pairs"]:
    """Do :func:`ntk_frequencies` by as much as a text needs, and not at all while it is short.

    ``transformers`` calls it ``dynamic``. It changes with every token, so keys that were turned
    and cached earlier no longer fit.

    Args:
        rotary_dim: R, at least 4.
        base: the base of training.
        factor: how fast the stretch grows with the text, 1 or more.
        trained_len: the longest text of training.
        seq_len: the length of the text.
    """
    _check_factor(factor)
    stretch = factor * max(seq_len, trained_len) / trained_len - (factor - 1)
    return ntk_frequencies(rotary_dim, base, factor=stretch)


def yarn_frequencies(
    rotary_dim: int,
    base: float = 10_000.0,
    *,
    factor: float,
    trained_len: int,
    beta_fast: float = 32.0,
    beta_slow: float = 1.0,
    truncate: bool = True,
) -> Float[Tensor, " pairs"]:
    """Leave fast pairs, slow slow ones down, and blend between: YaRN.

    From https://arxiv.org/abs/2309.00071. A pair is fast if it turned ``beta_fast`` times or more
    in the longest text of training, and slow if it turned ``beta_slow`` times or less. The paper
    blends evenly in the number of turns; this is what its authors' code and ``transformers`` do,
    evenly in the *number* of the pair. Belongs together with :func:`yarn_scale`.

    Args:
        rotary_dim: R, how many numbers of a head are turned.
        base: the base of training.
        factor: how many times longer texts may become, 1 or more.
        trained_len: the longest text of training.
        beta_fast: turns from which a pair stays as it is.
        beta_slow: turns up to which it is slowed down in full.
        truncate: whether the borders are rounded to whole pairs, outwards.
    """
    _check_factor(factor)
    frequencies = rotary_frequencies(rotary_dim, base)

    def pair_that_turned(times: float) -> float:
        return rotary_dim * math.log(trained_len / (times * 2 * math.pi)) / (2 * math.log(base))

    low, high = pair_that_turned(beta_fast), pair_that_turned(beta_slow)
    if truncate:
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, rotary_dim - 1)
    if low == high:
        high += 0.001  # as theirs: a step in place of a slope
    slowed = ((torch.arange(rotary_dim // 2) - low) / (high - low)).clamp(0, 1)
    return frequencies / factor * slowed + frequencies * (1 - slowed)


def yarn_scale(factor: float) -> float:
    """Return by what YaRN multiplies cosines and sines: 0.1 · ln(factor) + 1.

    Queries and keys both have it, so scores are multiplied by its square.
    """
    _check_factor(factor)
    return 0.1 * math.log(factor) + 1.0


def llama3_frequencies(
    rotary_dim: int,
    base: float = 500_000.0,
    *,
    factor: float = 8.0,
    trained_len: int = 8192,
    low: float = 1.0,
    high: float = 4.0,
) -> Float[Tensor, " pairs"]:
    """Leave short waves, stretch long ones, and blend between: the scaling of Llama 3.1.

    A wave is short if it fits ``high`` times or more into the longest text of training, and long if
    it fits ``low`` times or less. The blend is even in *how often it fits*, as in YaRN's paper,
    not in its code. ``transformers`` calls it ``llama3``; the defaults are Llama 3.1's.

    Args:
        rotary_dim: R, how many numbers of a head are turned.
        base: the base of training.
        factor: how many times longer texts may become, 1 or more.
        trained_len: the longest text of training.
        low: ``low_freq_factor``.
        high: ``high_freq_factor``, more than low.
    """
    _check_factor(factor)
    if high <= low:
        raise ValueError(f"high is {high} and low is {low}: high must be the larger.")
    frequencies = rotary_frequencies(rotary_dim, base)
    fits = trained_len * frequencies / (2 * math.pi)
    kept = ((fits - low) / (high - low)).clamp(0, 1)
    return frequencies / factor * (1 - kept) + frequencies * kept


def _check_factor(factor: float) -> None:
    if factor < 1:
        raise ValueError(
            f"the factor is {factor}. It says how many times longer texts become, so 1 or more: "
            "is it upside down?"
        )
