"""People writing to simulated bots: updates kept for a day, delivered by webhook or on demand.

Source: tdlib/telegram-bot-api, WebhookActor.cpp (only 2xx is success; again at once, then after 2,
4, 8 … seconds), Client.cpp (409 while a webhook is set; an offset confirms what is before it).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any

import aiohttp

from publishers.telegram.simulator_chats import Bot, Chat
from publishers.telegram.simulator_wire import Query, Refused, bad

__all__ = ["Updates"]

_TRIES = 4


class Updates:
    """The updates of all bots of a platform; `pace` is how long two seconds of waiting take."""

    def __init__(self) -> None:
        self.pace = 0.05
        self.twice = False  # deliver every update twice, at the same time
        self._waiting: dict[int, list[dict[str, Any]]] = {}
        self._hooks: dict[int, tuple[str, str]] = {}
        self._numbers = itertools.count(700_000_001)
        self.answered: set[str] = set()
        self._news = asyncio.Event()

    def hook(self, bot: Bot, url: str, secret: str) -> None:
        """What setWebhook does."""
        self._hooks[bot.id] = (url, secret)

    async def say(
        self, bot: Bot, whose: Chat, at: int, *, twice: bool = False, **message: Any
    ) -> None:
        """The person whose private chat this is sends a message."""
        person = {"id": whose.id, "is_bot": False, "first_name": "市民", "language_code": "zh-hans"}
        content = {"message_id": 1, "date": at, "chat": whose.as_json(), "from": person, **message}
        await self._deliver(bot, {"message": content}, twice=twice)

    async def press(self, bot: Bot, chat: Chat, data: str) -> None:
        person = {"id": chat.id, "is_bot": False, "first_name": "市民"}
        number = str(next(self._numbers))
        message = {"message_id": 1, "date": 0, "chat": chat.as_json()}
        query = {"id": number, "from": person, "message": message, "data": data}
        await self._deliver(bot, {"callback_query": query})

    async def _deliver(self, bot: Bot, content: Mapping[str, Any], *, twice: bool = False) -> None:
        update = {"update_id": next(self._numbers), **content}
        if bot.id not in self._hooks:
            again = [update] if twice or self.twice else []
            self._waiting.setdefault(bot.id, []).extend([update, *again])
            self._news.set()
            return
        times = 2 if twice or self.twice else 1
        await asyncio.gather(*(self._call(bot, update) for _ in range(times)))

    async def _call(self, bot: Bot, update: Mapping[str, Any]) -> None:
        url, secret = self._hooks[bot.id]
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with aiohttp.ClientSession() as session:
            for number in range(_TRIES):
                async with session.post(url, json=update, headers=headers) as response:
                    if 200 <= response.status < 300:
                        return
                await asyncio.sleep(self.pace * (2**number - 1))

    async def get(self, query: Query) -> list[dict[str, Any]]:
        """getUpdates."""
        if query.bot.id in self._hooks:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook "
                "to delete the webhook first",
            )
        waiting = self._waiting.setdefault(query.bot.id, [])
        offset = int(query.get("offset") or 0)
        waiting[:] = [update for update in waiting if update["update_id"] >= offset]
        if not waiting and int(query.get("timeout") or 0):
            self._news.clear()
            try:
                async with asyncio.timeout(min(50, int(query.get("timeout")))):
                    await self._news.wait()
            except TimeoutError:
                return []
        return waiting[: int(query.get("limit") or 100)]

    def answer_callback(self, query: Query) -> bool:
        """answerCallbackQuery."""
        number = query.get("callback_query_id")
        if not number or number in self.answered:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self.answered.add(number)
        return True
