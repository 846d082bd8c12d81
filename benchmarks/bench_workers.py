"""Several workers: the ledger on PostgreSQL and Redis with 1, 2 and 4 worker processes, beside
taskiq, saq and Celery on Redis and procrastinate on PostgreSQL with as many, in one run.

Every one has its 15,600 posts queued beforehand and makes them, each worker at most 256 at a time,
to a stub that answers after 20 ms. All write their rows into the same PostgreSQL, which waits for
its disk: the task queues a status row before and after each post, over four connections a worker;
the ledger its attempts and its audit chain. The ledger's workers also ask Redis before each post
whether a rate that they share lets it through, and a clock process does what is done once.

Posts a second count from the moment at which all workers, loaded, are let go, until the last post
is recorded. `scaling_N` is what N workers make over what one makes. With as many processors as the
workers, the database, Redis and the platform have here, more workers than processors cannot add
anything, whoever runs them. What goes with a worker to a bigger machine is its CPU microseconds a
post (`…_cpu_us`, of all workers and the clock), and the database's (`…_db_cpu_us`, which is what
bounds many workers in the end).

Then one worker of two is killed with SIGKILL in the middle and started again at once: how many
posts never arrived (lost) and how often one arrived again (doubled).

    python -m benchmarks.bench_workers [--quick] [--posts 15600]

Needs PostgreSQL, redis-server and .venv-others (make bench sets that up).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.crew import OTHERS, QUEUES, Side, speed, survive
from benchmarks.services import Postgres, database_on, own_postgres, redis_url, run_sql
from benchmarks.stub import stub_platform

_ROWS = "CREATE TABLE posts (n integer PRIMARY KEY, status text)"
_LEASE = "10"  # where one is killed; a queue leaves a dead worker what it took for five seconds
_SERVER = {"max_connections": "200", "shared_buffers": "256MB", "max_wal_size": "1GB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many posts each makes, with which numbers of workers, and how the killing goes; with
    `killed` 0 nobody is killed."""

    posts: int
    peer_posts: int
    ledger_sizes: Sequence[int]
    peer_sizes: Sequence[int]
    peers: Sequence[str]
    killed: int = 0
    quiet_s: float = 0.0
    patience_s: float = 0.0


_FULL = Plan(
    posts=15_600,
    peer_posts=15_600,
    ledger_sizes=(1, 2, 4),
    peer_sizes=(1, 2, 4),
    peers=QUEUES,
    killed=3_000,
    quiet_s=25.0,
    patience_s=90.0,
)
# the best of the queues and the one on PostgreSQL; bench_queues --quick kills some
_QUICK = Plan(
    posts=1_500,
    peer_posts=600,
    ledger_sizes=(1, 2),
    peer_sizes=(2,),
    peers=("taskiq", "procrastinate"),
)


@contextlib.contextmanager
def side(name: str, postgres: Postgres, lease: str = "") -> Iterator[Side]:
    """A way to make posts, over services in which nothing else is."""
    with redis_url() as redis, database_on(postgres.dsn, f"bench_{name}") as database:
        if redis is None:
            raise RuntimeError("redis-server is not installed")
        if name == "ledger":
            yield Side(name=name, store=database, beside=redis, clock=True, lease=lease)
            return
        run_sql(database, _ROWS)
        store = database if name == "procrastinate" else redis
        yield Side(name=name, store=store, beside=database)


def _fast(name: str, size: int, count: int, postgres: Postgres) -> dict[str, float]:
    with side(name, postgres) as one, stub_platform(0.02) as base_url:
        one.fill(count, base_url)
        before = postgres.cpu_s()
        figures = speed(one, size, count, base_url)
        figures["db_cpu_us"] = (postgres.cpu_s() - before) / count * 1e6
    print(f"{name}, {size} workers, {count} posts: {figures}", flush=True)
    return figures


def _killed(name: str, plan: Plan, postgres: Postgres) -> dict[str, int]:
    with side(name, postgres, _LEASE) as one, stub_platform(0.02) as base_url:
        one.fill(plan.killed, base_url)
        waits = {"quiet_s": plan.quiet_s, "patience_s": plan.patience_s}
        return survive(one, 2, plan.killed, base_url, **waits)


def compare(plan: Plan) -> dict[str, Any]:
    told: dict[str, Any] = {"processors": os.cpu_count(), "posts": plan.posts}
    told |= {"peer_posts": plan.peer_posts, "killed_at_posts": plan.killed}
    with own_postgres(durable=True, settings=_SERVER) as postgres:
        if postgres is None or not OTHERS.exists():
            sys.exit("PostgreSQL or .venv-others is missing")
        told["postgres"] = run_sql(postgres.dsn, "SHOW server_version").split(" ")[0]
        names = ("ledger", *plan.peers)
        for name in names:
            ours = name == "ledger"
            shown, count = ("ledger_pg", plan.posts) if ours else (name, plan.peer_posts)
            for size in plan.ledger_sizes if ours else plan.peer_sizes:
                figures = _fast(name, size, count, postgres)
                told |= {f"{shown}_{size}_{n}": round(v) for n, v in figures.items()}
        killed = names if plan.killed else ()
        with ThreadPoolExecutor(len(names)) as pool:  # nothing is timed here
            ends = list(pool.map(lambda name: _killed(name, plan, postgres), killed))
    for name, ended in zip(killed, ends, strict=True):
        shown = "" if name == "ledger" else f"{name}_"
        told |= {f"{shown}{n}": v for n, v in ended.items()}
    return told | _ratios(told, plan)


def _ratios(told: dict[str, Any], plan: Plan) -> dict[str, float]:
    """What more workers add, and the ledger's rate over that of each peer with as many."""
    found = {}
    sizes_of = {"ledger_pg": plan.ledger_sizes, **dict.fromkeys(plan.peers, plan.peer_sizes)}
    for shown, sizes in sizes_of.items():
        for size in sizes[1:]:
            rate = told[f"{shown}_{size}_per_s"] / told[f"{shown}_{sizes[0]}_per_s"]
            found[f"{shown}_scaling_{size}"] = round(rate, 2)
    for size in plan.peer_sizes:
        ours = told[f"ledger_pg_{size}_per_s"]
        ratios = {name: ours / told[f"{name}_{size}_per_s"] for name in plan.peers}
        found |= {f"ratio_{name}_{size}": round(ratio, 2) for name, ratio in ratios.items()}
        found[f"ratio_best_queue_{size}"] = round(min(ratios.values()), 2)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two peers, within 50 s")
    parser.add_argument("--posts", type=int, default=0)
    options = parser.parse_args()
    plan = _QUICK if options.quick else _FULL
    if options.posts:
        plan = replace(plan, posts=options.posts, peer_posts=options.posts)
    print(json.dumps(compare(plan)))


if __name__ == "__main__":
    main()
