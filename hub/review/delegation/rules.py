"""Who may let whom sign in their place."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.kernel.errors import Conflict, Forbidden, InvalidInput, Words
from hub.organisations.models import Person, Role
from hub.organisations.rules import unwelcome
from hub.review.delegation.models import Delegation
from hub.review.models import STEP_ROLES

__all__ = ["LONGEST", "NoStanding", "check_delegation"]

LONGEST = timedelta(days=366)
_MAX_REASON = 500


class NoStanding(Forbidden):
    """The delegate belongs to no body above, at or below the one they would sign for."""

    code = "no-standing"


def check_delegation(
    wanted: Delegation,
    delegator: Person,
    delegate: Person,
    *,
    held: frozenset[Role],
    standing: bool,
    other: Delegation | None,
    now: datetime,
) -> None:
    """Whether `wanted` may be made; `held` are the delegator's own roles in the body, `other` is a
    delegation of the same role that overlaps. Raises InvalidInput, Forbidden, Conflict.

    A role that was itself delegated is not held: nobody passes it on.
    """
    if wanted.role not in STEP_ROLES.values():
        raise _wrong("role", "只有三审角色可以授权", "only the three review roles are delegated")
    if wanted.role not in held or not delegator.active:
        raise Forbidden(
            Words(
                f"{delegator.name} 在该单位没有角色 {wanted.role}",
                f"{delegator.name} does not hold {wanted.role} in that body",
            ),
            field="login",
            remedy=Words("只能授出本人的角色", "only one's own role can be delegated"),
        )
    if wanted.to_id == wanted.from_id or not delegate.active:
        raise _wrong("to", "须授权给另一名在职人员", "delegate it to somebody else who works here")
    if not standing:
        raise NoStanding(
            Words(
                f"{delegate.name} 不在该单位或其上下级任职",
                f"{delegate.name} has no role in that body or those above and below it",
            ),
            field="to",
            remedy=Words("选同一单位或上下级的人员", "choose somebody of the same line of bodies"),
        )
    if not wanted.valid_from < wanted.valid_until or wanted.valid_until <= now:
        raise _wrong("until", "授权期须在将来结束", "the period must end in the future")
    if wanted.valid_until - wanted.valid_from > LONGEST:
        raise _wrong("until", f"最长 {LONGEST.days} 天", f"at most {LONGEST.days} days")
    if not wanted.reason or len(wanted.reason) > _MAX_REASON or unwelcome(wanted.reason, "\n\t"):
        raise _wrong("reason", f"须写明理由，{_MAX_REASON} 字以内", "a reason of some words")
    if other is not None:
        raise Conflict(
            Words("这一角色在该期间已授权他人", "the role is delegated already in that period"),
            field="from",
            remedy=Words(
                f"先撤销授权 {other.id}，或改期",
                f"revoke {other.id} first, or choose another period",
            ),
        )


def _wrong(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(Words(zh, en), field=field, remedy=Words("改正后重试", "correct it"))
