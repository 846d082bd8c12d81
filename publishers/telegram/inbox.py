"""Updates from a webhook or from getUpdates: checked at the door, typed once.

Source: core.telegram.org/bots/api (Update, setWebhook). Only private chats are conversations; what
bots send, our own included, is dropped. An update is known again by its number, a pressed button
by its callback's: the platform delivers until it reads 2xx, for a day.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from hub.conversation.models import Answer, Arrival, EventType, InboundKind, Location
from hub.kernel.errors import Forbidden, InvalidInput, Misconfigured, Words
from publishers.contract import Response

__all__ = ["TelegramInbox", "arrival_of", "open_inbox"]

_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LARGEST = 256 * 1024
_OLDEST_S = 25 * 3600  # updates are kept for 24 hours; an older one is a replay
_RECEIVED = Response(b"")
_MEDIA = {
    "photo": InboundKind.IMAGE,
    "sticker": InboundKind.IMAGE,
    "voice": InboundKind.VOICE,
    "audio": InboundKind.VOICE,
    "video": InboundKind.VIDEO,
    "video_note": InboundKind.VIDEO,
}


def open_inbox(credentials: Mapping[str, str], settings: Mapping[str, Any]) -> TelegramInbox:
    """Raises Misconfigured without a secret: an empty one would let anybody in."""
    secret = credentials.get("webhook_secret", "")
    if not secret:
        raise Misconfigured(
            Words("未配置 webhook 密钥", "the webhook has no secret"),
            field="webhook_secret",
            remedy=Words(
                "设置 webhook_secret，并用它调用 setWebhook",
                "set webhook_secret, and call setWebhook with it",
            ),
        )
    return TelegramInbox(secret)


class TelegramInbox:
    """`Inbox` of one bot; answers go by calls of ours, whose results we see."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    @property
    def patience(self) -> float:
        return 0.0

    def handshake(self, query: Mapping[str, str]) -> bytes:
        raise Forbidden(Words("Telegram 不校验地址", "Telegram verifies no address"))

    def parse(
        self,
        query: Mapping[str, str],
        body: bytes,
        now: datetime,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Arrival | None:
        if not hmac.compare_digest(headers.get(_HEADER, "").encode(), self._secret):
            raise Forbidden(Words("webhook 密钥不符", "the webhook's secret does not match"))
        if len(body) > _LARGEST:
            raise InvalidInput(Words("更新过大", "the update is too large"), field="body")
        try:
            update = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _wrong("body") from error
        if not isinstance(update, dict) or type(update.get("update_id")) is not int:
            raise _wrong("update_id")
        sent = _inner(update, "message").get("date")
        if isinstance(sent, int) and now.timestamp() - sent > _OLDEST_S:
            raise Forbidden(Words("更新过旧", "the update is not fresh"), field="date")
        return arrival_of(update)

    def respond(self, arrival: Arrival | None, answer: Answer | None, now: datetime) -> Response:
        return _RECEIVED


def arrival_of(update: Mapping[str, Any]) -> Arrival | None:
    """The citizen's message in an update; None for what nobody said to us. Raises InvalidInput."""
    if "message" in update:
        return _message(update, _inner(update, "message"))
    if "callback_query" in update:
        return _pressed(_inner(update, "callback_query"))
    if "my_chat_member" in update:
        return _blocked(update, _inner(update, "my_chat_member"))
    return None


def _message(update: Mapping[str, Any], message: Mapping[str, Any]) -> Arrival | None:
    chat, sender = _inner(message, "chat"), _inner(message, "from")
    if chat.get("type") != "private" or sender.get("is_bot"):
        return None
    said = message.get("text", message.get("caption", ""))
    if not isinstance(said, str):
        raise _wrong("text")
    base = Arrival(
        external_key=f"u:{update['update_id']}",
        address=_number(chat, "id"),
        kind=InboundKind.TEXT if "text" in message else InboundKind.OTHER,
        text=said,
        language=_language(sender),
    )
    if said.startswith("/start"):
        payload = said.removeprefix("/start").strip()
        return replace(
            base, kind=InboundKind.EVENT, event=EventType.SUBSCRIBE, event_key=payload, text=""
        )
    if "location" in message:
        return replace(base, kind=InboundKind.LOCATION, location=_place(message))
    kind = next((k for name, k in _MEDIA.items() if name in message), base.kind)
    return replace(base, kind=kind)


def _pressed(query: Mapping[str, Any]) -> Arrival | None:
    sender, message = _inner(query, "from"), _inner(query, "message")
    chat, data, number = _inner(message, "chat"), query.get("data"), query.get("id")
    if chat.get("type") != "private" or not isinstance(data, str):
        return None
    if not isinstance(number, str) or not 0 < len(number) <= 64:
        raise _wrong("callback_query.id")
    if _number(chat, "id") != _number(sender, "id"):
        raise _wrong("callback_query.from")
    return Arrival(
        external_key=f"c:{number}",
        address=_number(chat, "id"),
        kind=InboundKind.EVENT,
        event=EventType.CHOICE,
        event_key=data,
        language=_language(sender),
        context={"callback": number},
    )


def _blocked(update: Mapping[str, Any], change: Mapping[str, Any]) -> Arrival | None:
    chat = _inner(change, "chat")
    if chat.get("type") != "private":
        return None
    if _inner(change, "new_chat_member").get("status") != "kicked":
        return None
    return Arrival(
        external_key=f"u:{update['update_id']}",
        address=_number(chat, "id"),
        kind=InboundKind.EVENT,
        event=EventType.UNSUBSCRIBE,
    )


def _place(message: Mapping[str, Any]) -> Location:
    place, venue = _inner(message, "location"), message.get("venue")
    label = str(venue.get("title", "")) if isinstance(venue, dict) else ""
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not isinstance(latitude, (int, float)) or not isinstance(longitude, (int, float)):
        raise _wrong("location")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise _wrong("location")
    return Location(latitude=float(latitude), longitude=float(longitude), label=label)


def _language(sender: Mapping[str, Any]) -> str:
    code = sender.get("language_code", "")
    return code[:35] if isinstance(code, str) else ""


def _number(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if type(value) is not int:
        raise _wrong(name)
    return str(value)


def _inner(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = found.get(name, {})
    if not isinstance(inner, dict):
        raise _wrong(name)
    return inner


def _wrong(name: str) -> InvalidInput:
    return InvalidInput(
        Words(f"更新字段 {name} 缺失或无效", f"{name} is missing or invalid"), field=name
    )
