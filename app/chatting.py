"""Joins the portal's page on which citizens ask to conversations, and to whose account it is."""

from __future__ import annotations

from datetime import timedelta

from app.compose import Hub
from app.conversing import Conversing
from hub.conversation.webchat.service import CHANNEL
from hub.organisations.models import Account, Selection
from scheduler.media import StoredMedia
from web.portal.chat.door import ChatDoor, ChatLimits

__all__ = ["chat_door"]


def chat_door(hub: Hub, conversing: Conversing) -> ChatDoor:
    """The page's door over an open hub."""
    settings = hub.settings

    async def account() -> str:
        selection = Selection(channels=(CHANNEL,))
        accounts = await hub.organisations.accounts(selection, active_only=True)
        if settings.portal_chat_account:
            return _named(accounts, settings.portal_chat_account)
        tops = {body.id for body in await hub.organisations.bodies() if body.parent_id is None}
        return min((one.id for one in accounts if one.body_id in tops), default="")

    return ChatDoor(
        conversing.webchat,
        hub.clock,
        account=account,
        media=StoredMedia(hub.database, hub.clock).read,
        limits=ChatLimits(
            per_address=settings.portal_chat_per_minute,
            streams=settings.portal_chat_streams,
            streams_per_address=settings.portal_chat_streams_per_address,
            proxies=settings.portal_proxies,
            keep=timedelta(days=settings.conversation_mask_days),
            secure=settings.site_url.startswith("https://"),
        ),
    )


def _named(accounts: list[Account], name: str) -> str:
    return next((one.id for one in accounts if name in (one.id, one.handle)), "")
