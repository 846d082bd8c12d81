"""SQL of the indicators: each one statement over all bodies, by an index over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Connection, and_, case, func, literal, select, type_coerce

from hub.catalogue.tables import items
from hub.kernel.ids import first_at
from hub.opinion.cases.tables import case_deadlines, cases
from hub.opinion.signals.models import SignalKind
from hub.opinion.signals.tables import signals
from hub.organisations.models import FilingState
from hub.organisations.tables import accounts
from hub.publishing.liveness.tables import account_liveness
from hub.publishing.models import DeliveryState, Purpose
from hub.publishing.tables import deliveries
from hub.review.models import ReviewStep, StepAction
from hub.review.tables import approvals, review_steps, signatures
from hub.supervision.models import Period, Tally
from hub.supervision.rules import LIMIT_DAYS, workdays_between

__all__ = ["accounts_of", "tallies"]

_EPOCH = date(1970, 1, 1)
_CHINA_US, _DAY_US, _MINUTE_US = 8 * 3_600_000_000, 86_400_000_000, 60_000_000
_PAIRS = 50_000  # of days, remembered: a year's in a body of many
_SENT = (DeliveryState.ACCEPTED.value, DeliveryState.VERIFIED.value)
_UNSENT = (DeliveryState.FAILED.value, DeliveryState.EXPIRED.value)
_BACK = (StepAction.SENT_BACK.value, StepAction.RETURNED.value)
Counts = Iterator[tuple[str, dict[str, float]]]


def tallies(connection: Connection, period: Period, now: datetime) -> dict[str, Tally]:
    """By body, what the period has; without accounts that are dormant, which have no period."""
    sums: dict[str, Tally] = defaultdict(Tally)
    for source in (_items, _reviews, _deliveries, _signals, _deadlines):
        for body_id, counts in source(connection, period, now):
            sums[body_id] = sums[body_id] + Tally(**counts)  # type: ignore[arg-type]
    return dict(sums)


def accounts_of(connection: Connection) -> Sequence[tuple[str, dict[str, Any], int | None]]:
    """Of accounts that are in use and on file: the body, own settings, and when something was last
    published, in microseconds."""
    query = (
        select(
            accounts.c.body_id,
            accounts.c.settings,
            type_coerce(account_liveness.c.published_at, BigInteger),
        )
        .outerjoin(account_liveness, account_liveness.c.account_id == accounts.c.id)
        .where(accounts.c.active, accounts.c.filing == FilingState.FILED.value)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def _items(connection: Connection, period: Period, _now: datetime) -> Counts:
    """Items by the day on which they were formed and the one on which they became public: there
    are few such pairs, whose working days are then counted."""
    c = items.c
    published = type_coerce(c.published_at, BigInteger)
    day = (published + literal(_CHINA_US)) // literal(_DAY_US)
    query = (
        select(c.body_id, c.formed_on, day.label("day"), func.count().label("items"))
        .where(
            c.public_version.is_not(None),
            c.published_at >= period.since,
            c.published_at < period.until,
        )
        .group_by(c.body_id, c.formed_on, day)
    )
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for body_id, formed_on, published_on, count in connection.execute(query):
        own, passed = sums[body_id], _passed(formed_on, published_on)
        own[0] += count
        if passed is not None:
            own[1] += count
            own[2] += count if passed <= LIMIT_DAYS else 0
            own[3] += count * passed
    names = ("published", "dated", "punctual", "workdays")
    for body_id, own in sums.items():
        yield body_id, dict(zip(names, own, strict=True))


@lru_cache(_PAIRS)
def _passed(formed_on: date | None, day: int) -> int | None:
    if formed_on is None:
        return None
    return workdays_between(formed_on, _EPOCH + timedelta(days=int(day)))


def _reviews(connection: Connection, period: Period, _now: datetime) -> Counts:
    """Approvals by their ids, which are in the order of time."""
    c = approvals.c
    back = (
        select(review_steps.c.approval_id)
        .where(
            review_steps.c.approval_id >= first_at(period.since),
            review_steps.c.action.in_(_BACK),
        )
        .distinct()
        .subquery()
    )
    last = signatures.alias()
    took = type_coerce(last.c.at, BigInteger) - type_coerce(c.submitted_at, BigInteger)
    query = (
        select(
            items.c.body_id,
            func.count().label("submitted"),
            func.count(back.c.approval_id).label("returned"),
            func.count(last.c.at).label("signed"),
            func.sum(took).label("took"),
        )
        .join(items, items.c.id == c.item_id)
        .outerjoin(back, back.c.approval_id == c.id)
        .outerjoin(last, and_(last.c.approval_id == c.id, last.c.step == ReviewStep.SIGN_OFF.value))
        .where(c.id >= first_at(period.since), c.id < first_at(period.until))
        .group_by(items.c.body_id)
    )
    for row in connection.execute(query):
        yield (
            row.body_id,
            {
                "submitted": row.submitted,
                "returned": row.returned,
                "signed": row.signed,
                "review_seconds": float(row.took or 0) / 1e6,
            },
        )


def _deliveries(connection: Connection, period: Period, _now: datetime) -> Counts:
    """Account by account, by the index over account and time."""
    d = deliveries.c
    due, handed = type_coerce(d.due_at, BigInteger), type_coerce(d.handed_over_at, BigInteger)
    sent = d.state.in_(_SENT)
    query = (
        select(
            accounts.c.body_id,
            func.sum(case((d.state.in_((*_SENT, *_UNSENT)), 1), else_=0)).label("ended"),
            func.sum(case((sent, 1), else_=0)).label("sent"),
            func.sum(case((and_(sent, handed - due <= _MINUTE_US), 1), else_=0)).label("timely"),
        )
        .join(deliveries, d.account_id == accounts.c.id)
        .where(
            d.due_at >= period.since,
            d.due_at < period.until,
            d.purpose == Purpose.PUBLISH.value,
        )
        .group_by(accounts.c.body_id)
    )
    for row in connection.execute(query):
        yield row.body_id, {"ended": row.ended, "sent": row.sent, "timely": row.timely}


def _signals(connection: Connection, period: Period, _now: datetime) -> Counts:
    c = signals.c
    query = (
        select(c.body_id, func.count().label("gaps"))
        .where(
            c.event_at >= period.since,
            c.event_at < period.until,
            c.kind == SignalKind.UNANSWERED.value,
        )
        .group_by(c.body_id)
    )
    for row in connection.execute(query):
        yield row.body_id, {"gaps": row.gaps}


def _deadlines(connection: Connection, period: Period, now: datetime) -> Counts:
    """Clocks whose end fell into the period and is over, or which were met before it."""
    c = case_deadlines.c
    met = and_(c.met_at.is_not(None), c.met_at <= c.due_at)
    over = and_(c.met_at.is_(None), c.due_at < now)
    query = (
        select(
            cases.c.body_id,
            func.count().label("deadlines"),
            func.sum(case((met, 1), else_=0)).label("met"),
            func.sum(case((over, 1), else_=0)).label("overdue"),
        )
        .join(cases, cases.c.id == c.case_id)
        .where(
            c.due_at >= period.since,
            c.due_at < period.until,
            (c.met_at.is_not(None)) | (c.due_at < now),
        )
        .group_by(cases.c.body_id)
    )
    for row in connection.execute(query):
        yield row.body_id, {"deadlines": row.deadlines, "met": row.met, "overdue": row.overdue}
