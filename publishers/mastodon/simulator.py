"""A Mastodon server as its source and documents describe it, in memory; also as GoToSocial.

Sources: mastodon/mastodon (app/services/post_status_service.rb, update_status_service.rb,
config/initializers/rack_attack.rb, app/lib/rate_limiter.rb), docs.joinmastodon.org (methods
statuses, media, accounts, instance), superseriousbusiness/gotosocial 0.19. What differs between
releases, or is left to the administrator, is a switch: see the attributes of `Platform`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from hub.kernel.clock import Clock
from publishers.mastodon.simulator_media import LARGEST_IMAGE, Media, check_file, pick
from publishers.mastodon.simulator_mentions import MentioningPlatform
from publishers.mastodon.simulator_posts import (
    Status,
    check_text,
    instance,
    kept_visibility,
    nodeinfo,
    scheduled_time,
    status_as_json,
)
from publishers.mastodon.simulator_text import links_in
from publishers.mastodon.simulator_wire import (
    Call,
    Citizen,
    Keys,
    Refused,
    Token,
    Windows,
    read_words,
    too_many,
)
from publishers.simulation import Enrolment, Shown

__all__ = ["Platform"]

_Answer = Callable[[web.Request, Call], Awaitable[tuple[Any, int]]]
_SCOPES = frozenset({"read", "write"})
_PAGE, _LARGEST_PAGE = 20, 40


class Platform(MentioningPlatform):
    """Mastodon. The switches that `tune` may change are the public attributes set below."""

    name = "mastodon"
    over_limit = too_many

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.software = "mastodon"  # or gotosocial, which takes the key and ignores it
        self.version = "4.5.0"
        self.max_characters = 500
        self.max_media = 4
        self.per_link = 23
        self.largest_image = LARGEST_IMAGE
        self.processing_s = 0.0  # an upload is answered with 202 and is ready only then
        self.processing_fails = False
        self.key_lifetime_s = 3600.0
        self.lose_keys = 0  # so many next posts are committed and their key is never written
        self.commit_gap_s = 0.0  # real seconds between the commit and the key
        self.locks_keys = True  # since 4.4 two calls with one key at once: the second gets 503
        self.calls_per_5_minutes = 300  # per token
        self.statuses_per_3_hours = 300
        self.media_per_30_minutes = 30
        self.deletes_per_30_minutes = 30
        self.has_instance_v2 = True
        self.has_nodeinfo = True
        self._citizens: dict[str, Citizen] = {}
        self._tokens: dict[str, Token] = {}
        self._statuses: dict[str, Status] = {}
        self._media: dict[str, Media] = {}
        self._scheduled: dict[str, list[dict[str, Any]]] = {}
        self._keys = Keys()
        self._windows = Windows()
        self._ids = 0

    # --- what people do on the site -----------------------------------------------------------

    def enrol(self, handle: str) -> Enrolment:
        username = handle.lstrip("@").partition("@")[0]
        citizen = self._citizens.setdefault(username, Citizen(_number(username), username))
        token = _digest("token", username)[:43]
        self._tokens.setdefault(token, Token(citizen, _SCOPES))
        return Enrolment(handle=handle, credentials={"access_token": token})

    def authorise(self, handle: str, *scopes: str) -> str:
        """Another token of the same account, with these scopes only."""
        citizen = self._citizens[handle.lstrip("@").partition("@")[0]]
        token = _digest("token", citizen.username, *scopes)[:43]
        self._tokens[token] = Token(citizen, frozenset(scopes))
        return token

    def revoke(self, token: str) -> None:
        """The owner takes the authorisation back."""
        self._tokens[token].revoked = True

    def disable(self, handle: str, *, disabled: bool = True) -> None:
        """A moderator freezes the account."""
        self._citizens[handle.lstrip("@").partition("@")[0]].disabled = disabled

    def tamper(self, remote_id: str, text: str) -> None:
        """Somebody edits the post by hand."""
        self._statuses[remote_id].text = text

    def remove(self, remote_id: str) -> None:
        """Somebody deletes the post by hand."""
        self._statuses[remote_id].deleted = True

    def write_by_hand(self, handle: str, text: str) -> str:
        """The owner posts on the site, without any key; the post's id."""
        citizen = self._citizens[handle.lstrip("@").partition("@")[0]]
        return self._store(citizen, text, {}, []).id

    def receive(self, remote_id: str, *, likes: int, comments: int, shares: int) -> None:
        status = self._statuses[remote_id]
        status.favourites, status.reblogs, status.replies = likes, shares, comments

    def status(self, remote_id: str) -> Status:
        """Everything the server holds about one post."""
        return self._statuses[remote_id]

    def shown(self) -> list[Shown]:
        return [
            Shown(
                account=status.author.username,
                remote_id=status.id,
                title=status.spoiler,
                text=status.text,
                at=status.at,
                link=next(iter(links_in(status.text)), ""),
                pictures=len(status.media),
                state="deleted" if status.deleted else "public",
                readers=status.readers,
            )
            for status in self._statuses.values()
        ]

    # --- the API ------------------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/statuses", self._door(self._post)),
            web.get("/api/v1/statuses/{id}", self._door(self._show)),
            web.put("/api/v1/statuses/{id}", self._door(self._edit)),
            web.delete("/api/v1/statuses/{id}", self._door(self._delete)),
            web.post("/api/v2/media", self._door(self._upload)),
            web.get("/api/v1/media/{id}", self._door(self._show_media)),
            web.get("/api/v1/scheduled_statuses", self._door(self._list_scheduled)),
            web.get("/api/v1/accounts/verify_credentials", self._door(self._who)),
            web.get("/api/v1/accounts/{id}/statuses", self._door(self._list)),
            web.get("/api/v2/instance", self._door(self._instance)),
            web.get("/.well-known/nodeinfo", self._door(self._nodeinfo_links)),
            web.get("/nodeinfo/2.0", self._door(self._nodeinfo)),
        ]

    def _door(self, answer: _Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            headers: dict[str, str] = {}
            try:
                token = self._token(request)
                headers = self._count(request, token)
                words, files = await read_words(request)
                found, status = await answer(request, Call(token, words, files, request.headers))
            except Refused as refused:
                found, status = {"error": refused.words}, refused.status
                headers = headers | refused.headers
            headers["Date"] = format_datetime(self._now(), usegmt=True)
            return web.json_response(found, status=status, headers=headers)

        return handle

    def _token(self, request: web.Request) -> Token | None:
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret:
            return None
        token = self._tokens.get(secret)
        if token is None:
            raise Refused(401, "The access token is invalid")
        if token.revoked:
            raise Refused(401, "The access token was revoked")
        return token

    def _count(self, request: web.Request, token: Token | None) -> dict[str, str]:
        who = token.citizen.id if token else str(request.remote)
        now = self._now()
        headers = self._windows.take("api", who, self.calls_per_5_minutes, 300, now)
        if request.method == "POST" and request.path.endswith("/media"):
            headers = self._windows.take("media", who, self.media_per_30_minutes, 1800, now)
        if request.method == "DELETE":
            headers = self._windows.take("delete", who, self.deletes_per_30_minutes, 1800, now)
        return headers

    # --- posts --------------------------------------------------------------------------------

    async def _post(self, request: web.Request, call: Call) -> tuple[Any, int]:
        author = call.citizen("write:statuses")
        key = (author.id, call.headers.get("Idempotency-Key", ""))
        if self.software == "gotosocial" or not key[1]:
            return self._create(request, call, author), 200
        first = self._keys.find(key, self._now(), self.key_lifetime_s)
        if first:  # whatever the text of this call is
            return status_as_json(self, request, self._visible(first)), 200
        with self._keys.lock(key, held=self.locks_keys):
            created = self._create(request, call, author)
            if self.commit_gap_s:
                await asyncio.sleep(self.commit_gap_s)
            if self.lose_keys > 0:
                self.lose_keys -= 1
            else:
                self._keys.keep(key, created["id"], self._now())
        return created, 200

    def _create(self, request: web.Request, call: Call, author: Citizen) -> dict[str, Any]:
        answered = call.text("in_reply_to_id")
        if answered and (answered not in self._statuses or self._statuses[answered].deleted):
            raise Refused(404, "The post you are trying to reply to does not appear to exist.")
        media = self._picked(call, author)
        check_text(self, call, bool(media))
        visibility = kept_visibility(self, call)
        if (at := scheduled_time(self, call)) is not None:
            return self._schedule(call, author, at)
        limit = self.statuses_per_3_hours
        self._windows.take("statuses", author.id, limit, 10_800, self._now())
        status = self._store(author, call.text("status"), call.words, media)
        status.visibility = visibility
        return status_as_json(self, request, status)

    def _store(self, author: Citizen, text: str, words: Any, media: list[Media]) -> Status:
        status = Status(
            id=self._new_id(),
            author=author,
            text=text.strip(),
            spoiler=str(words.get("spoiler_text") or ""),
            language=str(words.get("language") or ""),
            in_reply_to=str(words.get("in_reply_to_id") or ""),
            at=self._now(),
            media=media,
        )
        for attached in media:
            attached.status_id = status.id
        self._statuses[status.id] = status
        return status

    def _schedule(self, call: Call, author: Citizen, at: datetime) -> dict[str, Any]:
        """A ScheduledStatus, which has another shape than a Status."""
        new_id, params = self._new_id(), {"text": call.text("status")}
        planned = {"id": new_id, "scheduled_at": at.isoformat(), "params": params}
        self._scheduled.setdefault(author.id, []).append(planned)
        return planned

    async def _list_scheduled(self, request: web.Request, call: Call) -> tuple[Any, int]:
        return self._scheduled.get(call.citizen("read:statuses").id, []), 200

    async def _show(self, request: web.Request, call: Call) -> tuple[Any, int]:
        status = self._visible(request.match_info["id"])
        owner = call.token is not None and call.token.citizen.id == status.author.id
        if status.visibility in ("private", "direct") and not owner:
            raise Refused(404, "Record not found")
        return status_as_json(self, request, status), 200

    async def _edit(self, request: web.Request, call: Call) -> tuple[Any, int]:
        status = self._own(request, call, "write:statuses")
        media = self._picked(call, status.author, status.id)
        check_text(self, call, bool(media))
        status.text, status.spoiler = call.text("status").strip(), call.text("spoiler_text")
        status.language = call.text("language") or status.language
        status.media = media
        for attached in media:
            attached.status_id = status.id
        status.edited_at = self._now()
        return status_as_json(self, request, status), 200

    async def _delete(self, request: web.Request, call: Call) -> tuple[Any, int]:
        status = self._own(request, call, "write:statuses")
        found = {**status_as_json(self, request, status), "text": status.text}
        status.deleted = True
        for attached in status.media:
            attached.status_id = ""
            if call.flag("delete_media"):
                del self._media[attached.id]
        return found, 200

    async def _list(self, request: web.Request, call: Call) -> tuple[Any, int]:
        """An account's posts, newest first; what is private only for the account itself."""
        whose = request.match_info["id"]
        viewer = call.token.citizen.id if call.token else ""
        if call.token is not None and not call.token.allows("read:statuses"):
            raise Refused(403, "This action is outside the authorized scopes")
        if whose not in {citizen.id for citizen in self._citizens.values()}:
            raise Refused(404, "Record not found")
        open_to_all = ("public", "unlisted")
        limit = min(int(call.text("limit") or _PAGE), _LARGEST_PAGE)
        found = [
            status
            for status in reversed(self._statuses.values())
            if status.author.id == whose
            and not status.deleted
            and (viewer == whose or status.visibility in open_to_all)
            and (not call.text("max_id") or status.id < call.text("max_id"))
            and not (call.flag("exclude_replies") and status.in_reply_to)
        ]
        return [status_as_json(self, request, status) for status in found[:limit]], 200

    def _visible(self, status_id: str) -> Status:
        status = self._statuses.get(status_id)
        if status is None or status.deleted:
            raise Refused(404, "Record not found")
        return status

    def _own(self, request: web.Request, call: Call, scope: str) -> Status:
        citizen = call.citizen(scope)
        status = self._visible(request.match_info["id"])
        if status.author.id != citizen.id:
            raise Refused(404, "Record not found")
        return status

    # --- media, account, server ---------------------------------------------------------------

    async def _upload(self, request: web.Request, call: Call) -> tuple[Any, int]:
        owner = call.citizen("write:media")
        file = call.files.get("file")
        kind = check_file(file, self.largest_image)
        ready_at = self._now() + timedelta(seconds=self.processing_s)
        media = Media(
            id=self._new_id(),
            owner=owner.id,
            kind=kind,
            size=len(file.content) if file else 0,
            description=call.text("description"),
            ready_at=ready_at,
            fails=self.processing_fails,
        )
        self._media[media.id] = media
        waits = self.processing_s > 0
        return media.as_json(_origin(request), self._now()), 202 if waits else 200

    async def _show_media(self, request: web.Request, call: Call) -> tuple[Any, int]:
        """Only what is not attached yet: afterwards it is 404."""
        owner = call.citizen("write:media")
        media = self._media.get(request.match_info["id"])
        if media is None or media.owner != owner.id or media.status_id:
            raise Refused(404, "Record not found")
        status = media.check(self._now())
        return media.as_json(_origin(request), self._now()), status

    def _picked(self, call: Call, owner: Citizen, status_id: str = "") -> list[Media]:
        ids = call.items("media_ids")
        now, most = self._now(), self.max_media
        return pick(self._media, ids, owner.id, now, most=most, status=status_id)

    async def _who(self, request: web.Request, call: Call) -> tuple[Any, int]:
        citizen = call.citizen("read:accounts")
        address = f"{_origin(request)}/@{citizen.username}"
        named = {"id": citizen.id, "username": citizen.username, "acct": citizen.username}
        return {**named, "url": address, "source": {"privacy": "public"}}, 200

    async def _instance(self, request: web.Request, call: Call) -> tuple[Any, int]:
        if not self.has_instance_v2:
            raise Refused(404, "Record not found")
        return instance(self, request), 200

    async def _nodeinfo_links(self, request: web.Request, call: Call) -> tuple[Any, int]:
        if not self.has_nodeinfo:
            raise Refused(404, "Record not found")
        place = str(request.url).replace("/.well-known/nodeinfo", "/nodeinfo/2.0")
        rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return {"links": [{"rel": rel, "href": place}]}, 200

    async def _nodeinfo(self, request: web.Request, call: Call) -> tuple[Any, int]:
        return nodeinfo(self), 200

    def _new_id(self) -> str:
        """Like a snowflake: it grows with time and has always the same number of digits."""
        self._ids += 1
        return str((int(self._now().timestamp() * 1000) << 16) + self._ids)

    def _now(self) -> datetime:
        return self.clock.now()


def _origin(request: web.Request) -> str:
    return str(request.url.origin())


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _number(name: str) -> str:
    return str(10**17 + int(_digest(name)[:12], 16))
