"""Looking at lanes; what moves into a slot is moved by `Publishing.move_to_slot`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import takewhile

from sqlalchemy import Connection

from hub.kernel.calendar import UnknownCalendar
from hub.kernel.clock import Clock, instant_of_rule
from hub.kernel.database import Database
from hub.organisations.models import Account
from hub.publishing.quota.service import Quotas
from hub.publishing.slots import store
from hub.publishing.slots.models import Asked, Booked, Lane, Lanes, Slot, SlotStanding
from hub.publishing.timing import store as timing
from hub.publishing.timing.models import PostingTime
from hub.publishing.timing.rules import Blackouts, upcoming

__all__ = ["SlotLanes"]

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_MOMENT = timedelta(microseconds=1)
_MOST_DAYS = 31
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


class SlotLanes:
    """Everything is of accounts in a person's sight; days are those of `zone`."""

    def __init__(self, database: Database, clock: Clock, quotas: Quotas, zone: str) -> None:
        self._database = database
        self._clock = clock
        self._quotas = quotas
        self._zone = zone

    async def lanes(self, asked: Asked) -> Lanes:
        """An `after` that is no account begins anew."""
        if not _ID.fullmatch(asked.after):
            asked = replace(asked, after="")
        now, days = self._clock.now(), min(asked.days, _MOST_DAYS)
        first = min(max(asked.first, _EARLIEST), _LATEST)
        behind = first + timedelta(days=days)
        since = instant_of_rule(datetime.combine(first, time()), self._zone)
        until = instant_of_rule(datetime.combine(behind, time()), self._zone)

        def read(connection: Connection) -> Lanes:
            found = store.accounts_of(connection, asked)
            shown = found[: asked.limit]
            times = timing.times_of_accounts(connection, shown)
            held = store.booked(connection, [one.id for one in shown], since, until)
            blackouts = timing.blackouts_after(connection, since)
            lanes = [
                replace(
                    _lane(
                        account,
                        times[account.id],
                        [one for owner, one in held if owner == account.id],
                        blackouts,
                        (since, until, now),
                    ),
                    periods=tuple(self._quotas.standing(connection, account, now)),
                )
                for account in shown
            ]
            more = shown[-1].id if len(found) > asked.limit else ""
            return Lanes(lanes=tuple(lanes), next=more)

        return await self._database.read(read)


def _lane(
    account: Account,
    times: Sequence[PostingTime],
    held: Sequence[Booked],
    blackouts: Blackouts,
    span: tuple[datetime, datetime, datetime],
) -> Lane:
    since, until, now = span
    moments, unknown = list[datetime](), False
    try:
        coming = upcoming(times, since - _MOMENT)
        for one in takewhile(lambda slot: slot.at < until, coming):
            moments.append(one.at)
    except UnknownCalendar:
        unknown = True
    slots = tuple(_slot(account, at, held, blackouts, now) for at in moments)
    in_slots = set(moments)
    return Lane(
        account=account,
        slots=slots,
        besides=tuple(one for one in held if one.at not in in_slots),
        unknown=unknown,
    )


def _slot(
    account: Account,
    at: datetime,
    held: Iterable[Booked],
    blackouts: Blackouts,
    now: datetime,
) -> Slot:
    booked = tuple(one for one in held if one.at == at)
    why = blackouts.why(account, at)
    if booked:
        standing = SlotStanding.TAKEN
    elif at <= now:
        standing = SlotStanding.OVER
    else:
        standing = SlotStanding.FREE if why is None else SlotStanding.SILENT
    return Slot(at=at, standing=standing, booked=booked, why=why)
