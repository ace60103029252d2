"""Finding what a class handed in: sheets in a folder, however deep they lie in it."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from embedkit.grading.notebooks import BadInputError

SUFFIXES = (".ipynb", ".ipynb.txt", ".ipynb.json")
"""How a sheet's name ends; some browsers append a suffix of their own to a download."""

LARGEST_BYTES = 10_000_000

NO_FOLDERS_OF_LEARNERS = {"__macosx"}


@dataclass(frozen=True)
class Submission:
    """One sheet that was handed in.

    Args:
        name: where it lies in the folder of submissions, as in ``ada/02_lookup_table.ipynb``.
        path: its file, which is only ever read.
    """

    name: str
    path: Path

    @property
    def folder(self) -> Path:
        """The folder in which the whole class handed in."""
        return self.path.parents[self.name.count("/")]

    def read(self) -> bytes:
        """Return the file's content.

        Raises:
            BadInputError: if it is a link, too large, or cannot be read.
        """
        try:
            about = self.path.lstat()
            if stat.S_ISLNK(about.st_mode):
                raise BadInputError("It is a link to another place, and links are not followed.")
            if not stat.S_ISREG(about.st_mode):
                raise BadInputError("It is no ordinary file.")
            if about.st_size > LARGEST_BYTES:
                raise BadInputError(
                    f"It has {about.st_size / 1e6:.0f} MB, and at most "
                    f"{LARGEST_BYTES / 1e6:.0f} MB are read. Clearing its outputs makes it small."
                )
            return self.path.read_bytes()
        except OSError as error:
            raise BadInputError(f"It cannot be read: {error.strerror}.") from error

    def content_hash(self) -> str:
        """Return a hash of the file's content; empty if it cannot be read."""
        try:
            return hashlib.sha256(self.read()).hexdigest()
        except BadInputError:
            return ""


@dataclass(frozen=True)
class Found:
    """What lies in a folder of submissions: the sheets, and the names of all else."""

    submissions: tuple[Submission, ...]
    others: tuple[str, ...]


def find_submissions(folder: Path) -> Found:
    """Return the sheets in a folder and in the folders in it, in an order that stays the same.

    Hidden files and folders are passed over in silence, as are the ``__MACOSX`` of zip archives.
    A link to a folder is not followed, and counts among the other files.

    Raises:
        BadInputError: if there is no such folder, or no sheet in it.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise BadInputError(f"{folder} {what}: name the folder that holds the submissions.")
    submissions: list[Submission] = []
    others: list[str] = []
    for path in _files(folder):
        name = shown_name(path.relative_to(folder))
        if path.name.lower().endswith(SUFFIXES):
            submissions.append(Submission(name, path))
        else:
            others.append(name)
    if not submissions:
        raise BadInputError(f"there is nothing to mark in {folder}: no file in it ends in .ipynb.")
    by_name = sorted(submissions, key=lambda one: (one.name.casefold(), one.name))
    return Found(tuple(by_name), tuple(sorted(others)))


def _files(folder: Path) -> Iterator[Path]:
    """Give all files; folders in folders are no deeper a call, however deep they lie."""
    waiting = [folder]
    while waiting:
        place, folders, files = next(os.walk(waiting.pop(), onerror=_refuse))
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in [*files, *links]:
            if _is_looked_into(name):
                yield Path(place, name)
        waiting += [
            Path(place, name) for name in folders if name not in links and _is_looked_into(name)
        ]


def _is_looked_into(name: str) -> bool:
    return not name.startswith(".") and name.casefold() not in NO_FOLDERS_OF_LEARNERS


def _refuse(error: OSError) -> None:
    """Stop rather than leave out, unseen, the learners whose folder cannot be opened."""
    raise BadInputError(f"the folder {error.filename} cannot be opened: {error.strerror}.")


def shown_name(path: Path) -> str:
    """Return a relative path as text: with ``/`` on every system, and no control characters.

    No two paths look alike: a backslash of a name's own is doubled.
    """
    return "".join(
        sign if sign.isprintable() and sign != "\\" else sign.encode("unicode_escape").decode()
        for sign in path.as_posix()
    )
