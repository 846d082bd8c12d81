"""The simulated server's memory: bots, chats, messages, and who was how fast."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from publishers.telegram.simulator_markup import Formatted

__all__ = ["Bot", "Chat", "Message", "Photo", "Window", "bot_for", "chat_for"]

_USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")
_PREFIX = "-100"


@dataclass(frozen=True, slots=True)
class Photo:
    file_id: str
    width: int
    height: int
    size: int

    def as_json(self) -> list[dict[str, Any]]:
        return [
            {
                "file_id": self.file_id,
                "file_unique_id": self.file_id[-16:],
                "width": self.width,
                "height": self.height,
                "file_size": self.size,
            }
        ]


@dataclass(slots=True, kw_only=True)
class Message:
    id: int
    at: datetime
    body: Formatted
    photo: Photo | None = None
    album: str = ""
    edited: datetime | None = None
    deleted: bool = False
    buttons: tuple[tuple[str, str], ...] = ()  # label and data of an inline keyboard


@dataclass(slots=True)
class Window:
    """Calls in a sliding window, in seconds of the platform's clock."""

    calls: deque[float] = field(default_factory=deque)

    def wait(self, now: float, count: int, per: float) -> float:
        """Seconds until another call is taken, 0 for now."""
        while self.calls and self.calls[0] <= now - per:
            self.calls.popleft()
        return self.calls[0] + per - now if len(self.calls) >= count else 0.0


@dataclass(slots=True, kw_only=True)
class Chat:
    id: int
    kind: str  # private, group, supergroup, channel
    title: str
    username: str = ""
    account: str = ""  # the handle it was opened under
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0
    moved_to: int = 0
    barred: str = ""  # the sentence with which the platform refuses this bot
    bots: set[int] = field(default_factory=set)
    window: Window = field(default_factory=Window)
    topics: set[int] = field(default_factory=set)

    def as_json(self) -> dict[str, Any]:
        named = {"username": self.username} if self.username else {}
        name = "first_name" if self.kind == "private" else "title"
        return {"id": self.id, "type": self.kind, name: self.title, **named}

    def message_json(self, message: Message, shown_id: int | None = None) -> dict[str, Any]:
        number = message.id if shown_id is None else shown_id
        found: dict[str, Any] = {"message_id": number, "chat": self.as_json()}
        found["date"] = int(message.at.timestamp())
        text, entities = ("caption", "caption_entities") if message.photo else ("text", "entities")
        if message.photo:
            found["photo"] = message.photo.as_json()
        if message.body.text:
            found[text] = message.body.text
        if message.body.entities:
            found[entities] = list(message.body.entities)
        if message.album:
            found["media_group_id"] = message.album
        if message.edited:
            found["edit_date"] = int(message.edited.timestamp())
        return found


@dataclass(slots=True, kw_only=True)
class Bot:
    id: int
    token: str
    window: Window = field(default_factory=Window)

    def as_json(self) -> dict[str, Any]:
        name = f"gov{self.id}_bot"
        return {"id": self.id, "is_bot": True, "first_name": name, "username": name}


def bot_for(name: str) -> Bot:
    """A bot whose id and token depend on `name` alone."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    number = 1_000_000_000 + int(digest[:7], 16)
    return Bot(id=number, token=f"{number}:AA{digest[:33]}")


def chat_for(handle: str) -> Chat:
    """The chat that `handle` asks for: "@name" a public channel, "-100…" a private one, another
    negative number a group, a positive one a person, anything else a public channel."""
    if re.fullmatch(r"-?[0-9]+", handle):
        if handle.startswith(_PREFIX):
            kind = "channel"
        else:
            kind = "group" if handle.startswith("-") else "private"
        return Chat(id=int(handle), kind=kind, title=handle, account=handle)
    digest = hashlib.sha256(handle.encode()).hexdigest()
    name = re.sub(r"[^A-Za-z0-9_]", "_", handle.removeprefix("@"))
    if not _USERNAME.fullmatch(name) or not handle.isascii():
        name = f"gov_{digest[:12]}"
    number = int(f"{_PREFIX}{1_000_000_000 + int(digest[:7], 16)}")
    return Chat(id=number, kind="channel", title=name, username=name, account=f"@{name}")
