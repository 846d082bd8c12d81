"""Joins the console's pages about public opinion to an open hub."""

from __future__ import annotations

from functools import partial

from app.compose import Hub
from app.opinion import (
    case_service,
    issue_service,
    judging_service,
    label_lists,
    regrouping,
    rumours,
    signal_service,
    watches,
)
from app.opinion_sources import open_sources
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
        cases=case_service(hub),
        sources=partial(open_sources, hub),
    )
