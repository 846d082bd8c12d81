"""Fans who write to an account: messages pushed as the fans service does, comments and mentions.

Source: open.weibo.com/wiki/粉丝服务平台, 2/messages/reply, 2/comments/to_me, create, reply,
2/statuses/mentions.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import aiohttp
from aiohttp import web

from hub.kernel.clock import CHINA, Clock
from publishers.simulation import Platform, broken
from publishers.weibo.simulator_calls import Call, Refusal

__all__ = ["APP_SECRET", "FANS", "FansPlatform"]

APP_SECRET = "fans-app-secret"  # noqa: S105  # of the simulated app, known to its tests
_WINDOW_S = 48 * 3600
# what every app may call beside posting
FANS = {"comments/to_me", "comments/create", "comments/reply", "statuses/mentions"}
_FIRST_ID = 4_900_000_000_000_000
_LAST_ID = 1 << 62


class FansPlatform(Platform):
    """The part of the platform where fans speak. `said` is what a fan got to read, by fan."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.push_timeout_s = 5.0
        self.said: dict[str, list[str]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}  # uid of the account → comments
        self.mentioned: dict[str, list[dict[str, Any]]] = {}
        self._written: dict[str, float] = {}
        self._fan_ids = 0

    def application(self) -> web.Application:
        application = super().application()
        door = self._open  # type: ignore[attr-defined]  # of the platform that this is part of
        application.add_routes(
            [
                web.post("/2/messages/reply.json", door("", _messages_reply)),
                web.get("/2/comments/to_me.json", door("comments/to_me", _comments_to_me)),
                web.get("/2/statuses/mentions.json", door("statuses/mentions", _mentions)),
                web.post("/2/comments/create.json", door("comments/create", _comment)),
                web.post("/2/comments/reply.json", door("comments/reply", _comment)),
            ]
        )
        return application

    async def fan_says(
        self, url: str, account: str, fan: str, *, cut_after: float = 0.0, **message: Any
    ) -> str:
        """Push what a fan sent, again when nobody answers in time; what the fan reads.

        With `cut_after` the first connection breaks after so many seconds: what comes back on it,
        if anything, is lost, and the same is pushed again.
        """
        now = self.clock.now()
        self._written[fan] = now.timestamp()
        body = {
            "type": "text",
            "receiver_id": int(account),
            "sender_id": int(fan),
            "created_at": now.astimezone(CHINA).strftime("%a %b %d %H:%M:%S %z %Y"),
            "text": "",
            "data": {},
            **message,
        }
        stamp, nonce = str(int(now.timestamp() * 1000)), "57155157"
        joined = "".join(sorted((APP_SECRET, stamp, nonce))).encode()
        signature = hashlib.sha1(joined, usedforsecurity=False).hexdigest()
        query = {"signature": signature, "timestamp": stamp, "nonce": nonce}
        limit = aiohttp.ClientTimeout(total=self.push_timeout_s)
        async with aiohttp.ClientSession(timeout=limit) as session:
            if cut_after:
                await broken(session, url, cut_after, params=query, json=body)
            for _ in range(4):
                try:
                    async with session.post(url, params=query, json=body) as response:
                        if response.status == 200:
                            return self._read(fan, account, await response.read())
                except (aiohttp.ClientError, TimeoutError):
                    await asyncio.sleep(0)
        return ""

    def _read(self, fan: str, account: str, answer: bytes) -> str:
        if not answer:
            return ""
        found = json.loads(answer)
        if (found["receiver_id"], found["sender_id"]) != (fan, account):
            return ""  # the platform shows nobody what names somebody else
        text = _shown(found["type"], json.loads(unquote(found["data"])))
        self.said.setdefault(fan, []).append(text)
        return text

    def fan_comments(
        self, account: str, fan: str, text: str, status: int, *, twice: bool = False
    ) -> int:
        """`twice`: the list that the account is given has it two times."""
        more = {"status": {"id": status}}
        return self._wrote(self.comments, account, fan, text, more, twice=twice)

    def fan_mentions(self, account: str, fan: str, text: str, *, twice: bool = False) -> int:
        return self._wrote(self.mentioned, account, fan, text, {}, twice=twice)

    def _wrote(
        self,
        place: dict[str, list[dict[str, Any]]],
        account: str,
        fan: str,
        text: str,
        more: Mapping[str, Any],
        *,
        twice: bool,
    ) -> int:
        self._fan_ids += 1
        row = {"id": _FIRST_ID + self._fan_ids, "text": text, "user": {"id": int(fan)}, **more}
        place.setdefault(account, []).extend([row, row] if twice else [row])
        return int(row["id"])


def _shown(kind: str, data: Mapping[str, Any]) -> str:
    if kind == "text":
        if not 0 < len(data["text"]) < 300:
            raise Refusal(20012)
        return str(data["text"])
    card = data["articles"][0]
    return "\n".join((card["display_name"], card["summary"], card["url"]))


def _messages_reply(platform: Any, call: Call) -> dict[str, Any]:
    fan = call.need("receiver_id")
    written = platform._written.get(fan)
    if written is None or platform.clock.now().timestamp() - written > _WINDOW_S:
        raise Refusal(10017)
    try:
        text = _shown(call.need("type"), json.loads(call.need("data")))
    except (ValueError, KeyError, IndexError, TypeError):
        raise Refusal(10017) from None
    platform.said.setdefault(fan, []).append(text)
    return {"result": True}


def _comments_to_me(platform: Any, call: Call) -> dict[str, Any]:
    return {"comments": _page(platform.comments.get(call.grant.uid, []), call)}


def _mentions(platform: Any, call: Call) -> dict[str, Any]:
    return {"statuses": _page(platform.mentioned.get(call.grant.uid, []), call)}


def _page(rows: list[dict[str, Any]], call: Call) -> list[dict[str, Any]]:
    """Newest first, those after since_id, up to max_id."""
    since, count = call.number("since_id"), call.number("count", 50)
    most = call.number("max_id") or _LAST_ID
    return [row for row in reversed(rows) if since < row["id"] <= most][:count]


def _comment(platform: Any, call: Call) -> dict[str, Any]:
    """comments/create on a post, comments/reply to a comment."""
    text = call.need("comment")
    if len(text) > 280:
        raise Refusal(20012)
    number = call.need("cid") if "cid" in call.fields else call.need("id")
    platform.said.setdefault(number, []).append(text)
    return {"id": 1, "text": text}
