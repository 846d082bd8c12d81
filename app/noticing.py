"""Joins notices to an open hub: matching, the paced sender, and what goes with answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.compose import Hub
from app.conversing import Conversing
from app.courier import ChannelCourier, access_of
from app.keys import load_keys
from app.opinion import results_of
from hub.conversation.models import Outgoing
from hub.conversation.notices.answering import CarriesNotices
from hub.conversation.notices.beginning import Beginning
from hub.conversation.notices.ending import Ending
from hub.conversation.notices.matching import Matching
from hub.conversation.notices.models import Reach
from hub.conversation.notices.rules import Manners
from hub.conversation.notices.sending import NoticeSender
from hub.conversation.notices.service import Notices
from hub.conversation.ports import Answerer
from hub.organisations.vault import Vault
from hub.publishing.models import Declaration
from hub.publishing.ports import Access
from publishers.contract import Keyed
from publishers.registry import channels
from scheduler.clock import Jobs
from scheduler.engine import Engine
from scheduler.noticing import NoticePermits

__all__ = [
    "ChannelNotices",
    "carrying",
    "manners_of",
    "notices_of",
    "schedule_notice_sending",
    "schedule_notices",
]

_MATCH_EVERY = timedelta(seconds=2)
_LATE_EVERY = timedelta(seconds=5)
_SEND_EVERY = timedelta(seconds=2)
_PRUNE_EVERY = timedelta(hours=1)
_ANY_TIME = Reach()


async def manners_of(hub: Hub) -> Manners:
    """How people are treated, with the hours of digests by the bodies that there are."""
    settings = hub.settings
    hours = settings.notice_digest_hours
    bodies = await hub.organisations.bodies() if hours else []
    return Manners(
        zone=settings.time_zone,
        quiet_from=settings.notice_quiet_from,
        quiet_until=settings.notice_quiet_until,
        digest_hour=settings.notice_digest_hour,
        digest_hours={body.id: hours[body.code] for body in bodies if body.code in hours},
        most_a_day=settings.notice_per_day,
        expires_after=timedelta(days=settings.notice_expire_days),
    )


async def notices_of(hub: Hub) -> Notices:
    """What people do with notices."""
    return Notices(hub.database, hub.clock, await manners_of(hub))


def _beginning(hub: Hub, manners: Manners) -> Beginning:
    vault = Vault(load_keys(hub.settings))
    return Beginning(hub.ids, vault, manners, hub.settings.site_url)


async def carrying(hub: Hub, answerer: Answerer) -> Answerer:
    """`answerer` with whose answers goes what had to wait until the person writes."""
    if not hub.settings.notices:
        return answerer
    return CarriesNotices(
        answerer,
        database=hub.database,
        clock=hub.clock,
        reach=_declared,
        beginning=_beginning(hub, await manners_of(hub)),
    )


def _declared(channel: str) -> Reach | None:
    """What a channel's folder declares; what declares nothing may be written to at any time."""
    found = channels().get(channel)
    return found.notices if found else None


@dataclass(frozen=True, slots=True)
class ChannelNotices:
    """`NoticeCourier` over the same repliers as answers."""

    hub: Hub
    courier: ChannelCourier

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        await self.courier.send(channel, account_id, outgoing)

    async def key_window(self, channel: str, account_id: str) -> timedelta | None:
        replier = self.courier.replier(channel)
        if not isinstance(replier, Keyed):
            return None
        return await replier.key_window(
            access_of(self.hub, await self.hub.organisations.account(account_id))
        )

    def reach(self, channel: str) -> Reach | None:
        if self.courier.replier(channel) is None:
            return None
        return _declared(channel) or _ANY_TIME


async def schedule_notices(jobs: Jobs, hub: Hub) -> None:
    """Let the clock follow what is published and write down who is to be told of it."""
    if not hub.settings.notices:
        return
    manners = await manners_of(hub)
    matching = Matching(hub.database, hub.clock, hub.ids, manners)
    results = results_of(hub, manners)
    jobs.every("notice-matching", _MATCH_EVERY, matching.follow)
    jobs.every("case-results", _MATCH_EVERY, results.follow)
    jobs.every("case-results-late", _LATE_EVERY, results.catch_up)
    pruning = Notices(hub.database, hub.clock, manners).prune
    jobs.every("notice-pruning", _PRUNE_EVERY, pruning)


async def schedule_notice_sending(hub: Hub, engine: Engine, conversing: Conversing) -> None:
    """Let the engine's clock send what is due."""
    if not hub.settings.notices:
        return
    manners, vault = await manners_of(hub), Vault(load_keys(hub.settings))
    courier = ChannelNotices(hub, conversing.courier)
    sender = NoticeSender(
        database=hub.database,
        clock=hub.clock,
        courier=courier,
        permits=_permits(hub, engine),
        beginning=_beginning(hub, manners),
        ending=Ending(hub.database, hub.clock, courier, vault, alone=hub.settings.embedded),
        manners=manners,
    )
    engine.clock.every("notice-sending", _SEND_EVERY, sender.look)


def _permits(hub: Hub, engine: Engine) -> NoticePermits:
    def rules(channel: str) -> tuple[Declaration, Reach] | None:
        found = channels().get(channel)
        return (found.declaration, found.notices or _ANY_TIME) if found else None

    async def access(account_id: str) -> Access:
        return access_of(hub, await hub.organisations.account(account_id))

    return NoticePermits(engine.limiter, hub.clock, rules=rules, access=access)
