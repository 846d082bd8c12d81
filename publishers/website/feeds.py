"""RSS 2.0, Atom and sitemaps from entries; the same entries give the same bytes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from publishers.website.entries import Entry

__all__ = ["Masthead", "atom", "rss", "sitemap", "sitemap_index"]

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

ET.register_namespace("atom", _ATOM)


@dataclass(frozen=True, slots=True)
class Masthead:
    """The site's title and public address (no trailing slash)."""

    title: str
    public: str

    def url(self, path: str) -> str:
        return f"{self.public}/{path}"


def rss(head: Masthead, entries: Sequence[Entry]) -> bytes:
    """https://www.rssboard.org/rss-specification, with the self link readers ask for."""
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", head.title)
    _add(channel, "link", head.url(""))
    _add(channel, "description", f"{head.title} 政府信息公开")
    _add(channel, "language", "zh-cn")
    _add(channel, "lastBuildDate", format_datetime(_latest(entries)))
    ET.SubElement(
        channel,
        f"{{{_ATOM}}}link",
        href=head.url("feed.xml"),
        rel="self",
        type="application/rss+xml",
    )
    for entry in entries:
        item = ET.SubElement(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", head.url(entry.path))
        _add(item, "guid", head.url(entry.path)).set("isPermaLink", "true")
        _add(item, "pubDate", format_datetime(entry.published))
        _add(item, "description", entry.digest or entry.title)
    return _bytes(root)


def atom(head: Masthead, entries: Sequence[Entry]) -> bytes:
    """RFC 4287."""
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "zh-Hans"})
    _add(root, "id", head.url(""))
    _add(root, "title", head.title)
    _add(root, "updated", _latest(entries).isoformat())
    ET.SubElement(root, "link", rel="self", href=head.url("atom.xml"))
    ET.SubElement(root, "link", rel="alternate", href=head.url(""))
    _add(ET.SubElement(root, "author"), "name", head.title)
    for entry in entries:
        node = ET.SubElement(root, "entry")
        _add(node, "id", head.url(entry.path))
        _add(node, "title", entry.title)
        _add(node, "updated", entry.updated.isoformat())
        _add(node, "published", entry.published.isoformat())
        ET.SubElement(node, "link", rel="alternate", href=head.url(entry.path))
        _add(ET.SubElement(node, "author"), "name", entry.organisation or head.title)
        _add(node, "summary", entry.digest or entry.title)
    return _bytes(root)


def sitemap(head: Masthead, entries: Iterable[Entry]) -> bytes:
    """https://www.sitemaps.org/protocol.html; one file per month of publication."""
    root = ET.Element("urlset", xmlns=_SITEMAP)
    for entry in entries:
        node = ET.SubElement(root, "url")
        _add(node, "loc", head.url(entry.path))
        _add(node, "lastmod", entry.updated.isoformat())
    return _bytes(root)


def sitemap_index(head: Masthead, months: Iterable[str]) -> bytes:
    root = ET.Element("sitemapindex", xmlns=_SITEMAP)
    for month in months:
        _add(ET.SubElement(root, "sitemap"), "loc", head.url(f"sitemaps/{month}.xml"))
    return _bytes(root)


def _latest(entries: Sequence[Entry]) -> datetime:
    return max((entry.updated for entry in entries), default=_BEGINNING)


def _add(parent: ET.Element, tag: str, text: str) -> ET.Element:
    node = ET.SubElement(parent, tag)
    node.text = _FORBIDDEN.sub("", text)
    return node


def _bytes(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
