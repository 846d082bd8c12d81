"""What is said in the rooms an account is in: by long calls of sync, whose token is the cursor.

The token moves only after what it brought is durable, so a crash brings it again, and events that
come again are known by their ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.conversation.models import Arrival, Manner, Polled
from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from hub.publishing.ports import Access
from publishers.matrix.arrivals import arrival_of, speaks_to
from publishers.matrix.listening import Invitation, ListeningClient, Timeline
from publishers.wire import Wire

__all__ = ["MatrixPoller"]

_POLL = "poll"
_WAIT = timedelta(seconds=10)  # the server holds the call until something comes
_EVERY = timedelta(seconds=2)
_TIMEOUT = timedelta(seconds=20)
_KNOWN_FOR_S = 600.0
_MOST_KNOWN = 16_384
_COUPLE = 2  # in a room with more people only who names the account is answered
_BEFORE_JOINING = timedelta(minutes=10)  # what was said while the invitation waited
_DECLINED = Words("不接受此邀请", "this invitation is not accepted")
_NO_SECRETS = Words("不支持加密房间", "encrypted rooms are not supported")


class MatrixPoller:
    """`Poller` of the accounts that set `receive` to `poll`."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._client = ListeningClient(wire, _TIMEOUT)
        self._clock = clock
        self._names: dict[str, str] = {}
        self._crowds: dict[tuple[str, str], tuple[float, bool]] = {}

    def rest(self, settings: Mapping[str, Any]) -> timedelta:
        return _EVERY

    def wanted(self, settings: Mapping[str, Any]) -> bool:
        return settings.get("receive") == _POLL

    async def poll(self, access: Access, cursor: str) -> Polled:
        own = await self._name(access)
        synced = await self._client.sync(access, cursor, _WAIT)
        for invitation in synced.invitations:
            await self._reply_to(access, invitation)
        arrivals: list[Arrival] = []
        for timeline in synced.timelines if cursor else ():
            arrivals += await self._heard(access, timeline, cursor, own)
        return Polled(arrivals=tuple(arrivals), cursor=synced.next)

    async def close(self) -> None:
        """The wire belongs to its owner."""

    async def _name(self, access: Access) -> str:
        token = access.credentials.get("access_token", "")
        if token not in self._names:
            if len(self._names) >= _MOST_KNOWN:
                self._names.clear()
            self._names[token] = (await self._client.whoami(access)).user_id
        return self._names[token]

    async def _reply_to(self, access: Access, invitation: Invitation) -> None:
        """Join or decline; what has been taken back meanwhile is nobody's loss."""
        welcome = _invited(str(access.settings.get("invites") or ""), invitation.sender)
        try:
            if welcome and not invitation.encrypted:
                await self._client.join(access, invitation.room)
            else:
                reason = _NO_SECRETS if welcome else _DECLINED
                await self._client.leave(access, invitation.room, str(reason))
        except Rejected:
            return

    async def _heard(
        self, access: Access, timeline: Timeline, cursor: str, own: str
    ) -> Sequence[Arrival]:
        events: Sequence[Mapping[str, Any]] = timeline.events
        joined = _joined_at(events, own)
        if joined is not None:
            since = self._clock.now() - _BEFORE_JOINING
            events = [one for n, one in enumerate(events) if n > joined or _at(one) >= since]
        elif timeline.gap:
            missed = await self._client.left_out(access, timeline.room, timeline.gap, cursor)
            events = [*missed, *events]
        arrivals = []
        for event in events:
            arrival = arrival_of(event, timeline.room, own)
            if arrival is None:
                continue
            if not await self._crowd(access, timeline.room):
                arrivals.append(arrival)
            elif speaks_to(event, own):
                arrivals.append(replace(arrival, manner=Manner.MENTION))
        return arrivals

    async def _crowd(self, access: Access, room: str) -> bool:
        """Whether more people than one are in a room with the account."""
        key, now = (access.account_id, room), self._clock.monotonic()
        until, crowd = self._crowds.get(key, (0.0, True))
        if until <= now:
            try:
                crowd = await self._client.members(access, room) > _COUPLE
            except Rejected:  # we are not in it any more
                crowd = True
            if len(self._crowds) >= _MOST_KNOWN:
                self._crowds.clear()
            self._crowds[key] = now + _KNOWN_FOR_S, crowd
        return crowd


def _invited(policy: str, sender: str) -> bool:
    """`all`, or the servers whose people may invite; nobody without a word."""
    allowed = {one.strip() for one in policy.replace("，", ",").split(",")} - {""}
    return "all" in allowed or sender.partition(":")[2] in allowed


def _joined_at(events: Sequence[Mapping[str, Any]], own: str) -> int | None:
    """The place of our own coming in; what stands before it was said without us."""
    for place, event in enumerate(events):
        content = event.get("content")
        joins = isinstance(content, Mapping) and content.get("membership") == "join"
        if event.get("type") == "m.room.member" and event.get("state_key") == own and joins:
            return place
    return None


def _at(event: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromtimestamp(event["origin_server_ts"] / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
