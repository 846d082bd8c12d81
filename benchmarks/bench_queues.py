"""Task queues: the ledger beside taskiq, saq, procrastinate and Celery doing the same posts, in one
run, with one worker process each. `bench_workers.py` does it with several.

Every one has its 15,600 posts queued beforehand and makes them, at most 256 at a time, to a stub
that answers after 20 ms. The task queues write a status row before and after each post (SQLite,
WAL, synchronous=NORMAL), the ledger its attempts and audit (SQLite, FULL). Posts a second and CPU
microseconds a post, of the whole process, from the worker's start until the last post is recorded.

Then each is killed with SIGKILL in the middle and started again at once: how many posts never
arrived (lost) and how often one arrived again (doubled), once nothing has arrived for twenty
seconds or after a minute (--quick: twelve seconds). The ledger treats the stub as a platform that
posts again but can be asked.

    python -m benchmarks.bench_queues [--quick] [--posts 15600]

Needs .venv-others (make bench sets it up), Redis, and for procrastinate PostgreSQL; what is not
there is left out and said so.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.crew import OTHERS, QUEUES, Side, speed, survive
from benchmarks.services import postgres_database, redis_url
from benchmarks.stub import stub_platform

_QUIET_S, _AFTERLIFE_S = 20.0, 60.0
_QUICK_AFTERLIFE_S = 12.0


@contextlib.contextmanager
def sides(folder: Path) -> Iterator[list[Side]]:
    """The ledger, and every queue whose service is there."""
    with redis_url() as redis, postgres_database("gongkai_bench_queues") as postgres:
        found = [Side(name="ledger", store=str(folder / "hub"))]
        for name in QUEUES:
            store = postgres if name == "procrastinate" else redis
            if store is None or not OTHERS.exists():
                print(f"{name}: left out, its service or .venv-others is missing", flush=True)
            else:
                file = folder / f"{name}-status.db"
                found.append(Side(name=name, store=store, beside=str(file)))
        yield found


def _fast(folder: Path, posts: int, slow_posts: int) -> Iterator[tuple[str, Mapping[str, float]]]:
    """One after the other, each with a platform that has seen nothing."""
    with sides(folder) as found:
        for side in found:
            count = min(posts, slow_posts) if side.name == "procrastinate" else posts
            with stub_platform(0.02) as base_url:
                side.fill(count, base_url)
                figures = speed(side, 1, count, base_url)
            print(f"{side.name}: {count} posts, {figures}", flush=True)
            yield side.name, figures


def _killed(side: Side, count: int, patience_s: float) -> Mapping[str, int]:
    with stub_platform(0.02) as base_url:
        side.fill(count, base_url)
        return survive(side, 1, count, base_url, quiet_s=_QUIET_S, patience_s=patience_s)


def compare(posts: int, killed: int, slow_posts: int, patience_s: float) -> dict[str, Any]:
    result: dict[str, Any] = {"posts": posts, "killed_at_posts": killed}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for side_name, figures in _fast(folder, posts, slow_posts):
            result |= {f"{side_name}_{n}": round(v) for n, v in figures.items()}
        (folder / "killed").mkdir()
        with sides(folder / "killed") as found:
            with ThreadPoolExecutor(len(found)) as pool:  # nothing is timed here
                ends = list(pool.map(lambda side: _killed(side, killed, patience_s), found))
            for side, ended in zip(found, ends, strict=True):
                print(f"{side.name}: {killed} posts, killed: {ended}", flush=True)
                result |= {f"{side.name}_{n}": v for n, v in ended.items()}
    others = [v for n, v in result.items() if n.endswith("_per_s") and n != "ledger_per_s"]
    if others:
        result["ratio_best_queue"] = round(result["ledger_per_s"] / max(others), 2)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer posts, done within 50 s")
    parser.add_argument("--posts", type=int, default=15_600)
    options = parser.parse_args()
    if options.quick:
        result = compare(min(options.posts, 3_000), 400, 600, _QUICK_AFTERLIFE_S)
    else:
        result = compare(options.posts, 3_000, options.posts, _AFTERLIFE_S)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
