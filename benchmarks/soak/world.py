"""Everything around the hub on that day: platforms, citizens, media staff, and what fails."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as clock_time
from random import Random
from typing import Any

from aiohttp import web

from app.compose import Hub
from benchmarks.soak.leaping import FollowingClock, Holder
from benchmarks.soak.people import Visits
from hub.catalogue.models import Attribute, ItemDraft
from hub.kernel.clock import CHINA
from hub.kernel.errors import Conflict
from hub.organisations.models import Selection
from hub.publishing.models import DeliveryState
from hub.publishing.service import When
from publishers.simulation import Fault
from simulators.citizens.browser import Browsers
from simulators.citizens.handsets import Handset, handsets
from simulators.citizens.models import Citizen, Door, Heard, Spoken, Spot
from simulators.citizens.script import script
from simulators.citizens.staging import CHANNELS, CITY, PROVINCE
from simulators.citizens.tally import Line, totals
from simulators.determining import ordinary
from simulators.staging import approve, listed_bodies
from simulators.town import Town

__all__ = ["World", "opened_town"]

_PATIENCE_S = 3.0  # for answers, before time may leap again: some doors are only asked now and then
_LOOK_S = 0.02
_MORNING = clock_time(0, 30)
_FOREVER = 1_000_000_000
_BUSY_CHANNEL = "weibo"  # of which the daily quota is used up
_EDITOR = "wang.lei"
_TEXT = "为方便群众办事，现将有关事项通知如下：自本月起延长窗口服务时间，周末照常办理。"
_SENT = frozenset({DeliveryState.ACCEPTED, DeliveryState.VERIFIED})


class World:
    """What people and platforms do, while the clock stands as long as they are about it."""

    def __init__(
        self,
        hub: Hub,
        clock: FollowingClock,
        platforms: Mapping[str, Any],
        spots: Mapping[tuple[str, str], Spot],
        address: str,
        citizens: int,
        bodies: int,
    ) -> None:
        self._hub, self._clock = hub, clock
        self._platforms, self._spots, self._address = platforms, spots, address
        codes = [body.code for body in listed_bodies()[:bodies]]
        self._coming = iter(_people(citizens, codes))
        self._handsets: dict[Door, Handset] = dict(handsets(platforms, spots, address))
        self._random = Random(5)
        self._items: dict[str, str] = {}  # what an item's posts are known by
        self._plans: list[str] = []
        self.visits = Visits(hub, address)
        self.citizens: list[Citizen] = []
        self.spoken: list[Spoken] = []
        self.heard: list[Heard] = []
        self.failures: Counter[str] = Counter()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Time passes as it does, and does not leap."""
        self._clock.page.hold(Holder.WORLD, True)
        try:
            yield
        finally:
            self._clock.page.hold(Holder.WORLD, False)

    async def converse(self, count: int) -> None:
        """So many citizens write at once, and wait for their answers for a while."""
        people = [one for _, one in zip(range(count), self._coming, strict=False)]
        browsers = Browsers(self._address, self._random.getrandbits(32))
        try:
            ways = {**self._handsets, Door.CHAT: browsers}
            await asyncio.gather(*(self._say(ways[one.door], one) for one in people))
            end = time.monotonic() + _PATIENCE_S
            owed = {one.number for one in people if not _is_asked_for(one.door)}
            while owed and time.monotonic() < end:
                owed -= {one.citizen for one in self.read(browsers)}
                await asyncio.sleep(_LOOK_S)
        finally:
            await browsers.close()

    async def _say(self, way: Handset, citizen: Citizen) -> None:
        saying = citizen.sayings[0]
        self.citizens.append(citizen)
        self.spoken.append(Spoken(citizen, saying, self._clock.monotonic()))
        try:
            await way.say(citizen, saying)
        except Exception as error:  # one citizen does not end the day of the others
            self.failures[f"{citizen.door} {type(error).__name__}: {error}"[:160]] += 1

    def read(self, browsers: Browsers | None = None) -> list[Heard]:
        """What citizens got to read since the last time."""
        now = self._clock.monotonic()
        ways: list[Handset] = [*self._handsets.values(), *([browsers] if browsers else [])]
        news = [Heard(who, text, now) for way in ways for who, text in way.news()]
        self.heard += news
        return news

    def answers(self) -> Line:
        """All messages and their answers."""
        self.read()
        titles = [*self._items.values()]
        return totals(self.citizens, self.spoken, self.heard, titles, {}).all

    async def publish(self, channels: tuple[str, ...] = (), body_code: str = "") -> None:
        """A new item, through all reviews, for every account or for those of a body's channel."""
        number = len(self._items) + 1
        mark = f"〔2026〕{number:04}号"
        body = await self._hub.organisations.body(PROVINCE)
        title = f"关于延长窗口服务时间的通知{mark}"
        draft = ItemDraft(
            body_id=body.id, title=title, body=mark + _TEXT, attribute=Attribute.PROACTIVE
        )
        item = await self._hub.catalogue.add(draft, actor=_EDITOR)
        await self._hub.determinations.determine(item.id, ordinary(), actor=_EDITOR)
        await approve(self._hub, item)
        selection = Selection(channels=channels)
        if body_code:
            ids = tuple(self._spots[channel, body_code].account_id for channel in channels)
            selection = Selection(ids=ids)
        self._plans.append(await self._planned(item.id, selection))
        self._items[item.id] = mark

    async def _planned(self, item_id: str, selection: Selection) -> str:
        """At once, or as media staff do where an account has no more posts for the day: shortly
        after midnight."""
        try:
            done = await self._hub.publishing.plan(item_id, selection, When(zone="UTC"), "media")
        except Conflict as error:
            if error.field != "selection":
                raise
            tomorrow = self._clock.now().astimezone(CHINA).date() + timedelta(days=1)
            when = When(wall=datetime.combine(tomorrow, _MORNING), zone=str(CHINA))
            done = await self._hub.publishing.plan(item_id, selection, when, "media")
        return done.plan.id

    async def burst(self, count: int) -> None:
        for _ in range(count):
            await self.publish((_BUSY_CHANNEL,), PROVINCE)

    def go_away(self) -> None:
        """A platform answers nothing any more: connections die before anything was done."""
        self._platforms[_BUSY_CHANNEL].faults.arm(Fault.RESET_BEFORE, times=_FOREVER)

    def come_back(self) -> None:
        self._platforms[_BUSY_CHANNEL].faults.clear()

    async def balance(self) -> dict[str, int]:
        """The ledger against what the platforms show."""
        shown = self._shown()
        found = Counter[str]()
        known = {account_id: key for key, account_id in self._accounts().items()}
        for plan_id in self._plans:
            plan, deliveries = await self._hub.publishing.progress(plan_id)
            for one in deliveries:
                times = shown[(*known[one.account_id], self._items[plan.item_id])]
                found["deliveries"] += 1
                found["unfinished"] += one.state not in _SENT
                found[f"state_{one.state}"] += 1
                found["lost"] += times == 0
                found["duplicated"] += max(0, times - 1)
        return dict(found)

    def _accounts(self) -> dict[tuple[str, str], str]:
        return {
            (channel, spot.handle): spot.account_id for (channel, _), spot in self._spots.items()
        }

    def _shown(self) -> Counter[tuple[str, str, str]]:
        """How often each account shows each item, by channel, handle and the item's mark."""
        handles = self._accounts().keys()
        marks = list(self._items.values())
        found: Counter[tuple[str, str, str]] = Counter()
        for channel in CHANNELS:
            for post in self._platforms[channel].shown():
                if (channel, post.account) in handles and not post.text.startswith("@"):
                    words = f"{post.title}\n{post.text}"
                    found.update((channel, post.account, mark) for mark in marks if mark in words)
        return found


def _is_asked_for(door: Door) -> bool:
    """Whether the hub asks there for what was written, some seconds later."""
    return door in (Door.MASTODON, Door.WEIBO_COMMENT, Door.WEIBO_MENTION)


def _people(count: int, codes: Sequence[str]) -> list[Citizen]:
    """Each says one thing."""
    everybody = script(3, count, codes, (PROVINCE, CITY))
    return [replace(one, sayings=one.sayings[:1], thinks=one.thinks[:1]) for one in everybody]


@asynccontextmanager
async def opened_town(
    clock: FollowingClock, alerts: list[str]
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The platforms, served from this process, and where alerts go: `/alerts`."""

    async def told(request: web.Request) -> web.Response:
        alerts.append(str((await request.json()).get("title")))
        return web.Response()

    town = Town(clock, frozenset(CHANNELS))
    application = town.application()
    application.router.add_post("/alerts", told)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", dict(town.platforms)
    finally:
        await runner.cleanup()
