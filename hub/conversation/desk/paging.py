"""Pages of conversations: each body is asked for its own by its index, and they are merged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from hub.conversation.desk import store
from hub.conversation.desk.models import DeskFilter, DeskPage, DeskState, DeskTalk
from hub.kernel.columns import instant, microseconds

__all__ = ["page_of"]

# where a page ended: among who waits (since when) or after them (opened when), and at which
_AFTER = re.compile(r"(?P<kind>[ws])(?P<at>\d{1,18})\.(?P<id>[0-9A-HJKMNP-TV-Z]{26})")
_ONLY_CLOSED = frozenset({DeskState.CLOSED})


def page_of(connection: Connection, wanted: DeskFilter) -> DeskPage:
    """Who waits longest first, then the newest; of the bodies that `wanted` names."""
    told = _AFTER.fullmatch(wanted.after)
    after = (instant(int(told["at"])), told["id"]) if told else None
    over = told is not None and told["kind"] == "s"
    found = [] if over else sorted(_waiting(connection, wanted, after), key=_waits)
    if len(found) <= wanted.limit:
        rest = _settled(connection, wanted, after if over else None)
        found += sorted(rest, key=_opened, reverse=True)
    shown = tuple(found[: wanted.limit])
    return DeskPage(talks=shown, next=_end(shown[-1]) if len(found) > wanted.limit else "")


def _waiting(
    connection: Connection, wanted: DeskFilter, after: tuple[datetime, str] | None
) -> Iterator[DeskTalk]:
    if wanted.states != _ONLY_CLOSED:
        for body_id in wanted.bodies or ():
            yield from store.waiting_in(connection, body_id, wanted, after)


def _settled(
    connection: Connection, wanted: DeskFilter, before: tuple[datetime, str] | None
) -> Iterator[DeskTalk]:
    for body_id in wanted.bodies or ():
        yield from store.settled_in(connection, body_id, wanted, before)


def _waits(talk: DeskTalk) -> tuple[datetime, str]:
    return talk.waits_since or talk.opened_at, talk.id


def _opened(talk: DeskTalk) -> tuple[datetime, str]:
    return talk.opened_at, talk.id


def _end(talk: DeskTalk) -> str:
    kind, at = ("s", talk.opened_at) if talk.waits_since is None else ("w", talk.waits_since)
    return f"{kind}{microseconds(at)}.{talk.id}"
