"""Preparing a version inside a transaction: the rows over what is there, checked and kept once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.catalogue.keyareas import events, rules, store
from hub.catalogue.keyareas.changes import counted, differences
from hub.catalogue.keyareas.errors import BadEntry
from hub.catalogue.keyareas.importing import GivenRow, RowFault, take_rows
from hub.catalogue.keyareas.models import Change, Entry, KeyList, ListKey, ListVersion
from hub.catalogue.keyareas.schema import Form, bad
from hub.kernel.database import Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations.rules import unwelcome

__all__ = ["Order", "Prepared", "prepare"]

_LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for. `rows` replace the list or, if `partial`, change it; entries whose code
    is in `removed` are left out. `effective_on` None: today, given as `today`."""

    key: ListKey
    rows: Sequence[GivenRow]
    actor: str
    at: datetime
    today: date
    faults: Sequence[RowFault] = ()
    removed: frozenset[str] = frozenset()
    partial: bool = False
    effective_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The version there is now, or None and what is wrong. `changes` are those against the version
    before it, None when there is none. `new`: it was made just now, else it said the same."""

    version: ListVersion | None = None
    new: bool = False
    changes: tuple[Change, ...] | None = None
    faults: tuple[RowFault, ...] = ()


def prepare(tx: Transaction, form: Form, order: Order, ids: IdSource) -> Prepared:
    """Make the next version of the list, unless it says what the last one does.

    Raises BadEntry about year, date, note or a code to be removed that is not there.
    """
    _check_order(form, order)
    found = store.find_list(tx.connection, order.key)
    if found is not None:
        store.lock_list(tx, found.id)
    last = store.latest_version(tx.connection, found.id) if found else None
    old = store.entries_of(tx.connection, form, last.id) if last else ()
    base = _without(form, old, order.removed) if order.partial else ()
    taken = take_rows(form, order.key, order.rows, order.faults, base)
    if taken.faults:
        return Prepared(faults=taken.faults)
    entries = rules.in_order(form, taken.entries)
    if last is not None and _says_the_same(order, last, old, entries):
        return Prepared(version=last, changes=())
    version = _keep(tx, form, order, found, last, entries, ids)
    changes = differences(form, old, entries) if last else None
    _record(tx, events.VERSION_PREPARED, order, version, changes)
    return Prepared(version=version, new=True, changes=changes)


def _keep(
    tx: Transaction,
    form: Form,
    order: Order,
    found: KeyList | None,
    last: ListVersion | None,
    entries: Sequence[Entry],
    ids: IdSource,
) -> ListVersion:
    list_id = found.id if found else ids.new(order.at)
    effective_on = order.effective_on or order.today
    if found is None:
        store.insert_list(tx, list_id, order.key)
        data = {"kind": order.key.kind, "body": order.key.body_id, "year": order.key.year}
        kind = events.LIST_OPENED
        tx.record(Event(kind=kind, subject=list_id, actor=order.actor, at=order.at, data=data))
    else:
        _check_later(tx, list_id, effective_on)
    number, note = (last.number if last else 0) + 1, order.note.strip()
    version = ListVersion(
        id=ids.new(order.at),
        list_id=list_id,
        number=number,
        hash=rules.version_hash(order.key, number, effective_on, note, entries),
        effective_on=effective_on,
        note=note,
        size=len(entries),
        made_by=order.actor,
        made_at=order.at,
    )
    store.insert_version(tx, form, version, entries)
    return version


def _check_order(form: Form, order: Order) -> None:
    for fault in rules.check_key(form, order.key.year):
        raise fault
    if len(order.note) > _LONGEST_NOTE or unwelcome(order.note, "\n\t"):
        raise InvalidInput(
            Words(f"调整原因须在 {_LONGEST_NOTE} 字以内", f"at most {_LONGEST_NOTE} characters"),
            field="note",
            remedy=Words("缩短，去掉控制字符", "shorten it, remove control characters"),
        )


def _check_later(tx: Transaction, list_id: str, effective_on: date) -> None:
    """A version that takes effect before a public one would never be in force."""
    carriers = store.carriers_of(tx.connection, list_id)
    public = [v for v in store.versions_of(tx.connection, list_id) if v.id in carriers]
    latest = max((v.effective_on for v in public if carriers[v.id].public), default=date.min)
    if effective_on < latest:
        raise bad(
            "effective_on", f"执行日期 {effective_on} 早于已公开版本的 {latest}",
            f"{effective_on} is before {latest}, from which a public version holds",
            f"不早于 {latest}", f"{latest} or later",
        )  # fmt: skip


def _without(form: Form, old: Sequence[Entry], removed: frozenset[str]) -> tuple[Entry, ...]:
    unknown = removed - {entry.code for entry in old}
    if unknown:
        raise _not_there(sorted(unknown)[0])
    return tuple(entry for entry in old if entry.code not in removed)


def _not_there(code: str) -> BadEntry:
    return bad(
        "code", f"清单中没有“{code}”", f"the list has no '{code}'", "核对编码", "check the code"
    )


def _says_the_same(
    order: Order, last: ListVersion, old: Sequence[Entry], new: Sequence[Entry]
) -> bool:
    same_day = order.effective_on in (None, last.effective_on)
    same_note = order.note.strip() in ("", last.note)
    return same_day and same_note and tuple(old) == tuple(new)


def _record(
    tx: Transaction,
    kind: Kind,
    order: Order,
    version: ListVersion,
    changes: Sequence[Change] | None,
) -> None:
    data = {
        "version": version.id,
        "number": version.number,
        "hash": version.hash,
        "size": version.size,
        "changes": {kind.value: count for kind, count in counted(changes or ()).items()},
    }
    tx.record(Event(kind=kind, subject=version.list_id, actor=order.actor, at=order.at, data=data))
