"""A part as the platform's article: pictures put in, limits checked, read back and compared.

The text is HTML with inline styles; a picture stands in it as `<img src="cid:<sha256>">` until
its uploaded address takes the place. Source of the limits: 新增草稿 (draft/add) and
上传图文消息内的图片 (media/uploadimg). They have changed over the years.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Any

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.models import MediaRef, MediaRole, Part
from publishers.contract import Source

__all__ = [
    "AUTHOR_LIMIT",
    "CONTENT_BYTES",
    "CONTENT_LIMIT",
    "DIGEST_LIMIT",
    "TITLE_LIMIT",
    "as_article",
    "cover_of",
    "finish",
    "pictures_in",
    "same_pictures",
    "same_words",
    "with_addresses",
]

CONTENT_LIMIT = 19_999  # characters of HTML, "fewer than 20,000"
CONTENT_BYTES = 1024 * 1024 - 1  # "smaller than 1 MB"
TITLE_LIMIT = 64
DIGEST_LIMIT = 120
AUTHOR_LIMIT = 16
_LONGEST_ADDRESS = 200  # an uploaded picture's address has some 130 characters
_PLACEHOLDER = re.compile(r"cid:([0-9a-f]{64})")


def pictures_in(text: str) -> list[str]:
    """The hashes of the pictures `text` shows, each once, in order."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def cover_of(part: Part) -> MediaRef | None:
    return next((ref for ref in part.media if ref.role is MediaRole.COVER), None)


def with_addresses(text: str, addresses: Mapping[str, str]) -> str:
    """`text` with every placeholder replaced by the uploaded picture's address."""
    return _PLACEHOLDER.sub(lambda match: html.escape(addresses[match.group(1)]), text)


def as_article(
    part: Part, *, content: str, thumb_media_id: str, author: str = ""
) -> dict[str, Any]:
    """The article for draft/add. What is empty is left out: the platform then takes the first 54
    characters as digest, and shows neither author nor link."""
    article: dict[str, Any] = {
        "article_type": "news",
        "title": part.title,
        "author": str(part.extra.get("author") or author),
        "digest": part.digest,
        "content": content,
        "content_source_url": part.link,
        "thumb_media_id": thumb_media_id,
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
    }
    return {name: value for name, value in article.items() if value != ""}


def same_words(part: Part, held: Mapping[str, Any]) -> bool:
    """Whether the article `held` by the platform reads as `part` does: title, link, visible text.

    Markup is not compared: the platform rewrites it.
    """
    return (
        _plain(str(held.get("title", ""))) == _plain(part.title)
        and str(held.get("content_source_url", "")) == part.link
        and _words(str(held.get("content", ""))) == _words(part.text)
    )


def same_pictures(part: Part, held: Mapping[str, Any]) -> bool:
    """Whether as many pictures are left as were sent: foreign ones are dropped in silence."""
    return _scan(str(held.get("content", ""))).pictures == _scan(part.text).pictures


def finish(parts: tuple[Part, ...], source: Source) -> tuple[Part, ...]:
    """Refuse at approval what no declaration can say; changes nothing.

    A text that fits may no longer do so once the pictures' addresses stand in it. One that does
    not fit as it is goes the ordinary way: a digest instead.
    """
    for part in parts:
        full = len(_PLACEHOLDER.sub("x" * _LONGEST_ADDRESS, part.text))
        if len(part.text) <= CONTENT_LIMIT < full:
            raise _too_long("text", "正文连同图片地址", full, CONTENT_LIMIT)
        size = len(part.text.encode())
        if len(part.text) <= CONTENT_LIMIT and size > CONTENT_BYTES:
            raise _too_long("text", "正文字节数", size, CONTENT_BYTES)
        author = len(str(part.extra.get("author", "")))
        if author > AUTHOR_LIMIT:
            raise _too_long("author", "作者", author, AUTHOR_LIMIT)
    return parts


def _too_long(field: str, name: str, length: int, limit: int) -> InvalidInput:
    return InvalidInput(
        Words(
            f"微信公众号：{name}为 {length}，上限 {limit}",
            f"WeChat official account: {field} has {length}, at most {limit} are taken",
        ),
        field=f"wechat.{field}",
        remedy=Words("缩短正文或减少图片后重新提交", "shorten it or leave pictures out"),
    )


class _Scan(HTMLParser):
    """Visible text and number of pictures of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.pictures = 0
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden += 1
        named = dict(attrs)
        if tag == "img" and (named.get("src") or named.get("data-src")):
            self.pictures += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style") and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)


def _scan(text: str) -> _Scan:
    scan = _Scan()
    scan.feed(text)
    scan.close()
    return scan


def _words(text: str) -> str:
    return _plain("".join(_scan(text).text))


def _plain(text: str) -> str:
    return "".join(text.split())
