"""Feeds and JSON lists as items. Pure; what comes from outside is trusted in nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from selectolax.lexbor import LexborHTMLParser

from hub.opinion.signals.rules import LONGEST_TEXT, LONGEST_TITLE
from hub.opinion.sources.errors import BadSource
from hub.opinion.sources.models import FeedItem
from hub.opinion.sources.times import moment_of

__all__ = ["read_feed", "read_json"]

_MOST = 500  # items of one reading
_LONGEST_KEY, _LONGEST_URL = 128, 2_000
_CUT = "…"
_BLANKS = re.compile(r"\s+")
_LIKES = 2_000_000_000


def read_feed(body: bytes, zone: str) -> list[FeedItem]:
    """The items of an RSS or Atom feed, at most 500, in their order. Raises BadSource for what is
    none, and for XML that declares entities or refers to other files."""
    try:
        root = fromstring(body, forbid_dtd=False)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _bad("不是 RSS 或 Atom", "no RSS or Atom feed") from error
    if _local(root) not in ("rss", "RDF", "feed"):
        raise _bad(f"根元素是 {_local(root)[:40]}", f"its root is {_local(root)[:40]}")
    entries = (one for one in root.iter() if _local(one) in ("item", "entry"))
    return [_entry(one, zone) for one, _ in zip(entries, range(_MOST), strict=False)]


def _entry(entry: Element, zone: str) -> FeedItem:
    parts: dict[str, Element] = {}
    for child in entry:
        parts.setdefault(_local(child), child)
    title = _plain(_text(parts.get("title")))
    text = next(
        (
            t
            for name in ("encoded", "content", "description", "summary")
            if (t := _text(parts.get(name)))
        ),
        "",
    )
    url = _link(entry)
    told = (
        _text(parts.get(name)) for name in ("pubDate", "published", "date", "issued", "updated")
    )
    times = (moment_of(one, zone) for one in told if one)
    return _item(
        key=_text(parts.get("guid")) or _text(parts.get("id")) or url,
        title=title,
        text=_plain(text),
        at=next((at for at in times if at), None),
        author=_author(parts),
        url=url,
    )


def _author(parts: Mapping[str, Element]) -> str:
    """RSS names a mailbox, Dublin Core a name, Atom has it one level deeper."""
    found = parts.get("creator") if "creator" in parts else parts.get("author")
    if found is None:
        return ""
    inner = next((one for one in found if _local(one) == "name"), found)
    return _text(inner)[:200]


def _link(entry: Element) -> str:
    for child in entry:
        if _local(child) == "link":
            if child.get("href") and child.get("rel", "alternate") == "alternate":
                return child.get("href", "").strip()
            if _text(child):
                return _text(child)
    return ""


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: Element | None) -> str:
    return "".join(element.itertext()).strip() if element is not None else ""


def read_json(body: bytes, paths: Mapping[str, str], zone: str) -> list[FeedItem]:
    """The items of a list in JSON by dotted paths; raises BadSource where there is no list."""
    try:
        found = _at(json.loads(body), paths.get("items", ""))
    except (ValueError, RecursionError) as error:
        raise _bad("不是 JSON", "no JSON") from error
    if not isinstance(found, list):
        raise BadSource(
            "paths", f"路径 {paths.get('items', '')} 处不是列表", "there is no list at `items`"
        )
    return [_json_item(one, paths, zone) for one in found[:_MOST] if isinstance(one, dict)]


def _json_item(one: Mapping[str, Any], paths: Mapping[str, str], zone: str) -> FeedItem:
    told = {name: _said(_at(one, path)) for name, path in paths.items() if name != "items"}
    url = told.get("url", "")
    likes = told.get("likes", "")
    return _item(
        key=told.get("id", "") or url,
        title=_plain(told.get("title", "")),
        text=_plain(told.get("text", "")),
        at=moment_of(told["time"], zone) if told.get("time") else None,
        author=told.get("author", "")[:200],
        url=url,
        likes=min(int(likes), _LIKES) if likes.isascii() and likes.isdigit() else 0,
    )


def _at(value: Any, path: str) -> Any:
    """What a dotted path leads to; a number is a place in a list. None where it leads nowhere."""
    for step in filter(None, path.split(".")):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _said(value: Any) -> str:
    return "" if value is None or isinstance(value, (dict, list, bool)) else str(value).strip()


def _item(*, key: str, title: str, text: str, url: str, **others: Any) -> FeedItem:
    """An item within the limits of a signal; what is cut ends visibly."""
    if not key:
        key = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    elif len(key) > _LONGEST_KEY:
        key = hashlib.sha256(key.encode()).hexdigest()
    return FeedItem(
        key=key,
        title=_cut(title, LONGEST_TITLE),
        text=_cut(text, LONGEST_TEXT),
        url=url if len(url) <= _LONGEST_URL and url.startswith(("http://", "https://")) else "",
        **others,
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + _CUT


def _plain(text: str) -> str:
    """Without tags, scripts and styles; blanks and line ends as one."""
    if "<" not in text and "&" not in text:
        return _BLANKS.sub(" ", text).strip()
    tree = LexborHTMLParser(text)
    for node in tree.css("script, style"):
        node.decompose()
    return _BLANKS.sub(" ", tree.root.text(separator=" ") if tree.root else "").strip()


def items_within(items: list[FeedItem]) -> Iterator[FeedItem]:
    """Each key once: a feed that repeats itself says it once."""
    seen: set[str] = set()
    for one in items:
        if one.key not in seen:
            seen.add(one.key)
            yield one


def _bad(zh: str, en: str) -> BadSource:
    return BadSource("url", f"读不出：{zh}", f"cannot be read: {en}")
