"""Reads feeds on the open internet, and nothing else: no private address, little, briefly.

An analyst names an address and the hub goes there from inside the government's network. So every
address that a name resolves to is looked at before it is connected to, on each redirect anew; the
connection goes to the very address that was looked at.
"""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from socket import AddressFamily

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from hub.kernel.errors import GongkaiError, Words
from hub.opinion.sources.errors import BadSource, SourceUnreachable
from hub.opinion.sources.ports import Fetched

__all__ = ["Fetching", "PublicResolver", "is_literal", "is_public", "open_fetcher"]

_REDIRECTS = 3
_MOVED = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_CHUNK = 64 * 1024
_CONNECT_S = 5.0
_CONNECTIONS = 8
_ACCEPTED = "application/rss+xml, application/atom+xml, application/json, application/xml;q=0.9"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether an IP address is on the open internet, or within `allowed`. An IPv4 address inside
    an IPv6 one (mapped, 6to4, NAT64) counts as what it is."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        found = _inner(found) or found
    if any(found.version == net.version and found in net for net in allowed):
        return True
    return found.is_global and not found.is_multicast


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class PublicResolver(AbstractResolver):
    """Names as `inner` resolves them, without addresses that are not on the open internet."""

    def __init__(self, inner: AbstractResolver, allowed: Sequence[Network] = ()) -> None:
        self._inner = inner
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        public = [one for one in found if is_public(one["host"], self._allowed)]
        if found and not public:
            raise _private(host)
        return public

    async def close(self) -> None:
        await self._inner.close()


class Fetching:
    """`Fetcher` (hub.opinion.sources.ports) over a session whose resolver is a `PublicResolver`.
    `most` is the largest body in bytes, decompressed; `timeout` is for the whole reading."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        allowed: Sequence[Network] = (),
        most: int = 4 * 1024 * 1024,
        timeout: timedelta = timedelta(seconds=20),
    ) -> None:
        self._session = session
        self._allowed = allowed
        self._most = most
        self._timeout = aiohttp.ClientTimeout(
            total=timeout.total_seconds(), sock_connect=_CONNECT_S
        )

    async def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched | None:
        told = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {"Accept": _ACCEPTED} | {name: value for name, value in told.items() if value}
        address = self._checked(url)
        try:
            for _ in range(_REDIRECTS + 1):
                async with self._session.get(
                    address, headers=headers, timeout=self._timeout, allow_redirects=False
                ) as response:
                    if response.status not in _MOVED:
                        return await self._read(response)
                    address = self._following(address, response.headers.get("Location", ""))
        except GongkaiError:  # ours already
            raise
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            name = type(error).__name__
            raise SourceUnreachable(f"读取失败：{name}", f"it could not be read: {name}") from error
        raise SourceUnreachable(f"跳转超过 {_REDIRECTS} 次", f"more than {_REDIRECTS} redirects")

    async def _read(self, response: aiohttp.ClientResponse) -> Fetched | None:
        if response.status == _NOT_MODIFIED:
            return None
        if response.status != 200:
            raise SourceUnreachable(
                f"服务器答 {response.status}", f"the server says {response.status}"
            )
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > self._most:
                raise SourceUnreachable(
                    f"内容超过 {self._most} 字节", f"it has more than {self._most} bytes"
                )
        return Fetched(
            body=bytes(body),
            etag=response.headers.get("ETag", ""),
            last_modified=response.headers.get("Last-Modified", ""),
        )

    def _following(self, address: URL, location: str) -> URL:
        if not location:
            raise SourceUnreachable("跳转没有目标", "a redirect to nowhere")
        target = address.join(URL(location))
        if address.scheme == "https" and target.scheme != "https":
            raise SourceUnreachable("跳转到不加密的地址", "a redirect to plain http")
        return self._checked(str(target))

    def _checked(self, url: str) -> URL:
        """Raises BadSource for what is no address of the open web; names are looked at when they
        are resolved."""
        address = URL(url)
        if address.scheme not in ("http", "https") or not address.host or address.user:
            raise BadSource("url", "只读 http 与 https 地址", "http and https only")
        if is_literal(address.host) and not is_public(address.host, self._allowed):
            raise _private(address.host)
        return address


@asynccontextmanager
async def open_fetcher(
    *, networks: Iterable[str], most: int, timeout: timedelta
) -> AsyncIterator[Fetching]:
    """A fetcher with a session of its own. `networks` may be read although they are not public,
    such as 10.8.0.0/16 for a site of the government's network."""
    allowed = tuple(ipaddress.ip_network(one) for one in networks)
    resolver = PublicResolver(aiohttp.ThreadedResolver(), allowed)
    connector = aiohttp.TCPConnector(resolver=resolver, limit=_CONNECTIONS, use_dns_cache=False)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "Gongkai"},
        trust_env=False,
    ) as session:
        yield Fetching(session, allowed=allowed, most=most, timeout=timeout)
    await resolver.close()


def is_literal(host: str) -> bool:
    """Whether a host is an IP address, which no resolver is asked about."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _private(host: str) -> BadSource:
    return BadSource(
        "url",
        f"{host} 不在公网上",
        f"{host} is not on the open internet",
        Words(
            "确需读取内网来源时，在 opinion_feed_networks 中列明网段",
            "name its network in opinion_feed_networks",
        ),
    )
