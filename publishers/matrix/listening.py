"""The calls by which a user hears what is said: sync, invitations, and what a sync left out.

Source: spec.matrix.org, client-server API v1.16: Syncing, Room membership; stripped state of an
invitation (which since v1.12 says whether the room is encrypted).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.publishing.ports import Access
from publishers.matrix.client import MatrixClient

__all__ = ["Invitation", "ListeningClient", "Synced", "Timeline"]

_V3 = "/_matrix/client/v3"
_TYPES = ["m.room.message", "m.room.encrypted", "m.room.member"]
_EVENTS = 50  # of each room in one sync
_PAGE, _MOST_PAGES = 100, 10  # of what a sync left out
_LONGEST_TOKEN = 4_096
_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    room: str
    sender: str
    encrypted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What is new in a room, oldest first; `gap` is where what was left out ends, "" for none."""

    room: str
    events: tuple[Mapping[str, Any], ...]
    gap: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    next: str
    invitations: tuple[Invitation, ...]
    timelines: tuple[Timeline, ...]


class ListeningClient(MatrixClient):
    """What MatrixClient does, and listening."""

    async def sync(self, access: Access, since: str, wait: timedelta) -> Synced:
        """What came after `since`, waiting for it up to `wait`; "" is everything there is now, of
        which only where it ends is of use."""
        timeline = {"limit": _EVENTS if since else 1, "types": _TYPES}
        nothing: Mapping[str, Any] = {"types": [], "limit": 1}
        wanted = {
            "presence": nothing,
            "account_data": nothing,
            "room": {
                "timeline": timeline,
                "state": {"types": []},
                "ephemeral": nothing,
                "account_data": nothing,
            },
        }
        query = {"filter": json.dumps(wanted, separators=(",", ":"))}
        if since:
            query |= {"since": since, "timeout": str(int(wait.total_seconds() * 1000))}
        found = await self._get(
            access,
            "sync",
            f"{_V3}/sync",
            query,
            timeout=self._timeout + wait,
            max_bytes=_LARGEST,
        )
        reached = found.text("next_batch")
        rooms = found.get("rooms") or {}
        if len(reached) > _LONGEST_TOKEN or not isinstance(rooms, Mapping):
            raise found.odd()
        return Synced(
            next=reached,
            invitations=tuple(_invitation(*one) for one in _each(rooms.get("invite"))),
            timelines=tuple(_timeline(*one) for one in _each(rooms.get("join"))),
        )

    async def left_out(
        self, access: Access, room: str, start: str, end: str
    ) -> list[Mapping[str, Any]]:
        """What was said between `end` (a sync's token) and `start` (where a later one began),
        oldest first; a thousand events at most, the newest of them."""
        found: list[Mapping[str, Any]] = []
        query = {"dir": "b", "from": start, "to": end, "limit": str(_PAGE)}
        query["filter"] = json.dumps({"types": _TYPES}, separators=(",", ":"))
        path = f"{_V3}/rooms/{self.in_path(room)}/messages"
        for _ in range(_MOST_PAGES):
            page = await self._get(access, "messages", path, query)
            found += [row for row in page.get("chunk") or () if isinstance(row, Mapping)]
            following = page.get("end")
            if not isinstance(following, str) or not following:
                break
            query["from"] = following
        return found[::-1]

    async def join(self, access: Access, room: str) -> None:
        await self._post(access, "join", f"{_V3}/rooms/{self.in_path(room)}/join", {})

    async def leave(self, access: Access, room: str, reason: str) -> None:
        """Decline an invitation, or go."""
        path = f"{_V3}/rooms/{self.in_path(room)}/leave"
        await self._post(access, "leave", path, {"reason": reason})

    async def members(self, access: Access, room: str) -> int:
        """How many are in the room, the account itself too."""
        path = f"{_V3}/rooms/{self.in_path(room)}/joined_members"
        found = (await self._get(access, "members", path)).get("joined")
        return len(found) if isinstance(found, Mapping) else 0


def _each(found: object) -> list[tuple[str, Mapping[str, Any]]]:
    pairs = found.items() if isinstance(found, Mapping) else ()
    return [(room, one) for room, one in pairs if isinstance(one, Mapping)]


def _events(found: object) -> tuple[Mapping[str, Any], ...]:
    rows = found.get("events") if isinstance(found, Mapping) else None
    return tuple(row for row in rows or () if isinstance(row, Mapping))


def _invitation(room: str, found: Mapping[str, Any]) -> Invitation:
    state = _events(found.get("invite_state"))
    senders = [
        str(event.get("sender", ""))
        for event in state
        if event.get("type") == "m.room.member"
        and (event.get("content") or {}).get("membership") == "invite"
    ]
    encrypted = any(event.get("type") == "m.room.encryption" for event in state)
    return Invitation(room=room, sender=senders[-1] if senders else "", encrypted=encrypted)


def _timeline(room: str, found: Mapping[str, Any]) -> Timeline:
    timeline = found.get("timeline")
    fields = timeline if isinstance(timeline, Mapping) else {}
    gap = str(fields.get("prev_batch") or "") if fields.get("limited") is True else ""
    return Timeline(room=room, events=_events(fields), gap=gap)
