"""Mentions, asked for: the server's streaming would be a connection per account.

Source: docs.joinmastodon.org/methods/notifications (types[], min_id: pages from the oldest on). The
token needs the scope read:notifications beside those for posting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from hub.conversation.models import Arrival, InboundKind, Manner, Polled
from hub.kernel.clock import Clock
from hub.publishing.ports import Access
from publishers.mastodon.codes import refusal
from publishers.resting import rest_of
from publishers.wire import Answer, Wire

__all__ = ["MastodonPoller"]

_PAGE = 40
_REST = timedelta(seconds=20)  # 15 of the 300 calls that five minutes have
_TIMEOUT = timedelta(seconds=20)
_BREAK = re.compile(r"<br\s*/?>|</p>\s*<p[^>]*>", re.IGNORECASE)
_LEADING_NAMES = re.compile(r"^(?:\s*@[\w.-]+(?:@[\w.-]+)?)+\s*")
_POLL = "poll"


class MastodonPoller:
    """`Poller` of the accounts that set `receive` to `poll`."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock

    def rest(self, settings: Mapping[str, Any]) -> timedelta:
        return rest_of(settings, _REST)

    def wanted(self, settings: Mapping[str, Any]) -> bool:
        return settings.get("receive") == _POLL

    async def poll(self, access: Access, cursor: str) -> Polled:
        query = {"types[]": "mention", "limit": str(_PAGE if cursor else 1)}
        query |= {"min_id": cursor} if cursor else {}
        answer = await self._wire.call(
            "GET",
            f"{access.base_url}/api/v1/notifications",
            what="mastodon GET notifications",
            effect=False,
            timeout=_TIMEOUT,
            params=query,
            headers={"Authorization": f"Bearer {access.credentials.get('access_token', '')}"},
        )
        if answer.status >= 300:
            raise refusal(answer, self._clock.now())
        found = sorted(_mentions(answer), key=lambda row: (len(row["id"]), row["id"]))
        reached = found[-1]["id"] if found else cursor or "0"
        arrivals = [_arrival(row) for row in found] if cursor else []
        return Polled(arrivals=tuple(a for a in arrivals if a is not None), cursor=reached)

    async def close(self) -> None:
        """The wire belongs to its owner."""


def _mentions(answer: Answer) -> list[dict[str, Any]]:
    rows = answer.json()
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows
    ):
        raise answer.unreadable("no-list", "不是列表", "no list")
    return rows


def _arrival(row: Mapping[str, Any]) -> Arrival | None:
    """The mention; None for what another program said, or is no mention after all."""
    account, status = row.get("account"), row.get("status")
    if row.get("type") != "mention" or not isinstance(account, dict):
        return None
    if not isinstance(status, dict) or account.get("bot"):
        return None
    name, number = account.get("acct"), status.get("id")
    if not isinstance(name, str) or not isinstance(number, str) or not 0 < len(name) <= 500:
        return None
    seen = str(status.get("visibility") or "direct")
    return Arrival(
        external_key=f"s:{number}"[:96],
        address=name,
        kind=InboundKind.TEXT,
        text=words_of(str(status.get("content") or "")),
        language=str(status.get("language") or "")[:35],
        manner=Manner.DIRECT if seen == "direct" else Manner.MENTION,
        context={"status": number, "visibility": seen},
    )


def words_of(content: str) -> str:
    """The words of a post's HTML, without the names it begins with."""
    body = LexborHTMLParser(_BREAK.sub("\n", content)).body
    text = body.text() if body is not None else ""
    return _LEADING_NAMES.sub("", text).strip()
