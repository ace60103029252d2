"""What the checks of lesson 9 share."""

import torch
from torch import Tensor

from embedkit.checks.probes import Inputs, Seen

SMALL_KINDS = (torch.int8, torch.int16, torch.int32)


def nan_flows_back(inputs: Inputs, seen: Seen) -> bool:
    """Whether nan is among the gradients."""
    found = seen.value.values() if isinstance(seen.value, dict) else ()
    return any(isinstance(one, Tensor) and bool(one.isnan().any()) for one in found)
