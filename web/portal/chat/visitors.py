"""Who is asking: a random word in a cookie; and that it is their own page that sends.

The cookie is HttpOnly and SameSite=Lax, behind https also Secure and bound to the host. A form
carries a token that only a page made for the same cookie has, and a browser that says which site a
request comes from is believed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from aiohttp import web

from hub.kernel.errors import Forbidden, Words
from web.portal.chat.door import ChatLimits

__all__ = [
    "Foreign",
    "check_origin",
    "form_token",
    "give_word",
    "network_of",
    "new_word",
    "word_of",
]

_NAME, _SECURE_NAME = "gongkai-chat", "__Host-gongkai-chat"
_WORD = re.compile(r"[A-Za-z0-9_-]{43}")
_OWN = frozenset({"same-origin", "none"})


class Foreign(Forbidden):
    """What was sent does not come from a page that was made for this visitor."""

    code = "foreign-form"

    def __init__(self) -> None:
        super().__init__(
            Words(
                "本页已过期，或浏览器未接受 Cookie", "The page is too old, or cookies are refused"
            ),
            remedy=Words(
                "请允许本站 Cookie 并重新打开本页", "allow cookies and open the page again"
            ),
        )


def new_word() -> str:
    """256 random bits: nobody guesses one."""
    return secrets.token_urlsafe(32)


def word_of(request: web.Request, limits: ChatLimits) -> str:
    """The visitor's word; empty where the browser has none of ours."""
    found = request.cookies.get(_cookie(limits), "")
    return found if _WORD.fullmatch(found) else ""


def give_word(response: web.Response, word: str, limits: ChatLimits) -> None:
    response.set_cookie(
        _cookie(limits),
        word,
        max_age=int(limits.keep.total_seconds()),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=limits.secure,
    )


def form_token(word: str) -> str:
    """What a form must carry: only who has the word can make it."""
    return hmac.new(word.encode(), b"chat-form", hashlib.sha256).hexdigest()


def check_origin(request: web.Request, word: str, token: str, site_url: str) -> None:
    """Raises Foreign for what another site made this browser send."""
    if not word or not hmac.compare_digest(token.encode(), form_token(word).encode()):
        raise Foreign
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN:
        raise Foreign
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc not in {request.host, urlsplit(site_url).netloc}:
        raise Foreign


def network_of(request: web.Request, limits: ChatLimits) -> str:
    """Where a request comes from, as limits count it: an IPv4 address, or an IPv6 network of 64
    bits, which is what one subscriber has. Kept in memory only, and shown nowhere.

    Only what our own proxies wrote into X-Forwarded-For is believed: everybody else can write
    whatever they like in front of it.
    """
    found = request.remote or ""
    if limits.proxies:
        passed = [one.strip() for one in ",".join(_forwarded(request)).split(",") if one.strip()]
        found = passed[-limits.proxies] if len(passed) >= limits.proxies else found
    try:
        address = ip_address(found)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def _forwarded(request: web.Request) -> list[str]:
    return request.headers.getall("X-Forwarded-For", [])


def _cookie(limits: ChatLimits) -> str:
    return _SECURE_NAME if limits.secure else _NAME
