"""SQL of quoted facts: one function per question."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select, update

from hub.kernel.database import Transaction
from hub.opinion.cases.quoting.models import Fact
from hub.opinion.cases.quoting.tables import case_facts

__all__ = ["add_fact", "change_fact", "facts_of", "remove_fact"]

_f = case_facts.c


def facts_of(connection: Connection, case_id: str, number: int) -> list[Fact]:
    """Of one round's answer, as they were added."""
    query = select(case_facts).where(_f.case_id == case_id, _f.round == number).order_by(_f.id)
    return [Fact(**row._mapping) for row in connection.execute(query)]


def add_fact(tx: Transaction, fact: Fact) -> None:
    tx.execute(insert(case_facts), asdict(fact))


def change_fact(tx: Transaction, fact: Fact) -> None:
    """Everything but which fact it is."""
    tx.execute(update(case_facts).where(_f.id == fact.id).values(asdict(fact)))


def remove_fact(tx: Transaction, fact_id: str) -> None:
    tx.execute(delete(case_facts).where(_f.id == fact_id))
