"""The calls of Matrix's client-server API that we make: parameters out, typed values back.

Source: spec.matrix.org, client-server API v1.16; the media calls with sign-in are of v1.11.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import quote

from hub.kernel.errors import Words
from hub.publishing.errors import DeliveryError, Rejected, Throttled, Unauthorised
from hub.publishing.ports import Access
from publishers.matrix.codes import MISSING, SOFT_LOGOUT, advice_for
from publishers.wire import Answer, Wire

__all__ = ["Event", "Identity", "MatrixClient", "Page"]

_V3 = "/_matrix/client/v3"
_MESSAGE = "m.room.message"
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_MXC = re.compile(r"mxc://(?P<server>[^/?#]+)/(?P<media>[A-Za-z0-9_-]+)")
_CHUNK = 256 * 1024
_LARGEST = 4 * 1024 * 1024
_DEFAULT_PAUSE_S = 30
_PAGE = 100
_MOST_PAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose token it is, and which of their devices'."""

    user_id: str
    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event as our user sees it: `content` is what readers see now, edits applied;
    `first` what it was. A redacted one has lost its content. `transaction_id` is told to the
    device that sent it only."""

    id: str
    sender: str
    at: datetime
    content: Mapping[str, Any]
    first: Mapping[str, Any]
    redacted: bool
    transaction_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Events, newest first, and where the next page begins; "" after the last."""

    events: tuple[Event, ...]
    next: str


class MatrixClient:
    """The endpoints we use, over a wire that its owner closes."""

    def __init__(self, wire: Wire, timeout: timedelta) -> None:
        self._wire = wire
        self._timeout = timeout

    async def whoami(self, access: Access) -> Identity:
        found = await self._get(access, "whoami", f"{_V3}/account/whoami")
        user, device = found.get("user_id"), found.get("device_id", "")
        if not isinstance(user, str) or not isinstance(device, str):
            raise found.odd()
        return Identity(user_id=user, device_id=device)

    async def room_of(self, access: Access, alias: str) -> str:
        """The room that the alias names now; raises Rejected where it names none."""
        found = await self._get(access, "alias", f"{_V3}/directory/room/{_in_path(alias)}")
        return found.text("room_id")

    async def replacement(self, access: Access, room: str) -> str:
        """The room that took this one's place, or ""; raises Rejected for those outside."""
        path = f"{_V3}/rooms/{_in_path(room)}/state/m.room.tombstone/"
        found = await self._get_if_any(access, "tombstone", path)
        return str(found.get("replacement_room", "")) if found else ""

    async def send(self, access: Access, room: str, content: Mapping[str, Any], txn: str) -> str:
        """The event's id; the same one for the same `txn` of this device, however often."""
        path = f"{_V3}/rooms/{_in_path(room)}/send/{_MESSAGE}/{_in_path(txn)}"
        return (await self._put(access, "send", path, content)).text("event_id")

    async def redact(self, access: Access, room: str, event_id: str, txn: str) -> None:
        path = f"{_V3}/rooms/{_in_path(room)}/redact/{_in_path(event_id)}/{_in_path(txn)}"
        (await self._put(access, "redact", path, {})).text("event_id")

    async def event(self, access: Access, room: str, event_id: str) -> Event | None:
        """The event, or None where there is none that this account may see."""
        path = f"{_V3}/rooms/{_in_path(room)}/event/{_in_path(event_id)}"
        found = await self._get_if_any(access, "event", path)
        return _event(found) if found else None

    async def related(
        self, access: Access, room: str, event_id: str, relation: str
    ) -> tuple[Event, ...]:
        """The messages that refer to an event by `relation`, oldest first (a thousand at most);
        none where the event is not to be seen."""
        path = f"/_matrix/client/v1/rooms/{_in_path(room)}/relations/{_in_path(event_id)}"
        path += f"/{relation}/{_MESSAGE}"
        query = {"limit": str(_PAGE), "dir": "f"}
        events: list[Event] = []
        for _ in range(_MOST_PAGES):
            found = await self._get_if_any(access, "relations", path, query)
            events += found.events() if found else ()
            following = found.get("next_batch") if found else None
            if not following or not isinstance(following, str):
                break
            query = {**query, "from": following}
        return tuple(events)

    async def history(self, access: Access, room: str, sender: str, start: str = "") -> Page:
        """What `sender` wrote in the room, from the newest, or from `start`, backwards."""
        query = {
            "dir": "b",
            "limit": str(_PAGE),
            "filter": json.dumps({"types": [_MESSAGE], "senders": [sender]}),
        }
        query |= {"from": start} if start else {}
        found = await self._get(access, "messages", f"{_V3}/rooms/{_in_path(room)}/messages", query)
        return Page(events=tuple(found.events()), next=str(found.get("end") or ""))

    async def upload(self, access: Access, content: bytes, media_type: str, name: str) -> str:
        """The mxc:// address. Nobody sees what no event shows, so a repeat costs only room."""
        answer = await self._wire.call(
            "POST",
            f"{access.base_url}/_matrix/media/v3/upload",
            what="matrix upload",
            effect=False,
            timeout=self._timeout,
            params={"filename": name},
            data=_in_pieces(content),
            headers={
                **_authorised(access),
                "Content-Type": media_type,
                "Content-Length": str(len(content)),
            },
        )
        return _decoded(answer).text("content_uri")

    async def download(self, access: Access, mxc: str, max_bytes: int) -> bytes | None:
        """The picture's bytes; None where the server has none under that address."""
        address = _MXC.fullmatch(mxc)
        if address is None:
            return None
        answer = await self._wire.call(
            "GET",
            f"{access.base_url}/_matrix/client/v1/media/download/"
            f"{_in_path(address['server'])}/{address['media']}",
            what="matrix download",
            effect=False,
            timeout=self._timeout,
            headers=_authorised(access),
            max_bytes=max_bytes,
        )
        if answer.status == 200:
            return answer.body
        try:
            _decoded(answer)
        except Rejected as error:
            if error.platform_code == MISSING:
                return None
            raise
        raise answer.unreadable("unexpected", "不合约定", "not of the documented shape")

    @staticmethod
    def in_path(text: str) -> str:
        return _in_path(text)

    async def _get(
        self,
        access: Access,
        what: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        timeout: timedelta | None = None,
        max_bytes: int = _LARGEST,
    ) -> _Found:
        answer = await self._wire.call(
            "GET",
            access.base_url + path,
            what=f"matrix {what}",
            effect=False,
            timeout=timeout or self._timeout,
            params=query,
            headers=_authorised(access),
            max_bytes=max_bytes,
        )
        return _decoded(answer)

    async def _post(
        self, access: Access, what: str, path: str, content: Mapping[str, Any]
    ) -> _Found:
        """A call that is harmless to repeat: there is one place in a room, taken or left."""
        answer = await self._wire.call(
            "POST",
            access.base_url + path,
            what=f"matrix {what}",
            effect=False,
            timeout=self._timeout,
            json=content,
            headers=_authorised(access),
        )
        return _decoded(answer)

    async def _get_if_any(
        self, access: Access, what: str, path: str, query: Mapping[str, str] | None = None
    ) -> _Found | None:
        try:
            return await self._get(access, what, path, query)
        except Rejected as error:
            if error.platform_code != MISSING:
                raise
            return None

    async def _put(
        self, access: Access, what: str, path: str, content: Mapping[str, Any]
    ) -> _Found:
        answer = await self._wire.call(
            "PUT",
            access.base_url + path,
            what=f"matrix {what}",
            effect=True,
            timeout=self._timeout,
            json=content,
            headers=_authorised(access),
        )
        return _decoded(answer)


@dataclass(frozen=True, slots=True)
class _Found:
    """The JSON object of a success."""

    fields: Mapping[str, Any]
    answer: Answer

    def get(self, name: str, default: Any = None) -> Any:
        return self.fields.get(name, default)

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if not isinstance(value, str) or not value:
            raise self.odd()
        return value

    def events(self) -> Sequence[Event]:
        chunk = self.fields.get("chunk")
        if not isinstance(chunk, list):
            raise self.odd()
        return [_event(_Found(row, self.answer)) for row in chunk]

    def odd(self) -> DeliveryError:
        return self.answer.unreadable("unexpected", "不合约定", "not of the documented shape")


def _event(found: _Found) -> Event:
    try:
        unsigned = found.fields.get("unsigned") or {}
        first = found.fields["content"]
        latest = (unsigned.get("m.relations") or {}).get("m.replace") or {}
        edited = (latest.get("content") or {}).get("m.new_content")
        return Event(
            id=str(found.fields["event_id"]),
            sender=str(found.fields["sender"]),
            at=datetime.fromtimestamp(found.fields["origin_server_ts"] / 1000, UTC),
            content=edited if isinstance(edited, Mapping) else dict(first),
            first=dict(first),
            redacted="redacted_because" in unsigned,
            transaction_id=str(unsigned.get("transaction_id", "")),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise found.odd() from error


def _decoded(answer: Answer) -> _Found:
    """The object of a success; raises the error of Matrix's code, or an undecided one."""
    found = answer.json()
    if not isinstance(found, dict):
        raise answer.unreadable("unexpected", "不合约定", "not of the documented shape")
    if answer.status == 200:
        return _Found(found, answer)
    raise _refusal(answer, found)


def _refusal(answer: Answer, found: Mapping[str, Any]) -> DeliveryError:
    code, said = found.get("errcode"), str(found.get("error") or "")
    if answer.status == 429 or code == "M_LIMIT_EXCEEDED":
        return _throttled(answer, found, said)
    if not isinstance(code, str) or not 400 <= answer.status < 500:
        return answer.unreadable("server-error", "是服务器错误", "a server error")
    soft = code == "M_UNKNOWN_TOKEN" and found.get("soft_logout") is True
    advice = SOFT_LOGOUT if soft else advice_for(code)
    return advice.error(
        advice.words, platform_code=code, platform_message=said, remedy=advice.remedy
    )


def _throttled(answer: Answer, found: Mapping[str, Any], said: str) -> Throttled:
    """Servers count a user's events in all rooms, so the pause is for the user: the app."""
    pause = _pause(answer, found)
    return Throttled(
        Words(f"发送过快，{pause} 秒后再试", f"too fast, again in {pause} s"),
        platform_code="M_LIMIT_EXCEEDED",
        platform_message=said,
        retry_after=timedelta(seconds=pause),
        scope="app",
    )


def _pause(answer: Answer, found: Mapping[str, Any]) -> int:
    """Seconds to wait: the header's word (v1.10), else the older one in the body."""
    candidates = ((answer.headers.get("Retry-After"), 1), (found.get("retry_after_ms"), 1000))
    for candidate, parts in candidates:
        try:
            return max(1, ceil(float(candidate) / parts))  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            continue
    return _DEFAULT_PAUSE_S


def _authorised(access: Access) -> dict[str, str]:
    token = access.credentials.get("access_token", "")
    if _TOKEN.fullmatch(token):
        return {"Authorization": f"Bearer {token}"}
    raise Unauthorised(
        Words("访问令牌缺失或格式不对", "the access token is missing or malformed"),
        platform_code="bad-token",
        field="access_token",
        remedy=Words("填写完整的访问令牌", "enter the whole access token"),
    )


async def _in_pieces(content: bytes) -> AsyncIterator[bytes]:
    """Megabytes written at once would hold up the loop."""
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]


def _in_path(text: str) -> str:
    return quote(text, safe="")
