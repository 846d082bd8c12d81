"""Answers to people who write to a bot: pictures first, then the words with their buttons.

Source: core.telegram.org/bots/api, sendMessage, sendPhoto, sendMediaGroup, answerCallbackQuery. No
call has a key, so none is made again where it may have had an effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery, SendMediaGroup, SendMessage, SendPhoto
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
)

from hub.conversation.models import Choice, Outgoing, Picture
from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import DeliveryError, Rejected
from hub.publishing.models import LengthUnit
from hub.publishing.ports import Access, MediaSource
from publishers.answering import in_words
from publishers.length import length
from publishers.telegram.session import Bots
from publishers.wire import Wire

__all__ = ["TelegramReplier"]

_TEXT_UNITS, _CAPTION_UNITS = 4_096, 1_024
_PAYLOAD_BYTES = 64
_ALBUM = 10
_TIMEOUT = timedelta(seconds=20)


class TelegramReplier:
    """`Replier` over the Bot API."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._bots = Bots(wire, clock)

    async def reply(self, access: Access, outgoing: Outgoing, media: MediaSource) -> None:
        bot = self._bots.get(access.base_url, access.credentials.get("bot_token", ""), _TIMEOUT)
        chat, answer = int(outgoing.address), outgoing.answer
        text = in_words(answer, _fits, numbered=False)
        keyboard = _keyboard(answer.choices)
        if answer.media:
            await self._show(bot, chat, answer.media[:_ALBUM], media)
        if text or keyboard:
            message = SendMessage(
                chat_id=chat,
                text=text or "…",
                reply_markup=keyboard,
                link_preview_options=LinkPreviewOptions(is_disabled=len(answer.cites) != 1),
            )
            await bot(message)
        await self._stop_waiting(bot, outgoing)

    async def close(self) -> None:
        await self._bots.close()

    async def _show(
        self, bot: Bot, chat: int, pictures: Sequence[Picture], media: MediaSource
    ) -> None:
        files = [await _file(picture, media) for picture in pictures]
        captions = [picture.alt[: _CAPTION_UNITS // 2] for picture in pictures]
        if len(files) == 1:
            await bot(SendPhoto(chat_id=chat, photo=files[0], caption=captions[0] or None))
            return
        album = [
            InputMediaPhoto(media=file, caption=caption or None)
            for file, caption in zip(files, captions, strict=True)
        ]
        await bot(SendMediaGroup(chat_id=chat, media=list(album)))

    async def _stop_waiting(self, bot: Bot, outgoing: Outgoing) -> None:
        """Let the pressed button rest; the answer is there, so a refusal matters to nobody."""
        callback = outgoing.context.get("callback")
        if callback:
            try:
                await bot(AnswerCallbackQuery(callback_query_id=callback))
            except DeliveryError:
                return


def _fits(text: str) -> bool:
    return length(text, LengthUnit.UTF16) <= _TEXT_UNITS


def _keyboard(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    """One button a row; raises Rejected for a payload that the platform does not carry."""
    for choice in choices:
        if not 1 <= len(choice.payload.encode()) <= _PAYLOAD_BYTES:
            raise Rejected(
                Words("选项载荷超过 64 字节", "a choice's payload is over 64 bytes"),
                field="choices",
            )
    rows = [[InlineKeyboardButton(text=c.label, callback_data=c.payload)] for c in choices]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


async def _file(picture: Picture, media: MediaSource) -> BufferedInputFile:
    try:
        content = await media.read(picture.sha256)
    except NotFound as error:
        raise Rejected(
            Words(f"图片 {picture.sha256[:12]} 不在素材库", "the picture is missing"),
            field="media",
        ) from error
    return BufferedInputFile(content, f"{picture.sha256[:16]}.png")
