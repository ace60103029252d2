"""What Lighthouse says of the longest lesson, on a desktop and on a phone.

The built book is served compressed, as GitHub Pages does, and judged several times, because the
time that a page takes swings with the machine's load. The run with the median performance counts.

It needs Node and Lighthouse 12, which are no part of the course, and Chromium:

    npm install --prefix /tmp/lighthouse lighthouse@12
    PATH="/tmp/lighthouse/node_modules/.bin:$PATH" python benchmarks/lighthouse.py

It writes ``benchmarks/results/pages/lighthouse.json``, and nothing where Lighthouse is missing.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.machine import machine  # noqa: E402
from embedkit.authoring.pdf import find_browser  # noqa: E402
from embedkit.authoring.serve import book_server  # noqa: E402

RESULT = ROOT / "benchmarks" / "results" / "pages" / "lighthouse.json"
BOOK = ROOT / "_build" / "html"
RUNS = 3
DEVICES = {"desktop": ["--preset=desktop"], "mobile": []}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run"
TIMES = {
    "first_contentful_paint_ms": "first-contentful-paint",
    "largest_contentful_paint_ms": "largest-contentful-paint",
    "total_blocking_time_ms": "total-blocking-time",
    "layout_shift": "cumulative-layout-shift",
    "bytes": "total-byte-weight",
}


def longest_lesson() -> str:
    """Return the address of the lesson with the largest page, from the book's root on."""
    lessons = (BOOK / "chapters").glob("[0-9][0-9]_*.html")
    longest = max(lessons, key=lambda path: path.stat().st_size)
    return longest.relative_to(BOOK).as_posix()


def judge(program: str, browser: str, url: str, options: list[str]) -> dict[str, Any]:
    """Run Lighthouse once, and return its report."""
    command = [program, url, *options, "--quiet", "--output=json", f"--chrome-flags={FLAGS}"]
    environment = {**os.environ, "CHROME_PATH": browser}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=300)
    report: dict[str, Any] = json.loads(done.stdout)
    if "runtimeError" in report:
        raise RuntimeError(report["runtimeError"]["message"])
    return report


def summary(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the scores and times of the run with the median performance, and all runs' scores."""
    reports = sorted(reports, key=lambda report: report["categories"]["performance"]["score"])
    median = reports[len(reports) // 2]
    return {
        "scores": {name: percent(category) for name, category in median["categories"].items()},
        "performance_of_all_runs": [percent(r["categories"]["performance"]) for r in reports],
        **{
            name: round(median["audits"][audit]["numericValue"], 3) for name, audit in TIMES.items()
        },
        "speed_of_the_machine": median["environment"]["benchmarkIndex"],
    }


def percent(category: dict[str, Any]) -> int:
    """Return a score as Lighthouse shows it."""
    return round(100 * category["score"])


def main() -> None:
    """Judge the longest lesson on each device, and write down the scores."""
    program = shutil.which("lighthouse")
    browser = find_browser()
    if program is None or browser is None or not BOOK.is_dir():
        print("It takes Lighthouse, Chromium and the built book; see the top of this file.")
        return
    about = machine()
    server = book_server(0, BOOK)

    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = longest_lesson()
    url = f"http://127.0.0.1:{server.server_address[1]}/{page}"
    found: dict[str, list[dict[str, Any]]] = {}
    for device, options in DEVICES.items():
        found[device] = [judge(program, browser, url, options) for _ in range(RUNS)]
    some = found["desktop"][0]
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": about,
        "lighthouse": some["lighthouseVersion"],
        "browser": some["environment"]["hostUserAgent"],
        "page": page,
        "devices": {device: summary(reports) for device, reports in found.items()},
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for device, one in result["devices"].items():
        print(device, one["scores"])


if __name__ == "__main__":
    main()
