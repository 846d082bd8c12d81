"""What citizens say of a case's answer, as they are asked when they are told of it.

A case shows the mean of those who answered; each of them is asked once. One who is not satisfied is
heard by the responsible body: a citizen's own case goes back to it once, under new clocks, as
`case reopen` would; one that many are told of is pointed out, and people decide.
"""

from __future__ import annotations

from datetime import datetime

from hub.conversation.satisfaction import store as questions
from hub.conversation.satisfaction.models import DISSATISFIED, Asking, Question
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event
from hub.opinion.cases import events, store
from hub.opinion.cases.models import Case, CaseState
from hub.opinion.cases.rules import goes_back, mean_stars
from hub.opinion.cases.stepping import reopen_in

__all__ = ["CaseRatings"]

_ACTOR = "system:cases"
_RATED = frozenset({CaseState.RESPONDED, CaseState.CLOSED})
_THANKS = Words("感谢您的评价。", "Thank you for your rating.")
_HEARD = Words(
    "很抱歉没有让您满意。您的评价已转告承办单位。",
    "We are sorry. The responsible body has been told.",
)
_BACK = Words(
    "很抱歉没有让您满意。此事已退回承办单位重新办理，有结果再告诉您。",
    "We are sorry. The matter has gone back to the responsible body; you will hear of the outcome.",
)
_WHY = "来信人不满意"


class CaseRatings:
    """`Recorder` of hub.conversation.satisfaction for cases; the subject is the case's id."""

    def rated(self, tx: Transaction, question: Question, stars: int, at: datetime) -> Words:
        case = store.get_case(tx.connection, question.subject)
        since = case.responded_at if case else None
        if case is None or case.state not in _RATED or since is None or question.asked_at < since:
            return _THANKS  # it is being handled anew: what was said of the old answer is over
        self._keep(tx, case, since, stars, at)
        if stars not in DISSATISFIED:
            return _THANKS
        data = {"body": case.body_id, "stars": stars, "round": case.round}
        tx.record(
            Event(kind=events.CASE_DISSATISFIED, subject=case.id, actor=_ACTOR, at=at, data=data)
        )
        if not goes_back(case):
            return _HEARD
        reopen_in(tx, case, _WHY, actor=_ACTOR, at=at)
        return _BACK

    def _keep(self, tx: Transaction, case: Case, since: datetime, stars: int, at: datetime) -> None:
        """With the mean of everybody who was asked about this round's answer."""
        given = questions.stars_of(tx.connection, Asking.CASE, case.id)
        mean = mean_stars([one for asked, one in given if since <= asked])
        store.change(tx, case, satisfaction=mean)
        data = {"stars": stars, "mean": mean}
        tx.record(Event(kind=events.CASE_RATED, subject=case.id, actor=_ACTOR, at=at, data=data))
