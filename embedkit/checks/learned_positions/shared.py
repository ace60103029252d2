"""What the checks of lesson 9 share."""

from torch import Tensor

from embedkit.checks.probes import Inputs, Seen


def nan_flows_back(inputs: Inputs, seen: Seen) -> bool:
    """Whether nan is among the gradients."""
    found = seen.value.values() if isinstance(seen.value, dict) else ()
    return any(isinstance(one, Tensor) and bool(one.isnan().any()) for one in found)
