"""From what became public to who is told of it, following the audit chain.

Each event is taken once: the place in the chain moves in the transaction of an event's last
notices. One that is taken again after a crash makes nothing twice, for a person has one notice of
a version. Transactions stay small, so that a release that a hundred thousand wait for holds back
nobody's post.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import Connection

from hub.catalogue.events import ITEM_PUBLISHED, ITEM_WITHDRAWN
from hub.catalogue.models import Item
from hub.catalogue.public import store as public
from hub.conversation.notices import events, store
from hub.conversation.notices.models import Notice, NoticeEvent, NoticeKind, Reason
from hub.conversation.notices.rules import Manners, digest_at
from hub.conversation.subscriptions import store as subscriptions
from hub.conversation.subscriptions.models import Pace, Reader, Topic
from hub.conversation.subscriptions.service import wishes_met
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, chain_head, read_events_of
from hub.kernel.ids import IdSource
from hub.organisations.store import get_accounts

__all__ = ["Matching"]

_ACTOR = "system:notices"
_CURSOR = "subscribers"
_EVENTS = 100
_PAGE = 2_000  # subscriptions, and so notices, of one transaction
_FEED = (ITEM_PUBLISHED.name, ITEM_WITHDRAWN.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Release:
    """An item's version that became public at `at`; `correction`: not its first one."""

    item: Item
    correction: bool
    at: datetime


class Matching:
    """One recurring job; in a scaled installation any process may run it."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource, manners: Manners) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._manners = manners

    async def follow(self) -> int:
        """Take every event there is; how many notices were made. The first look of an
        installation begins at the chain's end: nobody is told of what was public before."""
        made = 0
        while found := await self._next():
            for event in found:
                made += await self._take(event)
        return made

    async def _next(self) -> list[dict[str, Any]]:
        at = await self._database.read(lambda c: store.cursor(c, _CURSOR))
        if at is None:
            await self._database.write(
                lambda tx: store.move_cursor(tx, _CURSOR, chain_head(tx.connection)[0]),
                audited=False,
            )
            return []
        return await self._database.read(
            lambda c: read_events_of(c, _FEED, after=at, limit=_EVENTS)
        )

    async def _take(self, event: Mapping[str, Any]) -> int:
        item_id, seq = event["subject"], event["seq"]
        if event["kind"] == ITEM_WITHDRAWN.name:
            await self._drop(item_id, event["data"]["upto"], Reason.RECALLED)
            made = 0
        else:
            version, at = event["data"]["version"], datetime.fromisoformat(event["at"])
            await self._drop(item_id, version - 1, Reason.SUPERSEDED)
            made = await self._tell(item_id, version, at)
        await self._database.write(
            lambda tx: store.move_cursor(tx, _CURSOR, seq),
            audited=False,
        )
        return made

    async def _drop(self, item_id: str, upto: int, reason: Reason) -> None:
        """Of a newer version only what is news goes: an outcome is told as it is now."""
        every = frozenset(NoticeKind)
        kinds = frozenset({NoticeKind.ITEM}) if reason is Reason.SUPERSEDED else every

        def work(tx: Transaction) -> int:
            now = self._clock.now()
            ids = store.of_item(tx.connection, item_id, upto, _PAGE, kinds=kinds)
            if not ids:
                return 0
            store.settle(tx, ids, NoticeEvent.DROPPED, now, reason)
            data = {"notices": len(ids), "reason": reason, "upto": upto}
            kind = events.DROPPED
            tx.record(Event(kind=kind, subject=item_id, actor=_ACTOR, at=now, data=data))
            return len(ids)

        while await self._database.write(work):
            pass

    async def _tell(self, item_id: str, version: int, at: datetime) -> int:
        """Notices of a version that became public at `at`, unless it is no more what is seen."""

        def look(connection: Connection) -> tuple[_Release | None, list[tuple[Topic, str]]]:
            item = public.public_items(connection, [item_id]).get(item_id)
            if item is None or item.version != version:
                return None, []
            earlier = len(public.public_versions(connection, item_id)) > 1
            wishes = wishes_met(connection, item)
            release = _Release(item=item, correction=earlier, at=at)
            return release, [(topic, one) for topic, values in wishes for one in values]

        release, wishes = await self._database.read(look)
        if release is None:
            return 0
        made = 0
        # whoever has both paces is told at once: that notice is there first
        for pace, (topic, value) in product((Pace.IMMEDIATE, Pace.DAILY), wishes):
            made += await self._tell_those(release, pace, topic, value)
        return made

    async def _tell_those(self, release: _Release, pace: Pace, topic: Topic, value: str) -> int:
        """Page by page, those who subscribed to one thing at one pace."""
        made, after = 0, ""
        while True:

            def page(connection: Connection, after: str = after) -> tuple[str, list[Notice]]:
                rows = subscriptions.page_of_wish(
                    connection,
                    topic,
                    value,
                    pace=pace,
                    before=release.at,
                    after=after,
                    limit=_PAGE,
                )
                last = rows[-1].id if rows else ""
                return last, list(self._notices(connection, release, pace, rows))

            after, notices = await self._database.read(page)
            if not after:
                return made
            made += await self._keep(release, notices)

    def _notices(
        self, connection: Connection, release: _Release, pace: Pace, rows: Sequence[Any]
    ) -> Iterator[Notice]:
        now = self._clock.now()
        expires_at = max(release.at, now) + self._manners.expires_after
        due = self._due(connection, pace, release.at, {row.account for row in rows})
        for row, own in zip(rows, self._ids.many(now, len(rows)), strict=True):
            yield Notice(
                id=own,
                kind=NoticeKind.ITEM,
                reader=Reader(channel=row.channel, account=row.account, sender=row.sender),
                item_id=release.item.id,
                version=release.item.version,
                pace=pace,
                subscription_id=row.id,
                correction=release.correction,
                asked_at=row.made_at,
                made_at=now,
                due_at=due.get(row.account, release.at),
                expires_at=expires_at,
            )

    def _due(
        self, connection: Connection, pace: Pace, at: datetime, accounts: set[str]
    ) -> dict[str, datetime]:
        """When digests of these accounts' readers are due; at once for who wants that."""
        if pace is Pace.IMMEDIATE:
            return {}
        manners, known = self._manners, get_accounts(connection, accounts)
        hours = {
            one: manners.digest_hours.get(known[one].body_id, manners.digest_hour)
            if one in known
            else manners.digest_hour
            for one in accounts
        }
        return {one: digest_at(at, hour, manners.zone) for one, hour in hours.items()}

    async def _keep(self, release: _Release, notices: Sequence[Notice]) -> int:
        item = release.item

        def work(tx: Transaction) -> int:
            added = store.add(tx, notices)
            if added:
                data = {"notices": added, "version": item.version}
                at, kind = self._clock.now(), events.MADE
                tx.record(Event(kind=kind, subject=item.id, actor=_ACTOR, at=at, data=data))
            return added

        return await self._database.write(work)
