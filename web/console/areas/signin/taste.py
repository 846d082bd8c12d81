"""In which language and colours somebody sees the console."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from web.console.areas.signin.steps import back_of
from web.console.call import ROOT, Call
from web.console.cookies import LANGUAGES, THEMES, keep_taste

__all__ = ["choose"]


async def choose(call: Call) -> web.StreamResponse:
    taste = call.taste
    if (language := call.text("language")) in LANGUAGES:
        taste = replace(taste, language=language)
    if (theme := call.text("theme")) in THEMES:
        taste = replace(taste, theme=theme)
    target = back_of(call.text("next")) or f"{ROOT}/"
    response = web.Response(status=303, headers={"Location": target})
    keep_taste(response, taste, https=call.desk.https)
    return response
