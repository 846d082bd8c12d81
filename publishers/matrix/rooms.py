"""Where an account stands: its user, its device, its room. Asked once, and again after an hour.

A transaction id means something to one device only. So the device whose token we hold must be
the one that the account's settings name: whoever changes it has to say so, and then what the
former device left open is read back instead of repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import Rejected, Unauthorised
from hub.publishing.ports import Access
from publishers.matrix.client import Identity, MatrixClient

__all__ = ["Place", "Rooms", "check_device"]

_KNOWN_FOR_S = 3600.0  # an alias may be pointed elsewhere, a room be replaced by a newer one
_MOST_PLACES = 16_384
_LONGEST_ROOM = 200  # with an event's id behind it, it has to fit in a receipt of 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`moved_to` is the account's new handle where its room was replaced."""

    identity: Identity
    room: str
    moved_to: str = ""


class Rooms:
    """The places of all accounts of this process."""

    def __init__(self, client: MatrixClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._places: dict[tuple[str, str, str], tuple[float, Place]] = {}

    async def enter(self, access: Access) -> Place:
        """Raises Unauthorised for another device than the settings name, Rejected for a room
        that is not there or that the account is not in."""
        key = _key(access)
        until, place = self._places.get(key, (0.0, None))
        now = self._clock.monotonic()
        if place is None or until <= now:
            place = await self._find(access)
            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
            self._places[key] = now + _KNOWN_FOR_S, place
        check_device(place.identity, access.settings)
        return place

    def forget(self, access: Access) -> None:
        """Ask anew next time: the server refused what this place was good for."""
        self._places.pop(_key(access), None)

    async def _find(self, access: Access) -> Place:
        identity = await self._client.whoami(access)
        check_device(identity, access.settings)
        named = access.handle.strip()
        if named.startswith("#"):
            room = await self._client.room_of(access, named)
        elif named.startswith("!"):
            room = named
        else:
            raise _no_room(f"“{named}”不是房间", f"'{named}' is no room")
        follower = await self._client.replacement(access, room)
        if max(len(room), len(follower)) > _LONGEST_ROOM:
            raise _no_room("房间编号过长", "the room's id is too long")
        # an alias is pointed at the new room by whoever replaced the old one
        moved_to = follower if named.startswith("!") else ""
        return Place(identity=identity, room=follower or room, moved_to=moved_to)


def check_device(identity: Identity, settings: Mapping[str, object]) -> None:
    """Raise Unauthorised unless the token is of the device that the account's settings name."""
    declared, actual = str(settings.get("device_id") or "").strip(), identity.device_id
    if declared and declared == actual:
        return
    held = actual or "（无 / none）"
    raise Unauthorised(
        Words(
            f"令牌属于设备 {held}，账号设置的是 {declared or '（空）'}：未发送",
            f"the token is of device {held}, the settings name '{declared}': nothing was sent",
        ),
        platform_code="device-changed" if declared else "device-not-declared",
        field="device_id",
        remedy=Words(
            "用原 device_id 重新登录；若确要更换设备，把设置 device_id 改为现值",
            "sign in again with the former device_id; to change the device for good, set "
            "device_id to the one now held",
        ),
    )


def _no_room(zh: str, en: str) -> Rejected:
    return Rejected(
        Words(zh, en),
        platform_code="bad-room",
        field="handle",
        remedy=Words("填写 #别名:服务器 或 !编号", "enter #alias:server or !room-id"),
    )


def _key(access: Access) -> tuple[str, str, str]:
    return access.base_url, access.credentials.get("access_token", ""), access.handle
