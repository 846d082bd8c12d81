"""Pages of the audit chain, and the walk that proves it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import NotFound, Unavailable, Words
from hub.kernel.events import Event, Kind
from hub.organisations.auditing import service as module
from hub.organisations.auditing.models import Checking, WantedEvents
from hub.organisations.auditing.service import Auditing

DONE = Kind("test.thing.done", Words("做了", "done"))
SEEN = Kind("test.thing.seen", Words("看了", "seen"))


@pytest.fixture
async def auditing(database: Database, clock: ManualClock) -> Auditing:
    """Twelve events, a minute apart: li and wu in turn, about three things."""

    def work(tx: Transaction, number: int) -> None:
        kind, actor = (SEEN, "li") if number % 2 else (DONE, "wu")
        data = {"no": number, "state": number // 6}
        subject = f"thing{number % 3}"
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=clock.now(), data=data))

    for number in range(1, 13):
        clock.advance(60)
        await database.write(lambda tx, number=number: work(tx, number))  # type: ignore[misc]
    return Auditing(database, clock)


def numbers(page: module.EventPage) -> list[int]:
    return [row["seq"] for row in page.events]


async def test_pages_follow_one_another_without_gap_or_repeat(auditing: Auditing) -> None:
    found, before = [], 0
    while True:
        page = await auditing.page(WantedEvents(before=before, limit=5))
        found += numbers(page)
        before = page.next
        if not before:
            break
    assert found == list(range(12, 0, -1))


async def test_filters_narrow_together(auditing: Auditing, clock: ManualClock) -> None:
    wanted = WantedEvents(actor="li", subject="thing0")
    assert numbers(await auditing.page(wanted)) == [9, 3]
    assert numbers(await auditing.page(WantedEvents(kind=DONE.name, actor="li"))) == []
    assert numbers(await auditing.page(WantedEvents(actors=frozenset({"wu"}), limit=2))) == [12, 10]
    end = clock.now()
    since, until = end - timedelta(minutes=4), end - timedelta(minutes=2)
    assert numbers(await auditing.page(WantedEvents(since=since, until=until))) == [9, 8]
    assert numbers(await auditing.page(WantedEvents(since=end + timedelta(hours=1)))) == []


async def test_a_page_of_what_is_rare_stops_and_says_where_to_go_on(
    auditing: Auditing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    monkeypatch.setattr(module, "_MOST_LOOKED", 4)
    page = await auditing.page(WantedEvents(actors=frozenset({"nobody"}), limit=2))
    assert (numbers(page), page.next, page.looked) == ([], 9, 4)


async def test_an_event_is_told_with_what_was_said_before(auditing: Auditing) -> None:
    one = await auditing.one(6, None)
    assert {(c.name, c.before, c.after, c.before_seq) for c in one.changes} == {
        ("no", 3, 6, 3),
        ("state", 0, 1, 3),
    }
    assert (one.earlier, one.later, one.sound) == (3, 9, True)
    with pytest.raises(NotFound):
        await auditing.one(6, frozenset({"li"}))


async def ended(auditing: Auditing) -> Checking:
    """The outcome, once the walk is over."""
    await asyncio.wait_for(auditing.finished(), 60)
    assert auditing.checking is not None
    return auditing.checking


async def test_the_walk_ends_with_the_head_and_is_an_event(
    auditing: Auditing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WALKED", 5)
    begun = await auditing.check("li")
    assert begun.total == 12
    found = await ended(auditing)
    assert (found.done, found.broken, found.head.partition(":")[0]) == (12, 0, "12")
    assert (await auditing.one(13, None)).event["kind"] == "organisations.audit.verified"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_events SET actor = 'wu' WHERE seq = 7",
        "UPDATE audit_events SET body = replace(body, 'li', 'wu') WHERE seq = 7",
        "DELETE FROM audit_events WHERE seq = 7",
    ],
)
async def test_the_walk_names_the_first_event_that_does_not_hold(
    auditing: Auditing, database: Database, change: str
) -> None:
    await database.write(lambda tx: tx.execute(text(change)), audited=False)
    await auditing.check("li")
    found = await ended(auditing)
    assert found.broken == 7
    assert found.why is not None


async def test_a_walk_that_the_database_left_has_ended_and_another_can_begin(
    auditing: Auditing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*given: object, **more: object) -> None:
        raise Unavailable(Words("数据库已关闭", "the database is closed"))

    with monkeypatch.context() as outage:
        outage.setattr(module, "verify_next", away)
        await auditing.check("li")
        found = await ended(auditing)
    assert (found.running, found.head, found.broken) == (False, "", 0)
    assert found.why == Words("数据库已关闭", "the database is closed")
    await auditing.check("li")
    assert (await ended(auditing)).head.startswith("12:")
