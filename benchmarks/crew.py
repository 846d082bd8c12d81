"""Workers of one kind over one queue, each a process: how fast they are together, and what is lost
or repeated when one of them is killed.

All are loaded before any begins. Time runs from that moment until the last post was recorded, CPU
is that of all of them since.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["OTHERS", "QUEUES", "Crew", "Side", "speed", "survive"]

_ROOT = Path(__file__).parent.parent
OTHERS = _ROOT / ".venv-others" / "bin" / "python"
QUEUES = ("taskiq", "saq", "procrastinate", "celery")
_PATIENCE_S = 300.0
_LOOK_S = 0.2
_COMPLAINT = 3  # lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One way to make posts. `store` is where its work is kept; `beside` where a task queue writes
    its rows, or the Redis of several ledger workers, which also have a `clock` and a `lease` of so
    many seconds."""

    name: str
    store: str
    beside: str = ""
    clock: bool = False
    lease: str = ""

    def command(self, verb: str, number: int, base_url: str) -> list[str]:
        if self.name == "ledger":
            python, module = sys.executable, "benchmarks.ledger_worker"
        else:
            python, module = str(OTHERS), f"benchmarks.queues.{self.name}_worker"
        command = [python, "-m", module, verb, self.store, str(number), base_url, self.beside]
        return [*command, self.lease] if self.lease else command

    def fill(self, count: int, base_url: str) -> None:
        command = self.command("fill", count, base_url)
        done = subprocess.run(
            command, cwd=_ROOT, capture_output=True, text=True, timeout=_PATIENCE_S
        )
        if done.returncode:
            raise RuntimeError(f"{self.name} could not be filled: {done.stderr[-500:]}")


class _Worker:
    """One process and the last it told."""

    def __init__(self, command: list[str]) -> None:
        self.done, self.at, self.cpu_s = 0, 0.0, 0.0
        self.ready = threading.Event()
        self._errors: deque[str] = deque(maxlen=_COMPLAINT)
        self.process = subprocess.Popen(
            command,
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reading = [
            threading.Thread(target=listen, daemon=True)
            for listen in (self._listen, self._listen_to_errors)
        ]
        for thread in self._reading:
            thread.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                told = json.loads(line)
                self.done, self.at, self.cpu_s = told["done"], told["at"], told["cpu_s"]
            elif line.startswith("ready"):
                self.ready.set()

    def _listen_to_errors(self) -> None:
        assert self.process.stderr is not None
        self._errors.extend(self.process.stderr)

    def until_ready(self) -> None:
        end = time.monotonic() + _PATIENCE_S
        while not self.ready.wait(_LOOK_S):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"a worker is not ready: {self.complaint()}")

    def complaint(self) -> str:
        """The end of what it said to its standard error."""
        return "".join(self._errors).strip()

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for thread in self._reading:
            thread.join()


@dataclass(slots=True)
class Crew:
    """So many workers of a side, and its clock if it has one."""

    side: Side
    base_url: str
    size: int
    workers: list[_Worker] = field(init=False)
    _others: list[_Worker] = field(init=False)

    def __enter__(self) -> Crew:
        self.workers = [self._start("work", number) for number in range(self.size)]
        self._others = [self._start("clock", 0)] if self.side.clock else []
        return self

    def __exit__(self, *_: object) -> None:
        for worker in (*self.workers, *self._others):
            worker.kill()

    def _start(self, verb: str, number: int) -> _Worker:
        return _Worker(self.side.command(verb, number, self.base_url))

    def go(self) -> float:
        """Let all begin at once; the wall-clock moment."""
        everybody = (*self._others, *self.workers)
        for worker in everybody:
            worker.until_ready()
        begun = time.time()
        for worker in everybody:
            worker.go()
        return begun

    def kill_and_start(self, number: int) -> None:
        """SIGKILL, and another in its place as a service manager would start it."""
        self.workers[number].kill()
        self.workers[number] = self._start("work", number)
        self.workers[number].until_ready()
        self.workers[number].go()

    @property
    def done(self) -> int:
        return sum(worker.done for worker in self.workers)

    @property
    def ended_at(self) -> float:
        return max(worker.at for worker in self.workers)

    @property
    def cpu_s(self) -> float:
        return sum(worker.cpu_s for worker in (*self.workers, *self._others))

    def dead(self) -> str:
        """What those complained about that have ended by themselves; empty while all live."""
        ended = [one for one in self.workers if one.process.poll() is not None]
        return "; ".join(one.complaint() or "no reason was given" for one in ended)


def speed(side: Side, size: int, count: int, base_url: str) -> dict[str, float]:
    """Posts a second of `size` workers together over what is queued, CPU microseconds a post, and
    how many posts came more often than once."""
    with Crew(side, base_url, size) as crew:
        begun = crew.go()
        _until(lambda: crew.done >= count, crew)
        per_s = count / (crew.ended_at - begun)
        cpu_us = crew.cpu_s / count * 1e6
    posts = _posts(base_url)
    if len(posts) < count:
        raise RuntimeError(f"{side.name}: {len(posts)} posts of {count} arrived")
    return {"per_s": per_s, "cpu_us": cpu_us, "repeated": posts.total() - count}


def survive(
    side: Side, size: int, count: int, base_url: str, *, quiet_s: float, patience_s: float
) -> dict[str, int]:
    """Kill a worker when half the posts have arrived, start another, count: until all have come,
    nothing has come for so long, or patience ends."""
    with Crew(side, base_url, size) as crew:
        crew.go()
        _until(lambda: len(_posts(base_url)) >= count // 2, crew)
        crew.kill_and_start(0)
        seen = _posts(base_url)
        quiet_since = restarted = time.monotonic()
        while len(seen) < count and _still(quiet_since, quiet_s) and _still(restarted, patience_s):
            time.sleep(_LOOK_S)
            before, seen = seen.total(), _posts(base_url)
            if seen.total() > before:
                quiet_since = time.monotonic()
        time.sleep(1)  # what still comes twice
        seen = _posts(base_url)
    return {"lost": count - len(seen), "doubled": seen.total() - len(seen)}


def _still(since: float, seconds: float) -> bool:
    return time.monotonic() - since < seconds


def _posts(base_url: str) -> Counter[str]:
    """How often each account was posted to."""
    with urllib.request.urlopen(f"{base_url}/count", timeout=30) as answer:
        return Counter(json.loads(answer.read()))


def _until(reached: Callable[[], bool], crew: Crew) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not reached():
        if (dead := crew.dead()) or time.monotonic() > end:
            raise RuntimeError(f"{crew.side.name}: its workers make no posts. {dead}")
        time.sleep(0.02)
