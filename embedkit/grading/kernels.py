"""The environment in which notebook kernels run: the same whoever starts them."""

import os
from pathlib import Path

import embedkit


def kernel_environment(ipython_folder: Path, package_folder: Path | None = None) -> dict[str, str]:
    """Return an environment in which nothing of the user's own settings steers a notebook.

    The kernel computes on the CPU, and keeps its profile and history in ``ipython_folder``.

    Args:
        ipython_folder: a folder for IPython.
        package_folder: where to import embedkit from; by default, this very embedkit.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTEST_") and name != "PYTHONSTARTUP"
    }
    package_folder = package_folder or Path(embedkit.__file__).parents[1]
    folders = (str(package_folder), os.environ.get("PYTHONPATH"))
    return inherited | {
        "EMBEDKIT_DEVICE": "cpu",
        "IPYTHONDIR": str(ipython_folder),
        "PYTHONPATH": os.pathsep.join(folder for folder in folders if folder),
        "PYTHONUTF8": "1",
    }
