"""The simulated WeCom's memory: a corporation, its application, its members and what they got."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from publishers.simulation_robots import Window

__all__ = ["Application", "Member", "Message", "Refused", "Upload"]

_PER_MINUTE, _PER_HOUR = 30, 1000  # what one member gets from one application


class Refused(Exception):
    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


@dataclass(slots=True, kw_only=True)
class Member:
    name: str
    licensed: bool = True
    window: Window = field(default_factory=Window)

    def takes(self, now: float) -> bool:
        """Whether the member gets one more message now; what is too much is dropped in silence."""
        room = self.window.has_room(now, _PER_MINUTE, 60.0)
        if room and self.window.has_room(now, _PER_HOUR, 3600.0):
            self.window.take(now)
            return True
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    media_id: str
    size: int
    at: datetime


@dataclass(slots=True, kw_only=True)
class Message:
    msgid: str
    at: datetime
    text: str
    pictures: int
    reached: tuple[str, ...]
    dropped: tuple[str, ...]
    recalled: bool = False


@dataclass(slots=True, kw_only=True)
class Application:
    """One application of one corporation, and who may get its messages."""

    account: str
    corpid: str
    secret: str
    agent_id: int
    seats: int
    members: dict[str, Member]
    parties: dict[str, frozenset[str]]
    tags: dict[str, frozenset[str]]
    callback_token: str = ""
    aes_key: str = ""  # 43 signs, as the admin site makes them
    trusted: frozenset[str] = frozenset()  # addresses of callers; empty: any
    token: str = ""
    token_until: float = 0.0
    old_tokens: set[str] = field(default_factory=set)
    tokens_given: int = 0
    messages: list[Message] = field(default_factory=list)
    uploads: dict[str, Upload] = field(default_factory=dict)
    requests: dict[bytes, tuple[float, str]] = field(default_factory=dict)
    person_times: dict[str, int] = field(default_factory=dict)  # by day in China
