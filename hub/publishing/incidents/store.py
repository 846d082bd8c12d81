"""SQL of incidents: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)

from hub.kernel.bulk import Bulk
from hub.kernel.columns import Instant
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.publishing.incidents.foreseeing import NOT_RESUMED
from hub.publishing.incidents.models import Incident, IncidentState, Standing
from hub.publishing.incidents.rules import SPOILT
from hub.publishing.incidents.tables import feed_cursors, incident_deliveries, incidents
from hub.publishing.ledger import row_to_delivery
from hub.publishing.models import Delivery, DeliveryState, Purpose
from hub.publishing.outages import store as outages
from hub.publishing.rings.models import RingState
from hub.publishing.rings.tables import rings
from hub.publishing.tables import deliveries

__all__ = [
    "accounts_of",
    "add_incident",
    "add_members",
    "change_incident",
    "count_open",
    "cursor",
    "deliveries_by_ids",
    "editions_to_resume",
    "examples_of",
    "find_incidents",
    "forget",
    "get_incident",
    "going_on",
    "held_by_outage",
    "late_members",
    "move_cursor",
    "open_incidents",
    "quiet_ids",
    "resume_members",
    "ring_is_stopped",
    "standings",
    "unknown_members",
    "unsolved",
]

_S = DeliveryState
_i, _m, _d = incidents.c, incident_deliveries.c, deliveries.c
_AT_ONCE = 1_000
_GRACE = timedelta(hours=1)


def cursor(connection: Connection, name: str) -> int:
    """How far the reader `name` has come in the audit chain; 0 at the beginning."""
    query = select(feed_cursors.c.seq).where(feed_cursors.c.name == name)
    return connection.execute(query).scalar() or 0


def move_cursor(tx: Transaction, name: str, old: int, new: int) -> bool:
    """Go on from `old` to `new`; False when another process has done so already."""
    c = feed_cursors.c
    change = update(feed_cursors).where(c.name == name, c.seq == old).values(seq=new)
    if tx.execute(change).rowcount == 1:
        return True
    if old or cursor(tx.connection, name):
        return False
    tx.execute(insert(feed_cursors).values(name=name, seq=new))
    return True


def deliveries_by_ids(connection: Connection, ids: Iterable[str]) -> list[Delivery]:
    found: list[Delivery] = []
    rest = iter(ids)
    while batch := list(islice(rest, _AT_ONCE)):
        rows = connection.execute(select(deliveries).where(_d.id.in_(batch)))
        found += [row_to_delivery(row) for row in rows]
    return found


def held_by_outage(connection: Connection) -> list[Delivery]:
    """What an outage left for a person to release."""
    query = select(deliveries).where(*outages.held_by_outage())
    return [row_to_delivery(row) for row in connection.execute(query)]


def add_incident(tx: Transaction, incident: Incident) -> None:
    values = {name: getattr(incident, name) for name in incident.__dataclass_fields__}
    words = values.pop("words")
    tx.execute(insert(incidents).values(**values, zh=words.zh, en=words.en))


def change_incident(
    tx: Transaction, incident_id: str, states: Collection[IncidentState], **values: Any
) -> bool:
    """Change an incident that is in one of `states`; False when it is in none of them."""
    change = update(incidents).where(_i.id == incident_id, _i.state.in_(states))
    return tx.execute(change.values(**values)).rowcount == 1


_ADD = Bulk(
    """
    INSERT INTO incident_deliveries (incident_id, delivery_id)
    SELECT {1}, r.id FROM {rows} WHERE true ON CONFLICT DO NOTHING
    """,
    {"id": "text"},
)


def add_members(tx: Transaction, incident_id: str, delivery_ids: Sequence[str]) -> int:
    """Note deliveries of an incident; how many were not there before."""
    return tx.bulk(_ADD, [(one,) for one in delivery_ids], incident_id).rowcount


def _incident(row: Row[Any]) -> Incident:
    values = dict(row._mapping)
    words = Words(values.pop("zh"), values.pop("en"))
    return Incident(**values | {"state": IncidentState(values["state"]), "words": words})


def going_on(
    connection: Connection, channel: str, cause: str, plan_id: str, since: datetime
) -> Incident | None:
    """The incident that trouble of this cause belongs to now."""
    query = select(incidents).where(
        text("incidents.state <> 'closed'"),
        _i.channel == channel,
        _i.cause == cause,
        _i.plan_id == plan_id,
        _i.last_at >= since,
    )
    row = connection.execute(query.order_by(_i.last_at.desc()).limit(1)).first()
    return None if row is None else _incident(row)


def get_incident(connection: Connection, incident_id: str) -> Incident | None:
    row = connection.execute(select(incidents).where(_i.id == incident_id)).first()
    return None if row is None else _incident(row)


def find_incidents(connection: Connection, *, closed_too: bool, limit: int) -> list[Incident]:
    """Open incidents, newest trouble first; with `closed_too` those that are over as well."""
    states = (IncidentState.OPEN, IncidentState.CLOSED) if closed_too else (IncidentState.OPEN,)
    query = select(incidents).where(_i.state.in_(states)).order_by(_i.last_at.desc(), _i.id)
    if not closed_too:
        query = query.where(text("incidents.state <> 'closed'"))  # as the index
    return [_incident(row) for row in connection.execute(query.limit(limit))]


def open_incidents(connection: Connection) -> list[Incident]:
    query = select(incidents).where(
        text("incidents.state <> 'closed'"), _i.state == IncidentState.OPEN
    )
    return [_incident(row) for row in connection.execute(query.order_by(_i.id))]


def count_open(connection: Connection) -> dict[str, int]:
    """Open incidents by channel; a stopped plan's channel is empty."""
    counts: dict[str, int] = {}
    for incident in open_incidents(connection):
        counts[incident.channel] = counts.get(incident.channel, 0) + 1
    return counts


def quiet_ids(connection: Connection, before: datetime) -> list[str]:
    """What was too little to tell anybody and has not gone on."""
    quiet = select(_i.id).where(
        text("incidents.state <> 'closed'"), _i.state == IncidentState.WATCHED, _i.last_at < before
    )
    return list(connection.execute(quiet).scalars())


def forget(tx: Transaction, incident_ids: Collection[str]) -> None:
    """Drop incidents of which nobody was told."""
    tx.execute(delete(incident_deliveries).where(_m.incident_id.in_(incident_ids)))
    watched = (_i.id.in_(incident_ids), _i.state == IncidentState.WATCHED)
    tx.execute(delete(incidents).where(*watched))


def _of(incident: Incident) -> Any:
    return select(_m.delivery_id).where(_m.incident_id == incident.id)


_SOLVED = (_S.ACCEPTED, _S.VERIFIED, _S.RECALLED, _S.CANCELLED)


def unsolved(connection: Connection, incident: Incident, limit: int) -> int:
    """How many of its deliveries are not out yet, or not as signed, counted up to `limit`. What
    expired is solved, except where expiring is the trouble."""
    solved = _SOLVED if incident.cause == "too-late" else (*_SOLVED, _S.EXPIRED)
    spoilt = incident.cause in SPOILT
    remains = _d.reason == incident.cause if spoilt else _d.state.not_in(solved)
    query = (
        select(_d.id)
        .select_from(incident_deliveries.join(deliveries, _d.id == _m.delivery_id))
        .where(_m.incident_id == incident.id, remains)
        .limit(limit)
    )
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def ring_is_stopped(connection: Connection, plan_id: str) -> bool:
    query = select(rings.c.number).where(
        rings.c.plan_id == plan_id, rings.c.state == RingState.STOPPED
    )
    return connection.execute(query.limit(1)).first() is not None


def examples_of(connection: Connection, incident: Incident, limit: int = 5) -> list[Delivery]:
    """The first deliveries of an incident."""
    query = select(deliveries).where(_d.id.in_(_of(incident))).order_by(_d.id).limit(limit)
    return [row_to_delivery(row) for row in connection.execute(query)]


def _resumable(late: bool) -> Any:
    waits = and_(_d.state == _S.BLOCKED, _d.reason.not_in(NOT_RESUMED))
    states = or_(_d.state == _S.FAILED, waits)
    return or_(states, _d.state == _S.EXPIRED) if late else states


def editions_to_resume(connection: Connection, incident: Incident) -> list[str]:
    """The editions that its deliveries would publish."""
    query = select(_d.edition_id).where(
        _d.id.in_(_of(incident)), _resumable(late=True), _d.purpose != Purpose.RECALL
    )
    return list(connection.execute(query.distinct()).scalars())


def resume_members(
    tx: Transaction,
    incident: Incident,
    now: datetime,
    *,
    late: bool,
    recalled: Collection[str],
) -> list[str]:
    """What of an incident failed or waits becomes ready, with all its tries; the ids.

    What is too late stays as it is, unless `late`: then it may go within the next hour. Editions
    in `recalled` are published no more.
    """
    which = [_d.id.in_(_of(incident)), _resumable(late)]
    if recalled:
        which.append(or_(_d.purpose == Purpose.RECALL, _d.edition_id.not_in(recalled)))
    if not late:
        which.append(_d.not_after > now)
    floor = literal(now + _GRACE, Instant())
    values: Mapping[str, Any] = {
        "state": _S.READY,
        "next_at": now,
        "reason": "",
        "tries": 0,
        "error_code": "",
        "error_zh": "",
        "error_en": "",
        "not_after": case((_d.not_after < floor, floor), else_=_d.not_after)
        if late
        else _d.not_after,
    }
    change = update(deliveries).where(*which).values(**values).returning(_d.id)
    return list(tx.execute(change).scalars())


def standings(
    connection: Connection, incident: Incident, now: datetime, recalled: Collection[str]
) -> list[Standing]:
    """How its deliveries stand, those that would be resumed alike together."""
    gone = and_(_d.purpose != Purpose.RECALL, _d.edition_id.in_(recalled))
    late = case((_d.not_after <= now, 1), else_=0).label("late")
    withdrawn = case((gone, 1), else_=0).label("withdrawn")
    each = select(_d.state, _d.reason, late, withdrawn).where(_d.id.in_(_of(incident))).subquery()
    alike = [each.c.state, each.c.reason, each.c.late, each.c.withdrawn]
    query = select(*alike, func.count().label("many")).group_by(*alike)
    return [
        Standing(
            state=_S(row.state),
            reason=row.reason,
            late=bool(row.late),
            recalled=bool(row.withdrawn),
            count=row.many,
        )
        for row in connection.execute(query)
    ]


def late_members(connection: Connection, incident: Incident, now: datetime) -> int:
    """How many could only be resumed too late."""
    query = select(func.count()).where(
        _d.id.in_(_of(incident)), _resumable(late=True), _d.not_after <= now
    )
    return connection.execute(query).scalar_one()


def unknown_members(connection: Connection, incident: Incident) -> int:
    query = select(func.count()).where(_d.id.in_(_of(incident)), _d.state == _S.UNKNOWN)
    return connection.execute(query).scalar_one()


def accounts_of(connection: Connection, incident: Incident) -> frozenset[str]:
    """The accounts of its deliveries; of a stopped plan, those of the plan."""
    own = _d.plan_id == incident.plan_id if incident.plan_id else _d.id.in_(_of(incident))
    return frozenset(connection.execute(select(_d.account_id).where(own).distinct()).scalars())
