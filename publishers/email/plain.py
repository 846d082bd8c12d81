"""The plain text of an HTML message, for readers that show none: made once, and signed with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

__all__ = ["plain_of"]

_UNSEEN = frozenset({"head", "style", "script", "title"})
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "tr", "table", "section", "ul", "figure"})
_GAPS = re.compile(r"[ \t]*\n[ \t]*(?:\n[ \t]*)+")
_SPACE = re.compile(r"\s+")


def plain_of(html: str) -> str:
    """What a reader sees of `html`: blocks apart, links written out, pictures by their words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _GAPS.sub("\n\n", "".join(reader.pieces)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen: list[str] = []
        self._link = ""
        self._since = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n" if tag != "tr" else "\n")
        elif tag == "img" and values.get("alt"):
            self.pieces.append(f"\n[图：{values['alt']}]\n")
        elif tag == "a":
            self._link, self._since = values.get("href") or "", len(self.pieces)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            self._unseen.remove(tag)
        elif tag in _BLOCKS:
            self.pieces.append("\n\n" if tag != "tr" else "\n")
        elif tag == "td":
            self.pieces.append(" ")
        elif tag == "a" and self._link:
            if self._link not in "".join(self.pieces[self._since :]):
                self.pieces.append(f" {self._link} ")
            self._link = ""

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(_SPACE.sub(" ", data) if data.strip() else "")
