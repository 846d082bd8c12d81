"""The simulated server's reading of HTML, after the official server's parser.

Written apart from the publisher's own reading on purpose: the tests hold the two together.
Source: TDLib, MessageEntity.cpp, the HTML parser behind parse_mode=HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Formatted", "MarkupError", "parse_html", "units"]

_TAGS = {
    "a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins",
    "tg-spoiler", "span", "pre", "code", "blockquote",
}  # fmt: skip
_KINDS = {
    "a": "text_link", "b": "bold", "strong": "bold", "i": "italic", "em": "italic",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "u": "underline", "ins": "underline", "tg-spoiler": "spoiler", "span": "spoiler",
    "pre": "pre", "code": "code", "blockquote": "blockquote",
}  # fmt: skip
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPACES = " \n\t\r\0\v"
_DIGITS = {10: "0123456789", 16: "0123456789abcdefABCDEF"}


class MarkupError(Exception):
    """The sentence that follows "Bad Request: can't parse entities: "."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """What readers see, and the entities in UTF-16 code units."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    start_byte: int
    attributes: dict[str, str]


@dataclass(slots=True)
class _Reader:
    source: str
    at: int = 0
    shown: list[str] = field(default_factory=list)
    width: int = 0
    opened: list[_Open] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def byte(self, at: int) -> int:
        return len(self.source[:at].encode())

    def show(self, text: str) -> None:
        self.shown.append(text)
        self.width += units(text)

    def take(self, stop: str) -> str:
        start = self.at
        while self.at < len(self.source) and self.source[self.at] not in stop:
            self.at += 1
        return self.source[start : self.at]

    def skip_spaces(self) -> None:
        while self.peek() and self.peek() in _SPACES:
            self.at += 1


def units(text: str) -> int:
    """The length of `text` as Telegram counts it."""
    return sum(2 if ord(char) > 0xFFFF else 1 for char in text)


def parse_html(source: str) -> Formatted:
    """Raises MarkupError with the server's words."""
    reader = _Reader(source)
    while char := reader.peek():
        if char == "&":
            _entity(reader)
        elif char == "<":
            _end_tag(reader) if source[reader.at + 1 : reader.at + 2] == "/" else _start_tag(reader)
        else:
            reader.show(char)
            reader.at += 1
    if reader.opened:
        tag = reader.opened[-1].tag
        raise MarkupError(f'Can\'t find end tag corresponding to start tag "{tag}"')
    return _trimmed("".join(reader.shown), reader.entities)


def _entity(reader: _Reader) -> None:
    """A character reference, or the ampersand itself when it is none."""
    source, at = reader.source, reader.at + 1
    if source[at : at + 1] == "#":
        base = 16 if source[at + 1 : at + 2] == "x" else 10
        start = end = at + (2 if base == 16 else 1)
        while end < len(source) and source[end] in _DIGITS[base]:
            end += 1
        code = int(source[start:end], base) if 0 < end - start < 10 else 0
        found = chr(code) if 0 < code < 0x10FFFF else ""
    else:
        end = at
        while end < len(source) and source[end].isascii() and source[end].isalpha():
            end += 1
        found = _NAMED.get(source[at:end], "")
    if not found:
        reader.show("&")
        reader.at += 1
        return
    if 0xD800 <= ord(found) < 0xE000:
        raise MarkupError("Text must be encoded in UTF-8")
    reader.show(found)
    reader.at = end + (source[end : end + 1] == ";")


def _start_tag(reader: _Reader) -> None:
    begin = reader.at
    reader.at += 1
    tag = reader.take(_SPACES + ">").lower()
    where = reader.byte(begin)
    if not reader.peek():
        raise MarkupError(f"Unclosed start tag at byte offset {where}")
    if tag not in _TAGS:
        raise MarkupError(f'Unsupported start tag "{tag}" at byte offset {where}')
    attributes: dict[str, str] = {}
    while True:
        reader.skip_spaces()
        if reader.peek() == ">":
            reader.at += 1
            break
        _attribute(reader, tag, where, attributes)
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
    reader.opened.append(_Open(tag, reader.width, begin, attributes))


def _attribute(reader: _Reader, tag: str, where: int, found: dict[str, str]) -> None:
    name = reader.take(_SPACES + "=>")
    if not reader.peek():
        raise MarkupError(f"Unclosed start tag at byte offset {where}")
    if not name:
        raise MarkupError(f'Empty attribute name in the tag "{tag}" at byte offset {where}')
    reader.skip_spaces()
    if reader.peek() != "=":
        if tag == "blockquote" and name == "expandable":
            found[name] = "1"
            return
        raise MarkupError(
            "Expected equal sign in declaration of an attribute of the tag "
            f'"{tag}" at byte offset {where}'
        )
    reader.at += 1
    reader.skip_spaces()
    found[name.lower()] = _value(reader, where)


def _value(reader: _Reader, where: int) -> str:
    quote = reader.peek()
    if quote not in ("'", '"') or not quote:
        start = reader.at
        while (char := reader.peek()) and ((char.isascii() and char.isalnum()) or char in ".-"):
            reader.at += 1
        if not reader.peek():
            raise MarkupError(f"Unclosed start tag at byte offset {where}")
        if reader.at == start:
            raise MarkupError(f"Unexpected end of name token at byte offset {reader.byte(start)}")
        return reader.source[start : reader.at]
    reader.at += 1
    value = reader.take(quote)
    if not reader.peek():
        raise MarkupError(f"Unclosed start tag at byte offset {where}")
    reader.at += 1
    return _decoded(value)


def _decoded(value: str) -> str:
    inner = _Reader(value)
    while char := inner.peek():
        if char == "&":
            _entity(inner)
        else:
            inner.show(char)
            inner.at += 1
    return "".join(inner.shown)


def _end_tag(reader: _Reader) -> None:
    where = reader.byte(reader.at)
    if not reader.opened:
        raise MarkupError(f"Unexpected end tag at byte offset {where}")
    reader.at += 2
    name = reader.take(_SPACES + ">").lower()
    reader.skip_spaces()
    if reader.peek() != ">":
        raise MarkupError(f"Unclosed end tag at byte offset {where}")
    reader.at += 1
    opened = reader.opened.pop()
    if name and name != opened.tag:
        raise MarkupError(
            f"Unmatched end tag at byte offset {where}, "
            f'expected "</{opened.tag}>", found "</{name}>"'
        )
    size = reader.width - opened.offset
    entity: dict[str, Any] = {"type": _KINDS[opened.tag], "offset": opened.offset, "length": size}
    if opened.tag == "a":
        link = opened.attributes.get("href", "")
        if not link.startswith(("http://", "https://", "tg://", "mailto:", "tel:")):
            return  # shown as plain text, as the server does with an address it cannot read
        entity["url"] = link
    if size:
        reader.entities.append(entity)


def _trimmed(text: str, entities: list[dict[str, Any]]) -> Formatted:
    """Space at both ends does not count and moves the entities."""
    cut = units(text) - units(text.lstrip())
    shown = text.strip()
    limit, kept = units(shown), []
    for entity in sorted(entities, key=lambda one: (one["offset"], -one["length"])):
        start = max(0, entity["offset"] - cut)
        end = min(limit, entity["offset"] - cut + entity["length"])
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return Formatted(shown, tuple(kept))
