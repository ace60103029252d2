"""A notebook kernel behind a fence: ``python -m embedkit.fence settings.json -f connection``.

The settings name the folders that may be read, changed, or not be seen at all, and the largest
file that may be written.
"""

import builtins
import ctypes
import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.utils.text import SList
from tornado.ioloop import IOLoop

from embedkit.fence import landlock, seccomp, undo

SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/bin", "/sys", "/proc", "/nix")
SETTINGS = tuple(
    f"/etc/{name}"
    for name in (
        *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "nsswitch.conf", "passwd"),
        *("group", "hosts", "host.conf", "resolv.conf", "gai.conf", "services", "protocols"),
        *("localtime", "timezone", "locale.alias", "locale.conf", "os-release", "mime.types"),
        *("ssl/certs", "ssl/openssl.cnf", "ssl/cert.pem", "ca-certificates", "crypto-policies"),
        *("pki/tls/certs", "pki/tls/cert.pem", "pki/tls/openssl.cnf", "fonts"),
        *("python3", "OpenCL"),
    )
)
"""What programs read of the system's settings. The rest may hold passwords, and root may read them;
what is not there needs no rule."""
MOST_OPEN_FILES = 1024
MOST_ADDRESSES = 64 * 2**30
"""The system keeps a list of addresses, which no limit of memory counts: 1 byte in 512."""
MMAP_THRESHOLD = -3
"""What glibc calls this setting, in ``malloc.h``."""
LARGE_PIECE = 2**18
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/shm")


class Kernel(IPythonKernel):
    """A kernel that undoes what answers did to their surroundings, before it asks one of them."""

    def before_a_probe(self) -> None:
        """Do nothing, until the kernel starts."""

    def do_execute(self, code: str, *arguments: Any, **options: Any) -> Any:
        """Run a cell."""
        if code.startswith("# probe"):
            with suppress(Exception):  # or the kernel would end
                self.before_a_probe()
        return super().do_execute(code, *arguments, **options)


class FencedKernel(IPKernelApp):
    """A kernel that closes the fence behind itself, just before its first cell."""

    fence: dict[str, Any]
    walled = False

    def init_heartbeat(self) -> None:
        """Let no thread answer whoever asks if the kernel lives: whoever marks sees the process."""

    def start(self) -> None:
        """Serve cells, from behind the fence."""
        put_back = undo.remember()
        called = self.kernel.shell.events.callbacks

        def before_a_probe() -> None:
            called["pre_execute"].clear()
            called["pre_run_cell"].clear()
            put_back()

        self.kernel.before_a_probe = before_a_probe
        self.kernel.shell.system = start_no_program
        self.kernel.shell.getoutput = start_no_program
        IOLoop.current()  # the kernel's loop, which makes sockets that are refused from here on
        if self.walled:
            seccomp.allow_usual_calls_only()
        private_guard()(
            readable=self.fence["readable"],
            writable=self.fence["writable"],
            hidden=self.fence["hidden"],
        )
        super().start()


def start_no_program(command: str, *arguments: Any, **options: Any) -> SList:
    """Say that a program is not started; in a notebook, none stops a cell, whatever it does."""
    print(f"(Nothing is started here: {command})")
    return SList()


def private_guard() -> Callable[..., None]:
    """Return ``stand_guard`` from a copy of its module to which no name leads."""
    path = Path(__file__).with_name("guard.py")
    own = {"__builtins__": dict(vars(builtins)), "__name__": "guard"}
    exec(compile(path.read_text(encoding="utf-8"), "guard", "exec"), own)
    return own["stand_guard"]  # type: ignore[return-value]


def limit_files(largest: int) -> None:
    """Refuse to write files above a size, and to map more than any answer needs, if possible."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_OPEN_FILES, MOST_OPEN_FILES))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))


def be_the_first_to_go() -> None:
    """Let Linux end this process before the one that marks, should memory run out."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def give_large_pieces_back() -> None:
    """Let glibc return memory in large pieces to the system as soon as it is freed.

    Otherwise it keeps it in one heap, where each small piece that is still used stands in the way
    of the large ones around it, and an answer seems to hold what it let go of.
    """
    with suppress(AttributeError, OSError):  # not glibc
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, LARGE_PIECE)


def remove_folders_by_their_names() -> None:
    """Let ``rmtree`` name whole paths, which can be judged, and not what lies in an open folder."""
    shutil._use_fd_functions = False  # type: ignore[attr-defined]


def main(settings: str, *arguments: str) -> None:
    """Run the kernel."""
    fence = json.loads(Path(settings).read_text(encoding="utf-8"))
    os.chdir(fence["work"])
    limit_files(fence["largest_file"])
    remove_folders_by_their_names()
    if sys.platform == "linux":
        give_large_pieces_back()
        be_the_first_to_go()
    if landlock.shut_in(
        readable=[*SYSTEM_FOLDERS, *SETTINGS, *DEVICES, *fence["readable"]],
        writable=["/dev/null", "/dev/tty", *fence["writable"]],
        hidden=fence["hidden"],
    ):
        seccomp.give_up_rights()
        FencedKernel.walled = seccomp.refuse_calls()
    FencedKernel.fence = fence
    FencedKernel.launch_instance(argv=list(arguments), kernel_class=Kernel)


if __name__ == "__main__":
    main(*sys.argv[1:])
