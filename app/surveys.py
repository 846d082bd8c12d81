"""Joins surveys to an open hub."""

from __future__ import annotations

from app.compose import Hub
from hub.conversation.surveys.service import Surveys

__all__ = ["surveys_of"]


def surveys_of(hub: Hub) -> Surveys:
    return Surveys(hub.database, hub.clock, hub.ids)
