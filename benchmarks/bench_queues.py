"""Task queues: the ledger beside taskiq, saq and procrastinate doing the same posts, in one run.

Every one has its 15,600 posts queued beforehand and makes them with one worker process, at most
256 at a time, to a stub that answers after 20 ms. The task queues write a status row before and
after each post (SQLite, WAL, synchronous=NORMAL), the ledger its attempts and audit (FULL). Posts
a second and CPU microseconds a post, of the whole process, from the worker's start until the last
post is recorded.

Then each is killed with SIGKILL in the middle and started again at once: how many posts never
arrived (lost) and how often one arrived again (doubled), once nothing has arrived for ten seconds
or after a minute (--quick: twelve seconds). The ledger treats the stub as a platform that posts
again but can be asked.

    python -m benchmarks.bench_queues [--quick] [--posts 15600]

Needs .venv-others (make bench sets it up), Redis, and for procrastinate PostgreSQL; what is not
there is left out and said so.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.services import postgres_database, redis_url
from benchmarks.stub import stub_platform

_ROOT = Path(__file__).parent.parent
_OTHERS = _ROOT / ".venv-others" / "bin" / "python"
_PATIENCE_S = 300.0
_QUIET_S = 10.0
_AFTERLIFE_S = 60.0


@dataclass(frozen=True, slots=True)
class Side:
    """One way to make the posts: its module, its interpreter, and where its work is kept."""

    name: str
    module: str
    python: str
    store: str

    def start(self, verb: str, count: int, base_url: str, folder: Path) -> subprocess.Popen[str]:
        status = folder / f"{self.name}-status.db"
        command = [self.python, "-m", self.module, verb, self.store, str(count), base_url]
        return subprocess.Popen(
            [*command, str(status)],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def fill(self, count: int, base_url: str, folder: Path) -> None:
        filled = self.start("fill", count, base_url, folder)
        if filled.wait(_PATIENCE_S):
            raise RuntimeError(f"{self.name} could not be filled")


@contextlib.contextmanager
def sides(folder: Path) -> Iterator[list[Side]]:
    """The ledger, and every queue whose service is there."""
    with redis_url() as redis, postgres_database("gongkai_bench_queues") as postgres:
        found = [Side("ledger", "benchmarks.ledger_worker", sys.executable, str(folder / "hub"))]
        for name, store in (("taskiq", redis), ("saq", redis), ("procrastinate", postgres)):
            if store is None or not _OTHERS.exists():
                print(f"{name}: left out, its service or .venv-others is missing", flush=True)
            else:
                module = f"benchmarks.queues.{name}_worker"
                found.append(Side(name, module, str(_OTHERS), store))
        yield found


def speed(side: Side, count: int, base_url: str, folder: Path) -> dict[str, float]:
    side.fill(count, base_url, folder)
    worker = side.start("work", count, base_url, folder)
    said, _ = worker.communicate(timeout=_PATIENCE_S)
    figures: dict[str, float] = json.loads(said.splitlines()[-1])
    posts = len(_arrivals(base_url))
    if posts < count:
        raise RuntimeError(f"{side.name}: {posts} posts of {count} arrived")
    return figures | {"repeated": posts - count}


def survive(side: Side, count: int, base_url: str, folder: Path, patience: float) -> dict[str, int]:
    """Kill the worker when half the posts have arrived, start another, count."""
    side.fill(count, base_url, folder)
    seen: Counter[str] = Counter()
    # with one more to make than there are, no worker ends by itself
    worker = side.start("work", count + 1, base_url, folder)
    _until(lambda: _has(base_url, seen, count // 2))
    worker.kill()
    worker.wait()
    worker = side.start("work", count + 1, base_url, folder)
    quiet_since = restarted = time.monotonic()
    while (
        len(seen) < count
        and time.monotonic() - quiet_since < _QUIET_S
        and time.monotonic() - restarted < patience
    ):
        before = seen.total()
        time.sleep(0.2)
        _has(base_url, seen, count)
        if seen.total() > before:
            quiet_since = time.monotonic()
    time.sleep(1)  # what still comes twice
    _has(base_url, seen, count)
    worker.kill()
    worker.wait()
    doubled = sum(times - 1 for times in seen.values())
    return {"lost": count - len(seen), "doubled": doubled}


def _survive(side: Side, count: int, folder: Path, patience: float) -> dict[str, int]:
    with stub_platform(0.02) as base_url:
        return survive(side, count, base_url, folder, patience)


def _has(base_url: str, seen: Counter[str], count: int) -> bool:
    with urllib.request.urlopen(f"{base_url}/count", timeout=10) as answer:
        seen.clear()
        seen.update(json.loads(answer.read()))
    return len(seen) >= count


def _arrivals(base_url: str) -> list[Any]:
    with urllib.request.urlopen(f"{base_url}/arrivals", timeout=30) as answer:
        return list(json.loads(answer.read()))


def _until(reached: Any) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not reached():
        if time.monotonic() > end:
            raise RuntimeError("the worker makes no posts")
        time.sleep(0.02)


def compare(posts: int, killed: int, slow_posts: int, patience: float) -> dict[str, Any]:
    result: dict[str, Any] = {"posts": posts, "killed_at_posts": killed}
    with tempfile.TemporaryDirectory() as name, stub_platform(0.02) as base_url:
        folder = Path(name)
        with sides(folder) as found:
            for side in found:
                count = min(posts, slow_posts) if side.name == "procrastinate" else posts
                figures = speed(side, count, base_url, folder)
                print(f"{side.name}: {count} posts, {figures}", flush=True)
                result |= {f"{side.name}_{n}": round(v) for n, v in figures.items()}
        with sides(folder / "killed") as found:
            with ThreadPoolExecutor(len(found)) as pool:  # nothing is timed here
                ends = list(pool.map(lambda side: _survive(side, killed, folder, patience), found))
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
        result = compare(min(options.posts, 3_000), 600, 600, 12.0)
    else:
        result = compare(options.posts, 3_000, options.posts, _AFTERLIFE_S)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
