"""Runs every benchmark and writes what ran where, and what came out, into benchmarks/results.md:
between its markers, for what people wrote around them about single runs stays. One that fails or
cannot run here is told of in its section; the others run all the same, and the exit code is 1.

    python -m benchmarks.run [--quick] [--only NAME …]
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import json
import os
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_RESULTS = _HERE / "results.md"
_BEGIN, _END = "<!-- make bench: begin -->", "<!-- make bench: end -->"
_PACKAGES = ("aiohttp", "APScheduler", "SQLAlchemy", "uvloop", "msgspec", "tantivy", "rjieba")
_OTHERS = ("fault_matrix", "host_faults")
_COMPLAINTS = 20  # lines of them that are shown
# The ratios and times that must hold, by benchmark: a figure and its bound.
_AT_LEAST = {
    "ratio_to_bare": 0.6,
    "p99_ratio_apscheduler": 30.0,
    "overtaken_share": 0.95,
    "ratio_best_queue": 2.5,
    "ratio_best_queue_2": 1.25,  # two processors for two workers, their database and Redis
    "ratio_celery_p99": 1.0,
    "ratio_postgres_common": 5.0,
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
    "bench_callback": {"ratio_to_bare": 0.5, "ratio_werobot": 1.0, "ratio_flask_wechatpy": 1.0}
}
_BELOW = {
    "single_p99_ms": 50.0,
    "idle_growth_mib": 50.0,
    "lost": 1,
    "double": 1,
    "duplicated": 1,
    "unknown_left": 1,
    "uneven": 1,
    "prediction_error": 0.1,
    "ratio_to_group_by_month": 8.0,
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
    "bench_scale": {"waiting": 1},
    "host_faults": {"waiting": 1},
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
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One benchmark: its figures, or why there are none. `load` is the machine's when it began."""

    figures: Mapping[str, Any]
    seconds: float
    load: float
    failure: str = ""


def run_one(name: str, arguments: Sequence[str]) -> Ran:
    """Run a benchmark, showing what it says. Whatever becomes of it, the others' turns come."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    print(f"== {name}", flush=True)
    load, begun = os.getloadavg()[0], time.monotonic()
    said, errors, code = _watched(command)
    failure, figures = "", _last_object(said)
    if code:
        reason = next((line for line in reversed(errors) if line.strip()), "no reason was given")
        failure = f"ended with {code}: {reason.strip()}"
        figures = None
    elif figures is None:
        failure = "its last line is no JSON object"
    if failure:
        print(f"{name} {failure}", file=sys.stderr, flush=True)
    seconds = time.monotonic() - begun
    return Ran(figures=figures or {}, seconds=seconds, load=load, failure=failure)


def _watched(command: Sequence[str]) -> tuple[list[str], list[str], int]:
    """The lines it printed, the last of those it complained with, and its exit code."""
    said = []
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(
            command, cwd=_HERE.parent, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                print(line, end="", flush=True)
                said.append(line)
        errors.seek(0)
        complained = errors.read().splitlines()[-_COMPLAINTS:]
    code = process.returncode
    if code:
        print("\n".join(complained), file=sys.stderr, flush=True)
    return said, complained, code


def _last_object(said: Sequence[str]) -> dict[str, Any] | None:
    with contextlib.suppress(IndexError, json.JSONDecodeError):
        found = json.loads(said[-1])
        if isinstance(found, dict):
            return found
    return None


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


def report(arguments: Sequence[str], about: Sequence[str], results: Mapping[str, Ran]) -> str:
    """The results as Markdown."""
    command = " ".join(["make bench", f"ARGS={' '.join(arguments)}" if arguments else ""]).strip()
    lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, `{command}`", ""]
    lines += [f"- {line}" for line in about]
    for name, ran in results.items():
        lines += [
            "",
            f"## {name}",
            "",
            f"{ran.seconds:.0f} s, load {ran.load:.1f} when it began",
            "",
        ]
        if ran.failure:
            lines += [f"**No figures**: it {ran.failure}"]
            continue
        lines += ["| figure | value |", "|---|---|"]
        lines += [f"| {figure} | {value} |" for figure, value in ran.figures.items()]
        lines += ["", f"`{json.dumps(ran.figures)}`"]
        lines += [f"\nOut of bounds: {text}" for text in missed(name, ran.figures)]
    return "\n".join(lines) + "\n"


def put(text: str) -> None:
    """Put the results of all between the markers."""
    page = _RESULTS.read_text(encoding="utf-8")
    before, found, rest = page.partition(_BEGIN)
    _, ended, after = rest.partition(_END)
    if not found or not ended:
        sys.exit(f"{_RESULTS.name} has no markers {_BEGIN} and {_END}")
    _RESULTS.write_text(f"{before}{_BEGIN}\n\n{text}\n{_END}{after}", encoding="utf-8")


def complaints(results: Mapping[str, Ran]) -> list[str]:
    """What failed, and what is out of bounds."""
    failed = [f"{name} {ran.failure}" for name, ran in results.items() if ran.failure]
    found = [f"{name}: {one}" for name, ran in results.items() for one in missed(name, ran.figures)]
    return failed + found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="each within 50 s")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these; nothing is written")
    options = parser.parse_args()
    arguments = ["--quick"] if options.quick else []
    about = machine()
    known = [*sorted(file.stem for file in _HERE.glob("bench_*.py")), *_OTHERS]
    if unknown := set(options.only or ()) - set(known):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    results: dict[str, Ran] = {}
    for name in options.only or known:
        results[name] = run_one(name, arguments)
        if not options.only:  # also of a run that is ended before its time
            put(report(arguments, about, results))
    if not options.only:
        print(f"written: {_RESULTS.relative_to(_HERE.parent)}")
    if broken := complaints(results):
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
