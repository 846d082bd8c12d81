"""Binding a version to the item that publishes it: the item's content then names the hash."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hub.catalogue import store as catalogue
from hub.catalogue.editing import edit_item, enter_item
from hub.catalogue.keyareas import events, store
from hub.catalogue.keyareas.changes import differences
from hub.catalogue.keyareas.errors import NotToBeCarried
from hub.catalogue.keyareas.forms import find_form
from hub.catalogue.keyareas.models import Change, KeyList, ListVersion
from hub.catalogue.keyareas.schema import Form
from hub.catalogue.keyareas.wording import summary_of, text_of, title_of_version
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.numbering.assigning import Numbering
from hub.catalogue.rules import draft_of
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event

__all__ = ["carry", "changes_to", "propose"]


def propose(
    tx: Transaction,
    version_id: str,
    *,
    item_id: str,
    title: str,
    doc_no: str,
    actor: str,
    at: datetime,
    numbering: Numbering,
) -> Item:
    """Enter an item that says what the version changes and carries it; it is a draft.

    Raises UnknownVersion, NotToBeCarried, InvalidInput.
    """
    version = store.get_version(tx.connection, version_id)
    found = store.get_list(tx.connection, version.list_id)
    _refuse_carried(tx, version)
    form = find_form(found.key.kind)
    changes = changes_to(tx, form, version)
    entries = store.entries_of(tx.connection, form, version.id)
    draft = ItemDraft(
        body_id=found.key.body_id,
        external_key=f"keyarea/{found.key.kind}/{found.key.year}/{version.number}",
        title=title or title_of_version(form, found, version),
        body=text_of(form, found, version, entries, changes),
        attribute=Attribute.PROACTIVE,
        summary=summary_of(version, changes),
        doc_no=doc_no,
        valid_from=version.effective_on,
        carries=version.hash,
    )
    item = enter_item(tx, draft, item_id=item_id, actor=actor, at=at, numbering=numbering)
    _record(tx, version, item, actor, at)
    return item


def carry(tx: Transaction, version_id: str, item_id: str, *, actor: str, at: datetime) -> Item:
    """Let an item that is there carry the version: it becomes a new version to be signed.

    Raises UnknownVersion, UnknownItem, NotToBeCarried.
    """
    version = store.get_version(tx.connection, version_id)
    found = store.get_list(tx.connection, version.list_id)
    item = catalogue.lock_item(tx, item_id)
    if item.carries == version.hash:
        return item
    _refuse_carried(tx, version)
    _check_item(item, found)
    edited = edit_item(tx, item, replace(draft_of(item), carries=version.hash), actor=actor, at=at)
    _record(tx, version, edited, actor, at)
    return edited


def changes_to(tx: Transaction, form: Form, version: ListVersion) -> tuple[Change, ...] | None:
    """What a version changes against the newest other public one; None for the first."""
    carriers = store.carriers_of(tx.connection, version.list_id)
    public = [
        v
        for v in store.versions_of(tx.connection, version.list_id)
        if v.id != version.id and v.id in carriers and carriers[v.id].public
    ]
    if not public:
        return None
    before = max(public, key=lambda v: (v.effective_on, v.number))
    old = store.entries_of(tx.connection, form, before.id)
    return differences(form, old, store.entries_of(tx.connection, form, version.id))


def _refuse_carried(tx: Transaction, version: ListVersion) -> None:
    carrier = store.carriers_of(tx.connection, version.list_id).get(version.id)
    if carrier is not None:
        raise NotToBeCarried(
            Words(
                f"该版已由信息 {carrier.item_id} 载明", f"item {carrier.item_id} carries it already"
            ),
            field="version",
            remedy=Words("送审该信息即可", "submit that item for approval"),
        )


def _check_item(item: Item, found: KeyList) -> None:
    if item.body_id != found.key.body_id:
        raise NotToBeCarried(
            Words("信息与清单不属同一单位", "the item and the list belong to different bodies"),
            field="item",
            remedy=Words("用清单所属单位的信息发布", "take an item of the list's own body"),
        )
    if item.attribute is not Attribute.PROACTIVE:
        raise NotToBeCarried(
            Words("信息不是主动公开", "the item is not for proactive disclosure"),
            field="item",
            remedy=Words("清单由主动公开的信息发布", "take an item that is"),
        )
    if item.carries:
        raise NotToBeCarried(
            Words("信息已载明另一清单版本", "the item carries another version of a list"),
            field="item",
            remedy=Words("每版清单用一条信息发布", "every version has an item of its own"),
        )


def _record(tx: Transaction, version: ListVersion, item: Item, actor: str, at: datetime) -> None:
    data = {
        "version": version.id,
        "hash": version.hash,
        "item": item.id,
        "item_version": item.version,
    }
    kind, subject = events.VERSION_CARRIED, version.list_id
    tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
