"""Connections to the Redis of an installation: few, however many ask at once."""

from __future__ import annotations

from typing import Any

from redis.asyncio import BlockingConnectionPool

from hub.kernel.errors import Misconfigured, Words

__all__ = ["redis_pool"]

_TIMEOUT_S = 2.0


def redis_pool(url: str, *, connections: int, **options: Any) -> BlockingConnectionPool:
    """At most so many `connections`, kept open; who finds none waits for one as long as for an
    answer, two seconds, and then meets what a Redis that is away raises. `options` are redis-py's.
    Raises Misconfigured for what is no address."""
    try:
        return BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            timeout=_TIMEOUT_S,
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            **options,
        )
    except ValueError:
        # the address may hold a password, so neither it nor the cause is repeated
        raise Misconfigured(
            Words("Redis 地址无效", "this is no address of a Redis"),
            field="redis_url",
            remedy=Words("使用 redis://主机:端口/库号", "use redis://host:port/number"),
        ) from None
