"""The mistake of cutting the way back, so that no gradient reaches what is learned."""

import torch
from torch import Tensor

from embedkit.checks.framework import Mistake
from embedkit.checks.probes import Inputs, Seen

WHAT_CUTS = (
    "Something cuts the way back: torch.no_grad(), .data, .detach(), .tolist(), .numpy(), or a "
    "new tensor or parameter made from it."
)


def one_is_cut_off(inputs: Inputs, seen: Seen) -> bool:
    """Whether some input that asks for a gradient got none."""
    if seen.raised:
        return False
    asking = (
        name
        for name, one in inputs.items()
        if isinstance(one, Tensor) and torch.is_floating_point(one) and name != "loss_weights"
    )
    return seen.value is None or any(seen.value[name] is None for name in asking)


cut_off = Mistake(
    "No gradient reaches one of the inputs, so what stands in it could never be learned. "
    + WHAT_CUTS,
    when=one_is_cut_off,
)
