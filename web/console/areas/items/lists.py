"""The list of items: by state, attribute and body, page by page, or what a text names."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from hub.catalogue.listing.models import Line, Wanted
from hub.catalogue.models import Attribute, ItemState
from hub.catalogue.search.errors import NoIndex
from hub.catalogue.search.models import Narrowing, Question
from web.console.call import Call
from web.console.looking import looking_at_items

__all__ = ["listed"]

_PAGE = 50
_FOUND = 30
E = TypeVar("E", bound=StrEnum)


async def listed(call: Call) -> web.StreamResponse:
    """Only of bodies that the reader may read. What is typed names an item, else it is searched."""
    seen = await looking_at_items(call)
    words = call.asked("q").strip()
    state, attribute = (
        _one(ItemState, call.asked("state")),
        _one(Attribute, call.asked("attribute")),
    )
    if words:
        lines = await _found(call, words[:200], seen.sight.bodies)
        lines = [line for line in lines if state in (None, line.state)]
    else:
        wanted = Wanted(
            bodies=seen.sight.bodies,
            state=state,
            attribute=attribute,
            before=call.asked("before")[:26],
            limit=_PAGE + 1,
        )
        lines = await call.desk.listing.page(wanted)
    return call.page(
        "items/_lines" if call.partial else "items/list",
        lines=lines[:_PAGE],
        more=not words and len(lines) > _PAGE,
        query=_query(seen.body, state, attribute, words),
        bodies=seen.bodies,
        names=await call.desk.organisations.body_names(line.body_id for line in lines[:_PAGE]),
        states=tuple(ItemState),
        attributes=tuple(Attribute),
    )


async def _found(call: Call, words: str, among: frozenset[str]) -> list[Line]:
    """What the text names exactly, then what the search finds of what was ever indexed."""
    named = await call.desk.listing.named(words, among)
    try:
        question = Question(text=words, narrowing=Narrowing(public_only=False), limit=_FOUND)
        hits = (await call.desk.search.find(question)).hits
    except NoIndex:
        hits = ()
    known = {line.id for line in named}
    ids = [hit.item.id for hit in hits if hit.item.id not in known]
    return [*named, *await call.desk.listing.known(ids, among)]


def _query(
    body: str,
    state: ItemState | None,
    attribute: Attribute | None,
    words: str,
) -> dict[str, str]:
    """The filters as the address has them, without the page."""
    return {
        "body": body,
        "state": state.value if state else "",
        "attribute": attribute.value if attribute else "",
        "q": words,
    }


def _one(kind: type[E], text: str) -> E | None:
    return kind(text) if text in set(kind) else None
