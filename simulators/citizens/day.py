"""The day from its stage to its figures: platforms, a running hub, citizens, and the office."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from app.compose import Hub, open_hub
from app.opinion import signal_service
from hub.catalogue.models import Item
from hub.catalogue.public.store import public_versions
from hub.kernel.clock import SystemClock
from hub.opinion.signals.models import SignalFilter, SignalKind
from hub.organisations.models import Selection
from hub.publishing.models import DeliveryState
from hub.publishing.service import When
from simulators.citizens.browser import Browsers
from simulators.citizens.crowd import Crowd
from simulators.citizens.handsets import handsets
from simulators.citizens.models import Citizen, Door, Purpose, Spot
from simulators.citizens.office import ANSWER_TITLE, Incident, Office
from simulators.citizens.script import script
from simulators.citizens.staging import (
    CHANNELS,
    CITY,
    PROVINCE,
    accounts_under,
    connect,
    running_hub,
    settings_of,
    staged,
)
from simulators.citizens.tally import Totals, totals
from simulators.staging import approve, listed_bodies
from simulators.town import Town

__all__ = ["Day", "Played", "play"]

_PUBLISH_PATIENCE_S = 180.0
_OFFICE_PATIENCE_S = 180.0
_TOLD_PATIENCE_S = 120.0
_LINGER_S = 3.0  # for answers too many
_LATER = 0.5  # share of the day after which the last item is published
_STEP = 0.5
_PAGE = 1_000
_SETTLED = (DeliveryState.VERIFIED, DeliveryState.ACCEPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What is to be played: `length` is how many seconds the day takes."""

    home: Path
    citizens: int
    seed: int
    bodies: int
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What happened. `shown_where` counts the accounts on which the platforms show the answer,
    `shown_elsewhere` others on which they do; `gaps` are signals of questions that nothing
    published answers, `signals` all of them."""

    day: Day
    citizens: Sequence[Citizen]
    crowd: Crowd
    titles: Sequence[str]
    totals: Totals
    incident: Incident
    released: float | None
    shown_where: int
    shown_elsewhere: int
    signals: int
    gaps: int
    took: float
    address: str

    @property
    def good(self) -> bool:
        answered = self.shown_where == self.incident.accounts and not self.shown_elsewhere
        closed = self.incident.closed is not None and self.incident.met == self.incident.deadlines
        return self.totals.good and answered and closed and not self.crowd.failures


async def play(day: Day, say: Callable[[str], None]) -> Played:
    """Play it; `say` is told how far it is."""
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        town, platforms = await stack.enter_async_context(_town())
        settings = settings_of(day.home, town)
        hub = await stack.enter_async_context(open_hub(settings))
        items = await staged(hub, town, platforms, day.bodies)
        say(f"模拟平台 platforms {town}/")
        address = await stack.enter_async_context(running_hub(settings))
        spots = await connect(hub, address, platforms)
        say(f"运行中的枢纽 running hub {address}/")
        await _publish(hub, items[:-1])
        say(f"已发布 {len(items) - 1} 件 published; 市民入场 citizens arrive")
        browsers = Browsers(address, day.seed)
        stack.push_async_callback(browsers.close)
        held = {**handsets(platforms, spots, address), Door.CHAT: browsers}
        crowd = Crowd(held, hub.clock, day.length)
        stage = _Stage(day, hub, platforms, spots, items, crowd, browsers)
        return await stage.play(started, address)


class _Stage:
    """One day while it goes on."""

    def __init__(
        self,
        day: Day,
        hub: Hub,
        platforms: Mapping[str, Any],
        spots: Mapping[tuple[str, str], Spot],
        items: Sequence[Item],
        crowd: Crowd,
        browsers: Browsers,
    ) -> None:
        codes = [body.code for body in listed_bodies()[: day.bodies]]
        self._day = day
        self._hub = hub
        self._platforms = platforms
        self._items = items
        self._crowd = crowd
        self._browsers = browsers
        self._citizens = script(day.seed, day.citizens, codes, (PROVINCE, CITY))
        self._answering = accounts_under(dict(spots), (PROVINCE, CITY))
        meant = [spot for spot in spots.values() if spot.account_id in self._answering]
        self._meant = {spot.handle for spot in meant}
        self._handles = {spot.handle for spot in spots.values()}
        self._released: float | None = None

    async def play(self, started: float, address: str) -> Played:
        crowd = self._crowd
        office = Office(self._hub, lambda: crowd.now, self._voices, self._answering)
        crowd.begin()
        work = asyncio.create_task(office.work())
        watch = asyncio.create_task(office.watch_on())
        release = asyncio.create_task(self._release())
        try:
            await crowd.live(self._citizens)
            await self._wait_for(work, _OFFICE_PATIENCE_S)
            await self._wait_for(release, _OFFICE_PATIENCE_S)
        finally:
            for task in (work, release):
                task.cancel()
            done = await asyncio.gather(work, release, return_exceptions=True)
        crowd.failures += [
            f"office {type(error).__name__}: {error}"
            for error in done
            if isinstance(error, BaseException) and not isinstance(error, asyncio.CancelledError)
        ]
        try:
            await self._until_told(office)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        await crowd.linger(_LINGER_S)
        await self._browsers.look_again()
        crowd.read()
        here, elsewhere = self._shown()
        signals = await self._signals()
        return Played(
            day=self._day,
            citizens=self._citizens,
            crowd=crowd,
            titles=[item.title for item in self._items],
            totals=await self._totals(office),
            incident=office.incident,
            released=self._released,
            shown_where=here,
            shown_elsewhere=elsewhere,
            signals=sum(signals.values()),
            gaps=signals[SignalKind.UNANSWERED],
            took=time.monotonic() - started,
            address=address,
        )

    def _voices(self) -> int:
        return sum(one.saying.purpose is Purpose.INCIDENT for one in self._crowd.spoken)

    async def _wait_for(self, task: asyncio.Task[None], seconds: float) -> None:
        end = self._crowd.now + seconds
        while not task.done() and self._crowd.now < end:
            await self._crowd.linger(_STEP)

    async def _release(self) -> None:
        """The last item is planned in the morning and becomes public in the middle of the day."""
        item = self._items[-1]
        await approve(self._hub, item)
        at = self._hub.clock.now() + timedelta(seconds=self._day.length * _LATER - self._crowd.now)
        at = max(at, self._hub.clock.now() + timedelta(seconds=1))
        planned = await self._hub.publishing.plan(
            item.id, Selection(), When(zone="UTC", wall=at.replace(tzinfo=None)), "media"
        )
        await _settled(self._hub, [planned.plan.id])
        self._released = await self._public_since(item.id)

    async def _public_since(self, item_id: str) -> float | None:
        """The moment the hub wrote down, for it alone decides who subscribed before: whoever
        looks on sees a publication later than it was."""
        versions = await self._hub.database.read(lambda c: public_versions(c, item_id))
        return self._crowd.moment(versions[0].public_at) if versions else None

    async def _until_told(self, office: Office) -> None:
        end = self._crowd.now + _TOLD_PATIENCE_S
        while self._crowd.now < end:
            now = await self._totals(office)
            if all(one.told == one.wanted for one in (now.askers, now.subscribers)):
                return
            await self._crowd.linger(_STEP)

    async def _totals(self, office: Office) -> Totals:
        titles = [item.title for item in self._items] + [ANSWER_TITLE]
        releases = {}
        if self._released is not None:
            releases["无障碍"] = (self._items[-1].title, self._released)
        answer = office.incident.item
        published = await self._public_since(answer.id) if answer is not None else None
        if published is not None:
            releases |= dict.fromkeys(("供水", "停水", "成都市人民政府"), (ANSWER_TITLE, published))
        return totals(self._citizens, self._crowd.spoken, self._crowd.heard, titles, releases)

    def _shown(self) -> tuple[int, int]:
        """On how many accounts the platforms show the answer: those meant, and others."""
        where = {
            (name, post.account)
            for name in CHANNELS
            for post in self._platforms[name].shown()
            if ANSWER_TITLE in f"{post.title}\n{post.text}"
            and post.state == "public"
            and post.account in self._handles
            and not post.text.startswith("@")  # what is written to one person
        }
        meant = sum(account in self._meant for _, account in where)
        return meant, len(where) - meant

    async def _signals(self) -> Counter[SignalKind]:
        """How many signals of each kind the hub made of what was said."""
        service, counted, before = signal_service(self._hub), Counter[SignalKind](), ""
        while page := await service.signals(SignalFilter(before=before, limit=_PAGE)):
            counted.update(signal.kind for signal in page)
            before = page[-1].id
        return counted


async def _publish(hub: Hub, items: Sequence[Item]) -> None:
    """What is there when the day begins, through the reviews and the planner."""
    plans = []
    for item in items:
        await approve(hub, item)
        planned = await hub.publishing.plan(item.id, Selection(), When(zone="UTC"), "media")
        plans.append(planned.plan.id)
    async with asyncio.timeout(_PUBLISH_PATIENCE_S):
        await _settled(hub, plans)


async def _settled(hub: Hub, plans: Sequence[str]) -> None:
    for plan_id in plans:
        while True:
            _, deliveries = await hub.publishing.progress(plan_id)
            if all(one.state in _SETTLED for one in deliveries):
                break
            await asyncio.sleep(0.2)


@asynccontextmanager
async def _town() -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The platforms, served from this process: citizens live on them."""
    town = Town(SystemClock(), frozenset(CHANNELS))
    runner = web.AppRunner(town.application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", dict(town.platforms)
    finally:
        await runner.cleanup()
