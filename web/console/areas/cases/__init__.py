"""Cases of public opinion: the board by deadlines, a case, what the system proposes."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import READING, Area, Handler, Route
from web.console.areas.cases import exporting, lists, one, proposing, quoting, steps
from web.console.areas.cases.who import HANDLING, HEADING, OFFICE

__all__ = ["AREA"]

_CASE = "/cases/{id}"


def _office(name: str, handler: Handler) -> Route:
    return Route(method="POST", path=f"{_CASE}/{name}", handler=handler, needs=OFFICE)


def _handling(name: str, handler: Handler) -> Route:
    return Route(method="POST", path=f"{_CASE}/{name}", handler=handler, needs=HANDLING)


AREA = Area(
    name="cases",
    title=Words("舆情件", "Cases"),
    home="/cases",
    icon="cases",
    place=82,
    needs=READING,
    routes=(
        Route(
            method="GET",
            path="/cases",
            handler=lists.board,
            needs=READING,
            filters=("state", "level", "body"),
        ),
        Route(method="GET", path="/cases/lines", handler=lists.lines, needs=READING, quiet=True),
        Route(method="GET", path="/cases/export", handler=exporting.export, needs=READING),
        Route(method="GET", path="/cases/new", handler=proposing.ask, needs=OFFICE),
        Route(method="POST", path="/cases/new", handler=proposing.open_case, needs=OFFICE),
        Route(method="GET", path="/cases/proposals", handler=proposing.listed, needs=OFFICE),
        Route(method="POST", path="/cases/proposals/accept", handler=proposing.take, needs=OFFICE),
        Route(
            method="POST", path="/cases/proposals/decline", handler=proposing.decline, needs=OFFICE
        ),
        Route(method="GET", path=_CASE, handler=one.shown, needs=READING),
        _office("level", steps.level),
        _office("route", steps.route),
        _office("close", steps.close),
        _office("reopen", steps.reopen),
        Route(method="POST", path=f"{_CASE}/return", handler=steps.send_back, needs=HEADING),
        _handling("accept", steps.accept),
        _handling("assign", steps.assign),
        _handling("note", steps.note),
        _handling("announce", steps.announce),
        Route(method="GET", path=f"{_CASE}/sources", handler=quoting.find, needs=HANDLING),
        _handling("facts", quoting.add),
        _handling("facts/change", quoting.change),
        _handling("facts/remove", quoting.remove),
        _handling("draft", steps.draft),
        _handling("respond", steps.respond),
        _handling("rate", steps.rate),
    ),
)
