"""SQL of sending many again: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, literal, select, update

from hub.kernel.columns import Instant
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.organisations.tables import accounts
from hub.publishing.models import DeliveryState, Purpose
from hub.publishing.recall.store import recalled_editions
from hub.publishing.retrying.models import Candidate
from hub.publishing.store import THREAD
from hub.publishing.tables import deliveries

__all__ = ["after_what_is_out", "make_ready", "owners", "recalled", "wanted"]

_d = deliveries.c
_AT_ONCE = 500
_OUT = (DeliveryState.ACCEPTED, DeliveryState.VERIFIED)
_COLUMNS = (
    _d.id, _d.account_id, _d.edition_id, _d.part, _d.state, _d.purpose, _d.reason, _d.not_after,
    _d.error_zh, _d.error_en,
)  # fmt: skip


def wanted(connection: Connection, ids: Sequence[str]) -> list[Candidate]:
    """The deliveries that there are, in no order."""
    query = select(*_COLUMNS)
    batches = (connection.execute(query.where(_d.id.in_(batch))) for batch in _batches(ids))
    return [_candidate(*row) for rows in batches for row in rows.all()]


def _candidate(*stored: Any) -> Candidate:
    """By position: there are thousands of them, and by name each takes as long as its SQL."""
    own, account, edition, part, state, purpose, reason, not_after, error_zh, error_en = stored
    return Candidate(
        id=own,
        account_id=account,
        edition_id=edition,
        part=part,
        state=DeliveryState(state),
        purpose=Purpose(purpose),
        reason=reason,
        not_after=not_after,
        error=Words(error_zh, error_en),
    )


def after_what_is_out(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those among them that are later parts of a thread whose part before is on the platform."""
    before = deliveries.alias("before")
    query = (
        select(_d.id)
        .join(before, and_(*(before.c[name] == _d[name] for name in THREAD)))
        .where(before.c.part == _d.part - 1, before.c.state.in_(_OUT))
    )
    found: set[str] = set()
    for batch in _batches(ids):
        found.update(connection.execute(query.where(_d.id.in_(batch))).scalars())
    return found


def recalled(connection: Connection, edition_ids: Collection[str]) -> set[str]:
    """The editions among them of versions that were withdrawn."""
    found: set[str] = set()
    for batch in _batches(sorted(edition_ids)):
        found |= recalled_editions(connection, batch)
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
