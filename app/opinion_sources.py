"""Joins sources to an open hub: with a fetcher that stays on the open internet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from app.compose import Hub
from app.feeds import open_fetcher
from app.opinion import signal_service
from hub.opinion.sources.service import Sources

__all__ = ["open_sources"]


@asynccontextmanager
async def open_sources(hub: Hub) -> AsyncIterator[Sources]:
    """Sources over an open hub, as long as the block runs."""
    settings = hub.settings
    async with open_fetcher(
        networks=settings.opinion_feed_networks,
        most=settings.opinion_feed_megabytes * 1024 * 1024,
        timeout=timedelta(seconds=settings.opinion_feed_seconds),
    ) as fetcher:
        yield Sources(
            database=hub.database,
            clock=hub.clock,
            ids=hub.ids,
            signals=signal_service(hub),
            fetcher=fetcher,
        )
