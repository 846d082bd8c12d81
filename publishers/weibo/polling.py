"""Comments on an account's posts and mentions of it, asked for within the day's budget.

Source: open.weibo.com/wiki, 2/comments/to_me, 2/statuses/mentions, Rate-limiting: all calls of an
account share 100 a day, and posts need most of them. One look is two calls; one an hour makes 48.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from hub.conversation.models import Arrival, InboundKind, Manner, Polled
from hub.kernel.clock import Clock
from hub.publishing.ports import Access
from publishers.resting import rest_of
from publishers.weibo.client import WeiboClient
from publishers.wire import Wire

__all__ = ["WeiboPoller"]

_PAGE = 50
_REST = timedelta(hours=1)
_TIMEOUT = timedelta(seconds=20)
_NAMES = re.compile(r"(?:回复)?@[\w\-·]{1,30}[:：]?\s*")
_CURSOR = re.compile(r"(?P<comments>[0-9]+),(?P<mentions>[0-9]+)")
_POLL = "poll"
_Ask = Callable[..., Awaitable[list[Mapping[str, Any]]]]


class WeiboPoller:
    """`Poller` of the accounts that set `receive` to `poll`. A cursor is the newest comment and the
    newest mention that were seen."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._client = WeiboClient(wire, _TIMEOUT)

    def rest(self, settings: Mapping[str, Any]) -> timedelta:
        return rest_of(settings, _REST)

    def wanted(self, settings: Mapping[str, Any]) -> bool:
        return settings.get("receive") == _POLL

    async def poll(self, access: Access, cursor: str) -> Polled:
        seen = _CURSOR.fullmatch(cursor)
        comments = await _all(
            partial(self._client.comments_to_me, access), seen["comments"] if seen else ""
        )
        mentions = await _all(
            partial(self._client.mentions, access), seen["mentions"] if seen else ""
        )
        newest_comment = _newest(comments, seen["comments"] if seen else "0")
        newest_mention = _newest(mentions, seen["mentions"] if seen else "0")
        arrivals: list[Arrival] = []
        if seen:
            own = access.credentials.get("uid", "")
            arrivals += [a for row in reversed(comments) if (a := _comment(row, own))]
            arrivals += [a for row in reversed(mentions) if (a := _mention(row, own))]
        return Polled(arrivals=tuple(arrivals), cursor=f"{newest_comment},{newest_mention}")

    async def close(self) -> None:
        """The wire belongs to its owner."""


async def _all(ask: _Ask, since: str) -> list[Mapping[str, Any]]:
    """What came after `since`, newest first, page after page: a storm of comments fills many.
    Without `since` only the newest one, to begin after it."""
    if not since:
        return await ask(since_id="0", count=1, max_id=0)
    found: list[Mapping[str, Any]] = []
    below = 0
    while True:
        rows = await ask(since_id=since, count=_PAGE, max_id=below)
        found += rows
        oldest = min((int(row["id"]) for row in rows), default=0)
        if len(rows) < _PAGE or (below and oldest > below):
            return found
        below = oldest - 1


def _newest(rows: list[Mapping[str, Any]], before: str) -> int:
    return max([int(before), *(int(row["id"]) for row in rows)])


def _comment(row: Mapping[str, Any], own: str) -> Arrival | None:
    """A citizen's comment; None for our own."""
    user, status = row.get("user") or {}, row.get("status") or {}
    if str(user.get("id", "")) in ("", own) or not status.get("id"):
        return None
    return Arrival(
        external_key=f"c:{row['id']}",
        address=str(user["id"]),
        kind=InboundKind.TEXT,
        text=_said(row),
        manner=Manner.COMMENT,
        context={"via": "comment", "status": str(status["id"]), "comment": str(row["id"])},
    )


def _mention(row: Mapping[str, Any], own: str) -> Arrival | None:
    user = row.get("user") or {}
    if str(user.get("id", "")) in ("", own):
        return None
    return Arrival(
        external_key=f"s:{row['id']}",
        address=str(user["id"]),
        kind=InboundKind.TEXT,
        text=_said(row),
        manner=Manner.MENTION,
        context={"via": "mention", "status": str(row["id"])},
    )


def _said(row: Mapping[str, Any]) -> str:
    return _NAMES.sub("", str(row.get("text") or "")).replace("\u200b", "").strip()
