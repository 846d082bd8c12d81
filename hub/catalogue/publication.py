"""What the public may see of an item: the only door in, and the door out.

Publishing calls `mark_public` in the transaction in which the body's own site has taken a version,
and `withdraw` in the one in which the item's recall is ordered; the portal and the bots show what
these two wrote and nothing else. An import, however public its rows are elsewhere, opens neither.
"""

from __future__ import annotations

from datetime import datetime

from hub.catalogue import events
from hub.catalogue.public import store
from hub.kernel.database import Transaction
from hub.kernel.events import Event

__all__ = ["mark_public", "withdraw"]

_ACTOR = "system:publication"


def mark_public(
    tx: Transaction, item_id: str, version: int, at: datetime, *, actor: str = _ACTOR
) -> bool:
    """`version` is public from `at` on; whether that is news.

    It is none where the version, or a newer one, is public already (answers may come in any
    order), or where the version was withdrawn meanwhile. The first time is kept as the item's
    `published_at`.
    """
    if not store.set_public(tx, item_id, version, at):
        return False
    data = {"version": version}
    tx.record(Event(kind=events.ITEM_PUBLISHED, subject=item_id, actor=actor, at=at, data=data))
    return True


def withdraw(
    tx: Transaction, item_id: str, at: datetime, reason: str, *, upto: int, actor: str = _ACTOR
) -> bool:
    """Nothing of the item's versions up to `upto` is public any more, nor becomes so later;
    whether that is news."""
    if not store.set_withdrawn(tx, item_id, upto, at):
        return False
    data = {"reason": reason, "upto": upto}
    tx.record(Event(kind=events.ITEM_WITHDRAWN, subject=item_id, actor=actor, at=at, data=data))
    return True
