"""SQL of the pre-flight board: plans whose check point has come, their targets, what was found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Text,
    delete,
    func,
    insert,
    select,
    text,
    type_coerce,
    update,
)

from hub.catalogue.tables import blobs, items
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.organisations.authority.sight import Sight
from hub.publishing.ledger import row_to_delivery
from hub.publishing.models import Delivery, DeliveryState, Plan, Purpose
from hub.publishing.ports import PREPARED
from hub.publishing.preflight.models import (
    CheckPoint,
    Done,
    Listed,
    Problem,
    Report,
    Severity,
    Target,
    Watched,
)
from hub.publishing.preflight.tables import preflight_problems, preflights
from hub.publishing.store import row_to_plan
from hub.publishing.tables import deliveries, in_states, plans

__all__ = [
    "count_problems",
    "done_points",
    "earliest_by_channel",
    "get_watched",
    "list_problems",
    "problems_of",
    "record",
    "save_ahead",
    "set_next_check",
    "stored",
    "take_due",
    "targets",
    "to_prepare",
]

_S = DeliveryState
_d = deliveries.c
_p = preflight_problems.c
_WAITING = (_S.PLANNED, _S.READY, _S.BLOCKED)
_GIVEN_UP = (_S.FAILED, _S.EXPIRED, _S.CANCELLED, _S.RECALLED)
_LATEST = text("preflight_problems.latest")  # written out, as the index has it
_PROGRESS = type_coerce(_d.progress, Text)  # as it is stored, not as JSON
_PREPARED_MARK = f'%"{PREPARED}"%'


def take_due(tx: Transaction, now: datetime, until: datetime, limit: int) -> list[Watched]:
    """Plans whose next check point has come, for one asker: nobody else sees them before
    `until`. One that is never recorded comes again then."""
    query = select(plans.c.id).where(plans.c.next_check_at <= now)
    query = query.order_by(plans.c.next_check_at).limit(limit)
    if tx.connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    ids = list(tx.connection.execute(query).scalars())
    if not ids:
        return []
    tx.execute(update(plans).where(plans.c.id.in_(ids)).values(next_check_at=until))
    rows = tx.connection.execute(select(plans).where(plans.c.id.in_(ids)))
    return [_watched(tx.connection, row) for row in rows]


def get_watched(connection: Connection, plan_id: str) -> Watched | None:
    row = connection.execute(select(plans).where(plans.c.id == plan_id)).first()
    return None if row is None else _watched(connection, row)


def _watched(connection: Connection, row: Row[Any]) -> Watched:
    """What was done for another due time does not count: the plan was moved since."""
    plan = row_to_plan(row)
    done = (d.point for d in done_points(connection, plan.id) if d.due_at == plan.due_at)
    return Watched(plan, row.created_at, frozenset(done))


def done_points(connection: Connection, plan_id: str) -> list[Done]:
    """The check points that were passed, in the order of their leads."""
    rows = connection.execute(select(preflights).where(preflights.c.plan_id == plan_id))
    found = [
        Done(
            point=CheckPoint(row.point),
            due_at=row.due_at,
            checked_at=row.checked_at,
            covered_by=row.covered_by,
            tally={name: tuple(counts) for name, counts in row.tally.items()},
        )
        for row in rows
    ]
    order = list(CheckPoint)
    return sorted(found, key=lambda done: order.index(done.point))


def set_next_check(tx: Transaction, plan: Plan, at: datetime | None) -> bool:
    """Whether the plan is still due when it was; one that was moved meanwhile is left alone."""
    change = update(plans).where(plans.c.id == plan.id, plans.c.due_at == plan.due_at)
    return tx.execute(change.values(next_check_at=at)).rowcount == 1


def targets(connection: Connection, plan_id: str) -> list[Target]:
    """The waiting deliveries of a plan by their first parts, in one query for any number."""
    prepared = _PROGRESS.like(_PREPARED_MARK)
    query = select(_d.id, _d.edition_id, _d.account_id, prepared).where(
        _d.plan_id == plan_id,
        _d.part == 0,
        _d.purpose == Purpose.PUBLISH,
        _d.state.in_(_WAITING),
    )
    return [Target(row[0], row[1], row[2], bool(row[3])) for row in connection.execute(query)]


def stored(connection: Connection, hashes: Collection[str]) -> frozenset[str]:
    """Those of `hashes` whose bytes are kept; the bytes themselves are not read."""
    if not hashes:
        return frozenset()
    query = select(blobs.c.sha256).where(blobs.c.sha256.in_(list(hashes)))
    return frozenset(connection.execute(query).scalars())


def earliest_by_channel(connection: Connection, item_id: str) -> dict[str, datetime]:
    """By channel, when the first post of an item that was not given up is or was due."""
    query = (
        select(_d.channel, func.min(_d.due_at))
        .join(plans, plans.c.id == _d.plan_id)
        .where(
            plans.c.item_id == item_id,
            _d.purpose == Purpose.PUBLISH,
            _d.state.not_in(_GIVEN_UP),
        )
        .group_by(_d.channel)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def record(
    tx: Transaction, report: Report, point: CheckPoint, covered: Iterable[CheckPoint]
) -> None:
    """Keep what a look found as the plan's latest; the same point recorded again replaces it."""
    plan = report.plan
    rows: list[dict[str, Any]] = [
        _point_row(report, point, "", {name: list(counts) for name, counts in report.tally.items()})
    ]
    rows += [_point_row(report, one, point.value, {}) for one in covered]
    named = [row["point"] for row in rows]
    mine = preflights.c.plan_id == plan.id
    tx.execute(delete(preflights).where(mine, preflights.c.point.in_(named)))
    tx.execute(insert(preflights), rows)
    tx.execute(delete(preflight_problems).where(_p.plan_id == plan.id, _p.point.in_(named)))
    old = update(preflight_problems).where(_p.plan_id == plan.id, _LATEST)
    tx.execute(old.values(latest=False))
    if report.problems:
        tx.execute(
            insert(preflight_problems),
            [_problem_row(plan.id, point, problem) for problem in report.problems],
        )


def _point_row(
    report: Report, point: CheckPoint, covered_by: str, tally: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "plan_id": report.plan.id,
        "point": point.value,
        "due_at": report.plan.due_at,
        "checked_at": report.at,
        "covered_by": covered_by,
        "tally": tally,
    }


def _problem_row(plan_id: str, point: CheckPoint, problem: Problem) -> dict[str, Any]:
    return {
        "plan_id": plan_id,
        "point": point.value,
        "name": problem.name,
        "subject": problem.subject,
        "severity": problem.severity.value,
        "channel": problem.channel,
        "label": problem.label[:200],
        "zh": problem.words.zh,
        "en": problem.words.en,
        "remedy_zh": problem.remedy.zh,
        "remedy_en": problem.remedy.en,
        "latest": True,
    }


def problems_of(connection: Connection, plan_id: str, point: CheckPoint) -> list[Problem]:
    query = select(preflight_problems).where(_p.plan_id == plan_id, _p.point == point.value)
    return [_problem(row) for row in connection.execute(query.order_by(_p.name, _p.subject))]


def list_problems(
    connection: Connection, now: datetime, limit: int, sight: Sight | None
) -> list[Listed]:
    """What the latest looks found at plans that still wait, the next due and worst first; None
    sees those of every body."""
    # a term of the problems' that no index has: they are few, and who begins at the plans walks
    # all that are to come
    own = plans.c.id == func.coalesce(_p.plan_id, "")
    query = (
        select(preflight_problems, plans.c.due_at, items.c.title)
        .join(plans, own)
        .join(items, items.c.id == plans.c.item_id)
        .where(_LATEST, plans.c.due_at > now, _still_waits())
        .order_by(plans.c.due_at, plans.c.id, _p.severity, _p.name, _p.subject)
        .limit(limit)
    )
    if sight is not None and not sight.whole:
        query = query.where(items.c.body_id.in_(sight.bodies))
    return [
        Listed(
            plan_id=row.plan_id,
            title=row.title,
            due_at=row.due_at,
            point=CheckPoint(row.point),
            problem=_problem(row),
        )
        for row in connection.execute(query)
    ]


def count_problems(connection: Connection, now: datetime) -> dict[tuple[str, str], int]:
    """How many problems of plans that still wait there are, by (check, severity)."""
    query = (
        select(_p.name, _p.severity, func.count())
        .join(plans, plans.c.id == _p.plan_id)
        .where(_LATEST, plans.c.due_at > now, _still_waits())
        .group_by(_p.name, _p.severity)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def _still_waits() -> Any:
    """A plan that was cancelled, or recalled before it was due, has no problems."""
    waits = select(_d.id).where(_d.plan_id == plans.c.id, _d.state.in_(_WAITING))
    return waits.exists()


def _problem(row: Row[Any]) -> Problem:
    return Problem(
        name=row.name,
        subject=row.subject,
        severity=Severity(row.severity),
        channel=row.channel,
        label=row.label,
        words=Words(row.zh, row.en),
        remedy=Words(row.remedy_zh, row.remedy_en),
    )


def to_prepare(
    connection: Connection, channels: Collection[str], since: datetime, until: datetime, limit: int
) -> list[Delivery]:
    """Planned deliveries of `channels` due in [since, until) with nothing uploaded ahead, the
    next due first."""
    query = (
        select(deliveries)
        .where(
            in_states(_S.PLANNED),
            _d.due_at >= since,
            _d.due_at < until,
            _d.channel.in_(list(channels)),
            _d.purpose == Purpose.PUBLISH,
            _PROGRESS.not_like(_PREPARED_MARK),
        )
        .order_by(_d.due_at)
        .limit(limit)
    )
    return [row_to_delivery(row) for row in connection.execute(query)]


def save_ahead(tx: Transaction, delivery: Delivery, progress: Mapping[str, Any]) -> bool:
    """Keep what was uploaded ahead; False when the delivery waits for its time no longer."""
    change = update(deliveries).where(
        _d.id == delivery.id, _d.fence == delivery.fence, in_states(_S.PLANNED)
    )
    return tx.execute(change.values(progress=progress)).rowcount == 1
