"""A Matrix homeserver as specified: strict about everything, helpful about nothing.

Calls: whoami, room alias, tombstone, send, redact, event, relations, messages, media upload,
download and config; simulator_sync has those by which users hear. Sources: spec.matrix.org,
client-server API v1.16; Synapse 1.163 for what the specification leaves open (rates, how long
transactions are kept, sentences).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from hub.kernel.clock import Clock
from publishers.matrix.simulator_calls import (
    check_content,
    object_of,
    page_of,
    refusal,
    token_of,
)
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
from publishers.matrix.simulator_sync import SyncingPlatform, before
from publishers.simulation import Enrolment, Shown

__all__ = ["Platform"]

_LARGEST_EVENT = 65_536
_MESSAGE, _REDACTION = "m.room.message", "m.room.redaction"
_LOCALPART = re.compile(r"[a-z0-9._=-]{1,100}")
_ROOMS = "/_matrix/client/v3/rooms/{room}"
Answer = Callable[[web.Request, Device], Awaitable[Any]]


class Platform(SyncingPlatform):
    """Switches (`tune`): `messages_per_second` and `burst` (per user, Synapse's rc_message),
    `transactions_kept_s` (Synapse: a day), `largest_upload` (bytes)."""

    name = "matrix"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.messages_per_second = 0.2
        self.burst = 10.0
        self.transactions_kept_s = 86_400.0
        self.largest_upload = 50 * 1024 * 1024
        self._devices: list[Device] = []
        self._media: dict[str, tuple[bytes, str]] = {}
        # (user, device, path) → when, and the event's id: the scope that the specification names
        self._transactions: dict[tuple[str, str, str], tuple[float, str]] = {}

    def routes(self) -> list[web.RouteDef]:
        client, media = "/_matrix/client", "/_matrix/media/v3"
        return [
            self._route("GET", f"{client}/v3/account/whoami", self._whoami),
            self._route("GET", f"{client}/v3/directory/room/{{alias}}", self._directory),
            self._route("GET", f"{_ROOMS}/state/m.room.tombstone/", self._tombstone),
            self._route("PUT", f"{_ROOMS}/send/{{type}}/{{txn}}", self._send),
            self._route("PUT", f"{_ROOMS}/redact/{{event}}/{{txn}}", self._redact),
            self._route("GET", f"{_ROOMS}/event/{{event}}", self._event),
            self._route("GET", f"{_ROOMS}/messages", self._messages),
            self._route(
                "GET", f"{client}/v1/rooms/{{room}}/relations/{{event}}/{{rel}}/{{type}}",
                self._relations,
            ),
            self._route("POST", f"{media}/upload", self._upload),
            self._route("GET", f"{client}/v1/media/config", self._config),
            self._route("GET", f"{client}/v1/media/download/{{server}}/{{media}}", self._download),
            *(self._route(*one) for one in self.hearing()),
            web.route("*", "/{anything:.*}", _unrecognised),
        ]  # fmt: skip

    def enrol(self, handle: str) -> Enrolment:
        """A user with one device, in a room of its own with a public alias."""
        alias = _alias_of(handle)
        name = alias[1:].partition(":")[0]
        user = f"@{name}:{SERVER}"
        if alias not in self._aliases:
            room = Room(id=f"!{_digest(alias)[:18]}:{SERVER}", alias=alias, members={user})
            self._rooms[room.id] = room
            self._aliases[alias] = room.id
            self._users[user] = User(user)
            self.sign_in(user, f"DEV{_digest(user)[:7].upper()}")
        device = next(one for one in self._devices if one.user == user)
        return Enrolment(
            handle=alias,
            credentials={"access_token": device.token},
            settings={"device_id": device.id},
        )

    def sign_in(self, user: str, device_id: str) -> str:
        """POST /login: a new token; an earlier one of the same device is worth nothing now."""
        for device in self._devices:
            if (device.user, device.id) == (user, device_id):
                device.state = "gone"
        token = f"syt_{_digest(user, device_id, str(len(self._devices)))[:32]}"
        self._devices.append(Device(user, device_id, token))
        return token

    def sign_out(self, token: str, *, soft: bool = False) -> None:
        """The token ends; `soft` keeps the device (soft logout)."""
        self._device(token).state = "soft" if soft else "gone"

    def over_limit(self) -> web.Response:
        words = "Too Many Requests"
        return refusal(Refused(429, "M_LIMIT_EXCEEDED", words, retry_after_ms=1000))

    def room(self, alias: str) -> Room:
        """The room that the alias names now."""
        return self._rooms[self._aliases[alias]]

    def upgrade(self, alias: str, *, move_alias: bool = True) -> Room:
        """A room upgrade: a tombstone in the old room, the same members in the new one."""
        old = self.room(alias)
        new = Room(id=f"!{_digest(old.id)[:18]}:{SERVER}", alias=alias, members=set(old.members))
        self._rooms[new.id] = new
        old.replaced_by = new.id
        if move_alias:
            self._aliases[alias] = new.id
        return new

    def shown(self) -> list[Shown]:
        posts = [post for room in self._rooms.values() for post in _posts_of(room)]
        return sorted(posts, key=lambda post: post.at)

    # --- the calls --------------------------------------------------------------------------------

    def _route(self, method: str, path: str, answer: Answer) -> web.RouteDef:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                found = await answer(request, self._signed_in(request))
            except Refused as refused:
                return refusal(refused)
            return found if isinstance(found, web.Response) else web.json_response(found)

        return web.route(method, path, handle)

    def _signed_in(self, request: web.Request) -> Device:
        device = self._device(token_of(request))
        if device.state != "in":
            soft = device.state == "soft"
            raise Refused(401, "M_UNKNOWN_TOKEN", "Invalid access token", soft_logout=soft)
        return device

    def _device(self, token: str) -> Device:
        for device in self._devices:
            if device.token == token:
                return device
        raise Refused(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.", soft_logout=False)

    async def _whoami(self, request: web.Request, device: Device) -> Any:
        return {"user_id": device.user, "device_id": device.id, "is_guest": False}

    async def _directory(self, request: web.Request, device: Device) -> Any:
        alias = request.match_info["alias"]
        if not alias.startswith("#") or ":" not in alias:
            raise Refused(400, "M_INVALID_PARAM", "Room alias invalid")
        if alias not in self._aliases:
            raise Refused(404, "M_NOT_FOUND", f"Room alias {alias} not found")
        return {"room_id": self._aliases[alias], "servers": [SERVER]}

    async def _tombstone(self, request: web.Request, device: Device) -> Any:
        room = self._joined(request, device)
        if not room.replaced_by:
            raise Refused(404, "M_NOT_FOUND", "Event not found.")
        return {"body": "This room has been replaced", "replacement_room": room.replaced_by}

    async def _send(self, request: web.Request, device: Device) -> Any:
        content = await object_of(request)
        kind = request.match_info["type"]
        return self._once(request, device, lambda room: self._add(room, device, kind, content))

    async def _redact(self, request: web.Request, device: Device) -> Any:
        content = await object_of(request)
        target = request.match_info["event"]
        return self._once(
            request, device, lambda room: self._add(room, device, _REDACTION, content, target)
        )

    def _once(self, request: web.Request, device: Device, work: Callable[[Room], Event]) -> Any:
        """The transaction's event: made now, or the one it made before, whatever the body is."""
        key = (device.user, device.id, request.path)
        now = self.clock.monotonic()
        at, event_id = self._transactions.get(key, (-math.inf, ""))
        if now - at > self.transactions_kept_s:
            event = work(self._joined(request, device))
            event.transaction, event_id = request.match_info["txn"], event.id
            self._transactions[key] = now, event_id
        return {"event_id": event_id}

    def _add(
        self,
        room: Room,
        device: Device,
        kind: str,
        content: Mapping[str, Any],
        redacts: str = "",
    ) -> Event:
        check_content(kind, content)
        level = room.power.get(device.user, 0)
        if level < room.to_send:
            sentence = f"user_level ({level}) < send_level ({room.to_send})"
            raise Refused(403, "M_FORBIDDEN", f"You don't have permission to post that: {sentence}")
        self._count(device)
        body = canonical(room, kind, device.user, content)
        if len(body) > _LARGEST_EVENT:
            raise Refused(413, "M_TOO_LARGE", "event too large")
        self._events += 1
        event = Event(
            id=event_id_of(body, self._events),
            type=kind,
            sender=device.user,
            device=device.id,
            transaction="",
            at=self.clock.now(),
            content=content,
            redacts=redacts,
            number=self._events,
        )
        room.add(event)
        self._news.set()
        return event

    def _count(self, device: Device) -> None:
        bucket = self._users[device.user].bucket
        wait = bucket.wait(self.clock.monotonic(), self.messages_per_second, self.burst)
        if wait > 0:
            pause = math.ceil(wait * 1000)
            raise Refused(429, "M_LIMIT_EXCEEDED", "Too Many Requests", retry_after_ms=pause)

    async def _event(self, request: web.Request, device: Device) -> Any:
        try:
            room = self._joined(request, device)
        except Refused:
            raise Refused(404, "M_NOT_FOUND", "Event not found.") from None
        return room.as_json(room.find(request.match_info["event"]), device)

    async def _relations(self, request: web.Request, device: Device) -> Any:
        room, names = self._joined(request, device), request.match_info
        target = room.find(names["event"])
        # a redacted event has no replacements any more, but may still be referred to
        bare = target.redacted_by is not None and names["rel"] == "m.replace"
        rows = [
            event
            for event in room.related(target.id)
            if (event.relation[1], event.type) == (names["rel"], names["type"]) and not bare
        ]
        newest_first = request.query.get("dir", "b") != "f"
        page, following = page_of(rows[::-1] if newest_first else rows, request.query, 5)
        chunk = [room.as_json(event, device) for event in page]
        return {"chunk": chunk} | ({"next_batch": following} if following else {})

    async def _messages(self, request: web.Request, device: Device) -> Any:
        room, query = self._joined(request, device), request.query
        if query.get("dir") not in ("b", "f"):
            raise Refused(400, "M_INVALID_PARAM", "Query parameter 'dir' must be one of b, f")
        try:
            wanted = json.loads(query.get("filter", "{}"))
            kinds, senders = wanted.get("types"), wanted.get("senders")
        except (ValueError, AttributeError):
            raise Refused(400, "M_BAD_JSON", "Query parameter 'filter' is no filter") from None
        rows = room.events if query["dir"] == "f" else room.events[::-1]
        # the filter is applied to each page, so a page may be empty and yet not be the last
        if query.get("from", "").startswith("s"):  # a token of sync, as prev_batch is
            page, following = before(rows, query)
        else:
            page, following = page_of(rows, query, 10)
        chunk = [
            room.as_json(event, device)
            for event in page
            if (kinds is None or event.type in kinds)
            and (senders is None or event.sender in senders)
        ]
        start = query.get("from", "t0")
        return {"chunk": chunk, "start": start} | ({"end": following} if following else {})

    async def _upload(self, request: web.Request, device: Device) -> Any:
        if request.content_length is None:
            raise Refused(400, "M_UNKNOWN", "Request must specify a Content-Length")
        if request.content_length > self.largest_upload:
            raise Refused(413, "M_TOO_LARGE", "Upload request body is too large")
        content = await request.read()
        media = f"{_digest(str(len(self._media)))[:24]}"
        self._media[media] = content, request.content_type
        return {"content_uri": f"mxc://{SERVER}/{media}"}

    async def _config(self, request: web.Request, device: Device) -> Any:
        return {"m.upload.size": self.largest_upload}

    async def _download(self, request: web.Request, device: Device) -> web.Response:
        media = self._media.get(request.match_info["media"])
        if media is None or request.match_info["server"] != SERVER:
            raise Refused(404, "M_NOT_FOUND", "Not found")
        return web.Response(body=media[0], content_type=media[1])

    def _joined(self, request: web.Request, device: Device) -> Room:
        room_id = request.match_info["room"]
        room = self._rooms.get(room_id)
        if room is None or device.user not in room.members:
            raise Refused(403, "M_FORBIDDEN", f"User {device.user} not in room {room_id}")
        return room


async def _unrecognised(request: web.Request) -> web.Response:
    return refusal(Refused(404, "M_UNRECOGNIZED", "Unrecognized request"))


def _posts_of(room: Room) -> list[Shown]:
    """One post for each event with words, the pictures that refer to it with it; a picture that
    refers to none, or a second copy of words, is a post like any other."""
    messages = [event for event in room.events if event.type == _MESSAGE]
    pictures: dict[str, list[Event]] = {}
    posts: list[Event] = []
    for event in messages:
        target, how = _first_relation(event)
        if how == "m.reference" and event.content.get("msgtype") == "m.image":
            pictures.setdefault(target, []).append(event)
        elif how != "m.replace":
            posts.append(event)
    return [_shown(room, post, pictures.get(post.id, [])) for post in posts]


def _first_relation(event: Event) -> tuple[str, str]:
    """What it referred to when it was sent, redacted or not."""
    relation = event.content.get("m.relates_to") or {}
    return str(relation.get("event_id", "")), str(relation.get("rel_type", ""))


def _shown(room: Room, post: Event, pictures: list[Event]) -> Shown:
    left = [event for event in pictures if event.redacted_by is None]
    gone = post.redacted_by is not None and not left
    content = post.content if gone else room.current(post)
    return Shown(
        account=room.alias,
        remote_id=f"{room.id}/{post.id}",
        title="",
        text=str(content.get("body", "")),
        at=post.at,
        link=f"https://matrix.to/#/{room.alias}/{post.id}",
        pictures=len(left),
        state="deleted" if gone else "public",
    )


def _alias_of(handle: str) -> str:
    """The alias that `handle` asks for, its own where it is one of this server's already."""
    name = handle.removeprefix("#").removesuffix(f":{SERVER}")
    if not _LOCALPART.fullmatch(name):
        name = f"gov_{_digest(name)[:12]}"
    return f"#{name}:{SERVER}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
