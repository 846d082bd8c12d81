"""Updates for a bot without a webhook: getUpdates, confirmed once they are durable.

aiogram's own polling confirms an update before its handler has ended, and loses what a crash
interrupts; here the offset that confirms is the cursor, and it moves after the messages are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.conversation.models import Arrival, Polled
from hub.kernel.clock import Clock
from hub.kernel.errors import InvalidInput
from hub.publishing.errors import Busy
from hub.publishing.ports import Access
from publishers.telegram.codes import advice_for
from publishers.telegram.inbox import arrival_of
from publishers.wire import Answer, Wire

__all__ = ["POLL", "TelegramPoller"]

POLL = "poll"
_WAIT_S = 20  # the platform holds the call until something comes
_WANTED = ["message", "callback_query", "my_chat_member"]


class TelegramPoller:
    """`Poller` by long calls. Only one runs per bot: the platform ends the older one with 409."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire

    def rest(self, settings: Mapping[str, Any]) -> timedelta:
        return timedelta(0)

    def wanted(self, settings: Mapping[str, Any]) -> bool:
        return settings.get("receive") == POLL

    async def poll(self, access: Access, cursor: str) -> Polled:
        token = access.credentials.get("bot_token", "")
        request = {"timeout": _WAIT_S, "limit": 100, "allowed_updates": _WANTED}
        if cursor:
            request["offset"] = int(cursor)
        answer = await self._wire.call(
            "POST",
            f"{access.base_url}/bot{token}/getUpdates",
            what="telegram getUpdates",
            effect=False,
            timeout=timedelta(seconds=_WAIT_S + 15),
            json=request,
        )
        updates = _updates(answer)
        arrivals: list[Arrival] = []
        for update in updates:
            try:
                found = arrival_of(update)
            except InvalidInput:  # one odd update must not hold up those behind it
                continue
            if found is not None:
                arrivals.append(found)
        reached = str(updates[-1]["update_id"] + 1) if updates else cursor
        return Polled(arrivals=tuple(arrivals), cursor=reached)

    async def close(self) -> None:
        """The wire belongs to its owner."""


def _updates(answer: Answer) -> list[dict[str, Any]]:
    envelope = answer.json()
    if not isinstance(envelope, dict):
        raise answer.unreadable("no-envelope", "不是 Bot API 的格式", "no Bot API envelope")
    if envelope.get("ok") is not True:
        status = envelope.get("error_code", answer.status)
        advice = advice_for(status, str(envelope.get("description") or ""))
        error = advice.error if advice else Busy
        words = advice.words if advice else answer.unreadable("refused", "拒绝", "a refusal").words
        raise error(words, platform_code=str(status))
    found = envelope.get("result")
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and type(one.get("update_id")) is int for one in found
    ):
        raise answer.unreadable("no-result", "缺少结果", "without the result")
    return found
