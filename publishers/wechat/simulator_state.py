"""What the simulated platform keeps: accounts, their drafts, materials, tasks and mass sends.

Times are seconds since 1970 on the platform's clock; days and months are Beijing's.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from hub.kernel.clock import CHINA
from publishers.wechat.simulator_tokens import TokenStore

__all__ = [
    "ERRORS",
    "OK",
    "App",
    "Article",
    "Chat",
    "Draft",
    "MassJob",
    "Refusal",
    "Status",
    "Task",
    "Undelivered",
    "beijing",
    "draft_named",
    "need_permission",
    "new_id",
    "new_number",
]


ERRORS: Mapping[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40009: "invalid image size",
    40012: "invalid thumb size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40125: "invalid appsecret",
    40137: "invalid image format",
    40164: "invalid ip {ip}, not in whitelist",
    41001: "access_token missing",
    41005: "media data missing",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    44001: "empty media data",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45005: "url size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45028: "has no masssend quota",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45067: "clientmsgid size out of limit",
    45110: "author size out of limit",
    47001: "data format error",
    48001: "api unauthorized",
    48004: "api forbidden for irregularities, view detail on mp.weixin.qq.com",
    48006: "forbid to clear quota because of reaching the limit",
    53503: "draft failed the publish check",
    53600: "invalid article id",
}

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}

_serial = itertools.count(1)


class Refusal(Exception):
    """The platform says no. `extra` goes into the answer beside errcode and errmsg."""

    def __init__(self, code: int, extra: Mapping[str, Any] | None = None, **words: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = ERRORS[code].format(**words)
        self.extra = dict(extra or {})


class Undelivered(Exception):
    """A callback found nobody who answered in time."""


class Status(IntEnum):
    """publish_status of freepublish/get."""

    SUCCESS = 0
    PUBLISHING = 1
    ORIGINAL_FAILED = 2
    FAILED = 3
    REJECTED = 4
    DELETED = 5
    BLOCKED = 6


@dataclass(slots=True, kw_only=True)
class Draft:
    media_id: str
    articles: list[dict[str, Any]]
    created: int
    updated: int


@dataclass(slots=True, kw_only=True)
class Task:
    """One freepublish task, and the draft's articles as they were at submission."""

    publish_id: str
    draft_id: str
    articles: list[dict[str, Any]]
    finish_at: float
    status: Status = Status.PUBLISHING
    article_id: str = ""


@dataclass(slots=True, kw_only=True)
class Article:
    """What freepublish made public under one id."""

    article_id: str
    articles: list[dict[str, Any]]
    published: float
    state: str = "public"


@dataclass(slots=True, kw_only=True)
class MassJob:
    """One mass send. `waits`: for the administrator's confirmation until `finish_at`."""

    msg_id: int
    articles: list[dict[str, Any]]
    to_all: bool
    created: float
    finish_at: float
    waits: bool = False
    status: str = "SENDING"


@dataclass(slots=True, kw_only=True)
class Chat:
    """One follower's chat with an account: what it showed, and how long it may be answered.

    `said` has how a message came (passive, custom) and its text; an article is its title, its
    description and its address.
    """

    said: list[tuple[str, str]] = field(default_factory=list)
    answerable_until: float = 0.0
    allowance: int = 0
    unavailable: int = 0  # how often the follower was told that the account does not answer


@dataclass(slots=True, kw_only=True)
class App:
    """One official account. `kind` is subscription or service; unverified ones may only draft."""

    appid: str
    handle: str
    secret: str
    token: str
    aes_key: str
    original_id: str
    kind: str = "subscription"
    verified: bool = True
    banned: bool = False
    followers: int = 1000
    callback_url: str = ""
    callback_mode: str = "secure"
    allowed_ips: set[str] = field(default_factory=set)
    tokens: TokenStore = field(default_factory=TokenStore)
    drafts: dict[str, Draft] = field(default_factory=dict)
    materials: dict[str, str] = field(default_factory=dict)  # media_id → kind
    temporary: dict[str, float] = field(default_factory=dict)  # media_id → made at
    addresses: set[str] = field(default_factory=set)  # of media/uploadimg
    tasks: dict[str, Task] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)
    masses: dict[int, MassJob] = field(default_factory=dict)
    keys: dict[str, tuple[int, float]] = field(default_factory=dict)  # clientmsgid → job, at
    chats: dict[str, Chat] = field(default_factory=dict)  # openid → what a follower sees
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)  # (period, call) → times


def new_id(kind: str, appid: str) -> str:
    """An opaque id as the platform gives them: URL-safe text that says nothing."""
    digest = hashlib.sha256(f"{kind}/{appid}/{next(_serial)}".encode()).digest()
    return "x" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def new_number(start: int) -> int:
    return start + next(_serial)


def beijing(seconds: float, form: str) -> str:
    """The day (%Y-%m-%d), month (%Y-%m) or minute of a moment in Beijing."""
    return datetime.fromtimestamp(seconds, CHINA).strftime(form)


def draft_named(app: App, data: Mapping[str, Any]) -> Draft:
    draft = app.drafts.get(str(data.get("media_id", "")))
    if draft is None:
        raise Refusal(40007)
    return draft


def need_permission(app: App) -> None:
    if app.banned:
        raise Refusal(48004)
    if not app.verified:
        raise Refusal(48001)
