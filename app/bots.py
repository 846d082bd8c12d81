"""Joins what answers citizens to an open hub, and to the model that an installation may have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import ClientError, ClientSession, ClientTimeout
from redis.asyncio import Redis

from app.compose import Hub
from app.desk import desk_service
from app.opinion import results_of, signal_service
from app.settings import Settings
from app.surveys import surveys_of
from bots.desk import Desk, Office, Said, SaidKind
from bots.engine import Engine
from bots.generation import Composer, ModelComposer, ModelLikeness, ModelSettings, NoComposer
from bots.places import Places
from bots.retrieval import Retrieval
from bots.sessions import MemorySessions, RedisSessions, Sessions
from hub.conversation.subscriptions.service import Subscriptions
from hub.kernel.redis_pool import redis_pool
from hub.opinion.listening.rules import external_id_of
from hub.opinion.signals.models import NewSignal, SignalKind

__all__ = ["CollectedSignals", "ModelHttp", "open_answerer"]

_LONGEST_BODY = 1 << 20
_REDIS_CONNECTIONS = 32  # for all conversations of a process together
_WAITING = 64  # answers at once where most of the time a model is waited for
_KINDS = {SaidKind.SURVEY: SignalKind.SURVEY}


@asynccontextmanager
async def open_answerer(hub: Hub) -> AsyncIterator[Engine]:
    """The engine over an open hub; closes what it opened."""
    async with AsyncExitStack() as stack:
        sessions = _sessions(hub, stack)
        composer, likeness = await _model(hub.settings, stack)
        desk = _desk(hub, composer, Retrieval(hub.search, likeness))
        yield (
            Engine(desk, sessions, at_once=_WAITING)
            if hub.settings.bot_model_url
            else Engine(desk, sessions)
        )


def _desk(hub: Hub, composer: Composer, retrieval: Retrieval) -> Desk:
    settings = hub.settings
    return Desk(
        clock=hub.clock,
        search=hub.search,
        public=hub.public,
        keyareas=hub.keyareas,
        lookup=hub.key_lookup,
        subscriptions=Subscriptions(hub.database, hub.clock, hub.ids),
        signals=CollectedSignals(hub),
        people=desk_service(hub),
        surveys=surveys_of(hub),
        outcomes=results_of(hub) if settings.notices else None,
        places=Places(hub.organisations, hub.clock),
        retrieval=retrieval,
        composer=composer,
        site_url=settings.site_url,
        site_name=settings.portal_name,
        office=Office(
            name=settings.office_name,
            address=settings.office_address,
            hours=settings.office_hours,
            phone=settings.office_phone,
            fax=settings.office_fax,
            email=settings.office_email,
        ),
    )


def _sessions(hub: Hub, stack: AsyncExitStack) -> Sessions:
    minutes = hub.settings.bot_session_minutes
    if not hub.settings.redis_url:
        return MemorySessions(hub.clock, minutes)
    redis = Redis.from_pool(redis_pool(hub.settings.redis_url, connections=_REDIS_CONNECTIONS))
    stack.push_async_callback(redis.aclose)
    return RedisSessions(redis, hub.clock, minutes)


async def _model(
    settings: Settings, stack: AsyncExitStack
) -> tuple[Composer, ModelLikeness | None]:
    if not settings.bot_model_url:
        return NoComposer(), None
    http = ModelHttp(await stack.enter_async_context(ClientSession()))

    def at(model: str) -> ModelSettings:
        return ModelSettings(
            url=settings.bot_model_url,
            model=model,
            key=settings.bot_model_key.get_secret_value(),
            timeout_s=settings.bot_model_timeout_seconds,
        )

    words = ModelComposer(http, at(settings.bot_model)) if settings.bot_model else NoComposer()
    embeddings = settings.bot_embeddings_model
    return words, ModelLikeness(http, at(embeddings)) if embeddings else None


class ModelHttp:
    """`Http` of bots.generation over aiohttp; no redirect is followed with a key in hand."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def post(
        self, url: str, *, headers: dict[str, str], body: bytes, timeout_s: float
    ) -> tuple[int, bytes]:
        timeout = ClientTimeout(total=timeout_s)
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status, await answer.content.read(_LONGEST_BODY + 1)
        except TimeoutError as error:
            raise TimeoutError from error
        except ClientError as error:
            raise OSError(type(error).__name__) from error


class CollectedSignals:
    """`Signals` of bots.desk over the collection of public opinion.

    The message lands under the name by which it is followed later, which then adds nothing.
    """

    def __init__(self, hub: Hub) -> None:
        self._service = signal_service(hub)
        self._organisations = hub.organisations

    async def collect(self, said: Said) -> str:
        inbound = said.inbound
        account = await self._organisations.account(inbound.account)
        new = NewSignal(
            channel=inbound.channel,
            external_id=external_id_of(inbound.id),
            kind=_KINDS.get(said.kind, SignalKind.MESSAGE),
            text=said.text,
            author=inbound.sender,
            event_at=inbound.received_at,
            body_id=account.body_id,
            item_id=said.item_id,
        )
        (kept,) = await self._service.collect([new], actor="system:bots")
        return kept.signal_id
