"""SQL over items, their versions and pictures: one function per question.

Functions that take a Transaction change rows and leave the audit event to the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from hub.catalogue.errors import UnknownItem, UnknownPicture
from hub.catalogue.events import FEED
from hub.catalogue.imports import Checkpoint
from hub.catalogue.models import Item, ItemDraft, ItemState, Picture, Validity
from hub.catalogue.numbering.doc_numbers import doc_key
from hub.catalogue.rules import CONTENT, content_hash, content_of
from hub.catalogue.tables import blobs, import_checkpoints, item_versions, items, pictures
from hub.kernel.bulk import Bulk
from hub.kernel.columns import microseconds
from hub.kernel.database import Transaction
from hub.kernel.events import Kind, read_events_of

# an item does not carry these
_ONLY_COLUMNS = ("import_hash", "doc_key", "public_theme", "public_genre")
_SHARED = tuple(column.name for column in items.c if column.name not in _ONLY_COLUMNS)
_BESIDE = tuple(name for name in _SHARED if name not in CONTENT)  # identity and standing
_KEPT = frozenset(_BESIDE) - {"version", "state", "content_hash"}  # an edit leaves these


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Event `seq` of the chain changed the item; `kind` is the event's name, `at` in ISO 8601."""

    seq: int
    item_id: str
    kind: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What an import must know of an item that is there already."""

    id: str
    import_hash: str


# --- items ----------------------------------------------------------------------------------


def get_item(connection: Connection, item_id: str) -> Item:
    """The current version; raises UnknownItem."""
    row = connection.execute(current_items().where(items.c.id == item_id)).first()
    if row is None:
        raise UnknownItem(item_id)
    return item_of_row(row)


_VERSION = select(items.c.version).where(items.c.id == bindparam("item"))


def current_version(connection: Connection, item_id: str) -> int:
    """Raises UnknownItem."""
    row = connection.execute(_VERSION, {"item": item_id}).first()
    if row is None:
        raise UnknownItem(item_id)
    return int(row.version)


def item_by_key(connection: Connection, body_id: str, external_key: str) -> Item | None:
    query = current_items().where(items.c.body_id == body_id, items.c.external_key == external_key)
    row = connection.execute(query).first()
    return None if row is None else item_of_row(row)


_HELD = Bulk(
    """
    SELECT i.body_id, i.external_key, i.id, i.import_hash FROM {rows} CROSS JOIN items AS i
    WHERE i.body_id = r.body_id AND i.external_key = r.external_key
    """,
    {"body_id": "text", "external_key": "text"},
)


def held_by_key(
    connection: Connection, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Held]:
    """What is there already under these (body id, external key)."""
    if not keys:
        return {}
    return {
        (row["body_id"], row["external_key"]): Held(id=row["id"], import_hash=row["import_hash"])
        for row in _HELD.execute(connection, keys).mappings()
    }


def lock_item(tx: Transaction, item_id: str) -> Item:
    """The current version, kept from changing until this transaction ends; UnknownItem.

    SQLite has one writer at a time and needs no lock.
    """
    locked = select(items.c.id).where(items.c.id == item_id).with_for_update()
    if tx.connection.execute(locked).first() is None:
        raise UnknownItem(item_id)
    return get_item(tx.connection, item_id)


def insert_items(tx: Transaction, rows: Sequence[tuple[Item, str, str]]) -> None:
    """New items with their first version, all by one person at one time.

    With each goes its content in canonical JSON, and the hash of the row that an import made it
    from, else "".
    """
    if not rows:
        return
    first = rows[0][0]
    entered = (microseconds(first.entered_at), first.entered_by)
    told = [(*_NEW_OF(item), doc_key(item.doc_no), row_hash) for item, _, row_hash in rows]
    tx.bulk(_INSERT_ITEMS, told, *entered)
    versions = [(item.id, item.content_hash, content, item.carries) for item, content, _ in rows]
    tx.bulk(_INSERT_VERSIONS, versions, *entered)


_NEW: Mapping[str, str] = {  # what a new item's row says, but who entered it when
    **dict.fromkeys(("id", "body_id", "external_key"), "text"),
    "version": "int",
    **dict.fromkeys(("title", "issuer", "attribute", "state", "content_hash"), "text"),
    **dict.fromkeys(("summary", "index_no", "doc_no", "genre", "theme"), "text"),
    "statutory_class": "text",
    "normative": "flag",
    "unit": "text",
    **dict.fromkeys(("formed_on", "valid_from", "valid_until"), "date"),
    "validity": "text",
    "source_url": "text",
}
_NEW_OF = attrgetter(*_NEW)
_INSERT_ITEMS = Bulk(
    f"INSERT INTO items ({', '.join(_NEW)}, doc_key, import_hash, entered_at, entered_by)"  # noqa: S608
    f" SELECT {', '.join(f'r.{name}' for name in _NEW)}, r.doc_key, r.import_hash, {{1}}, {{2}}"
    " FROM {rows} WHERE true",
    {**_NEW, "doc_key": "text", "import_hash": "text"},
)
_INSERT_VERSIONS = Bulk(
    """
    INSERT INTO item_versions
        (item_id, version, content_hash, content, carries, edited_at, edited_by)
    SELECT r.item_id, 1, r.content_hash, r.content, r.carries, {1}, {2} FROM {rows} WHERE true
    """,
    dict.fromkeys(("item_id", "content_hash", "content", "carries"), "text"),
)


def replace_item(tx: Transaction, item: Item, by: str, at: datetime) -> None:
    """The item's next version becomes the current one."""
    values = {name: value for name, value in _columns(item).items() if name not in _KEPT}
    tx.execute(update(items).where(items.c.id == item.id).values(**values))
    add_versions(tx, [item], by, at)


def add_versions(tx: Transaction, rows: Sequence[Item], by: str, at: datetime) -> None:
    versions = [
        {
            "item_id": row.id,
            "version": row.version,
            "content_hash": row.content_hash,
            "content": content_of(row),
            "edited_by": by,
            "edited_at": at,
            "carries": row.carries,
        }
        for row in rows
    ]
    tx.execute(insert(item_versions), versions)


def set_import_hash(tx: Transaction, item_id: str, import_hash: str) -> None:
    """Remember the content that the last import gave this item."""
    tx.execute(update(items).where(items.c.id == item_id).values(import_hash=import_hash))


def set_index_no(tx: Transaction, item_id: str, index_no: str) -> None:
    tx.execute(update(items).where(items.c.id == item_id).values(index_no=index_no))


def checkpoint(connection: Connection, digest: str) -> Checkpoint | None:
    """How far the import of that file came; None where none is under way."""
    c = import_checkpoints.c
    names = [column for column in c if column.name != "at"]
    row = connection.execute(select(*names).where(c.digest == digest)).first()
    return None if row is None else Checkpoint(**row._asdict())


def keep_checkpoint(tx: Transaction, point: Checkpoint, at: datetime) -> None:
    drop_checkpoint(tx, point.digest)
    tx.execute(insert(import_checkpoints).values(**asdict(point), at=at))


def drop_checkpoint(tx: Transaction, digest: str) -> None:
    tx.execute(delete(import_checkpoints).where(import_checkpoints.c.digest == digest))


def set_state(tx: Transaction, item_id: str, version: int, state: ItemState) -> bool:
    """Move the item to `state` if `version` is still current; whether it was."""
    current = and_(items.c.id == item_id, items.c.version == version)
    return tx.execute(update(items).where(current).values(state=state.value)).rowcount == 1


def authors_of(connection: Connection, item_id: str) -> frozenset[str]:
    """The logins of everyone who entered or edited the item."""
    query = select(item_versions.c.edited_by).where(item_versions.c.item_id == item_id)
    return frozenset(connection.execute(query).scalars())


def list_versions(connection: Connection, item_id: str) -> list[tuple[int, str, str, datetime]]:
    """(version, content hash, who, when) of every version, oldest first."""
    v = item_versions.c
    query = select(v.version, v.content_hash, v.edited_by, v.edited_at)
    rows = connection.execute(query.where(v.item_id == item_id).order_by(v.version))
    return [(row.version, row.content_hash, row.edited_by, row.edited_at) for row in rows]


def content_of_version(connection: Connection, item_id: str, version: int) -> Mapping[str, Any]:
    """The content of any version as plain values; raises UnknownItem."""
    query = select(item_versions.c.content).where(
        item_versions.c.item_id == item_id, item_versions.c.version == version
    )
    row = connection.execute(query).first()
    if row is None:
        raise UnknownItem(f"{item_id} v{version}")
    return row.content  # type: ignore[no-any-return]


def get_version(connection: Connection, item_id: str, version: int) -> Item:
    """The item as that version has it, with the standing it has now; raises UnknownItem."""
    current = get_item(connection, item_id)
    if version == current.version:
        return current
    content = content_of_version(connection, item_id, version)
    draft = msgspec.convert(content, ItemDraft)
    values: dict[str, Any] = {name: getattr(draft, name) for name in CONTENT}
    return replace(current, **values, version=version, content_hash=content_hash(content))


def public_item(connection: Connection, item_id: str) -> Item | None:
    """The version that the public may see; None where it may see none."""
    query = select(items.c.public_version).where(items.c.id == item_id)
    version = connection.execute(query).scalar()
    return None if version is None else get_version(connection, item_id, int(version))


def changes_after(
    connection: Connection, seq: int, limit: int = 1_000, also: Iterable[Kind] = ()
) -> list[Change]:
    """What happened to items after event `seq`, oldest first: events of FEED and of `also`.

    Ask again after the `seq` of the last change until nothing comes. The chain gives its numbers
    in the order of commits, so nothing ever appears below a number that was read. At most `limit`
    events are read, and one event may be about many items: all of them come together.
    """
    found = read_events_of(connection, [k.name for k in (*FEED, *also)], after=seq, limit=limit)
    return [
        Change(seq=event["seq"], item_id=item_id, kind=event["kind"], at=event["at"])
        for event in found
        for item_id in event["data"].get("items") or [event["subject"]]
    ]


# --- pictures and blobs ---------------------------------------------------------------------


def put_blob(tx: Transaction, sha256: str, media_type: str, data: bytes) -> bool:
    """Keep bytes under their hash; whether they were new."""
    return insert_once(tx, blobs, {"sha256": sha256, "media_type": media_type, "data": data})


def read_blob(connection: Connection, sha256: str) -> bytes:
    """Raises UnknownPicture."""
    row = connection.execute(select(blobs.c.data).where(blobs.c.sha256 == sha256)).first()
    if row is None:
        raise UnknownPicture(sha256)
    return bytes(row.data)


def insert_once(tx: Transaction, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert unless the key is there, also when another process does the same just now."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    return tx.execute(statement).rowcount > 0


def put_picture(tx: Transaction, picture: Picture, data: bytes) -> bool:
    """Keep a picture's bytes and measures; whether it was new."""
    put_blob(tx, picture.sha256, picture.media_type, data)
    values = {column.name: getattr(picture, column.name) for column in pictures.c}
    return insert_once(tx, pictures, values)


def pictures_by_hash(connection: Connection, hashes: Iterable[str]) -> dict[str, Picture]:
    """Stored pictures, without alt text: that belongs to the item that shows them."""
    query = select(pictures).where(pictures.c.sha256.in_(list(hashes)))
    return {row.sha256: Picture(**row._asdict()) for row in connection.execute(query)}


# --- inside ---------------------------------------------------------------------------------


def current_items() -> Select[Any]:
    """Rows that `item_of_row` understands: every item with its current version."""
    version = and_(
        item_versions.c.item_id == items.c.id, item_versions.c.version == items.c.version
    )
    return select(items, item_versions.c.content).join(item_versions, version)


def _columns(item: Item) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in _SHARED}
    return values | {"doc_key": doc_key(item.doc_no)}


def item_of_row(row: Row[Any]) -> Item:
    draft = msgspec.convert(row.content, ItemDraft)
    values = {name: getattr(draft, name) for name in CONTENT}
    for name in _BESIDE:
        values[name] = getattr(row, name)
    values["state"], values["validity"] = ItemState(row.state), Validity(row.validity)
    return Item(**values)
