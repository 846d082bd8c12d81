"""aiogram over our wire: the one place where Telegram's endings become ours.

aiogram's own session follows redirects, reads an answer of any size, and has one error for "could
not connect" and "read timed out". This one keeps aiogram's methods, types and serialisation and
leaves the call to `Wire`, which knows whether bytes may have left.
"""

from __future__ import annotations

import io
import re
from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from math import ceil
from typing import Any, cast

import aiohttp
from yarl import URL

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import DeliveryError, Rejected, Throttled, Unauthorised
from publishers.telegram.codes import Migrated, advice_for
from publishers.telegram.library import (
    AiogramError,
    BaseSession,
    Bot,
    BufferedInputFile,
    TelegramAPIServer,
    TelegramMethod,
    TelegramType,
)
from publishers.wire import Answer, Wire

__all__ = ["Bots", "WireSession"]

# Reading, and what by nature may be repeated: for these "no answer" is a reason to ask again
# (Busy), not to reconcile (Unknown).
_REPEATABLE = frozenset(
    {
        "getMe",
        "getChat",
        "editMessageText",
        "editMessageCaption",
        "editMessageMedia",
        "deleteMessage",
    }
)
# "If ok equals True, the request was successful" (Bot API, Making requests); what these return is
# not needed, and there are servers that return null.
_OK_SAYS_ALL = frozenset(
    {"editMessageText", "editMessageCaption", "editMessageMedia", "deleteMessage"}
)
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,100}")
_RETRY_AFTER = re.compile(r"retry after ([0-9]+)")
_DEFAULT_PAUSE_S = 30
_MOST_BOTS = 4096


class Bots:
    """One aiogram Bot per token and server, made when first asked for."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock
        self._bots: dict[tuple[str, str], Bot] = {}

    def get(self, base_url: str, token: str, timeout: timedelta) -> Bot:
        """Raises Unauthorised for a token that cannot be one, Rejected for such an address."""
        bot = self._bots.get((base_url, token))
        if bot is None:
            if len(self._bots) >= _MOST_BOTS:
                self._bots.clear()
            session = WireSession(self._wire, self._clock, _checked_address(base_url))
            bot = self._bots[base_url, token] = Bot(_checked_token(token), session=session)
        bot.session.timeout = timeout.total_seconds()
        return bot

    async def close(self) -> None:
        for bot in self._bots.values():
            await bot.session.close()
        self._bots.clear()


class WireSession(BaseSession):
    """A session for one bot. Every call ends in a result or in one of the delivery errors."""

    def __init__(self, wire: Wire, clock: Clock, base_url: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(base_url))
        self._wire = wire
        self._clock = clock
        self._flooded: dict[str, float] = {}  # chat → until, on the clock's monotonic scale

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        name = method.__api_method__
        try:
            answer = await self._wire.call(
                "POST",
                self.api.api_url(token=bot.token, method=name),
                what=f"telegram {name}",
                effect=name not in _REPEATABLE,
                timeout=timedelta(seconds=self.timeout if timeout is None else timeout),
                data=self._form(bot, method),
            )
            return self._result(bot, method, answer)
        except DeliveryError as error:
            # The URL holds the token, and aiohttp's errors quote the URL: cut the chain here.
            raise error from None

    def _form(self, bot: Bot, method: TelegramMethod[TelegramType]) -> aiohttp.FormData:
        form, files = aiohttp.FormData(), dict[str, Any]()
        for key, value in method.model_dump(warnings=False).items():
            prepared = self.prepare_value(value, bot=bot, files=files)
            if prepared:
                form.add_field(key, prepared)
        for key, file in files.items():
            content = cast(BufferedInputFile, file)
            # A stream: raw bytes of megabytes would hold up the loop.
            form.add_field(key, io.BytesIO(content.data), filename=content.filename or key)
        return form

    def _result(
        self, bot: Bot, method: TelegramMethod[TelegramType], answer: Answer
    ) -> TelegramType:
        envelope = answer.json()
        if not isinstance(envelope, dict) or not isinstance(envelope.get("ok"), bool):
            raise answer.unreadable("no-envelope", "不是 Bot API 的格式", "no Bot API envelope")
        if not envelope["ok"]:
            raise self._refusal(method, answer, envelope)
        try:
            response = self.check_response(bot, method, answer.status, answer.body.decode())
        except AiogramError as error:
            raise answer.unreadable("no-result", "缺少结果", "without the result") from error
        if response.result is None and method.__api_method__ in _OK_SAYS_ALL:
            return cast(TelegramType, None)
        if not response.result:
            raise answer.unreadable("no-result", "缺少结果", "without the result")
        return response.result

    def _refusal(
        self, method: TelegramMethod[Any], answer: Answer, envelope: Mapping[str, Any]
    ) -> DeliveryError:
        status = envelope.get("error_code", answer.status)
        description = str(envelope.get("description") or "")
        parameters = envelope.get("parameters")
        if not isinstance(parameters, dict):
            parameters = {}
        if status == 429:
            return self._throttled(method, answer, description, parameters)
        moved = parameters.get("migrate_to_chat_id")
        if isinstance(moved, int) and moved:
            return _migrated(moved, description)
        advice = advice_for(status, description)
        if advice is None:
            return answer.unreadable("server-error", "是服务器错误", "a server error")
        return advice.error(
            advice.words,
            platform_code=str(status),
            platform_message=description,
            remedy=advice.remedy,
        )

    def _throttled(
        self,
        method: TelegramMethod[Any],
        answer: Answer,
        description: str,
        parameters: Mapping[str, Any],
    ) -> Throttled:
        pause = _pause(answer, description, parameters)
        chat = str(getattr(method, "chat_id", ""))
        now = self._clock.monotonic()
        self._flooded = {name: until for name, until in self._flooded.items() if until > now}
        # The answer does not say whose limit it was: one chat's at first, the bot's as soon as a
        # second chat is refused while the first still waits.
        scope = "app" if self._flooded.keys() - {chat} else "chat"
        self._flooded[chat] = now + pause
        return Throttled(
            Words(f"发送过快，{pause} 秒后再试", f"too fast, again in {pause} s"),
            platform_code="429",
            platform_message=description,
            retry_after=timedelta(seconds=pause),
            scope=scope,
        )

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """A file of the platform in one chunk, as large as the wire takes."""
        answer = await self._wire.call(
            "GET",
            url,
            what="telegram file",
            effect=False,
            timeout=timedelta(seconds=timeout),
            headers=headers,
        )
        if raise_for_status and answer.status != 200:
            raise answer.unreadable("no-file", "不是文件", "not the file")
        yield answer.body

    async def close(self) -> None:
        """Nothing: the wire belongs to its owner."""


def _pause(answer: Answer, description: str, parameters: Mapping[str, Any]) -> int:
    """Seconds to wait: the envelope's word, else the sentence's, else the header's."""
    said = _RETRY_AFTER.search(description.lower())
    candidates = (
        parameters.get("retry_after"),
        said and said[1],
        answer.headers.get("Retry-After"),
    )
    for candidate in candidates:
        try:
            return max(1, ceil(float(candidate)))  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            continue
    return _DEFAULT_PAUSE_S


def _migrated(chat_id: int, description: str) -> Migrated:
    error = Migrated(
        Words(f"群组已升级，新编号 {chat_id}", f"the group was upgraded, its id is {chat_id}"),
        platform_code="400",
        platform_message=description,
        remedy=Words(f"把账号标识改为 {chat_id}", f"set the account's handle to {chat_id}"),
        field="handle",
    )
    error.chat_id = chat_id
    return error


def _checked_token(token: str) -> str:
    if _TOKEN.fullmatch(token):
        return token
    raise Unauthorised(
        Words("机器人令牌缺失或格式不对", "the bot's token is missing or malformed"),
        platform_code="bad-token",
        field="bot_token",
        remedy=Words("填写 @BotFather 给出的完整令牌", "enter the whole token from @BotFather"),
    )


def _checked_address(base_url: str) -> str:
    """An address that cannot break the URL which will hold the token."""
    try:
        url = URL(base_url)
        good = url.scheme in ("http", "https") and bool(url.host) and not url.query_string
    except ValueError:
        good = False
    if good and not set(base_url) & set("{}#"):
        return base_url
    raise Rejected(
        Words("接口地址无效", "the API address is invalid"),
        platform_code="bad-base-url",
        field="base_url",
        remedy=Words("如 https://api.telegram.org", "such as https://api.telegram.org"),
    )
