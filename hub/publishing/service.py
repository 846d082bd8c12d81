"""What people do with publishing: submit for review, plan, reschedule, cancel.

The rules live here and in the database's constraints, so that no door can go round them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.catalogue import store as catalogue
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, GongkaiError, InvalidInput, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Selection
from hub.publishing import events, store
from hub.publishing.errors import UnsignedEdition, Unsubmitted
from hub.publishing.models import (
    LIFECYCLE,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Edition,
    Plan,
    Priority,
    Purpose,
)
from hub.publishing.moving import Mover, known_plan
from hub.publishing.planning import Planned, Planner, Wish
from hub.publishing.ports import ChannelBook, Renderer
from hub.publishing.quota.models import Period
from hub.publishing.rings.models import RingOrder
from hub.publishing.rings.service import hold_again, hold_back
from hub.publishing.slots.moving import SlotMover
from hub.publishing.submission import Submission
from hub.publishing.when import When
from hub.review.errors import ClockExpired, NotPublic, WrongRole
from hub.review.history.refusals import record_refusal
from hub.review.models import Approval
from hub.review.returning import Incomplete, return_draft

__all__ = ["Planned", "Publishing", "When"]

_S, _E = DeliveryState, DeliveryEvent
_GOING_ROUND = (UnsignedEdition, Unsubmitted, ClockExpired, WrongRole)


class Publishing:
    """One transaction per method; `on_change` is called after what may make something due."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        renderer: Renderer,
        channels: ChannelBook,
        default_not_after: timedelta,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._renderer = renderer
        self._submission = Submission(database, clock, ids)
        self.planner = Planner(clock, ids, channels, default_not_after)
        self._mover = Mover(clock, self.planner.quotas, default_not_after)
        self._slots = SlotMover(clock, self.planner.quotas)
        self.on_change = on_change

    async def submit(self, item_id: str, selection: Selection, actor: str) -> Approval:
        """Render the item for every selected account's channel and open its review.

        Raises InvalidInput where a channel could not take it, NotFound, Conflict when no account
        is selected, Undetermined while the item's attribute is not determined in full: then it
        goes back to its drafter. The editions are frozen: what the reviewers see is what is sent.
        """
        item, accounts = await self._database.read(
            lambda c: (catalogue.get_item(c, item_id), organisations.select_accounts(c, selection))
        )
        if not accounts:
            raise Conflict(
                Words("没有选中任何账号", "no account is selected"),
                field="selection",
                remedy=Words("放宽选择条件，或先登记账号", "widen the selection, or add accounts"),
            )
        body = await self._database.read(lambda c: organisations.get_body(c, item.body_id))
        rendered = await self._renderer.render(item, body, accounts)
        try:
            return await self._submission.examiner.write(
                item_id,
                lambda tx, examined: self._submission.open(tx, item, rendered, examined, actor),
            )
        except Incomplete as error:
            at = self._clock.now()
            refusal = error
            await self._database.write(lambda tx: return_draft(tx, refusal, actor, at))
            raise
        except NotPublic as error:
            await self._refused(error, "submit", item_id, actor)
            raise

    async def _refused(self, error: GongkaiError, attempt: str, item_id: str, actor: str) -> None:
        at = self._clock.now()
        await record_refusal(
            self._database, error, attempt=attempt, subject=item_id, login=actor, at=at
        )

    async def editions(self, item_id: str, version: int | None = None) -> list[Edition]:
        """The editions of a version of the item, the current one by default: the exact bytes,
        for preview."""
        return await self._database.read(
            lambda c: store.editions_of(
                c, item_id, version or catalogue.current_version(c, item_id)
            )
        )

    async def plan(
        self,
        item_id: str,
        selection: Selection,
        when: When,
        actor: str,
        priority: Priority = Priority.ROUTINE,
        *,
        take_slots: bool = False,
        rings: RingOrder | None = None,
        reason: str = "",
    ) -> Planned:
        """Make the deliveries of an approved item: one per selected account and part.

        Raises UnsignedEdition before the third signature, InvalidInput for a past or impossible
        time, Conflict when no account is left. Accounts that cannot publish, are to be silent
        then, or have no quota, are left out and named, with those who hold the quota's slots;
        with `take_slots` an emergency cancels routine posts that hold them. With `rings` it goes
        to a few accounts first, and on when those are published and checked. First release after
        the statutory limit takes the `reason` of a leader; ClockExpired, WrongRole without.
        """
        wish = Wish(
            item_id=item_id,
            selection=selection,
            when=when,
            actor=actor,
            priority=priority,
            take_slots=take_slots,
            reason=reason,
        )

        def work(tx: Transaction) -> Planned:
            planned = self.planner.plan(tx, wish)
            if rings is not None:
                hold_back(tx, planned.plan, rings, self._clock.now())
            return planned

        try:
            planned = await self._database.write(work)
        except _GOING_ROUND as error:  # 先审后发: whoever tries is seen
            await self._refused(error, "plan", item_id, actor)
            raise
        self.on_change()
        return planned

    async def rehearse(
        self,
        item_id: str,
        selection: Selection,
        when: When,
        actor: str,
        priority: Priority = Priority.ROUTINE,
        *,
        reason: str = "",
    ) -> Planned:
        """What `plan` would make now, with its errors; nothing is written and nobody is refused in
        the records: it is a question."""
        wish = Wish(
            item_id=item_id,
            selection=selection,
            when=when,
            actor=actor,
            priority=priority,
            reason=reason,
        )
        return await self._database.read(lambda c: self.planner.rehearse(c, wish))

    async def reschedule(
        self, plan_id: str, when: When, actor: str, *, reason: str = ""
    ) -> tuple[int, int]:
        """Move what has not left yet to another time; (moved, not movable any more).

        A time after the statutory limit takes a leader's `reason`, as in `plan`."""

        def work(tx: Transaction) -> tuple[int, int]:
            moved = self._mover.reschedule(tx, plan_id, when, actor, reason)
            hold_again(tx, plan_id)
            return moved

        try:
            result = await self._database.write(work)
        except _GOING_ROUND as error:
            plan, _ = await self.progress(plan_id)
            await self._refused(error, f"reschedule {plan_id}", plan.item_id, actor)
            raise
        self.on_change()
        return result

    async def move_to_slot(
        self, delivery_id: str, at: datetime, actor: str, *, reason: str = ""
    ) -> Delivery:
        """Move one delivery that has not left into a free posting time of its account.

        Raises NotFound; InvalidInput for a moment that is past or no posting time of the account;
        Conflict, naming why, where the slot is taken, a blackout covers it, the account's quota of
        that day or month is used up, or the delivery has left. A time after the statutory limit
        takes a leader's `reason`, as in `plan`."""

        def work(tx: Transaction) -> Delivery:
            moved = self._slots.move(tx, delivery_id, at, actor, reason)
            hold_again(tx, moved.plan_id)
            return moved

        try:
            moved = await self._database.write(work)
        except _GOING_ROUND as error:
            held = await self._database.read(lambda c: store.get_delivery(c, delivery_id))
            plan, _ = await self.progress(held.plan_id if held else "")
            await self._refused(error, f"move {delivery_id}", plan.item_id, actor)
            raise
        self.on_change()
        return moved

    async def cancel(self, actor: str, *, plan_id: str = "", delivery_id: str = "") -> list[str]:
        """Cancel what has not left yet, of a plan or one delivery; the ids that are cancelled.

        Safe at every moment: a claimed delivery loses its lease and is not sent; one whose
        attempt has begun is not cancelled and has to be recalled. A plan's recalls go on. The
        parts of a thread that wait behind a cancelled one would never go: they are cancelled too.
        """
        if not plan_id and not delivery_id:
            raise InvalidInput(
                Words("请指明计划或投递", "name a plan or a delivery"), field="delivery"
            )

        def work(tx: Transaction) -> list[str]:
            if plan_id:
                known_plan(tx.connection, plan_id)
            values = {"state": _S.CANCELLED, "next_at": None, "reason": "", "lease_owner": ""}
            states = LIFECYCLE.sources(_E.CANCELLED)
            cancelled = store.change_deliveries(
                tx,
                states,
                plan_id=plan_id,
                ids=(delivery_id,) if delivery_id else (),
                purpose="" if delivery_id else Purpose.PUBLISH,
                values=values,
            )
            if cancelled and (behind := store.later_parts(tx.connection, delivery_id)):
                cancelled += store.change_deliveries(tx, states, ids=behind, values=values)
            if cancelled:
                data = {"deliveries": cancelled}
                subject = plan_id or delivery_id
                at = self._clock.now()
                tx.record(
                    Event(kind=events.CANCELLED, subject=subject, actor=actor, at=at, data=data)
                )
            return cancelled

        return await self._database.write(work)

    async def quota(self, account_id: str) -> list[Period]:
        """Who has the slots of the account's running and coming quota periods."""
        now = self._clock.now()
        return await self._database.read(
            lambda c: self.planner.quotas.standing(c, organisations.get_account(c, account_id), now)
        )

    async def progress(self, plan_id: str) -> tuple[Plan, list[Delivery]]:
        """A plan and all its deliveries."""
        return await self._database.read(
            lambda c: (known_plan(c, plan_id), store.deliveries_of_plan(c, plan_id))
        )

    async def plans(self, limit: int = 50) -> list[Plan]:
        return await self._database.read(lambda c: store.list_plans(c, limit))
