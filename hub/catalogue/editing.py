"""Entering and changing items inside a transaction that the caller already has."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hub.catalogue import events, rules, store
from hub.catalogue.errors import KeyTaken, UnknownPicture
from hub.catalogue.models import Item, ItemDraft
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event
from hub.organisations.store import get_body

__all__ = ["completed", "edit_item", "enter_item"]


def enter_item(
    tx: Transaction, draft: ItemDraft, *, item_id: str, actor: str, at: datetime
) -> Item:
    """A new item, version 1. Raises InvalidInput, UnknownBody, UnknownPicture, KeyTaken."""
    clean = completed(tx, draft)
    item = rules.item_of(clean, item_id=item_id, version=1, by=actor, at=at)
    if store.item_by_key(tx.connection, item.body_id, item.external_key):
        raise _key_taken(item.external_key)
    store.insert_items(tx, [item])
    data = {"title": item.title, "content_hash": item.content_hash}
    tx.record(Event(kind=events.ITEM_ENTERED, subject=item_id, actor=actor, at=at, data=data))
    return item


def edit_item(tx: Transaction, old: Item, draft: ItemDraft, *, actor: str, at: datetime) -> Item:
    """Make `draft` the next version of `old` (which is locked), unless it says the same.

    The item keeps its body and its external key.
    """
    kept = replace(draft, body_id=old.body_id, external_key=old.external_key)
    new = rules.item_of(
        completed(tx, kept),
        item_id=old.id,
        version=old.version + 1,
        by=old.entered_by,
        at=old.entered_at,
    )
    if new.content_hash == old.content_hash:
        return old
    store.replace_item(tx, new, actor, at)
    data = {"version": new.version, "content_hash": new.content_hash}
    tx.record(Event(kind=events.ITEM_EDITED, subject=old.id, actor=actor, at=at, data=data))
    return new


def completed(tx: Transaction, draft: ItemDraft) -> ItemDraft:
    """The draft checked, with its issuer and the stored measures of its pictures."""
    body = get_body(tx.connection, draft.body_id)
    clean = rules.checked(replace(draft, issuer=draft.issuer or body.name))
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
