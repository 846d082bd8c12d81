"""The gate: a document that is to be interpreted does not go on without plan and material.

Works inside the caller's transaction: publishing asks `check` when it opens a review, so that no
door goes round it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.models import ITEM_LIFECYCLE, ItemEvent, ItemState
from hub.interpretation import events, store
from hub.interpretation.errors import NotInterpreted
from hub.interpretation.rules import lacking
from hub.kernel.database import Transaction
from hub.kernel.events import Event

__all__ = ["check", "return_uninterpreted"]


def check(connection: Connection, item_id: str) -> None:
    """Raises NotInterpreted with everything that is missing."""
    if missing := lacking(store.standing_of(connection, item_id)):
        raise NotInterpreted(item_id, missing)


def return_uninterpreted(
    tx: Transaction, refusal: NotInterpreted, actor: str, at: datetime
) -> None:
    """退文: a draft goes back to its drafter with the list of what is missing; recorded."""
    item = catalogue.lock_item(tx, refusal.item_id)
    if item.state is ItemState.DRAFT:
        state = ITEM_LIFECYCLE.next(item.state, ItemEvent.RETURNED)
        catalogue.set_state(tx, item.id, item.version, state)
    data = {"missing": [words.zh for words in refusal.missing], "version": item.version}
    kind = events.RETURNED
    tx.record(Event(kind=kind, subject=item.id, actor=actor, at=at, data=data))
