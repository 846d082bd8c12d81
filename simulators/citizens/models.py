"""Citizens, what they say, and what they got to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["CHANNEL_OF", "Citizen", "Door", "Heard", "Purpose", "Saying", "Spoken", "Spot"]


class Door(StrEnum):
    """The way on which somebody writes."""

    WECHAT = "wechat"
    WEIBO_MESSAGE = "weibo-message"
    WEIBO_COMMENT = "weibo-comment"
    WEIBO_MENTION = "weibo-mention"
    TELEGRAM = "telegram"
    MASTODON = "mastodon"
    CHAT = "chat"


CHANNEL_OF = {
    Door.WECHAT: "wechat",
    Door.WEIBO_MESSAGE: "weibo",
    Door.WEIBO_COMMENT: "weibo",
    Door.WEIBO_MENTION: "weibo",
    Door.TELEGRAM: "telegram",
    Door.MASTODON: "mastodon",
    Door.CHAT: "website",
}


class Purpose(StrEnum):
    ASK = "ask"  # something that is published
    GAP = "gap"  # something that is not
    COMPLAIN = "complain"
    INCIDENT = "incident"  # about what happens in the middle of the day
    SUBSCRIBE = "subscribe"
    PERSON = "person"  # wants a member of staff
    FOLLOW = "follow"  # a choice that an answer offered
    BACK = "back"  # to the bot, while a person is to answer


@dataclass(frozen=True, slots=True)
class Saying:
    """One message. `cut_after`: the platform delivers it twice, and the first connection breaks
    after so many seconds (0: delivered once). `wish` is what a subscription is to."""

    purpose: Purpose
    text: str
    cut_after: float = 0.0
    wish: str = ""

    @property
    def twice(self) -> bool:
        return self.cut_after > 0


@dataclass(frozen=True, slots=True)
class Citizen:
    """`body` is the code of the body whose account they write to; `arrives` is a share of the
    day; `thinks` are the seconds before each further message."""

    number: int
    door: Door
    body: str
    arrives: float
    sayings: tuple[Saying, ...]
    thinks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """An account that citizens write to: its id in the hub and its names on the platform."""

    account_id: str
    handle: str
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """Something a citizen got to read, `at` seconds after the day began."""

    citizen: int
    text: str
    at: float


@dataclass(slots=True)
class Spoken:
    """A message as it was sent, and the answer that followed it."""

    citizen: Citizen
    saying: Saying
    at: float
    answer: Heard | None = field(default=None)

    @property
    def took(self) -> float | None:
        """Seconds from sending to reading."""
        return None if self.answer is None else self.answer.at - self.at
