"""Runs cases: each is a row of lives of one installation, every life a forked process.

The parent has one thread and opens nothing, so a life begins in milliseconds and dies alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import sqlite3
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hub.organisations.models import NewAccount
from publishers.registry import channels
from tests.crash.life import KILLED_AT, RESULT, live, plan_for, resolve
from tests.crash.stage import ask, build_home, new_accounts, running_town
from tests.crash.triggers import Kill

__all__ = ["Case", "Outcome", "Scene", "Stuck", "fork", "open_scene", "run", "wait_for"]

_AT_ONCE = 24
_LIFE_S = 25.0  # a life that takes longer is stuck
Steps = Generator[tuple[Path, Callable[[], None]], int, None]


class Stuck(Exception):
    """A life that ended in an error, or did not end."""


@dataclass(slots=True)
class Outcome:
    """How a case ended. `shown` is how often the public sees the post, filled in at the end."""

    deaths: list[str] = field(default_factory=list)
    asked: Mapping[str, Any] | None = None  # the delivery while it waited for a person
    delivery: Mapping[str, Any] = field(default_factory=dict)
    points: Mapping[str, list[str]] = field(default_factory=dict)
    shown: int = -1

    @property
    def verdict(self) -> str:
        if self.shown > 1:
            return "doubled"
        if self.shown < 1:
            return "lost"
        return "person" if self.asked else "once"


@dataclass(slots=True)
class Case:
    """One delivery to the account `handle`; life number n dies at `kills[n]`, the last at none."""

    handle: str
    kills: tuple[Kill, ...] = ()
    outcome: Outcome = field(default_factory=Outcome)

    def __str__(self) -> str:
        return ", then ".join(map(str, self.kills)) or "no kill"


@dataclass(slots=True)
class Scene:
    """Running platforms, and a home with an approved item for every account of a channel."""

    channel: str
    town: str
    folder: Path
    handles: Iterator[str]

    def case(self, *kills: Kill) -> Case:
        return Case(next(self.handles), kills)

    def posts(self) -> dict[str, list[Mapping[str, Any]]]:
        """What the public sees, by account."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for post in ask(f"{self.town}/_control/shown?channel={self.channel}")[self.channel]:
            if post["state"] == "public":
                found.setdefault(post["account"], []).append(post)
        return found

    def judge(self, cases: Iterable[Case]) -> None:
        """Count what every case shows to the public, read as strictly as the simulator can."""
        posts = self.posts()
        for case in cases:
            case.outcome.shown = len(posts.get(case.handle, ()))

    def run(self, cases: Sequence[Case]) -> None:
        run([self._lives(case) for case in cases])
        self.judge(cases)

    def _lives(self, case: Case) -> Steps:
        home = self.folder / case.handle.strip("@")
        shutil.copytree(self.folder / "template", home)
        before = plan_for(case.handle)
        for kill in (*case.kills, None):
            status = yield home, partial(live, home, before, kill)
            if status == 0:
                break
            case.outcome.deaths.append(f"{kill}: {(home / KILLED_AT).read_text('utf-8')}")
            before = None
        _take_report(case, home)
        if case.outcome.delivery["state"] == "unknown":
            yield from self._settle(case, home)
        shutil.rmtree(home)

    def _settle(self, case: Case, home: Path) -> Steps:
        """A person looks at the account and tells the hub what is there."""
        case.outcome.asked = case.outcome.delivery
        posts = self.posts().get(case.handle, [])
        remote_id = posts[0]["remote_id"] if posts else ""
        yield home, partial(live, home, resolve(remote_id), None)
        _take_report(case, home)


def _take_report(case: Case, home: Path) -> None:
    report = json.loads((home / RESULT).read_text("utf-8"))
    (case.outcome.delivery,) = report["deliveries"]
    case.outcome.points = report["points"]


@contextmanager
def open_scene(channel: str, accounts: int, items: int = 1) -> Iterator[Scene]:
    """Platforms and a template home; both end with the block."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    for name in channels():  # imported here, every life has them at once
        importlib.import_module(f"publishers.{name}.simulator")
    gc.freeze()
    with TemporaryDirectory(prefix="gongkai-crash-") as name:
        folder = Path(name)
        with running_town([channel], folder) as town:
            entered = new_accounts(town, channel, accounts)
            wait_for(fork(folder, lambda: _build(folder / "template", entered, items)), folder)
            handles = iter([account.handle for account in entered])
            yield Scene(channel, town, folder, handles)


def run(cases: Sequence[Steps], at_once: int = _AT_ONCE) -> None:
    """Run every case to its end, `at_once` lives at a time."""
    waiting = list(reversed(cases))
    alive: dict[int, tuple[Steps, Path, float]] = {}

    def advance(case: Steps, status: int | None) -> None:
        try:
            home, work = next(case) if status is None else case.send(status)
        except StopIteration:
            return
        alive[fork(home, work)] = case, home, time.monotonic() + _LIFE_S

    try:
        while waiting or alive:
            while waiting and len(alive) < at_once:
                advance(waiting.pop(), None)
            ended = [(alive.pop(pid), status) for pid, status in _ended(alive)]
            for (case, home, _), status in ended:
                advance(case, _checked(status, home))
    finally:
        for pid in alive:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def fork(home: Path, work: Callable[[], None]) -> int:
    """Do `work` in a process of its own; an error is written to home/error."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        signal.alarm(int(2 * _LIFE_S))  # should the parent die first
        work()
        code = 0
    except BaseException:
        (home / "error").write_text(traceback.format_exc(), "utf-8")
    finally:
        os._exit(code)


def wait_for(child: int, home: Path) -> int:
    """The exit status of a forked process: 0, or -9 when it was killed. Raises Stuck."""
    return _checked(os.waitpid(child, 0)[1], home)


def _build(home: Path, accounts: Sequence[NewAccount], items: int) -> None:
    asyncio.run(build_home(home, accounts, items))


def _ended(alive: Mapping[int, tuple[Steps, Path, float]]) -> list[tuple[int, int]]:
    """Wait for a life to end; those that did. Raises Stuck for one that takes too long."""
    signal.sigtimedwait({signal.SIGCHLD}, 0.5)
    found = [(pid, status) for pid in alive if (status := _status(pid)) is not None]
    if not found and time.monotonic() > min(until for _, _, until in alive.values()):
        home = min(alive.values(), key=lambda life: life[2])[1]
        raise Stuck(f"{home.name} does not come to rest:\n{_ledger(home)}")
    return found


def _status(pid: int) -> int | None:
    """The wait status of a child that has ended."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return status if ended else None


def _ledger(home: Path) -> str:
    with contextlib.closing(sqlite3.connect(home / "gongkai.db")) as connection:
        rows = connection.execute("SELECT * FROM deliveries").fetchall()
        rows += connection.execute("SELECT * FROM attempts").fetchall()
    return "\n".join(map(str, rows))


def _checked(status: int, home: Path) -> int:
    code = os.waitstatus_to_exitcode(status)
    if code in (0, -signal.SIGKILL):
        return code
    error = home / "error"
    raise Stuck(error.read_text("utf-8") if error.exists() else f"{home.name}: exit {code}")
