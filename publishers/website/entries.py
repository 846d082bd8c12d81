"""One entry per page: the little index from which lists, feeds and sitemaps are derived."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlsplit

import msgspec

from hub.kernel.clock import CHINA
from hub.kernel.errors import InvalidInput, Words
from hub.publishing.errors import Rejected
from hub.publishing.models import MediaRef, Part
from publishers.contract import Source
from publishers.website.declaration import SUFFIXES

__all__ = ["CHINA", "Entry", "Page", "described", "media_name", "page_name", "page_of"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")
_HASH = re.compile(r"[0-9a-f]{64}")
_CITED = re.compile(r"(?P<absolute>content=[\"'])?cid:(?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the site knows of one page. `name` is the file's name without its suffix, `month`
    (2026-03, in China) the first publication's; `media` are the pictures' file names."""

    name: str
    month: str
    title: str
    digest: str
    organisation: str
    published: datetime
    updated: datetime
    sha256: str
    media: tuple[str, ...] = ()
    withdrawn: bool = False

    @property
    def path(self) -> str:
        """The page's path below the site's root."""
        return f"i/{self.name}.html"

    def as_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=1)

    @staticmethod
    def of(content: bytes) -> Entry:
        return msgspec.json.decode(content, type=Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page ready to be written: its entry, its bytes, its pictures by file name."""

    entry: Entry
    content: bytes
    pictures: Mapping[str, bytes]


def described(parts: tuple[Part, ...], source: Source) -> tuple[Part, ...]:
    """The parts with what feeds need in `extra`; raises InvalidInput for an unusable link."""
    if _name(source.link) is None:
        raise InvalidInput(
            Words("文章地址不能作文件名", "the item's address gives no file name"),
            field="link",
            remedy=Words("地址应形如 https://…/i/编号.html", "use an address like …/i/<id>.html"),
        )
    extra: dict[str, Any] = {"item_id": source.item_id, "organisation": source.organisation}
    if source.published_at is not None:
        extra["published_at"] = source.published_at.astimezone(UTC).isoformat()
    elif source.formed_on is not None:
        midnight = datetime.combine(source.formed_on, time(), CHINA)
        extra["published_at"] = midnight.astimezone(UTC).isoformat()
    return tuple(replace(part, extra={**part.extra, **extra}) for part in parts)


def page_name(link: str) -> str:
    """The page's file name from the item's address; raises Rejected where it gives none."""
    name = _name(link)
    if name is None:
        raise Rejected(
            Words("文章地址不能作文件名", "the item's address gives no file name"),
            platform_code="bad-link",
            field="link",
            remedy=Words("地址应形如 https://…/i/编号.html", "use an address like …/i/<id>.html"),
        )
    return name


def _name(link: str) -> str | None:
    """A closed alphabet, so that no name can leave the folder or hide in it."""
    try:
        last = urlsplit(link).path.rsplit("/", 1)[-1]
    except ValueError:
        return None
    name = last.removesuffix(".html")
    return name if _NAME.fullmatch(name) else None


def media_name(ref: MediaRef) -> str:
    suffix = SUFFIXES.get(ref.media_type)
    if suffix is None or not _HASH.fullmatch(ref.sha256):
        raise Rejected(
            Words(f"网页不支持图片类型 {ref.media_type}", f"no page shows {ref.media_type}"),
            platform_code="bad-picture",
            field="media",
            remedy=Words("改用 JPEG、PNG、WebP 或 GIF", "use JPEG, PNG, WebP or GIF"),
        )
    return ref.sha256 + suffix


def page_of(part: Part, public: str, now: datetime) -> tuple[Entry, bytes]:
    """The entry and the bytes of `part`'s page on the site at `public`.

    `now` is the time of publication where the part tells none. Pictures are addressed relative to
    the page; only in <meta>, which is read by others' machines, with the whole address.
    """
    names = {ref.sha256: media_name(ref) for ref in part.media}

    def address(cited: re.Match[str]) -> str:
        name = names.get(cited["sha256"])
        if name is None:
            raise _broken(f"cid:{cited['sha256'][:12]}…")
        prefix = cited["absolute"]
        return f"{prefix}{public}/media/{name}" if prefix else f"../media/{name}"

    head = part.text.lstrip()[:15].lower()
    if head != "<!doctype html>" or not part.text.rstrip().lower().endswith("</html>"):
        raise _broken("<!DOCTYPE html> … </html>")
    content = _CITED.sub(address, part.text).encode()
    published = _moment(part.extra.get("published_at")) or now
    entry = Entry(
        name=page_name(part.link),
        month=published.astimezone(CHINA).strftime("%Y-%m"),
        title=part.title.strip() or page_name(part.link),
        digest=part.digest.strip(),
        organisation=str(part.extra.get("organisation") or ""),
        published=published,
        updated=published,
        sha256=hashlib.sha256(content).hexdigest(),
        media=tuple(sorted(set(names.values()))),
    )
    return entry, content


def _broken(piece: str) -> Rejected:
    return Rejected(
        Words(f"网页不完整：{piece}", f"the page is not whole: {piece}"),
        platform_code="bad-page",
        field="text",
        remedy=Words("重新排版并送审", "render it again and have it approved"),
    )


def _moment(value: Any) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Rejected(
            Words("发布时间无效", "the time of publication is invalid"),
            platform_code="bad-time",
            field="published_at",
            remedy=Words("使用带时区的 ISO 8601 时间", "use ISO 8601 with an offset"),
        )
    return moment.astimezone(UTC)
