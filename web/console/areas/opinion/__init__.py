"""Public opinion: the stream, the analyst's queue, topics, watches, sources, models."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Handler, Permission, Route
from web.console.areas.opinion import (
    lists,
    models,
    one,
    queue,
    regrouping,
    rumours,
    sources,
    topic,
    topics,
    watching,
)
from web.console.areas.opinion.asked import FILTERS
from web.console.looking import OPERATING_BOARDS

__all__ = ["AREA"]

_ID = "{id}"
_SIGNAL = f"/opinion/signals/{_ID}"
_TOPIC = f"/opinion/topics/{_ID}"
_OPENING = Permission(name="opening-cases", roles=topic.OPENING)


def _look(path: str, handler: Handler) -> Route:
    return Route(method="GET", path=path, handler=handler, needs=OPERATING_BOARDS)


def _act(path: str, handler: Handler, needs: Permission = OPERATING_BOARDS) -> Route:
    return Route(method="POST", path=path, handler=handler, needs=needs)


def _identity(method: str, handler: Handler) -> Route:
    """Who wrote something is shown only to who gave password and code again."""
    path = f"{_SIGNAL}/identity"
    return Route(method=method, path=path, handler=handler, needs=OPERATING_BOARDS, proved=True)


AREA = Area(
    name="opinion",
    title=Words("舆情", "Opinion"),
    home="/opinion",
    icon="opinion",
    place=80,
    needs=OPERATING_BOARDS,
    routes=(
        Route(
            method="GET",
            path="/opinion",
            handler=lists.stream,
            needs=OPERATING_BOARDS,
            filters=FILTERS,
        ),
        _look("/opinion/export", lists.export),
        _look("/opinion/queue", queue.shown),
        _act(f"/opinion/queue/{_ID}", queue.choose),
        _look(_SIGNAL, one.shown),
        _act(f"{_SIGNAL}/correct", one.correct),
        _identity("GET", one.ask_identity),
        _identity("POST", one.identity),
        _look("/opinion/topics", topics.hot),
        _look(_TOPIC, topic.shown),
        _act(f"{_TOPIC}/verify", topic.verify),
        _act(f"{_TOPIC}/unlink", topic.unlink),
        _act(f"{_TOPIC}/split", regrouping.split),
        _act(f"{_TOPIC}/case", topic.open_case, _OPENING),
        _look("/opinion/suggestions", regrouping.shown),
        _act("/opinion/suggestions/accept", regrouping.accept),
        _act("/opinion/suggestions/refuse", regrouping.refuse),
        _look("/opinion/rumours", rumours.listed),
        _look("/opinion/watches", watching.listed),
        _act("/opinion/watches/add", watching.add),
        _act("/opinion/watches/change", watching.change),
        _act("/opinion/watches/step", watching.step),
        _look("/opinion/sources", sources.listed),
        _act("/opinion/sources/add", sources.add, SUPERVISING),
        _act("/opinion/sources/step", sources.step, SUPERVISING),
        _act("/opinion/sources/check", sources.check, SUPERVISING),
        _look("/opinion/models", models.listed),
        _act("/opinion/models/use", models.use, SUPERVISING),
        _act("/opinion/models/train", models.train, SUPERVISING),
    ),
)
