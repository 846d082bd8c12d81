"""Matrix's outlet: one event with the words, one for each picture, each under a key of its own.

The server answers a repeated transaction with the event it already has, so what is unknown is
settled by sending again. That holds for one device and, on Synapse, for a day; beyond either, the
room is read back for our mark before anything is sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Busy, Rejected, Unauthorised, Unknown
from hub.publishing.models import MediaRef, Part
from hub.publishing.ports import Accepted, Access, Finding, Job, Verdict
from publishers.limits import problems
from publishers.matrix.client import Event, MatrixClient
from publishers.matrix.content import (
    edit_of,
    encoded,
    fits_an_event,
    name_of,
    picture_content,
    same,
    text_content,
    transaction,
)
from publishers.matrix.declaration import DECLARATION
from publishers.matrix.history import Search, search
from publishers.matrix.post import Post, read_post
from publishers.matrix.rooms import Place, Rooms, check_device
from publishers.wire import Wire

__all__ = ["MatrixOutlet"]

# An hour less than the declared window: clocks differ, and servers tidy up when they like.
_KEY_HOLDS = timedelta(hours=23)
# A call that we gave up may still be carried out: before this, not being there proves nothing.
_SETTLED = timedelta(minutes=5)
_PLACE = frozenset({"room", "user", "device"})
_LARGEST_DOWNLOAD = DECLARATION.media.max_bytes + 1


class MatrixOutlet:
    """Implements hub.publishing.ports.Outlet, Preparing and Forecasting.

    What a delivery saves: `room`, `user`, `device` and `at` (the last attempt's begin), written
    before the first event; `media`, addresses by SHA-256; `sent`, event ids by piece.
    """

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self.declaration = DECLARATION
        self._client = MatrixClient(wire, DECLARATION.call_timeout)
        self._rooms = Rooms(self._client, clock)
        self._clock = clock

    async def deliver(self, job: Job) -> Accepted:
        _check(job.part)
        place = await self._rooms.enter(job.access)
        progress = await self._resumed(job, place)
        for ref in job.part.media:
            progress = await self._uploaded(job, progress, ref)
        progress |= {"at": self._clock.now().isoformat()}
        await job.checkpoint(progress)
        try:
            progress = await self._sent(job, progress)
        except (Rejected, Unauthorised):
            self._rooms.forget(job.access)
            raise
        sent = progress["sent"]
        return Accepted(
            remote_id=_remote_id(progress["room"], sent["0"]),
            url=_url(job.access, progress["room"], sent["0"]),
            receipt={"room": progress["room"], "events": [sent[n] for n in _pieces(job.part)]},
            moved_to=place.moved_to if progress["room"] == place.room else "",
        )

    async def prepare(self, job: Job) -> Mapping[str, Any]:
        """Upload the pictures ahead: nobody sees what no event shows. A dead token, another
        device, a room that cannot be entered are found out now and not when it is due."""
        _check(job.part)
        await self._rooms.enter(job.access)
        progress: Mapping[str, Any] = job.progress
        for ref in job.part.media:
            progress = await self._uploaded(job, progress, ref)
        return progress

    async def reconcile(self, job: Job) -> Finding:
        """ABSENT where a repeat is the proof, or the room was read back to the first attempt."""
        earlier = job.progress
        if not earlier.get("room"):
            detail = "the attempt ended before its first event"
            return Finding(verdict=Verdict.ABSENT, detail=detail)
        place = await self._rooms.enter(job.access)
        if self._key_holds(job, place):
            detail = "sending again under the same transaction gives the answer"
            return Finding(verdict=Verdict.ABSENT, detail=detail)
        if (left := self._unsettled(earlier)) > 0:
            detail = "another device, or a day later: a call may still be carried out"
            return Finding(verdict=Verdict.PENDING, detail=detail, retry_after=left)
        found = await self._search(job)
        sent = {**earlier.get("sent", {}), **found.sent}
        if all(piece in sent for piece in _pieces(job.part)):
            return Finding(
                verdict=Verdict.FOUND,
                remote_id=_remote_id(earlier["room"], sent["0"]),
                url=_url(job.access, earlier["room"], sent["0"]),
            )
        if found.covered:
            return Finding(verdict=Verdict.ABSENT, detail="the room was read and lacks a piece")
        return Finding(verdict=Verdict.PERSON, detail="the room's history is too long to read")

    async def verify(self, job: Job) -> Finding:
        post = await self._read(job)
        if post is None or post.words.redacted:
            return Finding(verdict=Verdict.GONE, detail=str(_GONE))
        return Finding(
            verdict=Verdict.FOUND,
            remote_id=job.remote_id,
            url=_url(job.access, post.room, post.words.id),
            same=await self._reads_as_signed(job, post),
        )

    async def withdraw(self, job: Job) -> None:
        """Redact the words, the pictures, and every correction of them: a correction's own event
        would keep what it put in place. Any device may do that, and do it twice.

        The list is saved first: corrections of a redacted event cannot be found any more.
        """
        room, event_id = _parse(job.remote_id)
        if "redact" not in job.progress:
            post = await read_post(self._client, job.access, room, event_id)
            if post is None:
                # not there, or not to be seen from outside the room: the latter raises
                await self._client.replacement(job.access, room)
                return
            found = await self._what_it_is_made_of(job, post)
            await job.checkpoint({**job.progress, "redact": found})
        for one in job.progress["redact"]:
            await self._client.redact(job.access, room, one, transaction(job.key, one))

    async def amend(self, job: Job) -> Accepted:
        """Put the new words and pictures in the place of the old ones, piece by piece; a piece
        that already reads so is left alone, so that a repeat is harmless at any time."""
        _check(job.part)
        await self._rooms.enter(job.access)
        post = await self._read(job)
        if post is None or post.words.redacted:
            raise _cannot_amend(_GONE, "remote_id")
        if len(post.pictures) != len(job.part.media):
            raise _cannot_amend(
                Words("图片数量变了，无法原地更正", "the number of pictures changed"), "media"
            )
        if not same(post.words.content, words := text_content(job.part, job.key)):
            await self._edit(job, post, post.words, words)
        progress: Mapping[str, Any] = dict(job.progress)
        for number, (event, ref) in enumerate(_paired(post, job.part), start=1):
            if same(event.content, picture_content(ref, job.key, number, "", "")):
                continue
            progress = await self._uploaded(job, progress, ref)
            url = progress["media"][ref.sha256]
            content = picture_content(ref, job.key, number, url, post.words.id)
            await self._edit(job, post, event, content)
        return Accepted(remote_id=job.remote_id, url=_url(job.access, post.room, post.words.id))

    async def close(self) -> None:
        """Nothing is held: the wire is its owner's."""

    async def authorised_until(self, access: Access) -> datetime | None:
        """Tokens do not say when they end; a dead one, or one of another device, raises."""
        check_device(await self._client.whoami(access), access.settings)
        return None

    async def _resumed(self, job: Job, place: Place) -> dict[str, Any]:
        """What earlier attempts saved, with what they left open looked up where no key answers
        for it; raises Busy while that proves nothing yet."""
        identity = place.identity
        fresh = {"user": identity.user_id, "device": identity.device_id}
        earlier = {"sent": {}, "media": {}, **job.progress}
        if not earlier.get("room"):
            return {**earlier, **fresh, "room": place.room}
        if self._key_holds(job, place):
            return earlier
        if (left := self._unsettled(earlier)) > 0:
            raise Busy(
                Words("设备已更换，稍后读回再发", "the device changed: read back, then sent"),
                platform_code="device-changed",
                remedy=Words("无需处理，将自动重试", "nothing to do, it is tried again"),
                retry_after=timedelta(seconds=left),
            )
        found = await self._search(job)
        if not found.covered:
            raise Unknown(
                Words("房间历史过长，无法确认是否已发", "too long a history to tell what was sent"),
                platform_code="history-too-long",
                remedy=Words("打开房间核对", "look into the room"),
            )
        return {**earlier, **fresh, "sent": {**earlier["sent"], **found.sent}}

    def _key_holds(self, job: Job, place: Place) -> bool:
        """Whether the server still knows the transactions of this delivery's attempts."""
        held, identity = job.progress, place.identity
        mine = (held.get("user"), held.get("device")) == (identity.user_id, identity.device_id)
        began = job.started_at
        return mine and (began is None or self._clock.now() - began < _KEY_HOLDS)

    def _unsettled(self, earlier: Mapping[str, Any]) -> float:
        """Seconds until the last attempt's calls are surely over."""
        ended = datetime.fromisoformat(earlier["at"]) + _SETTLED if "at" in earlier else None
        return (ended - self._clock.now()).total_seconds() if ended else 0.0

    async def _search(self, job: Job) -> Search:
        earlier = job.progress
        return await search(
            self._client,
            job,
            room=earlier["room"],
            sender=earlier["user"],
            since=job.started_at or self._clock.now(),
        )

    async def _uploaded(
        self, job: Job, progress: Mapping[str, Any], ref: MediaRef
    ) -> dict[str, Any]:
        media = progress.get("media", {})
        if ref.sha256 in media:
            return dict(progress)
        content = await _picture(job, ref)
        url = await self._client.upload(job.access, content, ref.media_type, name_of(ref))
        kept = {**progress, "media": {**media, ref.sha256: url}}
        # no event yet: without a room the next attempt begins with its first event
        await job.checkpoint(kept if "at" in kept else _without_place(kept))
        return kept

    async def _sent(self, job: Job, progress: dict[str, Any]) -> dict[str, Any]:
        """Send what is not sent yet, the words first; saves each event's id before the next."""
        pieces = _pieces(job.part)
        for number, piece in enumerate(pieces):
            if piece in progress["sent"]:
                continue
            content = _content(job, number, progress)
            txn = transaction(job.key, piece)
            event_id = await self._client.send(job.access, progress["room"], content, txn)
            progress = {**progress, "sent": {**progress["sent"], piece: event_id}}
            if piece != pieces[-1]:
                await job.checkpoint(progress)
        return progress

    async def _read(self, job: Job) -> Post | None:
        room, event_id = _parse(job.remote_id)
        return await read_post(self._client, job.access, room, event_id)

    async def _reads_as_signed(self, job: Job, post: Post) -> bool:
        if not same(post.words.content, text_content(job.part, job.key)):
            return False
        if len(post.pictures) != len(job.part.media):
            return False
        for number, (event, ref) in enumerate(_paired(post, job.part), start=1):
            if not same(event.content, picture_content(ref, job.key, number, "", "")):
                return False
            shown = await self._client.download(
                job.access, str(event.content.get("url", "")), _LARGEST_DOWNLOAD
            )
            if hashlib.sha256(shown or b"").hexdigest() != ref.sha256:
                return False
        return True

    async def _edit(self, job: Job, post: Post, event: Event, content: Mapping[str, Any]) -> None:
        edit = edit_of(content, event.id)
        txn = transaction(job.key, encoded(edit))
        await self._client.send(job.access, post.room, edit, txn)

    async def _what_it_is_made_of(self, job: Job, post: Post) -> list[str]:
        """The ids of every event of a post that still shows something, the words first."""
        events = [post.words, *post.pictures]
        for event in tuple(events):
            edits = await self._client.related(job.access, post.room, event.id, "m.replace")
            events += (edit for edit in edits if edit.sender == post.words.sender)
        return [event.id for event in events if not event.redacted]


_GONE = Words("消息已被删除或不可见", "the message is deleted or not to be seen")


def _pieces(part: Part) -> list[str]:
    """The keys of `sent`: "0" for the words, then a number for each picture."""
    return [str(number) for number in range(1 + len(part.media))]


def _content(job: Job, number: int, progress: Mapping[str, Any]) -> dict[str, Any]:
    if number == 0:
        return text_content(job.part, job.key)
    ref = job.part.media[number - 1]
    url, post = progress["media"][ref.sha256], progress["sent"]["0"]
    return picture_content(ref, job.key, number, url, post)


def _without_place(progress: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in progress.items() if name not in _PLACE}


def _paired(post: Post, part: Part) -> list[tuple[Event, MediaRef]]:
    return list(zip(post.pictures, part.media, strict=True))


def _check(part: Part) -> None:
    """The declared limits are this channel's own to keep: a server stores any file."""
    for problem in problems([part], DECLARATION):
        raise Rejected(
            problem.words, platform_code="limits", field=problem.field, remedy=problem.remedy
        )
    if not fits_an_event(part):
        raise Rejected(
            Words("正文连同标记超过 64 KB", "text and markup are over 64 KB"),
            platform_code="limits",
            field="text",
            remedy=Words("缩短正文后重新送审", "shorten the text and have it approved again"),
        )


async def _picture(job: Job, ref: MediaRef) -> bytes:
    try:
        return await job.media.read(ref.sha256)
    except NotFound as error:
        raise Rejected(
            Words(f"图片 {ref.sha256[:12]} 不在素材库", f"picture {ref.sha256[:12]} is missing"),
            field="media",
            remedy=Words("重新上传图片并送审", "upload the picture again and have it approved"),
        ) from error


def _cannot_amend(words: Words, field: str) -> Rejected:
    return Rejected(
        words,
        platform_code="cannot-amend",
        field=field,
        remedy=Words("撤回后重新发布", "withdraw and publish again"),
    )


def _remote_id(room: str, event_id: str) -> str:
    return f"{room}/{event_id}"


def _parse(remote_id: str) -> tuple[str, str]:
    """Room and event of a `remote_id`; an event's id begins with $, which no room's contains
    behind a slash."""
    room, found, event_id = remote_id.rpartition("/$")
    if not found:
        raise Rejected(
            Words("不知道消息编号", "the message's id is not known"),
            field="remote_id",
            remedy=Words("填写“房间编号/$消息编号”", "enter '<room id>/$<event id>'"),
        )
    return room, f"${event_id}"


def _url(access: Access, room: str, event_id: str) -> str:
    """Under the public alias where the account has one, else under the id and our server."""
    if access.handle.startswith("#"):
        return f"https://matrix.to/#/{quote(access.handle, safe='')}/{quote(event_id, safe='')}"
    server = room.partition(":")[2]
    via = f"?via={quote(server, safe='')}" if server else ""
    return f"https://matrix.to/#/{quote(room, safe='')}/{quote(event_id, safe='')}{via}"
