"""The fans service platform (粉丝服务平台): who is speaking, and what a fan sent.

Source: open.weibo.com/wiki/粉丝服务平台消息接口 (JSON), 接入指南 (signature: SHA-1 over app secret,
timestamp in milliseconds and nonce, sorted). Like WeChat's plain mode it does not sign the body, so
a stale timestamp is a replay. Needs an account verified as an organisation (蓝V).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import msgspec

from hub.conversation.models import Answer, Arrival, EventType, InboundKind, Location, Manner
from hub.kernel.errors import Forbidden, InvalidInput, Misconfigured, Words
from publishers.contract import Response
from publishers.weibo.replying import message_of

__all__ = ["WeiboInbox", "open_inbox"]

_FRESH_S = 600
_LARGEST = 256 * 1024
_PATIENCE_S = 4.2  # of five seconds; then it calls again, three times
_RECEIVED = Response(b"")  # no answer, and no further call
_KINDS = {
    "text": InboundKind.TEXT,
    "image": InboundKind.IMAGE,
    "voice": InboundKind.VOICE,
    "position": InboundKind.LOCATION,
    "event": InboundKind.EVENT,
    "mention": InboundKind.TEXT,
}
_EVENTS = {
    "follow": EventType.SUBSCRIBE,
    "subscribe": EventType.SUBSCRIBE,
    "unfollow": EventType.UNSUBSCRIBE,
    "unsubscribe": EventType.UNSUBSCRIBE,
    "scan": EventType.SCAN,
    "scan_follow": EventType.SUBSCRIBE,
    "click": EventType.CHOICE,
    "view": EventType.VIEW,
}


def open_inbox(credentials: Mapping[str, str], settings: Mapping[str, Any]) -> WeiboInbox:
    """Raises Misconfigured without the app's secret."""
    secret = credentials.get("app_secret", "")
    if not secret:
        raise Misconfigured(
            Words("未配置 App Secret，无法校验回调", "callbacks need the app secret"),
            field="app_secret",
            remedy=Words("填写应用的 App Secret", "enter the app's secret"),
        )
    return WeiboInbox(secret)


class WeiboInbox:
    """`Inbox` of one account of the fans service."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    @property
    def patience(self) -> float:
        return _PATIENCE_S

    def handshake(self, query: Mapping[str, str]) -> bytes:
        self._check_signature(query)
        return query.get("echostr", "").encode()

    def parse(
        self,
        query: Mapping[str, str],
        body: bytes,
        now: datetime,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Arrival | None:
        self._check_signature(query)
        _check_time(query.get("timestamp", ""), now)
        if len(body) > _LARGEST:
            raise InvalidInput(Words("回调过大", "the callback is too large"), field="body")
        try:
            message = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _wrong("body") from error
        if not isinstance(message, dict):
            raise _wrong("body")
        return _arrival(message)

    def respond(self, arrival: Arrival | None, answer: Answer | None, now: datetime) -> Response:
        if arrival is None or answer is None:
            return _RECEIVED
        kind, data = message_of(answer)
        reply = {
            "result": True,
            "receiver_id": arrival.address,
            "sender_id": arrival.context.get("account", ""),
            "type": kind,
            "data": quote(msgspec.json.encode(data).decode()),
        }
        return Response(msgspec.json.encode(reply), "application/json")

    def _check_signature(self, query: Mapping[str, str]) -> None:
        parts = sorted((self._secret, query.get("timestamp", ""), query.get("nonce", "")))
        due = hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
        if not hmac.compare_digest(query.get("signature", "").encode(), due.encode()):
            raise Forbidden(Words("回调签名不符", "the callback's signature does not match"))


def _check_time(sent: str, now: datetime) -> None:
    if not (sent.isascii() and sent.isdecimal() and len(sent) <= 15):
        raise Forbidden(Words("回调时间戳无效", "the callback's timestamp is invalid"))
    seconds = int(sent) / 1000 if len(sent) > 11 else int(sent)
    if abs(now.timestamp() - seconds) > _FRESH_S:
        raise Forbidden(Words("回调时间戳过旧或超前", "the callback's timestamp is not fresh"))


def _arrival(message: Mapping[str, Any]) -> Arrival | None:
    kind, data = message.get("type"), message.get("data") or {}
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise _wrong("type")
    sender, said = _number(message, "sender_id"), message.get("text") or ""
    if not isinstance(said, str):
        raise _wrong("text")
    event = None
    if kind == "event":
        event = _EVENTS.get(str(data.get("subtype")))
        if event is None:
            return None
    return Arrival(
        external_key=_key(message, kind, said, data),
        address=sender,
        kind=_KINDS.get(kind, InboundKind.OTHER),
        text=said if kind in ("text", "mention") else "",
        location=_place(data) if kind == "position" else None,
        event=event,
        event_key=str(data.get("key") or "")[:1024] if event else "",
        manner=Manner.MENTION if kind == "mention" else Manner.DIRECT,
        context={"via": "fans", "account": _number(message, "receiver_id")},
    )


def _key(message: Mapping[str, Any], kind: str, said: str, data: Mapping[str, Any]) -> str:
    """The message's number where it has one; else who, when (a whole second) and what."""
    number = message.get("id")
    if isinstance(number, (int, str)) and str(number):
        return f"m:{number}"[:96]
    what = msgspec.json.encode([kind, said, message.get("created_at"), data], order="sorted")
    return f"e:{hashlib.sha256(what).hexdigest()[:40]}"


def _place(data: Mapping[str, Any]) -> Location:
    try:
        place = Location(latitude=float(data["latitude"]), longitude=float(data["longitude"]))
    except (KeyError, TypeError, ValueError):
        raise _wrong("data") from None
    if not (-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180):
        raise _wrong("data")
    return place


def _number(message: Mapping[str, Any], name: str) -> str:
    value = str(message.get(name, ""))
    if not (value.isascii() and value.isdecimal() and len(value) <= 20):
        raise _wrong(name)
    return value


def _wrong(name: str) -> InvalidInput:
    return InvalidInput(
        Words(f"回调字段 {name} 缺失或无效", f"{name} is missing or invalid"), field=name
    )
