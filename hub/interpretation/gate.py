"""The gate: a document that is to be interpreted does not go on without plan and material.

Works inside the caller's transaction: publishing asks `check` when it opens a review, so that no
door goes round it.
"""

from __future__ import annotations

from sqlalchemy import Connection

from hub.interpretation import store
from hub.interpretation.errors import NotInterpreted
from hub.interpretation.rules import lacking

__all__ = ["check"]


def check(connection: Connection, item_id: str) -> None:
    """Raises NotInterpreted with everything that is missing."""
    if missing := lacking(store.standing_of(connection, item_id)):
        raise NotInterpreted(item_id, missing)
