"""SQL of judging: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from hub.kernel.database import Transaction
from hub.opinion.judging.models import Band, Correction, Field, StoredModel
from hub.opinion.judging.ports import Labelled
from hub.opinion.judging.tables import judgements, opinion_models, signal_labels
from hub.opinion.signals.tables import signals

__all__ = [
    "activate",
    "active_model",
    "add_model",
    "count_labels",
    "judgement_row",
    "label_texts",
    "models_of",
    "other_texts",
    "put_judgements",
    "put_label",
    "queued",
    "set_corrected",
]

_j, _l, _m, _s = judgements.c, signal_labels.c, opinion_models.c, signals.c
_CHUNK = 500


def put_judgements(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep judgements; one of a signal that was judged before is replaced."""
    ids = [row["signal_id"] for row in rows]
    for start in range(0, len(ids), _CHUNK):
        tx.execute(delete(judgements).where(_j.signal_id.in_(ids[start : start + _CHUNK])))
    if rows:
        tx.execute(insert(judgements), rows)


def judgement_row(connection: Connection, signal_id: str) -> Mapping[str, Any] | None:
    row = connection.execute(select(judgements).where(_j.signal_id == signal_id)).first()
    return None if row is None else dict(row._mapping)


def queued(
    connection: Connection, bands: Collection[Band], before: str, limit: int
) -> list[Mapping[str, Any]]:
    """Judgements that wait for an analyst, the newest first, with the text they are about."""
    query = (
        select(judgements, _s.title, _s.text)
        .join(signals, _s.id == _j.signal_id)
        .where(_j.band.in_(bands))
    )
    if before:
        query = query.where(_j.signal_id < before)
    query = query.order_by(_j.signal_id.desc()).limit(limit)
    return [dict(row._mapping) for row in connection.execute(query)]


def set_corrected(tx: Transaction, signal_id: str, field: Field, value: str, band: Band) -> None:
    """What an analyst says stands in the judgement from now on; a place stands in the signal, too,
    by which places are counted."""
    change = update(judgements).where(_j.signal_id == signal_id)
    tx.execute(change.values({field.value: value, "band": band}))
    if field is Field.PLACE:
        tx.execute(update(signals).where(_s.id == signal_id).values(place=value))


def labels_of(connection: Connection, signal_id: str) -> dict[Field, str]:
    """What analysts said of a signal."""
    query = select(_l.field, _l.value).where(_l.signal_id == signal_id)
    return {Field(row.field): row.value for row in connection.execute(query)}


def put_label(tx: Transaction, correction: Correction) -> None:
    """The newest word on a field of a signal counts."""
    which = (_l.signal_id == correction.signal_id, _l.field == correction.field)
    tx.execute(delete(signal_labels).where(*which))
    names = Correction.__dataclass_fields__
    tx.execute(insert(signal_labels), {name: getattr(correction, name) for name in names})


def label_texts(
    connection: Connection,
    field: Field,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Labelled]:
    """Every signal that an analyst has labelled in `field`, in a stable order; with `since` those
    labelled after it, with `until` those not after it."""
    query = (
        select(_s.title, _s.text, _l.value)
        .join(signals, _s.id == _l.signal_id)
        .where(_l.field == field)
        .order_by(_l.signal_id)
    )
    if since is not None:
        query = query.where(_l.at > since)
    if until is not None:
        query = query.where(_l.at <= until)
    return [Labelled(row.title, row.text, row.value) for row in connection.execute(query)]


def count_labels(connection: Connection, field: Field, since: datetime) -> int:
    """How many signals were labelled in `field` after then."""
    query = select(func.count()).where(_l.field == field, _l.at > since)
    return int(connection.execute(query).scalar_one())


def other_texts(connection: Connection, limit: int) -> list[Labelled]:
    """The newest signals, for the vocabulary."""
    query = select(_s.title, _s.text).order_by(_s.id.desc()).limit(limit)
    return [Labelled(row.title, row.text) for row in connection.execute(query)]


def add_model(tx: Transaction, model: StoredModel) -> StoredModel:
    """Keep a model as its field's next version; an active one takes the place of the other."""
    newest = tx.connection.execute(
        select(func.max(_m.version)).where(_m.field == model.field)
    ).scalar()
    values = {name: getattr(model, name) for name in StoredModel.__dataclass_fields__}
    values["version"] = (newest or 0) + 1
    if model.active:
        _deactivate(tx, model.field)
    tx.execute(insert(opinion_models), values)
    return StoredModel(**values)


def activate(tx: Transaction, field: Field, version: int) -> bool:
    """Let a version judge from now on; False where there is none of that number."""
    _deactivate(tx, field)
    which = (_m.field == field, _m.version == version)
    return tx.execute(update(opinion_models).where(*which).values(active=True)).rowcount == 1


def _deactivate(tx: Transaction, field: Field) -> None:
    which = (_m.field == field, _m.active)
    tx.execute(update(opinion_models).where(*which).values(active=False))


def active_model(connection: Connection, field: Field) -> StoredModel | None:
    row = connection.execute(select(opinion_models).where(_m.field == field, _m.active)).first()
    return None if row is None else _model(row, row.data)


def active_versions(connection: Connection) -> dict[Field, int]:
    """Which version judges each field; cheap enough to ask before every batch."""
    query = select(_m.field, _m.version).where(_m.active)
    return {Field(row.field): row.version for row in connection.execute(query)}


def models_of(connection: Connection, field: Field) -> list[StoredModel]:
    """Every version, the newest first, without what was learned."""
    columns = [column for column in opinion_models.c if column.name != "data"]
    query = select(*columns).where(_m.field == field).order_by(_m.version.desc())
    return [_model(row) for row in connection.execute(query)]


def _model(row: Row[Any], data: str = "") -> StoredModel:
    values = {**row._mapping, "data": data, "field": Field(row.field)}
    return StoredModel(**values)
