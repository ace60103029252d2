"""The built book, for all tests that look at it: it is built once, whichever process asks first."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup
from filelock import FileLock

from embedkit.authoring.pdf import JUPYTER_BOOK

ROOT = Path(__file__).parent.parent

Pages = dict[Path, BeautifulSoup]


class Build(NamedTuple):
    """How a build went: the folder of its pages, the exit code, and all that was printed."""

    html: Path
    returncode: int
    said: str


def build_once(shared: Path) -> Build:
    """Build the book into a folder that several processes share, if none has done so yet."""
    record = shared / "book.json"
    with FileLock(shared / "book.lock"):
        if not record.is_file():
            record.write_text(json.dumps(build_book(shared / "book")), encoding="utf-8")
    returncode, said = json.loads(record.read_text(encoding="utf-8"))
    return Build(shared / "book" / "_build" / "html", returncode, said)


def build_book(out: Path) -> tuple[int, str]:
    """Build the book outside of the tree; return the exit code and what was printed."""
    jupyter_book = [sys.executable, "-c", JUPYTER_BOOK]
    strict = ["-W", "-n", "--keep-going", "--path-output", str(out)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [*jupyter_book, "build", ".", *strict],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return how the build of the book went."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # each process has its own folder in one that all share
    return build_once(shared)


@pytest.fixture(scope="session")
def html(build: Build) -> Path:
    """Return the folder of the pages."""
    if not (build.html / "index.html").is_file():
        pytest.fail(f"the book was not built:\n{build.said[-4000:]}")
    return build.html


@pytest.fixture(scope="session")
def pages(html: Path) -> Pages:
    """Return every page that a reader can open; index.html only leads on to the first."""
    return {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(html.rglob("*.html"))
        if "_static" not in path.relative_to(html).parts and path != html / "index.html"
    }
