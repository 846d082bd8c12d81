"""SQL of reports' definitions: one function per question."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from hub.kernel.database import Transaction
from hub.opinion.reports.models import Choice, Report, Rhythm
from hub.opinion.reports.tables import opinion_reports

__all__ = [
    "add_report",
    "get_report",
    "named",
    "put_report",
    "remove_report",
    "reports_of",
    "rhythmic",
]

_r = opinion_reports.c


def add_report(tx: Transaction, one: Report) -> None:
    tx.execute(insert(opinion_reports), _values(one))


def put_report(tx: Transaction, one: Report) -> None:
    """A report as it is now."""
    tx.execute(update(opinion_reports).where(_r.id == one.id).values(**_values(one)))


def remove_report(tx: Transaction, report_id: str) -> None:
    tx.execute(delete(opinion_reports).where(_r.id == report_id))


def get_report(connection: Connection, report_id: str) -> Report | None:
    row = connection.execute(select(opinion_reports).where(_r.id == report_id)).first()
    return None if row is None else _report(row)


def named(connection: Connection, owner: str, name: str) -> str | None:
    """The id of somebody's report of that name."""
    query = select(_r.id).where(_r.owner == owner, _r.name == name)
    return connection.execute(query).scalar()


def reports_of(connection: Connection, owner: str | None, limit: int) -> list[Report]:
    """Somebody's reports, or everybody's; the newest first."""
    query = select(opinion_reports)
    if owner is not None:
        query = query.where(_r.owner == owner)
    rows = connection.execute(query.order_by(_r.id.desc()).limit(limit))
    return [_report(row) for row in rows]


def rhythmic(connection: Connection) -> list[Report]:
    """Those that are made by themselves."""
    query = select(opinion_reports).where(_r.rhythm != Rhythm.NONE).order_by(_r.id)
    return [_report(row) for row in connection.execute(query)]


def _values(one: Report) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in Report.__dataclass_fields__}
    return values | {
        "choice": msgspec.to_builtins(one.choice),
        "recipients": list(one.recipients),
    }


def _report(row: Row[Any]) -> Report:
    values = dict(row._mapping)
    return Report(
        **values
        | {
            "choice": msgspec.convert(values["choice"], Choice),
            "recipients": tuple(values["recipients"]),
            "rhythm": Rhythm(values["rhythm"]),
        }
    )
