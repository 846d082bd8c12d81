"""What happens to cases, with the sentence people read."""

from __future__ import annotations

from collections.abc import Mapping

from hub.kernel.errors import Words
from hub.kernel.events import Kind
from hub.opinion.cases.models import CaseEvent

__all__ = [
    "CASE_ANNOUNCED",
    "CASE_ASSIGNED",
    "CASE_DISSATISFIED",
    "CASE_ESCALATED",
    "CASE_LEVEL_SET",
    "CASE_NEAR",
    "CASE_NOTED",
    "CASE_OPENED",
    "CASE_OVERDUE",
    "CASE_RATED",
    "CASE_STEPS",
]

CASE_OPENED = Kind("opinion.case.opened", Words("立件", "case opened"))
CASE_LEVEL_SET = Kind("opinion.case.level-set", Words("定级", "level of a case set"))
CASE_ASSIGNED = Kind("opinion.case.assigned", Words("指定承办人", "handler of a case named"))
CASE_NOTED = Kind("opinion.case.noted", Words("记录研判、处置", "assessment or disposal noted"))
CASE_ANNOUNCED = Kind(
    "opinion.case.announced",
    Words("已发布权威信息或举行发布会", "authoritative information out, or conference held"),
)
CASE_RATED = Kind("opinion.case.rated", Words("来信人评价", "the citizen rated the answer"))
CASE_DISSATISFIED = Kind(
    "opinion.case.dissatisfied", Words("来信人不满意", "a citizen is not satisfied")
)
CASE_NEAR = Kind("opinion.case.deadline-near", Words("时限将届", "a deadline is near"))
CASE_OVERDUE = Kind("opinion.case.deadline-passed", Words("时限已过", "a deadline has passed"))
CASE_ESCALATED = Kind("opinion.case.escalated", Words("逾期上报", "an overdue case escalated"))
CASE_STEPS: Mapping[CaseEvent, Kind] = {
    CaseEvent.ROUTED: Kind("opinion.case.routed", Words("转办", "case handed to a body")),
    CaseEvent.RETURNED: Kind("opinion.case.returned", Words("退回", "case sent back")),
    CaseEvent.ACCEPTED: Kind("opinion.case.accepted", Words("受理", "case accepted")),
    CaseEvent.DRAFTED: Kind("opinion.case.drafted", Words("拟写回应", "answer drafted as an item")),
    CaseEvent.RESPONDED: Kind("opinion.case.responded", Words("已回应", "case answered in public")),
    CaseEvent.CLOSED: Kind("opinion.case.closed", Words("办结", "case closed")),
    CaseEvent.REOPENED: Kind("opinion.case.reopened", Words("重办", "case reopened")),
}
