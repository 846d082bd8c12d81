"""An outlet that has to load its library first."""

from __future__ import annotations

import asyncio

from hub.publishing.models import DeliveryState
from tests.scheduler.stage import Stage, running
from tests.waiting import until

S = DeliveryState


async def test_no_attempt_is_open_while_a_library_is_loaded(stage: Stage) -> None:
    """A lease that ran out meanwhile left an unknown outcome that only a person could settle."""
    asked, loaded = asyncio.Event(), asyncio.Event()

    async def ready() -> None:
        asked.set()
        await loaded.wait()

    stage.platform.ready = ready  # type: ignore[attr-defined]
    await stage.plan(await stage.approved(accounts=3))
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        async with asyncio.timeout(60):
            await asked.wait()
        assert {delivery.attempts for delivery in await stage.deliveries()} == {0}
        assert stage.platform.calls == []
        loaded.set()
        await until(lambda: _accepted(stage))
    assert len(stage.platform.posts) == 3


async def _accepted(stage: Stage) -> bool:
    return set(await stage.states()) == {"accepted"}
