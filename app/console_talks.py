"""Joins the console's conversations to an open hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.compose import Hub
from app.courier import open_courier
from app.desk import canned_answers, desk_of, desk_service
from hub.conversation.desk.answering import DeskAnswering
from publishers.registry import channels
from web.console.talking import Talking

__all__ = ["talking"]


def talking(hub: Hub) -> Talking:
    """The desk over an open hub; the way to the citizens is opened when something is said."""

    @asynccontextmanager
    async def answering() -> AsyncIterator[DeskAnswering]:
        async with open_courier(hub) as courier:
            yield desk_of(hub, courier).answering

    return Talking(
        desk=desk_service(hub),
        canned=canned_answers(hub),
        reach={name: found.notices for name, found in channels().items() if found.notices},
        answering=answering,
    )
