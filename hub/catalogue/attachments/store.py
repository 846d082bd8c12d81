"""SQL over files that belong to items: one function per question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select, tuple_

from hub.catalogue.attachments.errors import UnknownAttachment
from hub.catalogue.attachments.models import Attachment, FileKind, Flaw, Inspected, Kept
from hub.catalogue.attachments.sniffing import checked_name, kind_of_name
from hub.catalogue.attachments.tables import attachment_files
from hub.catalogue.store import insert_once, put_blob
from hub.kernel.columns import storable
from hub.kernel.database import Transaction

__all__ = ["inspected_of", "kept_of", "measured", "put_file", "texts_of"]

_f = attachment_files.c


def put_file(tx: Transaction, found: Inspected, data: bytes) -> bool:
    """Keep a file's bytes and what was found in it; whether it was new."""
    about, text = found.attachment, storable(found.text)
    put_blob(tx, about.sha256, about.media_type, data)
    values = {
        "sha256": about.sha256,
        "kind": found.kind.value,
        "media_type": about.media_type,
        "size": about.size,
        "characters": len(text),
        "text": text,
        "flaws": storable(msgspec.to_builtins(found.flaws)),
    }
    return insert_once(tx, attachment_files, values)


def measured(connection: Connection, files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """The same files under names that may be shown, with the measures that were stored.

    Raises UnknownAttachment for one that is not stored as the kind that its name says, and
    BadAttachment for a name that nobody could see.
    """
    columns = (_f.sha256, _f.kind, _f.media_type, _f.size)
    return tuple(
        Attachment(
            sha256=row.sha256, name=checked_name(one.name), media_type=row.media_type, size=row.size
        )
        for one, row in _rows(connection, files, columns)
    )


def kept_of(connection: Connection, files: Sequence[Attachment]) -> list[Kept]:
    """What is known of each file, without its text; raises UnknownAttachment."""
    columns = (_f.sha256, _f.kind, _f.characters, _f.flaws)
    return [
        Kept(
            attachment=one,
            kind=FileKind(row.kind),
            characters=row.characters,
            flaws=_flaws(row),
        )
        for one, row in _rows(connection, files, columns)
    ]


def inspected_of(connection: Connection, files: Sequence[Attachment]) -> list[Inspected]:
    """What was found in each file when it was stored; raises UnknownAttachment."""
    columns = (_f.sha256, _f.kind, _f.text, _f.flaws)
    return [
        Inspected(attachment=one, kind=FileKind(row.kind), text=row.text, flaws=_flaws(row))
        for one, row in _rows(connection, files, columns)
    ]


def texts_of(connection: Connection, hashes: Iterable[str]) -> dict[str, str]:
    """What can be read in files, by their SHA-256; the same whatever kind they are taken for."""
    query = select(_f.sha256, func.max(_f.text).label("text")).group_by(_f.sha256)
    wanted = query.where(_f.sha256.in_(list(hashes)))
    return {row.sha256: row.text for row in connection.execute(wanted)}


def _rows(
    connection: Connection, files: Sequence[Attachment], columns: Sequence[Any]
) -> list[tuple[Attachment, Row[Any]]]:
    keys = [(one.sha256, kind_of_name(one.name)) for one in files]
    query = select(*columns).where(tuple_(_f.sha256, _f.kind).in_(keys))
    held = {(row.sha256, row.kind): row for row in connection.execute(query)}
    for key, one in zip(keys, files, strict=True):
        if key not in held:
            raise UnknownAttachment(one.name)
    return [(one, held[key]) for one, key in zip(files, keys, strict=True)]


def _flaws(row: Row[Any]) -> tuple[Flaw, ...]:
    return msgspec.convert(row.flaws, tuple[Flaw, ...])
