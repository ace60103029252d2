"""Running cells with nbval in a process of their own, with a limit that holds whatever they do."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from nbformat.v4 import new_code_cell, new_notebook

from embedkit.grading.notebooks import notebook_bytes
from embedkit.grading.processes import runs, start
from embedkit.grading.replay import Step
from embedkit.grading.surroundings import KERNEL, Surroundings, empty
from embedkit.grading.watch import (
    Limits,
    end,
    end_headless,
    family,
    memory_of,
    size_of,
    size_of_nameless,
    threads_of,
)

STARTUP_SECONDS = 120.0
"""How long pytest and a notebook kernel may take to start on a busy machine."""
GRACE_SECONDS = 15.0
"""How long nbval may take, past a cell's own limit, to interrupt it and say so."""
SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_BETWEEN_COUNTS = 0.5
ENDINGS = ("timeout", "died", "memory", "disk", "threads", "deadline")
"""How a cell can end so that no cell after it can run."""


@dataclass(frozen=True)
class CellRun:
    """How one cell ended.

    ``ok``, ``error``, ``timeout``, ``died``, ``memory``, ``disk`` or ``threads`` if it took too
    much of it, ``deadline`` if the whole sheet took too long, or ``not run``.

    ``taken`` says of a probe that is weighed how many bytes more the kernel held at its peak than
    before the learner's first cell.
    """

    outcome: str = "not run"
    name: str = ""
    message: str = ""
    taken: int | None = None

    @property
    def stopped_the_rest(self) -> bool:
        """Whether no cell after it could run."""
        return self.outcome in ENDINGS


class ReplayError(Exception):
    """The replay could not even start; the message says why."""


def run_cells(
    steps: Sequence[Step], kept: Mapping[str, Path], place: Surroundings, limits: Limits
) -> list[CellRun]:
    """Run cells in order in one fresh kernel, and return how each ended.

    Args:
        steps: the cells.
        kept: where to keep what the probe of a task saw, by the task's number.
        place: the folders to work in.
        limits: what the cells may take.

    Raises:
        ReplayError: if the kernel does not start.
    """
    place.make(limits)
    sheet = place.folder / "sheet.ipynb"
    cells = [new_code_cell(step.source) for step in steps]
    sheet.write_bytes(notebook_bytes(new_notebook(cells=cells)))
    settings = place.folder / "pytest.ini"
    settings.write_text("[pytest]\n", encoding="utf-8")
    events = place.folder / "events.jsonl"
    events.touch()
    probes = {
        i: [str(step.drop), str(kept[step.probes])] for i, step in enumerate(steps) if step.drop
    }
    weighed = {
        i: [str(step.sealed), str(place.shared.questions / step.sealed.name)]
        for i, step in enumerate(steps)
        if step.sealed
    }
    details = {
        "events": str(events),
        "probes": probes,
        "weighed": weighed,
        "first": next((i for i, step in enumerate(steps) if step.place), -1),
        "largest_file": limits.largest_file,
    }
    plan = place.folder / "plan.json"
    plan.write_text(json.dumps(details), encoding="utf-8")
    log = place.folder / "pytest.log"
    command = _command(sheet, settings, limits.seconds)
    environment = place.environment() | {"EMBEDKIT_PLAN": str(plan)}
    process = start(command, place.folder, environment, log)
    try:
        cut_off = _wait(process, events, place, limits)
    finally:
        _end(process, events)
        empty(place.shared.drop)
    ended = _read_runs(events, len(steps), cut_off)
    if steps and ended[0].outcome == "not run":
        raise ReplayError(_last_line(log))
    return ended


def _command(sheet: Path, settings: Path, seconds: float) -> list[str]:
    return [
        *(str(Path(__file__).with_name("collector.py")), str(sheet)),
        *("-c", str(settings), "--rootdir", str(settings.parent), "--noconftest"),
        *("-p", "no:cacheprovider", "--color=no", "--tb=line", "-q"),
        *("--nbval-lax", f"--nbval-kernel-name={KERNEL}", f"--nbval-cell-timeout={seconds}"),
        f"--nbval-kernel-startup-timeout={STARTUP_SECONDS:.0f}",
    ]


def _wait(process: psutil.Process, events: Path, place: Surroundings, limits: Limits) -> str:
    """Wait for the end; return what cut the replay off, one of :data:`ENDINGS`, or nothing.

    ``timeout`` means that nothing moved for too long.
    """
    size = 0
    allowed = STARTUP_SECONDS
    last_moved = last_counted = time.monotonic()
    members = family([process.pid])
    while runs(process):
        time.sleep(SECONDS_BETWEEN_LOOKS)
        now = time.monotonic()
        end_headless(members)
        if memory_of(members) > limits.memory:
            return "memory"
        if threads_of(members) > limits.threads:
            return "threads"
        if size and now > place.shared.deadline:
            return "deadline"
        if now - last_counted > SECONDS_BETWEEN_COUNTS:
            last_counted = now
            members = family([process.pid])
            folders = (place.folder, place.shared.drop)
            written = sum(size_of(folder, limits.disk) for folder in folders)
            written += size_of_nameless(members, folders, limits.largest_file)  # removed meanwhile
            if written > limits.disk:
                return "disk"
        if events.stat().st_size != size:
            size = events.stat().st_size
            allowed = limits.seconds + GRACE_SECONDS
            last_moved = now
        elif now - last_moved > allowed:
            return "timeout"
    return ""


def _end(process: psutil.Process, events: Path) -> None:
    """End the replay, its kernel, which leads a process group of its own, and all they started."""
    kernels = {event["kernel"] for event in _read_events(events) if "kernel" in event}
    leaders = [leader for leader in (process.pid, *kernels) if isinstance(leader, int)]
    members = family(leaders)
    for leader in leaders:
        if leader > 1:
            _kill_group(leader)
    end(members)
    with suppress(psutil.TimeoutExpired):
        process.wait(GRACE_SECONDS)


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


def _read_runs(events: Path, count: int, cut_off: str) -> list[CellRun]:
    """Return how each cell ended; one that was started and never ended was cut off."""
    ended = [CellRun()] * count
    for event in _read_events(events):
        cell, outcome = event.get("cell"), event.get("outcome")
        if not isinstance(cell, int) or not 0 <= cell < count:
            continue
        if outcome == "started":
            outcome = cut_off or "died"
        if outcome in ("ok", "error", *ENDINGS):
            name, message = (str(event.get(key, "")) for key in ("name", "message"))
            taken = event.get("taken")
            ended[cell] = CellRun(outcome, name, message, taken if isinstance(taken, int) else None)
    return ended


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"the notebook kernel did not start: {lines[-1] if lines else 'no reason was given'}"
