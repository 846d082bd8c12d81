"""Everything that happens to deliveries, one step at a time: workers, people, crashes, time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random

from hub.catalogue.models import Item
from hub.catalogue.rules import draft_of
from hub.kernel.clock import ManualClock
from hub.kernel.database import Transaction
from hub.kernel.errors import Conflict, GongkaiError, Words
from hub.kernel.meter import NoMeter
from hub.organisations.models import Selection
from hub.publishing import ledger, sweeping
from hub.publishing.errors import LeaseLost
from hub.publishing.models import OPEN, Delivery, DeliveryState, Priority, Purpose
from hub.publishing.operations import Explained
from hub.publishing.ports import Accepted, Job
from hub.publishing.recall.models import Ordered
from hub.publishing.rings.models import RingOrder
from hub.publishing.rings.service import Rings
from hub.publishing.service import When
from scheduler.aside import Aside
from scheduler.endings import Case, ending_of_acceptance, ending_of_error
from scheduler.following import FollowUp
from scheduler.grouping import GroupedLedger
from scheduler.job import LeasedJob, Prepared
from scheduler.media import StoredMedia
from scheduler.reconciler import Reconciler
from scheduler.sweep import Sweep
from tests.scheduler.crooked import HIDES, KINDS, Crooked
from tests.scheduler.stage import Stage

__all__ = ["Step", "Traffic"]

S = DeliveryState
Step = tuple[str, int]
MOODS = (
    *("taken", "lost-after", "hidden", "lost-before", "refused"),
    *("taken", "busy", "throttled", "not-sent", "unauthorised"),
)
JUMPS_S = (1, 11, 61, 301, 900, 3600, 7 * 3600, 25 * 3600)
# Past every waiting time, then past the latest time of what waits for what will never come.
WINDING_UP_S = (*(400,) * 6, 13 * 3600, *(400,) * 5)
LEASE = timedelta(seconds=60)
GONE = (S.CANCELLED, S.EXPIRED, S.RECALLED)
# What waits for another delivery of its own and not for a person.
FOR_OTHERS = ("previous-part", "original-unsettled", "ring", "account")


class Traffic:
    """Three accounts of one kind of platform, two workers, and the people of one hub."""

    def __init__(self, stage: Stage, kind: int) -> None:
        assert isinstance(stage.clock, ManualClock)
        self.stage, self.clock = stage, stage.clock
        self.platform = Crooked(self.clock, KINDS[kind % len(KINDS)])
        stage.book.held["toy"] = self.platform.declaration
        self.outlets = {"toy": self.platform}
        self.items: list[Item] = []
        self.expected = 0
        self.explained: dict[str, tuple[object, ...]] = {}
        self.rings = Rings(database=stage.database, clock=self.clock)
        self.sweep = Sweep(stage.database, self.clock, NoMeter(), timedelta(minutes=30))
        self.follow_up = FollowUp(stage.database, self.clock, self.outlets, lambda: None)
        self.media = StoredMedia(stage.database)
        self.intake = stage.intake()
        self._forget()

    def _forget(self) -> None:
        """What workers have in memory."""
        self.workers = [self._worker(name) for name in ("w1", "w2")]
        self.begun: list[tuple[GroupedLedger, Prepared]] = []
        self.late: list[Callable[[], Awaitable[None]]] = []
        self.reconciler = Reconciler(
            database=self.stage.database,
            clock=self.clock,
            outlets=self.outlets,
            intake=self.intake,
            media=self.media,
            on_ready=lambda: None,
        )

    def _worker(self, name: str) -> tuple[str, GroupedLedger, Aside]:
        database = self.stage.database
        written = GroupedLedger(database, self.clock, name, NoMeter(), lambda: None)
        return name, written, Aside(database, self.clock, name)

    async def go(self, steps: Iterable[Step]) -> None:
        await self.stage.accounts(3)
        for name, number in steps:
            action: Callable[[int], Awaitable[None]] = getattr(self, name)
            await action(number)
            await self.check()

    # --- people -----------------------------------------------------------------------------------

    async def plan(self, number: int) -> None:
        """An item of one or two parts, now or later, urgent or in rings."""
        self.items.append(await self.stage.approved("一\n\n二" if number % 2 else "一", 0))
        rings = RingOrder(share=0.5) if number % 3 == 1 else None
        priority = Priority.EMERGENCY if number % 5 == 0 and not rings else Priority.ROUTINE
        later = self.clock.now() + timedelta(minutes=number % 4)
        when = When(zone="UTC", wall=later.replace(tzinfo=None))
        with suppress(Conflict):  # every account waits to be connected again
            planned = await self.stage.publishing.plan(
                self.items[-1].id, Selection(), when, "media", priority, rings=rings
            )
            self.expected += planned.deliveries

    async def _some(self, number: int, *states: DeliveryState) -> str:
        found = [d.id for d in await self.stage.deliveries() if d.state in (states or OPEN)]
        return found[number % len(found)] if found else "nothing"

    async def cancel(self, number: int) -> None:
        await self.stage.publishing.cancel("media", delivery_id=await self._some(number))

    async def retry(self, number: int) -> None:
        one = await self._some(number, S.FAILED, S.EXPIRED, S.BLOCKED)
        with suppress(GongkaiError):
            await self.stage.operations.retry(one, "media")

    async def reschedule(self, number: int) -> None:
        later = self.clock.now() + timedelta(minutes=number % 90)
        when = When(zone="UTC", wall=later.replace(tzinfo=None))
        for plan in await self.stage.publishing.plans(1 + number % 2):
            with suppress(GongkaiError):
                await self.stage.publishing.reschedule(plan.id, when, "media")

    async def resolve(self, number: int) -> None:
        await self._resolve(await self._some(number, S.UNKNOWN))

    async def _resolve(self, one: str) -> None:
        """A person looks at the account and says what is there, not before it would be shown."""
        found = [d for d in await self.stage.deliveries() if d.id == one]
        early = any(self.clock.now() - d.handed_over_at < HIDES for d in found if d.handed_over_at)
        post = self.platform.find(one)
        named = post.remote_id if post is not None else ""
        if named or not early:
            with suppress(GongkaiError):
                await self.stage.operations.resolve(
                    one, "media", published=bool(named), remote_id=named
                )

    async def release(self, number: int) -> None:
        await self.stage.let_go(limit=number % 3)

    async def recall(self, number: int) -> None:
        if self.items:
            await self._order(self.stage.recalling.recall(self._item(number).id, "leader"))

    async def correct(self, number: int) -> None:
        if not self.items:
            return
        item = self._item(number)
        draft = replace(draft_of(item), body=f"更正 {number}")
        changed = await self.stage.catalogue.edit(item.id, draft, actor="clerk")
        self.items[number % len(self.items)] = changed
        with suppress(GongkaiError):  # the same text again is signed already
            await self.stage.sign(await self.stage.submit(changed))
        await self._order(self.stage.recalling.correct(item.id, "leader"))

    def _item(self, number: int) -> Item:
        return self.items[number % len(self.items)]

    async def _order(self, order: Awaitable[Ordered]) -> None:
        with suppress(GongkaiError):  # nothing is public
            self.expected += (await order).deliveries

    async def sign(self, number: int) -> None:
        """The three sign whatever notices wait."""
        for approval, _ in await self.stage.review.list():
            with suppress(GongkaiError):
                await self.stage.sign(approval)

    async def done(self, number: int) -> None:
        with suppress(GongkaiError):
            await self.stage.operations.done(await self._some(number, S.BLOCKED), "media")

    async def resume(self, number: int) -> None:
        for plan in await self.stage.publishing.plans():
            with suppress(GongkaiError):
                await self.rings.resume(plan.id, "media", everything=number % 3 == 0)

    async def connect(self, number: int) -> None:
        for account in await self.stage.organisations.accounts(Selection()):
            await self.stage.organisations.connect(account.id, {"token": "u"}, actor="media")

    # --- workers ----------------------------------------------------------------------------------

    async def claim(self, number: int) -> None:
        """One worker claims and writes ahead; its calls are made later, or never."""
        owner, written, aside = self.workers[number % 2]
        now = self.clock.now()

        def work(tx: Transaction) -> tuple[list[Delivery], object]:
            sweeping.promote(tx, now, 100)
            rows = ledger.claim(tx, owner=owner, now=now, lease_until=now + LEASE, limit=4)
            return rows, self.intake.gather(tx, rows, now)

        rows, facts = await self.stage.do(work)
        checked = self.intake.check(rows, facts, now)
        await aside.put(checked)
        if number % 7 == 6:
            return  # claimed and never begun
        for prepared in checked.sendable:
            edition = prepared.edition
            if await written.begin(prepared.delivery, edition.payload_hash, prepared.key):
                self.begun.append((written, prepared))

    async def call(self, number: int) -> None:
        """One call that was written ahead, however long ago; its answer may come late."""
        if self.begun:
            written, prepared = self.begun.pop(number % len(self.begun))
            await self._call(written, prepared, MOODS[number % len(MOODS)], late=number % 4 == 3)

    async def send(self, number: int) -> None:
        await self.claim(0)
        while self.begun:
            written, prepared = self.begun.pop()
            await self._call(written, prepared, MOODS[number % len(MOODS)], late=False)

    async def _call(
        self, written: GroupedLedger, prepared: Prepared, mood: str, *, late: bool
    ) -> None:
        delivery = prepared.delivery
        self.platform.mood = mood
        before = len(self.platform.posts)
        job = LeasedJob(
            prepared, self.media, self.stage.database, self.clock, LEASE, delivery.progress
        )
        verbs: dict[Purpose, Callable[[Job], Awaitable[Accepted | None]]]
        verbs = {Purpose.CORRECT: self.platform.amend, Purpose.RECALL: self.platform.withdraw}
        case = Case(delivery, self.platform.declaration, self.clock.now(), Random(7))
        try:
            answer = await verbs.get(delivery.purpose, self.platform.deliver)(job)
        except LeaseLost:
            return
        except GongkaiError as error:
            ending = ending_of_error(case, error)
        else:
            ending = ending_of_acceptance(case, answer or Accepted(remote_id=job.remote_id))
        if len(self.platform.posts) > before:
            now = await self.stage.delivery(delivery.id)
            assert (now.state, now.fence) == (S.SENDING, delivery.fence), "published, yet not ours"

        async def told() -> None:
            written.finish(delivery, ending, prepared.edition.parts)
            await written.drain()

        if late:
            self.late.append(told)
        else:
            await told()

    async def answer(self, number: int) -> None:
        if self.late:
            await self.late.pop(number % len(self.late))()

    # --- time and the jobs of the clock -----------------------------------------------------------

    async def time(self, number: int) -> None:
        self.clock.advance(JUMPS_S[number % len(JUMPS_S)])

    async def look(self, number: int) -> None:
        """Every job of the clock has its turn."""
        self.platform.vague = number % 5 == 4
        await self.sweep.beat()
        await self.sweep.sweep()
        await self.reconciler.settle_unknown()
        await self.reconciler.verify_accepted()
        self.expected += await self._followed()
        await self.rings.advance()

    async def _followed(self) -> int:
        """A withdrawal and a post for each correction that its platform refused."""
        return 2 * await self.follow_up.look()

    async def crash(self, number: int) -> None:
        """Both workers die, the hub starts again."""
        self._forget()
        await self.sweep.recover(alone=True)

    # --- what always holds ------------------------------------------------------------------------

    async def check(self) -> None:
        rows = await self.stage.deliveries()
        assert len(rows) == self.expected, "counts in are not counts out, waiting and failed"
        assert not self.platform.doubled()
        posted = {post.delivery_id for post in self.platform.posts if not post.gone}
        for row in rows:
            assert row.state not in GONE or row.id not in posted, f"public and {row.state}: {row}"
            assert row.state not in OPEN or self._has_next(row), row
            stands = (row.state, row.reason, row.next_at)
            if self.explained.get(row.id) != stands:
                self.explained[row.id] = stands
                explained = await self.stage.operations.explain(row.id)
                assert all((w.zh and w.en) for w in _words(explained)), row

    def _has_next(self, row: Delivery) -> bool:
        match row.state:
            case S.CLAIMED | S.SENDING:
                return bool(row.lease_owner and row.next_at)
            case S.BLOCKED | S.UNKNOWN:
                return bool(row.next_at or row.reason)
            case _:
                return not row.lease_owner

    # --- the end: every next step is taken, and leads somewhere -----------------------------------

    async def wind_up(self) -> None:
        """The platform is well again and people do as they are told: nothing is left open."""
        self._forget()
        for seconds in WINDING_UP_S:
            self.clock.advance(seconds)
            await self.look(0)
            for _ in range(3):
                await self.send(0)
            for row in await self.stage.deliveries():
                await self._obey(row.id)
            await self.check()
        left = [d for d in await self.stage.deliveries() if _is_open(d)]
        assert not left, [(d.purpose, d.part, d.state, d.reason, d.next_at) for d in left]

    async def _obey(self, one: str) -> None:
        """What a person reads, a person does; nothing that is not in the words."""
        explained = await self.stage.operations.explain(one)
        row, told = explained.delivery, f"{explained.next.en} {explained.why.en}"
        if "delivery resolve" in told:
            await self._resolve(row.id)
        elif "delivery release" in told:
            await self.stage.let_go()
        elif "account connect" in told:
            await self.connect(0)
        elif "plan resume" in told:
            await self.resume(0)
        elif "delivery done" in told:
            with suppress(GongkaiError):
                await self.stage.operations.done(row.id, "media")
        elif "review list" in told or "signature" in told:
            await self.sign(0)
        elif "delivery retry" in told and row.state in (S.FAILED, S.EXPIRED):
            with suppress(GongkaiError):  # recalled meanwhile
                await self.stage.operations.retry(row.id, "media")
        elif row.state in (S.BLOCKED, S.UNKNOWN) and row.next_at is None:
            assert row.reason in FOR_OTHERS, f"told nothing that a person can do: {row}"


def _words(explained: Explained) -> tuple[Words, ...]:
    return explained.where, explained.why, explained.next


def _is_open(row: Delivery) -> bool:
    return row.state in OPEN and not (row.state is S.ACCEPTED and not row.reason)
