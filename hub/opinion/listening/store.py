"""SQL of following messages: one function per question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hub.conversation import events
from hub.conversation.models import (
    MESSAGES,
    OPEN_STATES,
    Inbound,
    InboundKind,
    Manner,
    MessageEvent,
)
from hub.conversation.tables import inbound_messages
from hub.kernel.database import Transaction
from hub.kernel.events import read_events_of
from hub.opinion.cases.results import store as results
from hub.opinion.issues.placing import heading
from hub.opinion.issues.tables import issue_signals, issues
from hub.opinion.judging.tables import judgements
from hub.opinion.listening.models import Erased, Heard, Step
from hub.opinion.listening.tables import listening_cursors
from hub.opinion.signals.models import SignalState
from hub.opinion.signals.tables import signal_identities, signal_originals, signals
from hub.organisations.tables import accounts

__all__ = ["channel_of", "claim", "erase", "heard", "keep", "spoken", "standing", "steps"]

_m, _a, _c = inbound_messages.c, accounts.c, listening_cursors.c
_s, _i, _p = signals.c, issues.c, issue_signals.c
_NAME = "messages"
_CHUNK = 500
_ID = 26  # characters of an item's id
_FOLLOWED = (events.WRITTEN, events.MISSED, events.LEFT_UNKNOWN, events.ERASED)


def claim(tx: Transaction, now: datetime, until: datetime) -> int | None:
    """Behind which event the next look begins, which is ours until `until`; None where another
    process looks."""
    due = (_c.name == _NAME, _c.rests_until <= now)
    if tx.execute(update(listening_cursors).where(*due).values(rests_until=until)).rowcount:
        return int(tx.connection.execute(_position()).scalar_one())
    if tx.connection.execute(_position()).first() is not None:
        return None
    row = {"name": _NAME, "position": 0, "rests_until": until}
    tx.execute(insert(listening_cursors), row)
    return 0


def keep(tx: Transaction, was: int, position: int, until: datetime) -> bool:
    """The newest event that was taken; False where another process has gone on meanwhile."""
    mine = (_c.name == _NAME, _c.position == was)
    change = update(listening_cursors).where(*mine)
    return tx.execute(change.values(position=position, rests_until=until)).rowcount == 1


def _position() -> Any:
    return select(_c.position).where(_c.name == _NAME)


def steps(connection: Connection, after: int, limit: int) -> list[Step]:
    """What happened to messages behind event `after`, oldest first; at most `limit` events.

    The chain numbers events in the order of commits, so nothing appears behind a number later.
    """
    found = read_events_of(connection, [k.name for k in _FOLLOWED], after=after, limit=limit)
    return [_step(event) for event in found]


def _step(event: Mapping[str, Any]) -> Step:
    data = event["data"]
    if event["kind"] == events.ERASED.name:
        return Step(
            event["seq"],
            erased=Erased(data["account"], event["subject"], datetime.fromisoformat(event["at"])),
        )
    if event["kind"] == events.WRITTEN.name:
        ended = [one for one, last in data["settled"].items() if _ends(last)]
        return Step(event["seq"], ended=tuple(ended))
    return Step(event["seq"], ended=tuple(data["messages"]))


def _ends(event: str) -> bool:
    return MESSAGES.target(MessageEvent(event)) not in OPEN_STATES


def heard(connection: Connection, ids: Sequence[str]) -> list[Heard]:
    """Those of the messages that still have words, in the order in which they came."""
    found: list[Heard] = []
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(inbound_messages, _a.body_id)
            .join(accounts, _a.id == _m.account_id)
            .where(_m.id.in_(ids[start : start + _CHUNK]), _m.text != "")
            .order_by(_m.id)
        )
        found += [_heard(row) for row in connection.execute(query)]
    return found


def _heard(row: Row[Any]) -> Heard:
    answer: Mapping[str, Any] = row.answer or {}
    unanswered = bool(answer.get("unanswered"))
    offered = [one["payload"].rpartition("/")[2] for one in answer.get("choices", ())]
    inbound = Inbound(
        id=row.id,
        channel=row.channel,
        account=row.account_id,
        external_key=row.external_key,
        sender=row.sender,
        kind=InboundKind(row.kind),
        received_at=row.received_at,
        text=row.text,
    )
    return Heard(
        inbound=inbound,
        manner=Manner((row.details or {}).get("manner", Manner.DIRECT)),
        body_id=row.body_id,
        unanswered=unanswered,
        near=next((one for one in offered if len(one) == _ID), "") if unanswered else "",
    )


def channel_of(connection: Connection, account_id: str) -> str:
    query = select(_a.channel).where(_a.id == account_id)
    return connection.execute(query).scalar() or ""


def standing(connection: Connection, account_id: str, sender: str) -> list[str]:
    """Ids of a person's messages to an account whose words are kept."""
    query = select(_m.id).where(_m.sender == sender, _m.account_id == account_id, _m.text != "")
    return list(connection.execute(query).scalars())


def spoken(connection: Connection, author: str, until: datetime) -> dict[str, str]:
    """The signals of a pseudonym that were said until then and have words: external id to id."""
    query = select(_s.external_id, _s.id).where(
        _s.author == author, _s.event_at <= until, (_s.title != "") | (_s.text != "")
    )
    return {row.external_id: row.id for row in connection.execute(query)}


def erase(tx: Transaction, ids: Sequence[str], author: str) -> None:
    """Delete what signals say and who said it. Placed ones stay as figures; of the others nothing
    stays. An issue that was called by such words is called by another signal's, or its topic."""
    rows = tx.connection.execute(
        select(_s.id, _s.title, _s.text, _s.state, _p.issue_id)
        .outerjoin(issue_signals, _p.signal_id == _s.id)
        .where(_s.id.in_(ids))
    ).all()
    placed = [row for row in rows if row.state == SignalState.PLACED]
    loose = [row.id for row in rows if row.state != SignalState.PLACED]
    blank = {"title": "", "text": "", "author": "", "url": "", "masked": False}
    which = _s.id.in_([row.id for row in placed])
    tx.execute(update(signals).where(which).values(**blank))
    tx.execute(delete(judgements).where(judgements.c.signal_id.in_(loose)))
    tx.execute(delete(signals).where(_s.id.in_(loose)))
    results.erase(tx, ids)
    tx.execute(delete(signal_originals).where(signal_originals.c.signal_id.in_(ids)))
    left = select(_s.id).where(_s.author == author).limit(1)
    if tx.connection.execute(left).first() is None:
        tx.execute(delete(signal_identities).where(signal_identities.c.author == author))
    for row in placed:
        called = (_i.id == row.issue_id, _i.title == heading(row.title, row.text))
        tx.execute(update(issues).where(*called).values(title=_other_name(tx, row.issue_id)))


def _other_name(tx: Transaction, issue_id: str) -> str:
    """What an issue may be called besides: the oldest of its signals that has words, its topic."""
    oldest = (
        select(_s.title, _s.text)
        .join(issue_signals, _p.signal_id == _s.id)
        .where(_p.issue_id == issue_id, (_s.title != "") | (_s.text != ""))
        .order_by(_s.id)
        .limit(1)
    )
    found = tx.connection.execute(oldest).first()
    if found is not None:
        return heading(found.title, found.text)
    return tx.connection.execute(select(_i.topic).where(_i.id == issue_id)).scalar() or ""
