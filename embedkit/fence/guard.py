"""An audit hook (PEP 578) that refuses what no answer needs, with a sentence.

Python reports to the hook before it opens a file, starts a process, connects to another machine,
or looks through the memory for objects; the hook cannot be taken away again. It sees what Python
does, not what native code does on its own, so it is a fence and no wall: on Linux
:mod:`embedkit.fence.landlock` is the wall. Neither is what makes marks right. That is the
verdict, reached in another process; the fence keeps the answers to the questions out of reach.

An answer must not be able to replace what the hook calls. So :mod:`embedkit.fence.__main__` runs
this file in a namespace that no module leads to, with builtins of its own, and whatever the hook
needs of other modules is bound here by name.
"""

import os
import sys
from collections.abc import Callable, Sequence
from os import devnull, fspath, getcwd, getpid, readlink, sep, stat
from pathlib import PosixPath, PurePath, WindowsPath
from stat import S_ISDIR
from types import FunctionType
from typing import Any

Hook = Callable[[str, tuple[Any, ...]], None]
Judge = Callable[[str, tuple[Any, ...]], str]

CHANGES: dict[str, int] = {
    "os.chflags": 1,
    "os.chmod": 1,
    "os.chown": 1,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.removexattr": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.setxattr": 1,
    "os.truncate": 1,
    "os.utime": 1,
    "sqlite3.connect": 1,
}
"""Events that change files, and how many paths each names."""

REFUSED: dict[str, str] = {
    "subprocess.Popen": "start other programs",
    "os.system": "start other programs",
    "os.exec": "start other programs",
    "os.posix_spawn": "start other programs",
    "os.spawn": "start other programs",
    "os.startfile": "start other programs",
    "pty.spawn": "start other programs",
    "os.fork": "start other processes",
    "os.forkpty": "start other processes",
    "os.killpg": "signal other processes",
    "os.link": "make links",
    "os.symlink": "make links",
    "socket.connect": "use the network",
    "socket.bind": "use the network",
    "socket.sendto": "use the network",
    "socket.sendmsg": "use the network",
    "socket.getaddrinfo": "use the network",
    "socket.gethostbyname": "use the network",
    "gc.get_objects": "look through the memory",
    "gc.get_referrers": "look through the memory",
    "gc.get_referents": "look through the memory",
    "sys._current_frames": "look through the memory",
    "sys.addaudithook": "add audit hooks",
    "ctypes.dlopen": "call native code",
    "ctypes.dlsym": "call native code",
    "ctypes.dlsym/handle": "call native code",
    "ctypes.call_function": "call native code",
    "ctypes.cdata": "call native code",
    "ctypes.string_at": "call native code",
    "ctypes.wstring_at": "call native code",
}
"""Events that no answer needs, and what a learner is told that answers may not do."""

READING = frozenset({"open", "os.listdir", "os.scandir"})
CHOOSE_WHO_IS_SIGNALLED = (8, 15)
"""F_SETOWN and F_SETOWN_EX on Linux."""
LET_OTHERS_WAIT = 1024
"""F_SETLEASE on Linux: whoever opens that file next waits for 45 seconds."""

ALREADY_OPEN = "libc.so.6"
"""The library that every process on Linux holds. Opened once more it runs nothing, and what is in
it still cannot be called. PyTorch opens it where ``transformers`` builds its models."""

NATIVE_DOORS = frozenset({"_cffi_backend", "cffi", "_posixsubprocess", "_testcapi"})
HOW_PATHS_TELL: tuple[Any, Any] = (PurePath.__fspath__, PurePath.__str__)
ON_WINDOWS = os.name == "nt"
ENCODING = sys.getfilesystemencoding()
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def stand_guard(readable: Sequence[str], writable: Sequence[str], hidden: Sequence[str]) -> None:
    """Install the hook, for good.

    Where folders lie within each other, the innermost decides.

    Args:
        readable: folders that may be read though they lie in a hidden one.
        writable: the only folders in which anything may be changed.
        hidden: folders of which nothing may be read.
    """
    kinds = {"hidden": hidden, "readable": readable, "writable": writable}
    places = tuple((resolve(path), kind) for kind, paths in kinds.items() for path in paths)
    own = getpid()
    sys.addaudithook(_armoured(lambda event, args: objection(event, args, places, own)))


def _armoured(judge: Judge) -> Hook:
    """Return a hook whose refusals lead nobody to the judge.

    An exception carries the frames that it went through, and a frame its variables. So the judge
    is no global of the hook, and is dropped before anything is raised.
    """

    def hook(
        event: str,
        args: tuple[Any, ...],
        judge: Judge | None = judge,
        error: type[Exception] = PermissionError,
        anything: type[BaseException] = BaseException,
    ) -> None:
        try:
            sentence = judge(event, args)  # type: ignore[misc]
        except anything:
            sentence = "an answer may not do this"
        if sentence:
            judge = None
            raise error(sentence)

    return FunctionType(hook.__code__, {"__builtins__": {}}, "hook", hook.__defaults__)


def objection(
    event: str, args: tuple[Any, ...], places: tuple[tuple[str, str], ...], own: int
) -> str:
    """Return why an event is refused, in a sentence; empty if it is not.

    Args:
        event: the name that Python gives it.
        args: what Python says about it.
        places: folders, each with what it is: hidden, readable or writable.
        own: the id of this process.
    """
    if event in READING and _is_of_another_process(args[0], own):
        return "an answer may not look at other processes"
    if event == "open":
        return _objection_to_opening(args, places)
    if event in ("os.listdir", "os.scandir") and not _may_read(args[0], places):
        return f"an answer may not read {args[0]!r}"
    for path in args[: CHANGES.get(event, 0)]:
        if event == "os.truncate" and isinstance(path, int):
            return ""  # it was opened for writing, which was judged
        if not _may_change(path, places):
            return f"an answer may not change {path!r}: only what is in its own folder"
        if event == "os.utime" and _is_missing(path):
            return f"there is no {path!r}"  # the system is told to do nothing, and would not say so
    if event == "ctypes.dlopen" and type(args[0]) is str and args[0] == ALREADY_OPEN:
        return ""
    if event in REFUSED:
        return f"an answer may not {REFUSED[event]}"
    if event == "resource.prlimit" and args[0] not in (0, own):
        return "an answer may not limit other processes"
    if event == "os.kill" and args[0] != own:
        return "an answer may not signal other processes"
    if event in ("object.__setattr__", "object.__delattr__") and args[1] == "__code__":
        return "an answer may not change the code of functions"
    if event == "fcntl.fcntl" and args[1] in CHOOSE_WHO_IS_SIGNALLED:
        return "an answer may not signal other processes"
    if event == "fcntl.fcntl" and args[1] == LET_OTHERS_WAIT:
        return "an answer may not keep files from others"
    if event == "import" and (args[0] in NATIVE_DOORS or _is_own_library(args[1], places)):
        return "an answer may not call native code"
    return ""


def _is_own_library(path: Any, places: tuple[tuple[str, str], ...]) -> bool:
    """Return whether a library is about to be loaded that an answer may have written itself."""
    return path is not None and _may_change(path, places)


def _objection_to_opening(args: tuple[Any, ...], places: tuple[tuple[str, str], ...]) -> str:
    path, mode, flags = args
    if path is None or isinstance(path, int):
        return ""
    if flags and flags & WRITING and not _may_change(path, places):
        return f"an answer may not write {path!r}: only in its own folder"
    if not _may_read(path, places):
        return f"an answer may not read {path!r}"
    if mode is None and _is_folder(path):
        return "an answer may not open a folder as a file"
    return ""


def _may_change(path: Any, places: tuple[tuple[str, str], ...]) -> bool:
    return path == devnull or _kind(path, places) == "writable"


def _is_missing(path: Any) -> bool:
    try:
        stat(path)
    except OSError:
        return True
    return False


def _may_read(path: Any, places: tuple[tuple[str, str], ...]) -> bool:
    return path is None or isinstance(path, int) or _kind(path, places) != "hidden"


def _kind(path: Any, places: tuple[tuple[str, str], ...]) -> str:
    """Return what the innermost place is that a path lies in; empty if it lies in none."""
    place = resolve(path)
    longest, found = 0, ""
    for folder, kind in places:
        inside = place == folder or place.startswith(folder.rstrip(sep) + sep)
        if inside and len(folder) >= longest:
            longest, found = len(folder), kind
    return found


def _is_of_another_process(path: Any, own: int) -> bool:
    """Return whether a path lies where Linux shows a process other than this one."""
    if path is None or isinstance(path, int):
        return False
    _, first, second, *_ = (*resolve(path).split("/"), "", "")
    return first == "proc" and second.isdecimal() and second != str(own)


def _is_folder(path: Any) -> bool:
    try:
        return S_ISDIR(stat(path).st_mode)
    except OSError:
        return False


def resolve(path: Any) -> str:
    """Return a path without links, relative steps or disguise."""
    name = _plain_text(path)
    if ON_WINDOWS:
        return os.path.normcase(os.path.realpath(name))
    todo = (name if name.startswith("/") else f"{getcwd()}/{name}").split("/")[::-1]
    done: list[str] = []
    for _ in range(10_000):
        if not todo:
            return "/" + "/".join(done)
        part = todo.pop()
        if part == "..":
            done = done[:-1]
        elif part not in ("", "."):
            done.append(part)
            target = _link_target("/" + "/".join(done))
            if target:
                done = [] if target.startswith("/") else done[:-1]
                todo.extend(target.split("/")[::-1])
    raise OSError("this path has no end")


def _link_target(path: str) -> str:
    try:
        return readlink(path)
    except OSError:
        return ""


def _plain_text(path: Any) -> str:
    """Return a path as a plain string, also if it is of a kind that would lie about itself."""
    if type(path) in (PosixPath, WindowsPath):
        if (type(path).__fspath__, type(path).__str__) != HOW_PATHS_TELL:
            raise TypeError("this may tell one path here and another one later")
        path = fspath(path)
    if isinstance(path, bytes):
        return bytes.decode(path, ENCODING, "surrogateescape")
    if not isinstance(path, str):
        raise TypeError("this is no path")
    return str.__add__("", path)
