"""The environment in which notebook kernels run: the same whoever starts them."""

import os
from pathlib import Path

import embedkit


def kernel_environment(ipython_folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of the user's own settings steers a notebook.

    The kernel imports this very embedkit, computes on the CPU, and keeps its profile and history
    in ``ipython_folder``.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTEST_") and name != "PYTHONSTARTUP"
    }
    folders = (str(Path(embedkit.__file__).parents[1]), os.environ.get("PYTHONPATH"))
    return inherited | {
        "EMBEDKIT_DEVICE": "cpu",
        "IPYTHONDIR": str(ipython_folder),
        "PYTHONPATH": os.pathsep.join(folder for folder in folders if folder),
        "PYTHONUTF8": "1",
    }
