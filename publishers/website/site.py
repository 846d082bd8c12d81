"""A site's folder: pages, pictures, entries, and what is derived from the entries.

Everything is done under one lock per folder, held by the thread that works. A note in
`.site/pending/` is written before the first change and removed after the last, so whatever a
crash leaves half done is finished by the next writer, whoever that is:

    note → pictures → page → entry → lists, feeds, sitemaps → unused pictures → note removed

A note whose page and entry do not agree stays for the delivery that wrote it: only that one has
the bytes. Its repeat brings them.

    index.html feed.xml atom.xml sitemap.xml   the newest entries; the months
    i/<name>.html media/<sha256>.<suffix>      pages and pictures
    list/<month>.html sitemaps/<month>.xml     all entries of a month
    .site/items/<month>/<name>.json            the entries: the truth
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from publishers.website.disk import Disk
from publishers.website.entries import Entry, Page
from publishers.website.feeds import Masthead, atom, rss, sitemap, sitemap_index
from publishers.website.pages import WITHDRAWN_MARK, list_page, withdrawn_page

__all__ = ["Held", "Site"]

T = TypeVar("T")

_FOLDERS = ("", ".site", ".site/pending", ".site/items", "i", "media", "list", "sitemaps")
_NEWEST = 50
_MOST_KNOWN = 20_000


class Held(Exception):
    """Another writer is at work in this folder."""


class _Note(msgspec.Struct):
    """What an unfinished change touches: months to derive anew, pictures perhaps unused."""

    months: list[str]
    media: list[str]


class Site:
    """One folder. `title` "" means the newest entry's organisation. Blocking: run in a thread."""

    def __init__(self, root: Path, public: str, title: str = "", disk: Disk | None = None) -> None:
        self.root = root
        self._public = public
        self._title = title
        self._disk = disk or Disk()
        self._known: dict[Path, tuple[tuple[int, int], Entry]] = {}

    def exclusively(self, work: Callable[[], T]) -> T:
        """Do `work` under the folder's lock; raises Held at once where it is taken."""
        self._prepare()
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self.root / ".site/lock", flags, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Held from None
            return work()
        finally:
            os.close(descriptor)

    def publish(self, page: Page, now: datetime) -> Entry:
        """Make `page` public in place of what was there; a repeat changes nothing."""
        before = self.entry(page.entry.name)
        entry = _succeeding(before, page.entry, now)
        self._note(entry.name, {entry.month}, {*entry.media, *(before.media if before else ())})
        for name, content in page.pictures.items():
            self._put(f"media/{name}", content)
        self._put(entry.path, page.content)
        self._file(entry)
        self._finish()
        return entry

    def withdraw(self, name: str, now: datetime) -> None:
        """Take the page off every list and leave one that says so; already gone is fine."""
        before = self.entry(name)
        if before is None:
            self._forget(name)
            return
        entry = before if before.withdrawn else replace(before, withdrawn=True, updated=now)
        self._note(name, {entry.month}, set(entry.media))
        self._put(entry.path, withdrawn_page(self._head([entry])))
        self._file(entry)
        self._finish()

    def entry(self, name: str) -> Entry | None:
        """The page's entry, also of one that is withdrawn."""
        for month in self._months():
            path = self._item(month, name)
            if path.is_file():
                return self._load(path)
        return None

    def page(self, name: str) -> bytes | None:
        return self._disk.read(self.root / f"i/{name}.html")

    def picture(self, name: str) -> bytes | None:
        return self._disk.read(self.root / "media" / name)

    def pending(self, name: str) -> bool:
        return (self.root / ".site/pending" / name).exists()

    # --- the steps ---

    def _prepare(self) -> None:
        for name in _FOLDERS:
            folder = self.root / name
            if name and folder.is_symlink():
                raise Rejected(
                    Words(f"网站目录中的 {name} 是符号链接", f"{name} in the site is a symlink"),
                    platform_code="symlink",
                    field="root",
                    remedy=Words("改为普通目录", "make it a plain folder"),
                )
            self._disk.folder(folder)

    def _forget(self, name: str) -> None:
        """Remove what a publication left that never came as far as its entry."""
        self._disk.drop(self.root / f"i/{name}.html")
        if self.pending(name):
            self._finish()

    def _note(self, name: str, months: set[str], media: set[str]) -> None:
        """Together with what an unfinished attempt noted before."""
        path = self.root / ".site/pending" / name
        if content := self._disk.read(path):
            earlier = msgspec.json.decode(content, type=_Note)
            months, media = months.union(earlier.months), media.union(earlier.media)
        note = _Note(months=sorted(months), media=sorted(media))
        self._put(f".site/pending/{name}", msgspec.json.encode(note))

    def _file(self, entry: Entry) -> None:
        path = self._item(entry.month, entry.name)
        self._disk.folder(path.parent)
        self._put(str(path.relative_to(self.root)), entry.as_json())

    def _finish(self) -> None:
        """Derive what every note names, this writer's and those that a crash has left."""
        paths = sorted((self.root / ".site/pending").iterdir())
        notes = {
            path: msgspec.json.decode(self._disk.read(path) or b"", type=_Note) for path in paths
        }
        self._derive({month for note in notes.values() for month in note.months})
        whole = {path: note for path, note in notes.items() if self._agrees(path.name)}
        self._sweep(
            {name for note in whole.values() for name in note.media}
            - {name for path in notes.keys() - whole.keys() for name in notes[path].media}
        )
        for path in whole:
            self._disk.drop(path)

    def _agrees(self, name: str) -> bool:
        page, entry = self.page(name), self.entry(name)
        if page is None or entry is None:
            return page is None and entry is None
        if entry.withdrawn:
            return WITHDRAWN_MARK in page
        return hashlib.sha256(page).hexdigest() == entry.sha256

    def _derive(self, months: set[str]) -> None:
        newest = self._newest()
        head = self._head(newest)
        for month in sorted(months):
            entries = self._public_of(month)
            self._put_or_drop(
                f"list/{month}.html", list_page(head, entries, month=month) if entries else None
            )
            self._put_or_drop(f"sitemaps/{month}.xml", sitemap(head, entries) if entries else None)
        listed = sorted((p.stem for p in (self.root / "sitemaps").glob("*.xml")), reverse=True)
        self._put("feed.xml", rss(head, newest))
        self._put("atom.xml", atom(head, newest))
        self._put("index.html", list_page(head, newest, months=listed))
        self._put("sitemap.xml", sitemap_index(head, listed))

    def _sweep(self, suspects: set[str]) -> None:
        """Remove pictures that no public page shows any longer."""
        if suspects:
            everything = (entry for month in self._months() for entry in self._public_of(month))
            used = {name for entry in everything for name in entry.media}
            for name in sorted(suspects - used):
                self._disk.drop(self.root / "media" / name)

    def _newest(self) -> list[Entry]:
        found: list[Entry] = []
        for month in self._months():
            found += self._public_of(month)
            if len(found) >= _NEWEST:
                break
        return found[:_NEWEST]

    def _public_of(self, month: str) -> list[Entry]:
        """The month's public entries, newest first."""
        folder = self.root / ".site/items" / month
        entries = [self._load(path) for path in _json_files(folder)]
        public = [entry for entry in entries if not entry.withdrawn]
        return sorted(public, key=lambda entry: (entry.published, entry.name), reverse=True)

    def _months(self) -> list[str]:
        folder = self.root / ".site/items"
        if not folder.is_dir():
            return []
        return sorted((path.name for path in folder.iterdir()), reverse=True)

    def _item(self, month: str, name: str) -> Path:
        return self.root / ".site/items" / month / f"{name}.json"

    def _load(self, path: Path) -> Entry:
        """The entry in a file, read again only when the file was replaced."""
        stat = path.stat()
        version = (stat.st_mtime_ns, stat.st_ino)
        known = self._known.get(path)
        if known is None or known[0] != version:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = (version, Entry.of(self._disk.read(path) or b""))
            self._known[path] = known
        return known[1]

    def _head(self, entries: list[Entry]) -> Masthead:
        organisation = entries[0].organisation if entries else ""
        return Masthead(self._title or organisation or "政府网站", self._public)

    def _put(self, name: str, content: bytes) -> None:
        self._disk.put(self.root / name, content, self.root / ".site/aside")

    def _put_or_drop(self, name: str, content: bytes | None) -> None:
        if content is None:
            self._disk.drop(self.root / name)
        else:
            self._put(name, content)


def _succeeding(before: Entry | None, entry: Entry, now: datetime) -> Entry:
    """`entry` in the place of `before`: first publication stays, a change is dated."""
    if before is None:
        return entry
    kept = replace(entry, month=before.month, published=before.published, updated=before.updated)
    return kept if kept == before else replace(kept, updated=now)


def _json_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.suffix == ".json"]
