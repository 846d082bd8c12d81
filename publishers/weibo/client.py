"""Weibo's calls: parameters out, typed values back, foreign codes turned into our errors once.

Source: https://open.weibo.com/wiki/2/statuses/share, …/user_timeline, …/destroy, …/show,
https://open.weibo.com/wiki/Oauth2/get_token_info, …/2/account/rate_limit_status.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from hub.publishing.errors import Busy, DeliveryError, Unknown
from hub.publishing.ports import Access
from publishers.weibo.codes import WAITS, advice_for
from publishers.wire import Answer, Wire

__all__ = ["Picture", "Status", "Timeline", "TokenInfo", "WeiboClient"]

_WRITTEN_AT = "%a %b %d %H:%M:%S %z %Y"  # Wed Oct 24 23:49:17 +0800 2012
_SUFFIX = {"image/jpeg": "jpg", "image/gif": "gif", "image/png": "png"}
# statuses/share is all that ordinary apps have; update and upload need a permission of their own.
_ENDPOINTS = {
    ("share", False): "statuses/share",
    ("share", True): "statuses/share",
    ("high", False): "statuses/update",
    ("high", True): "statuses/upload",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as it is uploaded: its bytes and its media type."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One post as Weibo returns it. `text` has every link replaced by a t.cn link."""

    id: str
    text: str
    written_at: datetime
    pictures: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One page of posts, newest first; `total` of the account; `at` is the platform's clock."""

    statuses: tuple[Status, ...]
    total: int
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenInfo:
    """Whose token it is and how long it still lives (None where Weibo does not say)."""

    uid: str
    lives_for: timedelta | None


class WeiboClient:
    """The endpoints we use, over a wire that its owner closes."""

    def __init__(self, wire: Wire, timeout: timedelta) -> None:
        self._wire = wire
        self._timeout = timeout

    async def post(self, access: Access, text: str, picture: Picture | None) -> Status:
        """Publish `text` with at most one picture; raises Unknown whenever it may be public."""
        permission = access.settings.get("permission") or "share"
        endpoint = _ENDPOINTS[str(permission), picture is not None]
        fields = {"status": text, "rip": str(access.settings.get("rip", ""))}
        answer = await self._send(access, f"/2/{endpoint}.json", fields, picture)
        return _status(_decoded(answer), answer)

    async def timeline(
        self, access: Access, *, count: int = 100, since_id: int = 0, max_id: int = 0
    ) -> Timeline:
        """The account's own posts with `since_id` < id ≤ `max_id`, newest first."""
        page = {"count": str(count), "since_id": str(since_id), "max_id": str(max_id)}
        query = {"uid": access.credentials["uid"], "trim_user": "1", **page}
        answer = await self._fetch(access, "/2/statuses/user_timeline.json", query)
        found = _decoded(answer)
        if not isinstance(found.get("statuses"), list):
            raise answer.unreadable("no-statuses", "没有 statuses", "without statuses")
        statuses = tuple(_status(post, answer) for post in found["statuses"] if not _deleted(post))
        total = int(found.get("total_number") or 0)
        return Timeline(statuses=statuses, total=total, at=_platform_time(answer))

    async def show(self, access: Access, status_id: str) -> Status:
        answer = await self._fetch(access, "/2/statuses/show.json", {"id": status_id})
        return _status(_decoded(answer), answer)

    async def destroy(self, access: Access, status_id: str) -> None:
        _decoded(await self._send(access, "/2/statuses/destroy.json", {"id": status_id}))

    async def comments_to_me(
        self, access: Access, *, since_id: str, count: int, max_id: int = 0
    ) -> list[Mapping[str, Any]]:
        """Comments on the account's posts with `since_id` < id ≤ `max_id` (0: any), newest first;
        each has id, text, user, status."""
        page = {"since_id": since_id, "count": str(count), "max_id": str(max_id)}
        return await self._rows(access, "/2/comments/to_me.json", "comments", page)

    async def mentions(
        self, access: Access, *, since_id: str, count: int, max_id: int = 0
    ) -> list[Mapping[str, Any]]:
        """Posts that mention the account, newest first; each has id, text, user."""
        page = {"since_id": since_id, "count": str(count), "max_id": str(max_id)}
        return await self._rows(access, "/2/statuses/mentions.json", "statuses", page)

    async def _rows(
        self, access: Access, path: str, name: str, page: Mapping[str, str]
    ) -> list[Mapping[str, Any]]:
        answer = await self._fetch(access, path, page)
        rows = _decoded(answer).get(name)
        if not isinstance(rows, list) or not all(
            isinstance(row, dict) and str(row.get("id", "")).isdecimal() for row in rows
        ):
            raise answer.unreadable(f"no-{name}", f"没有 {name}", f"without {name}")
        return rows

    async def comment(
        self, access: Access, text: str, *, status_id: str, comment_id: str = ""
    ) -> None:
        """Comment on a post, or reply to a comment on it."""
        fields = {"id": status_id, "comment": text, "rip": str(access.settings.get("rip", ""))}
        fields |= {"cid": comment_id} if comment_id else {}
        path = "/2/comments/reply.json" if comment_id else "/2/comments/create.json"
        _decoded(await self._send(access, path, fields))

    async def message(
        self, access: Access, base_url: str, *, receiver: str, kind: str, data: str
    ) -> None:
        """A message of the fans service, which lives at an address of its own."""
        fields = {"type": kind, "data": data, "receiver_id": receiver, "save_sender_box": "1"}
        there = replace(access, base_url=base_url)
        _decoded(await self._send(there, "/2/messages/reply.json", fields))

    async def token_info(self, access: Access) -> TokenInfo:
        """Whose token this is and for how long; raises Unauthorised when it is dead."""
        answer = await self._send(access, "/oauth2/get_token_info", {}, effect=False)
        found = _decoded(answer)
        seconds = str(found.get("expire_in"))
        lives_for = timedelta(seconds=int(seconds)) if seconds.isdecimal() else None
        return TokenInfo(uid=str(found.get("uid", "")), lives_for=lives_for)

    async def limits_reset_in(self, access: Access) -> timedelta:
        """How long until the counters of account and endpoint start again."""
        answer = await self._fetch(access, "/2/account/rate_limit_status.json", {})
        seconds = str(_decoded(answer).get("reset_time_in_seconds"))
        if not seconds.isdecimal():
            raise answer.unreadable("no-reset", "没有重置时间", "without a reset time")
        return timedelta(seconds=int(seconds))

    async def _fetch(self, access: Access, path: str, query: Mapping[str, str]) -> Answer:
        return await self._wire.call(
            "GET",
            access.base_url + path,
            what=_name(path),
            effect=False,
            timeout=self._timeout,
            params={"access_token": access.credentials["access_token"], **query},
        )

    async def _send(
        self,
        access: Access,
        path: str,
        fields: Mapping[str, str],
        picture: Picture | None = None,
        *,
        effect: bool = True,
    ) -> Answer:
        form = {"access_token": access.credentials["access_token"], **fields}
        return await self._wire.call(
            "POST",
            access.base_url + path,
            what=_name(path),
            effect=effect,
            timeout=self._timeout,
            data=form if picture is None else _multipart(form, picture),
        )


def _name(path: str) -> str:
    return f"weibo {path.removeprefix('/2/').removesuffix('.json').lstrip('/')}"


def _multipart(fields: Mapping[str, str], picture: Picture) -> aiohttp.FormData:
    """Without a file name and a content type Weibo answers 21301 `auth by Null spi!`."""
    form = aiohttp.FormData()
    for name, value in fields.items():
        form.add_field(name, value)
    suffix = _SUFFIX.get(picture.media_type, "bin")
    form.add_field(
        "pic",
        io.BytesIO(picture.content),
        filename=f"picture.{suffix}",
        content_type=picture.media_type,
    )
    return form


def _decoded(answer: Answer) -> Mapping[str, Any]:
    """The JSON object of a success; raises the error of Weibo's code, or an undecided one.

    Weibo's errors are JSON with HTTP 400 or 403. Whatever else comes is from something in
    between and decides nothing.
    """
    found = answer.json()
    if isinstance(found, dict) and "error_code" in found:
        raise _refusal(found, answer)
    if not isinstance(found, dict) or answer.status != 200:
        raise answer.unreadable("unexpected", "不合约定", "not of the documented shape")
    return found


def _refusal(found: Mapping[str, Any], answer: Answer) -> DeliveryError:
    code = str(found["error_code"])
    if not code.isdecimal():
        return answer.unreadable("unexpected", "不合约定", "not of the documented shape")
    advice = advice_for(int(code))
    kind = Busy if advice.error is Unknown and not answer.effect else advice.error
    return kind(
        advice.words,
        platform_code=code,
        platform_message=str(found.get("error", "")),
        remedy=advice.remedy,
        retry_after=WAITS.get(int(code)),
        scope="app" if code == "10022" else "account",
    )


def _deleted(post: Any) -> bool:
    return isinstance(post, dict) and str(post.get("deleted", "0")) == "1"


def _status(post: Any, answer: Answer) -> Status:
    try:
        return Status(
            id=str(post.get("idstr") or post["id"]),
            text=str(post["text"]),
            written_at=datetime.strptime(post["created_at"], _WRITTEN_AT).astimezone(UTC),
            pictures=max(len(post.get("pic_urls") or ()), int(bool(post.get("original_pic")))),
            counts={
                name: int(post[name])
                for name in ("reposts_count", "comments_count", "attitudes_count")
                if name in post
            },
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise answer.unreadable("no-status", "不含微博", "without a post") from error


def _platform_time(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None
