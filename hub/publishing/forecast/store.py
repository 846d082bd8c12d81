"""What a simulation reads: one function per question, and nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Connection, select

from hub.catalogue.tables import items
from hub.publishing.models import DeliveryState, Outcome, Purpose
from hub.publishing.quota import store as quotas
from hub.publishing.quota.tables import quota_slots
from hub.publishing.rings.tables import ring_deliveries
from hub.publishing.tables import attempts, deliveries, in_states, plans

__all__ = ["Row", "begun_since", "call_seconds", "others_slots", "rings_of", "titles", "waiting"]

_d, _a, _q = deliveries.c, attempts.c, quota_slots.c
_S = DeliveryState
_SAMPLE = 500  # the newest posts of a channel: of their calls the median is taken
_TAKEN = (Outcome.ACCEPTED, Outcome.ADOPTED)
_CHUNK = 10_000
# Attempts are found by their delivery, and deliveries by their plan: what a plan older than this
# still sends is left out. A platform that then counts more than we do says so, and is obeyed.
_PLANS_OF = timedelta(days=2)
_WAITING = (_S.PLANNED, _S.READY, _S.BLOCKED, _S.CLAIMED)


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery that has not left yet."""

    id: str
    plan_id: str
    edition_id: str
    account_id: str
    channel: str
    part: int
    purpose: str
    state: str
    reason: str
    priority: int
    due_at: datetime
    next_at: datetime | None
    not_after: datetime


_ROW = [_d[name] for name in Row.__dataclass_fields__]


def waiting(connection: Connection, until: datetime) -> list[Row]:
    """Everything that has not left and is due before `until`."""
    query = select(*_ROW).where(in_states(*_WAITING), _d.due_at < until).order_by(_d.id)
    return [Row(*row) for row in connection.execute(query)]


def begun_since(
    connection: Connection, channels: Collection[str], since: datetime
) -> list[tuple[str, str, datetime]]:
    """(channel, account, when) of every attempt begun after `since`, oldest first.

    What was found after a crash is left out: most of it had only waited for its call. The tenth
    that is kept, and the platform's own word, cover those that had left.
    """
    query = (
        select(_d.channel, _d.account_id, _a.started_at)
        .select_from(plans)
        .join(deliveries, _d.plan_id == plans.c.id)
        .join(attempts, _a.delivery_id == _d.id)
        .where(plans.c.due_at > since - _PLANS_OF, _d.channel.in_(channels), _a.started_at > since)
        .where(_a.outcome != Outcome.ABANDONED)
        .order_by(_a.started_at)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def titles(connection: Connection, plan_ids: Collection[str]) -> dict[str, str]:
    """The titles of the plans' items."""
    query = select(plans.c.id, items.c.title).join(items, items.c.id == plans.c.item_id)
    return {
        row[0]: row[1]
        for chunk in _chunks(plan_ids)
        for row in connection.execute(query.where(plans.c.id.in_(chunk)))
    }


def rings_of(connection: Connection, plan_ids: Collection[str]) -> dict[str, int]:
    """The ring of every delivery that is in one."""
    query = select(ring_deliveries.c.delivery_id, ring_deliveries.c.number)
    return {
        row[0]: row[1]
        for chunk in _chunks(plan_ids)
        for row in connection.execute(query.where(ring_deliveries.c.plan_id.in_(chunk)))
    }


def call_seconds(connection: Connection, channels: Iterable[str]) -> dict[str, float]:
    """How long a post of each channel took, from its attempt to its end: the median of the newest
    that were taken. A channel that never posted is left out."""
    found = {}
    for channel in channels:
        newest = (
            select(_d.id)
            .where(_d.channel == channel, in_states(_S.ACCEPTED, _S.VERIFIED))
            .where(_d.purpose == Purpose.PUBLISH)
            .order_by(_d.id.desc())
            .limit(_SAMPLE)
        )
        query = select(_a.started_at, _a.finished_at).where(
            _a.delivery_id.in_(newest), _a.outcome.in_(_TAKEN), _a.finished_at.is_not(None)
        )
        taken = [(end - start).total_seconds() for start, end in connection.execute(query)]
        if taken:
            found[channel] = median(taken)
    return found


def others_slots(
    connection: Connection,
    account_ids: Collection[str],
    since: datetime,
    ours: Collection[str],
) -> Counter[tuple[str, str, float]]:
    """Slots of periods that begin from `since` on and are not held by the deliveries `ours`: how
    many by (account, kind, begin of the period)."""
    counts: Counter[tuple[str, str, float]] = Counter()
    for chunk in _chunks(account_ids):
        for holder in quotas.slots_held(connection, chunk, since):
            if holder.delivery_id not in ours:
                counts[holder.account_id, holder.kind, holder.starts_at.timestamp()] += 1
    return counts


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(set(values))
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
