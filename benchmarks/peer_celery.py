"""The other peer of the punctuality benchmark: a worker of Celery that keeps tasks with an ETA.

Celery's beat is not the peer: it sends tasks that recur. A post due once is a task with an ETA,
which the worker takes out of Redis at once and keeps in its memory until its time.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from redis import Redis

from benchmarks.crew import OTHERS

__all__ = ["CELERY_LEAD", "keeping"]

CELERY_LEAD = timedelta(seconds=7)  # from the first task's entry to its time
_ROOT = Path(__file__).parent.parent
_PATIENCE_S = 600.0
_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Keeper:
    """A running worker, by the address of its Redis."""

    redis: str

    def enter(self, names: Sequence[str], start: datetime) -> None:
        """Tasks for consecutive accounts, a millisecond apart from `start` on, which is to come."""
        first = names[0].rpartition("-")[2]
        _run("due", self.redis, str(len(names)), first, str(start.timestamp()))


@contextmanager
def keeping(redis: str, stored: int, base_url: str) -> Iterator[Keeper]:
    """A worker that holds `stored` tasks of days to come."""
    _run("wait", redis, str(stored))
    command = [*_COMMAND, "keep", redis, "0", base_url]
    process = subprocess.Popen(
        command,
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.write("go\n")
        process.stdin.flush()
        _until_taken(redis, process)
        yield Keeper(redis)
    finally:
        process.kill()
        process.communicate()


_COMMAND = (str(OTHERS), "-m", "benchmarks.queues.celery_worker")


def _run(*arguments: str) -> None:
    done = subprocess.run([*_COMMAND, *arguments], cwd=_ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"celery: {done.stderr[-500:]}")


def _until_taken(redis: str, process: subprocess.Popen[str]) -> None:
    """Until no task is left in the queue."""
    end = time.monotonic() + _PATIENCE_S
    with Redis.from_url(redis) as client:
        while client.llen("celery"):
            if time.monotonic() > end or process.poll() is not None:
                raise RuntimeError("celery does not take its tasks")
            time.sleep(_LOOK_S)
