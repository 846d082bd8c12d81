"""A round is done once, whoever comes first, and again where somebody died in it."""

from __future__ import annotations

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.opinion.rounds.service import Rounds

_HOUR = 3_600


async def test_a_round_is_done_once_per_night(database: Database, clock: ManualClock) -> None:
    done: list[str] = []

    async def work() -> dict[str, object]:
        done.append("x")
        return {"done": 1}

    rounds, elsewhere = Rounds(database, clock), Rounds(database, clock)
    assert await rounds.once("look-over", "2026-03-02", work)
    assert not await elsewhere.once("look-over", "2026-03-02", work)
    clock.advance(3 * _HOUR)
    assert not await rounds.once("look-over", "2026-03-02", work)
    assert await rounds.once("look-over", "2026-03-03", work)
    assert len(done) == 2


async def test_a_round_that_failed_is_done_again_later(
    database: Database, clock: ManualClock
) -> None:
    async def fails() -> dict[str, object]:
        raise RuntimeError("dead")

    async def works() -> dict[str, object]:
        return {}

    rounds = Rounds(database, clock)
    with pytest.raises(RuntimeError):
        await rounds.once("retrain", "n", fails)
    assert not await rounds.once("retrain", "n", works)
    clock.advance(2 * _HOUR)
    assert await rounds.once("retrain", "n", works)


async def test_one_process_leads_and_another_follows_when_it_is_silent(
    database: Database, clock: ManualClock
) -> None:
    rounds = Rounds(database, clock)
    assert await rounds.leads("placing", "a")
    assert not await rounds.leads("placing", "b")
    clock.advance(80)
    assert await rounds.leads("placing", "a")
    clock.advance(80)
    assert not await rounds.leads("placing", "b")
    clock.advance(20)
    assert await rounds.leads("placing", "b")
    assert not await rounds.leads("placing", "a")
    await rounds.yields("placing", "a")  # it does not lead: nothing changes
    assert not await rounds.leads("placing", "a")
    await rounds.yields("placing", "b")
    assert await rounds.leads("placing", "a")
