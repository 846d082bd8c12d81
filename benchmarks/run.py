"""Runs every benchmark and writes what ran where, and what came out, into benchmarks/results.md:
between its markers, for what people wrote around them about single runs stays.

python -m benchmarks.run [--quick]
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_RESULTS = _HERE / "results.md"
_BEGIN, _END = "<!-- make bench: begin -->", "<!-- make bench: end -->"
_PACKAGES = ("aiohttp", "APScheduler", "SQLAlchemy", "uvloop", "msgspec", "tantivy", "rjieba")
_OTHERS = ("fault_matrix.py", "host_faults.py")
# The ratios and times that must hold, by benchmark: a figure and its bound.
_AT_LEAST = {
    "ratio_to_bare": 0.6,
    "p99_ratio_apscheduler": 30.0,
    "overtaken_share": 0.95,
    "ratio_best_queue": 2.5,
    "ratio_chromium_cpu": 1.2,
    "ratio_fts5_common": 5.0,
    "hit_at_10": 0.9,
    "topic_macro_f1": 0.8,
    "topic_macro_f1_cold": 0.8,
    "department_hit": 0.85,
    "intent": 0.9,
    "near_duplicate_precision": 0.99,
    "near_duplicate_recall": 0.99,
}
# where a benchmark has another bound for a figure of that name, or one of its own
_AT_LEAST_IN = {
    "bench_callback": {"ratio_to_bare": 0.4, "ratio_werobot": 1.0, "ratio_flask_wechatpy": 1.0}
}
_BELOW = {
    "single_p99_ms": 50.0,
    "idle_growth_mib": 50.0,
    "lost": 1,
    "double": 1,
    "duplicated": 1,
    "unknown_left": 1,
    "waiting": 1,
    "uneven": 1,
    "prediction_error": 0.1,
    "first_account_s": 1.0,
    "p99_ms_8_clients": 100.0,
    "hot_list_s": 1.0,
    "list_p95_ms": 200.0,
    "stream_p95_ms": 200.0,
    "first_visit_kb": 300.0,
    "first_paint_ms": 1000.0,
    "p99_ms": 500.0,  # of citizens' answers; others of that name are far below
}
# as above; a day's growth may be what a few samples of resident memory scatter by
_BELOW_IN = {
    "bench_soak": {
        "memory_growth_mib": 8.0,
        "memory_growth_percent": 2.0,
        "leaked_connections": 1,
        "leaked_files": 1,
        "leaked_tasks": 1,
        "leaked_threads": 1,
        "unfinished": 1,
        "owed": 1,
        "doubled": 1,
    }
}


def run_one(file: Path, arguments: Sequence[str]) -> dict[str, Any]:
    """The JSON object in the last line of a benchmark; the lines before it are shown."""
    command = [sys.executable, "-m", f"benchmarks.{file.stem}", *arguments]
    print(f"== {file.stem}", flush=True)
    finished = subprocess.run(command, cwd=_HERE.parent, stdout=subprocess.PIPE, text=True)
    print(finished.stdout, flush=True)
    if finished.returncode != 0:
        sys.exit(f"{file.stem} ended with {finished.returncode}")
    figures: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return figures


def missed(name: str, figures: Mapping[str, Any]) -> list[str]:
    """The bounds that the figures of a benchmark do not keep, in words."""
    bounds = _AT_LEAST | _AT_LEAST_IN.get(name, {})
    limits = _BELOW | _BELOW_IN.get(name, {})
    too_low = [f"{n} {figures[n]} < {b}" for n, b in bounds.items() if figures.get(n, b) < b]
    too_high = [f"{n} {figures[n]} ≥ {b}" for n, b in limits.items() if figures.get(n, 0.0) >= b]
    return too_low + too_high


def machine() -> list[str]:
    """What a reader needs to judge the figures by."""
    processor = platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        found = re.search(r"model name\s*:\s*(.+)", information.read_text())
        processor = found[1] if found else processor
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        f"{os.cpu_count()} × {processor}, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}",
        f"load average at the start: {load}",
    ]


def report(
    arguments: Sequence[str], about: Sequence[str], results: Mapping[str, Mapping[str, Any]]
) -> str:
    """The results as Markdown."""
    command = " ".join(["make bench", f"ARGS={' '.join(arguments)}" if arguments else ""]).strip()
    lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, `{command}`", ""]
    lines += [f"- {line}" for line in about]
    for name, figures in results.items():
        lines += ["", f"## {name}", "", "| figure | value |", "|---|---|"]
        lines += [f"| {figure} | {value} |" for figure, value in figures.items()]
        lines += ["", f"`{json.dumps(figures)}`"]
        lines += [f"\nOut of bounds: {text}" for text in missed(name, figures)]
    return "\n".join(lines) + "\n"


def put(text: str) -> None:
    """Put the results of all between the markers."""
    page = _RESULTS.read_text(encoding="utf-8")
    before, found, rest = page.partition(_BEGIN)
    _, ended, after = rest.partition(_END)
    if not found or not ended:
        sys.exit(f"{_RESULTS.name} has no markers {_BEGIN} and {_END}")
    _RESULTS.write_text(f"{before}{_BEGIN}\n\n{text}\n{_END}{after}", encoding="utf-8")


def main() -> None:
    arguments = sys.argv[1:]
    about = machine()
    files = [*sorted(_HERE.glob("bench_*.py")), *(_HERE / name for name in _OTHERS)]
    results = {file.stem: run_one(file, arguments) for file in files}
    put(report(arguments, about, results))
    print(f"written: {_RESULTS.relative_to(_HERE.parent)}")
    broken = [text for name, found in results.items() for text in missed(name, found)]
    if broken:
        sys.exit("; ".join(broken))


if __name__ == "__main__":
    main()
