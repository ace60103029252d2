"""JupyterLab for the tests: started as `make lab` starts it, on a copy of the course."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
PARTS = ("chapters", "exercises", "solutions", "benchmarks", "_lab")
SECONDS_TO_START = 120


def copy_of_the_course(folder: Path) -> Path:
    """Copy what a learner opens, so that running it changes no file of the course."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "_toc.yml", folder)
    return folder


@contextmanager
def lab(course: Path, own: Path) -> Iterator[str]:
    """Run JupyterLab while tests need it, and return the address that opens on the start page.

    Args:
        course: the folder that JupyterLab shows.
        own: a new folder for Jupyter's own files, so that no setting of the user matters.
    """
    own.mkdir()
    places = {
        f"JUPYTER_{name.upper()}_DIR": str(own / name) for name in ("runtime", "data", "config")
    }
    config = {"JUPYTER_CONFIG_PATH": str(course / "_lab"), "IPYTHONDIR": str(own / "ipython")}
    environment = os.environ | places | config | {"PYTHONUTF8": "1"}
    python = (sys.executable, "-m")
    start = (*python, "embedkit", "--course", str(course), "start")
    subprocess.run(start, env=environment, check=True, stdout=subprocess.DEVNULL)
    options = ("--no-browser", "--allow-root", "--port=0")  # a port that is free
    command = (*python, "jupyter", "lab", "--notebook-dir=.", *options)
    with (own / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=course, env=environment, stdout=log, stderr=log)
    try:
        yield address_of(server, own)
    finally:
        server.terminate()  # the server ends its kernels, too
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def address_of(server: subprocess.Popen[bytes], own: Path) -> str:
    """Wait until the server says where it can be reached."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        for note in (own / "runtime").glob("jpserver-*.json"):
            try:
                facts = json.loads(note.read_text(encoding="utf-8"))
            except ValueError:
                continue  # it is being written
            return f"{facts['url']}?token={facts['token']}"
        time.sleep(0.1)
    raise AssertionError((own / "log").read_text(encoding="utf-8", errors="replace"))
