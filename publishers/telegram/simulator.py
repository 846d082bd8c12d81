"""Telegram's Bot API server as documented: strict about everything, helpful about nothing.

Methods: getMe, getChat, sendMessage, sendPhoto, sendMediaGroup, editMessageText,
editMessageCaption, editMessageMedia, deleteMessage, deleteMessages; getUpdates,
answerCallbackQuery, and webhooks (`updates`). Of the parse modes only HTML
is known. Sources: https://core.telegram.org/bots/api (10.3) and the official server's source
(tdlib/telegram-bot-api: HttpConnection, ClientManager, Client) for envelopes and sentences.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from hub.kernel.clock import Clock
from publishers import simulation
from publishers.simulation import Enrolment, Shown
from publishers.telegram.simulator_chats import Bot, Chat, Message, Photo, bot_for, chat_for
from publishers.telegram.simulator_markup import Formatted
from publishers.telegram.simulator_updates import Updates
from publishers.telegram.simulator_wire import (
    Query,
    Refused,
    array,
    bad,
    caption,
    keyboard,
    picture,
    read_arguments,
    refusal,
    text,
)

__all__ = ["Platform"]

_ALBUM = range(2, 11)
_DELETABLE = timedelta(hours=48)
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)


class Platform(simulation.Platform):
    """Switches (`tune`): `chat_per_minute` and `bot_per_second` (the documented limits),
    `schedule_sends` (message_id 0), `delete_any` (bots may delete what is older than 48 h)."""

    name = "telegram"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.chat_per_minute = 20
        self.bot_per_second = 30
        self.schedule_sends = False
        self.delete_any = False
        self._bots: dict[str, Bot] = {}
        self._chats: dict[int, Chat] = {}
        self._names: dict[str, int] = {}
        self._photos: dict[str, Photo] = {}
        self._albums = 0
        self.updates = Updates()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/bot{token}/{method}", self._serve),
            web.route("*", "/bot{token}/test/{method}", self._serve),
        ]

    def enrol(self, handle: str) -> Enrolment:
        """A bot of its own that is administrator of one chat."""
        chat = chat_for(handle)
        chat = self._chats.setdefault(chat.id, chat)
        bot = bot_for(chat.account)
        self._bots.setdefault(bot.token, bot)
        chat.bots.add(bot.id)
        if chat.username:
            self._names[chat.username.lower()] = chat.id
        return Enrolment(handle=chat.account, credentials={"bot_token": bot.token})

    def bot_of(self, handle: str) -> Bot:
        """The bot that was given out with a chat."""
        return bot_for(chat_for(handle).account)

    def private(self, bot: Bot, number: int) -> Chat:
        """A person's own chat with a bot."""
        chat = self._chats.setdefault(number, Chat(id=number, kind="private", title="市民"))
        chat.bots.add(bot.id)
        return chat

    def add_bot(self, handle: str, token: str) -> None:
        """Let the bot with `token` post to the chat `handle`, too."""
        self._chat_named(handle).bots.add(self._bots[token].id)

    def upgrade(self, handle: str) -> int:
        """Turn a group into a supergroup; its new id."""
        old = self._chat_named(handle)
        new = Chat(
            id=int(f"-100{abs(old.id)}"), kind="supergroup", title=old.title, account=old.account
        )
        new.bots = set(old.bots)
        self._chats[new.id] = new
        old.moved_to = new.id
        return new.id

    def bar(self, handle: str, sentence: str = "bot was blocked by the user") -> None:
        """Refuse bots in `handle` with "Forbidden: <sentence>"; "" lets them in again."""
        self._chat_named(handle).barred = sentence

    def open_topic(self, handle: str, number: int) -> None:
        """Open the forum topic `number` in a group."""
        self._chat_named(handle).topics.add(number)

    def revoke(self, token: str) -> None:
        """@BotFather's /revoke: the token is worth nothing from now on."""
        del self._bots[token]

    def over_limit(self) -> web.Response:
        return refusal(Refused(429, "Too Many Requests: retry after 1", retry_after=1))

    def shown(self) -> list[Shown]:
        posts: list[Shown] = []
        for chat in self._chats.values():
            albums: dict[str, list[Message]] = {}
            for message in chat.messages.values():
                albums.setdefault(message.album or str(message.id), []).append(message)
            posts += [_shown(chat, messages) for messages in albums.values()]
        return sorted(posts, key=lambda post: post.at)

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            result = await self._answer(request)
        except Refused as refused:
            return refusal(refused)
        return web.json_response({"ok": True, "result": result})

    async def _answer(self, request: web.Request) -> Any:
        token = request.match_info["token"]
        if not token[:1].isdigit() or token.startswith("0") or ":" not in token or len(token) > 80:
            raise Refused(401, "Unauthorized: invalid token specified")
        if token not in self._bots:
            raise Refused(401, "Unauthorized")
        if request.method not in ("GET", "POST"):
            raise Refused(405, "Method Not Allowed")
        values, files = await read_arguments(request)
        name = request.match_info["method"].lower()
        method = self._methods().get(name)
        if method is None:
            raise Refused(404, "Not Found: method not found")
        result = method(Query(name, self._bots[token], values, files))
        return await result if inspect.isawaitable(result) else result

    def _methods(self) -> dict[str, Callable[[Query], Any]]:
        return {
            "getupdates": self.updates.get,
            "answercallbackquery": self.updates.answer_callback,
            "getme": lambda query: query.bot.as_json(),
            "getchat": self._get_chat,
            "sendmessage": self._send_message,
            "sendphoto": self._send_photo,
            "sendmediagroup": self._send_media_group,
            "editmessagetext": self._edit_text,
            "editmessagecaption": self._edit_caption,
            "editmessagemedia": self._edit_media,
            "deletemessage": self._delete,
            "deletemessages": self._delete_several,
        }

    def _get_chat(self, query: Query) -> dict[str, Any]:
        return self._chat(query).as_json() | {"accent_color_id": 0, "max_reaction_count": 11}

    def _send_message(self, query: Query) -> dict[str, Any]:
        chat = self._chat(query)
        body = text(query)
        self._check_topic(chat, query)
        self._count(query.bot, chat)
        buttons = keyboard(query)
        posted = self._post(chat, body)
        chat.messages[chat.last_id].buttons = buttons
        return posted

    def _send_photo(self, query: Query) -> dict[str, Any]:
        chat = self._chat(query)
        photo = self._photo(query.get("photo"), query, "photo")
        body = caption(query.get("caption"), query.get("parse_mode"))
        self._check_topic(chat, query)
        self._count(query.bot, chat)
        return self._post(chat, body, photo)

    def _send_media_group(self, query: Query) -> list[dict[str, Any]]:
        chat = self._chat(query)
        items = array(query.get("media"), "media")
        if len(items) not in _ALBUM:
            raise bad("wrong number of items in the media group, must be 2-10")
        album = [self._input_media(item, query) for item in items]
        self._check_topic(chat, query)
        self._count(query.bot, chat, len(album))
        self._albums += 1
        mark = f"{self._albums:017d}"
        return [self._post(chat, body, photo, mark) for photo, body in album]

    def _edit_text(self, query: Query) -> dict[str, Any]:
        chat, message = self._message(query, "edit")
        if message.photo:
            raise bad("there is no text in the message to edit")
        body = text(query)
        return self._edit(query, chat, message, body, None)

    def _edit_caption(self, query: Query) -> dict[str, Any]:
        chat, message = self._message(query, "edit")
        if not message.photo:
            raise bad("there is no caption in the message to edit")
        body = caption(query.get("caption"), query.get("parse_mode"))
        return self._edit(query, chat, message, body, message.photo)

    def _edit_media(self, query: Query) -> dict[str, Any]:
        chat, message = self._message(query, "edit")
        try:
            item = json.loads(query.get("media"))
        except ValueError:
            raise bad("can't parse input media JSON object") from None
        photo, body = self._input_media(item, query)
        return self._edit(query, chat, message, body, photo)

    def _edit(
        self, query: Query, chat: Chat, message: Message, body: Formatted, photo: Photo | None
    ) -> dict[str, Any]:
        if (message.body, message.photo) == (body, photo):
            raise bad(_NOT_MODIFIED)
        self._count(query.bot, chat)
        message.body, message.photo, message.edited = body, photo, self.clock.now()
        return chat.message_json(message)

    def _delete(self, query: Query) -> bool:
        _, message = self._message(query, "delete")
        if self.clock.now() - message.at > _DELETABLE and not self.delete_any:
            raise bad("message can't be deleted")
        message.deleted = True
        return True

    def _delete_several(self, query: Query) -> bool:
        chat = self._chat(query)
        numbers = array(query.get("message_ids"), "message_ids")
        if not 1 <= len(numbers) <= 100:
            raise bad("wrong number of message identifiers")
        for number in numbers:
            message = chat.messages.get(int(number))
            if message and (self.clock.now() - message.at <= _DELETABLE or self.delete_any):
                message.deleted = True
        return True

    def _chat_named(self, handle: str) -> Chat:
        number = self._names.get(handle.removeprefix("@").lower())
        return self._chats[int(handle) if number is None else number]

    def _chat(self, query: Query) -> Chat:
        handle = query.get("chat_id").strip()
        if not handle:
            raise bad("chat_id is empty")
        try:
            chat = self._chat_named(handle)
        except (KeyError, ValueError):
            raise bad("chat not found") from None
        if chat.moved_to:
            raise bad(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to
            )
        if chat.barred:
            raise Refused(403, f"Forbidden: {chat.barred}")
        if query.bot.id not in chat.bots:
            raise Refused(403, f"Forbidden: bot is not a member of the {chat.kind} chat")
        return chat

    def _message(self, query: Query, what: str) -> tuple[Chat, Message]:
        chat = self._chat(query)
        number = query.get("message_id")
        message = chat.messages.get(int(number)) if number.isdigit() else None
        if message is None or message.deleted:
            raise bad(f"message to {what} not found")
        return chat, message

    def _check_topic(self, chat: Chat, query: Query) -> None:
        topic = query.get("message_thread_id")
        if topic and (not topic.isdigit() or int(topic) not in chat.topics):
            raise bad("message thread not found")

    def _count(self, bot: Bot, chat: Chat, messages: int = 1) -> None:
        """An album counts as that many messages; an edit as one."""
        now = self.clock.monotonic()
        wait = max(
            chat.window.wait(now, self.chat_per_minute, 60.0),
            bot.window.wait(now, self.bot_per_second, 1.0),
        )
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            raise Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        chat.window.calls.extend([now] * messages)
        bot.window.calls.append(now)

    def _post(
        self, chat: Chat, body: Formatted, photo: Photo | None = None, album: str = ""
    ) -> dict[str, Any]:
        chat.last_id += 1
        message = Message(id=chat.last_id, at=self.clock.now(), body=body, photo=photo, album=album)
        chat.messages[message.id] = message
        return chat.message_json(message, 0 if self.schedule_sends else None)

    def _input_media(self, item: Any, query: Query) -> tuple[Photo, Formatted]:
        if not isinstance(item, dict) or item.get("type") != "photo":
            raise bad("can't parse InputMedia: type must be one of photo")
        photo = self._photo(str(item.get("media", "")), query, "media")
        body = caption(str(item.get("caption", "")), str(item.get("parse_mode", "")))
        return photo, body

    def _photo(self, value: str, query: Query, name: str) -> Photo:
        attached = value.removeprefix("attach://") if value.startswith("attach://") else name
        if attached in query.files:
            photo = picture(query.files[attached])
            self._photos[photo.file_id] = photo
            return photo
        if value.startswith(("http://", "https://")):
            raise bad("failed to get HTTP URL content")
        if value not in self._photos:
            raise bad("wrong file identifier/HTTP URL specified")
        return self._photos[value]


def _shown(chat: Chat, messages: list[Message]) -> Shown:
    first = messages[0]
    numbers = ",".join(str(message.id) for message in messages)
    return Shown(
        account=chat.account,
        remote_id=f"{chat.id}:{numbers}",
        title="",
        text=first.body.text,
        at=first.at,
        link=f"https://t.me/{chat.username}/{first.id}" if chat.username else "",
        pictures=sum(message.photo is not None for message in messages),
        state="deleted" if all(message.deleted for message in messages) else "public",
    )
