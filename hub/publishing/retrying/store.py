"""SQL of sending many again: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, literal, select, update

from hub.kernel.columns import Instant
from hub.kernel.database import Transaction
from hub.organisations.tables import accounts
from hub.publishing.ledger import row_to_delivery
from hub.publishing.models import Delivery, DeliveryState
from hub.publishing.tables import deliveries

__all__ = ["make_ready", "owners", "wanted"]

_d = deliveries.c
_AT_ONCE = 500


def wanted(connection: Connection, ids: Sequence[str]) -> list[Delivery]:
    """The deliveries that there are, in no order."""
    found: list[Delivery] = []
    for batch in _batches(ids):
        rows = connection.execute(select(deliveries).where(_d.id.in_(batch)))
        found += [row_to_delivery(row) for row in rows]
    return found


def owners(connection: Connection, account_ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """The accounts' names and bodies, by id."""
    found: dict[str, tuple[str, str]] = {}
    for batch in _batches(sorted(account_ids)):
        query = select(accounts.c.id, accounts.c.name, accounts.c.body_id)
        for row in connection.execute(query.where(accounts.c.id.in_(batch))):
            found[row.id] = (row.name, row.body_id)
    return found


def make_ready(
    tx: Transaction,
    states: Collection[DeliveryState],
    ids: Sequence[str],
    now: datetime,
    grace: timedelta,
) -> list[str]:
    """Start them again with all their tries, those that are in one of `states` at this moment;
    what is late, or nearly so, may go within `grace`."""
    floor = literal(now + grace, Instant())
    values: Mapping[str, Any] = {
        "state": DeliveryState.READY,
        "next_at": now,
        "reason": "",
        "tries": 0,
        "error_code": "",
        "error_zh": "",
        "error_en": "",
        "not_after": case((_d.not_after < floor, floor), else_=_d.not_after),
    }
    done: list[str] = []
    for batch in _batches(ids):
        change = update(deliveries).where(_d.id.in_(batch), _d.state.in_(sorted(states)))
        done += tx.execute(change.values(**values).returning(_d.id)).scalars()
    return done


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
