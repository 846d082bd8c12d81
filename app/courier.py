"""Carries answers to the platforms, over the channels' repliers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from app.compose import Hub
from app.keys import load_keys
from app.shelf import open_wire
from hub.conversation.models import Outgoing
from hub.conversation.pseudonyms import open_pseudonyms
from hub.conversation.webchat.pages import Pages
from hub.conversation.webchat.service import CHANNEL as PAGES_CHANNEL
from hub.kernel.errors import Words
from hub.organisations.keys.service import InstallationKeys
from hub.organisations.models import Account
from hub.organisations.vault import Vault
from hub.publishing.errors import Rejected
from hub.publishing.ports import Access, MediaSource
from publishers.contract import Replier
from publishers.registry import channels
from publishers.wire import Wire
from scheduler.media import StoredMedia

__all__ = ["ChannelCourier", "access_of", "open_courier", "open_pages"]

_CONNECTIONS = 8


class ChannelCourier:
    """`Courier` over the channels' repliers."""

    def __init__(self, hub: Hub, repliers: Mapping[str, Replier], media: MediaSource) -> None:
        self._hub = hub
        self._repliers = repliers
        self._media = media

    def replier(self, channel: str) -> Replier | None:
        return self._repliers.get(channel)

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        replier = self._repliers.get(channel)
        account = await self._hub.organisations.account(account_id)
        if replier is None or not account.active:
            raise Rejected(
                Words("此账号不能主动答复", "this account cannot be answered from"),
                platform_code="no-replier",
            )
        await replier.reply(access_of(self._hub, account), outgoing, self._media)


@asynccontextmanager
async def open_pages(hub: Hub) -> AsyncIterator[Pages]:
    """What is answered to who asks on a page of ours."""
    keys = InstallationKeys(hub.database, hub.clock, Vault(load_keys(hub.settings)))
    pseudonyms = await open_pseudonyms(keys)
    pages = Pages(database=hub.database, clock=hub.clock, ids=hub.ids, pseudonyms=pseudonyms)
    try:
        yield pages
    finally:
        await pages.close()


@asynccontextmanager
async def open_courier(
    hub: Hub, pages: Pages | None = None, wire: Wire | None = None
) -> AsyncIterator[ChannelCourier]:
    """A courier to `pages` and over `wire`, or over some of its own."""
    async with AsyncExitStack() as stack:
        if wire is None:
            wire = await open_wire(stack, hub.settings, _CONNECTIONS)
        if pages is None:
            pages = await stack.enter_async_context(open_pages(hub))
        repliers: dict[str, Replier] = {PAGES_CHANNEL: pages}
        for name, channel in channels().items():
            if channel.replier:
                repliers[name] = channel.replier(wire, hub.clock)
                stack.push_async_callback(repliers[name].close)
        yield ChannelCourier(hub, repliers, StoredMedia(hub.database, hub.clock))


def access_of(hub: Hub, account: Account) -> Access:
    """How to reach an account, with its credentials opened. Raises SealBroken."""
    return Access(
        account_id=account.id,
        handle=account.handle,
        base_url=account.base_url,
        credentials=hub.organisations.credentials(account),
        settings=account.settings,
    )
