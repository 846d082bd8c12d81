"""The contents of our events: one m.text with the words, one m.image for each picture.

Every picture refers (m.reference) to the words, so that the whole post is found from its first
event. MARK carries the delivery's key and the piece's number: by it a post is known again under
another device, whose transactions the server keeps apart.
Source: spec.matrix.org, client-server API: m.room.message, Event replacements, Reference relations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.models import MediaRef, Part
from publishers.contract import Source
from publishers.limits import measure
from publishers.matrix.declaration import DECLARATION, SUFFIXES
from publishers.matrix.markup import plain_text

__all__ = [
    "MARK",
    "edit_of",
    "encoded",
    "fits_an_event",
    "mark_of",
    "name_of",
    "picture_content",
    "prepared",
    "same",
    "text_content",
    "transaction",
]

MARK = "org.gongkai.post"
PLAIN = "plain"  # Part.extra: the text for clients without HTML, signed with the rest
_RELATION = "m.relates_to"
# 65,536 bytes less what a server adds: references to earlier events, hashes, signatures.
_ROOM = 60_000
_NOT_IN_FALLBACK = frozenset({"format", "formatted_body", MARK})

Content = Mapping[str, Any]


def prepared(parts: tuple[Part, ...], source: Source) -> tuple[Part, ...]:
    """The parts with their plain text; raises InvalidInput for markup that clients drop, and
    for a text within the declared limit whose markup or escapes make its event too large."""
    finished = []
    for part in parts:
        part = replace(part, extra={**part.extra, PLAIN: plain_text(part.text)})
        if measure(part.text, DECLARATION) <= DECLARATION.text_limit and not fits_an_event(part):
            raise _too_large()
        finished.append(part)
    return tuple(finished)


def fits_an_event(part: Part) -> bool:
    """Whether the words fit in one event, also as an edit, which carries them three times."""
    return len(encoded(edit_of(text_content(part, "0" * 32), "$" * 64)).encode()) <= _ROOM


def transaction(key: str, what: str) -> str:
    """The transaction id of one event of a delivery, derived from `what` it is.

    Synapse keeps transactions per room, whatever is sent in them, so that no two of a delivery
    may be equal: `what` is a piece's number, the event to be redacted, or an edit's bytes.
    """
    return f"{key}.{hashlib.sha256(what.encode()).hexdigest()[:16]}"


def encoded(content: Content) -> str:
    """The same JSON for the same content."""
    return msgspec.json.encode(content, order="sorted").decode()


def text_content(part: Part, key: str) -> dict[str, Any]:
    return {
        "msgtype": "m.text",
        "body": str(part.extra.get(PLAIN) or plain_text(part.text)),
        "format": "org.matrix.custom.html",
        "formatted_body": part.text,
        "m.mentions": {},  # nobody is rung because their name is in a document
        MARK: {"key": key, "piece": 0},
    }


def picture_content(ref: MediaRef, key: str, piece: int, url: str, post: str) -> dict[str, Any]:
    """Picture number `piece` (from 1) of the post whose words are the event `post`.

    `body` beside another `filename` is shown as the picture's caption.
    """
    return {
        "msgtype": "m.image",
        "body": ref.alt or name_of(ref),
        "filename": name_of(ref),
        "url": url,
        "info": {
            "mimetype": ref.media_type,
            "size": ref.size,
            "w": ref.width,
            "h": ref.height,
        },
        "m.mentions": {},
        MARK: {"key": key, "piece": piece, "sha256": ref.sha256},
        _RELATION: {"rel_type": "m.reference", "event_id": post},
    }


def edit_of(content: Content, event_id: str) -> dict[str, Any]:
    """The content of the event that puts `content` in the place of `event_id`.

    Clients that know no edits show the fallback: the plain text, or the picture, after a star.
    """
    new = {name: value for name, value in content.items() if name != _RELATION}
    fallback = {name: value for name, value in new.items() if name not in _NOT_IN_FALLBACK}
    return {
        **fallback,
        "body": f"* {content['body']}",
        "m.new_content": new,
        _RELATION: {"rel_type": "m.replace", "event_id": event_id},
    }


def name_of(ref: MediaRef) -> str:
    return f"{ref.sha256[:16]}{SUFFIXES.get(ref.media_type, '')}"


def mark_of(content: Content) -> tuple[str, int]:
    """The key and the piece's number that an event carries; ("", 0) for what is not ours."""
    mark = content.get(MARK)
    if not isinstance(mark, Mapping):
        return "", 0
    key, piece = mark.get("key"), mark.get("piece")
    return (key, piece) if isinstance(key, str) and isinstance(piece, int) else ("", 0)


def same(shown: Content, expected: Content) -> bool:
    """Whether a piece reads as signed, whichever delivery, publication or correction, sent it.

    The picture's address is not compared: its bytes are.
    """
    return dict(_told(shown)) == dict(_told(expected))


def _told(content: Content) -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        if name == MARK and isinstance(value, Mapping):
            yield name, {"piece": value.get("piece"), "sha256": value.get("sha256")}
        elif name not in (_RELATION, "url"):
            yield name, value


def _too_large() -> InvalidInput:
    return InvalidInput(
        Words("Matrix：正文连同标记超过 64 KB", "Matrix: text and markup are over 64 KB"),
        field="text",
        remedy=Words("缩短正文", "shorten the text"),
    )
