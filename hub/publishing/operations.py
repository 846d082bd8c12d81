"""What people decide about single deliveries: retry, settle, do by hand, explain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Account
from hub.publishing import events, store
from hub.publishing.afterwards import store as afterwards
from hub.publishing.afterwards.models import Discovery, Found, Sample
from hub.publishing.explanation import REASONS, explain, local_time
from hub.publishing.models import (
    LIFECYCLE,
    Attempt,
    Capability,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Purpose,
    Repeat,
)
from hub.publishing.own_site import show
from hub.publishing.ports import ABSENT_AT, ChannelBook
from hub.publishing.recall import store as recalls
from hub.publishing.rings import store as rings
from hub.publishing.rings.models import HELD_BY_RING
from hub.publishing.rings.rules import waits_for
from hub.publishing.rings.service import views_of
from hub.publishing.searching import find_deliveries
from hub.publishing.signing import refuse_recalled

__all__ = ["Explained", "Operations"]

_S, _E = DeliveryState, DeliveryEvent
# A platform may still be working on what it received in the call's last moment.
_LATE_COMMIT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A delivery with its history, and in words: where it is, why, and what happens next."""

    delivery: Delivery
    account: Account
    attempts: tuple[Attempt, ...]
    readings: tuple[Found, ...]  # what reading it back found, oldest first
    where: Words
    why: Words
    next: Words


class Operations:
    """One transaction per method."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        channels: ChannelBook,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._channels = channels
        self.on_change = on_change

    async def find(
        self,
        *,
        state: str = "",
        channel: str = "",
        plan_id: str = "",
        account_id: str = "",
        reason: str = "",
        item_id: str = "",
        limit: int = 100,
    ) -> list[Delivery]:
        """Deliveries, every filter given narrowing the choice."""
        if state and state not in set(DeliveryState):
            known = ", ".join(DeliveryState)
            raise InvalidInput(
                Words(f"没有状态“{state}”", f"no state '{state}'"),
                field="state",
                remedy=Words(f"可用：{known}", f"one of: {known}"),
            )
        return await self._database.read(
            lambda c: find_deliveries(
                c,
                state=state,
                channel=channel,
                plan_id=plan_id,
                account_id=account_id,
                reason=reason,
                item_id=item_id,
                limit=limit,
            )
        )

    async def explain(self, delivery_id: str) -> Explained:
        """Where a delivery is, why, and what happens next, in words."""
        now = self._clock.now()

        def work(connection: Connection) -> Explained:
            delivery = _get(connection, delivery_id)
            account = organisations.get_account(connection, delivery.account_id)
            attempts = tuple(store.attempts_of(connection, delivery_id))
            last_beat = store.last_beat(connection, "dispatcher")
            ring = _ring_words(connection, delivery)
            where, why, following = explain(delivery, account, attempts, last_beat, now, ring)
            return Explained(
                delivery=delivery,
                account=account,
                attempts=attempts,
                readings=tuple(afterwards.findings_of(connection, delivery_id)),
                where=where,
                why=why,
                next=following,
            )

        return await self._database.read(work)

    async def findings(
        self, *, channel: str = "", discovery: str = "", limit: int = 100
    ) -> list[tuple[Found, str]]:
        """What reading public posts again found wrong, newest first, with the account's id."""
        if discovery and discovery not in set(Discovery):
            known = ", ".join(Discovery)
            raise InvalidInput(
                Words(f"没有发现类型“{discovery}”", f"no discovery '{discovery}'"),
                field="discovery",
                remedy=Words(f"可用：{known}", f"one of: {known}"),
            )
        return await self._database.read(
            lambda c: afterwards.bad_findings(c, channel=channel, discovery=discovery, limit=limit)
        )

    async def measures(self, delivery_id: str) -> list[Sample]:
        """A post's figures over time, oldest first; raises NotFound."""

        def work(connection: Connection) -> list[Sample]:
            _get(connection, delivery_id)
            return afterwards.samples_of(connection, delivery_id)

        return await self._database.read(work)

    async def retry(self, delivery_id: str, actor: str, not_after: datetime | None = None) -> None:
        """Start a failed, expired or waiting delivery again.

        Refused for an unknown one: that would risk a duplicate; it is settled by `resolve`.
        """
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            delivery = _get(tx.connection, delivery_id)
            if delivery.state is _S.UNKNOWN:
                raise Conflict(
                    Words(
                        "结果未知，重发可能重复", "the outcome is unknown, a repeat may double it"
                    ),
                    field="state",
                    remedy=Words(
                        "先核实，再用 delivery resolve", "look, then use delivery resolve"
                    ),
                )
            if not store.previous_is_out(tx.connection, delivery):
                raise Conflict(
                    Words("须等同一串的上一条发出", "the thread's previous part must go first"),
                    field="state",
                    remedy=Words("先处理上一条", "settle the previous part first"),
                )
            if delivery.reason in HELD_BY_RING:
                raise _held_by_ring(delivery)
            LIFECYCLE.next(delivery.state, _E.RETRIED)
            if delivery.purpose is not Purpose.RECALL:
                refuse_recalled(tx.connection, delivery)
            until = not_after or max(delivery.not_after, now + timedelta(hours=1))
            values = {"state": _S.READY, "next_at": now, "reason": "", "tries": 0}
            values |= {"not_after": until, "error_code": "", "error_zh": "", "error_en": ""}
            if not store.change_deliveries(
                tx, LIFECYCLE.sources(_E.RETRIED), ids=(delivery_id,), values=values
            ):
                raise _moved_on()
            self._record(tx, events.RETRIED, delivery_id, actor, {"from": delivery.state})

        await self._database.write(work)
        self.on_change()

    async def resolve(
        self, delivery_id: str, actor: str, *, published: bool, remote_id: str = ""
    ) -> None:
        """Settle an unknown outcome by a person's word: it is there, or it surely is not.

        `published` needs the platform's `remote_id`, so that it can be recalled later. Absence
        is refused as long as a call that ran into its time limit may still be carried out: what
        is not there now might be there in a moment, and sending it again would double it. What
        was accepted and only a person can look at is settled so, too; absent, it has failed.
        """
        if published and not remote_id:
            raise InvalidInput(
                Words("请填写平台上的编号或链接", "give the post's id on the platform"),
                field="remote_id",
            )
        if remote_id and not published:
            raise InvalidInput(
                Words("未发布的投递没有平台编号", "what is absent has no id on the platform"),
                field="remote_id",
            )
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            delivery = _get(tx.connection, delivery_id)
            expected, values = _S.UNKNOWN, _resolved(delivery, remote_id, now)
            if delivery.state is _S.ACCEPTED and delivery.reason == "person":
                expected, values = _S.ACCEPTED, _looked_at(remote_id)
            else:
                LIFECYCLE.next(delivery.state, _E.ACCEPTED if published else _E.PROVED_ABSENT)
                if not published:
                    self._refuse_too_early(delivery, now)
            if delivery.state is not expected or not store.change_deliveries(
                tx, (expected,), ids=(delivery_id,), reason=delivery.reason, values=values
            ):
                raise _moved_on()
            if published and delivery.purpose is Purpose.RECALL:
                recalls.withdrawn(tx, delivery, now)
            elif published:
                store.promote_next_part(tx, delivery, now)
                self._show(tx, delivery, now)
            recalls.wake_waiting(tx, (delivery_id,), now)
            data = {"published": published, "remote_id": remote_id}
            self._record(tx, events.RESOLVED, delivery_id, actor, data)

        await self._database.write(work)
        self.on_change()

    def _refuse_too_early(self, delivery: Delivery, now: datetime) -> None:
        """Raise Conflict while the last call may still be carried out, where that would double."""
        rules = self._channels.declaration(delivery.channel)
        if rules.repeat is Repeat.HARMLESS or delivery.handed_over_at is None:
            return
        sure_at = delivery.handed_over_at + rules.call_timeout + _LATE_COMMIT
        if now < sure_at:
            raise Conflict(
                Words(
                    "平台可能仍在处理上次调用，现在不能断定未发布",
                    "the platform may still carry out the last call: nobody can say now",
                ),
                field="published",
                remedy=Words(
                    f"请在 {local_time(sure_at)} 之后查看账号再确认",
                    f"look at the account after {local_time(sure_at)}, then say so",
                ),
            )

    async def done(self, delivery_id: str, actor: str, note: str = "") -> DeliveryState:
        """A person did by hand what a withdrawal or correction could not: it counts as done.

        Where the platform can be read, it is read back at once: that is the proof. Raises
        NotFound, Conflict for what no order led to, IllegalTransition.
        """
        now = self._clock.now()

        def work(tx: Transaction) -> DeliveryState:
            delivery = _get(tx.connection, delivery_id)
            about = recalls.followups_of(tx.connection, [delivery_id]).get(delivery_id)
            if about is None or delivery.purpose not in (Purpose.RECALL, Purpose.CORRECT):
                raise Conflict(
                    Words("这不是撤稿或更正", "this neither withdraws nor corrects anything"),
                    field="delivery",
                )
            LIFECYCLE.next(delivery.state, _E.DONE)
            recall = delivery.purpose is Purpose.RECALL
            asks = self._channels.declaration(delivery.channel).can(Capability.VERIFY) and recall
            values = {"state": _S.ACCEPTED, "next_at": now if asks else None, "reason": ""}
            values |= {"remote_id": about.original_remote_id or about.original_id}
            values |= {"error_code": "", "error_zh": "", "error_en": ""}
            if not store.change_deliveries(
                tx, LIFECYCLE.sources(_E.DONE), ids=(delivery_id,), values=values
            ):
                raise _moved_on()
            self._record(tx, events.DONE_BY_HAND, delivery_id, actor, {"note": note})
            if asks:
                return _S.ACCEPTED
            store.change_deliveries(
                tx, (_S.ACCEPTED,), ids=(delivery_id,), values={"state": _S.VERIFIED}
            )
            if recall:
                recalls.withdrawn(tx, delivery, now)
            else:
                self._show(tx, delivery, now)
            return _S.VERIFIED

        state = await self._database.write(work)
        self.on_change()
        return state

    def _show(self, tx: Transaction, delivery: Delivery, now: datetime) -> None:
        if self._channels.declaration(delivery.channel).own_site:
            show(tx, [delivery], now)

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=self._clock.now(), data=data))


def _get(connection: Connection, delivery_id: str) -> Delivery:
    delivery = store.get_delivery(connection, delivery_id)
    if delivery is None:
        raise NotFound(
            Words(f"没有投递 {delivery_id}", f"no delivery {delivery_id}"), field="delivery"
        )
    return delivery


def _resolved(delivery: Delivery, remote_id: str, now: datetime) -> dict[str, object]:
    """Where a person's word leads: with a `remote_id` it is there, without it surely is not."""
    values: dict[str, object] = {"reason": "", "error_code": "", "error_zh": "", "error_en": ""}
    if not remote_id:
        # a channel that relies on a platform's memory of a key must know that a person decided
        progress = {**delivery.progress, ABSENT_AT: now.isoformat()}
        return values | {"state": _S.READY, "next_at": now, "progress": progress}
    recalled = delivery.purpose is Purpose.RECALL
    state = _S.VERIFIED if recalled else _S.ACCEPTED
    return values | {"state": state, "next_at": None, "remote_id": remote_id}


def _looked_at(remote_id: str) -> dict[str, object]:
    """Where a person's word about an accepted post leads that no program could read back."""
    if remote_id:
        return {"reason": "", "remote_id": remote_id}
    said = REASONS["gone"]
    error = {"error_code": "gone", "error_zh": said.zh, "error_en": said.en}
    return {"state": _S.FAILED, "next_at": None, "reason": "", **error}


def _ring_words(connection: Connection, delivery: Delivery) -> Words | None:
    """Which ring it waits for; None where it waits for none."""
    if delivery.reason not in HELD_BY_RING:
        return None
    number = rings.number_of(connection, delivery.id)
    return waits_for(number, views_of(connection, delivery.plan_id), local_time(delivery.not_after))


def _held_by_ring(delivery: Delivery) -> Conflict:
    return Conflict(
        Words("该投递在等待分批放行", "the delivery waits for its ring"),
        field="state",
        remedy=Words(
            f"整个计划一起放行：gongkai plan resume {delivery.plan_id} --all",
            f"let the whole plan go: gongkai plan resume {delivery.plan_id} --all",
        ),
    )


def _moved_on() -> Conflict:
    return Conflict(
        Words("状态刚刚变化，请重新查看", "its state has just changed, look again"), field="state"
    )
