"""One life of a hub in a process of its own: it runs until nothing moves, or until it is killed."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import update

from app.compose import Hub, open_engine, open_hub
from app.lock import only_one
from benchmarks.crash.haste import hasten, hasten_declarations
from benchmarks.crash.modes import database_of
from benchmarks.crash.stage import ask, new_account, settings_of
from benchmarks.crash.surroundings import ALONE, Around, Gate
from benchmarks.crash.triggers import Kill, Trigger, TriggerDatabase, TriggerWire, count_calls
from hub.catalogue.models import Filter
from hub.kernel.events import verify_chain
from hub.organisations.models import Selection
from hub.publishing.models import HELD, SETTLED, Delivery, DeliveryState
from hub.publishing.service import When
from hub.publishing.sweeping import unblock_reconnected
from hub.publishing.tables import deliveries
from publishers.wire import open_session

__all__ = [
    "KILLED_AT",
    "RESULT",
    "Before",
    "at_rest",
    "end_leases",
    "live",
    "plan_everything",
    "plan_for",
    "quiet",
    "reconnect",
    "resolve",
]

RESULT, KILLED_AT = "result.json", "killed-at"
_S = DeliveryState
_LOOK_S = 0.1
Before = Callable[[Hub], Awaitable[None]]


def at_rest(delivery: Delivery) -> bool:
    """Whether the delivery is settled or waits for a person."""
    waits = delivery.state in (_S.ACCEPTED, _S.UNKNOWN, _S.BLOCKED) and delivery.next_at is None
    waits = waits or delivery.reason == "reconnect-to-check"
    return delivery.state in SETTLED or (waits and delivery.reason != "previous-part")


def quiet() -> None:
    """A life writes no log: hundreds of them die on purpose."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable()


def live(home: Path, before: Before | None, kill: Kill | None, around: Around = ALONE) -> None:
    """Do `before`, then let the engine run, dying at `kill`; writes home/RESULT at its end."""
    (home / RESULT).unlink(missing_ok=True)
    (home / KILLED_AT).unlink(missing_ok=True)
    quiet()
    hasten()
    hasten_declarations()
    trigger = Trigger(kill, home / KILLED_AT, watch=around.watch, order=around.order)
    count_calls(trigger)
    with only_one(home):
        asyncio.run(_live(home, before, trigger, around))


async def _live(home: Path, before: Before | None, trigger: Trigger, around: Around) -> None:
    settings = settings_of(home)
    database = TriggerDatabase(database_of(settings), trigger)
    async with (
        open_hub(settings, database=database) as hub,
        open_session(settings.connections) as session,
        AsyncExitStack() as stack,
    ):
        if before is not None:
            await before(hub)
        await end_leases(hub)
        calls = await around.open(hub, stack)
        trigger.armed = True
        async with open_engine(hub, wire=TriggerWire(session, trigger)):
            (home / "running").touch()
            found = await _until_rest(hub, around.gate)
            if calls is not None:
                await calls.all_there()
                found = await _until_rest(hub, None)
            report = await _report(hub, found)
        report |= {"points": trigger.names, "published_by": trigger.published_by}
        await database.close()
    if not trigger.obeyed:
        raise LookupError(f"{around.order} was never reached")
    (home / RESULT).write_text(json.dumps(report, default=str), "utf-8")


async def end_leases(hub: Hub) -> None:
    """The time that a dead worker's leases had left is over. Of an embedded installation they end
    with its lock; of several processes nobody knows that the holder is dead, and each waits them
    out, which takes as long as a lease."""
    if not hub.settings.embedded:
        over = hub.clock.now() - timedelta(microseconds=1)
        held = update(deliveries).where(deliveries.c.state.in_(HELD)).values(next_at=over)
        await hub.database.write(lambda tx: tx.execute(held), audited=False)


async def _until_rest(hub: Hub, gate: Gate | None) -> list[Delivery]:
    """Wait until nothing moves; a gate is opened when the first attempt has failed before it."""
    while True:
        found = await hub.operations.find(limit=1000)
        if gate and any(one.attempts and one.state is _S.BLOCKED for one in found):
            await gate.open()
            gate = None
        if all(map(at_rest, found)):
            return found
        await asyncio.sleep(_LOOK_S * (1 + len(found) // 20))


async def _report(hub: Hub, found: Sequence[Delivery]) -> dict[str, Any]:
    rows = []
    for delivery in found:
        told = await hub.operations.explain(delivery.id)
        words = {"where": told.where.en, "why": told.why.en, "next": told.next.en}
        rows.append(asdict(delivery) | words)
    chain = await hub.database.read(lambda c: max(verify_chain(c), default=0))
    return {"deliveries": rows, "chain": chain}


def plan_for(handle: str) -> Before:
    """Plan every item for one account, now."""

    async def before(hub: Hub) -> None:
        for item in await hub.catalogue.list():
            await hub.publishing.plan(item.id, Selection(tag=handle), When(zone="UTC"), "media")

    return before


async def plan_everything(hub: Hub) -> None:
    """Plan every item for every account, now."""
    for item in await hub.catalogue.list(Filter(limit=100)):
        await hub.publishing.plan(item.id, Selection(), When(zone="UTC"), "media")


def reconnect(channel: str, town: str, handle: str) -> Before:
    """A person has the platform give the account new credentials, and enters them."""

    async def before(hub: Hub) -> None:
        (row,) = ask(f"{town}/_control/{channel}/accounts", {"handles": [handle]})
        account = new_account(channel, town, row)
        await hub.organisations.import_accounts([account], actor="admin")
        # what the next sweep does, now: otherwise all seems to be at rest
        now = hub.clock.now()
        await hub.database.write(lambda tx: unblock_reconnected(tx, now), audited=False)

    return before


def resolve(published: str) -> Before:
    """A person looked: settle what is unknown, `published` being the post's id or empty, and
    try again what failed."""

    async def before(hub: Hub) -> None:
        for delivery in await hub.operations.find(state=_S.UNKNOWN):
            await hub.operations.resolve(
                delivery.id, "operator", published=bool(published), remote_id=published
            )
        for delivery in await hub.operations.find(state=_S.FAILED):
            await hub.operations.retry(delivery.id, "operator")

    return before
