"""Watch topics: words that are followed, and what was said with them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.kernel.errors import Forbidden, InvalidInput, Words
from hub.opinion.watches.models import NewWatch, Watch, WatchEvent
from hub.organisations.models import Role
from web.console.areas.opinion.drawing import sparkline
from web.console.call import Call
from web.console.looking import may
from web.statuses import status_of

__all__ = ["add", "change", "listed", "step"]

_OVERSEEING = frozenset({Role.DISCLOSURE_OFFICE, Role.ADMIN})
_DAYS = 30
_BETWEEN = re.compile(r"[\s,，、;；]+")
_LISTS = ("include", "exclude", "places", "channels")


async def listed(call: Call) -> web.StreamResponse:
    """What came since is read first, so that the figures are those of now."""
    await call.desk.listening.watches.look()
    return await _page(call)


async def add(call: Call) -> web.StreamResponse:
    """It looks at everything from the oldest signal on."""
    new = _new(call)
    try:
        await call.desk.listening.watches.make(new, actor=call.login)
    except InvalidInput as error:
        return await _page(call, error)
    return call.go("/opinion/watches", said="watch-made")


async def change(call: Call) -> web.StreamResponse:
    """Other words for the watch of that name; it looks at everything anew."""
    new = _new(call)
    await _require_own(call, new.name)
    try:
        await call.desk.listening.watches.change(new, actor=call.login)
    except InvalidInput as error:
        return await _page(call, error, opened=new.name)
    return call.go("/opinion/watches", said="watch-changed")


async def step(call: Call) -> web.StreamResponse:
    """Pause it, or let it go on where it stopped."""
    name, told = call.text("name"), call.text("event")
    await _require_own(call, name)
    if told not in set(WatchEvent):
        raise InvalidInput(Words("没有这一操作", "no such step"), field="event")
    await call.desk.listening.watches.step(name, WatchEvent(told), actor=call.login)
    return call.go("/opinion/watches", said=f"watch-{told}")


async def _require_own(call: Call, name: str) -> None:
    """Who made it, or the office that oversees all, changes a watch."""
    held, _ = await call.desk.listening.watches.watch(name)
    if held.made_by != call.login and not may(call, _OVERSEEING):
        raise Forbidden(
            Words(f"方案“{name}”由 {held.made_by} 建立", f"'{name}' was made by {held.made_by}"),
            field="name",
            remedy=Words("请建立人或公开办修改，或另建一个", "ask them, or make one of your own"),
        )


def _new(call: Call) -> NewWatch:
    lists = {name: _words(call.text(name)) for name in _LISTS}
    return NewWatch(name=call.text("name").strip(), **lists)


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in _BETWEEN.split(text) if word))


async def _page(call: Call, problem: InvalidInput | None = None, opened: str = "") -> web.Response:
    services = call.desk.listening
    found = await services.watches.all()
    last = call.desk.clock.now().astimezone(ZoneInfo(call.desk.zone)).date()
    return call.page(
        "opinion/watches",
        status=status_of(problem) if problem else 200,
        watches=found,
        lined={one.name: await _lined(call, one, last) for one in found},
        mine={one.name for one in found if one.made_by == call.login or may(call, _OVERSEEING)},
        typed={name: call.text(name) for name in ("name", *_LISTS)},
        opened=opened,
        problem=problem,
    )


async def _lined(call: Call, one: Watch, last: date) -> dict[str, Any]:
    """The last thirty days as a line, and how many signals they are."""
    _, days = await call.desk.listening.watches.watch(one.name)
    counts = dict(days)
    each = [counts.get(last - timedelta(days=n), 0) for n in reversed(range(_DAYS))]
    return {"points": sparkline(each), "signals": sum(each)}
