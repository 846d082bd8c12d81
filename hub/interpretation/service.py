"""What may be done with interpretations; one transaction each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.models import Item
from hub.catalogue.relations.models import Relation, RelationKind
from hub.catalogue.relations.store import relate, unrelate_pair
from hub.interpretation import events, rules, store
from hub.interpretation.appraisal.models import Appraisal, Criterion, Weights
from hub.interpretation.appraisal.reading import Readership, cases_of
from hub.interpretation.appraisal.rules import appraised, checked_weights
from hub.interpretation.errors import CannotInterpret
from hub.interpretation.models import Form, InterpretationPlan, NewPlan, Standing
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event

__all__ = ["Interpretations"]


class Interpretations:
    """`actor` is the login of the person who does it. `readership` counts an item's readers."""

    def __init__(self, database: Database, clock: Clock, readership: Readership) -> None:
        self._database = database
        self._clock = clock
        self._readership = readership

    async def plan(self, item_id: str, new: NewPlan, *, actor: str) -> InterpretationPlan:
        """Enter or replace the plan for a document; raises BadPlan, UnknownItem."""
        at = self._clock.now()

        def work(tx: Transaction) -> InterpretationPlan:
            item = catalogue.lock_item(tx, item_id)
            held = store.plan_of(tx.connection, item.id)
            revision = held.revision + 1 if held else 1
            plan = rules.checked_plan(new, item_id=item.id, revision=revision, by=actor, at=at)
            store.add_plan(tx, plan)
            data = {"revision": revision, "due_on": plan.due_on, "forms": list(plan.forms)}
            tx.record(Event(kind=events.PLANNED, subject=item.id, actor=actor, at=at, data=data))
            return plan

        return await self._database.write(work)

    async def link(self, material_id: str, document_id: str, form: Form, *, actor: str) -> None:
        """Let one item be the interpretation of another, in `form`; seen from both sides.

        Raises UnknownItem, CannotInterpret.
        """
        at = self._clock.now()

        def work(tx: Transaction) -> None:
            material = catalogue.lock_item(tx, material_id)
            document = catalogue.get_item(tx.connection, document_id)
            self._check_pair(tx.connection, material, document)
            relation = Relation(
                item_id=material_id,
                kind=RelationKind.INTERPRETS,
                other_id=document_id,
                made_by=actor,
                made_at=at,
            )
            relate(tx, relation)
            store.set_form(tx, material_id, form)
            data = {"document": document_id, "form": form.value}
            kind, subject = events.LINKED, material_id
            tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))

        await self._database.write(work)

    async def unlink(self, material_id: str, document_id: str, *, actor: str) -> bool:
        """Undo a link that was wrong; whether there was one."""
        at = self._clock.now()

        def work(tx: Transaction) -> bool:
            if not unrelate_pair(tx, material_id, RelationKind.INTERPRETS, document_id):
                return False
            if not store.interprets_another(tx.connection, material_id):
                store.clear_form(tx, material_id)
            data = {"document": document_id}
            kind, subject = events.UNLINKED, material_id
            tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
            return True

        return await self._database.write(work)

    async def standing(self, item_id: str) -> tuple[Standing, Sequence[Words], Sequence[Words]]:
        """(what there is, what keeps the document from going on, what a reviewer should look at);
        raises UnknownItem."""

        def ask(connection: Connection) -> tuple[Standing, Sequence[Words], Sequence[Words]]:
            item = catalogue.get_item(connection, item_id)
            found = store.standing_of(connection, item_id)
            return found, rules.lacking(found), rules.remarks(item, found.materials)

        return await self._database.read(ask)

    async def appraise(
        self, body_ids: Sequence[str], since: datetime, until: datetime
    ) -> list[Appraisal]:
        """考评 of each body, with those below it, over what became public from `since` until
        before `until`; by the weights that hold now."""

        def ask(connection: Connection) -> list[Appraisal]:
            weights = store.current_weights(connection)
            return [
                appraised(body, cases_of(connection, body, since, until, self._readership), weights)
                for body in body_ids
            ]

        return await self._database.read(ask)

    async def weights(self) -> Weights:
        return await self._database.read(store.current_weights)

    async def weigh(self, values: Mapping[str, int], *, actor: str) -> Weights:
        """Set new weights, which make 100 together; raises InvalidInput."""
        at, given = self._clock.now(), checked_weights(values)

        def work(tx: Transaction) -> Weights:
            version = store.current_weights(tx.connection).version + 1
            made = Weights(version=version, values=given, set_by=actor, set_at=at)
            store.add_weights(tx, made)
            data = {"version": version} | {c.value: weight for c, weight in given.items()}
            kind, subject = events.WEIGHED, Criterion.__name__.lower()
            tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
            return made

        return await self._database.write(work)

    @staticmethod
    def _check_pair(connection: Connection, material: Item, document: Item) -> None:
        if material.id == document.id or store.interprets_another(connection, document.id):
            raise CannotInterpret(
                Words(
                    "解读的对象须是另一份文件，不能是解读材料",
                    "what is interpreted is another document, and no interpretation itself",
                ),
                field="document",
                remedy=Words("关联到被解读的文件", "link it to the document"),
            )
        if store.materials_of(connection, material.id):
            raise CannotInterpret(
                Words("该信息本身有解读，不能作解读材料", "the item is interpreted itself"),
                field="material",
                remedy=Words("另录解读材料", "enter the interpretation as an item of its own"),
            )
