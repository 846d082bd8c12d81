"""Alerts are written before they are sent: none is lost, none repeated more than once, and a
dead alert service disturbs nobody."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from app.migrate import load_tables
from hub.kernel.clock import ManualClock
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.kernel.meter import NoMeter
from hub.publishing.alerts import store
from hub.publishing.errors import Rejected
from hub.publishing.incidents.models import (
    Alert,
    AlertEvent,
    AlertKind,
    AlertState,
    Incident,
    IncidentState,
)
from hub.publishing.incidents.service import Incidents
from hub.publishing.incidents.store import add_incident
from hub.publishing.incidents.tables import alerts, incidents
from hub.publishing.ports import Alerter
from scheduler.alarm import Alarm
from tests.scheduler.making import NOW
from tests.scheduler.stage import Stage, run_once, running

LEASE = timedelta(minutes=2)


class Pager:
    """An alert service: takes, refuses, hangs or breaks."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.well = True
        self.error: Exception | None = None

    async def send(self, title: str, text: str) -> bool:
        if self.error is not None:
            raise self.error
        if self.well:
            self.got.append((title, text))
        return self.well


class Shown(NoMeter):
    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, int], int]] = []

    def show_incidents(self, open_now: Any, unsent_alerts: int) -> None:
        self.seen.append((dict(open_now), unsent_alerts))


def alarm(stage: Stage, *pagers: Alerter, meter: NoMeter | None = None) -> Alarm:
    gatherer = Incidents(
        database=stage.database,
        clock=stage.clock,
        ids=stage.ids,
        window=timedelta(hours=1),
        alerting=bool(pagers),
    )
    return Alarm(
        database=stage.database,
        clock=stage.clock,
        meter=meter or NoMeter(),
        incidents=gatherer,
        alerters={f"p{n}": pager for n, pager in enumerate(pagers)},
    )


async def trouble(stage: Stage) -> None:
    """One refused post."""
    stage.platform.answers.append(Rejected(Words("不收", "not taken"), platform_code="7"))
    await stage.plan(await stage.approved())
    await run_once(stage)


async def test_everybody_is_told_once(stage: Stage) -> None:
    one, two = Pager(), Pager()
    bell = alarm(stage, one, two)
    await trouble(stage)
    await bell.watch()
    assert await bell.ring() == 1
    assert await bell.ring() == 0
    assert one.got == two.got
    [(title, text)] = one.got
    assert "rejected 7" in title
    assert "不收" in text
    kinds = [e["kind"] for e in await stage.database.read(read_events)]
    assert kinds[-2:] == ["publishing.incident.opened", "publishing.alert.sent"]


async def test_a_dead_service_keeps_nothing_from_the_others(stage: Stage) -> None:
    dead, well = Pager(), Pager()
    dead.error = RuntimeError("json://user:secret@host refused")
    bell = alarm(stage, dead, well)
    await trouble(stage)
    await bell.watch()
    await bell.ring()
    assert len(well.got) == 1
    dead.error = None
    stage.clock.advance(30)  # type: ignore[attr-defined]
    await bell.ring()
    assert (len(dead.got), len(well.got)) == (1, 1)


async def test_the_error_of_a_service_is_never_written_down(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    dead = Pager()
    dead.error = RuntimeError("json://user:secret@host refused")
    bell = alarm(stage, dead)
    await trouble(stage)
    await bell.watch()
    await bell.ring()
    told = await stage.database.read(read_events)
    assert "secret" not in str(told)
    assert "secret" not in capsys.readouterr().out


async def test_a_dead_service_is_tried_for_a_day_later_and_later(stage: Stage) -> None:
    dead = Pager()
    dead.well = False
    bell = alarm(stage, dead)
    await trouble(stage)
    await bell.watch()
    tries = 0
    for _ in range(26 * 60):
        tries += await bell.ring()
        stage.clock.advance(60)  # type: ignore[attr-defined]
    assert 20 < tries < 40
    kinds = [e["kind"] for e in await stage.database.read(read_events)]
    assert kinds.count("publishing.alert.given-up") == 1
    assert await stage.database.read(store.count_unsent) == 0


async def test_what_was_being_sent_in_a_crash_is_sent_again_once_and_no_more(
    stage: Stage,
) -> None:
    pager = Pager()
    bell = alarm(stage, pager)
    await trouble(stage)
    await bell.watch()
    for _ in range(2):  # two processes take it and die
        taken = await stage.do(lambda tx: store.take(tx, stage.clock.now(), LEASE))
        assert taken is not None
        assert await bell.ring() == 0  # its lease still runs
        stage.clock.advance(LEASE.total_seconds())  # type: ignore[attr-defined]
    assert await bell.ring() == 1
    assert pager.got == []  # two may have come through: a third is not sent
    assert await stage.database.read(store.count_unsent) == 0


async def test_publishing_goes_on_while_an_alert_service_hangs(live: Stage) -> None:
    class Hanging(Pager):
        async def send(self, title: str, text: str) -> bool:
            await asyncio.Event().wait()
            return True

    bell = alarm(live, Hanging())
    await trouble(live)
    await bell.watch()
    ringing = asyncio.create_task(bell.ring())
    await live.plan(await live.approved("照常", 5))
    async with running(live.dispatcher()) as dispatcher:
        dispatcher.wake()
        async with asyncio.timeout(60):
            while len(live.platform.posts) < 6:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert not ringing.done()
    ringing.cancel()
    await asyncio.gather(ringing, return_exceptions=True)


async def test_how_much_is_open_and_unsent_is_shown(stage: Stage) -> None:
    shown, pager = Shown(), Pager()
    bell = alarm(stage, pager, meter=shown)
    await trouble(stage)
    await bell.watch()
    await bell.ring()
    await bell.watch()
    assert shown.seen == [({"toy": 1}, 1), ({"toy": 1}, 0)]


async def test_nobody_to_tell_is_no_fault(stage: Stage) -> None:
    bell = alarm(stage)
    await trouble(stage)
    await bell.watch()
    assert await bell.ring() == 0


STEPS = st.lists(
    st.tuples(st.sampled_from(["take", "crash", "well", "dead", "wait"]), st.integers(0, 300)),
    max_size=40,
)


@settings(deadline=None)
@given(STEPS)
def test_whatever_crashes_an_alert_is_given_out_at_most_twice_by_dying_processes(
    steps: list[tuple[str, int]],
) -> None:
    """Two of them never have it at a time, and in the end it is sent or given up."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    load_tables().create_all(engine, tables=[incidents, alerts])
    clock = ManualClock(NOW)
    ids = IdSource()
    with engine.begin() as connection:
        _write(Transaction(connection), ids)
        crashed, held = _play(connection, clock, steps)
        assert crashed <= 2
        for _ in range(40):
            clock.advance(7200)
            taken = store.take(Transaction(connection), clock.now(), LEASE)
            if taken is not None:
                assert held is None or taken.tries > held.tries
                store.end(Transaction(connection), taken, AlertEvent.SENT, told=["p"])
        assert store.count_unsent(connection) == 0
    engine.dispose()


def _write(tx: Transaction, ids: IdSource) -> None:
    incident = Incident(
        id=ids.new(NOW),
        channel="c",
        cause="x",
        state=IncidentState.OPEN,
        count=1,
        told=1,
        words=Words("错", "wrong"),
        first_at=NOW,
        last_at=NOW,
    )
    add_incident(tx, incident)
    alert = Alert(
        id=ids.new(NOW),
        incident_id=incident.id,
        kind=AlertKind.OPENED,
        title="t",
        text="t",
        state=AlertState.WAITING,
        tries=0,
        repeats=0,
        told=(),
        created_at=NOW,
        next_at=NOW,
    )
    store.add_alert(tx, alert)


def _play(
    connection: Connection, clock: ManualClock, steps: list[tuple[str, int]]
) -> tuple[int, Alert | None]:
    """How often a process died with it before it was given up; and who holds it."""
    held: Alert | None = None
    crashed = 0
    tx = Transaction(connection)
    for what, seconds in steps:
        if what == "wait":
            clock.advance(seconds)
        elif what == "take" and held is None:
            held = store.take(tx, clock.now(), LEASE)
            if held is not None and held.repeats > 1:
                store.end(tx, held, AlertEvent.GIVEN_UP, told=[])
                held = None
        elif what == "crash" and held is not None:
            crashed, held = crashed + 1, None
        elif what in ("well", "dead") and held is not None:
            event = AlertEvent.SENT if what == "well" else AlertEvent.PUT_OFF
            later = None if what == "well" else clock.now() + timedelta(seconds=30)
            store.end(tx, held, event, told=["p"] if what == "well" else [], next_at=later)
            held = None
    return crashed, held
