"""What followers send: the platform's XML typed once. Known and unanswerable is OTHER.

Source: 接收普通消息, 接收事件推送 (developers.weixin.qq.com/doc/service/guide/product/message/…).
Messages repeat by MsgId; events have none and repeat by sender and time, a whole second: event and
key belong to it, or two quick clicks would be one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.conversation.models import Arrival, EventType, InboundKind, Location
from hub.kernel.errors import InvalidInput, Words

__all__ = ["arrival_of"]

_PAYLOAD_BYTES = 64
_SCENE_PREFIX = "qrscene_"
_KINDS = {
    "text": InboundKind.TEXT,
    "image": InboundKind.IMAGE,
    "voice": InboundKind.VOICE,
    "video": InboundKind.VIDEO,
    "shortvideo": InboundKind.VIDEO,
    "location": InboundKind.LOCATION,
    "link": InboundKind.LINK,
}
_CHOICES = frozenset(
    {"CLICK", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album"}
    | {"pic_weixin", "location_select"}
)


def arrival_of(message: Mapping[str, Any]) -> Arrival | None:
    """The citizen's message; None for an event that no citizen caused. Raises InvalidInput."""
    kind = _text(message, "MsgType")
    if kind == "event":
        return _event(message)
    number = _need(message, "MsgId")
    chosen = _text(message, "bizmsgmenuid")
    if chosen and len(chosen.encode()) <= _PAYLOAD_BYTES:
        return _chosen(message, number, chosen)
    found = _KINDS.get(kind, InboundKind.OTHER)
    return Arrival(
        external_key=f"m:{number}",
        address=_need(message, "FromUserName"),
        kind=found,
        text=_words(message, kind),
        location=_place(message, "Location_X", "Location_Y")
        if found is InboundKind.LOCATION
        else None,
        context=_context(message),
    )


def _chosen(message: Mapping[str, Any], number: str, chosen: str) -> Arrival:
    """A choice of a menu that was sent: it comes as a text with the choice's id, and what may be
    answered to it is what may be answered to a text."""
    return Arrival(
        external_key=f"m:{number}",
        address=_need(message, "FromUserName"),
        kind=InboundKind.EVENT,
        event=EventType.CHOICE,
        event_key=chosen,
        context=_context(message) | {"trigger": "message"},
    )


def _words(message: Mapping[str, Any], kind: str) -> str:
    if kind == "voice":
        return _text(message, "Recognition")  # where speech recognition is switched on
    if kind == "link":
        return "\n".join(filter(None, (_text(message, "Title"), _text(message, "Url"))))
    return _text(message, "Content")


def _event(message: Mapping[str, Any]) -> Arrival | None:
    name = _text(message, "Event")
    read = _EVENTS.get("CLICK" if name in _CHOICES else name)
    if read is None:
        return None
    event, key = read(message)
    sender, at = _need(message, "FromUserName"), _need(message, "CreateTime")
    place = None
    if name == "LOCATION":
        place = _place(message, "Latitude", "Longitude")
    return Arrival(
        external_key=f"e:{at}:{name}:{_text(message, 'EventKey')}"[:96],
        address=sender,
        kind=InboundKind.LOCATION if place else InboundKind.EVENT,
        location=place,
        event=event,
        event_key=key,
        context=_context(message) | {"trigger": name},
    )


def _subscribed(message: Mapping[str, Any]) -> tuple[EventType, str]:
    """By a QR code of ours its scene comes with it; then the key says which."""
    return EventType.SUBSCRIBE, _text(message, "EventKey").removeprefix(_SCENE_PREFIX)


def _with(event: EventType) -> Callable[[Mapping[str, Any]], tuple[EventType, str]]:
    return lambda message: (event, _text(message, "EventKey"))


_EVENTS: Mapping[str, Callable[[Mapping[str, Any]], tuple[EventType | None, str]]] = {
    "subscribe": _subscribed,
    "unsubscribe": _with(EventType.UNSUBSCRIBE),
    "SCAN": _with(EventType.SCAN),
    "CLICK": _with(EventType.CHOICE),
    "VIEW": _with(EventType.VIEW),
    "LOCATION": lambda message: (None, ""),
}


def _context(message: Mapping[str, Any]) -> dict[str, str]:
    return {"account": _need(message, "ToUserName")}


def _place(message: Mapping[str, Any], latitude: str, longitude: str) -> Location:
    try:
        place = Location(
            latitude=float(_need(message, latitude)),
            longitude=float(_need(message, longitude)),
            label=_text(message, "Label"),
        )
    except ValueError:
        raise _wrong(latitude) from None
    if not (-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180):
        raise _wrong(latitude)
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
