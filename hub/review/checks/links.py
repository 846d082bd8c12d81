"""Links that lead elsewhere than they seem to: look-alike letters, hidden marks, borrowed names.

Letters of another script that look like Latin ones: UTS #39, section 5 (a host here is of ASCII and
Chinese characters only, which is narrower than its "highly restrictive" level). What stands before
an `@` is no host: RFC 3986, section 3.2.1. Names under gov.cn belong to public bodies
(《政府网站发展指引》, 国办发〔2017〕47号, on names of sites).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from hub.kernel.errors import Words
from hub.review.checks.models import Hit
from hub.review.checks.plain import UNSEEN, Plain

__all__ = ["DISGUISED", "find_disguised_links"]

DISGUISED = "disguised-link"

_AUTHORITY = re.compile(r"https?://([^\s/?#<>\"'()\[\]{}，。；、《》“”]{1,255})", re.IGNORECASE)
_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
_BORROWED = re.compile(r"(?:^|[.-])gov[.-]?cn(?:[.-]|$)")

_USER = Words("链接中 @ 之前不是网站", "what stands before @ in a link is no site")
_HIDDEN = Words("链接的域名中有看不见的字符", "a link's host holds marks that nobody sees")
_FOREIGN = Words(
    "链接的域名混有形近的外文字母", "a link's host holds look-alike letters of another script"
)
_LIKE_OURS = Words(
    "链接的域名冒用 gov.cn，而不在其下", "a link's host borrows gov.cn without being under it"
)


def find_disguised_links(plain: Plain) -> Iterator[Hit]:
    """Addresses with http or https whose host is not what a reader takes it for; one hit each."""
    for found in _AUTHORITY.finditer(plain.text):
        about = _disguise(found.group(1))
        if about:
            value = found.group(1).lower()
            yield Hit(
                rule=DISGUISED, start=found.start(), end=found.end(), value=value, about=about
            )


def _disguise(authority: str) -> Words | None:
    user, at, host = authority.rstrip(UNSEEN).rpartition("@")
    if at and user:
        return _USER
    if UNSEEN in host or not _TURNS.isdisjoint(host):
        return _HIDDEN
    labels = host.lower().rpartition(":")[0] or host.lower()
    if any(_is_foreign(letter) for label in labels.split(".") for letter in _shown(label)):
        return _FOREIGN
    name = _CHINESE.split(labels, maxsplit=1)[0].rstrip(".,;!")
    if not f".{name}".endswith(".gov.cn") and _BORROWED.search(name):
        return _LIKE_OURS
    return None


def _shown(label: str) -> str:
    """A label as a browser may show it; one that no browser can decode stays as it is."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _is_foreign(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM" and not (
        letter.isascii() or _CHINESE.match(letter)
    )
