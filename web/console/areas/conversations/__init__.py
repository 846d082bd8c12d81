"""Conversations: who waits for a person, what was said, answering, and how the desk does."""

from __future__ import annotations

from hub.conversation.desk.models import ANSWERING
from hub.kernel.errors import Words
from web.console.area import Area, Handler, Permission, Route
from web.console.areas.conversations import helping, lists, one

__all__ = ["AREA"]

_ID = "{id}"
_ONE = f"/conversations/{_ID}"
_ANSWERING = Permission(name="answering", roles=ANSWERING)


def _look(path: str, handler: Handler, *, quiet: bool = False) -> Route:
    return Route(method="GET", path=path, handler=handler, needs=_ANSWERING, quiet=quiet)


def _act(path: str, handler: Handler) -> Route:
    return Route(method="POST", path=path, handler=handler, needs=_ANSWERING)


AREA = Area(
    name="conversations",
    title=Words("对话", "Conversations"),
    home="/conversations",
    icon="conversations",
    place=80,
    needs=_ANSWERING,
    routes=(
        _look("/conversations", lists.listed),
        _look("/conversations/lines", lists.lines, quiet=True),
        _look("/conversations/figures", lists.figures),
        _look(_ONE, one.shown),
        _look(f"{_ONE}/thread", one.thread, quiet=True),
        _look(f"{_ONE}/canned", helping.canned),
        _look(f"{_ONE}/items", helping.items),
        _act(f"{_ONE}/answer", one.answer),
        _act(f"{_ONE}/take", one.take),
        _act(f"{_ONE}/assign", one.assign),
        _act(f"{_ONE}/release", one.release),
        _act(f"{_ONE}/close", one.close),
    ),
)
