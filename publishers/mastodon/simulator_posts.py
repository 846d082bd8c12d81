"""What the simulated Mastodon holds and says about posts and about itself.

Source: docs.joinmastodon.org/entities/Status and /Instance; mastodon/mastodon,
config/locales/en.yml for the sentences; superseriousbusiness/gotosocial,
internal/api/client/statuses/statuscreate.go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from aiohttp import web

from hub.kernel.clock import Clock
from publishers.mastodon.simulator_media import TYPES, Media
from publishers.mastodon.simulator_text import countable, rendered
from publishers.mastodon.simulator_wire import Call, Citizen, Refused

__all__ = [
    "Server",
    "Status",
    "check_text",
    "instance",
    "kept_visibility",
    "nodeinfo",
    "scheduled_time",
    "status_as_json",
]

_VISIBILITIES = ("public", "unlisted", "private", "direct")
_SOONEST = timedelta(minutes=5)


class Server(Protocol):
    """The switches that are read here."""

    clock: Clock
    software: str
    version: str
    max_characters: int
    max_media: int
    per_link: int
    largest_image: int


@dataclass(slots=True, kw_only=True)
class Status:
    id: str
    author: Citizen
    text: str
    spoiler: str
    language: str
    in_reply_to: str
    at: datetime
    media: list[Media] = field(default_factory=list)
    visibility: str = "public"
    edited_at: datetime | None = None
    deleted: bool = False
    favourites: int = 0
    reblogs: int = 0
    replies: int = 0

    @property
    def readers(self) -> dict[str, int]:
        return {"likes": self.favourites, "shares": self.reblogs, "comments": self.replies}


def check_text(server: Server, call: Call, has_media: bool) -> None:
    """Refuse a text that is empty or too long, in the words of the server's software."""
    text, spoiler = call.text("status"), call.text("spoiler_text")
    if server.software == "gotosocial":
        _check_like_gotosocial(server, text + spoiler, has_media)
        return
    if not text.strip() and not has_media:
        raise Refused(422, "Validation failed: Text can't be blank")
    if countable(text, server.per_link) + len(spoiler) > server.max_characters:
        limit = server.max_characters
        raise Refused(422, f"Validation failed: Text character limit of {limit} exceeded")


def _check_like_gotosocial(server: Server, text: str, has_media: bool) -> None:
    if not text.strip() and not has_media:
        raise Refused(400, "Bad Request: no status, media, or poll provided")
    if len(text) > server.max_characters:
        raise Refused(
            400,
            f"Bad Request: status too long, {len(text)} characters provided (including "
            f"spoiler/content warning) but limit is {server.max_characters}",
        )


def kept_visibility(server: Server, call: Call) -> str:
    """Whom the post is for; what the account's owner set where the call does not say."""
    asked = call.text("visibility")
    if not asked:
        return "unlisted" if server.software == "gotosocial" else "public"
    if asked not in _VISIBILITIES:
        raise Refused(422, "Validation failed: Visibility is not included in the list")
    return asked


def scheduled_time(server: Server, call: Call) -> datetime | None:
    """When the platform is to publish by itself; None: now."""
    asked = call.text("scheduled_at")
    if not asked:
        return None
    try:
        at = datetime.fromisoformat(asked)
    except ValueError:
        raise Refused(422, "Validation failed: Scheduled at is invalid") from None
    now = server.clock.now()
    if at <= now:
        return None
    if at < now + _SOONEST:
        raise Refused(422, "Validation failed: Scheduled at must be at least 5 minutes ahead")
    return at


def status_as_json(server: Server, request: web.Request, status: Status) -> dict[str, Any]:
    base = str(request.url.origin())
    author = status.author
    address = f"{base}/@{author.username}/{status.id}"
    media = [each.as_json(base, server.clock.now()) for each in status.media]
    return {
        "id": status.id,
        "created_at": _moment(status.at),
        "edited_at": _moment(status.edited_at) if status.edited_at else None,
        "in_reply_to_id": status.in_reply_to or None,
        "in_reply_to_account_id": author.id if status.in_reply_to else None,
        "sensitive": bool(status.spoiler),
        "spoiler_text": status.spoiler,
        "visibility": status.visibility,
        "language": status.language or None,
        "uri": f"{base}/users/{author.username}/statuses/{status.id}",
        "url": address,
        "content": rendered(status.text),
        "replies_count": status.replies,
        "reblogs_count": status.reblogs,
        "favourites_count": status.favourites,
        "reblog": None,
        "account": {"id": author.id, "username": author.username, "acct": author.username},
        "media_attachments": media,
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def instance(server: Server, request: web.Request) -> dict[str, Any]:
    return {
        "domain": request.host,
        "title": "模拟实例",
        "version": server.version,
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "",
        "languages": ["zh"],
        "configuration": {
            "statuses": {
                "max_characters": server.max_characters,
                "max_media_attachments": server.max_media,
                "characters_reserved_per_url": server.per_link,
            },
            "media_attachments": {
                "supported_mime_types": list(TYPES),
                "image_size_limit": server.largest_image,
                "image_matrix_limit": 33_177_600,
            },
        },
        "api_versions": {"mastodon": 7},
    }


def nodeinfo(server: Server) -> dict[str, Any]:
    return {
        "version": "2.0",
        "software": {"name": server.software, "version": server.version},
        "protocols": ["activitypub"],
        "services": {"outbound": [], "inbound": []},
        "usage": {"users": {}},
        "openRegistrations": False,
        "metadata": {},
    }
