"""Opens what accounts are connected with: the channels' forms, their platforms, test posts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from app.compose import Hub
from hub.publishing.connecting.models import Form, FormField
from hub.publishing.connecting.posting import TrialPosts
from hub.publishing.connecting.service import Connecting, Outlets
from hub.publishing.models import Capability
from hub.publishing.ports import Outlet
from publishers.contract import Channel, Field
from publishers.deferred import Deferred
from publishers.registry import channels, find_channel
from publishers.rendering import TemplateRenderer
from publishers.wire import Wire, open_session

__all__ = ["connecting_of", "trial_posts_of"]

_CONNECTIONS = 2


def connecting_of(hub: Hub) -> Connecting:
    return Connecting(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        register=hub.organisations,
        forms={name: _form(channel) for name, channel in channels().items()},
        outlets=_outlets(hub),
        callbacks=hub.settings.site_url,
    )


def trial_posts_of(hub: Hub) -> TrialPosts:
    return TrialPosts(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        connecting=connecting_of(hub),
        renderer=TemplateRenderer(hub.settings.site_url),
        outlets=_outlets(hub),
    )


def _outlets(hub: Hub) -> Outlets:
    @asynccontextmanager
    async def opened(channel: str) -> AsyncIterator[Outlet]:
        async with open_session(_CONNECTIONS) as session:
            maker = find_channel(channel).open
            if isinstance(maker, Deferred):  # what stands for it hides the optional ports
                maker = await asyncio.to_thread(maker.load)
            outlet = maker(Wire(session), hub.clock)
            try:
                yield outlet
            finally:
                await outlet.close()

    return opened


def _form(channel: Channel) -> Form:
    return Form(
        channel=channel.name,
        title=channel.declaration.title,
        credentials=tuple(_fields(channel.credentials)),
        settings=tuple(_fields(channel.settings)),
        base_url=channel.default_base_url,
        calls_back=channel.inbox is not None,
        recalls=channel.declaration.can(Capability.DELETE),
        public=not channel.rehearsal,
        rehearsal=channel.rehearsal,
    )


def _fields(fields: Iterable[Field]) -> Iterable[FormField]:
    for one in fields:
        yield FormField(
            name=one.name,
            words=one.words,
            secret=one.secret,
            required=one.required,
            default=one.default,
            made=one.made,
        )
