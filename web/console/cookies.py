"""The console's cookies: the session's, and how somebody likes to see the pages."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

__all__ = [
    "Taste",
    "forget_away",
    "forget_session",
    "keep_away",
    "keep_session",
    "keep_taste",
    "sealed_away",
    "session_secret",
    "taste_of",
]

_SESSION, _TASTE, _AWAY = "gongkai-session", "gongkai-taste", "gongkai-away"
_AWAY_S = 600
_YEAR = 365 * 86_400
LANGUAGES, THEMES = ("zh", "en"), ("auto", "light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """`language` is `zh` or `en`, `theme` `auto`, `light` or `dark`."""

    language: str = "zh"
    theme: str = "auto"

    @property
    def tag(self) -> str:
        """The language as BCP 47 has it."""
        return "en" if self.language == "en" else "zh-Hans"


def session_secret(request: web.Request, *, https: bool) -> str:
    return request.cookies.get(_name(https), "")


def keep_session(response: web.StreamResponse, secret: str, *, https: bool) -> None:
    """A session cookie: it goes with the browser, and the session itself ends on the server.

    Behind https its name begins with `__Host-`: no other host and no page without https can set
    it (RFC 6265bis, 4.1.3.2).
    """
    response.set_cookie(
        _name(https), secret, path="/", httponly=True, samesite="Strict", secure=https
    )


def forget_session(response: web.StreamResponse, *, https: bool) -> None:
    response.del_cookie(_name(https), path="/", httponly=True, samesite="Strict", secure=https)


def sealed_away(request: web.Request, *, https: bool) -> str:
    """What is remembered of somebody who comes back from an identity provider."""
    return request.cookies.get(_name(https, _AWAY), "")


def keep_away(response: web.StreamResponse, sealed: str, *, https: bool) -> None:
    """Lax, for its owner comes back by a link of another site; it lets nobody in by itself."""
    response.set_cookie(
        _name(https, _AWAY),
        sealed,
        max_age=_AWAY_S,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=https,
    )


def forget_away(response: web.StreamResponse, *, https: bool) -> None:
    name = _name(https, _AWAY)
    response.del_cookie(name, path="/", httponly=True, samesite="Lax", secure=https)


def taste_of(request: web.Request) -> Taste:
    """What the cookie says, as far as it makes sense."""
    language, _, theme = request.cookies.get(_TASTE, "").partition(".")
    return Taste(
        language=language if language in LANGUAGES else "zh",
        theme=theme if theme in THEMES else "auto",
    )


def keep_taste(response: web.StreamResponse, taste: Taste, *, https: bool) -> None:
    response.set_cookie(
        _TASTE,
        f"{taste.language}.{taste.theme}",
        max_age=_YEAR,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=https,
    )


def _name(https: bool, name: str = _SESSION) -> str:
    return f"__Host-{name}" if https else name
