"""SQL over the history of approvals: one function per question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from hub.kernel.database import Transaction
from hub.review.models import Approval, ReviewStep, Signature, StepAction, StepRecord
from hub.review.tables import approvals, review_steps, signatures

__all__ = ["add_step", "last_step_at", "remove_signatures", "steps_of_item"]

_s = review_steps.c


def add_step(
    tx: Transaction,
    approval: Approval,
    action: StepAction,
    step: ReviewStep,
    *,
    person_id: str,
    at: datetime,
    remark: str,
    on_behalf_of: str | None = None,
    to_step: ReviewStep | None = None,
) -> None:
    """Write one line; the item is locked, so the numbers have no gap."""
    held = select(func.count()).select_from(review_steps).where(_s.approval_id == approval.id)
    values = {
        "approval_id": approval.id,
        "number": tx.connection.execute(held).scalar_one() + 1,
        "action": action.value,
        "step": step.value,
        "to_step": to_step.value if to_step else None,
        "person_id": person_id,
        "on_behalf_of": on_behalf_of,
        "at": at,
        "remark": remark,
        "content_hash": approval.content_hash,
        "signed_hash": approval.hash,
    }
    tx.execute(insert(review_steps).values(**values))


def remove_signatures(tx: Transaction, approval_id: str, doomed: Sequence[Signature]) -> None:
    """Take back signatures, the last step first: each holds on to the one before it."""
    for signature in reversed(doomed):
        this = signatures.c.approval_id == approval_id
        tx.execute(delete(signatures).where(this, signatures.c.step == signature.step.value))


def steps_of_item(connection: Connection, item_id: str) -> list[StepRecord]:
    """Everything done to every approval of the item, in order."""
    query = (
        select(review_steps)
        .join(approvals, approvals.c.id == _s.approval_id)
        .where(approvals.c.item_id == item_id)
        .order_by(_s.approval_id, _s.number)
    )
    return [_read(row) for row in connection.execute(query)]


def last_step_at(connection: Connection, approval_id: str) -> datetime | None:
    """When something was last done to the approval."""
    query = select(func.max(_s.at)).where(_s.approval_id == approval_id)
    found: datetime | None = connection.execute(query).scalar_one()
    return found


def _read(row: Row[Any]) -> StepRecord:
    values = {f.name: getattr(row, f.name) for f in fields(StepRecord)}
    return StepRecord(
        **values
        | {
            "action": StepAction(row.action),
            "step": ReviewStep(row.step),
            "to_step": ReviewStep(row.to_step) if row.to_step else None,
        }
    )
