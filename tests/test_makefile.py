"""What make runs."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here, as on Windows")
def test_make_bench_runs_each_benchmark_as_a_module():
    done = subprocess.run(
        ["make", "--dry-run", "bench"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    programs = [path.stem for path in (ROOT / "benchmarks").glob("*.py")]
    assert len(programs) > 5
    for name in programs:  # some import one another, which only a module of the folder can do
        assert f"-m benchmarks.{name} " in done.stdout
