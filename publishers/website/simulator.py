"""Visitors, feed readers and search engines, standing before the folders that sites are.

There is no API: an account is a folder, and what the "platform" shows is what a strict reader
finds in it. `shown` raises Unreadable for whatever such a reader would refuse: HTML whose tags do
not match, feeds that break RSS 2.0 or RFC 4287, links and pictures that lead nowhere. Files that
do not agree with each other are refused unless the site says itself that it is not finished.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import re
import shutil
import tempfile
import weakref
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from aiohttp import web

from hub.kernel.clock import Clock
from publishers import simulation
from publishers.simulation import Enrolment, Shown

__all__ = ["Platform", "Unreadable"]

_ATOM = "{http://www.w3.org/2005/Atom}"
_MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
_FEED_LIMIT = 50
_PICTURE = re.compile(r"media/(?P<name>(?P<sha256>[0-9a-f]{64})\.(?:jpg|png|webp|gif))$")


class Unreadable(Exception):
    """What a strict reader refuses, and where."""


class Platform(simulation.Platform):
    """`over_http` is False: nothing is sent to it, so faults on the wire do not apply."""

    name = "website"
    over_http = False

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.folder = Path(tempfile.mkdtemp(prefix="gongkai-sites-"))
        self._handles: dict[str, str] = {}  # folder name → handle
        weakref.finalize(self, shutil.rmtree, self.folder, True)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/{site}/{path:.*}", self._serve)]

    def enrol(self, handle: str) -> Enrolment:
        """An empty folder; it is public at the platform's address plus `path`."""
        name = re.sub(r"[^A-Za-z0-9-]+", "-", handle).strip("-") or "site"
        if self._handles.get(name, handle) != handle:
            name += f"-{hashlib.sha256(handle.encode()).hexdigest()[:8]}"
        self._handles[name] = handle
        root = self.folder / name
        root.mkdir(exist_ok=True)
        return Enrolment(handle=handle, credentials={}, settings={"root": str(root), "path": name})

    def shown(self) -> list[Shown]:
        posts = [
            post
            for name, handle in self._handles.items()
            for post in _Reader(self.folder / name, handle).posts()
        ]
        return sorted(posts, key=lambda post: post.at)

    def tamper(self, remote_id: str, text: str) -> None:
        """Let every site's page at `remote_id` say `text`."""
        page = (
            '<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"/><title>网页</title>'
            f"</head><body><p>{escape(text)}</p></body></html>\n"
        )
        for name in self._handles:
            path = self.folder / name / remote_id
            if path.is_file():
                path.write_text(page, encoding="utf-8")

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name, below = request.match_info["site"], request.match_info["path"]
        root = (self.folder / name).resolve()
        path = (root / (below or "index.html")).resolve()
        inside = name in self._handles and path.is_relative_to(root) and path.is_file()
        if not inside or any(part.startswith(".") for part in path.relative_to(root).parts):
            return web.Response(status=404, text="Not Found")
        return web.FileResponse(path)


class _Page(HTMLParser):
    """One page as a strict browser takes it: every tag closed, in order."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {"title": [], "h1": [], "main": [], "body": []}
        self.links: list[str] = []
        self.sources: list[str] = []
        self.meta: dict[str, str] = {}
        self.doctype = ""
        self.charset = ""
        self.feed(path.read_bytes().decode("utf-8", "strict"))
        self.close()
        self._finished()

    @property
    def title(self) -> str:
        return "".join(self.texts["h1"] or self.texts["title"]).strip()

    @property
    def text(self) -> str:
        """What the page says: its main part, where it has one, without what frames it."""
        return " ".join("".join(self.texts["main"] or self.texts["body"]).split())

    @property
    def withdrawn(self) -> bool:
        return self.meta.get("gongkai-state") == "withdrawn"

    @property
    def pictures(self) -> set[str]:
        """The names of all pictures it shows or names to other programs."""
        named = (_PICTURE.search(value) for value in (*self.sources, *self.meta.values()))
        return {found["name"] for found in named if found}

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl.lower()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if len(values) != len(attrs):
            raise Unreadable(f"{self.path}: an attribute twice in <{tag}>")
        if tag == "meta":
            self.charset = values.get("charset", self.charset)
            self.meta[values.get("name") or values.get("property", "")] = values.get("content", "")
        elif tag == "img":
            self.sources.append(values.get("src", ""))
        elif tag == "a":
            self.links.append(values.get("href", ""))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            raise Unreadable(f"{self.path}: <{tag}/> closes nothing in HTML")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Unreadable(f"{self.path}: unexpected </{tag}>")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            for place, pieces in self.texts.items():
                if place in self.open:
                    pieces.append(data)

    def _finished(self) -> None:
        if self.open:
            raise Unreadable(f"{self.path}: <{self.open[-1]}> is never closed")
        if self.doctype != "doctype html" or self.charset.lower() != "utf-8":
            raise Unreadable(f"{self.path}: no doctype, or not declared as UTF-8")
        if not "".join(self.texts["title"]).strip():
            raise Unreadable(f"{self.path}: no title")


class _Reader:
    """One site's folder, read as visitors, feed readers and search engines do."""

    def __init__(self, root: Path, handle: str) -> None:
        self.root = root
        self.handle = handle

    def posts(self) -> list[Shown]:
        with self._between_writers():
            return self._posts() if (self.root / "i").is_dir() else []

    @contextlib.contextmanager
    def _between_writers(self) -> Iterator[None]:
        """Not in the middle of a writer's few milliseconds: a visitor would simply reload."""
        lock = self.root / ".site/lock"
        if not lock.exists():
            yield
            return
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    def _posts(self) -> list[Shown]:
        pages = sorted((self.root / "i").glob("*.html"))
        notes = self.root / ".site/pending"
        if notes.is_dir() and any(notes.iterdir()):
            listed = self._sitemap(finished=False)
        else:
            listed = self._sitemap(finished=True)
            if pages:
                self._check_feeds(listed)
        return [self._post(path, listed) for path in pages]

    def _post(self, path: Path, listed: dict[str, datetime]) -> Shown:
        page, key = _Page(path), f"i/{path.name}"
        for source in page.sources:
            if not source.startswith("../media/"):
                raise Unreadable(f"{path}: picture {source} is not the site's own")
        for name in page.pictures:
            self._check_picture(path, name)
        state = "public" if key in listed else "unlisted"
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Shown(
            account=self.handle,
            remote_id=key,
            title=page.title,
            text=page.text,
            at=listed.get(key, written),
            link=page.meta.get("Url", ""),
            pictures=len(page.pictures),
            state="withdrawn" if page.withdrawn else state,
        )

    def _check_picture(self, page: Path, name: str) -> None:
        content = (self.root / "media" / name).read_bytes()
        if not name.startswith(hashlib.sha256(content).hexdigest()):
            raise Unreadable(f"{page}: picture {name} is not what its name says")

    def _sitemap(self, *, finished: bool) -> dict[str, datetime]:
        """Every page search engines are told of, and when it last changed."""
        found: dict[str, datetime] = {}
        if not (self.root / "sitemap.xml").exists():
            return found
        for month in self._xml("sitemap.xml", f"{_MAP}sitemapindex").iter(f"{_MAP}loc"):
            name = self._local(month.text)
            if not finished and not (self.root / name).exists():
                continue
            for url in self._xml(name, f"{_MAP}urlset").findall(f"{_MAP}url"):
                key = self._local(_text(url, f"{_MAP}loc"))
                if key in found or not (self.root / key).is_file():
                    raise Unreadable(f"{self.root}: sitemap names {key} twice or in vain")
                found[key] = datetime.fromisoformat(_text(url, f"{_MAP}lastmod"))
        return found

    def _check_feeds(self, listed: dict[str, datetime]) -> None:
        """Both feeds and the front page name the same newest pages, newest first."""
        links = self._rss()
        if len(links) != min(len(listed), _FEED_LIMIT) or not set(links) <= set(listed):
            raise Unreadable(f"{self.root}: feed.xml and sitemap disagree")
        if self._atom() != links:
            raise Unreadable(f"{self.root}: atom.xml and feed.xml disagree")
        front = [link for link in _Page(self.root / "index.html").links if link.startswith("i/")]
        if front != links:
            raise Unreadable(f"{self.root}: index.html and feed.xml disagree")
        months = [_Page(path).links for path in sorted((self.root / "list").glob("*.html"))]
        told = {link[3:] for links in months for link in links if link.startswith("../i/")}
        if told != set(listed):
            raise Unreadable(f"{self.root}: the months' lists and the sitemap disagree")

    def _rss(self) -> list[str]:
        channel = self._xml("feed.xml", "rss").find("channel")
        if channel is None:
            raise Unreadable("feed.xml: no channel")
        for required in ("title", "link", "description"):
            _text(channel, required)
        links, times, guids = [], [], set()
        for item in channel.findall("item"):
            _text(item, "title")
            links.append(self._local(_text(item, "link")))
            times.append(parsedate_to_datetime(_text(item, "pubDate")))
            guids.add(_text(item, "guid"))
        if len(guids) != len(links) or times != sorted(times, reverse=True):
            raise Unreadable("feed.xml: a guid twice, or not newest first")
        return links

    def _atom(self) -> list[str]:
        feed = self._xml("atom.xml", f"{_ATOM}feed")
        links, ids = [], {_text(feed, f"{_ATOM}id")}
        for node in (feed, *feed.findall(f"{_ATOM}entry")):
            _text(node, f"{_ATOM}title")
            _text(_child(node, f"{_ATOM}author"), f"{_ATOM}name")
            moment = datetime.fromisoformat(_text(node, f"{_ATOM}updated"))
            if moment.tzinfo is None:
                raise Unreadable("atom.xml: a time without an offset")
        for entry in feed.findall(f"{_ATOM}entry"):
            ids.add(_text(entry, f"{_ATOM}id"))
            links.append(self._local(_child(entry, f"{_ATOM}link").get("href")))
        if len(ids) != len(links) + 1:
            raise Unreadable("atom.xml: an id twice")
        return links

    def _xml(self, name: str, tag: str) -> ET.Element:
        root = ET.fromstring((self.root / name).read_bytes())  # noqa: S314 - our own files
        if root.tag != tag:
            raise Unreadable(f"{name}: {root.tag} instead of {tag}")
        return root

    def _local(self, url: str | None) -> str:
        """The path below the site's root of one of its addresses."""
        before, found, path = (url or "").partition(f"/{self.root.name}/")
        if not found or not before:
            raise Unreadable(f"{self.root}: {url} is not on this site")
        return path


def _child(node: ET.Element, tag: str) -> ET.Element:
    found = node.find(tag)
    if found is None:
        raise Unreadable(f"<{node.tag}> has no <{tag}>")
    return found


def _text(node: ET.Element, tag: str) -> str:
    text = (_child(node, tag).text or "").strip()
    if not text:
        raise Unreadable(f"<{tag}> in <{node.tag}> is empty")
    return text
