"""What the engine's benchmarks share: an installation with accounts and one approved item."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any

import aiohttp

from app.compose import open_database
from app.migrate import migrate
from app.settings import Settings
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.service import Catalogue
from hub.kernel.clock import SystemClock
from hub.kernel.database import Database
from hub.kernel.errors import Words
from hub.kernel.ids import IdSource
from hub.kernel.meter import NoMeter
from hub.kernel.postgres import PostgresDatabase
from hub.organisations.models import (
    Account,
    Body,
    BodyKind,
    NewAccount,
    NewBody,
    NewPerson,
    Role,
    Selection,
)
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault
from hub.publishing.errors import Rejected
from hub.publishing.models import (
    Declaration,
    LengthUnit,
    MediaRule,
    Outcome,
    Part,
    Priority,
    Quota,
    Reconciling,
    Repeat,
)
from hub.publishing.ports import Accepted, DraftEdition, Finding, Job, Rendered, Verdict
from hub.publishing.service import Publishing, When
from hub.review.determination.service import Determinations
from hub.review.models import ReviewStep
from hub.review.service import Review
from publishers.wire import Wire
from scheduler.clock import Select
from scheduler.engine import Engine, EngineSettings
from scheduler.media import StoredMedia
from scheduler.settings import DispatchSettings
from simulators.determining import ORDINARY

__all__ = ["STUB", "Scene", "StubOutlet", "build_scene", "open_scene"]

STUB = Declaration(
    name="stub",
    title=Words("测试平台", "stub platform"),
    markup="text",
    unit=LengthUnit.CHARACTERS,
    text_limit=2000,
    media=MediaRule(types=frozenset({"image/png"}), max_bytes=1_000_000, max_count=1),
    repeat=Repeat.HARMLESS,
    reconciling=(Reconciling.REPEAT,),
    capabilities=frozenset(),
    source="benchmarks/stub.py",
)


class StubOutlet:
    """The smallest honest publisher: one POST, one JSON answer."""

    declaration = STUB

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def deliver(self, job: Job) -> Accepted:
        answer = await self._wire.call(
            "POST",
            job.access.base_url + "/post",
            what="stub post",
            effect=True,
            json={"account": job.access.handle, "text": job.part.text, "key": job.key},
        )
        if answer.json().get("ok") is not True:
            raise answer.unreadable("not-ok", "不明确", "not decisive")
        return Accepted(remote_id=job.key)

    async def reconcile(self, job: Job) -> Finding:
        return Finding(verdict=Verdict.ABSENT)

    async def verify(self, job: Job) -> Finding:
        return Finding(verdict=Verdict.FOUND)

    async def withdraw(self, job: Job) -> None:
        raise Rejected(Words("不支持", "not supported"))

    async def amend(self, job: Job) -> Accepted:
        raise Rejected(Words("不支持", "not supported"))

    async def close(self) -> None:
        return


class _StubBook:
    """The one channel there is."""

    def declaration(self, channel: str) -> Declaration:
        return STUB

    def variation(self, channel: str, settings: Mapping[str, Any]) -> Mapping[str, str]:
        return {}

    def quotas(self, channel: str, settings: Mapping[str, Any]) -> tuple[Quota, ...]:
        return STUB.quotas


class _StubRenderer:
    async def render(self, item: Item, body: Body, accounts: Sequence[Account]) -> Rendered:
        part = Part(text=item.body, title=item.title, link=f"https://example.gov.cn/{item.id}")
        return Rendered(editions=(DraftEdition(channel=STUB.name, variation={}, parts=(part,)),))


_BODY = "510000"
_TEXT = "为进一步做好政务公开工作，现将有关事项通知如下。" * 8
_STEPS = (
    (ReviewStep.DRAFT_CHECK, "clerk", Role.CLERK),
    (ReviewStep.SECTION_REVIEW, "head", Role.SECTION_HEAD),
    (ReviewStep.SIGN_OFF, "leader", Role.LEADER),
)


class Counter(NoMeter):
    """Counts posts that were taken; the engine tells it of each one after its commit."""

    def __init__(self) -> None:
        self.ended = 0
        self.ended_at = 0.0  # wall-clock seconds of the last one
        self._target = 0
        self._reached = asyncio.Event()

    def count_attempt(self, channel: str, outcome: str, code: str = "") -> None:
        if outcome == Outcome.ACCEPTED:
            self.ended += 1
            self.ended_at = time.time()
        if self.ended >= self._target:
            self._reached.set()

    async def reached(self, count: int) -> None:
        """Return when `count` such endings are durable."""
        self._target = count
        if self.ended < count:
            self._reached.clear()
            await self._reached.wait()


@dataclass(slots=True)
class Scene:
    """An installation with `accounts` stub accounts and one approved item."""

    database: Database
    organisations: Organisations
    catalogue: Catalogue
    publishing: Publishing
    review: Review
    item: Item
    clock: SystemClock
    meter: Counter

    async def approved(self, text: str) -> Item:
        """An item with three signatures for every account."""
        body = await self.organisations.body(_BODY)
        draft = ItemDraft(
            body_id=body.id,
            title="关于做好政务公开工作的通知",
            body=text,
            attribute=Attribute.PROACTIVE,
        )
        item = await self.catalogue.add(draft, actor="clerk")
        determinations = Determinations(self.database, self.clock)
        await determinations.determine(item.id, ORDINARY, actor="clerk")
        everyone = Selection(channels=(STUB.name,))
        approval = await self.publishing.submit(item.id, everyone, "clerk")
        for step, login, _ in _STEPS:
            await self.review.sign(approval.id, step, login, approval.hash)
        return item

    async def plan(
        self,
        due_at: datetime | None = None,
        ids: tuple[str, ...] = (),
        item: Item | None = None,
        priority: Priority = Priority.ROUTINE,
    ) -> int:
        """Plan an item for the accounts, at a UTC moment or now; how many deliveries."""
        wall = due_at.replace(tzinfo=None) if due_at else None
        selection = Selection(channels=(STUB.name,), ids=ids)
        when, item = When(zone="UTC", wall=wall), item or self.item
        planned = await self.publishing.plan(item.id, selection, when, "media", priority)
        return planned.deliveries

    def engine(
        self,
        session: aiohttp.ClientSession,
        connections: int = 256,
        outlet: type[StubOutlet] = StubOutlet,
        settings: EngineSettings | None = None,
        select: Select | None = None,
    ) -> Engine:
        """The real engine over the stub's outlet: alone, or one of several by its `settings` and
        the jobs that it does."""
        engine = Engine(
            database=self.database,
            clock=self.clock,
            outlets={STUB.name: outlet(Wire(session))},
            keyring=self.organisations,
            channels=_StubBook(),
            media=StoredMedia(self.database),
            meter=self.meter,
            settings=settings
            or EngineSettings(
                owner="bench",
                alone=True,
                dispatch=DispatchSettings(connections=connections),
                outage_after=timedelta(days=1),
            ),
            random=SystemRandom(),
            select=select,
        )
        self.publishing.on_change = engine.changed()
        return engine


async def open_scene(home: Path | str) -> Scene:
    """The installation in the folder `home`, or in the PostgreSQL database of that address; with
    nothing in it at first."""
    database = await _database(home)
    clock, ids = SystemClock(), IdSource()
    publishing = Publishing(
        database=database,
        clock=clock,
        ids=ids,
        renderer=_StubRenderer(),
        channels=_StubBook(),
        default_not_after=timedelta(days=1),
    )
    return Scene(
        database,
        Organisations(database, clock, ids, Vault({"k1": bytes(32)})),
        Catalogue(database, clock, ids),
        publishing,
        Review(database, clock, ids),
        None,  # type: ignore[arg-type]
        clock,
        Counter(),
    )


async def _database(home: Path | str) -> Database:
    if isinstance(home, Path):
        return await open_database(Settings(home=home))
    await asyncio.to_thread(migrate, url := re.sub("^postgresql:", "postgresql+asyncpg:", home))
    return PostgresDatabase(url)


async def build_scene(home: Path | str, base_url: str, accounts: int) -> Scene:
    """Make the installation through the same services people use."""
    scene = await open_scene(home)
    organisations = scene.organisations
    await organisations.import_bodies(
        [NewBody(code=_BODY, name="四川省人民政府", kind=BodyKind.PROVINCE)], actor="bench"
    )
    people = [
        NewPerson(login=login, name=login, roles=((_BODY, role),)) for _, login, role in _STEPS
    ]
    await organisations.import_people(people, actor="bench")
    rows = [
        NewAccount(
            channel=STUB.name,
            name=f"账号{n}",
            handle=f"account-{n}",
            body_code=_BODY,
            base_url=base_url,
            credentials={"token": f"t{n}"},
        )
        for n in range(accounts)
    ]
    await organisations.import_accounts(rows, actor="bench")
    scene.item = await scene.approved(_TEXT)
    return scene
