"""What is known of each document for its appraisal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.interpretation import store
from hub.interpretation.appraisal.models import Case
from hub.interpretation.elements import covered, repeated_share
from hub.interpretation.models import PLAIN_FORMS, Material, Owed
from hub.review.clocks.rules import interpretation_clock
from hub.review.determination.determining import today
from hub.review.store import first_submitted_at

__all__ = ["Readership", "cases_of"]


class Readership(Protocol):
    """How many readers items had over all channels."""

    def __call__(self, connection: Connection, item_ids: Collection[str]) -> int | None:
        """The sum, or None when no platform counted."""
        ...


def cases_of(
    connection: Connection, body_id: str, since: datetime, until: datetime, readership: Readership
) -> list[Case]:
    """A case for every document of the body that became public in the period."""
    return [
        _case(connection, item_id, published_at, readership)
        for item_id, published_at in store.documents_between(connection, body_id, since, until)
    ]


def _case(
    connection: Connection, item_id: str, published_at: datetime, readership: Readership
) -> Case:
    standing = store.standing_of(connection, item_id)
    if standing.owed is not Owed.YES:
        return Case(item_id=item_id, owed=False, reasoned=bool(standing.reason.strip()))
    materials = standing.materials
    document = catalogue.get_item(connection, item_id)
    return Case(
        item_id=item_id,
        owed=True,
        planned=_planned(connection, item_id),
        punctual=_punctual(published_at, materials),
        varied=any(material.form not in PLAIN_FORMS for material in materials),
        coverage=covered([material.body for material in materials]).share,
        repeated=max((repeated_share(m.body, document.body) for m in materials), default=None),
        readers=readership(connection, [m.item_id for m in materials]) if materials else None,
    )


def _planned(connection: Connection, item_id: str) -> bool:
    """同步报审: whether there was a plan when the document was first submitted."""
    planned = store.first_planned_at(connection, item_id)
    submitted = first_submitted_at(connection, item_id)
    return planned is not None and (submitted is None or planned <= submitted)


def _punctual(published_at: datetime, materials: tuple[Material, ...]) -> bool | None:
    """Whether a material was public within three working days of the document (国办发〔2016〕19号);
    not known in a year whose holidays are not."""
    due = interpretation_clock(today(published_at)).due_at
    if due is None:
        return None
    return any(m.public_at is not None and m.public_at < due for m in materials)
