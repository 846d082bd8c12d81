"""What people decide about single deliveries: retry, settle, release, recall, explain."""

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
from hub.publishing.explanation import explain, local_time
from hub.publishing.models import (
    LIFECYCLE,
    Attempt,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Priority,
    Purpose,
    Repeat,
)
from hub.publishing.ports import ABSENT_AT, ChannelBook
from hub.publishing.searching import find_deliveries

__all__ = ["Explained", "Operations"]

_S, _E = DeliveryState, DeliveryEvent
_RECALL_WITHIN = timedelta(days=2)
# A platform may still be working on what it received in the call's last moment.
_LATE_COMMIT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A delivery with its history, and in words: where it is, why, and what happens next."""

    delivery: Delivery
    account: Account
    attempts: tuple[Attempt, ...]
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
            where, why, following = explain(delivery, account, attempts, last_beat, now)
            return Explained(
                delivery=delivery,
                account=account,
                attempts=attempts,
                where=where,
                why=why,
                next=following,
            )

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
            if delivery.reason == "previous-part":
                raise Conflict(
                    Words("须等同一串的上一条发出", "the thread's previous part must go first"),
                    field="state",
                    remedy=Words("先处理上一条", "settle the previous part first"),
                )
            LIFECYCLE.next(delivery.state, _E.RETRIED)
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
        is not there now might be there in a moment, and sending it again would double it.
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
            LIFECYCLE.next(delivery.state, _E.ACCEPTED if published else _E.PROVED_ABSENT)
            if not published:
                self._refuse_too_early(delivery, now)
            values = _resolved(delivery, remote_id, now)
            if delivery.state is not _S.UNKNOWN or not store.change_deliveries(
                tx, (_S.UNKNOWN,), ids=(delivery_id,), values=values
            ):
                raise _moved_on()
            if published and delivery.purpose is Purpose.RECALL:
                store.mark_recalled(tx, delivery)
            elif published:
                store.promote_next_part(tx, delivery, now)
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

    async def release(self, actor: str, *, limit: int = 0, plan_id: str = "") -> int:
        """Let an outage's backlog go, the most urgent and newest first; how many."""
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            values = {"state": _S.READY, "next_at": now, "reason": ""}
            ids = store.change_deliveries(
                tx, (_S.BLOCKED,), reason="outage", plan_id=plan_id, limit=limit, values=values
            )
            if ids:
                self._record(tx, events.RELEASED, "backlog", actor, {"deliveries": ids})
            return len(ids)

        count = await self._database.write(work)
        self.on_change()
        return count

    async def recall(self, item_id: str, actor: str) -> int:
        """Order the withdrawal of an item from exactly the accounts that have it; how many.

        A recall is a delivery of its own with the highest priority; where a channel cannot
        delete, it fails with advice for a person. What has not left yet is cancelled: a
        withdrawn item must not go on appearing.
        """
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            published = store.published_deliveries(tx.connection, item_id)
            taken = store.recalls_of(tx.connection, item_id)
            rows = [
                self._recall_row(delivery, now)
                for delivery in published
                if _posted(delivery) not in taken
            ]
            if not rows:
                raise Conflict(
                    Words("没有可撤回的投递", "nothing is published that could be recalled"),
                    field="item",
                )
            cancelled = self._cancel_waiting(tx, item_id)
            store.add_deliveries(tx, rows)
            data = {"deliveries": len(rows), "cancelled": cancelled}
            self._record(tx, events.RECALL_ORDERED, item_id, actor, data)
            return len(rows)

        count = await self._database.write(work)
        self.on_change()
        return count

    def _cancel_waiting(self, tx: Transaction, item_id: str) -> list[str]:
        """Of every plan of the item, what has not left yet and is no recall itself."""
        values = {"state": _S.CANCELLED, "next_at": None, "reason": "", "lease_owner": ""}
        cancelled: list[str] = []
        for plan_id in store.plans_of(tx.connection, item_id):
            cancelled += store.change_deliveries(
                tx,
                LIFECYCLE.sources(_E.CANCELLED),
                plan_id=plan_id,
                purpose=Purpose.PUBLISH,
                values=values,
            )
        return cancelled

    def _recall_row(self, delivery: Delivery, now: datetime) -> dict[str, object]:
        return {
            "id": self._ids.new(now),
            "plan_id": delivery.plan_id,
            "edition_id": delivery.edition_id,
            "account_id": delivery.account_id,
            "channel": delivery.channel,
            "part": delivery.part,
            "occurrence": delivery.occurrence,
            "purpose": Purpose.RECALL,
            "state": _S.PLANNED,
            "reason": "",
            "next_at": None,
            "priority": int(Priority.EMERGENCY),
            "due_at": now,
            "not_after": now + _RECALL_WITHIN,
        }

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


def _posted(delivery: Delivery) -> tuple[str, str, int, str]:
    """What tells one post of an item from another."""
    return delivery.edition_id, delivery.account_id, delivery.part, delivery.occurrence


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


def _moved_on() -> Conflict:
    return Conflict(
        Words("状态刚刚变化，请重新查看", "its state has just changed, look again"), field="state"
    )
