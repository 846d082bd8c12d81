"""How the sources of quoted facts stand now."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.catalogue.models import Item
from hub.catalogue.public.store import public_items
from hub.kernel.errors import Conflict, Words
from hub.opinion.cases.models import Case
from hub.opinion.cases.quoting import store
from hub.opinion.cases.quoting.models import Fact, FactStanding, Quoted
from hub.opinion.cases.quoting.rules import says

__all__ = ["facts_that_hold", "quoted", "text_of"]


def quoted(connection: Connection, case: Case) -> list[Quoted]:
    """The facts of the case's round."""
    found = store.facts_of(connection, case.id, case.round)
    public = public_items(connection, {one.item_id for one in found})
    return [Quoted(one, _standing(one, public.get(one.item_id))) for one in found]


def facts_that_hold(connection: Connection, case: Case) -> Sequence[Fact]:
    """Those that an answer may be written with; raises Conflict where one does not hold."""
    found = quoted(connection, case)
    for one in found:
        if one.standing is not FactStanding.HOLDS:
            title = one.fact.title
            raise Conflict(
                Words(
                    f"引用的《{title}》已撤回或已改写",
                    f"'{title}', which is quoted, says so no more",
                ),
                field="facts",
                remedy=Words("修改或撤去这条引用", "change what is quoted, or take it away"),
            )
    return [one.fact for one in found]


def text_of(item: Item) -> str:
    """What can be quoted of it."""
    return f"{item.title}\n{item.body}"


def _standing(fact: Fact, source: Item | None) -> FactStanding:
    if source is None:
        return FactStanding.GONE
    return FactStanding.HOLDS if says(text_of(source), fact.quote) else FactStanding.CHANGED
