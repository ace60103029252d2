"""Seccomp: the Linux kernel's list of calls that a process may not make.

Landlock guards files, but no process: it lets a fenced process change the limits of the one that
marks, give itself more than its share, or split off children that outlive it. What it leaves open
is refused here, by the number of the call: while a kernel starts, what it does not need; once its
first cell begins, all that is not usual. There is no way back, and all threads inherit it.
Described in https://docs.kernel.org/userspace-api/seccomp_filter.html.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Mapping

from embedkit.fence.calls import CONTROL, USUAL, Calls

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Which column of the tables below is a machine's, and how seccomp calls the machine."""

REFUSED = {
    **{"fork": (57, None), "vfork": (58, None), "unshare": (272, 97), "setns": (308, 268)},
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271)},
    **{"tkill": (200, 130), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438)},
    **{"rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240)},
    **{"memfd_create": (319, 279), "memfd_secret": (447, 447)},
    **{"shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180)},
    **{"connect": (42, 203), "io_uring_setup": (425, 425), "io_setup": (206, 0)},
    **{"vmsplice": (278, 75), "process_madvise": (440, 440)},
    **{"inotify_init": (253, None), "inotify_init1": (294, 26), "fanotify_init": (300, 262)},
    **{"setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7)},
    **{"removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16)},
    **{"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)},
    **{"bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282)},
    **{"init_module": (175, 105), "kexec_load": (246, 104), "reboot": (169, 142)},
    **{"settimeofday": (164, 170), "clock_settime": (227, 112), "sethostname": (170, 161)},
}
IGNORED = {
    **{"chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452)},
    **{"chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54)},
    **{"utime": (132, None), "utimes": (235, None), "futimesat": (261, None)},
    **{"utimensat": (280, 88), "sched_setaffinity": (203, 122), "sched_setattr": (314, 274)},
    **{"sched_setparam": (142, 118), "sched_setscheduler": (144, 119)},
    **{"setpriority": (141, 140), "ioprio_set": (251, 30)},
}
"""These change any file's rights and dates, fence or not, and any process's share of the machine.
Copying a file calls them, and so does ZeroMQ; so they do nothing, and say that all went well."""
NETWORK = {
    **{"socket": (41, 198), "bind": (49, 200), "listen": (50, 201), "socketpair": (53, 199)},
    **{"sendmsg": (46, 211), "sendmmsg": (307, 269)},
}
WITHOUT_ADDRESS = {"sendto": (44, 206)}
"""A kernel needs these while it starts. Afterwards an answer could wait for somebody who dictates
it; or ask another machine, which takes no connection if each message names an address, the fifth
argument of ``sendto``. What two sockets send each other lies where no memory is counted."""
THREADS_ONLY = {"clone": (56, 220)}
NOT_KNOWN = {"clone3": (435, 435)}
"""Its flags lie where no filter can look; told that it is not there, programs call ``clone``."""
NOT_SUPPORTED = {"fallocate": (285, 47)}
"""It takes space that belongs to no file's size; told of this error, programs write zeros."""
ON_ITSELF = {"kill": (62, 129), "tgkill": (234, 131)}
WITH_ZERO = {"prlimit64": (302, 261)}
"""Here 0 stands for whoever calls."""
NOT_WITH = {
    **{"prctl": ((157, 167), 0, 4), "fcntl": ((72, 25), 1, 1024)},
    **{"madvise": ((28, 233), 2, 21)},
}
"""The place of an argument, and what it may not be. ``PR_SET_DUMPABLE`` would hide from the watch
which files are open; after ``F_SETLEASE``, whoever opens that file waits up to 45 seconds; with
``MADV_PAGEOUT``, memory is put where it is not counted."""
OPENING = {"open": ((2, None), 1), "openat": ((257, 56), 2)}
"""Calls that open a file, and which argument says how. Linux before 6.2 lets a fenced process empty
a file that it may only read, by opening it so."""
WRITING, EMPTYING = 0b11, 0x200
MAPPING = {"mmap": (9, 222)}
FLAGS = 3
"""Which argument of ``mmap`` these are."""
SHARED, HUGE = 0x1, 0x40000

NUMBER, MACHINE, ARGUMENTS = 0, 4, 16
LOAD, IF_EQUAL, IF_AT_LEAST, IF_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
CLONE_THREAD, CLONE_FILES = 0x10000, 0x400
OTHER_TABLE = 0x40000000
"""On x86-64, the same calls have a second number from here on."""
SECCOMP = (317, 277)
SET_FILTER, ALL_THREADS = 1, 1
CAPABILITIES_VERSION = 0x20080522
KEPT_CAPABILITIES = 0b110
"""Root may read and write files of any owner; which files, Landlock says."""


def known_machine() -> bool:
    """Return whether the numbers of this machine's calls are listed here."""
    return sys.platform.startswith("linux") and platform.machine() in MACHINES


def refuse_calls() -> bool:
    """Refuse, for good and in all threads, what no answer needs.

    Landlock must have been set up before: it is what lets a process without rights do this.

    Returns:
        Whether the system can do so; where it cannot, nothing changes.
    """
    return known_machine() and _install(filter_for(*MACHINES[platform.machine()], os.getpid()))


def allow_usual_calls_only() -> bool:
    """Refuse, for good and in all threads, all that no answer needs of the system.

    A program that is told that a call is not there does without. What :func:`refuse_calls` decided
    stays as it is.

    Returns:
        Whether the system can do so; where it cannot, nothing changes.
    """
    if not known_machine():
        return False
    column, machine = MACHINES[platform.machine()]
    steps = [*_known_calls_only(machine), *_refuse(column, {errno.EPERM: NETWORK})]
    for numbers in WITHOUT_ADDRESS.values():
        nothing = _step(IF_EQUAL, 0, 1, 0)
        steps += _unless(numbers[column], (4, nothing), (4.5, nothing))
    for pair, place, error, requests in CONTROL.values():
        steps += _only_with(pair[column], place, requests.values(), error)
    usual = [pair[column] for calls in (USUAL, decided()) for pair in calls.values()]
    for number in usual:
        if number is not None:
            steps += [_step(IF_EQUAL, number, 0, 1), _step(RETURN, ALLOW)]
    return _install([*steps, _fail(errno.ENOSYS)])


def decided() -> Calls:
    """Return the calls on which :func:`refuse_calls` decides."""
    others = {name: pair for name, (pair, *_) in NOT_WITH.items()}
    return {
        **{**REFUSED, **IGNORED, **NOT_KNOWN, **NOT_SUPPORTED},
        **{**THREADS_ONLY, **ON_ITSELF, **WITH_ZERO, **MAPPING, **others},
    }


def give_up_rights() -> None:
    """Give up what root may do: set the clock, load modules, freeze file systems, sniff packets."""
    libc = ctypes.CDLL(None, use_errno=True)
    this_thread = struct.pack("=Ii", CAPABILITIES_VERSION, 0)
    held = ctypes.create_string_buffer(24)
    if libc.capget(this_thread, held) == 0:
        effective, permitted, *_ = (part & KEPT_CAPABILITIES for part in struct.unpack("=6I", held))
        libc.capset(this_thread, struct.pack("=6I", effective, permitted, 0, 0, 0, 0))


def _install(steps: list[bytes]) -> bool:
    column, _ = MACHINES[platform.machine()]
    program = b"".join(steps)
    code = ctypes.create_string_buffer(program)
    whole = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.syscall(SECCOMP[column], SET_FILTER, ALL_THREADS, whole) == 0)


def filter_for(column: int, machine: int, own: int) -> list[bytes]:
    """Return a filter's instructions: each test skips what it does not concern."""
    refused: dict[int, Calls] = {errno.EPERM: REFUSED, 0: IGNORED, errno.ENOSYS: NOT_KNOWN}
    refused[errno.EOPNOTSUPP] = NOT_SUPPORTED
    steps = [*_known_calls_only(machine), *_refuse(column, refused)]
    for numbers in THREADS_ONLY.values():
        flags = (CLONE_THREAD, CLONE_FILES)
        steps += _unless(numbers[column], *((0, _step(IF_BITS, flag, 1, 0)) for flag in flags))
    for numbers in ON_ITSELF.values():
        steps += _unless(numbers[column], (0, _step(IF_EQUAL, own, 1, 0)))
    for numbers in WITH_ZERO.values():
        steps += _unless(numbers[column], (0, _step(IF_EQUAL, 0, 1, 0)))
    for numbers, place, value in NOT_WITH.values():
        steps += _unless(numbers[column], (place, _step(IF_EQUAL, value, 0, 1)))
    for pair, place in OPENING.values():
        steps += _not_emptied_to_be_read(pair[column], place)
    for numbers in MAPPING.values():
        steps += _no_memory_that_is_not_counted(numbers[column])
    return [*steps, _step(RETURN, ALLOW)]


def _no_memory_that_is_not_counted(number: int) -> list[bytes]:
    """Return steps that refuse to map huge pages, and memory that is shared.

    Shared memory stays when a process lets go of its pages, and no longer counts as its own. What
    was mapped to be read can be made writable later.
    """
    look = [
        _step(LOAD, ARGUMENTS + 8 * FLAGS),
        *(_step(IF_BITS, SHARED | HUGE, 0, 1), _fail(errno.EPERM)),
        _step(RETURN, ALLOW),
    ]
    return [_step(IF_EQUAL, number, 0, len(look)), *look]


def _not_emptied_to_be_read(number: int | None, place: int) -> list[bytes]:
    """Return steps that refuse to empty a file in opening it to be read."""
    if number is None:
        return []
    look = [
        _step(LOAD, ARGUMENTS + 8 * place),
        *(_step(IF_BITS, EMPTYING, 0, 2), _step(IF_BITS, WRITING, 1, 0), _fail(errno.EPERM)),
        _step(RETURN, ALLOW),
    ]
    return [_step(IF_EQUAL, number, 0, len(look)), *look]


def _known_calls_only(machine: int) -> list[bytes]:
    """Return steps that refuse calls by another machine's numbers, and then look at the number."""
    return [
        *(_step(LOAD, MACHINE), _step(IF_EQUAL, machine, 1, 0), _fail(errno.EPERM)),
        *(_step(LOAD, NUMBER), _step(IF_AT_LEAST, OTHER_TABLE, 0, 1), _fail(errno.EPERM)),
    ]


def _refuse(column: int, groups: Mapping[int, Calls]) -> list[bytes]:
    """Return steps that refuse calls whatever their arguments, each group with its error."""
    numbers = [(pair[column], error) for error, calls in groups.items() for pair in calls.values()]
    return [
        step
        for number, error in numbers
        if number is not None
        for step in (_step(IF_EQUAL, number, 0, 1), _fail(error))
    ]


def _unless(number: int, *tests: tuple[float, bytes]) -> list[bytes]:
    """Return steps that refuse a call unless tests of its arguments skip the refusals.

    Args:
        number: the call's.
        tests: each with the place of the argument that it looks at; half a place further lies
            the upper half of its 64 bits.
    """
    look = [
        step
        for place, test in tests
        for step in (_step(LOAD, ARGUMENTS + int(8 * place)), test, _fail(errno.EPERM))
    ]
    look.append(_step(RETURN, ALLOW))
    return [_step(IF_EQUAL, number, 0, len(look)), *look]


def _only_with(number: int, place: int, values: Iterable[int], error: int) -> list[bytes]:
    """Return steps that refuse a call unless an argument of 32 bits is one of some values."""
    look = [_step(LOAD, ARGUMENTS + 8 * place)]
    for value in values:
        look += [_step(IF_EQUAL, value, 0, 1), _step(RETURN, ALLOW)]
    look.append(_fail(error))
    return [_step(IF_EQUAL, number, 0, len(look)), *look]


def _fail(error: int) -> bytes:
    return _step(RETURN, FAIL | error)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
