"""What the database itself refuses, whatever our code does."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from hub.publishing.models import DeliveryState
from hub.publishing.tables import attempts, deliveries
from tests.scheduler.stage import Stage

S = DeliveryState


@pytest.mark.parametrize(
    "values",
    [
        {"state": S.ACCEPTED},
        {"state": S.VERIFIED},
        {"state": S.FAILED},
        {"state": S.BLOCKED},
        {"state": S.UNKNOWN},
        {"state": "half-sent"},
        {"purpose": "guess"},
        {"account_id": "nobody"},
    ],
    ids=lambda values: " ".join(map(str, values.values())),
)
async def test_a_row_that_says_too_little_is_refused(stage: Stage, values: dict[str, Any]) -> None:
    await stage.plan(await stage.approved())
    with pytest.raises(IntegrityError):
        await stage.change(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"state": S.ACCEPTED, "remote_id": "r"},
        {"state": S.FAILED, "error_code": "rejected"},
        {"state": S.BLOCKED, "reason": "outage"},
        {"state": S.UNKNOWN, "reason": "crash"},
    ],
    ids=lambda values: str(values["state"]),
)
async def test_a_row_that_says_enough_is_kept(stage: Stage, values: dict[str, Any]) -> None:
    await stage.plan(await stage.approved())
    await stage.change(**values)
    assert (await stage.delivery()).state is values["state"]


@pytest.mark.parametrize("pair", [("claimed", "claimed"), ("claimed", "sending")])
async def test_an_account_never_has_two_held_deliveries(
    stage: Stage, pair: tuple[str, str]
) -> None:
    await stage.plan(await stage.approved("一\n\n二"))
    one, two = await stage.deliveries()
    await stage.change(one.id, state=pair[0])
    with pytest.raises(IntegrityError):
        await stage.change(two.id, state=pair[1])


async def test_an_attempt_has_a_known_outcome_and_its_number_once(stage: Stage) -> None:
    await stage.plan(await stage.approved())
    row = {
        "delivery_id": (await stage.delivery()).id,
        "no": 1,
        "fence": 1,
        "payload_hash": "h",
        "idempotency_key": "k",
        "started_at": stage.clock.now(),
    }
    with pytest.raises(IntegrityError):
        await stage.do(lambda tx: tx.execute(insert(attempts).values(**row, outcome="perhaps")))
    await stage.do(lambda tx: tx.execute(insert(attempts).values(**row)))
    with pytest.raises(IntegrityError):
        await stage.do(lambda tx: tx.execute(insert(attempts).values(**row)))


async def test_an_account_gets_an_edition_once_for_each_occurrence(stage: Stage) -> None:
    await stage.plan(await stage.approved())
    read = select(deliveries)
    row = await stage.database.read(lambda c: dict(c.execute(read).one()._mapping))

    async def again(delivery_id: str, occurrence: str) -> None:
        values = row | {"id": delivery_id, "occurrence": occurrence}
        await stage.do(lambda tx: tx.execute(insert(deliveries).values(**values)))

    with pytest.raises(IntegrityError):
        await again("second", "")
    await again("third", "20260309T0100Z")
    await again("fourth", "20260316T0100Z")
    with pytest.raises(IntegrityError):
        await again("fifth", "20260316T0100Z")
