"""Running cells with nbval in a process of their own, with a limit that holds whatever they do."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_notebook

from embedkit.grading.kernels import kernel_environment
from embedkit.grading.notebooks import notebook_bytes

STARTUP_SECONDS = 120.0
"""How long pytest and a notebook kernel may take to start on a busy machine."""
GRACE_SECONDS = 15.0
"""How long nbval may take, past a cell's own limit, to interrupt it and say so."""
SECONDS_BETWEEN_LOOKS = 0.05


@dataclass(frozen=True)
class CellRun:
    """How one cell ended: ``ok``, ``error``, ``timeout``, ``died`` or ``not run``."""

    outcome: str = "not run"
    name: str = ""
    message: str = ""

    @property
    def stopped_the_rest(self) -> bool:
        """Whether no cell after it could run."""
        return self.outcome in ("timeout", "died")


class ReplayError(Exception):
    """The replay could not even start; the message says why."""


def run_cells(sources: Sequence[str], folder: Path, seconds: float) -> list[CellRun]:
    """Run code cells in order in one fresh kernel, and return how each ended.

    Args:
        sources: the code of each cell.
        folder: an empty folder to work in.
        seconds: how long one cell may take.

    Raises:
        ReplayError: if the kernel does not start.
    """
    sheet = folder / "work" / "sheet.ipynb"
    sheet.parent.mkdir()
    sheet.write_bytes(notebook_bytes(new_notebook(cells=[new_code_cell(s) for s in sources])))
    settings = folder / "pytest.ini"
    settings.write_text("[pytest]\n", encoding="utf-8")
    events = folder / "events.jsonl"
    events.touch()
    log = folder / "pytest.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(sheet, settings, seconds),
            cwd=folder,
            env=_environment(folder, events),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            cut_off = not _wait(process, events, seconds)
        finally:
            _end(process, events)
    runs = _read_runs(events, len(sources), cut_off)
    if sources and runs[0].outcome == "not run":
        raise ReplayError(_last_line(log))
    return runs


def _command(sheet: Path, settings: Path, seconds: float) -> list[str]:
    return [
        *(sys.executable, "-P", str(Path(__file__).with_name("collector.py")), str(sheet)),
        *("-c", str(settings), "--rootdir", str(settings.parent), "--noconftest"),
        *("-p", "no:cacheprovider", "--color=no", "--tb=line", "-q"),
        *("--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={seconds}"),
        f"--nbval-kernel-startup-timeout={STARTUP_SECONDS:.0f}",
    ]


def _environment(folder: Path, events: Path) -> dict[str, str]:
    return kernel_environment(folder / "ipython") | {
        "EMBEDKIT_EVENTS": str(events),
        "OMP_NUM_THREADS": "2",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def _wait(process: subprocess.Popen[bytes], events: Path, seconds: float) -> bool:
    """Wait for the end; return False if it did not come, because nothing moved for too long."""
    size = 0
    allowed = STARTUP_SECONDS
    last_moved = time.monotonic()
    while process.poll() is None:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        if events.stat().st_size != size:
            size = events.stat().st_size
            allowed = seconds + GRACE_SECONDS
            last_moved = time.monotonic()
        elif time.monotonic() - last_moved > allowed:
            return False
    return True


def _end(process: subprocess.Popen[bytes], events: Path) -> None:
    """End the replay and its kernel, which leads a process group of its own."""
    kernels = {event["kernel"] for event in _read_events(events) if "kernel" in event}
    for leader in (process.pid, *kernels):
        if isinstance(leader, int) and leader > 1:
            _kill_group(leader)
    process.wait()


def _kill_group(leader: int) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(leader)], capture_output=True)
        else:
            os.killpg(leader, signal.SIGKILL)


def _read_events(events: Path) -> list[dict[str, Any]]:
    found = []
    for line in events.read_text(encoding="utf-8", errors="replace").splitlines():
        with suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict):
                found.append(event)
    return found


def _read_runs(events: Path, count: int, cut_off: bool) -> list[CellRun]:
    """Return how each cell ended; one that was started and never ended was cut off."""
    runs = [CellRun()] * count
    for event in _read_events(events):
        cell, outcome = event.get("cell"), event.get("outcome")
        if not isinstance(cell, int) or not 0 <= cell < count:
            continue
        if outcome == "started":
            outcome = "timeout" if cut_off else "died"
        if outcome in ("ok", "error", "timeout", "died"):
            texts = (str(event.get(key, "")) for key in ("name", "message"))
            runs[cell] = CellRun(outcome, *texts)
    return runs


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"the notebook kernel did not start: {lines[-1] if lines else 'no reason was given'}"
