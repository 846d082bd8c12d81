"""A process that kills itself at one exact point: a commit, a call, or a step on the disk.

Calls are counted where each kind of channel leaves the process: on the wire, in SMTP, under
apprise, on the website's disk.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import aiosmtplib
from requests.adapters import HTTPAdapter
from sqlalchemy import Connection

import publishers.email.smtp
import publishers.website.publisher
from benchmarks.crash.stage import ask
from hub.kernel.database import Database, Transaction
from hub.kernel.meter import Meter
from publishers.website.disk import Disk
from publishers.wire import Answer, Wire

__all__ = ["Kill", "Order", "Trigger", "TriggerDatabase", "TriggerWire", "count_calls"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kill:
    """At which point to die: the `number`-th commit or call (from 1), `before` or `after` it.

    Before a commit: its statements have run. After a call: the answer is here, unrecorded.
    With `recording`, only the commits that record this event are counted: one life of a delivery
    may have a commit of bookkeeping more than the next.
    """

    kind: str  # commit | call
    number: int
    side: str  # before | after
    recording: str = ""

    def __str__(self) -> str:
        return f"{self.side} {self.kind} {self.number} {self.recording}".rstrip()

    def is_at(self, kind: str, names: Sequence[str], side: str) -> bool:
        """Whether this is the point on `side` of the last of `names`, all passed of `kind`."""
        if (kind, side) != (self.kind, self.side):
            return False
        if not self.recording:
            return len(names) == self.number
        met = [self.recording in name.split("+") for name in names]
        return met[-1] and sum(met) == self.number

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Order:
    """A control route of the platform, called before the `number`-th call that is named `name`."""

    name: str
    number: int
    url: str


class Trigger:
    """Counts the points that are passed, and dies at the one it was given.

    `watch` is where the platform lists what it shows: the first call after which there is more
    of it is `published_by`; without one it is the last call with an effect.
    """

    def __init__(
        self, kill: Kill | None, note: Path, *, watch: str = "", order: Order | None = None
    ) -> None:
        self.armed = False
        self.names: dict[str, list[str]] = {"commit": [], "call": []}
        self._kill = kill
        self._note = note
        self._watch = watch
        self._order = order
        self.obeyed = order is None
        self._shown = self._look()
        self._seen_after = 0
        self._last_effect = 0

    @property
    def published_by(self) -> int:
        """The number of the call that publishes; of many steps on a disk, one in the middle.

        A disk is not watched: whoever reads a site waits until its writer has finished.
        """
        return self._seen_after or self._last_effect or len(self.names["call"]) // 2

    def answered(self, number: int, *, effect: bool) -> None:
        """The call has ended, and may have changed what the platform shows."""
        if not (number and effect):
            return
        self._last_effect = number
        if not self._seen_after and self._look() > self._shown:
            self._seen_after = number

    def _look(self) -> int:
        """How many posts the platform shows to the public."""
        if not self._watch:
            return 0
        (posts,) = ask(self._watch).values()
        return sum(post["state"] == "public" for post in posts)

    def begun(self, kind: str, name: str) -> int:
        """The number of this point; 0 while nothing is counted yet."""
        if not self.armed:
            return 0
        self.names[kind].append(name)
        order = self._order
        if order and name == order.name and self.names[kind].count(name) == order.number:
            ask(order.url, {})
            self.obeyed = True
        return len(self.names[kind])

    def at(self, kind: str, number: int, side: str) -> None:
        passed = self.names[kind][:number]
        if passed and self._kill and self._kill.is_at(kind, passed, side):
            self._note.write_text(passed[-1], "utf-8")
            os.kill(os.getpid(), signal.SIGKILL)


class TriggerDatabase:
    """`Database` that counts the commits which change something."""

    def __init__(self, inner: Database, trigger: Trigger) -> None:
        self._inner = inner
        self._trigger = trigger

    @property
    def meter(self) -> Meter:
        return self._inner.meter

    @meter.setter
    def meter(self, meter: Meter) -> None:
        self._inner.meter = meter

    async def write(self, work: Callable[[Transaction], T], *, audited: bool = True) -> T:
        number = 0

        @functools.wraps(work)
        def counted(tx: Transaction) -> T:
            nonlocal number
            # Transaction.changed does not see what an UPDATE with RETURNING does on SQLite
            raw: Any = tx.connection.connection.driver_connection
            before = getattr(raw, "total_changes", 0)
            result = work(tx)
            if tx.changed or getattr(raw, "total_changes", 0) > before:
                number = self._trigger.begun("commit", _named(work, tx))
                self._trigger.at("commit", number, "before")
            return result

        result = await self._inner.write(counted, audited=audited)
        self._trigger.at("commit", number, "after")
        return result

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._inner.read(work)

    async def close(self) -> None:
        await self._inner.close()


def _named(work: Callable[..., object], tx: Transaction) -> str:
    """The events that a commit records; the name of the work where it is bookkeeping."""
    events = "+".join(sealed.kind for sealed in tx.events)
    return events or work.__qualname__.replace(".<locals>", "").replace(".<lambda>", "")


class TriggerWire(Wire):
    """A wire that counts calls; `after` means that the platform has answered or hung up."""

    def __init__(self, session: aiohttp.ClientSession, trigger: Trigger) -> None:
        super().__init__(session)
        self.trigger = trigger

    async def call(self, method: str, url: str, **options: Any) -> Answer:
        number = self.trigger.begun("call", options["what"])
        self.trigger.at("call", number, "before")
        try:
            return await super().call(method, url, **options)
        finally:
            self.trigger.answered(number, effect=options["effect"])
            self.trigger.at("call", number, "after")


class TriggerDisk(Disk):
    """A disk that counts its elementary steps; a write is torn in the middle, too."""

    trigger: Trigger  # of this process: outlets make their own disks

    def _step(self, name: str, work: Callable[[], None]) -> None:
        number = self.trigger.begun("call", name)
        self.trigger.at("call", number, "before")
        work()
        self.trigger.at("call", number, "after")

    def write(self, path: Path, content: bytes) -> None:
        half = content[: len(content) // 2]
        self._step(f"half of {path.name}", lambda: super(TriggerDisk, self).write(path, half))
        self._step(f"write {path.name}", lambda: super(TriggerDisk, self).write(path, content))

    def rename(self, source: Path, target: Path) -> None:
        self._step("rename", lambda: super(TriggerDisk, self).rename(source, target))

    def unlink(self, path: Path) -> None:
        self._step("unlink", lambda: super(TriggerDisk, self).unlink(path))

    def make(self, path: Path) -> None:
        self._step("make", lambda: super(TriggerDisk, self).make(path))

    def sync(self, folder: Path) -> None:
        self._step("sync", lambda: super(TriggerDisk, self).sync(folder))


class _TriggerSmtp(aiosmtplib.SMTP):
    """Counts the greeting and every command."""

    trigger: Trigger  # of this process

    async def connect(self, **options: Any) -> aiosmtplib.SMTPResponse:
        return await _counted(self.trigger, "connect", super().connect(**options))

    async def execute_command(self, *words: bytes, **options: Any) -> aiosmtplib.SMTPResponse:
        name = words[0].decode().partition(" ")[0]
        return await _counted(self.trigger, name, super().execute_command(*words, **options))


async def _counted(trigger: Trigger, name: str, call: Awaitable[T], *, effect: bool = False) -> T:
    number = trigger.begun("call", name)
    trigger.at("call", number, "before")
    try:
        return await call
    finally:
        trigger.answered(number, effect=effect)
        trigger.at("call", number, "after")


def count_calls(trigger: Trigger) -> None:
    """Count what leaves this process beside the wire; nothing puts it back."""
    website: Any = publishers.website.publisher
    TriggerDisk.trigger = trigger
    website.Disk = TriggerDisk
    smtp: Any = publishers.email.smtp
    transmit = smtp._transmit
    _TriggerSmtp.trigger = trigger
    smtp.aiosmtplib.SMTP = _TriggerSmtp
    smtp._transmit = lambda *given: _counted(trigger, "message", transmit(*given), effect=True)
    adapter: Any = HTTPAdapter
    send = adapter.send

    def counted(self: HTTPAdapter, *given: Any, **options: Any) -> Any:
        number = trigger.begun("call", "request")
        trigger.at("call", number, "before")
        try:
            return send(self, *given, **options)
        finally:
            trigger.answered(number, effect=True)
            trigger.at("call", number, "after")

    adapter.send = counted
