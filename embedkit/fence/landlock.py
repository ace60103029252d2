"""Landlock: the Linux kernel's own fence, which holds for native code too.

A process that fences itself in can read, write and run only what it listed before, can connect
to no other machine, and cannot signal a process outside. There is no way back, and its children
inherit the fence. Described in https://docs.kernel.org/userspace-api/landlock.html.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_FOR_VERSION = 1
RULE_PATH_BENEATH = 1
SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << i for i in range(6))
MAKE_DIR, MAKE_REG = 1 << 7, 1 << 8
TRUNCATE = 1 << 14
RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many rights on files each version knows; all later ones know 16."""
CONNECT_TCP = 1 << 1
ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

READING = READ_FILE | READ_DIR
CHANGING = READING | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE
RIGHTS_ON_A_FILE = READ_FILE | WRITE_FILE | TRUNCATE


def available() -> int:
    """Return the version of Landlock that this system has; 0 if it has none."""
    if not sys.platform.startswith("linux"):
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(CREATE_RULESET, None, 0, ASK_FOR_VERSION)))


def shut_in(readable: Iterable[str], writable: Iterable[str], hidden: Collection[str] = ()) -> bool:
    """Let this thread, and all that it starts, reach the given folders and files only.

    Args:
        readable: what may be read.
        writable: what may be read and changed.
        hidden: what may not be read though it lies in a readable folder.

    Returns:
        Whether the system has such a fence; where it has none, nothing changes.
    """
    version = available()
    if version < 1:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    handled = (1 << RIGHTS_BY_VERSION.get(version, 16)) - 1
    attributes = struct.pack("=QQQ", handled, CONNECT_TCP, ABSTRACT_SOCKETS_AND_SIGNALS)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = libc.syscall(CREATE_RULESET, attributes, size, 0)
    if rules < 0:
        return False
    try:
        for folder in readable:
            _allow(libc, rules, folder, READ_DIR)
            for path in around(folder, hidden):
                _allow(libc, rules, path, READING & handled)
        for path in writable:
            _allow(libc, rules, path, CHANGING & handled)
        unprivileged = libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        return unprivileged and bool(libc.syscall(RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def around(folder: str, hidden: Collection[str]) -> Iterator[str]:
    """Give a folder, or what lies in it around that which shall be hidden.

    Landlock knows only what is allowed: there is no way to take a part of a folder out again.
    """
    place = Path(folder).resolve()
    inside = [path for path in hidden if place in Path(path).resolve().parents]
    if not inside:
        yield folder
        return
    named = {Path(path).resolve() for path in inside}
    for entry in os.scandir(place):
        if not entry.is_symlink() and Path(entry.path) not in named:
            yield from around(entry.path, inside)


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    """Add one folder or file to the rules; one that is not there needs no rule."""
    with suppress(OSError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not os.path.isdir(path):
                rights &= RIGHTS_ON_A_FILE
            rule = struct.pack("=Qi", rights, place)
            libc.syscall(ADD_RULE, rules, RULE_PATH_BENEATH, rule, 0)
        finally:
            os.close(place)
