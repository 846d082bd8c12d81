"""Entering and changing items inside a transaction that the caller already has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from hub.catalogue import events, rules, store
from hub.catalogue.attachments.store import measured
from hub.catalogue.classification.rules import themes_of
from hub.catalogue.classification.store import current_themes
from hub.catalogue.errors import KeyTaken, UnknownPicture
from hub.catalogue.models import Item, ItemDraft, ItemState, Validity
from hub.catalogue.numbering import store as numbers
from hub.catalogue.numbering.assigning import Numbering
from hub.catalogue.validity.models import ValidityChange
from hub.catalogue.validity.store import add_changes
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event
from hub.organisations.models import Body
from hub.organisations.store import get_body

__all__ = ["add_items", "edit_item", "enter_item"]


def enter_item(
    tx: Transaction,
    draft: ItemDraft,
    *,
    item_id: str,
    actor: str,
    at: datetime,
    numbering: Numbering | None = None,
) -> Item:
    """A new item, version 1, with its index number. Raises InvalidInput, UnknownBody,
    UnknownPicture, UnknownAttachment, KeyTaken, IndexTaken."""
    body = get_body(tx.connection, draft.body_id)
    clean = _completed(tx, body, draft)
    key = clean.external_key or item_id
    if store.item_by_key(tx.connection, clean.body_id, key):
        raise _key_taken(key)
    numbering = numbering or Numbering()
    [index_no] = numbering.numbers(tx, {body.id: body}, [clean], at)
    item = rules.item_of(clean, item_id=item_id, version=1, by=actor, at=at, index_no=index_no)
    add_items(tx, [(item, rules.sealed(clean)[0], "")], numbering.today(at))
    data = {"title": item.title, "content_hash": item.content_hash, "index_no": item.index_no}
    tx.record(Event(kind=events.ITEM_ENTERED, subject=item_id, actor=actor, at=at, data=data))
    return item


def add_items(tx: Transaction, rows: Sequence[tuple[Item, str, str]], today: date) -> None:
    """Keep checked new items with their numbers, all entered at one time; the caller records it.

    With each goes its content in canonical JSON, and the hash of the row that an import made it
    from. `today` is when what is not in force was found so.
    """
    store.insert_items(tx, rows)
    add_changes(tx, [_as_entered(item, today) for item, _, _ in rows if _ended(item)])


def edit_item(
    tx: Transaction,
    old: Item,
    draft: ItemDraft,
    *,
    actor: str,
    at: datetime,
    numbering: Numbering | None = None,
) -> Item:
    """Make `draft` the next version of `old` (which is locked), unless it says the same.

    The item keeps its body, its external key and its validity, which has a door of its own
    (`hub.catalogue.validity`). Another index number retires the old one. Raises IndexTaken.
    """
    kept = replace(draft, body_id=old.body_id, external_key=old.external_key)
    body = get_body(tx.connection, old.body_id)
    clean = _completed(tx, body, kept, old)
    current = _renumbered(tx, body, old, clean.index_no, actor, at, numbering or Numbering())
    content = {name: getattr(clean, name) for name in rules.CONTENT}
    digest = rules.content_hash(rules.content_of(clean))
    if digest == old.content_hash:
        return current
    new = replace(
        current,
        **content,
        version=old.version + 1,
        state=ItemState.DRAFT,
        content_hash=digest,
    )
    store.replace_item(tx, new, actor, at)
    data = {"version": new.version, "content_hash": new.content_hash}
    tx.record(Event(kind=events.ITEM_EDITED, subject=old.id, actor=actor, at=at, data=data))
    return new


def _renumbered(
    tx: Transaction,
    body: Body,
    old: Item,
    index_no: str,
    actor: str,
    at: datetime,
    numbering: Numbering,
) -> Item:
    if index_no in ("", old.index_no):
        return old
    numbering.claim(tx, [(body, index_no)])
    numbers.retire(tx, body.id, old.index_no, old.id, at)
    store.set_index_no(tx, old.id, index_no)
    data = {"from": old.index_no, "to": index_no}
    tx.record(Event(kind=events.ITEM_RENUMBERED, subject=old.id, actor=actor, at=at, data=data))
    return replace(old, index_no=index_no)


def _ended(item: Item) -> bool:
    return item.validity is not Validity.IN_FORCE


def _as_entered(item: Item, today: date) -> ValidityChange:
    """An item that was not in force any more when it was entered: its first decision."""
    return ValidityChange(
        item_id=item.id,
        no=1,
        validity=item.validity,
        since=today,
        actor=item.entered_by,
        at=item.entered_at,
        basis="录入时如此",
    )


def _completed(tx: Transaction, body: Body, draft: ItemDraft, old: Item | None = None) -> ItemDraft:
    """The draft checked, with its issuer, its theme as the list has it, and the stored measures
    of its pictures and files. A theme that an item has already is not asked about again."""
    clean = rules.checked(replace(draft, issuer=draft.issuer or body.name))
    if clean.theme and (old is None or clean.theme != old.theme):
        theme = themes_of(current_themes(tx.connection)).resolved(clean.theme)
        clean = replace(clean, theme=theme)
    if clean.attachments:
        clean = replace(clean, attachments=measured(tx.connection, clean.attachments))
    if not clean.pictures:
        return clean
    held = store.pictures_by_hash(tx.connection, [p.sha256 for p in clean.pictures])
    for picture in clean.pictures:
        if picture.sha256 not in held:
            raise UnknownPicture(picture.sha256)
    pictures = tuple(replace(held[p.sha256], alt=p.alt.strip()) for p in clean.pictures)
    return replace(clean, pictures=pictures)


def _key_taken(key: str) -> KeyTaken:
    return KeyTaken(
        Words(f"本单位已有外部编号“{key}”", f"the body already has an item '{key}'"),
        field="external_key",
        remedy=Words("修改原信息，或换一个编号", "edit that item, or choose another key"),
    )
