"""SQL for searching: what the index takes, what a reader is shown, synonyms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Select,
    Text,
    and_,
    func,
    insert,
    select,
    type_coerce,
)

from hub.catalogue import events
from hub.catalogue.attachments.store import texts_of
from hub.catalogue.models import Validity
from hub.catalogue.search.documents import INNER, PUBLIC
from hub.catalogue.search.models import Entry, Shown, Synonyms
from hub.catalogue.search.tables import search_synonyms
from hub.catalogue.tables import item_versions, items
from hub.kernel.bulk import Bulk
from hub.kernel.clock import CHINA
from hub.kernel.columns import instant
from hub.kernel.database import Transaction
from hub.kernel.events import audit_events

__all__ = [
    "Raw",
    "add_synonyms",
    "count_items",
    "entries_of",
    "list_synonyms",
    "newest_change",
    "rows_after",
    "rows_of",
    "shown",
]

_FEED = [kind.name for kind in events.FEED]
_WITH_IT = timedelta(days=180)  # by law 20 working days (Regulation art. 26); many are late
_now, _open = item_versions.alias("now"), item_versions.alias("open")
_i, _e = items.c, audit_events.c

# id, body, attribute, validity, index number, when entered and when published (µs), public version,
# version, the current content and the public one, both as JSON, and the texts of files by SHA-256
Raw = tuple[
    str, str, str, str, str, int, int | None, int | None, int, str, str | None, Mapping[str, str]
]

_RAW = (
    select(
        _i.id,
        _i.body_id,
        _i.attribute,
        _i.validity,
        _i.index_no,
        type_coerce(_i.entered_at, items.c.version.type),
        type_coerce(_i.published_at, items.c.version.type),
        _i.public_version,
        _i.version,
        type_coerce(_now.c.content, Text),
        type_coerce(_open.c.content, Text),
    )
    .join(_now, and_(_now.c.item_id == _i.id, _now.c.version == _i.version))
    .outerjoin(
        _open,
        and_(
            _open.c.item_id == _i.id,
            _open.c.version == _i.public_version,
            _i.version > _i.public_version,
        ),
    )
)


def newest_change(connection: Connection) -> int:
    """The number of the newest change of an item; 0 before the first."""
    query = select(func.max(_e.seq)).where(_e.kind.in_(_FEED))
    return int(connection.execute(query).scalar() or 0)


def count_items(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(items)).scalar_one())


def rows_after(connection: Connection, after: str, limit: int) -> list[Raw]:
    """Items with ids above `after`, in their order."""
    return _raw(connection, _RAW.where(_i.id > after).order_by(_i.id).limit(limit))


def rows_of(connection: Connection, ids: Collection[str]) -> list[Raw]:
    """Those of the items that are there."""
    return _raw(connection, _RAW.where(_i.id.in_(ids)))


def _raw(connection: Connection, query: Select[Any]) -> list[Raw]:
    rows = connection.execute(query).all()
    named = [_files(row[-2]) | _files(row[-1]) for row in rows]
    wanted = frozenset[str]().union(*named)
    texts = texts_of(connection, wanted) if wanted else {}
    return [
        (*row, {sha256: texts[sha256] for sha256 in hashes})
        for row, hashes in zip(rows, named, strict=True)
    ]


def _files(content: str | None) -> frozenset[str]:
    """The hashes of a version's files; most have none, and reading JSON costs more than looking
    for a key, which no text inside can be: its quotes are escaped."""
    if content is None or '"attachments":' not in content:
        return frozenset()
    return frozenset(one["sha256"] for one in msgspec.json.decode(content)["attachments"])


def entries_of(row: Raw) -> list[Entry]:
    """What the index takes of an item: the version that the public sees, and where staff work on
    another one, that one for the inside only."""
    public, version, current, earlier = row[7:11]
    if public is None:
        return [_entry(row, current, (INNER,))]
    if public == version:
        return [_entry(row, current, (PUBLIC, INNER))]
    return [_entry(row, earlier or "{}", (PUBLIC,)), _entry(row, current, (INNER,))]


def _entry(row: Raw, content: str, scopes: tuple[str, ...]) -> Entry:
    item_id, body_id, attribute, validity, index_no, entered, published = row[:7]
    said = msgspec.json.decode(content)
    days = _days(said, entered, published)
    files = [f"{a['name']}\n{row[-1][a['sha256']]}" for a in said.get("attachments", ())]
    return Entry(
        item_id=item_id,
        scopes=scopes,
        title=said["title"],
        body="\n".join((said["summary"], said["body"], *files)),
        body_id=body_id,
        issuer=said["issuer"],
        keywords=tuple(said["keywords"]),
        doc_no=said["doc_no"],
        index_no=index_no,
        themes=_with_those_above(said["theme"]),
        genre=said["genre"] or "",
        validity=validity,
        attribute=attribute,
        dated=days[0],
        years=tuple(dict.fromkeys(day.year for day in days)),
        until=date.fromisoformat(said["valid_until"]) if said["valid_until"] else None,
    )


def _with_those_above(theme: str) -> tuple[str, ...]:
    parts = theme.split("\\") if theme else []
    return tuple("\\".join(parts[:end]) for end in range(1, len(parts) + 1))


def _days(said: dict[str, Any], entered: int, published: int | None) -> tuple[date, ...]:
    """The day that an item has in lists, and that of a publication that came with it.

    What is formed in December and published in January is of both years; what an old website's
    stock is imported and published here years later is not of the year of the import.
    """
    public = instant(published).astimezone(CHINA).date() if published is not None else None
    if said.get("source_published_on"):
        public = date.fromisoformat(said["source_published_on"])
    formed = date.fromisoformat(said["formed_on"]) if said["formed_on"] else None
    if formed is None:
        return (public or instant(entered).astimezone(CHINA).date(),)
    soon = public is not None and formed <= public <= formed + _WITH_IT
    return (formed, public) if public and soon else (formed,)


def _shown_in(version: str) -> Bulk:
    return Bulk(
        f"""
        SELECT i.id, v.version, i.body_id, i.index_no, i.validity, i.attribute, i.entered_at,
            i.published_at, CAST(i.validity_since AS text), v.content
        FROM {{rows}} CROSS JOIN items AS i CROSS JOIN item_versions AS v
        WHERE i.id = r.id AND v.item_id = i.id AND v.version = i.{version}
        """,  # noqa: S608 - a name of our own
        {"id": "text"},
    )


_SHOWN_PUBLIC, _SHOWN_INSIDE = _shown_in("public_version"), _shown_in("version")


class _File(msgspec.Struct):
    sha256: str
    name: str


class _Said(msgspec.Struct):
    """What of a version's content is shown; reading the rest would cost as much again."""

    title: str
    body: str
    issuer: str
    doc_no: str
    theme: str
    genre: str | None
    formed_on: date | None
    valid_from: date | None = None
    valid_until: date | None = None
    attachments: tuple[_File, ...] = ()


_SAID = msgspec.json.Decoder(_Said)


def shown(connection: Connection, ids: Iterable[str], *, public_only: bool) -> dict[str, Shown]:
    """What the database says of the items now, without those that the reader may not see.

    The index may be a second old; nothing that was withdrawn since is in the answer.
    """
    wanted = [(item_id,) for item_id in ids]
    query = _SHOWN_PUBLIC if public_only else _SHOWN_INSIDE
    rows = query.execute(connection, wanted).all() if wanted else ()
    return {row[0]: _shown(row) for row in rows}


def _shown(row: Sequence[Any]) -> Shown:
    item_id, version, body_id, index_no, validity, attribute, entered, published, since = row[:9]
    said = _SAID.decode(row[9])
    return Shown(
        id=item_id,
        version=version,
        title=said.title,
        body=said.body,
        issuer=said.issuer,
        body_id=body_id,
        doc_no=said.doc_no,
        index_no=index_no,
        theme=said.theme,
        genre=said.genre or "",
        validity=Validity(validity),
        attribute=attribute,
        on=said.formed_on or instant(entered).astimezone(CHINA).date(),
        formed_on=said.formed_on,
        published_at=None if published is None else instant(published),
        validity_since=date.fromisoformat(since) if since else None,
        valid_from=said.valid_from,
        valid_until=said.valid_until,
        files=tuple((file.sha256, file.name) for file in said.attachments),
    )


# --- synonyms -------------------------------------------------------------------------------


def list_synonyms(connection: Connection) -> tuple[int, Synonyms]:
    """The newest version and its list; version 0 and nothing before the first import."""
    s = search_synonyms.c
    newest = int(connection.execute(select(func.max(s.version))).scalar() or 0)
    rows = connection.execute(select(s.said, s.meant).where(s.version == newest).order_by(s.said))
    return newest, {row.said: tuple(row.meant) for row in rows}


def add_synonyms(tx: Transaction, synonyms: Synonyms) -> int:
    """Keep a list as the next version and return its number."""
    version = list_synonyms(tx.connection)[0] + 1
    rows = [
        {"version": version, "said": said, "meant": list(meant)} for said, meant in synonyms.items()
    ]
    tx.execute(insert(search_synonyms), rows)
    return version
