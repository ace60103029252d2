"""Calls that reach other processes are refused, and what honest code calls is not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from embedkit.fence import landlock, seccomp

REFUSED = {
    "split off": "os.fork()",
    "signal": "os.kill(os.getppid(), 0)",
    "signal a group": "os.kill(0, 0)",
    "limit": "resource.prlimit(os.getppid(), resource.RLIMIT_CORE)",
    "connect": "socket.socket(socket.AF_UNIX).connect('/run/nothing')",
    "hoard": "os.memfd_create('x')",
    "share memory": "mmap.mmap(-1, 4096)",
    "read a file's memory": "mmap.mmap(os.open(sys.executable, 0), 0, access=mmap.ACCESS_READ)",
    "share a file's memory": "x = open(sys.argv[1] + '/x', 'w+b', 0); x.write(b'x'); "
    "mmap.mmap(x.fileno(), 0)",
    "page out": "mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).madvise(21)",
    "empty a file to read it": "os.open(sys.argv[1] + '/x', os.O_CREAT | os.O_TRUNC)",
    "huge pages": "mmap.mmap(-1, 2**21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)",
}
FINE = {
    "threads": "t = threading.Thread(target=print); t.start(); t.join()",
    "its own limits": "resource.getrlimit(resource.RLIMIT_CORE)",
    "a signal to itself": "os.kill(os.getpid(), 0); signal.raise_signal(signal.SIGURG)",
    "a pair of sockets": "socket.socketpair()",
    "memory of its own": "mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)",
    "a file to read": "mmap.mmap(os.open(sys.executable, 0), 0, mmap.MAP_PRIVATE, mmap.PROT_READ)",
    "a file to read and one to write": "os.open(sys.executable, 0); open(sys.argv[1] + '/x', 'w')",
    "torch in threads": "import torch; torch.ones(500, 500) @ torch.ones(500, 500)",
}
NOT_USUAL = {
    "a socket": "socket.socket()",
    "a socket to the system": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "a pair of sockets": "socket.socketpair()",
    "a timer in a file": "native.timerfd_create(1, 0) < 0 and stop()",
    "pages moved to a pipe": "os.splice(os.open(sys.executable, 0), os.pipe()[1], 10)",
    "a file's marks": "fcntl.ioctl(os.open(sys.executable, 0), 0x40086602, bytes(8))",
    "a lock on a file": "fcntl.lockf(os.open(sys.executable, 0), fcntl.LOCK_SH)",
    "a file that is cut by its name": "os.truncate(sys.argv[1], 0)",
    "a call that is new": "native.syscall(469, -100, b'/tmp', bytes(24), 24, 0) < 0 and stop()",
}
START = """
import ctypes, fcntl, mmap, os, resource, signal, socket, sys, threading
native = ctypes.CDLL(None, use_errno=True)
def stop(): raise OSError(ctypes.get_errno(), "")
from embedkit.fence import landlock, seccomp
assert landlock.shut_in(readable=["/"], writable=[sys.argv[1]]) and seccomp.refuse_calls()
"""

pytestmark = pytest.mark.skipif(
    not landlock.available() or not seccomp.known_machine(), reason="there is no such fence here"
)


def run_fenced(code: str, folder: object) -> str:
    command = [sys.executable, "-c", START + code, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else "well"


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_reaches_others_is_refused(call: str, tmp_path):
    assert "PermissionError: [Errno 1]" in run_fenced(call, tmp_path)


@pytest.mark.parametrize("code", FINE.values(), ids=FINE)
def test_what_answers_need_works(code: str, tmp_path):
    assert run_fenced(code, tmp_path) == "well"


@pytest.mark.parametrize("code", NOT_USUAL.values(), ids=NOT_USUAL)
def test_once_a_cell_begins_what_is_not_usual_is_refused(code: str, tmp_path):
    told = run_fenced(f"assert seccomp.allow_usual_calls_only(); {code}", tmp_path)
    assert re.search(r"Errno (1|22|25|38)\]", told)


@pytest.mark.parametrize("name", [name for name in FINE if name not in NOT_USUAL])
def test_once_a_cell_begins_what_answers_need_works_still(name: str, tmp_path):
    told = run_fenced(f"assert seccomp.allow_usual_calls_only(); {FINE[name]}", tmp_path)
    assert told == "well"


def test_what_is_hidden_in_a_readable_folder_cannot_be_read(tmp_path):
    for name in ("open/shown", "open/inner/hidden/secret", "open/inner/beside"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "open" / "link").symlink_to(tmp_path / "open" / "inner" / "hidden")
    start = f"""
from pathlib import Path
from embedkit.fence import landlock
place = Path({str(tmp_path / "open")!r})
assert landlock.shut_in([str(place)], [], [str(place / "inner" / "hidden")])
assert (place / "shown").read_text() and (place / "inner" / "beside").read_text()
for way in ("inner/hidden/secret", "link/secret"):
    try:
        print((place / way).read_text())
    except PermissionError:
        pass
"""
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=True)
    assert not done.stdout


def test_the_rights_of_files_stay_as_they_are(tmp_path):
    path = tmp_path / "file"
    path.touch()
    before = path.stat().st_mode
    assert run_fenced(f"os.chmod({str(path)!r}, 0)", tmp_path) == "well"
    assert path.stat().st_mode == before


@pytest.mark.parametrize("column", [0, 1])
def test_no_call_is_named_twice(column: int):
    groups = (seccomp.USUAL, seccomp.decided())
    groups += (seccomp.NETWORK, seccomp.WITHOUT_ADDRESS)
    numbers = [pair[column] for group in groups for pair in group.values() if pair[column]]
    assert len(numbers) == len(set(numbers))


HEADERS = (
    Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    Path("/usr/include/asm-generic/unistd.h"),
)
"""Where Linux says which number a call has: on x86-64, and on aarch64."""


@pytest.mark.parametrize("column", [0, 1])
def test_the_calls_have_the_numbers_that_linux_gives_them(column: int) -> None:
    if not HEADERS[column].is_file():
        pytest.skip("the headers of Linux are not installed here")
    defined = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", HEADERS[column].read_text())
    numbers = {name: int(number) for name, number in defined}
    tables = (
        *(seccomp.USUAL, seccomp.decided()),
        *(seccomp.NETWORK, seccomp.WITHOUT_ADDRESS, {"seccomp": seccomp.SECCOMP}),
    )
    tables += ({name: pair for name, (pair, *_) in seccomp.CONTROL.items()},)
    listed = {name: pair[column] for table in tables for name, pair in table.items()}
    known = {name: number for name, number in listed.items() if name in numbers}
    assert len(known) > 150
    assert known == {name: numbers[name] for name in known}
