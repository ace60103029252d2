"""A process that has imported what each replay needs, and splits one off whenever it is asked.

To import torch, IPython and nbval takes longer than to run most sheets. A process that splits off
(``fork``) starts with all of it in place. This file is run by its path; it imports nothing of
embedkit, and it calls nothing of torch, whose threads would not survive the split.

For each byte that comes in, one replay is split off. The first thing that a replay does is to
split off the kernel-to-be, which so has seen nothing of what the replay is told next: one line of
JSON with its command, its folder, its environment and its log.
"""

import ctypes
import gc
import importlib
import json
import os
import random
import runpy
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import jupyter_client.provisioning.local_provisioner as provisioner
import numpy
import torch

NEEDED_LATER = (
    *("pytest", "nbval.plugin", "nbformat.v4", "IPython.core.completer"),
    *("ipykernel.ipkernel", "ipykernel.kernelapp"),
    *("psutil", "tornado.platform.asyncio", "numpy.ctypeslib", "safetensors.torch", "jaxtyping"),
    *("torch._dynamo", "torch.optim", "torch.utils._device"),
)
"""What a replay, its kernel and most sheets import; ``torch._dynamo`` comes with any optimiser."""
TOO_SLOW = "rfc3987_syntax"
"""As in the collector: this takes more than a second, for a check that is not needed."""

MOST_OF_A_REQUEST = 2**20
END_WITH_PARENT = 1
"""What Linux calls this setting of a process, in ``prctl.h``."""


def main() -> None:
    """Split off a replay for each byte that comes in, and wait until it has ended."""
    end_with_the_parent()
    sys.modules[TOO_SLOW] = None  # type: ignore[assignment]
    for name in NEEDED_LATER:
        importlib.import_module(name)
    gc.freeze()
    while os.read(0, 1):
        replay = split_off(run_a_replay)
        os.write(1, f"{replay}\n".encode())
        os.waitpid(replay, 0)


def split_off(work: Callable[..., None], *arguments: Any) -> int:
    """Return the id of a new process, which leads a group of its own, does some work and ends."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        end_with_the_parent()
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        work(*arguments)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def end_with_the_parent() -> None:
    """Let Linux end this process as soon as the one that started it is gone, however that went."""
    ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL)


def run_a_replay() -> None:
    """Run the collector as a process of its own would, but for the kernel it starts."""
    ours, theirs = socket.socketpair()
    kernel = split_off(become_a_kernel, theirs, ours)
    theirs.close()
    request = json.loads(read_line(0))
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    connect(os.open(os.devnull, os.O_RDONLY), log, log)

    def launch_kernel(command: list[str], **settings: Any) -> Kernel:
        order = {"command": command, "folder": settings["cwd"], "environment": settings["env"]}
        ours.sendall(json.dumps(order).encode() + b"\n")
        return Kernel(kernel)

    provisioner.launch_kernel = launch_kernel  # type: ignore[assignment, attr-defined]
    settle(request)
    collector, *arguments = request["command"]
    sys.argv = [collector, *arguments]
    runpy.run_path(collector, run_name="__main__")


def become_a_kernel(order_pipe: socket.socket, other_end: socket.socket) -> None:
    """Wait for an order, forget all else, and run ``python -P -m module arguments``."""
    other_end.close()
    nothing = os.open(os.devnull, os.O_RDWR)
    connect(nothing, nothing, nothing)
    line = read_line(order_pipe.fileno())
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    if line:
        order = json.loads(line)
        settle(order)
        _, _, _, module, *arguments = order["command"]
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


class Kernel:
    """A kernel as jupyter_client knows it: what it uses of :class:`subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        return self._reap(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until it has ended, and return the exit code."""
        return self._reap(0)

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _reap(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def read_line(descriptor: int) -> str:
    """Return the next line that comes in, byte by byte, so that nothing behind it is taken."""
    line = bytearray()
    while (byte := os.read(descriptor, 1)) not in (b"", b"\n") and len(line) < MOST_OF_A_REQUEST:
        line += byte
    return line.decode()


def connect(*descriptors: int) -> None:
    """Make open files this process's input, output and errors."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)


def settle(where: dict[str, Any]) -> None:
    """Take on a folder and an environment as a new process would."""
    ours, theirs = (
        [folder for folder in environment.get("PYTHONPATH", "").split(os.pathsep) if folder]
        for environment in (os.environ, where["environment"])
    )
    sys.path[: len(ours)] = theirs
    os.environ.clear()
    os.environ.update(where["environment"])
    os.chdir(where["folder"])
    tempfile.tempdir = None
    for reseed in (random.seed, numpy.random.seed, torch.seed):
        reseed()


if __name__ == "__main__":
    main()
