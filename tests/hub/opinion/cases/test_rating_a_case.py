"""A citizen's word about the answer: kept on the case, and heard by the responsible body."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.conversation.satisfaction.models import Asking
from hub.conversation.satisfaction.service import Satisfaction
from hub.conversation.subscriptions.models import Reader
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.opinion.cases import store
from hub.opinion.cases.models import Case, CaseKind, CaseLevel, CaseState
from hub.opinion.cases.rating import CaseRatings
from hub.opinion.cases.rules import mean_stars


def responded(at: datetime, **values: Any) -> Case:
    """A citizen's own case whose answer is public since `at`."""
    given: dict[str, Any] = {
        "id": "01CASE00000000000000000001",
        "title": "路灯",
        "kind": CaseKind.MESSAGE,
        "level": CaseLevel.ORDINARY,
        "state": CaseState.RESPONDED,
        "issue_id": "",
        "signal_id": "s1",
        "body_id": "b1",
        "joint": (),
        "reason": "",
        "assessment": "",
        "disposal": "",
        "item_id": "i1",
        "satisfaction": 0,
        "review": "",
        "round": 1,
        "opened_at": at,
        "opened_by": "analyst",
        "responded_at": at,
        "closed_at": None,
    }
    return Case(**given | values)


async def rated(
    database: Database, clock: ManualClock, ids: IdSource, case: Case, *stars: int
) -> tuple[Case, list[str]]:
    """The case after so many people rated it, and what happened to it."""
    await database.write(lambda tx: store.add_case(tx, case), audited=False)
    satisfaction = Satisfaction(database, clock, ids, {Asking.CASE: CaseRatings()})
    for number, number_of_stars in enumerate(stars):
        reader = Reader(channel="paper", account="a1", sender=f"p{number}")
        asked = await satisfaction.ask(reader, Asking.CASE, case.id)
        assert asked is not None
        await satisfaction._end(asked, number_of_stars)
    found = await database.read(lambda c: store.get_case(c, case.id))
    events = await database.read(lambda c: read_events(c, subject=case.id))
    assert found is not None
    return found, [event["kind"] for event in events]


async def test_a_case_shows_the_mean_of_those_who_said(
    database: Database, clock: ManualClock, ids: IdSource
) -> None:
    case, _ = await rated(database, clock, ids, responded(clock.now()), 5, 4, 4)
    assert (case.state, case.satisfaction) == (CaseState.RESPONDED, 4)


async def test_a_citizens_own_case_goes_back_to_its_body_once(
    database: Database, clock: ManualClock, ids: IdSource
) -> None:
    case, happened = await rated(database, clock, ids, responded(clock.now()), 1)
    assert (case.state, case.round, case.body_id) == (CaseState.HANDLING, 2, "b1")
    assert happened[-2:] == ["opinion.case.dissatisfied", "opinion.case.reopened"]
    clocks = await database.read(lambda c: store.deadlines_of(c, case.id, 2))
    assert len(clocks) == 1


@pytest.mark.parametrize("values", [{"issue_id": "i9"}, {"round": 2}])
async def test_where_many_are_told_and_the_second_time_people_decide(
    database: Database, clock: ManualClock, ids: IdSource, values: dict[str, Any]
) -> None:
    case, happened = await rated(database, clock, ids, responded(clock.now(), **values), 2)
    assert (case.state, case.satisfaction) == (CaseState.RESPONDED, 2)
    assert happened[-1] == "opinion.case.dissatisfied"


async def test_what_is_said_of_an_old_answer_is_not_the_new_ones(
    database: Database, clock: ManualClock, ids: IdSource
) -> None:
    case, happened = await rated(database, clock, ids, responded(clock.now()), 1, 1, 5)
    assert (case.round, case.satisfaction) == (2, 0)
    assert happened.count("opinion.case.dissatisfied") == 1


@given(st.lists(st.integers(1, 5), min_size=1))
def test_the_mean_is_a_rating_between_the_worst_and_the_best(stars: list[int]) -> None:
    mean = mean_stars(stars)
    assert min(stars) <= mean <= max(stars)
    assert abs(mean - sum(stars) / len(stars)) <= 0.5
