"""Operator alerts: a few words to every address, and whether all of them took it.

Not for publishing: nothing is stored, nothing is settled, and a long text is shortened visibly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from hub.kernel.errors import Misconfigured, Words
from publishers.apprise.crew import Crew, Crowded
from publishers.apprise.judging import fault_of
from publishers.apprise.services import Service, make_service
from publishers.shortening import ELLIPSIS

__all__ = ["Alerts"]

_TIMEOUT = timedelta(seconds=15)


class Alerts:
    """Tells the services behind `urls` (addresses as apprise has them; each is a secret).

    Raises Misconfigured for an address that no service knows, naming its place in the list and
    never the address. `timeout` is for one call of `send` to one service.
    """

    def __init__(self, urls: Sequence[str], *, timeout: timedelta = _TIMEOUT) -> None:
        self._urls = tuple(urls)
        self._timeout = timeout
        self._crew = Crew()
        for place in range(len(self._urls)):
            self._service(place)

    def __repr__(self) -> str:
        return f"Alerts({len(self._urls)})"

    async def send(self, title: str, text: str) -> bool:
        """Whether every service took it; False also where nobody can say. Never raises.

        With no address at all nobody was told, which is False.
        """
        told = await asyncio.gather(
            *(self._tell(place, title, text) for place in range(len(self._urls)))
        )
        return bool(told) and all(told)

    async def _tell(self, place: int, title: str, text: str) -> bool:
        service = self._service(place)
        work = service.call(*_fitted(service, title, text))
        try:
            told = await self._crew.run(work, self._timeout)
        except Crowded:
            return False
        return fault_of(told) is None

    def _service(self, place: int) -> Service:
        service = make_service(self._urls[place], seconds=self._timeout.total_seconds())
        if service is None:
            raise Misconfigured(
                Words(
                    f"第 {place + 1} 个告警地址不可用",
                    f"alert address number {place + 1} is no service's",
                ),
                field="alerts",
                remedy=Words(
                    "写法见 https://appriseit.com/services/",
                    "see https://appriseit.com/services/ for their form",
                ),
            )
        return service


def _fitted(service: Service, title: str, text: str) -> tuple[str, str]:
    """Title and text within the service's limits; without titles, the title leads the text."""
    if not service.limits.title:
        title, text = "", f"{title}\n{text}"
    title = _ended(title, service.limits.title)
    most = len(text)
    while service.too_long(title, _ended(text, most)) and most > len(ELLIPSIS):
        most = most * 9 // 10
    return title, _ended(text, most)


def _ended(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(0, most - len(ELLIPSIS))] + ELLIPSIS
