"""Word lists: what texts are checked for, synonyms of the search, and a box to try them in."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Route
from web.console.areas.lists import pages, rules, synonyms, words

__all__ = ["AREA"]

AREA = Area(
    name="lists",
    title=Words("词表", "Word lists"),
    home="/settings/lists",
    routes=(
        Route(method="GET", path="/settings/lists", handler=pages.home, needs=SUPERVISING),
        Route(method="GET", path="/settings/lists/rules", handler=rules.shown, needs=SUPERVISING),
        Route(method="POST", path="/settings/lists/rules", handler=rules.change, needs=SUPERVISING),
        Route(method="POST", path="/settings/lists/try", handler=pages.attempt, needs=SUPERVISING),
        Route(
            method="POST", path="/settings/lists/words", handler=words.replace, needs=SUPERVISING
        ),
        Route(
            method="GET",
            path="/settings/lists/words/{name}",
            handler=words.shown,
            needs=SUPERVISING,
        ),
        Route(
            method="GET",
            path="/settings/lists/words/{name}/csv",
            handler=words.export,
            needs=SUPERVISING,
        ),
        Route(
            method="GET", path="/settings/lists/synonyms", handler=synonyms.shown, needs=SUPERVISING
        ),
        Route(
            method="POST",
            path="/settings/lists/synonyms",
            handler=synonyms.replace,
            needs=SUPERVISING,
        ),
        Route(
            method="GET",
            path="/settings/lists/synonyms/csv",
            handler=synonyms.export,
            needs=SUPERVISING,
        ),
    ),
)
