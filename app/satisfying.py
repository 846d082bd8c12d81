"""Joins the question about satisfaction to an open hub: who hears the answer, and who keeps it."""

from __future__ import annotations

from app.compose import Hub
from hub.conversation.desk.rating import DeskRatings
from hub.conversation.ports import Answerer
from hub.conversation.satisfaction.answering import HearsRatings
from hub.conversation.satisfaction.models import Asking
from hub.conversation.satisfaction.ports import Recorder
from hub.conversation.satisfaction.service import Satisfaction
from hub.opinion.cases.rating import CaseRatings

__all__ = ["hearing", "satisfaction_of"]


def satisfaction_of(hub: Hub) -> Satisfaction:
    """The question, with everybody who asks it."""
    recorders: dict[Asking, Recorder] = {Asking.CASE: CaseRatings(), Asking.DESK: DeskRatings()}
    return Satisfaction(hub.database, hub.clock, hub.ids, recorders)


def hearing(hub: Hub, answerer: Answerer) -> Answerer:
    """`answerer` behind an ear for answers to the question."""
    return HearsRatings(answerer, satisfaction_of(hub))
