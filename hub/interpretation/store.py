"""SQL over plans, materials and weights: one function per question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, select

from hub.catalogue import store as catalogue
from hub.catalogue.relations.models import RelationKind
from hub.catalogue.relations.tables import item_relations
from hub.catalogue.tables import items
from hub.interpretation.appraisal.models import DEFAULT_WEIGHTS, Criterion, Weights
from hub.interpretation.models import Form, InterpretationPlan, Material, Owed, Standing
from hub.interpretation.tables import (
    appraisal_weights,
    interpretation_forms,
    interpretation_plans,
)
from hub.kernel.database import Transaction
from hub.organisations.store import subtree
from hub.review.determination.store import determination_of
from hub.review.determination.tables import determinations

__all__ = [
    "add_plan",
    "add_weights",
    "clear_form",
    "current_weights",
    "documents_between",
    "first_planned_at",
    "interprets_another",
    "materials_of",
    "plan_of",
    "set_form",
    "standing_of",
]

_r, _f, _p = item_relations.c, interpretation_forms.c, interpretation_plans.c
_INTERPRETS = RelationKind.INTERPRETS.value


def standing_of(connection: Connection, item_id: str) -> Standing:
    """What is owed for the document, and what there is."""
    determination = determination_of(connection, item_id)
    owed, reason = Owed.UNDECIDED, ""
    if interprets_another(connection, item_id):
        owed = Owed.IS_ONE
    elif determination is not None:
        owed = Owed.YES if determination.interpret else Owed.NO
        reason = determination.no_interpretation_reason
    return Standing(
        item_id=item_id,
        owed=owed,
        reason=reason,
        plan=plan_of(connection, item_id),
        materials=tuple(materials_of(connection, item_id)),
    )


def interprets_another(connection: Connection, item_id: str) -> bool:
    """Whether the item is itself an interpretation."""
    mine = exists().where(_r.item_id == item_id, _r.kind == _INTERPRETS)
    return bool(connection.execute(select(mine)).scalar_one())


def plan_of(connection: Connection, item_id: str) -> InterpretationPlan | None:
    """The plan that holds."""
    newest = (
        select(interpretation_plans)
        .where(_p.item_id == item_id)
        .order_by(_p.revision.desc())
        .limit(1)
    )
    row = connection.execute(newest).first()
    return None if row is None else _plan(row)


def first_planned_at(connection: Connection, item_id: str) -> datetime | None:
    """When the document had its first plan."""
    query = select(_p.entered_at).where(_p.item_id == item_id).order_by(_p.revision).limit(1)
    row = connection.execute(query).first()
    return None if row is None else row.entered_at


def add_plan(tx: Transaction, plan: InterpretationPlan) -> None:
    values = {column.name: getattr(plan, column.name) for column in _p}
    values |= {"forms": list(plan.forms), "channels": list(plan.channels)}
    tx.execute(insert(interpretation_plans).values(**values))


def materials_of(connection: Connection, item_id: str) -> list[Material]:
    """What interprets the document, oldest first, in its current version."""
    query = (
        select(_r.item_id, _f.form)
        .outerjoin(interpretation_forms, _f.item_id == _r.item_id)
        .where(_r.other_id == item_id, _r.kind == _INTERPRETS)
        .order_by(_r.made_at, _r.item_id)
    )
    found = connection.execute(query).all()
    return [_material(connection, row.item_id, row.form) for row in found]


def set_form(tx: Transaction, item_id: str, form: Form) -> None:
    """In which form the item interprets."""
    clear_form(tx, item_id)
    tx.execute(insert(interpretation_forms).values(item_id=item_id, form=form.value))


def clear_form(tx: Transaction, item_id: str) -> None:
    tx.execute(delete(interpretation_forms).where(_f.item_id == item_id))


def documents_between(
    connection: Connection, body_id: str, since: datetime, until: datetime
) -> list[tuple[str, datetime]]:
    """(id, published at) of the determined documents of a body and those below it that became
    public from `since` until before `until`; interpretations themselves are left out."""
    interpreting = exists().where(_r.item_id == items.c.id, _r.kind == _INTERPRETS)
    query = (
        select(items.c.id, items.c.published_at)
        .join(determinations, determinations.c.item_id == items.c.id)
        .where(
            determinations.c.holds,
            items.c.body_id.in_(subtree(body_id)),
            items.c.published_at >= since,
            items.c.published_at < until,
            ~interpreting,
        )
        .order_by(items.c.published_at, items.c.id)
    )
    return [(row.id, row.published_at) for row in connection.execute(query)]


def current_weights(connection: Connection) -> Weights:
    """The newest weights; those that come with the hub where nobody set any."""
    newest = select(appraisal_weights).order_by(appraisal_weights.c.version.desc()).limit(1)
    row = connection.execute(newest).first()
    if row is None:
        return Weights(version=0, values=DEFAULT_WEIGHTS, set_by="system")
    values = {Criterion(name): int(weight) for name, weight in row._mapping["values"].items()}
    return Weights(version=row.version, values=values, set_by=row.set_by, set_at=row.set_at)


def add_weights(tx: Transaction, weights: Weights) -> None:
    values = {criterion.value: weight for criterion, weight in weights.values.items()}
    row = {
        "version": weights.version,
        "values": values,
        "set_by": weights.set_by,
        "set_at": weights.set_at,
    }
    tx.execute(insert(appraisal_weights).values(row))


def _material(connection: Connection, item_id: str, form: str | None) -> Material:
    item = catalogue.get_item(connection, item_id)
    return Material(
        item_id=item.id,
        title=item.title,
        body=item.body,
        form=Form(form) if form else Form.TEXT,
        public_at=item.published_at if item.public_version is not None else None,
    )


def _plan(row: Row[Any]) -> InterpretationPlan:
    values = row._asdict()
    values |= {"forms": tuple(map(Form, row.forms)), "channels": tuple(row.channels)}
    return InterpretationPlan(**values)
