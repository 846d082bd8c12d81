"""What the staff API tells of the audit log: of one item to who may read it, whole to who sees
every body and supervises or administers."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from hub.kernel.events import read_events, read_events_of
from hub.organisations.models import Role
from web.staff.desk import Call
from web.staff.opinion_shapes import StaffEvent, StaffEvents
from web.staff.queries import AskEvents

__all__ = ["list_events", "read_item_events"]

_READING = frozenset({Role.DISCLOSURE_OFFICE, Role.ADMIN})
_MOST = 1_000


async def list_events(call: Call) -> StaffEvents:
    """The chain from a number on, with the hashes by which it is proved."""
    asked: AskEvents = call.asked
    await call.services.doors.require_whole(call.login, _READING, attempt=call.attempt)
    if asked.kind and not asked.subject:
        read = partial(read_events_of, kinds=[asked.kind], after=asked.after, limit=asked.limit)
    else:
        kinds = [asked.kind] if asked.kind else ()
        read = partial(
            read_events,
            after=asked.after,
            subject=asked.subject,
            kinds=kinds,
            limit=asked.limit,
        )
    return _told(await call.services.database.read(read), asked.limit)


async def read_item_events(call: Call) -> StaffEvents:
    """What happened to an item, oldest first, at most 1,000 events."""
    item = await call.item()
    read = partial(read_events, subject=item.id, limit=_MOST)
    return _told(await call.services.database.read(read), _MOST)


def _told(rows: list[dict[str, Any]], limit: int) -> StaffEvents:
    events = tuple(
        StaffEvent(
            seq=row["seq"],
            at=datetime.fromisoformat(row["at"]),
            kind=row["kind"],
            subject=row["subject"],
            actor=row["actor"],
            means=row.get("means", ""),
            data=row["data"],
            hash=row["hash"],
            previous=row["previous"],
        )
        for row in rows
    )
    return StaffEvents(events=events, next=events[-1].seq if len(events) == limit else 0)
