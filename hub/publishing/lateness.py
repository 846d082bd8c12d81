"""Release after the statutory limit: only with a reason that the leader in charge wrote.

A limit (Regulation art. 26 and the shorter ones, see hub.review.clocks) is kept when the public has
the item, not when it was signed. So the moment of release is held against it, wherever a time is
chosen: a plan made late, and a plan for a day that is too late.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from hub.catalogue.models import Item
from hub.kernel.database import Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.organisations import store as organisations
from hub.organisations.errors import UnknownPerson
from hub.organisations.models import Role
from hub.organisations.rules import unwelcome
from hub.publishing.reminders.store import first_published
from hub.review import store as review
from hub.review.clocks.explaining import local
from hub.review.clocks.rules import clock_of
from hub.review.delegation.store import delegations_of
from hub.review.determination.store import determination_of
from hub.review.errors import ClockExpired, WrongRole
from hub.review.models import ReviewStep

__all__ = ["explained"]

_LONGEST = 500


def explained(
    tx: Transaction, item: Item, release: datetime, reason: str, login: str, now: datetime
) -> str:
    """Why the item is first released after its limit; empty where it is not late.

    What the leader wrote when signing off after the limit counts; else `reason` does, given by a
    leader of the body or who acts for one. Raises ClockExpired where nothing says why, WrongRole
    where somebody else says it, InvalidInput.
    """
    due_at = _limit(tx.connection, item)
    if due_at is None or release < due_at:
        return ""
    reason = reason.strip() or _signed_off_late(tx.connection, item, due_at)
    if not reason:
        raise _expired(due_at)
    if len(reason) > _LONGEST or unwelcome(reason, "\n\t"):
        raise InvalidInput(
            Words(f"原因须为 1 至 {_LONGEST} 字", f"a reason has 1 to {_LONGEST} characters"),
            field="reason",
            remedy=Words("写明逾期原因", "say why it is late"),
        )
    if reason != _signed_off_late(tx.connection, item, due_at):
        _check_leader(tx.connection, item, login, now)
    return reason


def _limit(connection: Connection, item: Item) -> datetime | None:
    """The first moment that is late; None where no limit runs or somebody has the item already."""
    held = determination_of(connection, item.id)
    clock = clock_of(held, item.formed_on) if held else None
    if held is None or clock is None or clock.due_at is None:
        return None
    had = held.published_at or item.published_at or first_published(connection, [item.id])
    return None if had else clock.due_at


def _signed_off_late(connection: Connection, item: Item, due_at: datetime) -> str:
    approval = review.approval_for(connection, item.id, item.version)
    remarks = (
        signature.remark.strip()
        for signature in (approval.signatures if approval else ())
        if signature.step is ReviewStep.SIGN_OFF and signature.at >= due_at
    )
    return next(remarks, "")


def _check_leader(connection: Connection, item: Item, login: str, now: datetime) -> None:
    remedy = Words("由本单位审发人说明原因", "a leader of the body gives the reason")
    try:
        person = organisations.person_by_login(connection, login)
    except UnknownPerson as error:
        raise WrongRole(error.words, field="reason", remedy=remedy) from error
    own = Role.LEADER in organisations.roles_of(connection, person.id, item.body_id)
    if person.active and (
        own or delegations_of(connection, person.id, item.body_id, Role.LEADER, now)
    ):
        return
    raise WrongRole(
        Words(
            f"{person.name} 不是本单位审发人，不能说明逾期原因",
            f"{person.name} is no leader of the body: the reason for being late is a leader's",
        ),
        field="reason",
        remedy=remedy,
    )


def _expired(due_at: datetime) -> ClockExpired:
    at = local(due_at)
    return ClockExpired(
        Words(
            f"公开时限于 {at} 届满，逾期发布须由审发人书面说明原因",
            f"its time limit ends at {at}: to release it later needs a leader's reason in writing",
        ),
        field="reason",
        remedy=Words(
            "改在时限之内，或由审发人加 --reason 说明",
            "choose a time within the limit, or a leader gives the reason with --reason",
        ),
    )
