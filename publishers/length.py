"""How long a text is in the unit its platform counts in.

One place, so that the editor, the approval and the sending never disagree about a limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from hub.publishing.models import LengthUnit

__all__ = ["WEB_LINK", "length"]

# A link ends at the first character that is no ASCII graph: Chinese text may follow it directly.
WEB_LINK = re.compile(r"https?://[A-Za-z0-9][^\s<>\"\u0080-\U0010ffff]*", re.ASCII | re.IGNORECASE)

# Weibo counts half-width characters and halves the sum; a link becomes a t.cn link of 20.
# Source: the counter in Weibo's own JavaScript SDK (https://open.weibo.com/wiki/2/statuses/share
# only says "140 Chinese characters").
_WEIBO_LINK_HALVES = 20


# Mastodon counts every web link that it would link as 23 and everything else by its graphemes
# (app/validators/status_length_validator.rb, config/initializers/twitter_regex.rb). Code points
# are never fewer than graphemes, and only links that it surely sees are taken as such: a domain of
# several labels that nothing alphanumeric touches, and no punctuation at the end. Any other that it
# may see has at least the 11 characters of http://a.bc, so 12 more make up for it. So this count is
# never below Mastodon's.
_MASTODON_LINK_LENGTH = 23
_MASTODON_DOUBT = 12
_MASTODON_START = re.compile(r"(?<![A-Z0-9@＠$#＃])https?://", re.ASCII | re.IGNORECASE)
_MASTODON_LINK = re.compile(
    r"(?<![A-Z0-9@＠$#＃])https?://"
    r"(?:[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?\.)+[A-Z]{2,}(?![A-Z0-9_.@-])"
    r"(?::[0-9]{1,5}(?![0-9]))?"
    r"(?:/(?:[A-Z0-9/_.~%+=&#!*',;:|$@-]*[A-Z0-9/_#-])?)?"
    r"(?:\?[A-Z0-9/_.~%+=&#!*',;:|$@-]*[A-Z0-9/_#-])?",
    re.ASCII | re.IGNORECASE,
)


def length(text: str, unit: LengthUnit) -> int:
    """The length of `text` counted in `unit`; lone surrogates count like any other code unit."""
    return _COUNTERS[unit](text)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _utf8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _weibo(text: str) -> int:
    rest, links = WEB_LINK.subn("", text)
    # Everything beyond ASCII is full width, and what needs two UTF-16 units (emoji, rare
    # characters) is counted twice by that SDK.
    halves = sum(1 if char < "\x80" else 2 * (1 + (char > "\uffff")) for char in rest)
    return -(-(halves + links * _WEIBO_LINK_HALVES) // 2)


def _mastodon(text: str) -> int:
    rest, links = _MASTODON_LINK.subn(" ", text)
    doubtful = len(_MASTODON_START.findall(rest))
    return len(rest) + links * (_MASTODON_LINK_LENGTH - 1) + doubtful * _MASTODON_DOUBT


_COUNTERS: Mapping[LengthUnit, Callable[[str], int]] = {
    LengthUnit.CHARACTERS: len,
    LengthUnit.UTF16: _utf16,
    LengthUnit.UTF8_BYTES: _utf8,
    LengthUnit.WEIBO: _weibo,
    LengthUnit.MASTODON: _mastodon,
}
