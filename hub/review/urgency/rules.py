"""Who may look afterwards, and until when. Pure."""

from __future__ import annotations

from datetime import date, datetime

from hub.kernel.clock import CHINA
from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.organisations.models import Role
from hub.organisations.rules import unwelcome
from hub.review.clocks.counting import count_workdays
from hub.review.errors import SamePerson, WrongRole
from hub.review.models import Approval
from hub.review.rules import Signer
from hub.review.urgency.models import AfterLook

__all__ = ["AFTER_ROLES", "after_look_due", "check_after_look"]

AFTER_ROLES = frozenset({Role.SECTION_HEAD, Role.LEADER, Role.DISCLOSURE_OFFICE})
_WITHIN = 1  # working day
_LONGEST = 500


def after_look_due(completed_at: datetime) -> date | None:
    """The working day after; None where its year's holidays are not announced."""
    return count_workdays(completed_at.astimezone(CHINA).date(), _WITHIN).due


def check_after_look(
    look: AfterLook, approval: Approval, signer: Signer, *, confirmed: bool, remark: str
) -> None:
    """Whether `signer` may be the fourth; raises SamePerson, WrongRole, InvalidInput, Conflict."""
    if look.confirmed is not None:
        raise Conflict(Words("已事后复核", "somebody has looked at it already"), field="approval")
    used = {person_id for s in approval.signatures for person_id in s.people}
    if signer.person.id in used:
        raise SamePerson(
            Words(f"{signer.person.name} 已参与三审", f"{signer.person.name} took part in it"),
            field="login",
            remedy=Words("须由第四人复核", "a fourth person has to look"),
        )
    if signer.roles.isdisjoint(AFTER_ROLES):
        raise WrongRole(
            Words(
                f"{signer.person.name} 无复核权限", f"{signer.person.name} may not look afterwards"
            ),
            field="login",
            remedy=Words(
                f"需要角色 {'、'.join(sorted(AFTER_ROLES))} 之一",
                f"one of the roles {', '.join(sorted(AFTER_ROLES))} is needed",
            ),
        )
    if len(remark) > _LONGEST or unwelcome(remark, "\n\t") or (not confirmed and not remark):
        raise InvalidInput(
            Words(f"须写明异议，{_LONGEST} 字以内", "an objection says why"),
            field="remark",
            remedy=Words("用 --remark 写明", "give it with --remark"),
        )
