"""Runs cases: each is a row of lives of one installation, every life a forked process.

The parent has one thread and opens nothing, so a life begins in milliseconds and dies alone.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.crash.haste import CALL_TIMEOUT_S
from benchmarks.crash.life import KILLED_AT, RESULT, Before, live, plan_for, reconnect, resolve
from benchmarks.crash.modes import Ground, Mode, ground_of, query
from benchmarks.crash.stage import ask, build_home, open_accounts, running_town
from benchmarks.crash.surroundings import ALONE, Around, Gate
from benchmarks.crash.triggers import Kill
from hub.organisations.models import NewAccount
from hub.publishing.models import Reconciling
from publishers import registry
from publishers.deferred import Deferred

__all__ = ["Case", "Outcome", "Scene", "Steps", "Stuck", "fork", "open_scene", "run", "wait_for"]

_AT_ONCE = {Mode.SQLITE: 24, Mode.POSTGRES: 6, Mode.REDIS: 6}  # a server has 100 connections
_LIFE_S = 300.0  # a life that takes longer is stuck
_ROOM = 512 * 1024 * 1024  # bytes
Post = Mapping[str, Any]
Steps = Generator[tuple[Path, Callable[[], None]], int, None]


class Stuck(Exception):
    """A life that ended in an error, or did not end."""


@dataclass(slots=True)
class Outcome:
    """How a case ended. `shown` is what the public sees of it, filled in at the end."""

    deaths: list[str] = field(default_factory=list)
    asked: Mapping[str, Any] | None = None  # a delivery while it waited for a person
    deliveries: Sequence[Mapping[str, Any]] = ()
    points: Mapping[str, list[str]] = field(default_factory=dict)
    published_by: int = 0
    shown: Sequence[Post] = ()

    @property
    def delivery(self) -> Mapping[str, Any]:
        """The one that is furthest from its end; nearly always there is only one."""
        return next((one for one in self.deliveries if _waits(one)), self.deliveries[0])

    @property
    def verdict(self) -> str:
        different = {(post["title"], post["text"]) for post in self.shown}
        if len(self.shown) > min(len(different), len(self.deliveries)):
            return "doubled"
        if len(different) < len(self.deliveries):
            return "lost"
        return "person" if self.asked else "once"


@dataclass(slots=True)
class Case:
    """One delivery to the account `handle`; life number n dies at `kills[n]`, the last at none."""

    channel: str
    handle: str
    kills: tuple[Kill, ...] = ()
    around: Around = ALONE
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def died_in_time(self) -> bool:
        """Whether every life but the last died where it was to die."""
        return len(self.outcome.deaths) == len(self.kills)

    def as_dict(self) -> dict[str, Any]:
        outcome, asked = self.outcome, self.outcome.asked or {}
        return {
            "channel": self.channel,
            "deaths": outcome.deaths,
            "verdict": outcome.verdict,
            "state": outcome.delivery["state"],
            "attempts": outcome.delivery["attempts"],
            "asked": {name: asked[name] for name in ("state", "reason", "next") if asked},
            "could_be_asked": self.could_be_asked,
        }

    @property
    def could_be_asked(self) -> bool:
        """Whether a person had to settle what the platform would have told."""
        asked = self.outcome.asked or {}
        ways = registry.channels()[self.channel].declaration.reconciling
        return asked.get("state") == "unknown" and bool({*ways} - {Reconciling.PERSON})


@dataclass(slots=True)
class Scene:
    """Running platforms, and a template home with approved items for all its accounts.

    `handles` has the unused accounts by channel and town; all but the first town have one for
    each channel, so that what is done to that town is done to one case. `towns` says where an
    account is, and `gates`
    has one more of each channel, behind a gate.
    """

    folder: Path
    handles: Mapping[tuple[str, int], Iterator[str]]
    towns: Mapping[str, str]
    gates: Mapping[str, tuple[str, Gate]]
    ground: Ground
    mode: Mode

    def copy(self, home: Path) -> None:
        """The template as an installation of its own."""
        self.ground.make(home, self.folder / "template")

    def case(self, channel: str, *kills: Kill, town: int = 0) -> Case:
        return Case(channel, next(self.handles[channel, town]), kills)

    def model(self, channel: str, *kills: Kill) -> Case:
        """A case that is watched by the platform, to learn which call publishes."""
        case = self.case(channel, *kills)
        town = self.towns[case.handle]
        case.around = Around(watch=f"{town}/_control/shown?channel={channel}")
        return case

    def control(self, case: Case) -> str:
        """The control routes of the platform that the case is on."""
        return f"{self.towns[case.handle]}/_control/{case.channel}"

    def refused(self, channel: str) -> Case:
        """A case that nobody listens to at first; once for each channel."""
        handle, gate = self.gates[channel]
        return Case(channel, handle, around=Around(gate=gate))

    def run(self, cases: Sequence[Case]) -> None:
        """Run all cases and count what every one of them shows to the public."""
        run([self._lives(case) for case in cases], _AT_ONCE[self.mode])
        posts = self.posts({case.channel for case in cases})
        for case in cases:
            case.outcome.shown = posts.get(case.handle, ())

    def posts(self, channels: Iterable[str], handle: str = "") -> dict[str, list[Post]]:
        """What the public sees, by account; read as strictly as the simulators can."""
        found: dict[str, list[Post]] = {}
        for town in {self.towns[handle]} if handle else set(self.towns.values()):
            for channel in channels:
                for post in ask(f"{town}/_control/shown?channel={channel}")[channel]:
                    if post["state"] == "public":
                        found.setdefault(post["account"], []).append(post)
        return found

    def _lives(self, case: Case) -> Steps:
        home = self.folder / case.handle.strip("@")
        self.copy(home)
        before: Before | None = plan_for(case.handle)
        for kill in (*case.kills, None):
            status = yield home, partial(live, home, before, kill, case.around)
            if status == 0:
                break
            case.outcome.deaths.append(f"{kill}: {(home / KILLED_AT).read_text('utf-8')}")
            before = None
        _take_report(case, home)
        if _waits(case.outcome.delivery):
            case.outcome.asked = case.outcome.delivery
            yield home, _let_it_settle  # a person takes longer than any call
            if answer := self._answer(case):
                yield home, partial(live, home, answer, None)
                _take_report(case, home)
        shutil.rmtree(home)

    def _answer(self, case: Case) -> Before | None:
        """What a person does who looks at the platform and at the reason."""
        if case.outcome.delivery["state"] == "blocked":
            return reconnect(case.channel, self.towns[case.handle], case.handle)
        posts = self.posts({case.channel}, case.handle).get(case.handle, [])
        return None if len(posts) > 1 else resolve(posts[0]["remote_id"] if posts else "")


def _let_it_settle() -> None:
    asyncio.run(asyncio.sleep(CALL_TIMEOUT_S))


def _take_report(case: Case, home: Path) -> None:
    report = json.loads((home / RESULT).read_text("utf-8"))
    case.outcome.deliveries = report["deliveries"]
    case.outcome.points = report["points"]
    case.outcome.published_by = report["published_by"]


def _waits(delivery: Mapping[str, Any]) -> bool:
    """Whether it stands where only a person gets it on."""
    return delivery["state"] in ("unknown", "failed", "blocked")


@contextmanager
def open_scene(
    accounts: Mapping[str, int],
    *,
    towns: int = 1,
    items: int = 1,
    gates: bool = False,
    mode: Mode = Mode.SQLITE,
) -> Iterator[Scene]:
    """Platforms and a template home with so many accounts per channel on the first of the towns;
    they end with the block."""
    channels = tuple(accounts)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    for name, channel in registry.channels().items():  # loaded here, every life has them at once
        importlib.import_module(f"publishers.{name}.simulator")
        if isinstance(channel.open, Deferred):
            channel.open.load()
    gc.freeze()
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(TemporaryDirectory(dir=_place(), prefix="gongkai-crash-"))
        )
        urls = [stack.enter_context(running_town(channels, folder)) for _ in range(towns)]
        opened = {c: open_accounts(urls, c, accounts[c] + gates) for c in channels}
        gated = {c: Gate.before(rows.pop(0)[1]) for c, rows in opened.items() if gates}
        entered = [account for rows in opened.values() for _, account in rows]
        entered += [account for _, account in gated.values()]
        ground = stack.enter_context(ground_of(mode))
        ground.make(folder / "template")
        wait_for(fork(folder, lambda: _build(folder / "template", entered, items)), folder)
        places = {account.handle: town for rows in opened.values() for town, account in rows}
        places |= {account.handle: urls[0] for _, account in gated.values()}
        yield Scene(
            folder,
            handles={
                (c, n): iter([account.handle for where, account in rows if where == url])
                for c, rows in opened.items()
                for n, url in enumerate(urls)
            },
            towns=places,
            gates={c: (account.handle, gate) for c, (gate, account) in gated.items()},
            ground=ground,
            mode=mode,
        )


def _place() -> str | None:
    """Memory where there is enough: a killed process loses nothing that it gave to the kernel."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM
    return str(memory) if roomy and os.access(memory, os.W_OK) else None


def run(cases: Sequence[Steps], at_once: int) -> None:
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
        signal.alarm(int(3 * _LIFE_S))  # should the parent die first
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
    rows = query(home, "SELECT * FROM deliveries") + query(home, "SELECT * FROM attempts")
    return "\n".join(map(str, rows))


def _checked(status: int, home: Path) -> int:
    code = os.waitstatus_to_exitcode(status)
    if code in (0, -signal.SIGKILL):
        return code
    error = home / "error"
    raise Stuck(error.read_text("utf-8") if error.exists() else f"{home.name}: exit {code}")
