"""The settings' home: their subjects, with what stands out in each."""

from __future__ import annotations

from aiohttp import web

from web.console.call import Call

__all__ = ["home"]

# the area of the same name below, and its icon
_SUBJECTS = (
    ("bodies", "today"),
    ("people", "accounts"),
    ("audit", "lock"),
    ("lists", "find"),
    ("calendars", "calendar"),
    ("alerts", "warning"),
    ("groups", "deliveries"),
    ("webhooks", "reviews"),
)


async def home(call: Call) -> web.StreamResponse:
    return call.page("settings/home", subjects=_SUBJECTS)
