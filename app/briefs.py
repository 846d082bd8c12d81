"""Joins briefs to an open hub: who renders them, who sends them, and when."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import cast

from app.compose import Hub
from app.settings import Settings
from hub.opinion.briefs.models import Brief, Message
from hub.opinion.briefs.ports import Mailer
from hub.opinion.briefs.scheduling import BriefClock
from hub.opinion.briefs.sending import Sending
from hub.opinion.briefs.service import Briefs
from hub.opinion.rounds.service import Rounds
from publishers.email.report import ReportMailer

__all__ = ["LazyRenderer", "brief_clock", "brief_sending", "brief_service"]

_Render = Callable[[Brief, Sequence[Message]], Awaitable[Mapping[str, bytes]]]


@cache
def _render() -> _Render:
    """Word and Excel take a second to import: only who makes a brief waits."""
    return cast(_Render, importlib.import_module("graphics.brief.rendering").render_brief)


class LazyRenderer:
    """`BriefRenderer`, imported on its first use."""

    async def render(self, brief: Brief, messages: Sequence[Message]) -> Mapping[str, bytes]:
        return await _render()(brief, messages)


def brief_service(hub: Hub) -> Briefs:
    """Briefs, over an open hub; their files lie in `briefs` below its home."""
    return Briefs(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        renderer=LazyRenderer(),
        home=hub.settings.home / "briefs",
        zone=hub.settings.time_zone,
    )


def brief_sending(hub: Hub, briefs: Briefs | None = None) -> Sending:
    """Subscribers and sending, over an open hub."""
    return Sending(
        database=hub.database,
        clock=hub.clock,
        briefs=briefs or brief_service(hub),
        mailer=_mailer(hub.settings),
    )


def brief_clock(hub: Hub) -> BriefClock:
    """Makes and sends briefs at the hours of the settings."""
    briefs = brief_service(hub)
    return BriefClock(
        rounds=Rounds(hub.database, hub.clock),
        clock=hub.clock,
        briefs=briefs,
        sending=brief_sending(hub, briefs),
        hour=hub.settings.brief_hour,
        weekday=hub.settings.brief_weekday,
        zone=hub.settings.time_zone,
    )


def _mailer(settings: Settings) -> Mailer | None:
    if not settings.mail_server:
        return None
    return ReportMailer(
        settings.mail_server,
        settings.mail_from,
        sender_name=settings.mail_from_name or settings.portal_name or "Gongkai",
        username=settings.mail_username,
        password=settings.mail_password.get_secret_value(),
        security=settings.mail_security,
    )
