"""How users hear: sync with its tokens and gaps, invitations, joining and leaving; and the people
who talk.

Source: spec.matrix.org, client-server API v1.16, Syncing and Room membership. A token here is the
number of the last event that the server had taken.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from hub.kernel.clock import Clock
from publishers.matrix.simulator_calls import object_of
from publishers.matrix.simulator_events import (
    SERVER,
    Device,
    Event,
    Refused,
    Room,
    User,
    canonical,
    event_id_of,
)
from publishers.simulation import Platform

__all__ = ["SyncingPlatform", "before"]

_ROOMS = "/_matrix/client/v3/rooms/{room}"
_MEMBER = "m.room.member"
_DEFAULT_LIMIT = 10
_LONGEST_WAIT_S = 30.0
Answer = Callable[[web.Request, Device], Awaitable[Any]]


class SyncingPlatform(Platform):
    """The part of the homeserver by which users hear each other."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._users: dict[str, User] = {}
        self._rooms: dict[str, Room] = {}
        self._aliases: dict[str, str] = {}
        self._events = 0
        self._news = asyncio.Event()

    def hearing(self) -> list[tuple[str, str, Answer]]:
        return [
            ("GET", "/_matrix/client/v3/sync", self._sync),
            ("POST", f"{_ROOMS}/join", self._join),
            ("POST", f"{_ROOMS}/leave", self._leave),
            ("GET", f"{_ROOMS}/joined_members", self._members),
        ]

    # --- the people -------------------------------------------------------------------------------

    def invite(self, alias: str, by: str, *others: str, encrypted: bool = False) -> str:
        """`by` makes a room with `others` in it and invites the account; the room's id."""
        user = f"@{alias[1:].partition(':')[0]}:{SERVER}"
        room = Room(
            id=f"!talk{len(self._rooms)}:{SERVER}",
            alias="",
            members={by, *others},
            encrypted=encrypted,
        )
        self._rooms[room.id] = room
        self._events += 1
        room.invited[user] = self._events, by
        self._news.set()
        return room.id

    def write(
        self,
        room_id: str,
        by: str,
        words: str = "",
        *,
        kind: str = "m.room.message",
        **content: Any,
    ) -> str:
        """`by`, who is in the room by this, writes there; the event's id."""
        room = self._rooms[room_id]
        room.members.add(by)
        said = {"msgtype": "m.text", "body": words} if kind == "m.room.message" else {}
        return self._happen(room, kind, by, {**said, **content}).id

    def take_back(self, room_id: str, event_id: str) -> None:
        room = self._rooms[room_id]
        event = self._happen(room, "m.room.redaction", room.find(event_id).sender, {})
        room.find(event_id).redacted_by = event

    def room_by_id(self, room_id: str) -> Room:
        return self._rooms[room_id]

    def _happen(
        self, room: Room, kind: str, by: str, content: Mapping[str, Any], state: str | None = None
    ) -> Event:
        self._events += 1
        event = Event(
            id=event_id_of(canonical(room, kind, by, content), self._events),
            type=kind,
            sender=by,
            device="",
            transaction="",
            at=self.clock.now(),
            content=content,
            number=self._events,
            state_key=state,
        )
        room.add(event)
        self._news.set()
        return event

    # --- the calls --------------------------------------------------------------------------------

    async def _sync(self, request: web.Request, device: Device) -> Any:
        query = request.query
        since = _number(query["since"]) if "since" in query else None
        limit, kinds = _timeline_filter(query.get("filter", "{}"))
        wait = min(_whole(query.get("timeout", "0")) / 1000, _LONGEST_WAIT_S)
        while True:
            self._news.clear()
            found = self._heard(device, since, limit, kinds)
            if found or since is None or not wait:
                break
            try:
                async with asyncio.timeout(wait):
                    await self._news.wait()
            except TimeoutError:
                wait = 0.0
        return {"next_batch": f"s{self._events}", **({"rooms": found} if found else {})}

    def _heard(
        self, device: Device, since: int | None, limit: int, kinds: Sequence[str] | None
    ) -> dict[str, Any]:
        joined: dict[str, Any] = {}
        invited: dict[str, Any] = {}
        for room in self._rooms.values():
            if device.user in room.members:
                timeline = _timeline(room, device, since, limit, kinds)
                if timeline or since is None:
                    joined[room.id] = {"timeline": timeline or {"events": []}}
            elif device.user in room.invited:
                at, by = room.invited[device.user]
                if since is None or at > since:
                    state = {"events": _stripped(room, device.user, by)}
                    invited[room.id] = {"invite_state": state}
        return {name: rooms for name, rooms in (("join", joined), ("invite", invited)) if rooms}

    async def _join(self, request: web.Request, device: Device) -> Any:
        await object_of(request)
        room = self._rooms.get(request.match_info["room"])
        if room is None or not ({device.user} & {*room.members, *room.invited} or room.alias):
            raise Refused(403, "M_FORBIDDEN", "You are not invited to this room.")
        if device.user not in room.members:
            room.invited.pop(device.user, None)
            room.members.add(device.user)
            content = {"membership": "join"}
            self._happen(room, _MEMBER, device.user, content, device.user)
        return {"room_id": room.id}

    async def _leave(self, request: web.Request, device: Device) -> Any:
        given = await object_of(request)
        room = self._rooms.get(request.match_info["room"])
        if room is None or device.user not in {*room.members, *room.invited}:
            raise Refused(403, "M_FORBIDDEN", f"User {device.user} not in room")
        room.invited.pop(device.user, None)
        room.members.discard(device.user)
        content = {"membership": "leave", **given}
        self._happen(room, _MEMBER, device.user, content, device.user)
        return {}

    async def _members(self, request: web.Request, device: Device) -> Any:
        room = self._rooms.get(request.match_info["room"])
        if room is None or device.user not in room.members:
            raise Refused(403, "M_FORBIDDEN", f"User {device.user} not in room")
        return {"joined": {user: {"display_name": None} for user in sorted(room.members)}}


def _timeline(
    room: Room, device: Device, since: int | None, limit: int, kinds: Sequence[str] | None
) -> dict[str, Any]:
    """What is new, the last `limit` of it; `limited` where that is not all. Of a room that was
    entered since then, also what was said before."""
    entered = max(
        (
            event.number
            for event in room.events
            if event.type == _MEMBER and event.state_key == device.user
        ),
        default=0,
    )
    start = 0 if since is None or entered > since else since
    rows = [
        event
        for event in room.events
        if event.number > start and (kinds is None or event.type in kinds)
    ]
    if not rows:
        return {}
    shown = rows[-limit:]
    return {
        "events": [room.as_json(event, device) for event in shown],
        "limited": len(rows) > limit,
        "prev_batch": f"s{shown[0].number - 1}",
    }


def _stripped(room: Room, user: str, by: str) -> list[dict[str, Any]]:
    state = [("m.room.member", user, {"membership": "invite"})]
    if room.encrypted:
        state.append(("m.room.encryption", "", {"algorithm": "m.megolm.v1.aes-sha2"}))
    return [
        {"type": kind, "state_key": key, "sender": by, "content": content}
        for kind, key, content in state
    ]


def before(rows: Sequence[Event], query: Mapping[str, str]) -> tuple[Sequence[Event], str]:
    """The page of `rows` (newest first) up to the token `from`, not before the token `to`."""
    start = _number(query["from"])
    end = _number(query["to"]) if "to" in query else 0
    limit = min(_whole(query.get("limit", "10")), 100)
    left = [row for row in rows if end < row.number <= start]
    page = left[:limit]
    return page, f"s{page[-1].number - 1}" if len(left) > limit else ""


def _timeline_filter(text: str) -> tuple[int, Sequence[str] | None]:
    try:
        timeline = json.loads(text).get("room", {}).get("timeline", {})
        limit, kinds = timeline.get("limit", _DEFAULT_LIMIT), timeline.get("types")
    except (ValueError, AttributeError):
        raise Refused(400, "M_INVALID_PARAM", "Query parameter 'filter' is no filter") from None
    if not isinstance(limit, int) or limit < 1:
        raise Refused(400, "M_BAD_JSON", "filter limit must be greater than 0")
    return limit, kinds


def _number(token: str) -> int:
    if not token.startswith("s"):
        raise Refused(400, "M_INVALID_PARAM", f"Invalid stream token: {token}")
    return _whole(token[1:])


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise Refused(400, "M_INVALID_PARAM", f"'{text}' is no number")
    return int(text)
