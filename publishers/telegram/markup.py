"""Telegram's HTML, read as Telegram reads it, so that a refusal comes at approval.

The platform knows a dozen tags and four named entities; all else is an error there or, for an
unknown entity, is shown to the public as it stands. Source: Bot API, "HTML style".
"""

from __future__ import annotations

import re

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.models import Part
from publishers.contract import Source

__all__ = ["checked", "visible"]

_PLAIN = frozenset(
    {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "tg-spoiler", "code", "pre"}
)
_WITH_ATTRIBUTES = {
    "a": re.compile(r' href="[^"<>]+"'),
    "blockquote": re.compile(r"(?: expandable)?"),
    "code": re.compile(r'(?: class="language-[\w+#-]+")?'),
    "span": re.compile(r' class="tg-spoiler"'),
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[a-z-]+)(?P<attributes>(?: [^<>]*)?)>"
    r"|&(?:#(?P<decimal>[0-9]{1,7})|#x(?P<hex>[0-9a-fA-F]{1,6})|(?P<name>lt|gt|amp|quot));"
    r"|(?P<bad><|&(?=[#A-Za-z]))"
)


def visible(html: str) -> str:
    """The text that readers see and Telegram counts; raises InvalidInput for bad markup."""
    shown: list[str] = []
    open_tags: list[str] = []
    position = 0
    for token in _TOKEN.finditer(html):
        shown.append(html[position : token.start()])
        position = token.end()
        if token["bad"]:
            raise _malformed(html[token.start() : token.start() + 20])
        if token["tag"]:
            _nest(open_tags, token)
        else:
            shown.append(_decoded(token))
    if open_tags:
        raise _malformed(f"<{open_tags[-1]}>")
    shown.append(html[position:])
    return "".join(shown).strip()


def _nest(open_tags: list[str], token: re.Match[str]) -> None:
    tag, attributes = token["tag"], token["attributes"]
    if token["end"]:
        if attributes or not open_tags or open_tags.pop() != tag:
            raise _malformed(token[0])
        return
    rule = _WITH_ATTRIBUTES.get(tag)
    allowed = rule.fullmatch(attributes) if rule else tag in _PLAIN and not attributes
    if not allowed:
        raise _malformed(token[0])
    open_tags.append(tag)


def _decoded(token: re.Match[str]) -> str:
    if token["name"]:
        return _NAMED[token["name"]]
    code = int(token["decimal"]) if token["decimal"] else int(token["hex"], 16)
    if not 0x20 <= code < 0x110000 or 0xD800 <= code < 0xE000:
        raise _malformed(token[0])
    return chr(code)


def _malformed(piece: str) -> InvalidInput:
    return InvalidInput(
        Words(f"Telegram 不认识的标记：{piece}", f"markup that Telegram refuses: {piece}"),
        field="text",
        remedy=Words(
            "只用 <b> <i> <u> <s> <a> <code> <pre> <blockquote>，并转义 < > &",
            "use only <b> <i> <u> <s> <a> <code> <pre> <blockquote>; escape < > &",
        ),
    )


def checked(parts: tuple[Part, ...], source: Source) -> tuple[Part, ...]:
    """The parts as they are; raises InvalidInput for markup that Telegram would refuse.

    Lengths are checked where all channels' lengths are: a text that is too long is not wrong, it
    only needs another form.
    """
    for part in parts:
        visible(part.text)
    return parts
