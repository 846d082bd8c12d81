"""Matrix's HTML as text: what clients without HTML show, and whether others would show it whole.

A server reads no markup, but clients drop every tag that the specification does not list. What
would be dropped is refused at approval: people sign what will be seen.
Source: spec.matrix.org, client-server API, "m.room.message msgtypes", the list of HTML tags.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hub.kernel.errors import InvalidInput, Words

__all__ = ["plain_text"]

_EMPTY = frozenset({"br", "hr"})
_BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre"}
    | {"table", "tr", "details", "summary"}
)
_INLINE = frozenset(
    {"a", "b", "strong", "i", "em", "u", "s", "del", "code", "sup", "sub", "span"}
    | {"thead", "tbody", "th", "td", "caption"}
)
_SCHEMES = re.compile(r"(?:https?|ftp|mailto|magnet):", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n]+")  # in HTML these are one space; an ideographic one is not
_LINES = re.compile(r"\s*\n\s*")


def plain_text(html: str) -> str:
    """`html` as plain text, a line for each block, a link's address behind its words.

    Raises InvalidInput for tags that clients drop, and for tags left open.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.opened:
        raise _unfit(f"<{reader.opened[-1]}>")
    return _LINES.sub("\n", "".join(reader.pieces)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.opened: list[str] = []
        self._links: list[tuple[str, int]] = []  # address, and where its words begin

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _EMPTY | _BLOCKS | _INLINE:
            raise _unfit(f"<{tag}>")
        if tag in _EMPTY | _BLOCKS:
            self.pieces.append("\n")
        if tag in _EMPTY:
            return
        self.opened.append(tag)
        if tag == "a":
            address = dict(attrs).get("href") or ""
            if not _SCHEMES.match(address):
                raise _unfit(f'<a href="{address}">')
            self._links.append((address, len(self.pieces)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.opened or self.opened.pop() != tag:
            raise _unfit(f"</{tag}>")
        if tag == "a":
            address, start = self._links.pop()
            if "".join(self.pieces[start:]).strip() != address:
                self.pieces.append(f" {address}")
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(_SPACES.sub(" ", data))


def _unfit(piece: str) -> InvalidInput:
    return InvalidInput(
        Words(f"Matrix 客户端不显示的标记：{piece}", f"markup that Matrix clients drop: {piece}"),
        field="text",
        remedy=Words(
            "只用规范列出的标签，逐一闭合，链接以 https 开头",
            "use only tags the specification lists, close each, link with https",
        ),
    )
