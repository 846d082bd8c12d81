"""SQL of alerts: one function per question."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update

from hub.kernel.database import Transaction
from hub.publishing.incidents.models import ALERTS, Alert, AlertEvent, AlertKind, AlertState
from hub.publishing.incidents.tables import alerts

__all__ = ["add_alert", "alerts_of", "count_unsent", "end", "newest_alerts", "take"]

_a = alerts.c
_UNSENT = text("alerts.state IN ('waiting', 'sending')")


def add_alert(tx: Transaction, alert: Alert) -> None:
    """Write an alert down, to be sent by whoever looks next."""
    values = {name: getattr(alert, name) for name in alert.__dataclass_fields__}
    tx.execute(insert(alerts).values(**values | {"told": list(alert.told)}))


def _alert(row: Row[Any]) -> Alert:
    values = dict(row._mapping)
    return Alert(
        **values
        | {
            "kind": AlertKind(values["kind"]),
            "state": AlertState(values["state"]),
            "told": tuple(values["told"]),
        }
    )


def alerts_of(connection: Connection, incident_id: str) -> list[Alert]:
    query = select(alerts).where(_a.incident_id == incident_id).order_by(_a.id)
    return [_alert(row) for row in connection.execute(query)]


def newest_alerts(connection: Connection, limit: int) -> list[Alert]:
    """Ids grow with time."""
    return [
        _alert(row)
        for row in connection.execute(select(alerts).order_by(_a.id.desc()).limit(limit))
    ]


def count_unsent(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(alerts).where(_UNSENT)).scalar_one()


def take(tx: Transaction, now: datetime, lease: timedelta) -> Alert | None:
    """Take the oldest alert that is due; nobody else sees it before the lease is over.

    One found in `sending` was taken by a process that died: it may have been sent, so taking it
    again counts as a repeat.
    """
    query = select(alerts).where(_UNSENT, _a.next_at <= now).order_by(_a.next_at, _a.id).limit(1)
    row = tx.connection.execute(query).first()
    if row is None:
        return None
    found = _alert(row)
    state = ALERTS.next(found.state, AlertEvent.TAKEN)
    repeats = found.repeats + (found.state is AlertState.SENDING)
    change = update(alerts).where(
        _a.id == found.id, _a.state == found.state, _a.next_at == found.next_at
    )
    values = {"state": state, "next_at": now + lease, "repeats": repeats, "tries": found.tries + 1}
    if tx.execute(change.values(**values)).rowcount != 1:
        return None  # another process was quicker
    taken = tx.connection.execute(select(alerts).where(_a.id == found.id)).one()
    return _alert(taken)


def end(
    tx: Transaction,
    alert: Alert,
    event: AlertEvent,
    *,
    told: Collection[str],
    next_at: datetime | None = None,
) -> bool:
    """How sending it ended; False when its lease was over and another process has it."""
    state = ALERTS.next(AlertState.SENDING, event)
    change = update(alerts).where(
        _a.id == alert.id, _a.state == AlertState.SENDING, _a.tries == alert.tries
    )
    values = {"state": state, "told": sorted(told), "next_at": next_at}
    return tx.execute(change.values(**values)).rowcount == 1
