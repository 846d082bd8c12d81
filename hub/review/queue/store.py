"""SQL over what is open: it begins at the items in review, of which there are few, and never at
the approvals, of which every item ever published left one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from hub.catalogue.models import ItemState
from hub.catalogue.tables import items
from hub.review.models import StepAction
from hub.review.tables import approvals, review_steps

__all__ = ["open_approvals", "returned_items"]

_a = approvals.c


def open_approvals(connection: Connection, bodies: Collection[str], limit: int) -> list[Row[Any]]:
    """(id, title, body_id) of approvals that may still be signed, emergencies first, then the
    oldest."""
    open_now = and_(
        approvals.c.item_id == items.c.id,
        _a.item_version == items.c.version,
        _a.void.is_(False),
        _a.returned_reason == "",
    )
    query = (
        select(_a.id, items.c.title, items.c.body_id)
        .select_from(items.join(approvals, open_now))
        .where(items.c.state == ItemState.IN_REVIEW.value, items.c.body_id.in_(bodies))
        .order_by(_a.emergency_at.is_(None), _a.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def returned_items(connection: Connection, bodies: Collection[str], limit: int) -> list[Row[Any]]:
    """(item, title, body, author, reason, when) of what was returned, newest first."""
    newest = (
        select(
            approvals.c.item_id,
            func.max(review_steps.c.at).label("at"),
            func.max(approvals.c.id).label("approval_id"),
        )
        .join(review_steps, review_steps.c.approval_id == approvals.c.id)
        .join(items, items.c.id == approvals.c.item_id)
        .where(
            items.c.state == ItemState.RETURNED.value,
            items.c.body_id.in_(bodies),
            review_steps.c.action == StepAction.RETURNED.value,
        )
        .group_by(approvals.c.item_id)
        .subquery()
    )
    query = (
        select(
            items.c.id,
            items.c.title,
            items.c.body_id,
            items.c.entered_by,
            approvals.c.returned_reason,
            newest.c.at,
        )
        .join(newest, newest.c.item_id == items.c.id)
        .join(approvals, approvals.c.id == newest.c.approval_id)
        .order_by(newest.c.at.desc())
        .limit(limit)
    )
    return list(connection.execute(query))
