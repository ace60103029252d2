"""How `make lab` sets JupyterLab up: it opens on the start page, its terminals know embedkit."""

import os
import sys
from pathlib import Path

c = get_config()  # Jupyter puts it here
c.LabApp.default_url = "/lab/tree/exercises/start.md"

os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
if os.name == "posix":
    # Not as a login shell, which on some systems forgets the PATH that it is given.
    c.ServerApp.terminado_settings = {"shell_command": [os.environ.get("SHELL", "/bin/sh")]}
