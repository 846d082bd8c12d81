"""Recognising our own post in what a server shows: plain text went in, HTML comes out.

Mastodon makes paragraphs, line breaks, and links whose ends are hidden but there
(mastodon/mastodon, app/lib/text_formatter.rb). Of a mention it shows the local part if it knows the
account, and the text as written if not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from html.parser import HTMLParser

from hub.publishing.models import Part
from publishers.mastodon.client import Status

__all__ = ["find_post", "is_same", "text_of"]

_BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_SERVER_OF_A_MENTION = re.compile(
    r"(?<![=/\w])(@\w+(?:[.-]+\w+)*)(@[a-z0-9.-]+[a-z0-9])", re.ASCII | re.IGNORECASE
)


class _Reader(HTMLParser):
    """Collects what is shown: a `br` is a line feed, the end of a `p` an empty line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self.pieces.append("\n\n")


def text_of(content: str) -> str:
    """The plain text of a post's HTML."""
    reader = _Reader()
    reader.feed(content)
    reader.close()
    return "".join(reader.pieces).strip()


def is_same(status: Status, part: Part) -> bool:
    """Whether what is public is what was signed: words, content warning, number of pictures."""
    return (
        _pattern(part.text).fullmatch(_bare(text_of(status.content))) is not None
        and _bare(status.spoiler) == _bare(part.digest)
        and status.pictures == len(part.media)
    )


def find_post(
    statuses: Iterable[Status], part: Part, *, answers: str, since: datetime, called_at: datetime
) -> Status | None:
    """The post with this content that answers `answers` ("": none), written at or after `since`,
    nearest to `called_at`."""
    ours = (
        status
        for status in statuses
        if status.written_at >= since and status.answers == answers and is_same(status, part)
    )
    return min(ours, key=lambda status: abs(status.written_at - called_at), default=None)


def _pattern(text: str) -> re.Pattern[str]:
    """What `text` may be shown as: each mention with its server or without, all else as it is."""
    pieces: list[str] = []
    position = 0
    text = unicodedata.normalize("NFC", text)
    for mention in _SERVER_OF_A_MENTION.finditer(text):
        pieces.append(re.escape(_bare(text[position : mention.start(2)])))
        pieces.append(f"(?:{re.escape(mention[2])})?")
        position = mention.end()
    return re.compile("".join(pieces) + re.escape(_bare(text[position:])))


def _bare(text: str) -> str:
    """Without blanks, and decomposed: what is beside a piece of text changes nothing in it."""
    return unicodedata.normalize("NFD", _BLANK.sub("", text))
