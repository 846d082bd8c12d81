"""The composer: from an item's text to what each channel is given, written with the result beside
it."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import ENTERING_ITEMS, READING, Area, Handler, Permission, Route
from web.console.areas.composer import choosing, frames, lists, scheduling, writing
from web.console.looking import SCHEDULING

__all__ = ["AREA"]

_ITEM = "/items/{item}/compose"
SCHEDULING_ITEMS = Permission(name="scheduling", roles=SCHEDULING)
_TYPED = 8 * 1024**2  # the longest text, in every channel's own words


def _get(path: str, handler: Handler, needs: Permission = READING) -> Route:
    return Route(method="GET", path=path, handler=handler, needs=needs)


def _post(path: str, handler: Handler, needs: Permission = ENTERING_ITEMS) -> Route:
    return Route(method="POST", path=path, handler=handler, needs=needs, most_bytes=_TYPED)


AREA = Area(
    name="composer",
    title=Words("编发", "Compose"),
    icon="composer",
    home="/compose",
    place=25,
    needs=READING,
    routes=(
        _get("/compose", lists.listed),
        _get(_ITEM, writing.show, ENTERING_ITEMS),
        _post(f"{_ITEM}/draft", writing.keep),
        _post(f"{_ITEM}/save", writing.save),
        _post(f"{_ITEM}/rebase", writing.rebase),
        _post(f"{_ITEM}/discard", writing.discard),
        _get(f"{_ITEM}/accounts", choosing.show, ENTERING_ITEMS),
        _post(f"{_ITEM}/accounts", choosing.look),
        _post(f"{_ITEM}/submit", choosing.submit),
        _get(f"{_ITEM}/schedule", scheduling.show, SCHEDULING_ITEMS),
        _post(f"{_ITEM}/outlook", scheduling.look, SCHEDULING_ITEMS),
        _post(f"{_ITEM}/schedule", scheduling.schedule, SCHEDULING_ITEMS),
        _get(f"{_ITEM}/plans/{{plan}}", scheduling.planned, SCHEDULING_ITEMS),
        _get(f"{_ITEM}/own", writing.find_accounts, ENTERING_ITEMS),
        _get(f"{_ITEM}/sheets/{{digest}}", frames.sheet, ENTERING_ITEMS),
        _get(f"{_ITEM}/pictures/{{sha256}}", frames.picture, ENTERING_ITEMS),
    ),
)
