"""Emergencies: what one would reach and by when, the order with its reason, and how far it is.

突发事件应对法（2024）第六十七条：有关信息应当统一、准确、及时发布. An emergency still goes out only
with its three signatures; what is quicker is its lane (docs/decisions/0007).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, GongkaiError, InvalidInput, NotFound, Words
from hub.kernel.events import Event
from hub.organisations.authority.sight import Sight
from hub.organisations.models import Selection
from hub.publishing.emergency import events, store
from hub.publishing.emergency.models import Channel, Order, Outlook, Progress, Stuck
from hub.publishing.errors import UnsignedEdition, Unsubmitted
from hub.publishing.explanation import REASONS
from hub.publishing.forecast.models import Wave
from hub.publishing.forecast.service import PROPOSED, Proposal, Simulation
from hub.publishing.models import DeliveryState, Priority
from hub.publishing.outreach.models import by_reason
from hub.publishing.planning import Planned, Planner, Wish
from hub.publishing.service import Publishing
from hub.publishing.when import When
from hub.review.errors import ClockExpired, WrongRole
from hub.review.history.refusals import record_refusal

__all__ = ["Emergencies"]

_S = DeliveryState
_GOING_ROUND = (UnsignedEdition, Unsubmitted, ClockExpired, WrongRole)
_AHEAD = timedelta(hours=1)  # what falls due so soon may share the machine with it
_STUCK = frozenset({_S.FAILED, _S.UNKNOWN, _S.BLOCKED, _S.EXPIRED})
_LONGEST_REASON = 500


class Emergencies:
    """One transaction per method."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        publishing: Publishing,
        simulation: Simulation,
        zone: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._publishing = publishing
        self._simulation = simulation
        self._zone = zone

    @property
    def _planner(self) -> Planner:
        return self._publishing.planner

    async def outlook(
        self, item_id: str, selection: Selection, actor: str, *, reason: str = ""
    ) -> Outlook:
        """What would go out now and when the last of it would be out; nothing is written.

        Raises what ordering it would: UnsignedEdition, Unsubmitted, Conflict, ClockExpired.
        """
        wish = self._wish(item_id, selection, actor, reason)
        made = await self._database.read(lambda c: self._planner.rehearse(c, wish))
        return await self._foretold(wish, made)

    async def order(
        self,
        item_id: str,
        selection: Selection,
        actor: str,
        reason: str,
        *,
        expected: int | None = None,
        take_slots: bool = False,
    ) -> Order:
        """Send it, before everything else that waits.

        With `expected` exactly so many deliveries as somebody was shown: Conflict where there
        would be others by now. Raises InvalidInput without a `reason`, and what `outlook` raises;
        who tries to go round the review is recorded.
        """
        said = reason.strip()[:_LONGEST_REASON]
        if not said:
            raise _no_reason()
        wish = self._wish(item_id, selection, actor, said, take_slots=take_slots)
        try:
            made = await self._database.read(lambda c: self._planner.rehearse(c, wish))
            told = await self._foretold(wish, made)
            order = await self._database.write(lambda tx: self._order(tx, wish, told, expected))
        except _GOING_ROUND as error:
            await self._refused(error, item_id, actor)
            raise
        self._publishing.on_change()
        return order

    def _order(self, tx: Transaction, wish: Wish, told: Outlook, expected: int | None) -> Order:
        planned = self._planner.plan(tx, wish)
        if expected is not None and planned.deliveries != expected:
            raise _changed(expected, planned.deliveries)
        now, item = self._clock.now(), catalogue.get_item(tx.connection, wish.item_id)
        order = Order(
            plan_id=planned.plan.id,
            item_id=item.id,
            title=item.title,
            body_id=item.body_id,
            ordered_by=wish.actor,
            ordered_at=now,
            reason=wish.reason,
            deliveries=planned.deliveries,
            displaced=len(planned.displaced),
            finish_at=told.finish,
        )
        store.add_order(tx, order)
        data = {
            "item": item.id,
            "reason": order.reason,
            "deliveries": order.deliveries,
            "displaced": order.displaced,
            "finish": order.finish_at.isoformat() if order.finish_at else "",
        }
        tx.record(
            Event(kind=events.ORDERED, subject=order.plan_id, actor=wish.actor, at=now, data=data)
        )
        return order

    async def recent(self, sight: Sight, limit: int = 10) -> list[Order]:
        """The newest orders about items of bodies in sight."""
        return await self._database.read(lambda c: store.newest_orders(c, sight, limit))

    async def progress(self, plan_id: str) -> Progress:
        """How far an order is; raises NotFound."""

        def look(connection: Connection) -> Progress:
            order = store.get_order(connection, plan_id)
            if order is None:
                raise NotFound(
                    Words(f"没有应急发布 {plan_id}", f"no emergency {plan_id}"), field="plan"
                )
            return _progress(order, store.counted(connection, plan_id))

        return await self._database.read(look)

    def _wish(
        self,
        item_id: str,
        selection: Selection,
        actor: str,
        reason: str,
        *,
        take_slots: bool = False,
    ) -> Wish:
        return Wish(
            item_id=item_id,
            selection=selection,
            when=When(zone=self._zone, wall=None),
            actor=actor,
            priority=Priority.EMERGENCY,
            take_slots=take_slots,
            reason=reason,
        )

    async def _foretold(self, wish: Wish, made: Planned) -> Outlook:
        proposal = Proposal(
            item_id=wish.item_id,
            selection=wish.selection,
            when=wish.when,
            priority=wish.priority,
        )
        played = await self._simulation.play(self._clock.now() + _AHEAD, proposal)
        ours = [one for one in played.waves if one.name.partition("/")[0] == PROPOSED]
        lasts = [at for one in ours if (at := _moment(one.last)) is not None]
        return Outlook(
            deliveries=made.deliveries,
            channels=tuple(_channel(one) for one in ours),
            left_out=by_reason([(account.name, why) for account, why in made.left_out]),
            finish=max(lasts, default=None),
            not_after=made.plan.not_after,
            late=made.late,
        )

    async def _refused(self, error: GongkaiError, item_id: str, actor: str) -> None:
        at = self._clock.now()
        await record_refusal(
            self._database, error, attempt="emergency", subject=item_id, login=actor, at=at
        )


def _channel(wave: Wave) -> Channel:
    return Channel(
        channel=wave.name.partition("/")[2],
        deliveries=wave.deliveries,
        last=_moment(wave.last),
        waiting=dict(wave.waiting),
        expired=wave.expired,
        held=wave.held,
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _progress(order: Order, rows: Sequence[store.Counted]) -> Progress:
    states: dict[DeliveryState, int] = {}
    stuck: dict[tuple[DeliveryState, Words], int] = {}
    for row in rows:
        states[row.state] = states.get(row.state, 0) + row.count
        if row.state in _STUCK:
            key = (row.state, _why(row))
            stuck[key] = stuck.get(key, 0) + row.count
    return Progress(
        order=order,
        states=states,
        stuck=tuple(
            Stuck(state=state, words=words, count=count)
            for (state, words), count in sorted(stuck.items(), key=lambda one: -one[1])
        ),
        first_out=min((row.first for row in rows if row.first), default=None),
        last_out=max((row.last for row in rows if row.last), default=None),
    )


def _why(row: store.Counted) -> Words:
    if row.error_zh:
        return Words(row.error_zh, row.error_en)
    return REASONS.get(row.reason) or Words(row.reason or row.state, row.reason or row.state)


def _no_reason() -> InvalidInput:
    return InvalidInput(
        Words("请写明应急发布的理由", "say why it is an emergency"),
        field="reason",
        remedy=Words("理由写入审计日志，供事后核查", "it is kept in the audit log"),
    )


def _changed(expected: int, now: int) -> Conflict:
    return Conflict(
        Words(
            f"确认时为 {expected} 条，现在会是 {now} 条，没有发出",
            f"{expected} were confirmed and it would be {now} now: nothing was sent",
        ),
        field="expected",
        remedy=Words("重新核对账号后再下达", "look at the accounts again, then order it"),
    )
