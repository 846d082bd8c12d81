"""Task queues: the ledger beside taskiq, saq, procrastinate and Celery doing the same posts, in one
run, with one worker process each. `bench_workers.py` does it with several.

Every one has its 15,600 posts queued beforehand and makes them, at most 256 at a time, to a stub
that answers after 20 ms. The task queues write a status row before and after each post (SQLite,
WAL, synchronous=NORMAL), the ledger its attempts and audit (SQLite, FULL). Posts a second and CPU
microseconds a post, of the whole process, from the worker's start until the last post is recorded.

Then each is killed with SIGKILL in the middle and started again at once: how many posts never
arrived (lost) and how often one arrived again (doubled), once nothing has arrived for twenty
seconds or after a minute (--quick: the ledger and two of the queues, six seconds). The ledger
treats the stub as a platform that posts again but can be asked.

    python -m benchmarks.bench_queues [--quick] [--posts 15600]

Needs .venv-others (make bench sets it up), Redis, and for procrastinate PostgreSQL; what is not
there is left out and said so.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.crew import OTHERS, QUEUES, Side, speed, survive
from benchmarks.services import postgres_database, redis_url
from benchmarks.stub import stub_platform

_QUIET_S = 20.0
_LEDGER = "ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many posts each makes, `slow_posts` the one that makes few; who is killed in the middle
    of how many, and how many seconds the dead one's posts may then take."""

    posts: int
    slow_posts: int
    killed: int
    victims: Sequence[str]
    patience_s: float


_FULL = Plan(
    posts=15_600,
    slow_posts=15_600,
    killed=3_000,
    victims=(_LEDGER, *QUEUES),
    patience_s=60.0,
)
_QUICK = Plan(
    posts=2_000, slow_posts=400, killed=400, victims=(_LEDGER, "taskiq", "saq"), patience_s=6.0
)


@contextlib.contextmanager
def sides(folder: Path) -> Iterator[list[Side]]:
    """The ledger, and every queue whose service is there."""
    with redis_url() as redis, postgres_database("gongkai_bench_queues") as postgres:
        found = [Side(name=_LEDGER, store=str(folder / "hub"))]
        for name in QUEUES:
            store = postgres if name == "procrastinate" else redis
            if store is None or not OTHERS.exists():
                print(f"{name}: left out, its service or .venv-others is missing", flush=True)
            else:
                file = folder / f"{name}-status.db"
                found.append(Side(name=name, store=store, beside=str(file)))
        yield found


def _fast(folder: Path, plan: Plan) -> Iterator[tuple[str, Mapping[str, float]]]:
    """One after the other, each with a platform that has seen nothing."""
    with sides(folder) as found:
        for side in found:
            count = plan.slow_posts if side.name == "procrastinate" else plan.posts
            with stub_platform(0.02) as base_url:
                side.fill(count, base_url)
                figures = speed(side, 1, count, base_url)
            print(f"{side.name}: {count} posts, {figures}", flush=True)
            yield side.name, figures


def _killed(side: Side, plan: Plan) -> Mapping[str, int]:
    with stub_platform(0.02) as base_url:
        side.fill(plan.killed, base_url)
        waits = {"quiet_s": _QUIET_S, "patience_s": plan.patience_s}
        return survive(side, 1, plan.killed, base_url, **waits)


def compare(plan: Plan) -> dict[str, Any]:
    result: dict[str, Any] = {"posts": plan.posts, "killed_at_posts": plan.killed}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for side_name, figures in _fast(folder, plan):
            result |= {f"{side_name}_{n}": round(v) for n, v in figures.items()}
        (folder / "killed").mkdir()
        with sides(folder / "killed") as found:
            victims = [side for side in found if side.name in plan.victims]
            with ThreadPoolExecutor(len(victims)) as pool:  # nothing is timed here
                ends = list(pool.map(lambda side: _killed(side, plan), victims))
            for side, ended in zip(victims, ends, strict=True):
                print(f"{side.name}: {plan.killed} posts, killed: {ended}", flush=True)
                result |= {f"{side.name}_{n}": v for n, v in ended.items()}
    others = [v for n, v in result.items() if n.endswith("_per_s") and n != "ledger_per_s"]
    if others:
        result["ratio_best_queue"] = round(result["ledger_per_s"] / max(others), 2)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer posts, done within 50 s")
    parser.add_argument("--posts", type=int, default=0)
    options = parser.parse_args()
    plan = _QUICK if options.quick else _FULL
    if options.posts:
        plan = replace(plan, posts=options.posts, slow_posts=min(options.posts, plan.slow_posts))
    print(json.dumps(compare(plan)))


if __name__ == "__main__":
    main()
