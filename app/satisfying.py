"""Joins the question about satisfaction to an open hub: who hears the answer, and who keeps it."""

from __future__ import annotations

from app.compose import Hub
from hub.conversation.ports import Answerer
from hub.conversation.satisfaction.answering import HearsRatings
from hub.conversation.satisfaction.models import Asking
from hub.conversation.satisfaction.service import Satisfaction
from hub.opinion.cases.rating import CaseRatings

__all__ = ["hearing", "satisfaction_of"]


def satisfaction_of(hub: Hub) -> Satisfaction:
    """The question, with everybody who asks it."""
    return Satisfaction(hub.database, hub.clock, hub.ids, {Asking.CASE: CaseRatings()})


def hearing(hub: Hub, answerer: Answerer) -> Answerer:
    """`answerer` behind an ear for answers to the question."""
    return HearsRatings(answerer, satisfaction_of(hub))
