"""Items: lists, one item with its versions and its history, the form by which one is entered."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import ENTERING_ITEMS, READING, SIGNED_IN, Area, Handler, Permission, Route
from web.console.areas.items import (
    attaching,
    determining,
    entering,
    exporting,
    lists,
    pages,
    submitting,
)

__all__ = ["AREA"]

_ITEM = "/items/{item}"


def _get(path: str, handler: Handler, needs: Permission) -> Route:
    return Route(method="GET", path=path, handler=handler, needs=needs)


def _post(path: str, handler: Handler, needs: Permission = ENTERING_ITEMS) -> Route:
    return Route(method="POST", path=path, handler=handler, needs=needs)


# Pages of one item are for any signed-in person: a role may be lent to them, and the item is asked.
AREA = Area(
    name="items",
    title=Words("信息", "Items"),
    icon="items",
    home="/items",
    place=20,
    needs=READING,
    routes=(
        Route(
            method="GET",
            path="/items",
            handler=lists.listed,
            needs=READING,
            filters=("state", "body", "attribute", "q"),
        ),
        _get("/items/export", exporting.export, READING),
        _get("/items/new", entering.ask_new, ENTERING_ITEMS),
        _post("/items/new", entering.take_new),
        _get(_ITEM, pages.show, SIGNED_IN),
        _get(f"{_ITEM}/versions", pages.versions, SIGNED_IN),
        _get(f"{_ITEM}/audit", pages.audit, SIGNED_IN),
        _get(f"{_ITEM}/attachments/{{sha256}}", attaching.download, SIGNED_IN),
        _get(f"{_ITEM}/edit", entering.ask_edit, ENTERING_ITEMS),
        _post(f"{_ITEM}/edit", entering.take_edit),
        _get(f"{_ITEM}/determination", determining.ask, ENTERING_ITEMS),
        _post(f"{_ITEM}/determination", determining.take),
        _post(f"{_ITEM}/mask", submitting.mask),
        _post(f"{_ITEM}/submit", submitting.submit),
        Route(
            method="POST",
            path=f"{_ITEM}/attachments",
            handler=attaching.attach,
            needs=ENTERING_ITEMS,
            most_bytes=attaching.MOST_BYTES,
        ),
        _post(f"{_ITEM}/detach", attaching.detach),
    ),
)
