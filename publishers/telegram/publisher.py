"""The outlet: one call of the Bot API per part, typed by the session, told in our words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Rejected
from hub.publishing.models import MediaRef
from hub.publishing.ports import Accepted, Access, Finding, Job, Verdict
from publishers.telegram.codes import AlreadyDone, Migrated
from publishers.telegram.declaration import DECLARATION
from publishers.telegram.library import (
    Bot,
    BufferedInputFile,
    DeleteMessage,
    EditMessageMedia,
    EditMessageText,
    GetMe,
    InputMediaPhoto,
    Message,
    ParseMode,
    SendMediaGroup,
    SendMessage,
    SendPhoto,
)
from publishers.telegram.session import Bots
from publishers.wire import Wire

__all__ = ["TelegramOutlet"]

_REMOTE = re.compile(r"(?P<chat>-?[0-9]+|@\w+):(?P<ids>[0-9]+(?:,[0-9]+)*|0\.\w+)")
_GENERAL_TOPIC = 1  # must be left out when sending
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
_TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    chat: int | str
    topic: int | None
    silent: bool | None


class TelegramOutlet:
    """Implements hub.publishing.ports.Outlet. No read-back exists: verify and reconcile ask a
    person."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self.declaration = DECLARATION
        self._bots = Bots(wire, clock)

    async def deliver(self, job: Job) -> Accepted:
        bot = self._bot(job)
        pictures = await _pictures(job)
        if pictures:
            await job.checkpoint(job.progress)  # reading took time: is the lease still ours?
        chat = str(job.progress.get("chat") or job.access.handle)
        try:
            messages = await self._send(bot, job, chat, pictures)
        except Migrated as moved:
            await job.checkpoint({**job.progress, "chat": str(moved.chat_id)})
            messages = await self._send(bot, job, str(moved.chat_id), pictures)
            return _accepted(job, messages, migrated_to=moved.chat_id)
        return _accepted(job, messages)

    async def reconcile(self, job: Job) -> Finding:
        """The Bot API has no key and shows no history, not even a bot's own posts."""
        return Finding(
            verdict=Verdict.PERSON,
            remote_id=job.remote_id,
            detail=str(
                Words(
                    "请打开频道查看该消息是否已发出",
                    "open the channel and see whether the message is there",
                )
            ),
        )

    async def verify(self, job: Job) -> Finding:
        return await self.reconcile(job)

    async def withdraw(self, job: Job) -> None:
        chat, ids = _parse(job.remote_id)
        bot = self._bot(job)
        for message_id in ids:
            try:
                await bot(DeleteMessage(chat_id=chat, message_id=message_id))
            except AlreadyDone:
                continue

    async def amend(self, job: Job) -> Accepted:
        """Replace the text, or each picture and the caption; repeating it is harmless."""
        chat, ids = _parse(job.remote_id)
        if len(ids) != max(1, len(job.part.media)):
            raise Rejected(
                Words("图片数量变了，无法原地更正", "the number of pictures changed"),
                field="media",
                remedy=Words("撤回后重新发布", "withdraw and publish again"),
            )
        bot = self._bot(job)
        photos = _photos(await _pictures(job), job.part.text)
        edits: list[EditMessageMedia | EditMessageText] = [
            EditMessageMedia(chat_id=chat, message_id=message_id, media=photo)
            for message_id, photo in zip(ids, photos, strict=False)
        ]
        text = EditMessageText(
            chat_id=chat, message_id=ids[0], text=job.part.text, parse_mode=ParseMode.HTML
        )
        for edit in edits or [text]:
            try:
                await bot(edit)
            except AlreadyDone:
                continue
        return Accepted(remote_id=job.remote_id, url=_url(job.access.handle, ids[0]))

    async def reach(self, access: Access) -> str:
        """`Reaching`: the bot's name. Whether it may post to the chat, only a post shows."""
        token = access.credentials.get("bot_token", "")
        bot = self._bots.get(access.base_url, token, self.declaration.call_timeout)
        me = await bot(GetMe())
        return f"@{me.username}" if me.username else me.first_name

    async def close(self) -> None:
        await self._bots.close()

    def _bot(self, job: Job) -> Bot:
        access = job.access
        token = access.credentials.get("bot_token", "")
        return self._bots.get(access.base_url, token, self.declaration.call_timeout)

    async def _send(
        self, bot: Bot, job: Job, chat: str, pictures: Sequence[BufferedInputFile]
    ) -> list[Message]:
        to, text = _target(job.access, chat), job.part.text
        if not pictures:
            message = SendMessage(
                chat_id=to.chat,
                message_thread_id=to.topic,
                disable_notification=to.silent,
                text=text,
                parse_mode=ParseMode.HTML,
            )
            return [await bot(message)]
        if len(pictures) == 1:
            photo = SendPhoto(
                chat_id=to.chat,
                message_thread_id=to.topic,
                disable_notification=to.silent,
                photo=pictures[0],
                caption=text,
                parse_mode=ParseMode.HTML,
            )
            return [await bot(photo)]
        album = SendMediaGroup(
            chat_id=to.chat,
            message_thread_id=to.topic,
            disable_notification=to.silent,
            media=list(_photos(pictures, text)),
        )
        return await bot(album)


async def _pictures(job: Job) -> list[BufferedInputFile]:
    return [await _picture(job, ref) for ref in job.part.media]


async def _picture(job: Job, ref: MediaRef) -> BufferedInputFile:
    try:
        content = await job.media.read(ref.sha256)
    except NotFound as error:
        raise Rejected(
            Words(f"图片 {ref.sha256[:12]} 不在素材库", f"picture {ref.sha256[:12]} is missing"),
            field="media",
            remedy=Words("重新上传图片并送审", "upload the picture again and have it approved"),
        ) from error
    return BufferedInputFile(content, f"{ref.sha256[:16]}{_SUFFIXES.get(ref.media_type, '')}")


def _photos(pictures: Sequence[BufferedInputFile], caption: str) -> list[InputMediaPhoto]:
    """The first picture's caption is the album's."""
    return [
        InputMediaPhoto(
            media=picture,
            caption=caption if number == 0 else None,
            parse_mode=ParseMode.HTML if number == 0 else None,
        )
        for number, picture in enumerate(pictures)
    ]


def _target(access: Access, chat: str) -> _Target:
    topic = str(access.settings.get("thread_id") or "").strip()
    silent = str(access.settings.get("silent") or "").strip().lower() in _TRUE
    if topic and not (topic.isascii() and topic.isdigit()):
        raise Rejected(
            Words("话题编号应为数字", "the topic must be a number"),
            field="thread_id",
            remedy=Words("改正账号设置", "correct the account's setting"),
        )
    return _Target(
        chat=_chat(chat),
        topic=int(topic) if topic and int(topic) != _GENERAL_TOPIC else None,
        silent=silent or None,
    )


def _chat(handle: str) -> int | str:
    return int(handle) if re.fullmatch(r"-?[0-9]+", handle) else handle


def _accepted(job: Job, messages: Sequence[Message], *, migrated_to: int = 0) -> Accepted:
    """`remote_id` is "<chat>:<message>[,<message>…]".

    The server gives number 0 to what it will send later; such a post is marked with our own key
    instead, because 0 names no message.
    """
    first = messages[0]
    ids = [message.message_id for message in messages]
    known = all(ids)
    receipt: dict[str, object] = {"chat_id": first.chat.id, "message_ids": ids}
    receipt["date"] = first.date.isoformat()
    return Accepted(
        remote_id=f"{first.chat.id}:{','.join(map(str, ids)) if known else f'0.{job.key}'}",
        url=_url(f"@{first.chat.username}", ids[0]) if known and first.chat.username else "",
        receipt=receipt,
        moved_to=str(migrated_to or ""),
    )


def _parse(remote_id: str) -> tuple[int | str, list[int]]:
    found = _REMOTE.fullmatch(remote_id)
    if found is None or found["ids"].startswith("0."):
        raise Rejected(
            Words("不知道消息编号", "the message's number is not known"),
            field="remote_id",
            remedy=Words("在 Telegram 里手工处理", "do it by hand in Telegram"),
        )
    return _chat(found["chat"]), [int(number) for number in found["ids"].split(",")]


def _url(handle: str, message_id: int) -> str:
    """Only public channels have addresses that anybody can open."""
    return f"https://t.me/{handle[1:]}/{message_id}" if handle.startswith("@") else ""
