"""Joins public opinion to conversations: what citizens write is followed behind its answers."""

from __future__ import annotations

from datetime import timedelta

from app.compose import Hub
from app.opinion import signal_service
from hub.opinion.listening.service import Listening
from scheduler.clock import Jobs

__all__ = ["listening_of", "schedule_listening"]

_FOLLOW_EVERY = timedelta(seconds=5)


def listening_of(hub: Hub) -> Listening:
    return Listening(hub.database, hub.clock, signal_service(hub))


def schedule_listening(jobs: Jobs, hub: Hub) -> None:
    """Let the clock follow the messages, unless the installation wants no signals."""
    if hub.settings.opinion_listen:
        jobs.every("opinion-listen", _FOLLOW_EVERY, listening_of(hub).follow)
