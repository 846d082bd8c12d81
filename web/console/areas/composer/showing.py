"""An edition's parts as a page may show them: read from their markup into plain pieces, of which
the page makes what its platform would; nothing of them is ever taken for markup of ours."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from hub.publishing.models import Part
from hub.publishing.previewing.models import Gauge, Preview

__all__ = ["FRAMED", "Piece", "Shown", "pieces", "shown"]

FRAMED = frozenset({"article", "page"})  # markups that are whole documents: shown in a frame
_LINK = re.compile(r"https?://[A-Za-z0-9][^\s<>\"）)\u0080-\U0010ffff]*", re.ASCII | re.IGNORECASE)
_MARKDOWN = re.compile(r"\*\*(?P<bold>[^*\n]+)\*\*|\[(?P<words>[^\]\n]+)\]\((?P<to>[^)\s]+)\)")
_HREF = re.compile(r'href="(https?://[^"]+)"')
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "blockquote", "pre", "li", "ul", "ol"})
_STRONG = frozenset({"b", "strong", "h1", "h2", "h3", "h4"})


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text, how it is set, and where it leads."""

    text: str
    strong: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    part: Part
    pieces: tuple[Piece, ...]
    gauges: tuple[Gauge, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A preview as the page shows it; `tight` is the gauge with the least left, as a share."""

    preview: Preview
    parts: tuple[ShownPart, ...]
    framed: bool
    frame: str

    @property
    def key(self) -> str:
        """What its anchor and its frame are called."""
        return self.preview.seat.name.replace(":", "-")

    @property
    def mark(self) -> str:
        """What differs wherever the page would show something else."""
        made = self.preview
        told = f"{made.problem.words}{made.problem.remedy}" if made.problem else made.payload_hash
        shown = f"{made.seat.count} {made.seat.account.id} {made.written} {told}"
        return hashlib.sha256(shown.encode()).hexdigest()[:16]

    @property
    def tight(self) -> Gauge | None:
        return max(
            (one for one in self.preview.gauges if one.field in ("title", "digest", "text")),
            key=lambda one: one.length / one.limit,
            default=None,
        )


def shown(preview: Preview, item_id: str, at: str = "") -> Shown:
    """`at` is the page below which its frame is, the composer's where none is named."""
    markup = preview.declaration.markup
    return Shown(
        preview=preview,
        parts=tuple(_part(markup, n, part, preview) for n, part in enumerate(preview.parts)),
        framed=markup in FRAMED,
        frame=f"{at or f'/items/{item_id}/compose'}/sheets/{preview.payload_hash}",
    )


def _part(markup: str, number: int, part: Part, preview: Preview) -> ShownPart:
    read = () if markup in FRAMED else pieces(markup, part.text)
    links = [part.link, *(one.to for one in read if one.to)]
    if markup in FRAMED:
        links += _HREF.findall(part.text)
    return ShownPart(
        part=part,
        pieces=read,
        gauges=tuple(one for one in preview.gauges if one.part == number),
        links=tuple(dict.fromkeys(link for link in links if link))[:12],
    )


def pieces(markup: str, text: str) -> tuple[Piece, ...]:
    """The text in pieces, line feeds where its platform breaks the line."""
    if markup == "html":
        reader = _Reader()
        reader.feed(text)
        reader.close()
        return tuple(reader.made)
    if markup == "markdown":
        return tuple(_markdown(text))
    return tuple(_linked(text))


def _linked(text: str, *, strong: bool = False) -> list[Piece]:
    found: list[Piece] = []
    end = 0
    for link in _LINK.finditer(text):
        if link.start() > end:
            found.append(Piece(text[end : link.start()], strong))
        found.append(Piece(link[0], strong, link[0]))
        end = link.end()
    return [*found, Piece(text[end:], strong)] if end < len(text) else found


def _markdown(text: str) -> list[Piece]:
    found: list[Piece] = []
    end = 0
    for mark in _MARKDOWN.finditer(text):
        found += _linked(text[end : mark.start()])
        if mark["bold"]:
            found.append(Piece(mark["bold"], strong=True))
        else:
            to = mark["to"]
            found.append(Piece(mark["words"], to=to if to.startswith("http") else ""))
        end = mark.end()
    return found + _linked(text[end:])


class _Reader(HTMLParser):
    """The little HTML of messengers: what is bold, what leads where, where a line ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made: list[Piece] = []
        self._strong = 0
        self._to = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" or (tag in _BLOCKS and self.made):
            self._break()
        self._strong += tag in _STRONG
        if tag == "a":
            address = dict(attrs).get("href") or ""
            self._to = address if address.startswith(("http://", "https://")) else ""

    def handle_endtag(self, tag: str) -> None:
        self._strong -= tag in _STRONG and self._strong > 0
        if tag == "a":
            self._to = ""
        if tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if data.strip() or not (self.made and self.made[-1].text.endswith("\n")):
            self.made.append(Piece(data, bool(self._strong), self._to))

    def _break(self) -> None:
        if self.made and not self.made[-1].text.endswith("\n"):
            self.made.append(Piece("\n"))
