"""Conversations remembered for a while: in this process, or in Redis for several.

A session ends `minutes` after its last message by the clock; it is kept nowhere else.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bots.contract import Session
from hub.conversation.models import Inbound
from hub.kernel.clock import Clock

__all__ = ["MemorySessions", "RedisSessions", "Sessions", "key_of"]

_MOST = 100_000  # conversations in memory; the one unused longest makes room
_log = structlog.get_logger("bots.sessions")


class Sessions(Protocol):
    """Where conversations are remembered. Losing one loses a follow-up, nothing else."""

    async def load(self, key: str) -> Session:
        """What is remembered, an empty session where nothing is or its time is over."""
        ...

    async def save(self, key: str, session: Session) -> None:
        """Remember it from now on for the whole time again."""
        ...

    async def forget(self, key: str) -> None: ...


def key_of(inbound: Inbound) -> str:
    """One person at one account; lengths before the parts, so that no two run together."""
    parts = (inbound.channel, inbound.account, inbound.sender)
    return "".join(f"{len(part)}:{part}" for part in parts)


class MemorySessions:
    def __init__(self, clock: Clock, minutes: int, most: int = _MOST) -> None:
        self._clock = clock
        self._life = timedelta(minutes=minutes)
        self._most = most
        self._kept: OrderedDict[str, tuple[datetime, Session]] = OrderedDict()

    async def load(self, key: str) -> Session:
        until, session = self._kept.get(key, (None, Session()))
        if until is None or until <= self._clock.now():
            self._kept.pop(key, None)
            return Session()
        return session

    async def save(self, key: str, session: Session) -> None:
        now = self._clock.now()
        self._kept[key] = (now + self._life, session)
        self._kept.move_to_end(key)
        # whose time is over goes too: else memory grows with everybody who ever wrote
        while len(self._kept) > self._most or next(iter(self._kept.values()))[0] <= now:
            self._kept.popitem(last=False)

    async def forget(self, key: str) -> None:
        self._kept.pop(key, None)


class _Stored(msgspec.Struct, frozen=True):
    until: datetime
    session: Session


class RedisSessions:
    """Redis forgets by itself; a server that is away costs memory of the conversation only."""

    def __init__(self, redis: Redis, clock: Clock, minutes: int, prefix: str = "gongkai") -> None:
        self._redis = redis
        self._clock = clock
        self._life = timedelta(minutes=minutes)
        self._prefix = f"{prefix}:session:"

    async def load(self, key: str) -> Session:
        try:
            data = await self._redis.get(self._prefix + key)
        except (RedisError, OSError) as error:
            _log.warning("sessions.redis-away", error=str(error))
            return Session()
        try:
            stored = msgspec.json.decode(data, type=_Stored) if data else None
        except msgspec.DecodeError:  # written by another version of this program
            return Session()
        return stored.session if stored and stored.until > self._clock.now() else Session()

    async def save(self, key: str, session: Session) -> None:
        stored = _Stored(self._clock.now() + self._life, session)
        try:
            data = msgspec.json.encode(stored)
            await self._redis.set(self._prefix + key, data, ex=self._life)
        except (RedisError, OSError) as error:
            _log.warning("sessions.redis-away", error=str(error))

    async def forget(self, key: str) -> None:
        try:
            await self._redis.delete(self._prefix + key)
        except (RedisError, OSError) as error:
            _log.warning("sessions.redis-away", error=str(error))
