"""What a benchmark writes down beside its figures: where and with which versions it ran."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import torch

from embedkit.device import pick_device
from embedkit.grading.crew import cores


def machine(*packages: str) -> dict[str, object]:
    """Return the machine, its load, and the versions of Python, torch and other packages."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": cores(),
        "threads": torch.get_num_threads(),
        "device": pick_device().type,
        "load_before": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
    } | {name: version(name) for name in ("torch", *packages)}


def processor() -> str:
    """Return the processor's name where the system tells it."""
    about = Path("/proc/cpuinfo")
    if about.exists():
        for line in about.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
