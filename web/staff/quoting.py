"""What the staff API does with what the answer to a case quotes, before it goes to review."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.opinion.cases.quoting.models import FactStanding
from web.console.areas.cases.who import HANDLING
from web.staff.desk import Call
from web.staff.listening import case_in_sight
from web.staff.telling import Told, told

__all__ = [
    "ChangeFact",
    "QuoteFact",
    "StaffFacts",
    "change_fact",
    "list_facts",
    "quote_fact",
    "remove_fact",
]

Id = Annotated[str, Meta(pattern="^[0-9A-HJKMNP-TV-Z]{26}$")]
Quote = Annotated[str, Meta(min_length=1, max_length=2_000)]


class ChangeFact(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Other words of the same source."""

    quote: Quote


class QuoteFact(ChangeFact, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What the published `item` says, word for word."""

    item: Id


class StaffFact(Told, frozen=True, kw_only=True):
    """It stood in that version of the item, under that title."""

    id: str
    item_id: str
    version: int
    title: str
    doc_no: str
    quote: str
    added_by: str
    added_at: datetime


class StaffQuoted(Told, frozen=True, kw_only=True):
    """A fact, and how its source stands now."""

    fact: StaffFact
    standing: FactStanding


class StaffFacts(Struct, frozen=True, kw_only=True):
    facts: tuple[StaffQuoted, ...]


async def list_facts(call: Call) -> StaffFacts:
    return await _facts(call, (await case_in_sight(call)).id)


async def quote_fact(call: Call) -> StaffFacts:
    asked: QuoteFact = call.told
    await call.somewhere(HANDLING.roles)
    case_id = (await case_in_sight(call)).id
    quoting = call.services.console.listening.quoting
    await quoting.add(case_id, asked.item, asked.quote, actor=call.login)
    return await _facts(call, case_id)


async def change_fact(call: Call) -> StaffFacts:
    asked: ChangeFact = call.told
    await call.somewhere(HANDLING.roles)
    case_id = (await case_in_sight(call)).id
    quoting = call.services.console.listening.quoting
    await quoting.change(case_id, call.part("fact"), asked.quote, actor=call.login)
    return await _facts(call, case_id)


async def remove_fact(call: Call) -> StaffFacts:
    await call.somewhere(HANDLING.roles)
    case_id = (await case_in_sight(call)).id
    quoting = call.services.console.listening.quoting
    await quoting.remove(case_id, call.part("fact"), actor=call.login)
    return await _facts(call, case_id)


async def _facts(call: Call, case_id: str) -> StaffFacts:
    found = await call.services.console.listening.quoting.facts(case_id)
    return StaffFacts(facts=tuple(told(StaffQuoted, one) for one in found))
