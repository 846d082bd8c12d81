"""The boards' recurring questions are answered from an index, with many stored deliveries too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from hub.publishing.liveness import store as liveness
from hub.publishing.preflight import store as preflight
from tests.hub.publishing.test_ledger_at_size import _SCAN, caught, explained, fill
from tests.scheduler.stage import Stage

Ask = Callable[[Connection, Stage], object]


def last_updates(connection: Connection, stage: Stage) -> object:
    return liveness.traces(connection, stage.clock.now())


def what_an_account_lacks(connection: Connection, stage: Stage) -> object:
    return liveness.without(connection, [(f"a{n}", "item") for n in range(500)])


def the_next_to_prepare(connection: Connection, stage: Stage) -> object:
    now = stage.clock.now()
    return preflight.to_prepare(connection, ["toy"], now, now + timedelta(minutes=1), 50)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (last_updates, "ix_deliveries_account"),
        (what_an_account_lacks, ""),
        (the_next_to_prepare, "ix_deliveries_due"),
    ],
)
async def test_a_board_s_question_reads_no_whole_table(stage: Stage, ask: Ask, index: str) -> None:
    await fill(stage)
    dialect = "sqlite" if "Sqlite" in type(stage.database).__name__ else "postgresql"
    with caught() as statements:
        await stage.database.read(lambda c: ask(c, stage))
    assert statements
    for text, plan in await explained(stage, statements):
        assert not _SCAN[dialect].search(plan), f"{text}\n{plan}"
        assert index in plan, f"{text}\n{plan}"


async def test_why_one_delivery_waits_is_told_from_indexes(stage: Stage) -> None:
    await fill(stage)
    dialect = "sqlite" if "Sqlite" in type(stage.database).__name__ else "postgresql"
    with caught() as statements:
        for number in (1, 100, 200, 300, 400, 500):
            await stage.operations.explain(f"d{number}")
    assert statements
    for text, plan in await explained(stage, statements):
        assert not _SCAN[dialect].search(plan), f"{text}\n{plan}"
