"""What the platform makes of articles and files: limits, real formats, and what it throws away.

Sources: 新增草稿, 新增永久素材, 上传图文消息内的图片, 新增临时素材.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from publishers.wechat.simulator_state import App, Refusal

__all__ = ["Upload", "check_upload", "checked_articles", "sniff"]

_CONTENT, _CONTENT_BYTES = 20_000, 1024 * 1024  # both exclusive
_ARTICLES, _IMAGES, _URL_BYTES = 8, 20, 1024
_LENGTHS = (("title", 64, 45003), ("author", 16, 45110), ("digest", 120, 45004))
_DEFAULT_DIGEST = 54
_REMOVED = frozenset({"script", "iframe", "object", "embed", "form", "link", "meta", "style"})
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "source", "wbr"})
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a form."""

    filename: str
    content: bytes


# (call, type) → formats, largest size in bytes
_FILES: Mapping[tuple[str, str], tuple[frozenset[str], int]] = {
    ("uploadimg", "image"): (frozenset({"jpg", "png"}), _MB - 1),
    ("material", "image"): (frozenset({"jpg", "png", "gif", "bmp"}), 10 * _MB),
    ("material", "thumb"): (frozenset({"jpg"}), 64 * 1024),
    ("material", "voice"): (frozenset({"mp3", "amr", "wav", "wma"}), 2 * _MB),
    ("material", "video"): (frozenset({"mp4"}), 10 * _MB),
    ("temporary", "image"): (frozenset({"jpg", "png", "gif"}), 10 * _MB),
    ("temporary", "thumb"): (frozenset({"jpg"}), 64 * 1024),
    ("temporary", "voice"): (frozenset({"mp3", "amr"}), 2 * _MB),
    ("temporary", "video"): (frozenset({"mp4"}), 10 * _MB),
}
_PICTURES = frozenset({"jpg", "png", "gif", "bmp"})
_MAGIC = (
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"GIF8", "gif"),
    (0, b"BM", "bmp"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"#!AMR", "amr"),
    (8, b"WAVE", "wav"),
    (4, b"ftyp", "mp4"),
)
_ENDS = {"jpg": b"\xff\xd9", "png": b"IEND\xaeB`\x82", "gif": b";"}


def sniff(content: bytes) -> str:
    """The real format of a file by its first bytes; empty when unknown."""
    for offset, magic, kind in _MAGIC:
        if content[offset : offset + len(magic)] == magic:
            return kind
    return ""


def check_upload(call: str, kind: str, upload: Upload | None) -> None:
    """Refuse what the platform refuses: by real format, not by name alone."""
    rule = _FILES.get((call, kind))
    if rule is None:
        raise Refusal(40004)
    if upload is None or not upload.filename:
        raise Refusal(41005)
    if not upload.content:
        raise Refusal(44001)
    formats, largest = rule
    extension = upload.filename.rpartition(".")[2].lower().replace("jpeg", "jpg")
    real = sniff(upload.content)
    if extension not in formats or real not in formats:
        raise Refusal(40137 if kind == "image" and real not in _PICTURES else 40005)
    if not upload.content.rstrip(b"\0").endswith(_ENDS.get(real, b"")):
        raise Refusal(40137)
    if len(upload.content) > largest:
        raise Refusal({"image": 40009, "thumb": 40012}.get(kind, 45001))


def checked_articles(app: App, articles: object) -> list[dict[str, Any]]:
    """The articles as the platform stores them. Raises Refusal."""
    if not isinstance(articles, list) or not articles:
        raise Refusal(44003)
    if len(articles) > _ARTICLES:
        raise Refusal(45008)
    return [checked_article(app, article) for article in articles]


def checked_article(app: App, article: object) -> dict[str, Any]:
    if not isinstance(article, dict):
        raise Refusal(47001)
    kind = article.get("article_type", "news")
    if kind not in ("news", "newspic") or not str(article.get("title", "")).strip():
        raise Refusal(40035)
    for name, limit, code in _LENGTHS:
        if len(str(article.get(name, ""))) > limit:
            raise Refusal(code)
    content = str(article.get("content", ""))
    if not content.strip():
        raise Refusal(44004)
    if len(content) >= _CONTENT or len(content.encode()) >= _CONTENT_BYTES:
        raise Refusal(45002)
    if len(str(article.get("content_source_url", "")).encode()) > _URL_BYTES:
        raise Refusal(45005)
    _check_pictures(app, kind, article)
    return _stored(app, kind, article, content)


def _check_pictures(app: App, kind: str, article: Mapping[str, Any]) -> None:
    """A cover must be permanent material of this very account."""
    if kind == "news":
        wanted = [article.get("thumb_media_id")]
    else:
        entries = (article.get("image_info") or {}).get("image_list") or []
        wanted = [entry.get("image_media_id") for entry in entries]
        if not 1 <= len(wanted) <= _IMAGES:
            raise Refusal(40035)
    if any(app.materials.get(str(media_id)) not in ("image", "thumb") for media_id in wanted):
        raise Refusal(40007)


def _stored(app: App, kind: str, article: Mapping[str, Any], content: str) -> dict[str, Any]:
    cleaned = _Cleaner(app.addresses)
    cleaned.feed(content)
    cleaned.close()
    return {
        "article_type": kind,
        "title": article["title"],
        "author": article.get("author", ""),
        "digest": article.get("digest") or "".join(cleaned.text).strip()[:_DEFAULT_DIGEST],
        "content": "".join(cleaned.markup),
        "content_source_url": article.get("content_source_url", ""),
        "thumb_media_id": article.get("thumb_media_id", ""),
        "show_cover_pic": 0,
        "need_open_comment": int(article.get("need_open_comment") or 0),
        "only_fans_can_comment": int(article.get("only_fans_can_comment") or 0),
        "pictures": cleaned.pictures,
    }


class _Cleaner(HTMLParser):
    """Drops scripts, handlers and every picture that was not uploaded here; moves `src` aside."""

    def __init__(self, addresses: set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.markup: list[str] = []
        self.text: list[str] = []
        self.pictures = 0
        self._addresses = addresses
        self._removed = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _REMOVED:
            self._removed += tag not in ("link", "meta", "embed")
        if tag in _REMOVED or self._removed:
            return
        kept = [(name, value or "") for name, value in attrs if not name.startswith("on")]
        if tag == "img":
            if dict(kept).get("src", "") not in self._addresses:
                return
            kept = [("data-src" if name == "src" else name, value) for name, value in kept]
            self.pictures += 1
        written = "".join(f' {name}="{html.escape(value)}"' for name, value in kept)
        self.markup.append(f"<{tag}{written}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _REMOVED:
            self._removed = max(0, self._removed - 1)
        elif not self._removed and tag not in _VOID:
            self.markup.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._removed:
            self.markup.append(html.escape(data, quote=False))
            self.text.append(data)
