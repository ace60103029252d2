"""Where tensors live, and how a run is made repeatable. Nothing else in embedkit names a device."""

import os
import random

import torch


def pick_device() -> torch.device:
    """Return the fastest device of this machine: a CUDA GPU, then Apple's MPS, then the CPU.

    The environment variable ``EMBEDKIT_DEVICE`` (``cpu``, ``cuda``, ``cuda:1``, ``mps``)
    overrides the choice.

    Raises:
        ValueError: if ``EMBEDKIT_DEVICE`` names a device that this machine does not have.
    """
    wanted = os.environ.get("EMBEDKIT_DEVICE", "").strip()
    if not wanted:
        if torch.cuda.is_available():
            return torch.device("cuda")
        if torch.backends.mps.is_available():
            return torch.device("mps")
        return torch.device("cpu")
    try:
        device = torch.device(wanted)
        if device.type not in ("cpu", "cuda", "mps"):
            raise RuntimeError(f"embedkit does not compute on {device.type}")
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"EMBEDKIT_DEVICE={wanted!r} is not a device that this machine has; "
            "unset it, or set it to cpu, cuda or mps."
        ) from error
    return device


def seed_everything(seed: int) -> None:
    """Make random numbers repeatable on one device: Python's and torch's, CPU and GPU alike.

    Two devices, and two kinds of processor, may still draw different numbers from one seed.

    Args:
        seed: any integer from 0 to 2**32 − 1.
    """
    random.seed(seed)
    torch.manual_seed(seed)
