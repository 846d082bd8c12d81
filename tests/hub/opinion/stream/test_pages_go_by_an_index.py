"""Pages of the stream: every signal once, in order, whatever narrows them, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.opinion.judging.models import Band, Mood, Urgency
from hub.opinion.signals.models import Signal
from hub.opinion.signals.service import SignalService
from hub.opinion.stream import store
from hub.opinion.stream.models import Line, Wanted
from hub.opinion.stream.service import Stream
from hub.organisations.authority.sight import Sight
from tests.hub.opinion.conftest import said
from tests.hub.opinion.judged import judged_as

ALL = Sight(frozenset(), whole=True)
SOME = Sight(frozenset({"B1"}), whole=False)
MANY = Sight(frozenset(f"B{n}" for n in range(1, 90)), whole=False)


@pytest.fixture
async def stream(
    signals: SignalService, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> Stream:
    """240 signals of the last days; pages look through 40 at a time."""
    monkeypatch.setattr(store, "LOOKED", 40)
    chance = random.Random(5)
    new = [
        said(
            n,
            text=f"第{n}条",
            channel=chance.choice(("hotline", "weibo")),
            place=chance.choice(("", "甲县", "乙县")),
            body_id=chance.choice(("", "B1", "B2")),
            event_at=clock.now() - timedelta(hours=chance.randrange(96)) if n % 9 else None,
        )
        for n in range(240)
    ]
    await signals.collect(new, actor="system:test")
    await judged_as(
        database,
        clock,
        urgency=lambda one: "acute" if int(one.external_id[2:]) % 7 == 0 else "ordinary",
        band=lambda one: ("automatic", "suggested", "queue")[int(one.external_id[2:]) % 3],
        mood=lambda one: ("negative", "neutral")[int(one.external_id[2:]) % 2],
    )
    return Stream(database, clock)


def number(one: Signal) -> int:
    return int(one.external_id[2:])


CASES: dict[str, tuple[Wanted, Callable[[Signal], bool]]] = {
    "all": (Wanted(), lambda one: True),
    "acute": (Wanted(urgency=Urgency.ACUTE), lambda one: number(one) % 7 == 0),
    "waiting": (Wanted(bands=(Band.SUGGESTED, Band.QUEUE)), lambda one: number(one) % 3 > 0),
    "two": (
        Wanted(channel="weibo", mood=Mood.NEUTRAL),
        lambda one: one.channel == "weibo" and number(one) % 2 == 1,
    ),
    "places": (Wanted(places=("甲县", "")), lambda one: one.place in ("甲县", "")),
    "topic": (Wanted(topic="城乡建设", places=("乙县",)), lambda one: one.place == "乙县"),
    "none": (Wanted(topic="没有"), lambda one: False),
}


async def everything(stream: Stream, wanted: Wanted, sight: Sight) -> list[Line]:
    found: list[Line] = []
    while True:
        page = await stream.page(wanted, sight)
        assert len(page.lines) <= wanted.limit
        found += page.lines
        if not page.next:
            return found
        assert page.next != wanted.after
        wanted = replace(wanted, after=page.next)


@pytest.mark.parametrize("sight", [ALL, SOME, MANY], ids=["whole", "one-body", "many-bodies"])
async def test_every_signal_comes_once_and_in_order(
    stream: Stream, clock: ManualClock, sight: Sight
) -> None:
    held = [line.signal for line in await everything(stream, Wanted(limit=500), ALL)]
    assert len(held) == 240
    own = [one for one in held if sight.whole or one.body_id in sight.bodies | {""}]
    since, until = clock.now() - timedelta(hours=60), clock.now() - timedelta(hours=5)
    for name, (wanted, fits) in CASES.items():
        expected = [one.id for one in own if fits(one)]
        found = await everything(stream, replace(wanted, limit=17), sight)
        assert [line.signal.id for line in found] == expected, name
        timed = replace(wanted, limit=17, since=since, until=until)
        found = await everything(stream, timed, sight)
        within = {one.id for one in own if fits(one) and one.event_at and since <= one.event_at}
        within -= {one.id for one in own if one.event_at and one.event_at >= until}
        assert {line.signal.id for line in found} == within, name
        assert len(found) == len(within), name
        said_at = [(line.signal.event_at, line.signal.id) for line in found]
        assert said_at == sorted(said_at, reverse=True), name  # type: ignore[type-var]


async def test_places_are_counted_as_the_stream_opens_them(
    stream: Stream, clock: ManualClock
) -> None:
    since, until = clock.now() - timedelta(hours=60), clock.now()
    for sight in (ALL, SOME):
        for one in await stream.places(since, until, sight):
            wanted = Wanted(places=(one.place,), since=since, until=until)
            assert len(await everything(stream, wanted, sight)) == one.signals


async def test_what_waits_is_counted_as_far_as_it_is_seen(stream: Stream) -> None:
    whole, own = await stream.waiting(ALL), await stream.waiting(SOME)
    assert (whole.suggested, whole.queued) == (80, 80)
    waiting = await everything(stream, Wanted(bands=(Band.QUEUE,)), SOME)
    assert own.queued == len(waiting) < 80


@pytest.mark.parametrize("after", ["-", "9-", "99999999999999999999-x", "x-y", "'", "０-x"])
async def test_a_cursor_that_somebody_made_up_harms_nothing(
    stream: Stream, clock: ManualClock, after: str
) -> None:
    await stream.page(Wanted(after=after), ALL)
    await stream.page(Wanted(after=after, since=clock.now() - timedelta(days=9)), ALL)
