"""Wires conversations: channels' repliers and pollers, the answerer, and what runs now and then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from app.compose import Hub
from app.courier import ChannelCourier, access_of, open_courier, open_pages
from app.keys import load_keys
from app.shelf import open_wire
from hub.conversation.models import Answer, Choice, Inbound
from hub.conversation.polling import Polling
from hub.conversation.ports import Answerer, Poller
from hub.conversation.pseudonyms import open_pseudonyms
from hub.conversation.records import Records
from hub.conversation.resuming import Resuming
from hub.conversation.sending import Sending
from hub.conversation.service import Conversations, Paces
from hub.conversation.webchat.service import WebChat
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.keys.service import InstallationKeys
from hub.organisations.models import Account, Selection
from hub.organisations.vault import Vault
from publishers.registry import channels
from publishers.wire import Wire
from scheduler.clock import Jobs

__all__ = [
    "Conversing",
    "MenuOnly",
    "open_conversing",
    "records_of",
    "schedule_conversing",
    "schedule_masking",
    "sender_of",
]

_CONNECTIONS = 64
_LONGEST_WINDOW = timedelta(hours=48)
_POLL_EVERY = timedelta(seconds=1)
_RESUME_EVERY = timedelta(seconds=30)
_MASK_EVERY = timedelta(hours=1)


class MenuOnly:
    """`Answerer` that shows where things are on the portal, for an installation without skills."""

    def __init__(self, site_url: str) -> None:
        self._site = site_url.rstrip("/")

    async def answer(self, inbound: Inbound) -> Answer:
        pages = {"search": "/search", "new": "/", "guide": "/guide"}
        if inbound.event_key in pages:
            return Answer(paragraphs=(f"{self._site}{pages[inbound.event_key]}",))
        words = Words("您想找什么？请回复数字。", "What are you looking for? Send its number.")
        return Answer(
            paragraphs=(words.zh, words.en),
            choices=(
                Choice(label="查找文件 / search", payload="search"),
                Choice(label="最新公开 / what is new", payload="new"),
                Choice(label="公开指南 / guide", payload="guide"),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversing:
    """The open conversations of this process, and what has to be called now and then."""

    conversations: Conversations
    records: Records
    resuming: Resuming
    polling: Polling
    webchat: WebChat
    courier: ChannelCourier


def records_of(hub: Hub) -> Records:
    return Records(hub.database, hub.clock)


async def sender_of(hub: Hub, account_id: str, sender: str, address: str) -> str:
    """The pseudonym of a person: as given, or from the platform's own name of them."""
    if bool(sender) == bool(address):
        raise InvalidInput(
            Words("请给出 --sender 或 --address 之一", "give either --sender or --address"),
            field="sender",
        )
    await hub.organisations.account(account_id)  # a wrong account erases nothing, and is said
    if sender:
        return sender
    vault = Vault(load_keys(hub.settings))
    pseudonyms = await open_pseudonyms(InstallationKeys(hub.database, hub.clock, vault))
    return pseudonyms.of(account_id, address)


@asynccontextmanager
async def open_conversing(
    hub: Hub, *, answerer: Answerer | None = None, wire: Wire | None = None
) -> AsyncIterator[Conversing]:
    """The running conversations of `hub`; what is under way ends before the block does."""
    vault = Vault(load_keys(hub.settings))
    pseudonyms = await open_pseudonyms(InstallationKeys(hub.database, hub.clock, vault))
    async with AsyncExitStack() as stack:
        if wire is None:
            wire = await open_wire(stack, hub.settings, _CONNECTIONS)
        pages = await stack.enter_async_context(open_pages(hub))
        pollers: dict[str, Poller] = {}
        for name, channel in channels().items():
            if channel.poller:
                pollers[name] = channel.poller(wire, hub.clock)
                stack.push_async_callback(pollers[name].close)
        courier = await stack.enter_async_context(open_courier(hub, pages, wire))
        conversations = Conversations(
            database=hub.database,
            clock=hub.clock,
            ids=hub.ids,
            vault=vault,
            pseudonyms=pseudonyms,
            answerer=answerer or MenuOnly(hub.settings.site_url),
            sending=Sending(courier, hub.clock),
            paces=Paces(
                count=hub.settings.conversation_per_minute,
                most_open=hub.settings.conversation_most_open,
            ),
        )
        stack.push_async_callback(conversations.close)
        polling = _polling(hub, pollers, conversations)
        stack.push_async_callback(polling.close)
        yield Conversing(
            conversations=conversations,
            records=records_of(hub),
            resuming=Resuming(hub.database, hub.clock, conversations, _LONGEST_WINDOW),
            polling=polling,
            webchat=WebChat(hub.database, conversations, pages),
            courier=courier,
        )


def _polling(hub: Hub, pollers: Mapping[str, Poller], conversations: Conversations) -> Polling:
    async def accounts(channel: str) -> list[Account]:
        return await hub.organisations.accounts(Selection(channels=(channel,)), active_only=True)

    return Polling(
        hub.database,
        hub.clock,
        pollers=pollers,
        accounts=accounts,
        access=lambda account: access_of(hub, account),
        take=conversations.take,
    )


def schedule_conversing(jobs: Jobs, conversing: Conversing) -> None:
    """Let the clock call what conversations need now and then."""
    jobs.every("conversation-poll", _POLL_EVERY, conversing.polling.look)
    jobs.every("conversation-resume", _RESUME_EVERY, conversing.resuming.look)


def schedule_masking(jobs: Jobs, hub: Hub) -> None:
    """Mask what was said long ago."""
    records, after = records_of(hub), timedelta(days=hub.settings.conversation_mask_days)
    jobs.every("conversation-mask", _MASK_EVERY, lambda: records.mask_old(after))
