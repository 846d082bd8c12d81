"""Joins webhooks to an open hub: calls out to the open internet alone, by the hub's clock."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

import aiohttp
from yarl import URL

from app.compose import Hub
from app.feeds import PublicResolver, is_literal, is_public
from app.keys import load_keys
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.vault import Vault
from hub.organisations.webhooks.models import Answer
from hub.organisations.webhooks.sending import WebhookSender
from hub.organisations.webhooks.service import Webhooks
from scheduler.clock import Jobs

__all__ = ["Calling", "schedule_webhooks", "webhooks_of"]

_EVERY, _PURGE_EVERY = timedelta(seconds=2), timedelta(hours=1)
_TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)
_CONNECTIONS = 8

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Calling:
    """`Caller` (hub.organisations.webhooks.sending). No redirect is followed, no private address
    called that `allowed` does not name, and of the answer only its status is looked at."""

    def __init__(self, session: aiohttp.ClientSession, allowed: Sequence[Network]) -> None:
        self._session = session
        self._allowed = allowed

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        try:
            check_address(url, self._allowed)
            async with self._session.post(
                url, headers=headers, data=body, timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                return Answer(status=response.status)
        except GongkaiError as error:
            return Answer(status=0, error=error.code)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Answer(status=0, error=type(error).__name__)


def check_address(url: str, allowed: Sequence[Network]) -> None:
    """Raises InvalidInput for what is no https address of the open internet; http and private
    addresses only within `allowed`. Names are looked at again whenever they are called."""
    try:
        address = URL(url)
    except ValueError:
        raise _refused("url") from None
    host = address.host or ""
    inside = is_literal(host) and bool(allowed) and is_public(host, allowed)
    if len(url) > 2_000 or not host or address.user or address.scheme not in ("http", "https"):
        raise _refused("url")
    if address.scheme == "http" and not inside:
        raise _refused("url")
    if is_literal(host) and not is_public(host, allowed):
        raise _refused("url")


def webhooks_of(hub: Hub) -> Webhooks:
    """What people and their programs do with webhooks."""
    allowed = _allowed(hub)
    return Webhooks(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        vault=Vault(load_keys(hub.settings)),
        check=lambda url: check_address(url, allowed),
    )


async def schedule_webhooks(stack: AsyncExitStack, jobs: Jobs, hub: Hub) -> None:
    """Tell what happened, every two seconds, as long as the hub runs."""
    allowed = _allowed(hub)
    resolver = PublicResolver(aiohttp.ThreadedResolver(), allowed)
    stack.push_async_callback(resolver.close)
    connector = aiohttp.TCPConnector(resolver=resolver, limit=_CONNECTIONS, use_dns_cache=False)
    session = await stack.enter_async_context(
        aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "Gongkai"},
            trust_env=False,
        )
    )
    sender = WebhookSender(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        vault=Vault(load_keys(hub.settings)),
        caller=Calling(session, allowed),
    )
    jobs.every("webhooks", _EVERY, sender.work)
    jobs.every("webhooks-purge", _PURGE_EVERY, sender.purge)


def _allowed(hub: Hub) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in hub.settings.webhook_networks)


def _refused(field: str) -> InvalidInput:
    return InvalidInput(
        Words("只推送到公网的 https 地址", "only https addresses of the open internet are called"),
        field=field,
        remedy=Words(
            "确需推送到内网时，在 webhook_networks 中列明网段并写 IP 地址",
            "name an inner network in webhook_networks and write an IP address",
        ),
    )
