"""Who is told of a deadline, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.kernel.clock import CHINA
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.opinion.cases import store
from hub.opinion.cases.models import Case, CaseLevel, Deadline, Notice
from hub.opinion.telling.teller import Teller, people_for
from hub.organisations.models import Role
from hub.organisations.store import get_body

__all__ = ["tell_of"]

# who is named at each level; a body without one is spoken for by the body above it
_ROLES: Mapping[Notice, tuple[Role, ...]] = {
    Notice.WARNING: (Role.EDITOR, Role.CLERK, Role.SECTION_HEAD),
    Notice.PASSED: (Role.SECTION_HEAD,),
    Notice.LEADER: (Role.LEADER,),
    Notice.OFFICE: (Role.DISCLOSURE_OFFICE,),
}
_WORDS: Mapping[Notice, Words] = {
    Notice.WARNING: Words("舆情件时限将届", "a deadline of a case is near"),
    Notice.PASSED: Words("舆情件已逾期", "a deadline of a case has passed"),
    Notice.LEADER: Words("舆情件逾期，报分管领导", "overdue case, for the leader"),
    Notice.OFFICE: Words("舆情件逾期一日，报公开办", "a day overdue, for the disclosure office"),
}


def tell_of(
    tx: Transaction, teller: Teller, deadline: Deadline, notice: Notice, zone: ZoneInfo = CHINA
) -> tuple[str, ...]:
    """Put the alert about a deadline into the outbox; the names of those it is for."""
    case = store.get_case(tx.connection, deadline.case_id)
    if case is None or notice is Notice.NONE:
        return ()
    names = people_for(tx.connection, case.body_id, _ROLES[notice])
    said = _WORDS[notice]
    title = Words(f"{said.zh}：{case.title}", f"{said.en}: {case.title}")
    due = deadline.due_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if deadline.due_at else "?"
    owner = _owner(tx.connection, case)
    whom = "、".join(names) or "—"
    clock, where = deadline.explained, f"gongkai case show {case.id}"
    text = Words(
        f"{owner.zh}，{clock.zh}，届满 {due}。请 {whom} 处理（{where}）。",
        f"{owner.en}, {clock.en}, ends {due}. For {whom} ({where}).",
    )
    teller.tell(tx, title, text, grave=case.level is CaseLevel.GRAVE)
    return names


def _owner(connection: Connection, case: Case) -> Words:
    if not case.body_id:
        return Words("尚未转办", "handed to nobody yet")
    name = get_body(connection, case.body_id).name
    return Words(name, name)
