"""Browsers on the portal's page for questions: one per citizen, with a cookie and an open stream.

They send what the page's script sends, and read what it reads: the lines that come by the stream,
and once more the page itself at the end of the day.
"""

from __future__ import annotations

import asyncio
import html
import itertools
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import aiohttp

from publishers.simulation import broken
from simulators.citizens.models import Citizen, Purpose, Saying

__all__ = ["Browsers", "PageRefused"]

_COOKIE = "gongkai-chat"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_LINE = re.compile(
    r'<li class="line (?P<whose>mine|theirs)" id="l-(?P<id>[^"]+)">(?P<inner>.*?)</div>\s*</li>',
    re.S,
)
_WHO = re.compile(r'<p class="who">.*?</p>', re.S)
_BUTTON = re.compile(r'<button type="submit" name="choice"[^>]*>')
_CHOICE = re.compile(r'<button type="submit" name="choice" value="([^"]+)">')
_TAGS = re.compile(r"<[^>]+>")
_SPACE = re.compile(r"[ \t]*\n\s*")
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_OPEN = aiohttp.ClientTimeout(total=None, sock_read=60)
_KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


class PageRefused(Exception):
    """The page did not take what was sent."""


@dataclass(slots=True)
class _Visitor:
    number: int
    headers: dict[str, str]
    token: str
    seen: dict[str, str] = field(default_factory=dict)  # answers by their id
    offered: list[str] = field(default_factory=list)  # choices of the last answer that has any


class Browsers:
    """`Handset` on the portal; `close` at the end. Everybody has an address of their own, which the
    proxy before the hub would add."""

    def __init__(self, hub: str, seed: int) -> None:
        self._hub = hub
        self._random = Random(seed)  # noqa: S311 - keys of a script
        self._visitors: dict[int, _Visitor] = {}
        self._streams: set[asyncio.Task[None]] = set()
        self._news: list[tuple[int, str]] = []
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=_TIMEOUT
        )

    async def close(self) -> None:
        for task in tuple(self._streams):
            task.cancel()
        await asyncio.gather(*self._streams, return_exceptions=True)
        await self._session.close()

    async def say(self, citizen: Citizen, saying: Saying) -> None:
        visitor = self._visitors.get(citizen.number)
        if visitor is None:
            visitor = self._visitors[citizen.number] = await self._open(citizen.number)
        key = "".join(self._random.choices(_KEY, k=24))
        form = {"token": visitor.token, "key": key}
        if saying.purpose is Purpose.FOLLOW:
            form["choice"] = visitor.offered[int(saying.text) - 1]
        else:
            form["text"] = saying.text
        url = f"{self._hub}/chat/say"
        if saying.twice:
            headers = visitor.headers
            await broken(self._session, url, saying.cut_after, data=form, headers=headers)
        async with self._session.post(url, data=form, headers=visitor.headers) as answer:
            if answer.status != 200:
                raise PageRefused(f"{answer.status} {await answer.text()}")

    def news(self) -> Iterator[tuple[int, str]]:
        news, self._news = self._news, []
        yield from news

    async def look_again(self) -> None:
        """Everybody opens the page once more: what the stream did not bring is news."""
        places = asyncio.Semaphore(8)

        async def look(visitor: _Visitor) -> None:
            async with places:
                page = await self._page(visitor.headers)
                self._show(visitor, page)

        await asyncio.gather(*(look(visitor) for visitor in self._visitors.values()))

    async def _open(self, number: int) -> _Visitor:
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {"X-Forwarded-For": address}
        async with self._session.get(f"{self._hub}/chat", headers=headers) as answer:
            answer.raise_for_status()
            page = await answer.text()
            headers["Cookie"] = f"{_COOKIE}={answer.cookies[_COOKIE].value}"
        found = _TOKEN.search(page)
        if found is None:
            raise PageRefused("the page has no form")
        visitor = _Visitor(number, headers, found[1])
        opened = asyncio.Event()
        task = asyncio.create_task(self._follow(visitor, opened))
        self._streams.add(task)
        task.add_done_callback(self._streams.discard)
        await opened.wait()
        return visitor

    async def _follow(self, visitor: _Visitor, opened: asyncio.Event) -> None:
        """Read the stream, and open it again where it ends; what was read is known by its id."""
        url = f"{self._hub}/chat/stream"
        last: dict[str, str] = {}
        while True:
            headers = visitor.headers | last
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._session.get(url, headers=headers, timeout=_OPEN) as stream:
                    opened.set()
                    lines: list[str] = []
                    async for raw in stream.content:
                        line = raw.decode().rstrip("\n")
                        if line.startswith("id: "):
                            last = {"Last-Event-ID": line[4:]}
                        elif line.startswith("data: "):
                            lines.append(line[6:])
                        elif not line and lines:
                            self._show(visitor, "\n".join(lines))
                            lines = []
            opened.set()
            await asyncio.sleep(1)

    async def _page(self, headers: dict[str, str]) -> str:
        async with self._session.get(f"{self._hub}/chat", headers=headers) as answer:
            answer.raise_for_status()
            return await answer.text()

    def _show(self, visitor: _Visitor, page: str) -> None:
        for line in _LINE.finditer(page):
            if line["whose"] == "theirs" and line["id"] not in visitor.seen:
                visitor.offered = _CHOICE.findall(line["inner"]) or visitor.offered
                text = visitor.seen[line["id"]] = _text(line["inner"])
                self._news.append((visitor.number, text))


def _text(inner: str) -> str:
    """The words of a line; buttons are numbered, as other platforms show choices."""
    numbers = itertools.count(1)
    shown = _BUTTON.sub(lambda _: f"\n{next(numbers)}. ", _WHO.sub("", inner))
    return _SPACE.sub("\n", html.unescape(_TAGS.sub("\n", shown))).strip()
