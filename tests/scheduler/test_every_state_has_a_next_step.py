"""Whatever platforms, workers, people and clocks do in whatever order: every delivery is counted,
says where it stands, why and what is next; the next step leads on; nothing is published twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.kernel.clock import ManualClock
from hub.kernel.ids import IdSource
from tests.hub.publishing.test_no_sequence_doubles_a_post import Inline
from tests.scheduler.crooked import KINDS
from tests.scheduler.stage import Stage, open_stage, refuse_strange_steps
from tests.scheduler.traffic import Step, Traffic
from tests.thoroughness import examples

OFTEN = ("plan", "claim", "call", "send", "look", "time")
NOW_AND_THEN = (
    *("cancel", "retry", "reschedule", "resolve", "release", "recall", "correct", "sign"),
    *("done", "resume", "connect", "answer", "crash"),
)

pytestmark = pytest.mark.slow
NAMES = [*OFTEN * 4, *NOW_AND_THEN]
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 59)), min_size=10, max_size=40)

# Sent; when it is read back, the platform's answer is that only a person can tell.
ONLY_A_PERSON_CAN_READ_IT: list[Step] = [("time", 2), ("send", 0), ("time", 2), ("look", 4)]


async def walk(stage: Stage, kind: int, steps: list[Step]) -> Traffic:
    traffic = Traffic(stage, kind)
    await traffic.go([("plan", 1), *steps])
    await traffic.wind_up()
    await refuse_strange_steps(stage)
    return traffic


@pytest.mark.parametrize("kind", range(len(KINDS)))
@example(steps=ONLY_A_PERSON_CAN_READ_IT)
@given(steps=STEPS)
@settings(max_examples=examples(5), deadline=None, derandomize=True)
def test_no_sequence_leaves_a_delivery_without_a_next_step(kind: int, steps: list[Step]) -> None:
    async def on_a_database_in_memory() -> None:
        database, clock = Inline(), ManualClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
        try:
            await walk(await open_stage(database, clock, IdSource()), kind, steps)
        finally:
            await database.close()

    asyncio.run(on_a_database_in_memory())


async def test_nor_on_either_database(stage: Stage) -> None:
    random = Random(3)
    steps = [(random.choice(NAMES), random.randrange(60)) for _ in range(60)]
    traffic = await walk(stage, 0, steps)
    assert traffic.platform.posts, "nothing was published, so nothing was shown"
