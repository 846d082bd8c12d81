"""One process leads. Another follows when its lease has run out, and the first writes no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind, Words, read_events
from hub.kernel.nodes.errors import LostLead
from hub.kernel.nodes.leadership import FencedDatabase, Leadership
from hub.kernel.nodes.models import Node
from hub.kernel.nodes.service import Census, Nodes
from hub.kernel.nodes.tables import leases

LEASE = timedelta(minutes=5)
DONE = Kind("test.thing.done", Words("做", "done"))


class Stage:
    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database, self.clock = database, clock

    def process(self, owner: str) -> Leadership:
        return Leadership(self.database, self.clock, name="clock", owner=owner, lease=LEASE)

    async def run_out(self) -> None:
        """The lease's end is over by the database's clock, whichever that is."""
        past = self.clock.now() - timedelta(days=4_000)
        await self.database.write(
            lambda tx: tx.execute(update(leases).values(until=past)), audited=False
        )

    def work(self, subject: str) -> object:
        def work(tx: Transaction) -> None:
            event = Event(kind=DONE, subject=subject, actor="system:test", at=self.clock.now())
            tx.record(event)

        return work

    async def done(self) -> list[str]:
        kinds = (DONE.name,)
        found = await self.database.read(lambda c: read_events(c, kinds=kinds))
        return [event["subject"] for event in found]


@pytest.fixture
def stage(database: Database, clock: ManualClock) -> Stage:
    return Stage(database, clock)


async def test_one_leads_and_the_others_stand_by(stage: Stage) -> None:
    first, second = stage.process("a"), stage.process("b")
    await first.look()
    await second.look()
    assert (first.fence, second.fence) == (1, 0)
    assert second.heard() == timedelta(0)
    stage.clock.advance(LEASE.total_seconds() / 2)
    await first.look()
    stage.clock.advance(LEASE.total_seconds() * 0.9)
    assert first.fence == 1, "it was prolonged, under the same fence"


async def test_who_stands_by_leads_once_the_lease_has_run_out(stage: Stage) -> None:
    first, second = stage.process("a"), stage.process("b")
    told: list[bool] = []
    second.on_change.append(told.append)
    await first.look()
    await second.look()
    await stage.run_out()
    stage.clock.advance(60)
    await second.look()
    assert second.fence == 2
    assert told == [True]
    stage.clock.advance(LEASE.total_seconds() - 30)
    await first.look()
    assert first.fence == 0


async def test_a_leader_that_stops_lets_another_lead_at_once(stage: Stage) -> None:
    first, second = stage.process("a"), stage.process("b")
    await first.look()
    stage.clock.advance(1)  # where the database has no clock of its own, it is this one
    await first.give_up()
    await second.look()
    assert (first.fence, second.fence) == (0, 2)


async def test_a_job_begun_by_a_leader_that_was_paused_writes_nothing_afterwards(
    stage: Stage,
) -> None:
    paused, follower = stage.process("a"), stage.process("b")
    fenced = FencedDatabase(stage.database, paused)
    await paused.look()

    async def job() -> None:
        await fenced.write(stage.work("before"))
        await stage.run_out()  # here it is stopped for longer than its lease
        await follower.look()
        await fenced.write(stage.work("after"))

    await paused.only(job)()
    assert await stage.done() == ["before"]


async def test_what_was_begun_under_an_old_fence_stays_old_when_it_leads_again(
    stage: Stage,
) -> None:
    process, other = stage.process("a"), stage.process("b")
    fenced = FencedDatabase(stage.database, process)
    await process.look()

    async def job() -> None:
        await stage.run_out()
        await other.look()
        await stage.run_out()
        stage.clock.advance(LEASE.total_seconds())
        await process.look()
        assert process.fence == 3
        await fenced.write(stage.work("stale"))

    await process.only(job)()
    assert await stage.done() == []
    await process.only(lambda: fenced.write(stage.work("fresh")))()
    assert await stage.done() == ["fresh"]


async def test_a_process_whose_own_clock_says_that_its_time_is_over_begins_nothing(
    stage: Stage,
) -> None:
    process = stage.process("a")
    await process.look()
    stage.clock.advance(LEASE.total_seconds())
    await process.only(lambda: stage.database.write(stage.work("late")))()
    assert await stage.done() == []
    with pytest.raises(LostLead):
        await FencedDatabase(stage.database, process).write(stage.work("late"))


async def test_what_a_new_installation_lacks_is_made_before_anybody_leads(stage: Stage) -> None:
    process, other = stage.process("a"), stage.process("b")
    fenced = FencedDatabase(stage.database, process)
    await other.look()
    await fenced.write(stage.work("a key"))  # as its parts are opened
    await process.look()
    with pytest.raises(LostLead):
        await fenced.write(stage.work("a job"))
    assert await stage.done() == ["a key"]


async def test_processes_are_counted_while_they_say_that_they_live(stage: Stage) -> None:
    def node(name: str, *roles: str) -> Node:
        now = stage.clock.now()
        place = {"host": "h", "pid": 1, "address": "http://h:1", "version": "1"}
        return Node(id=name, roles=frozenset(roles), started_at=now, beat_at=now, **place)

    def census(name: str, *roles: str) -> Census:
        return Census(stage.database, stage.clock, node(name, *roles), "worker")

    web, worker, both = census("w", "web"), census("x", "worker"), census("y", "web", "worker")
    for one in (web, worker, both, web):
        await one.beat()
    assert web.others == 2
    assert await worker.leave() is None
    await web.beat()
    assert web.others == 1
    known = await Nodes(stage.database, stage.clock).all()
    assert {(node.id, alive) for node, alive in known} == {("w", True), ("y", True)}
