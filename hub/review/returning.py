"""退文 of what was never submitted in full: the draft goes back with the list of what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from hub.catalogue import store as catalogue
from hub.catalogue.models import ITEM_LIFECYCLE, ItemEvent, ItemState
from hub.kernel.database import Transaction
from hub.kernel.errors import Conflict, Words
from hub.kernel.events import Event, Kind

__all__ = ["Incomplete", "return_draft"]


class Incomplete(Conflict):
    """Something lacks that has to be there before review; `recorded` tells what, as the event
    `returned` has it."""

    code = "incomplete"
    returned: ClassVar[Kind]

    def __init__(
        self, item_id: str, words: Words, *, field: str, remedy: Words, recorded: Sequence[object]
    ) -> None:
        super().__init__(words, field=field, remedy=remedy)
        self.item_id = item_id
        self.recorded = list(recorded)


def return_draft(tx: Transaction, refusal: Incomplete, actor: str, at: datetime) -> None:
    """Give a draft back to its drafter, and record what it lacks.

    An item that is in review or approved was complete once, and stays where it is.
    """
    item = catalogue.lock_item(tx, refusal.item_id)
    if item.state is ItemState.DRAFT:
        state = ITEM_LIFECYCLE.next(item.state, ItemEvent.RETURNED)
        catalogue.set_state(tx, item.id, item.version, state)
    data = {"missing": refusal.recorded, "version": item.version}
    tx.record(Event(kind=refusal.returned, subject=item.id, actor=actor, at=at, data=data))
