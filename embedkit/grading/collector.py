"""Runs pytest with nbval, and writes down, cell by cell, how a replay fared.

This file is run by its path, as a process of its own. It imports nothing of embedkit, and so
starts without torch.

Each line of the events file is one JSON object. A cell's line is written before it runs and again
after it, so that the last line tells where a replay was cut off. nbval waits for ever on a kernel
that is gone; a thread watches for that and ends the process.

Where the events go, and where what a probe saw is taken from and kept, is read once from the plan
named in ``EMBEDKIT_PLAN``; the kernel never learns of it.
"""

import json
import os
import re
import shutil
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

# jsonschema would load this package, which takes more than a second, for a check of web addresses
# that no notebook needs. It does without where the package cannot be imported.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

import pytest  # noqa: E402
from nbval.plugin import IPyNbCell  # noqa: E402

SECONDS_BETWEEN_LOOKS = 0.2
MOST_OUTPUT = 2**20
"""How many characters of a cell's output are kept; what it prints beyond is dropped."""
MOST_WRITES = 2**30
"""The system counts bytes up to 2 ** 64, and then from 0: so many writes do not reach that."""
PLAN: dict[str, Any] = json.loads(Path(os.environ.pop("EMBEDKIT_PLAN")).read_text("utf-8"))
ANSI_CODE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def note(**event: Any) -> None:
    """Append one event to the file."""
    with Path(PLAN["events"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run one cell, and note how it went; stop after one that did not come to an end."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    kernel = item.parent.kernel.km.provisioner.pid
    note(cell=item.cell_num, outcome="started", kernel=kernel)
    if PLAN["weighed"] and item.cell_num == PLAN["first"]:
        PLAN["before"] = held(kernel, "VmRSS")
        PLAN["written"] = written(kernel)
    weighed = str(item.cell_num) in PLAN["weighed"]
    if weighed:
        begin_to_weigh(item.cell_num, kernel)
    finished = threading.Event()
    watch = threading.Thread(target=end_with_the_kernel, args=(item, finished), daemon=True)
    watch.start()
    drop_the_flood(item)
    try:
        return (yield)
    finally:
        finished.set()
        watch.join()
        ending: dict[str, Any] = outcome(item)
        if ending["outcome"] == "ok":
            ending |= keep_what_was_seen(item.cell_num)
            if weighed:  # only now, since what was kept may have been made until now
                ending |= what_was_taken(kernel)
        note(cell=item.cell_num, **ending)
        if ending["outcome"] in ("timeout", "died"):
            item.session.shouldstop = "no cell after this one can be run"


def end_with_the_kernel(item: IPyNbCell, finished: threading.Event) -> None:
    """Wait until the cell is finished; if its kernel is gone before, end this process."""
    while not finished.wait(SECONDS_BETWEEN_LOOKS):
        if not item.parent.kernel.is_alive():
            note(cell=item.cell_num, outcome="timeout" if item.parent.timed_out else "died")
            os._exit(1)


def drop_the_flood(item: IPyNbCell) -> None:
    """Let nbval see only the beginning of what a cell prints, so that memory holds it."""
    receive = item.parent.kernel.get_message
    seen = 0

    def get_kernel_message(timeout: float | None = None, stream: str = "iopub") -> Any:
        nonlocal seen
        while True:
            message = receive(stream, timeout=timeout)
            if message["msg_type"] not in ("stream", "display_data", "execute_result"):
                return message
            seen += len(str(message["content"]))
            if seen <= MOST_OUTPUT:
                return message

    item.parent.get_kernel_message = get_kernel_message


def begin_to_weigh(cell: int, kernel: int) -> None:
    """Let the system forget the kernel's peak so far, and only then show a probe its questions."""
    Path(f"/proc/{kernel}/clear_refs").write_text("5", encoding="ascii")
    sealed, place = PLAN["weighed"][str(cell)]
    shutil.copyfile(sealed, place)


def what_was_taken(kernel: int) -> dict[str, Any]:
    """Return how much a kernel has taken since its first cell, if the system still can tell."""
    more_written = written(kernel) - PLAN["written"]
    if more_written < 0 or figure(kernel, "io", "syscw") > MOST_WRITES:
        return {"outcome": "error", "name": "", "message": "it wrote more than can be counted"}
    return {"taken": held(kernel, "VmHWM") - PLAN["before"] + more_written}


def held(kernel: int, name: str) -> int:
    """Return how many bytes a kernel holds (``VmRSS``), or held at its peak (``VmHWM``)."""
    return 1024 * figure(kernel, "status", name)


def written(kernel: int) -> int:
    """Return how many bytes a kernel has written into files and pipes, which keep them for it."""
    return figure(kernel, "io", "wchar")


def figure(kernel: int, file: str, name: str) -> int:
    """Return a figure that the system tells of a kernel, in one of the files about it."""
    lines = Path(f"/proc/{kernel}/{file}").read_bytes().split(b"\n")  # a name may hold the others
    start = f"{name}:".encode()
    return next(int(line.split()[1]) for line in lines if line.startswith(start))


def keep_what_was_seen(cell: int) -> dict[str, str]:
    """Take what a probe left, once and only if it is of sane size, to where no answer reaches."""
    if str(cell) not in PLAN["probes"]:
        return {}
    drop, kept = (Path(path) for path in PLAN["probes"][str(cell)])
    if drop.is_symlink() or not drop.is_file():
        return {"outcome": "error", "name": "", "message": "nothing was written down"}
    if drop.stat().st_size > PLAN["largest_file"]:
        return {"outcome": "error", "name": "", "message": "it is too large"}
    shutil.copyfile(drop, kept)
    drop.unlink()
    return {}


def outcome(item: IPyNbCell) -> dict[str, str]:
    """Return how a cell ended: well, with an error, not in time, or with its kernel."""
    if item.parent.timed_out:
        return {"outcome": "timeout"}
    if not item.parent.kernel.is_alive():
        return {"outcome": "died"}
    for output in item.test_outputs or []:
        if output["output_type"] == "error":
            message = ANSI_CODE.sub("", str(output["evalue"]))[:2000]
            return {"outcome": "error", "name": str(output["ename"]), "message": message}
    return {"outcome": "ok"}


if __name__ == "__main__":
    sys.exit(pytest.main(sys.argv[1:], plugins=["nbval.plugin", sys.modules[__name__]]))
