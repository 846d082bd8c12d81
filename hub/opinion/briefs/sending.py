"""Who gets briefs, and getting them there: written down first, never sent twice by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import GongkaiError, Misconfigured, Words
from hub.kernel.events import Event, Kind
from hub.opinion.briefs import events, store
from hub.opinion.briefs.errors import BadBrief, UnknownBrief
from hub.opinion.briefs.models import (
    BriefKind,
    Send,
    SendEvent,
    StoredBrief,
    Subscriber,
)
from hub.opinion.briefs.ports import Mailer
from hub.opinion.briefs.service import Briefs
from hub.publishing.errors import Rejected, Unknown

__all__ = ["Sending", "mail_address"]

_log = structlog.get_logger(__name__)
_ACTOR = "system:briefs"
_ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z0-9-]{2,}")
_FIRST_WAIT, _LONGEST_WAIT, _TRIES = timedelta(minutes=1), timedelta(hours=1), 20
_DEAD_AFTER = timedelta(minutes=15)


class Sending:
    """`mailer` is None where the installation has no mail server: then nothing is sent, and what
    is to be sent waits."""

    def __init__(
        self, *, database: Database, clock: Clock, briefs: Briefs, mailer: Mailer | None
    ) -> None:
        self._database = database
        self._clock = clock
        self._briefs = briefs
        self._mailer = mailer

    @property
    def open(self) -> bool:
        """Whether there is a mail server."""
        return self._mailer is not None

    async def subscribe(
        self, address: str, kinds: Sequence[BriefKind], *, actor: str
    ) -> Subscriber:
        """From now on this address gets briefs of these kinds. Raises BadBrief."""
        address = mail_address(address)
        if not kinds or BriefKind.CUSTOM in kinds:
            raise BadBrief(
                "kinds", "未选简报", "no kind", Words("选 daily 或 weekly", "daily or weekly")
            )
        one = Subscriber(
            address=address, kinds=tuple(dict.fromkeys(kinds)), since=self._clock.now(), by=actor
        )

        def work(tx: Transaction) -> Subscriber:
            store.put_subscriber(tx, one)
            self._record(tx, events.SUBSCRIBED, "briefs", actor, {"kinds": list(one.kinds)})
            return one

        return await self._database.write(work)

    async def unsubscribe(self, address: str, *, actor: str) -> bool:
        """Whether the address was there."""

        def work(tx: Transaction) -> bool:
            gone = store.remove_subscriber(tx, address.strip())
            if gone:
                self._record(tx, events.UNSUBSCRIBED, "briefs", actor, {})
            return gone

        return await self._database.write(work)

    async def subscribers(self) -> list[Subscriber]:
        return await self._database.read(store.subscribers)

    async def sends(self, brief_id: str) -> list[Send]:
        return await self._database.read(lambda c: store.sends_of(c, brief_id))

    async def address(self, brief_id: str, *, actor: str, to: Sequence[str] = ()) -> list[Send]:
        """Send a brief to `to`, else to everybody who subscribed to its kind; each gets it once.
        Raises UnknownBrief, and Misconfigured without a mail server."""
        if self._mailer is None:
            raise Misconfigured(
                Words("未设置邮件服务器", "no mail server is set"),
                field="mail_server",
                remedy=Words("设置 mail_server 与 mail_from", "set mail_server and mail_from"),
            )

        def work(tx: Transaction) -> list[Send]:
            brief = store.get_brief(tx.connection, brief_id)
            if brief is None:
                raise UnknownBrief(brief_id)
            addresses = list(to) or _of_kind(tx.connection, brief.kind)
            if store.add_sends(tx, brief_id, addresses, self._clock.now()):
                data = {"recipients": len(addresses)}
                self._record(tx, events.BRIEF_ADDRESSED, brief_id, actor, data)
            return store.sends_of(tx.connection, brief_id)

        return await self._database.write(work)

    async def deliver(self) -> int:
        """Send what is due, one after the other; how many went."""
        if self._mailer is None:
            return 0
        sent, now = 0, self._clock.now()
        await self._database.write(lambda tx: store.lose_old(tx, now - _DEAD_AFTER), audited=False)
        while (send := await self._take()) is not None:
            sent += await self._send(self._mailer, send)
        return sent

    async def _take(self) -> Send | None:
        now = self._clock.now()
        return await self._database.write(lambda tx: store.take_send(tx, now), audited=False)

    async def _send(self, mailer: Mailer, send: Send) -> bool:
        """No transaction is open while the server is spoken to."""
        try:
            brief = await self._briefs.brief(send.brief_id)
            files = await self._briefs.read(brief)
            await mailer.send(
                send.address,
                subject=f"{brief.title}{brief.number}（{brief.last}）",
                text=_text(brief),
                html=files.get("brief.html", b"").decode(),
                files={_name(brief, name): files[name] for name in sorted(files)},
                key=brief.id.lower(),
                date=brief.made_at,
            )
        except Unknown as error:
            await self._end(send, SendEvent.LOST, error)
        except Rejected as error:
            await self._end(send, SendEvent.FAILED, error)
        except GongkaiError as error:
            over = send.tries >= _TRIES
            await self._end(send, SendEvent.FAILED if over else SendEvent.PUT_OFF, error)
        else:
            await self._end(send, SendEvent.SENT, None)
            return True
        return False

    async def _end(self, send: Send, event: SendEvent, error: GongkaiError | None) -> None:
        wait = min(_FIRST_WAIT * (1 << min(send.tries - 1, 10)), _LONGEST_WAIT)
        told = error.words.zh if error else ""
        if error is not None:
            _log.warning("brief.not-sent", brief=send.brief_id, code=error.code)

        def work(tx: Transaction) -> None:
            put_off = event is SendEvent.PUT_OFF
            store.end_send(tx, send, event, error=told, wait=wait if put_off else None)
            data = {"tries": send.tries, "error": told}
            self._record(tx, events.SEND_ENDS[event], send.brief_id, _ACTOR, data)

        await self._database.write(work)

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def mail_address(text: str, field: str = "address") -> str:
    """An e-mail address as it is kept; raises BadBrief."""
    address = text.strip()
    if not _ADDRESS.fullmatch(address):
        raise BadBrief(
            field, "不是邮件地址", "no e-mail address", Words("写成 a@b.cn", "as a@b.cn")
        )
    return address


def _of_kind(connection: Connection, kind: BriefKind) -> list[str]:
    return [one.address for one in store.subscribers(connection) if kind in one.kinds]


def _name(brief: StoredBrief, name: str) -> str:
    """The name a reader sees: 政务舆情日报2026-03-01.docx."""
    return f"{brief.title}{brief.last}.{name.rpartition('.')[2]}"


def _text(brief: StoredBrief) -> str:
    """What readers without HTML see: the summary."""
    told = brief.model.get("summary", ())
    lines = [str(one) for one in told] if isinstance(told, (list, tuple)) else []
    return "\n".join([f"{brief.title}{brief.number}", "", *lines, "", "全文见附件。", ""])
