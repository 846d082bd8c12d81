"""Access tokens shared by the processes of an installation, in Redis: one asks, the others get it.

Platforms give the same token to everybody who asks while it is valid, so that a Redis that is
lost, away or restarted empty costs a question more and nothing else. A token on the shelf is
sealed: who can read Redis cannot act for an account.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import AsyncExitStack

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.keys import load_keys
from app.settings import Settings
from hub.kernel.errors import GongkaiError
from hub.kernel.redis_pool import redis_pool
from hub.organisations.vault import Vault
from publishers.wire import Wire, open_session

__all__ = ["RedisShelf", "open_wire"]

_log = structlog.get_logger(__name__)
_CONNECTIONS = 16
_PREFIX = "gongkai:token:"
_TURN_MS = 30_000  # longer than a platform takes to answer: who died asking is followed then
_END_TURN = """
    if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
    return 0
"""
_AWAY = (RedisError, OSError)


class RedisShelf:
    """`Shelf` (publishers.shelf)."""

    def __init__(self, settings: Settings) -> None:
        pool = redis_pool(settings.redis_url, connections=_CONNECTIONS, decode_responses=True)
        self._redis: Redis = Redis.from_pool(pool)  # which closes it
        self._vault = Vault(load_keys(settings))

    async def find(self, name: str) -> tuple[str, float] | None:
        try:
            async with self._redis.pipeline(transaction=True) as asked:
                asked.get(_key(name))
                asked.pttl(_key(name))
                sealed, left = await asked.execute()
            if not sealed or left <= 0:
                return None
            return self._vault.open(name, sealed)["token"], left / 1000
        except (*_AWAY, GongkaiError, KeyError) as error:
            self._away(error)
            return None

    async def put(self, name: str, token: str, seconds: float) -> None:
        sealed = self._vault.seal(name, {"token": token})
        try:
            await self._redis.set(_key(name), sealed, px=max(1, int(seconds * 1000)))
        except _AWAY as error:
            self._away(error)

    async def take_turn(self, name: str) -> str:
        mark = secrets.token_hex(8)
        try:
            mine = await self._redis.set(_turn(name), mark, nx=True, px=_TURN_MS)
        except _AWAY as error:
            self._away(error)
            return mark  # nobody can be asked whose turn it is
        return mark if mine else ""

    async def end_turn(self, name: str, mark: str) -> None:
        try:
            await self._redis.eval(_END_TURN, 1, _turn(name), mark)
        except _AWAY as error:
            self._away(error)

    async def close(self) -> None:
        await self._redis.aclose()

    def _away(self, error: Exception) -> None:
        # its text may hold an address with a password
        _log.warning("tokens.redis-away", error=type(error).__name__)


def _key(name: str) -> str:
    return _PREFIX + hashlib.sha256(name.encode()).hexdigest()


def _turn(name: str) -> str:
    return f"{_key(name)}:turn"


async def open_wire(stack: AsyncExitStack, settings: Settings, connections: int) -> Wire:
    """A wire of so many connections, with a shelf where the installation has a Redis; both close
    with `stack`."""
    session = await stack.enter_async_context(open_session(connections))
    if not settings.redis_url:
        return Wire(session)
    shelf = RedisShelf(settings)
    stack.push_async_callback(shelf.close)
    return Wire(session, shelf)
