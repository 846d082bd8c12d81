"""What people say in rooms, typed once. Events of programs (m.notice) are never answered: the
specification gives them that type so that two of them do not talk to each other for ever.

Source: spec.matrix.org, client-server API v1.16: m.room.message msgtypes, Event replacements, Rich
replies, Threading, User and room mentions.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from hub.conversation.models import Arrival, InboundKind, Location

__all__ = ["ENCRYPTED", "arrival_of", "speaks_to"]

ENCRYPTED = "encrypted"  # context: the message cannot be read, which is what is answered
_LONGEST = 20_000  # what is longer is cut: nobody writes that to be answered
_KINDS = {
    "m.text": InboundKind.TEXT,
    "m.image": InboundKind.IMAGE,
    "m.audio": InboundKind.VOICE,
    "m.video": InboundKind.VIDEO,
    "m.location": InboundKind.LOCATION,
    "m.file": InboundKind.OTHER,
}
_USER = re.compile(r"@[^:\s]{1,200}:[^\s]{1,200}")
_QUOTED = re.compile(r"(?:>[^\n]*\n)+\n?")  # older clients repeat what they reply to
_GEO = re.compile(r"geo:(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:[,;].*)?")


def arrival_of(event: Mapping[str, Any], room: str, own: str) -> Arrival | None:
    """What somebody said; None for what is our own, a program's, taken back, or no message."""
    sender, number, content = event.get("sender"), event.get("event_id"), event.get("content")
    if not isinstance(sender, str) or not _USER.fullmatch(sender) or sender == own:
        return None
    if not isinstance(number, str) or not number or not isinstance(content, Mapping):
        return None
    if event.get("type") == "m.room.encrypted":
        return _unreadable(room, sender, number)
    if event.get("type") != "m.room.message":
        return None
    content = _newest(content)
    kind = _KINDS.get(str(content.get("msgtype")))
    body = content.get("body")
    if kind is None or not isinstance(body, str):
        return None
    place = _place(content) if kind is InboundKind.LOCATION else None
    return Arrival(
        external_key=_key("m", number),
        address=sender,
        kind=InboundKind.OTHER if kind is InboundKind.LOCATION and place is None else kind,
        text=_said(body, content, own)[:_LONGEST] if kind is InboundKind.TEXT else "",
        location=place,
        context={"room": room, "event": number} | _thread(event.get("content")),
    )


def speaks_to(event: Mapping[str, Any], own: str) -> bool:
    """Whether a message names our user: by m.mentions, else by its words (before v1.7)."""
    content = event.get("content")
    content = _newest(content) if isinstance(content, Mapping) else {}
    mentions = content.get("m.mentions")
    if isinstance(mentions, Mapping):
        named = mentions.get("user_ids")
        return isinstance(named, list) and own in named
    body = content.get("body")
    return isinstance(body, str) and own in body


def _newest(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an edit says now: to whom it is shown, it is a new message."""
    edited = content.get("m.new_content")
    replaces = _relation(content).get("rel_type") == "m.replace"
    return edited if replaces and isinstance(edited, Mapping) else content


def _said(body: str, content: Mapping[str, Any], own: str) -> str:
    """The words without what they reply to, and without our name in front."""
    if isinstance(_relation(content).get("m.in_reply_to"), Mapping):
        quoted = _QUOTED.match(body)
        body = body[quoted.end() :] if quoted else body
    name = own[1:].partition(":")[0]
    called = re.compile(rf"\s*(?:{re.escape(own)}|@?{re.escape(name)})(?:\s*[:：,，]\s*|\s+|$)")
    return called.sub("", body, count=1) if called.match(body) else body


def _thread(content: object) -> dict[str, str]:
    relation = _relation(content if isinstance(content, Mapping) else {})
    root = relation.get("event_id") if relation.get("rel_type") == "m.thread" else None
    return {"thread": root} if isinstance(root, str) else {}


def _unreadable(room: str, sender: str, number: str) -> Arrival:
    """One for each person and room: it is said once that this cannot be read, not every time."""
    return Arrival(
        external_key=_key("x", hashlib.sha256(room.encode()).hexdigest()[:40]),
        address=sender,
        kind=InboundKind.OTHER,
        context={"room": room, "event": number, ENCRYPTED: "yes"},
    )


def _place(content: Mapping[str, Any]) -> Location | None:
    """A geo URI (RFC 5870) has latitude and longitude in WGS 84."""
    found = _GEO.fullmatch(str(content.get("geo_uri", "")))
    if not found:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Location(latitude=latitude, longitude=longitude)


def _relation(content: Mapping[str, Any]) -> Mapping[str, Any]:
    found = content.get("m.relates_to")
    return found if isinstance(found, Mapping) else {}


def _key(kind: str, number: str) -> str:
    """Ids of old rooms name their server and may be long."""
    short = number if len(number) <= 90 else hashlib.sha256(number.encode()).hexdigest()
    return f"{kind}:{short}"
