"""The simulated homeserver's memory: users, devices, rooms and events, as the API tells of them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["SERVER", "Bucket", "Device", "Event", "Refused", "Room", "User", "canonical"]

SERVER = "sim.example"
# What redaction leaves of an m.room.message is nothing; of other events here nothing either.
_RELATION = "m.relates_to"


class Refused(Exception):
    """A refusal: HTTP status, errcode, the sentence, further fields."""

    def __init__(self, status: int, errcode: str, sentence: str, **fields: Any) -> None:
        super().__init__(sentence)
        self.status = status
        self.body = {"errcode": errcode, "error": sentence, **fields}


@dataclass(slots=True)
class Device:
    user: str
    id: str
    token: str
    state: str = "in"  # in | soft (logged out, device kept) | gone


@dataclass(slots=True)
class Bucket:
    """A leaky bucket: `burst` at once, then `rate` a second (Synapse, api/ratelimiting.py)."""

    level: float = 0.0
    at: float = 0.0

    def wait(self, now: float, rate: float, burst: float) -> float:
        """Take one, or the seconds until one may be taken."""
        self.level = max(0.0, self.level - (now - self.at) * rate)
        self.at = now
        if self.level + 1 > burst:
            return (self.level + 1 - burst) / rate
        self.level += 1
        return 0.0


@dataclass(slots=True)
class User:
    id: str
    bucket: Bucket = field(default_factory=Bucket)


@dataclass(slots=True)
class Event:
    id: str
    type: str
    sender: str
    device: str
    transaction: str
    at: datetime
    content: Mapping[str, Any]
    redacts: str = ""
    redacted_by: Event | None = None
    number: int = 0  # its place in the order in which the server took events
    state_key: str | None = None

    @property
    def relation(self) -> tuple[str, str]:
        """Which event it refers to, and how; a redacted one to none."""
        relation = self.shown_content.get(_RELATION)
        if not isinstance(relation, Mapping):
            return "", ""
        return str(relation.get("event_id", "")), str(relation.get("rel_type", ""))

    @property
    def shown_content(self) -> Mapping[str, Any]:
        return {} if self.redacted_by else self.content


@dataclass(slots=True)
class Room:
    id: str
    alias: str
    members: set[str] = field(default_factory=set)
    power: dict[str, int] = field(default_factory=dict)
    to_send: int = 0  # the power level that messages need
    events: list[Event] = field(default_factory=list)
    replaced_by: str = ""
    invited: dict[str, tuple[int, str]] = field(default_factory=dict)  # user → when, and by whom
    encrypted: bool = False

    def find(self, event_id: str) -> Event:
        for event in self.events:
            if event.id == event_id:
                return event
        raise Refused(404, "M_NOT_FOUND", "Event not found.")

    def add(self, event: Event) -> None:
        """Append it; a redaction empties what it names, if that is here."""
        self.events.append(event)
        for other in self.events:
            if event.redacts == other.id and other.redacted_by is None:
                other.redacted_by = event

    def related(self, event_id: str) -> Iterator[Event]:
        return (event for event in self.events if event.relation[0] == event_id)

    def latest_edit(self, event: Event) -> Event | None:
        """The newest valid replacement: of the same sender and type (Event replacements)."""
        edits = [
            other
            for other in self.related(event.id)
            if other.relation[1] == "m.replace"
            and (other.sender, other.type) == (event.sender, event.type)
            and isinstance(other.content.get("m.new_content"), Mapping)
        ]
        return max(edits, key=lambda edit: (edit.at, edit.id), default=None)

    def current(self, event: Event) -> Mapping[str, Any]:
        """What readers see: edits applied."""
        edit = None if event.redacted_by else self.latest_edit(event)
        return edit.content["m.new_content"] if edit else event.shown_content

    def as_json(self, event: Event, device: Device, *, bundled: bool = True) -> dict[str, Any]:
        unsigned: dict[str, Any] = {}
        if (event.sender, event.device) == (device.user, device.id):
            unsigned["transaction_id"] = event.transaction
        if event.redacted_by:
            unsigned["redacted_because"] = self.as_json(event.redacted_by, device)
        elif bundled and (edit := self.latest_edit(event)):
            replaced = self.as_json(edit, device, bundled=False)
            unsigned["m.relations"] = {"m.replace": replaced}
        return {
            "type": event.type,
            "room_id": self.id,
            "event_id": event.id,
            "sender": event.sender,
            "origin_server_ts": int(event.at.timestamp() * 1000),
            "content": dict(event.shown_content),
            "unsigned": unsigned,
        } | _more(event)


def _more(event: Event) -> dict[str, Any]:
    more: dict[str, Any] = {"redacts": event.redacts} if event.redacts else {}
    return more if event.state_key is None else {**more, "state_key": event.state_key}


def canonical(room: Room, event_type: str, sender: str, content: Mapping[str, Any]) -> bytes:
    """The event as servers exchange it, which may have 65,536 bytes; also its id's source."""
    before = [event.id for event in room.events[-1:]]
    body = {
        "auth_events": ["$" + "a" * 43] * 4,
        "prev_events": before,
        "type": event_type,
        "room_id": room.id,
        "sender": sender,
        "depth": len(room.events),
        "origin_server_ts": 1_700_000_000_000,
        "hashes": {"sha256": "h" * 43},
        "signatures": {SERVER: {"ed25519:a_abcd": "s" * 86}},
        "content": content,
    }
    return json.dumps(
        body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def event_id_of(body: bytes, number: int) -> str:
    digest = hashlib.sha256(body + str(number).encode()).digest()
    return "$" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
