"""What members send to an application: the platform's XML typed once.

Source: 消息格式, 事件格式 (developer.work.weixin.qq.com/document/path/90239, 90240).
Messages repeat by MsgId; events by member and time, a whole second, to which event and key belong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.conversation.models import Arrival, EventType, InboundKind, Location
from hub.kernel.errors import InvalidInput, Words

__all__ = ["arrival_of"]

_SYSTEM = "sys"  # changes of the address book and the like come from nobody
_KINDS = {
    "text": InboundKind.TEXT,
    "image": InboundKind.IMAGE,
    "voice": InboundKind.VOICE,
    "video": InboundKind.VIDEO,
    "location": InboundKind.LOCATION,
    "link": InboundKind.LINK,
}
_EVENTS = {
    "subscribe": EventType.SUBSCRIBE,
    "unsubscribe": EventType.UNSUBSCRIBE,
    "click": EventType.CHOICE,
    "view": EventType.VIEW,
}


def arrival_of(message: Mapping[str, Any]) -> Arrival | None:
    """The member's message; None for what no member said. Raises InvalidInput."""
    kind, sender = _need(message, "MsgType"), _need(message, "FromUserName")
    if sender == _SYSTEM:
        return None
    if kind == "event":
        return _event(message, sender)
    found = _KINDS.get(kind, InboundKind.OTHER)
    return Arrival(
        external_key=f"m:{_need(message, 'MsgId')}",
        address=sender,
        kind=found,
        text=_words(message, found),
        location=_place(message) if found is InboundKind.LOCATION else None,
    )


def _words(message: Mapping[str, Any], kind: InboundKind) -> str:
    if kind is InboundKind.LINK:
        return "\n".join(filter(None, (_text(message, "Title"), _text(message, "Url"))))
    return _text(message, "Content") if kind is InboundKind.TEXT else ""


def _event(message: Mapping[str, Any], sender: str) -> Arrival | None:
    """Whoever only opens the application (enter_agent), again and again, wants no answer."""
    name = _text(message, "Event")
    event = _EVENTS.get(name)
    if event is None:
        return None
    key = _text(message, "EventKey")
    return Arrival(
        external_key=f"e:{_need(message, 'CreateTime')}:{name}:{key}"[:96],
        address=sender,
        kind=InboundKind.EVENT,
        event=event,
        event_key=key,
    )


def _place(message: Mapping[str, Any]) -> Location:
    try:
        place = Location(
            latitude=float(_need(message, "Location_X")),
            longitude=float(_need(message, "Location_Y")),
            label=_text(message, "Label"),
        )
    except ValueError:
        raise _wrong("Location_X") from None
    if not (-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180):
        raise _wrong("Location_X")
    return place


def _need(message: Mapping[str, Any], name: str) -> str:
    value = _text(message, name)
    if not value or len(value) > 64:
        raise _wrong(name)
    return value


def _text(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name, "")
    if not isinstance(value, str):
        raise _wrong(name)
    return value


def _wrong(name: str) -> InvalidInput:
    return InvalidInput(
        Words(f"回调字段 {name} 缺失或无效", f"{name} is missing or invalid"), field=name
    )
