"""Joins the hand-over desk to an open hub: who stands before the bot, who answers, what the clock
does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.compose import Hub
from app.keys import load_keys
from app.opinion import signal_service
from hub.conversation.desk.answering import DeskAnswering
from hub.conversation.desk.canned.service import CannedAnswers
from hub.conversation.desk.gate import DeskGate
from hub.conversation.desk.models import DeskPaces, OfficeHours
from hub.conversation.desk.ports import Rated
from hub.conversation.desk.service import DeskService
from hub.conversation.desk.stepping import Terms
from hub.conversation.desk.watching import DeskWatch
from hub.conversation.notices.models import Reach
from hub.conversation.ports import Answerer, Courier
from hub.conversation.sending import Sending
from hub.opinion.signals.models import NewSignal, SignalKind
from hub.organisations.vault import Vault
from publishers.registry import channels
from scheduler.clock import Jobs

__all__ = ["Desk", "canned_answers", "desk_of", "desk_service", "gated", "schedule_desk"]

_WATCH_EVERY = timedelta(minutes=1)
_STARS = ("", "很不满意", "不满意", "一般", "满意", "很满意")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The desk with a way to the citizens."""

    service: DeskService
    answering: DeskAnswering
    watch: DeskWatch


class RatingSignals:
    """`Ratings` over the collection of public opinion: a survey answer of the citizen's."""

    def __init__(self, hub: Hub) -> None:
        self._signals = signal_service(hub)

    async def rated(self, rated: Rated) -> None:
        new = NewSignal(
            channel=rated.channel,
            external_id=f"desk:{rated.conversation_id}",
            kind=SignalKind.SURVEY,
            title="人工答复满意度",
            text=f"对人工答复的评价：{_STARS[rated.stars]}（{rated.stars}/5）",
            author=rated.sender,
            event_at=rated.at,
            body_id=rated.body_id,
        )
        await self._signals.collect([new], actor="system:desk")


def desk_service(hub: Hub) -> DeskService:
    """What officers do with conversations, but for answering."""
    return DeskService(database=hub.database, clock=hub.clock, ids=hub.ids, terms=_terms(hub))


def canned_answers(hub: Hub) -> CannedAnswers:
    return CannedAnswers(
        database=hub.database, clock=hub.clock, ids=hub.ids, site_url=hub.settings.site_url
    )


def gated(hub: Hub, bot: Answerer) -> Answerer:
    """`bot` behind the desk: it is silent while a person has the conversation."""
    return DeskGate(bot, desk_service(hub), database=hub.database, clock=hub.clock)


def desk_of(hub: Hub, courier: Courier) -> Desk:
    """The desk, whose answers `courier` carries."""
    terms = _terms(hub)
    answering = DeskAnswering(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        vault=Vault(load_keys(hub.settings)),
        sending=Sending(courier, hub.clock),
        terms=terms,
        canned=canned_answers(hub),
        reach=_reach,
    )
    watch = DeskWatch(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        terms=terms,
        answering=answering,
        ratings=RatingSignals(hub),
        alerting=bool(hub.settings.alert_urls),
    )
    return Desk(service=desk_service(hub), answering=answering, watch=watch)


def schedule_desk(jobs: Jobs, hub: Hub, courier: Courier) -> None:
    """Let the clock remind, escalate and close."""
    jobs.every("desk", _WATCH_EVERY, desk_of(hub, courier).watch.look)


def _reach(channel: str) -> Reach | None:
    """What a channel's folder declares of people who write to its accounts."""
    found = channels().get(channel)
    return found.notices if found else None


def _terms(hub: Hub) -> Terms:
    settings = hub.settings
    return Terms(
        usual=OfficeHours(
            body_id="", hours=settings.desk_hours, limit_minutes=settings.desk_limit_minutes
        ),
        paces=DeskPaces(
            idle=timedelta(hours=settings.desk_idle_hours),
            reopen=timedelta(hours=settings.desk_reopen_hours),
        ),
    )
