"""What people do about time: posting times of accounts, and blackout periods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection

from hub.kernel.clock import Clock, instant_of_wall_time
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.errors import UnknownBody
from hub.publishing import events
from hub.publishing import store as publishing
from hub.publishing.models import DeliveryState
from hub.publishing.timing import store
from hub.publishing.timing.models import (
    Blackout,
    Candidate,
    NewBlackout,
    NewPostingTime,
    PostingTime,
)
from hub.publishing.timing.rules import Blackouts, check_posting_time, upcoming

__all__ = ["Affected", "Declared", "Timing"]

_S = DeliveryState
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A routine post that a blackout holds back; `expires`: its latest time is before the end."""

    delivery_id: str
    account_id: str
    plan_id: str
    state: str
    due_at: datetime
    expires: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A blackout, and what it holds back as things stand."""

    blackout: Blackout
    affected: tuple[Affected, ...]


class Timing:
    """One transaction per method; `on_change` is called after what may make something due."""

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

    # --- posting times

    async def add_posting_time(self, new: NewPostingTime, *, actor: str) -> PostingTime:
        """Raises InvalidInput, UnknownAccount, UnknownGroup."""
        check_posting_time(new)
        one = PostingTime(
            id=self._ids.new(self._clock.now()),
            account_id=new.account_id,
            group=new.group,
            minute=new.minute,
            zone=new.zone,
            weekdays=tuple(sorted(set(new.weekdays))),
            days=new.days,
        )

        def work(tx: Transaction) -> PostingTime:
            group_id = None
            if new.group:
                group_id = organisations.find_group(tx.connection, new.group).id
            else:
                organisations.get_account(tx.connection, new.account_id)
            store.add_posting_time(tx, one, group_id)
            data = {"at": one.clock, "zone": one.zone, "days": one.days}
            owner = new.account_id or group_id or one.id
            self._record(tx, events.POSTING_TIME_ADDED, owner, actor, data)
            return one

        return await self._database.write(work)

    async def posting_times(self, *, account_id: str = "", group: str = "") -> list[PostingTime]:
        return await self._database.read(
            lambda c: store.list_posting_times(c, account_id=account_id, group=group)
        )

    async def remove_posting_time(self, time_id: str, *, actor: str) -> PostingTime:
        """Slots that are booked stay booked. Raises NotFound."""

        def work(tx: Transaction) -> PostingTime:
            one = store.get_posting_time(tx.connection, time_id)
            if one is None or not store.remove_posting_time(tx, time_id):
                raise NotFound(
                    Words(f"没有发布时段 {time_id}", f"no posting time {time_id}"), field="slot"
                )
            self._record(tx, events.POSTING_TIME_REMOVED, time_id, actor, {"at": one.clock})
            return one

        return await self._database.write(work)

    async def free_slots(self, account_id: str, count: int) -> list[Candidate]:
        """The account's next free posting times. Raises UnknownAccount, and UnknownCalendar when
        a year's holidays are needed and not known."""
        now = self._clock.now()

        def work(connection: Connection) -> list[Candidate]:
            account = organisations.get_account(connection, account_id)
            times = store.times_of_accounts(connection, [account])[account_id]
            taken = store.occupied(connection, [account_id], now)
            blackouts = store.blackouts_after(connection, now)
            free = (
                slot
                for slot in upcoming(times, now)
                if (account_id, slot.at) not in taken
                and blackouts.covering(account, slot.at) is None
            )
            return list(islice(free, count))

        return await self._database.read(work)

    # --- blackouts

    async def declare_blackout(self, new: NewBlackout, *, actor: str) -> Declared:
        """Hold back everything routine from `starts` until `ends`; what waits already is told.

        In a blackout that has begun, what is about to go out is held at once; a call that is
        under way is not broken off.
        """
        blackout = self._checked(new, actor)
        now = self._clock.now()

        def work(tx: Transaction) -> Declared:
            body_id = _body_id(tx.connection, new.body_code)
            known = replace(blackout, body_id=body_id)
            store.add_blackout(tx, known, now)
            declared = self._affected(tx.connection, known, now)
            held = _hold_now(tx, declared, now)
            data = {
                "name": known.name,
                "from": known.starts_at.isoformat(),
                "until": known.ends_at.isoformat(),
                "affected": len(declared.affected),
                "held": len(held),
            }
            self._record(tx, events.BLACKOUT_DECLARED, known.id, actor, data)
            return declared

        return await self._database.write(work)

    def _checked(self, new: NewBlackout, actor: str) -> Blackout:
        starts_at = instant_of_wall_time(new.starts, new.zone)
        ends_at = instant_of_wall_time(new.ends, new.zone)
        now = self._clock.now()
        if not new.name.strip() or len(new.name) > _LONGEST_NAME:
            raise InvalidInput(
                Words("请写明静默期的名称", "a blackout needs a name"),
                field="name",
                remedy=Words("如 全国哀悼日", "such as National day of mourning"),
            )
        if ends_at <= max(starts_at, now):
            raise InvalidInput(
                Words("结束时间须晚于开始时间与现在", "it must end after it begins, and after now"),
                field="until",
                remedy=Words("推后结束时间", "give a later end"),
            )
        return Blackout(
            id=self._ids.new(now),
            name=new.name.strip(),
            starts_at=starts_at,
            ends_at=ends_at,
            zone=new.zone,
            body_id="",
            channel=new.channel,
            created_by=actor,
        )

    async def lift_blackout(self, blackout_id: str, *, actor: str) -> Blackout:
        """End a blackout now; what it held back goes on. Raises NotFound, Conflict."""
        now = self._clock.now()

        def work(tx: Transaction) -> Blackout:
            _known(tx.connection, blackout_id)
            if not store.lift(tx, blackout_id, now):
                raise Conflict(
                    Words("静默期已结束或已解除", "the blackout is over already"), field="blackout"
                )
            # whatever another blackout still covers is held again when it is claimed
            publishing.change_deliveries(
                tx, (_S.BLOCKED,), reason="blackout", values={"next_at": now}
            )
            self._record(tx, events.BLACKOUT_LIFTED, blackout_id, actor, {})
            return _known(tx.connection, blackout_id)

        lifted = await self._database.write(work)
        self.on_change()
        return lifted

    async def blackouts(self) -> list[Blackout]:
        """The newest first."""
        return await self._database.read(store.list_blackouts)

    async def blackout(self, blackout_id: str) -> Declared:
        """One blackout and what it holds back. Raises NotFound."""
        now = self._clock.now()
        return await self._database.read(lambda c: self._affected(c, _known(c, blackout_id), now))

    def _affected(self, connection: Connection, blackout: Blackout, now: datetime) -> Declared:
        if blackout.lifted_at is not None or blackout.ends_at <= now:
            return Declared(blackout=blackout, affected=())
        all_of = store.blackouts_after(connection, now)
        only = Blackouts((blackout,), all_of.bodies)
        waiting = store.waiting_between(connection, max(now, blackout.starts_at), blackout.ends_at)
        accounts = organisations.get_accounts(connection, {row[1] for row in waiting})
        found = [
            Affected(
                delivery_id=row[0],
                account_id=row[1],
                plan_id=row[2],
                state=row[3],
                due_at=row[4],
                expires=row[5] < blackout.ends_at,
            )
            for row in waiting
            if only.holds(blackout, accounts[row[1]])
            and (row[4] >= blackout.starts_at or blackout.starts_at <= now)
        ]
        return Declared(blackout=blackout, affected=tuple(found))

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def _hold_now(tx: Transaction, declared: Declared, now: datetime) -> list[str]:
    """What is due or claimed and not yet being sent is held at once: the worker's lease is gone."""
    if declared.blackout.starts_at > now:
        return []
    ids = [a.delivery_id for a in declared.affected if a.state in (_S.READY, _S.CLAIMED)]
    values = {
        "state": _S.BLOCKED,
        "reason": "blackout",
        "next_at": declared.blackout.ends_at,
        "lease_owner": "",
    }
    held: list[str] = []
    for start in range(0, len(ids), 10_000):
        chunk = ids[start : start + 10_000]
        held += publishing.change_deliveries(tx, (_S.READY, _S.CLAIMED), ids=chunk, values=values)
    return held


def _known(connection: Connection, blackout_id: str) -> Blackout:
    blackout = store.get_blackout(connection, blackout_id)
    if blackout is None:
        raise NotFound(
            Words(f"没有静默期 {blackout_id}", f"no blackout {blackout_id}"), field="blackout"
        )
    return blackout


def _body_id(connection: Connection, code: str) -> str:
    if not code:
        return ""
    found = organisations.bodies_by_code(connection, [code])
    if code not in found:
        raise UnknownBody(code)
    return found[code].id
