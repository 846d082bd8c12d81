"""Finds in a room's history what earlier attempts of a delivery sent, whichever device sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.publishing.ports import Job
from publishers.matrix.client import Event, MatrixClient
from publishers.matrix.content import mark_of, transaction

__all__ = ["Search", "search"]

_MOST_PAGES = 20  # of a hundred events of our own user each
_CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The pieces found, as Job.progress keeps them; `covered`: what is not among them was not
    there when the room was read."""

    sent: Mapping[str, str]
    covered: bool


async def search(
    client: MatrixClient, job: Job, *, room: str, sender: str, since: datetime
) -> Search:
    """Read what `sender` wrote in `room`, back to a little before `since`."""
    sent: dict[str, str] = {}
    pieces, start = 1 + len(job.part.media), ""
    by_transaction = {transaction(job.key, str(n)): str(n) for n in range(pieces)}
    for _ in range(_MOST_PAGES):
        page = await client.history(job.access, room, sender, start)
        for event in page.events:
            piece = _piece(event, job.key) or by_transaction.get(event.transaction_id, "")
            if piece:
                sent[piece] = event.id
        oldest = min((event.at for event in page.events), default=None)
        if not page.next or (oldest is not None and oldest < since - _CLOCKS_DIFFER):
            return Search(sent=sent, covered=True)
        start = page.next
    return Search(sent=sent, covered=len(sent) == pieces)


def _piece(event: Event, key: str) -> str:
    """The number of our piece that an event is; "" for another's, and for a correction."""
    marked, piece = mark_of(event.first)
    return str(piece) if marked == key else ""
