"""Noticing that a replay changed what it must not: the course, or the sheet itself."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from embedkit.grading.kit import PACKAGE
from embedkit.grading.notebooks import BadInputError

Manifest = dict[Path, str]


class CourseChangedError(BadInputError):
    """Files of the course changed while a sheet ran, so no mark after that can be trusted."""


def manifest(sheet: Path, root: Path) -> Manifest:
    """Return a hash of each file on which marks depend.

    Args:
        sheet: the learner's sheet.
        root: the folder of the course.
    """
    return {path: _hash(path) for path in (sheet, *_files(root))}


def verify(before: Manifest, sheet: Path, root: Path) -> None:
    """Stop loudly if anything is not as it was.

    Raises:
        CourseChangedError: if a file changed, is gone, or is new.
    """
    after = manifest(sheet, root)
    changed = sorted(
        str(path) for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )
    if changed:
        raise CourseChangedError(
            f"files changed while {sheet} was run: {', '.join(changed[:3])}. "
            "No mark is given: restore them, with git or from a fresh copy, and mark again."
        )


def _files(root: Path) -> Iterator[Path]:
    yield from PACKAGE.rglob("*.py")
    yield from (root / "solutions").glob("*.ipynb")


def _hash(path: Path) -> str:
    if not path.is_file():
        return "no file"  # opening a pipe would never end
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
