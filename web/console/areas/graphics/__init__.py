"""Graphics: policy-interpretation pictures of an item, from a form with the picture beside it."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import ENTERING_ITEMS, SIGNED_IN, Area, Handler, Permission, Route
from web.console.areas.graphics import attaching, editing, lists

__all__ = ["AREA"]

_ITEM = "/graphics/{item}"


def _get(path: str, handler: Handler, needs: Permission = ENTERING_ITEMS) -> Route:
    return Route(method="GET", path=path, handler=handler, needs=needs)


def _post(path: str, handler: Handler) -> Route:
    return Route(method="POST", path=path, handler=handler, needs=ENTERING_ITEMS)


AREA = Area(
    name="graphics",
    title=Words("图解", "Graphics"),
    icon="graphics",
    home="/graphics",
    place=25,
    needs=ENTERING_ITEMS,
    routes=(
        _get("/graphics", lists.items),
        _get(_ITEM, lists.show, SIGNED_IN),
        _get(f"{_ITEM}/pictures/{{sha256}}", lists.picture, SIGNED_IN),
        _get(f"{_ITEM}/edit", editing.edit),
        _post(f"{_ITEM}/edit", editing.change),
        _post(f"{_ITEM}/look", editing.look),
        _post(f"{_ITEM}/download", editing.download),
        _post(f"{_ITEM}/confirm", attaching.confirm),
        _post(f"{_ITEM}/attach", attaching.attach),
    ),
)
