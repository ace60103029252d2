"""The folders of one replay, and what the kernel in it may see of them and of the rest."""

import json
import os
import re
import secrets
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from embedkit.grading.kernels import kernel_environment
from embedkit.grading.kit import PACKAGE
from embedkit.grading.watch import Limits

KERNEL = "fenced"
THREADS = "1"
"""How many threads torch has in a replay; it is settled when torch is imported. Two would wait for
each other after each small step: where all cores are busy, that can take twenty times as long."""
NEEDED = re.compile(
    "PATH|LD_LIBRARY_PATH|DYLD_.*|VIRTUAL_ENV|CONDA_PREFIX|LANG|LANGUAGE|LC_.*|TZ|"
    "SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|PROGRAMDATA|NUMBER_OF_PROCESSORS|PROCESSOR_.*|"
    "EMBEDKIT_DEVICE|IPYTHONDIR|PYTHONPATH|PYTHONUTF8"
)
"""What a replay takes over of the environment. The rest may hold passwords."""
SECRETS = (
    *("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-"),
    *("/etc/ssh", "/etc/sudoers", "/etc/ssl/private"),
)
"""What only root may read, and sheets may not even if root marks them."""


def needed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a replay takes over of an environment."""
    return {name: value for name, value in environment.items() if NEEDED.fullmatch(name.upper())}


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder for replays, and remove it afterwards, whatever they left in it."""
    with TemporaryDirectory(prefix="embedkit-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        try:
            yield folder
        finally:
            flatten(folder)


def flatten(folder: Path) -> None:
    """Move all folders in a folder right beneath it, so that none lies too deep to be removed.

    Python removes folders with a function that calls itself, once for each folder in a folder.
    """
    waiting = [folder]
    while waiting:
        entries: list[os.DirEntry[str]] = []
        with suppress(OSError):
            entries = list(os.scandir(waiting.pop()))
        for entry in entries:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    up = folder / secrets.token_hex(16)  # no name that an answer could take before
                    os.chmod(entry.path, 0o700)
                    os.rename(entry.path, up)
                    waiting.append(up)


def empty(folder: Path) -> None:
    """Remove all that answers left in a folder, so that it does not count in the next run."""
    flatten(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)


@dataclass(frozen=True)
class Shared:
    """What all replays of a sheet have in common.

    Args:
        kit: where the sheet imports embedkit from.
        questions: the folder with the questions to its answers.
        drop: the folder in which a probe leaves what it saw, until the collector takes it.
        hidden: folders of the course, of which it may see nothing.
        private: folders of others, of which it may see no more than Python and its packages.
        deadline: when the last of them must end, as ``time.monotonic`` tells it.
    """

    kit: Path
    questions: Path
    drop: Path
    hidden: tuple[Path, ...]
    private: tuple[Path, ...] = ()
    deadline: float = float("inf")


@dataclass(frozen=True)
class Surroundings:
    """The folders of one replay.

    Args:
        folder: all of it; only the collector writes here.
        shared: what it has in common with other replays.
    """

    folder: Path
    shared: Shared

    @property
    def work(self) -> Path:
        """Where the sheet runs, and the only place where it may write."""
        return self.folder / "work"

    @property
    def runtime(self) -> Path:
        """Where the kernel finds how it is connected."""
        return self.folder / "runtime"

    def make(self, limits: Limits) -> None:
        """Make the folders, and write down what the kernel may see."""
        for name in ("work/home", "work/temporary", "work/matplotlib", "runtime"):
            (self.folder / name).mkdir(parents=True)
        _copy_font_list(self.work / "matplotlib")
        python = _python_folders(self.shared)
        private = [
            Path(gettempdir()).resolve(),
            _home().resolve(),
            Path.cwd(),
            *self.shared.private,
        ]
        fence = {
            "work": str(self.work),
            "readable": _texts([*python, self.shared.kit, self.shared.questions]),
            "writable": _texts([self.work, self.runtime, self.shared.drop]),
            "hidden": [
                *_texts([*private, *self.shared.hidden, *_other_copies(), self.folder.parent]),
                *filter(os.path.exists, SECRETS),
            ],
            "largest_file": limits.largest_file,
        }
        settings = self.folder / "fence.json"
        settings.write_text(json.dumps(fence), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "embedkit.fence", str(settings)]
        spec = {
            "argv": [*command, "-f", "{connection_file}", "--HistoryManager.enabled=False"],
            "display_name": "a kernel behind a fence",
            "language": "python",
        }
        kernel = self.folder / "jupyter" / "kernels" / KERNEL / "kernel.json"
        kernel.parent.mkdir(parents=True)
        kernel.write_text(json.dumps(spec), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """Return the environment of the replay: whatever is kept, is kept in its own folder."""
        temporary = str(self.work / "temporary")
        home = str(self.work / "home")
        whole = kernel_environment(self.work / "ipython", self.shared.kit)
        return needed(whole) | {
            "HOME": home,
            "USERPROFILE": home,
            "XDG_CACHE_HOME": str(self.work / "home" / "cache"),
            "TMPDIR": temporary,
            "TEMP": temporary,
            "TMP": temporary,
            "MPLCONFIGDIR": str(self.work / "matplotlib"),
            "JUPYTER_PATH": str(self.folder / "jupyter"),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "OMP_NUM_THREADS": THREADS,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _home() -> Path:
    """Return the folder of whoever marks; one that is nowhere, if the system knows none."""
    return Path(os.path.expanduser("~"))


def _python_folders(shared: Shared) -> list[str]:
    """Return where Python and the installed packages lie; no folder of the course is among them.

    Nor is a private one, or that in which somebody marks, which ``python -m embedkit`` puts on the
    path: the marks of the class lie there, and perhaps what was handed in before.
    """
    never = (Path.cwd(), *shared.hidden, *shared.private)
    own = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    own |= {path for name, path in sysconfig.get_paths().items() if name.endswith("lib")}
    others = {one for one in sys.path if one and not _touches(Path(one), shared.hidden)}
    return sorted(folder for folder in own | others if Path(folder).resolve() not in never)


def _other_copies() -> list[Path]:
    """Return where else among the packages this one lies, with the finished code."""
    prefixes = {sys.prefix, sys.base_prefix, "/usr", "/usr/local"}
    installed = [found for one in prefixes for found in Path(one).glob("lib/python3*/*-packages")]
    places = {Path(folder).resolve() for folder in sys.path} | {one.resolve() for one in installed}
    return [copy for place in sorted(places) if (copy := place / PACKAGE.name).is_dir()]


def _touches(folder: Path, hidden: Sequence[Path]) -> bool:
    """Return whether a folder lies in a hidden one, or the other way round."""
    place = folder.resolve()
    return any(place.is_relative_to(h) or h.is_relative_to(place) for h in hidden)


def _copy_font_list(folder: Path) -> None:
    """Spare matplotlib the search for fonts, if it has made it before."""
    cache = os.environ.get("MPLCONFIGDIR") or _home() / ".cache" / "matplotlib"
    for path in Path(cache).glob("fontlist-*.json"):
        shutil.copy(path, folder)


def _texts(paths: Sequence[Path | str]) -> list[str]:
    return [str(path) for path in paths]
