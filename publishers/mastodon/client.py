"""Mastodon's calls: parameters out, typed values back, refusals turned into our errors once.

Source: docs.joinmastodon.org, methods/statuses, methods/media, methods/accounts, methods/instance;
nodeinfo.diaspora.software for what a server says it runs.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from hub.kernel.clock import Clock
from hub.publishing.ports import Access
from publishers.mastodon.codes import refusal
from publishers.wire import Answer, Wire

__all__ = ["Draft", "Limits", "MastodonClient", "Media", "Person", "Status"]

_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A post as it is sent. `answers` is the id of the post it continues, "" for none."""

    text: str
    spoiler: str
    visibility: str
    language: str
    media: tuple[str, ...] = ()
    answers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One post as the server shows it: `content` is HTML."""

    id: str
    url: str
    content: str
    spoiler: str
    written_at: datetime
    pictures: int
    answers: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """An uploaded picture; it can be posted once it is `ready`."""

    id: str
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whose token it is."""

    id: str
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server says it takes; 0 or empty where it does not say. Sizes in bytes."""

    characters: int = 0
    pictures: int = 0
    picture_bytes: int = 0
    picture_types: frozenset[str] = frozenset()


class MastodonClient:
    """The endpoints we use, over a wire that its owner closes."""

    def __init__(self, wire: Wire, clock: Clock, timeout: timedelta) -> None:
        self._wire = wire
        self._clock = clock
        self._timeout = timeout

    async def post(self, access: Access, draft: Draft, key: str) -> Status:
        """Publish; raises Unknown whenever it may be public. The same `key` within an hour gives
        the same post, on servers that heed it."""
        body: dict[str, Any] = {
            "status": draft.text,
            "visibility": draft.visibility,
            "language": draft.language,
        }
        body |= {"spoiler_text": draft.spoiler} if draft.spoiler else {}
        body |= {"media_ids": list(draft.media)} if draft.media else {}
        body |= {"in_reply_to_id": draft.answers} if draft.answers else {}
        answer = await self._call(
            access, "POST", "/api/v1/statuses", effect=True, json=body, key=key
        )
        return _status(answer)

    async def edit(self, access: Access, status_id: str, draft: Draft) -> Status:
        """Replace text, content warning and pictures: a picture that is not named goes."""
        body = {
            "status": draft.text,
            "spoiler_text": draft.spoiler,
            "language": draft.language,
            "media_ids": list(draft.media),
        }
        path = f"/api/v1/statuses/{status_id}"
        return _status(await self._call(access, "PUT", path, effect=True, json=body))

    async def delete(self, access: Access, status_id: str) -> None:
        """Remove the post and its pictures; NotThere when it is gone."""
        path, query = f"/api/v1/statuses/{status_id}", {"delete_media": "true"}
        await self._call(access, "DELETE", path, effect=True, params=query)

    async def show(self, access: Access, status_id: str) -> Status:
        return _status(await self._call(access, "GET", f"/api/v1/statuses/{status_id}"))

    async def statuses(self, access: Access, person_id: str, max_id: str = "") -> list[Status]:
        """A page of the account's own posts, newest first, those older than `max_id`."""
        query = {"limit": "40", "exclude_reblogs": "true"} | ({"max_id": max_id} if max_id else {})
        path = f"/api/v1/accounts/{person_id}/statuses"
        answer = await self._call(access, "GET", path, params=query)
        found = answer.json()
        if not isinstance(found, list):
            raise answer.unreadable("no-list", "不是列表", "no list")
        return [_status_of(row, answer) for row in found]

    async def upload(
        self, access: Access, content: bytes, media_type: str, description: str
    ) -> Media:
        """Give the server a picture. A second copy harms nobody: what no post takes up, the
        server forgets within days."""
        form = aiohttp.FormData()
        if description:
            form.add_field("description", description)
        name = f"picture.{_SUFFIXES.get(media_type, 'bin')}"
        form.add_field("file", io.BytesIO(content), filename=name, content_type=media_type)
        answer = await self._call(access, "POST", "/api/v2/media", data=form)
        return _media(answer)

    async def media(self, access: Access, media_id: str) -> Media:
        """An uploaded picture; NotThere once a post has it."""
        return _media(await self._call(access, "GET", f"/api/v1/media/{media_id}"))

    async def person(self, access: Access) -> Person:
        answer = await self._call(access, "GET", "/api/v1/accounts/verify_credentials")
        found = _object(answer)
        if not found.get("id") or not found.get("username"):
            raise answer.unreadable("no-account", "不含账号", "without an account")
        return Person(id=str(found["id"]), username=str(found["username"]))

    async def limits(self, access: Access) -> Limits:
        found = _object(await self._call(access, "GET", "/api/v2/instance"))
        configuration = _inner(found, "configuration")
        statuses = _inner(configuration, "statuses")
        media = _inner(configuration, "media_attachments")
        types = media.get("supported_mime_types")
        return Limits(
            characters=_count(statuses.get("max_characters")),
            pictures=_count(statuses.get("max_media_attachments")),
            picture_bytes=_count(media.get("image_size_limit")),
            picture_types=frozenset(map(str, types)) if isinstance(types, list) else frozenset(),
        )

    async def software(self, access: Access) -> str:
        """What the server says it runs, in lower case; "" where it does not say."""
        found = _object(await self._call(access, "GET", "/.well-known/nodeinfo"))
        links = found.get("links")
        places = [str(link.get("href", "")) for link in links or () if isinstance(link, dict)]
        if not places:
            return ""
        # Only its path is used: the token and the question stay with the account's own server.
        answer = await self._call(access, "GET", _origin(access) + urlsplit(places[-1]).path)
        return str(_inner(_object(answer), "software").get("name", "")).lower()

    async def _call(
        self,
        access: Access,
        method: str,
        path: str,
        *,
        effect: bool = False,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        data: aiohttp.FormData | None = None,
        key: str = "",
    ) -> Answer:
        headers = {"Authorization": f"Bearer {access.credentials.get('access_token', '')}"}
        headers |= {"Idempotency-Key": key} if key else {}
        answer = await self._wire.call(
            method,
            access.base_url + path if path.startswith("/") else path,
            what=f"mastodon {method} {_name(path)}",
            effect=effect,
            timeout=self._timeout,
            params=params,
            json=json,
            data=data,
            headers=headers,
        )
        if answer.status >= 300:
            raise refusal(answer, self._clock.now())
        return answer


def _origin(access: Access) -> str:
    parts = urlsplit(access.base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _name(path: str) -> str:
    """The endpoint without ids: `statuses`, `media`, `accounts`, `instance`, `nodeinfo`."""
    words = urlsplit(path).path.strip("/").split("/")
    return words[2] if words[0] == "api" and len(words) > 2 else "nodeinfo"


def _object(answer: Answer) -> Mapping[str, Any]:
    found = answer.json()
    if not isinstance(found, dict):
        raise answer.unreadable("unexpected", "不合约定", "not of the documented shape")
    return found


def _inner(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = found.get(name)
    return inner if isinstance(inner, dict) else {}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _media(answer: Answer) -> Media:
    found = _object(answer)
    if not found.get("id"):
        raise answer.unreadable("no-media", "不含图片编号", "without a picture's id")
    return Media(id=str(found["id"]), ready=answer.status == 200)


def _status(answer: Answer) -> Status:
    return _status_of(_object(answer), answer)


def _status_of(found: Any, answer: Answer) -> Status:
    try:
        written_at = datetime.fromisoformat(found["created_at"])
        return Status(
            id=str(found["id"]),
            url=str(found.get("url") or found.get("uri") or ""),
            content=str(found["content"]),
            spoiler=str(found.get("spoiler_text") or ""),
            written_at=written_at if written_at.tzinfo else written_at.replace(tzinfo=UTC),
            pictures=len(found.get("media_attachments") or ()),
            answers=str(found.get("in_reply_to_id") or ""),
            counts={
                name: int(found.get(name) or 0)
                for name in ("favourites_count", "reblogs_count", "replies_count")
            },
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise answer.unreadable("no-status", "不含嘟文", "without a post") from error
