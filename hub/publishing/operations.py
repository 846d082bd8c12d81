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
from hub.publishing.explanation import explain
from hub.publishing.models import (
    LIFECYCLE,
    Attempt,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Priority,
    Purpose,
)

__all__ = ["Explained", "Operations"]

_S, _E = DeliveryState, DeliveryEvent
_RECALL_WITHIN = timedelta(days=2)


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
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
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
            lambda c: store.find_deliveries(
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

        `published` needs the platform's `remote_id`, so that it can be recalled later.
        """
        if published and not remote_id:
            raise InvalidInput(
                Words("请填写平台上的编号或链接", "give the post's id on the platform"),
                field="remote_id",
            )
        now = self._clock.now()
        values: dict[str, object] = {"state": _S.READY, "next_at": now, "reason": ""}
        if published:
            values = {"state": _S.ACCEPTED, "next_at": None, "reason": "", "remote_id": remote_id}

        def work(tx: Transaction) -> None:
            delivery = _get(tx.connection, delivery_id)
            LIFECYCLE.next(delivery.state, _E.ACCEPTED if published else _E.PROVED_ABSENT)
            if delivery.state is not _S.UNKNOWN or not store.change_deliveries(
                tx, (_S.UNKNOWN,), ids=(delivery_id,), values=values
            ):
                raise _moved_on()
            if published:
                store.promote_next_part(tx, delivery, now)
            data = {"published": published, "remote_id": remote_id}
            self._record(tx, events.RESOLVED, delivery_id, actor, data)

        await self._database.write(work)
        self.on_change()

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
        delete, it fails with advice for a person.
        """
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            published = store.published_deliveries(tx.connection, item_id)
            taken = store.recalls_of(tx.connection, item_id)
            rows = [
                self._recall_row(delivery, now)
                for delivery in published
                if (delivery.edition_id, delivery.account_id, delivery.part) not in taken
            ]
            if not rows:
                raise Conflict(
                    Words("没有可撤回的投递", "nothing is published that could be recalled"),
                    field="item",
                )
            store.add_deliveries(tx, rows)
            self._record(tx, events.RECALL_ORDERED, item_id, actor, {"deliveries": len(rows)})
            return len(rows)

        count = await self._database.write(work)
        self.on_change()
        return count

    def _recall_row(self, delivery: Delivery, now: datetime) -> dict[str, object]:
        return {
            "id": self._ids.new(now),
            "plan_id": delivery.plan_id,
            "edition_id": delivery.edition_id,
            "account_id": delivery.account_id,
            "channel": delivery.channel,
            "part": delivery.part,
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


def _moved_on() -> Conflict:
    return Conflict(
        Words("状态刚刚变化，请重新查看", "its state has just changed, look again"), field="state"
    )
