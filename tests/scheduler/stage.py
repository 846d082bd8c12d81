"""An installation with a scripted platform in memory: what the engine's tests stand on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select, update

from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.service import Catalogue
from hub.kernel.clock import Clock, ManualClock
from hub.kernel.database import Database, Transaction
from hub.kernel.ids import IdSource
from hub.kernel.meter import Meter, NoMeter
from hub.organisations.authority.sight import EVERYTHING
from hub.organisations.models import (
    Account,
    BodyKind,
    NewAccount,
    NewBody,
    NewPerson,
    Role,
    Selection,
)
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault
from hub.publishing import store
from hub.publishing.admission import Gatekeeper
from hub.publishing.models import (
    LIFECYCLE,
    SETTLED,
    Attempt,
    Delivery,
    DeliveryState,
    Priority,
)
from hub.publishing.operations import Operations
from hub.publishing.outages.service import Outages
from hub.publishing.quota.service import Quotas
from hub.publishing.recall.models import Standing
from hub.publishing.recall.service import Recalling
from hub.publishing.searching import find_deliveries
from hub.publishing.service import Planned, Publishing, When
from hub.publishing.tables import deliveries
from hub.review.determination.service import Determinations
from hub.review.models import Approval, ReviewStep
from hub.review.service import Review
from scheduler.breaker import Breaker, BreakerSettings
from scheduler.dispatcher import Dispatcher
from scheduler.engine import Engine, EngineSettings
from scheduler.intake import Intake
from scheduler.limits import Limiter
from scheduler.media import StoredMedia
from scheduler.reconciler import Reconciler
from scheduler.settings import DispatchSettings
from scheduler.watching import Rounds
from simulators.determining import ORDINARY
from tests.scheduler.toys import ToyBook, ToyPlatform, ToyRenderer
from tests.waiting import until

S = DeliveryState
SIGNERS = (
    (ReviewStep.DRAFT_CHECK, "clerk", Role.CLERK),
    (ReviewStep.SECTION_REVIEW, "head", Role.SECTION_HEAD),
    (ReviewStep.SIGN_OFF, "leader", Role.LEADER),
)


@dataclass
class Stage:
    database: Database
    clock: Clock
    ids: IdSource
    organisations: Organisations
    catalogue: Catalogue
    review: Review
    publishing: Publishing
    operations: Operations
    recalling: Recalling
    book: ToyBook
    platform: ToyPlatform = field(default_factory=ToyPlatform)
    handles: int = 0

    async def accounts(self, count: int, **settings: Any) -> list[Account]:
        """`count` more accounts of the toy channel, in the order of their names."""
        first, self.handles = self.handles, self.handles + count
        new = [
            NewAccount(
                channel="toy",
                name=f"账号{n:04}",
                handle=f"h{n:04}",
                body_code="sc",
                base_url="https://toy.example",
                credentials={"token": "t"},
                settings=settings,
            )
            for n in range(first, self.handles)
        ]
        await self.organisations.import_accounts(new, actor="admin")
        found = await self.organisations.accounts(Selection(channels=("toy",)))
        return sorted(found, key=lambda account: account.name)[first:]

    async def item(self, text: str = "正文") -> Item:
        body = await self.organisations.body("sc")
        draft = ItemDraft(body_id=body.id, title="通知", body=text, attribute=Attribute.PROACTIVE)
        item = await self.catalogue.add(draft, actor="clerk")
        determinations = Determinations(self.database, self.clock)
        await determinations.determine(item.id, ORDINARY, actor="clerk")
        return item

    async def submit(self, item: Item, **selection: Any) -> Approval:
        return await self.publishing.submit(item.id, Selection(**selection), "clerk")

    async def sign(self, approval: Approval, levels: int = 3) -> None:
        for step, login, _ in SIGNERS[:levels]:
            await self.review.sign(approval.id, step, login, approval.hash)

    async def approved(self, text: str = "正文", accounts: int = 1) -> Item:
        """An approved item, with `accounts` more accounts to publish it on."""
        if accounts:
            await self.accounts(accounts)
        item = await self.item(text)
        await self.sign(await self.submit(item))
        return item

    async def plan(
        self,
        item: Item,
        at: datetime | None = None,
        *,
        ids: Sequence[str] = (),
        not_after: datetime | None = None,
        priority: Priority = Priority.ROUTINE,
    ) -> Planned:
        """Plan `item` for every account, or for `ids`, at a UTC moment or now."""
        wall = at.replace(tzinfo=None) if at else None
        when = When(zone="UTC", wall=wall, not_after=not_after)
        selection = Selection(ids=tuple(ids))
        return await self.publishing.plan(item.id, selection, when, "media", priority)

    async def deliveries(self, **chosen: Any) -> list[Delivery]:
        """Deliveries in the order in which they were planned."""
        return await self.database.read(lambda c: find_deliveries(c, limit=100_000, **chosen))

    async def states(self) -> list[str]:
        return [delivery.state.value for delivery in await self.deliveries()]

    async def delivery(self, delivery_id: str = "") -> Delivery:
        """That delivery, or the only one."""
        found = await self.deliveries()
        [one] = [d for d in found if d.id == delivery_id or not delivery_id]
        return one

    async def standings(self, item: Item) -> list[Standing]:
        """How every account stands to the item, by the accounts' names."""
        reach = await self.recalling.reach(item.id)
        return [one.standing for one in reach.accounts]

    async def attempts(self, delivery_id: str) -> list[Attempt]:
        return await self.database.read(lambda c: store.attempts_of(c, delivery_id))

    async def let_go(self, *, limit: int = 0, plan_id: str = "") -> int:
        """A person releases what an outage holds back."""
        outages = Outages(self.database, self.clock, lambda: self.operations.on_change())
        return await outages.release(EVERYTHING, "media", "恢复", limit=limit, plan_id=plan_id)

    async def change(self, delivery_id: str = "", **values: Any) -> None:
        """Change rows by hand, as no code of ours would."""
        await refuse_strange_steps(self)
        change = update(deliveries).values(**values)
        if delivery_id:
            change = change.where(deliveries.c.id == delivery_id)

        def work(tx: Transaction) -> None:
            tx.execute(change)
            tx.connection.exec_driver_sql("DELETE FROM steps")

        await self.database.write(work, audited=False)

    async def do(self, work: Callable[[Transaction], Any]) -> Any:
        """Run a work and record nothing about it."""
        return await self.database.write(work, audited=False)

    def intake(self) -> Intake:
        return Intake(self.database, self.organisations, Gatekeeper(Quotas(self.book)))

    def dispatcher(
        self,
        owner: str = "w1",
        *,
        connections: int = 8,
        lease: timedelta = timedelta(seconds=60),
        database: Database | None = None,
        meter: Meter | None = None,
        breaker: Breaker | None = None,
    ) -> Dispatcher:
        used = database or self.database
        dispatcher = Dispatcher(
            database=used,
            clock=self.clock,
            owner=owner,
            outlets={"toy": self.platform},
            intake=Intake(used, self.organisations, Gatekeeper(Quotas(self.book))),
            media=StoredMedia(used),
            limiter=Limiter(self.clock),
            breaker=breaker or Breaker(self.clock, Random(7), BreakerSettings()),
            meter=meter or NoMeter(),
            settings=DispatchSettings(connections=connections, lease=lease),
            random=Random(7),
        )
        self.publishing.on_change = self.operations.on_change = dispatcher.wake
        self.recalling.on_change = dispatcher.wake
        return dispatcher

    def engine(self, **settings: Any) -> Engine:
        values: dict[str, Any] = {
            "owner": "e1",
            "alone": True,
            "dispatch": DispatchSettings(connections=8),
        }
        engine = Engine(
            database=self.database,
            clock=self.clock,
            outlets={"toy": self.platform},
            keyring=self.organisations,
            channels=self.book,
            media=StoredMedia(self.database),
            meter=NoMeter(),
            settings=EngineSettings(**(values | settings)),
            random=Random(7),
        )
        self.publishing.on_change = self.operations.on_change = engine.changed()
        self.recalling.on_change = engine.changed()
        return engine

    def rounds(self) -> Rounds:
        return Rounds(
            self.database,
            self.clock,
            {"toy": self.platform},
            self.intake(),
            StoredMedia(self.database),
        )

    def reconciler(self, on_ready: Callable[[], None] = lambda: None) -> Reconciler:
        return Reconciler(
            database=self.database,
            clock=self.clock,
            outlets={"toy": self.platform},
            intake=self.intake(),
            media=StoredMedia(self.database),
            on_ready=on_ready,
        )


@asynccontextmanager
async def running(dispatcher: Dispatcher) -> AsyncIterator[Dispatcher]:
    """The dispatcher at work; stopped as the engine stops it."""
    loop = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        await dispatcher.stop()
        await _ended(loop, dispatcher)
        await _ended(asyncio.create_task(dispatcher.drain()), dispatcher)


async def _ended(task: asyncio.Task[None], dispatcher: Dispatcher) -> None:
    """Wait for `task`; a clock that is told goes on meanwhile for whoever sleeps by it."""

    async def done() -> bool:
        if isinstance(dispatcher._clock, ManualClock):
            dispatcher._clock.advance(0.05)
        return task.done()

    await until(done)
    task.result()


async def resting(stage: Stage, *also: DeliveryState) -> None:
    """Return when every delivery is accepted, settled, or in one of `also`."""
    rest = {*SETTLED, S.ACCEPTED, *also}

    async def rests() -> bool:
        return all(delivery.state in rest for delivery in await stage.deliveries())

    await until(rests)


async def run_once(stage: Stage, *also: DeliveryState, **settings: Any) -> None:
    """Let a dispatcher work until everything rests."""
    async with running(stage.dispatcher(**settings)):
        await resting(stage, *also)


async def open_stage(database: Database, clock: Clock, ids: IdSource) -> Stage:
    """A province with three signers and no accounts yet; every change of state is watched."""
    await database.write(_watch, audited=False)
    organisations = Organisations(database, clock, ids, Vault({"k1": b"1" * 32}))
    province = NewBody(code="sc", name="四川省人民政府", kind=BodyKind.PROVINCE)
    await organisations.import_bodies([province], actor="admin")
    people = [NewPerson(login=login, name=login, roles=(("sc", r),)) for _, login, r in SIGNERS]
    await organisations.import_people(people, actor="admin")
    book = ToyBook()
    publishing = Publishing(
        database=database,
        clock=clock,
        ids=ids,
        renderer=ToyRenderer(book),
        channels=book,
        default_not_after=timedelta(hours=12),
    )
    return Stage(
        database,
        clock,
        ids,
        organisations,
        Catalogue(database, clock, ids),
        Review(database, clock, ids),
        publishing,
        Operations(database=database, clock=clock, ids=ids, channels=book),
        Recalling(
            database=database, clock=clock, ids=ids, channels=book, announcer=ToyRenderer(book)
        ),
        book,
    )


_WATCH = {
    "sqlite": (
        "CREATE TABLE steps (was text, became text)",
        "CREATE TRIGGER watch AFTER UPDATE OF state ON deliveries WHEN old.state <> new.state "
        "BEGIN INSERT INTO steps VALUES (old.state, new.state); END",
    ),
    "postgresql": (
        "CREATE TABLE steps (was text, became text)",
        "CREATE FUNCTION watch() RETURNS trigger AS $$ BEGIN "
        "INSERT INTO steps VALUES (old.state, new.state); RETURN new; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER watch AFTER UPDATE OF state ON deliveries FOR EACH ROW "
        "WHEN (old.state <> new.state) EXECUTE FUNCTION watch()",
    ),
}


# a PostgreSQL database is used again only where the tables are as they were: a new one costs the
# server a fifth of a second
_UNWATCH = {
    "sqlite": (),
    "postgresql": (
        "DROP TRIGGER watch ON deliveries",
        "DROP FUNCTION watch()",
        "DROP TABLE steps",
    ),
}


def _watch(tx: Transaction) -> None:
    for statement in _WATCH[tx.connection.dialect.name]:
        tx.connection.exec_driver_sql(statement)


def _unwatch(tx: Transaction) -> None:
    for statement in _UNWATCH[tx.connection.dialect.name]:
        tx.connection.exec_driver_sql(statement)


@asynccontextmanager
async def watched_stage(database: Database, clock: Clock, ids: IdSource) -> AsyncIterator[Stage]:
    """An empty installation; at its end no delivery may have taken a step LIFECYCLE forbids."""
    opened = await open_stage(database, clock, ids)
    yield opened
    await refuse_strange_steps(opened)
    await database.write(_unwatch, audited=False)


async def refuse_strange_steps(stage: Stage) -> None:
    """Every change of state that happened is one that LIFECYCLE allows."""
    edges = {(str(old), str(new)) for old, new in LIFECYCLE.edges()}
    steps = await stage.database.read(
        lambda c: {(r[0], r[1]) for r in c.exec_driver_sql("SELECT was, became FROM steps")}
    )
    assert steps <= edges, steps - edges


async def state_of(stage: Stage, delivery_id: str) -> str:
    query = select(deliveries.c.state).where(deliveries.c.id == delivery_id)
    return str(await stage.database.read(lambda c: c.execute(query).scalar_one()))
