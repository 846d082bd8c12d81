"""An installation with one approved item before one channel's simulated platform, end to end.

What takes long (rendering, three signatures) is done once per channel and copied for each test.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.compose import Hub, open_engine, open_hub
from app.settings import Settings
from hub.catalogue.models import Attribute, ItemDraft
from hub.kernel.clock import ManualClock
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role, Selection
from hub.publishing.models import Delivery, DeliveryState
from hub.publishing.operations import Explained
from hub.publishing.service import When
from hub.review.models import ReviewStep
from publishers.contract import Channel
from publishers.simulation import Fault, Platform, Shown
from publishers.wire import Answer, Wire, open_session
from scheduler.engine import Engine
from simulators.determining import ORDINARY
from tests.publishers.doubles import serve, simulator_of

__all__ = ["Installation", "Prepared", "installation", "prepare"]

S = DeliveryState
SIGNERS = (
    (ReviewStep.DRAFT_CHECK, "clerk", Role.CLERK),
    (ReviewStep.SECTION_REVIEW, "head", Role.SECTION_HEAD),
    (ReviewStep.SIGN_OFF, "leader", Role.LEADER),
)
MOVING = {S.PLANNED, S.READY, S.CLAIMED, S.SENDING}
PUBLISHED = {S.ACCEPTED, S.VERIFIED}
_PAUSE_S = 0.02


class ImpatientWire(Wire):
    """The wire with its timeouts shortened, so that a hung socket is waited for briefly."""

    async def call(self, method: str, url: str, **options: Any) -> Answer:
        return await super().call(method, url, **options | {"timeout": timedelta(seconds=0.5)})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A home folder to copy, the item in it, and how many calls its delivery makes."""

    home: Path
    item_id: str
    calls: int = 0


@dataclass(slots=True)
class Installation:
    """One account of one channel in a running hub, on a clock that is told."""

    hub: Hub
    engine: Engine
    platform: Platform
    clock: ManualClock
    item_id: str
    account_id: str
    calls: int

    def arm(self, fault: Fault, *, last: bool) -> None:
        """Spoil the last call of the delivery, the one that publishes, or else the first."""
        self.platform.faults.arm(fault, skip=self.calls - 1 if last else 0)

    async def publish(self) -> None:
        selection = Selection(ids=(self.account_id,))
        await self.hub.publishing.plan(self.item_id, selection, When(zone="UTC"), "media")

    async def delivery(self) -> Delivery:
        (found,) = await self.hub.operations.find()
        return found

    async def explained(self) -> Explained:
        return await self.hub.operations.explain((await self.delivery()).id)

    async def until(
        self, reached: Callable[[Delivery], bool], *, hurry: bool, rounds: int = 3_000
    ) -> Delivery:
        """The delivery once `reached`; with `hurry` every waiting time passes at once."""
        for _ in range(rounds):
            delivery = await self.delivery()
            if reached(delivery):
                return delivery
            if hurry:
                await self._let_time_pass(delivery)
            await asyncio.sleep(_PAUSE_S)
        raise AssertionError(f"still {await self.delivery()}")

    async def _let_time_pass(self, delivery: Delivery) -> None:
        now = self.clock.now()
        if delivery.state in MOVING:
            self.clock.advance(_PAUSE_S)  # it may wait for its turn at a limit
        elif delivery.next_at is not None:
            self.clock.advance(max(0.0, (delivery.next_at - now).total_seconds()) + 0.001)
        await self.engine.reconciler.settle_unknown()
        await self.engine.reconciler.verify_accepted()
        self.engine.dispatcher.wake()

    async def spoilt(self) -> Delivery:
        """The delivery as the fault left it, before any waiting time has passed."""
        return await self.until(lambda d: d.attempts > 0 and d.state not in MOVING, hurry=False)

    async def settled(self) -> Delivery:
        """The delivery at the end: read back, refused for good, or waiting for a person."""
        return await self.until(
            lambda d: d.state not in MOVING and (d.next_at is None or d.state is S.VERIFIED),
            hurry=True,
        )

    def public(self) -> list[Shown]:
        return [shown for shown in self.platform.shown() if shown.state == "public"]


async def prepare(channel: Channel, home: Path) -> Prepared:
    """An approved item and an account of `channel` in a new home folder."""
    async with open_hub(Settings(home=home, site_url="https://www.sc.gov.cn"), clock=_now()) as hub:
        await hub.organisations.import_bodies(
            [NewBody(code="510000", name="四川省人民政府", kind=BodyKind.PROVINCE)], actor="tests"
        )
        people = [
            NewPerson(login=login, name=login, roles=(("510000", role),))
            for _, login, role in SIGNERS
        ]
        await hub.organisations.import_people(people, actor="tests")
        nowhere = f"{min(channel.schemes)}://127.0.0.1:9"
        await _connect(hub, channel, simulator_of(channel)(hub.clock), nowhere)
        item_id = await _approved(hub)
    return Prepared(home, item_id, await _count_calls(channel, Prepared(home, item_id)))


async def _approved(hub: Hub) -> str:
    body = await hub.organisations.body("510000")
    draft = ItemDraft(
        body_id=body.id,
        title="关于做好政务公开工作的通知",
        body="为进一步做好政务公开工作，现将有关事项通知如下。\n\n一、及时公开。\n\n二、主动回应。",
        attribute=Attribute.PROACTIVE,
    )
    item = await hub.catalogue.add(draft, actor="clerk")
    await hub.determinations.determine(item.id, ORDINARY, actor="clerk")
    approval = await hub.publishing.submit(item.id, Selection(), "clerk")
    for step, login, _ in SIGNERS:
        await hub.review.sign(approval.id, step, login, approval.hash)
    return item.id


async def _connect(hub: Hub, channel: Channel, platform: Platform, url: str) -> str:
    """Open the account on the platform and enter it in the hub; its id."""
    enrolment = platform.enrol("gongkai")
    defaults = {field.name: field.default for field in channel.settings if field.default}
    row = NewAccount(
        channel=channel.name,
        name="四川发布",
        handle=enrolment.handle,
        body_code="510000",
        base_url=url,
        credentials=enrolment.credentials,
        settings=defaults | dict(enrolment.settings),
    )
    await hub.organisations.import_accounts([row], actor="tests")
    accounts = await hub.organisations.accounts(Selection(channels=(channel.name,)))
    return next(account.id for account in accounts if account.handle == enrolment.handle)


async def _count_calls(channel: Channel, prepared: Prepared) -> int:
    """How many outside calls the item's delivery makes until the platform has accepted it."""
    made = 0
    copy = prepared.home.with_name("counting")
    async with installation(channel, prepared, copy) as stage:
        take = stage.platform.faults.take

        def counting(path: str) -> object:
            nonlocal made
            made += 1
            return take(path)

        stage.platform.faults.take = counting  # type: ignore[method-assign, assignment]
        await stage.publish()
        delivery = await stage.spoilt()
        assert delivery.state in PUBLISHED, delivery
    return made


@contextlib.asynccontextmanager
async def installation(
    channel: Channel, prepared: Prepared, home: Path, *, patient: bool = False
) -> AsyncIterator[Installation]:
    """A copy of `prepared` in `home`, running, with its account on a new platform."""
    shutil.copytree(prepared.home, home)
    clock = _now()
    platform = simulator_of(channel)(clock)
    async with (
        serve(platform) as url,
        open_hub(Settings(home=home, site_url="https://www.sc.gov.cn"), clock=clock) as hub,
        open_session() as session,
    ):
        account_id = await _connect(hub, channel, platform, url)
        wire = Wire(session) if patient else ImpatientWire(session)
        async with open_engine(hub, wire=wire) as engine:
            yield Installation(
                hub, engine, platform, clock, prepared.item_id, account_id, prepared.calls
            )


def _now() -> ManualClock:
    """Stands still until told; starts with the machine's, by which the jobs of the hub run."""
    return ManualClock(datetime.now(UTC))
