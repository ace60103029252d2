"""Runs pytest with nbval, and writes down, cell by cell, how a replay fared.

This file is run by its path, as a process of its own. It imports nothing of embedkit, and so
starts without torch.

Each line of the file named in ``EMBEDKIT_EVENTS`` is one JSON object. A cell's line is written
before it runs and again after it, so that the last line tells where a replay was cut off. nbval
waits for ever on a kernel that is gone; a thread watches for that and ends the process.
"""

import json
import os
import re
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from nbval.plugin import IPyNbCell

SECONDS_BETWEEN_LOOKS = 0.2
ANSI_CODE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def note(**event: Any) -> None:
    """Append one event to the file."""
    with Path(os.environ["EMBEDKIT_EVENTS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run one cell, and note how it went; stop after one that did not come to an end."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    note(cell=item.cell_num, outcome="started", kernel=item.parent.kernel.km.provisioner.pid)
    finished = threading.Event()
    watch = threading.Thread(target=end_with_the_kernel, args=(item, finished), daemon=True)
    watch.start()
    try:
        return (yield)
    finally:
        finished.set()
        watch.join()
        ending = outcome(item)
        note(cell=item.cell_num, **ending)
        if ending["outcome"] in ("timeout", "died"):
            item.session.shouldstop = "no cell after this one can be run"


def end_with_the_kernel(item: IPyNbCell, finished: threading.Event) -> None:
    """Wait until the cell is finished; if its kernel is gone before, end this process."""
    while not finished.wait(SECONDS_BETWEEN_LOOKS):
        if not item.parent.kernel.is_alive():
            note(cell=item.cell_num, outcome="timeout" if item.parent.timed_out else "died")
            os._exit(1)


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
