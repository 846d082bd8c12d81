"""The access token of one application (gettoken, 90231): the same for every process that asks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.kernel.clock import Clock
from hub.publishing.ports import Access
from publishers.tokens import CachedToken
from publishers.wecom.codes import CODES
from publishers.wire import Answer, Wire

__all__ = ["Tokens"]


class Tokens(CachedToken):
    """Hands out one application's token."""

    def __init__(self, wire: Wire, clock: Clock, access: Access, timeout: timedelta) -> None:
        door = repr((access.base_url, sorted(access.credentials.items())))
        name = f"wecom:{hashlib.sha256(door.encode()).hexdigest()}"
        super().__init__(clock, wire.shelf, name)
        self._wire = wire
        self._url = f"{access.base_url}/cgi-bin/gettoken"
        self._query = {
            "corpid": access.credentials.get("corpid", ""),
            "corpsecret": access.credentials.get("secret", ""),
        }
        self._timeout = timeout

    async def _ask(self) -> tuple[Answer, Mapping[str, Any]]:
        answer = await self._wire.call(
            "GET",
            self._url,
            what="WeCom gettoken",
            effect=False,
            timeout=self._timeout,
            params=self._query,
        )
        return answer, CODES.result_of(answer)
