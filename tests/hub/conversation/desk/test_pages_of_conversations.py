"""Pages of conversations follow one another without gap or repetition, over several bodies."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.conversation.desk import store
from hub.conversation.desk.models import DeskFilter, DeskState, DeskTalk
from hub.kernel.database import Transaction
from hub.kernel.ids import IdSource
from tests.hub.conversation.desk.conftest import Counter

S = DeskState
OPEN = frozenset(S) - {S.CLOSED}
HELD = 24


async def filled(counter: Counter, ids: IdSource) -> list[DeskTalk]:
    """Of two bodies: who waits, some since the same moment; who was answered; what is closed."""
    await counter.opened()
    first = await counter.newest()
    bodies = [body.id for body in counter.bodies.values()]
    states = (S.WAITING, S.ASSIGNED, S.ANSWERED, S.CLOSED)
    made = []
    for n in range(HELD):
        at, state = first.opened_at + timedelta(minutes=n), states[n % 4]
        made.append(
            replace(
                first,
                id=ids.new(at),
                sender=ids.new(at),
                body_id=bodies[n % len(bodies)],
                state=state,
                officer="wang" if n % 3 else "",
                opened_at=at,
                waits_since=at - timedelta(minutes=n % 7) if n % 4 < 2 else None,
            )
        )

    def keep(tx: Transaction) -> None:
        for talk in made:
            assert store.add(tx, talk)

    await counter.talk.database.write(keep, audited=False)
    return [first, *made]


@pytest.mark.parametrize(
    ("states", "officer"),
    [(OPEN, ""), (OPEN, "wang"), (frozenset({S.WAITING}), ""), (frozenset({S.CLOSED}), "")],
)
async def test_pages_hold_everything_once_and_in_order(
    counter: Counter, ids: IdSource, states: frozenset[DeskState], officer: str
) -> None:
    held = await filled(counter, ids)
    bodies = frozenset(body.id for body in counter.bodies.values())
    wanted = DeskFilter(bodies=bodies, states=states, officer=officer, limit=4)
    seen: list[DeskTalk] = []
    for _ in range(HELD):
        page = await counter.service.page(wanted)
        seen += page.talks
        wanted = replace(wanted, after=page.next)
        if not page.next:
            break
    asked = [one for one in held if one.state in states and officer in ("", one.officer)]
    waits = sorted((one.waits_since, one.id) for one in asked if one.waits_since is not None)
    rest = sorted(((one.opened_at, one.id) for one in asked if not one.waits_since), reverse=True)
    assert [one.id for one in seen] == [one[1] for one in (*waits, *rest)]


async def test_a_made_up_end_begins_anew_and_other_bodies_have_nothing(
    counter: Counter, ids: IdSource
) -> None:
    await filled(counter, ids)
    bodies = frozenset({counter.bodies["sc"].id})
    first = await counter.service.page(DeskFilter(bodies=bodies, limit=3))
    again = await counter.service.page(DeskFilter(bodies=bodies, after="w1.x", limit=3))
    assert again == first
    assert first.next
    nothing = await counter.service.page(DeskFilter(bodies=frozenset(), limit=3))
    assert (nothing.talks, nothing.next) == ((), "")


async def test_the_last_words_of_a_page_are_those_the_citizen_wrote_last(counter: Counter) -> None:
    one = await counter.opened()
    await counter.says("还要带户口本吗")
    talk = await counter.service.talk(one)
    assert await counter.service.last_words([talk]) == {one: "还要带户口本吗"}
