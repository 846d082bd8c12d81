"""Joins the console's pages about public opinion to an open hub."""

from __future__ import annotations

from functools import partial

from app.briefs import brief_sending, brief_service
from app.compose import Hub
from app.opinion import (
    case_service,
    issue_service,
    judging_service,
    label_lists,
    proposals,
    quoting_of,
    regrouping,
    rumours,
    signal_service,
    watches,
)
from app.opinion_sources import open_sources
from app.reports import report_service
from graphics.brief.charts import chart
from hub.opinion.cases.board.service import CaseBoard
from hub.opinion.stream.service import Stream
from web.console.listening import Listening

__all__ = ["listening"]


def listening(hub: Hub) -> Listening:
    """The services over an open hub; what is heavy in them is loaded when somebody needs it."""
    return Listening(
        stream=Stream(hub.database, hub.clock),
        signals=signal_service(hub),
        judging=judging_service(hub),
        labels=label_lists(hub.settings),
        issues=issue_service(hub),
        regrouping=regrouping(hub),
        rumours=rumours(hub),
        watches=watches(hub),
        cases=case_service(hub, strict=True),
        quoting=quoting_of(hub, strict=True),
        case_board=CaseBoard(hub.database, hub.clock),
        proposals=proposals(hub, strict=True),
        briefs=brief_service(hub),
        sending=brief_sending(hub),
        reports=report_service(hub),
        chart=chart,
        brief_hour=hub.settings.brief_hour,
        brief_weekday=hub.settings.brief_weekday,
        sources=partial(open_sources, hub),
    )
