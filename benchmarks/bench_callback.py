"""The WeChat endpoint in secure mode, with storing and deduplication, beside servers that forget.

Each server answers the same menu question to the same sealed and signed callbacks (`callbacks/`),
a fifth of them delivered two or three times, overlapping; wrk delivers over 64 connections. In
each round the servers run one after the other, so that all see the same machine; a ratio is the
median of the rounds' ratios. The hub keeps every message durably (SQLite, synchronous=FULL) before
it answers: afterwards each message that got its answer must be there (`lost`) and must have been
answered once (`double`). `…_cpu_us` is the CPU of the server's whole process per callback, which a
busy machine disturbs less than rates.

Then the endpoint is asked what citizens ask, over 32 connections, and the whole engine answers from
100,000 items (`bench_asking.py`; 5,000 in a quick run): `answers_per_s` and `p99_ms` are of that.

    python -m benchmarks.bench_callback [--quick] [--rounds 3] [--seconds 8]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks import bench_asking
from benchmarks.callbacks.load import Load, Run, drive, find_wrk
from benchmarks.callbacks.serving import ROOT, Server, cpu_s, running

_OTHERS = ROOT / ".venv-others" / "bin" / "python"
_CONNECTIONS = 64
_MOST_PER_S = 6_000  # callbacks are made ahead for the fastest server there may be
_QUESTION = "菜单"


def servers() -> tuple[Server, ...]:
    ours = (sys.executable, "-m", "benchmarks.callbacks.ours")
    others, place = str(_OTHERS), ROOT / "benchmarks" / "callbacks"
    return (
        Server("bare", (*ours, "bare")),
        Server("hub", (*ours, "hub")),
        Server("werobot", (others, str(place / "werobot_server.py"))),
        Server("flask_wechatpy", (others, str(place / "flask_server.py"))),
    )


def measure(server: Server, seconds: int, folder: Path) -> tuple[Run, dict[str, int]]:
    """One run after a short one that warms the server up; for the hub also what was lost."""
    folder.mkdir()
    warm = Load.make(folder, "warm", _MOST_PER_S // 2, _QUESTION)
    load = Load.make(folder, "load", _MOST_PER_S * seconds * 4 // 5, _QUESTION)
    with running(server, folder) as (url, pid):
        drive(url, warm, 1, _CONNECTIONS)
        before = cpu_s(pid)
        run = drive(url, load, seconds, _CONNECTIONS)
        run = replace(run, cpu_us=(cpu_s(pid) - before) * 1e6 / max(1, run.per_s * seconds))
    if server.name != "hub":
        return run, {}
    told = json.loads((folder / "told.json").read_text("ascii"))
    kept = {key.removeprefix("m:") for key in told["kept"]}
    return run, {"lost": len(run.keys - kept), "double": told["double"], "kept": len(kept)}


def rounds(count: int, seconds: int, chosen: Sequence[Server]) -> dict[str, float]:
    runs: dict[str, list[Run]] = {server.name: [] for server in chosen}
    result: dict[str, float] = {"lost": 0, "double": 0, "kept": 0}
    for number in range(count):
        for server in chosen:
            with tempfile.TemporaryDirectory(prefix="gongkai-callback-") as home:
                run, found = measure(server, seconds, Path(home) / "run")
            if run.bad:
                sys.exit(f"{server.name}: {run.bad} callbacks were not answered")
            runs[server.name].append(run)
            for name, value in found.items():
                result[name] += value
            print(f"round {number + 1} {server.name}: {run.per_s:.0f}/s", flush=True)
    for name, every in runs.items():
        result[f"{name}_per_s"] = round(median(run.per_s for run in every))
        result[f"{name}_cpu_us"] = round(median(run.cpu_us for run in every))
        result[f"{name}_p99_ms"] = round(median(run.p99_ms for run in every), 1)
    for name in runs:
        if name != "hub":
            pairs = zip(runs["hub"], runs[name], strict=True)
            key = "ratio_to_bare" if name == "bare" else f"ratio_{name}"
            result[key] = round(median(own.per_s / other.per_s for own, other in pairs), 2)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short round, fewer items")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    options = parser.parse_args()
    find_wrk()
    count, seconds = (1, 2) if options.quick else (options.rounds, options.seconds)
    chosen = [server for server in servers() if server.here]
    for server in servers():
        if not server.here:
            print(f"{server.name}: left out, .venv-others is missing", flush=True)
    result = rounds(count, seconds, chosen)
    asked = bench_asking.asked(quick=options.quick)
    result["lost"] += asked.pop("lost")
    result["double"] += asked.pop("double")
    print(json.dumps({"rounds": count, **asked, "seconds": seconds, **result}))


if __name__ == "__main__":
    main()
