"""Recognising our own post in what Weibo shows: it replaces every link by a t.cn link.

Besides, it escapes `<`, `>` and `&`, and may append invisible characters and blanks.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import datetime

from publishers.length import WEB_LINK
from publishers.weibo.client import Status

__all__ = ["find_post", "is_beginning", "same_text", "web_address"]

_INVISIBLE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
_SHORT = re.compile(r"https?://t\.cn/", re.ASCII | re.IGNORECASE)
_BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def same_text(shown: str, signed: str) -> bool:
    """Whether both have the same words and equally many links, none of them a wrong one.

    A t.cn link says nothing about where it leads, so only links shown in full are compared.
    """
    shown_words, shown_links = _split(shown)
    words, links = _split(signed)
    in_full = [link for link in shown_links if not _SHORT.match(link)]
    alike = shown_words == words and len(shown_links) == len(links)
    return alike and all(link in links for link in in_full)


def is_beginning(shown: str, signed: str) -> bool:
    """Whether what is shown are only the first words of what was signed."""
    shown_words, words = _split(shown)[0].rstrip("…."), _split(signed)[0]
    return bool(shown_words) and len(shown_words) < len(words) and words.startswith(shown_words)


def find_post(
    statuses: Iterable[Status], text: str, *, since: datetime, called_at: datetime
) -> Status | None:
    """The post with this text, written at or after `since`, that is nearest to `called_at`."""
    ours = (post for post in statuses if post.written_at >= since and same_text(post.text, text))
    return min(ours, key=lambda post: abs(post.written_at - called_at), default=None)


def web_address(uid: str, status_id: str) -> str:
    """The public page of a post: its number, in groups of seven digits, written in base 62."""
    if not status_id.isdecimal():
        return ""
    groups = [status_id[max(0, end - 7) : end] for end in range(len(status_id), 0, -7)]
    first, *rest = [_base62(int(group)) for group in reversed(groups)]
    return f"https://weibo.com/{uid}/{first}{''.join(part.rjust(4, '0') for part in rest)}"


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits or "0"


def _split(text: str) -> tuple[str, list[str]]:
    plain = html.unescape(text)
    return _INVISIBLE.sub("", WEB_LINK.sub("", plain)), WEB_LINK.findall(plain)
