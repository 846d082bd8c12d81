"""Determining inside a transaction that the caller already has; the item's row is locked first,
so that a decision and a signature never pass each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, datetime, timedelta

from hub.catalogue import store as catalogue
from hub.catalogue.editing import edit_item
from hub.catalogue.models import ITEM_LIFECYCLE, Attribute, Item, ItemEvent
from hub.catalogue.rules import draft_of
from hub.kernel.clock import CHINA
from hub.kernel.database import Transaction
from hub.kernel.events import Event, Kind
from hub.review import store as review
from hub.review.determination import events, rules, store
from hub.review.determination.errors import NotDetermined
from hub.review.determination.models import Determination, Proposal, Starts

__all__ = [
    "CHINA",
    "determine_item",
    "determine_public",
    "enter_starts",
    "today",
]


def today(at: datetime) -> date:
    """The day in China."""
    return at.astimezone(CHINA).date()


def determine_item(
    tx: Transaction,
    item_id: str,
    proposal: Proposal,
    actor: str,
    at: datetime,
    reassess_after: timedelta = rules.DEFAULT_REASSESSMENT,
) -> Determination:
    """What a complete `proposal` makes; another decision than before voids what was signed."""
    item = catalogue.lock_item(tx, item_id)
    held = store.determination_of(tx.connection, item_id)
    made = rules.checked(
        proposal,
        item,
        revision=held.revision + 1 if held else 1,
        actor=actor,
        at=at,
        today=today(at),
        reassess_after=reassess_after,
    )
    if held is not None:
        starts = rules.merged_starts(held.starts, made.starts)
        made = replace(made, starts=starts, published_at=held.published_at)
        if rules.same_decision(held, made) and item.attribute is made.attribute:
            if starts != held.starts:
                return enter_starts(tx, item_id, starts, actor, proposal.reason, at)
            return held
    item = _with_attribute(tx, item, made.attribute, actor, at)
    _reopen(tx, item, actor, at)
    store.add_determination(tx, made)
    data = {
        "revision": made.revision,
        "attribute": made.attribute.value,
        "ground": made.ground,
        "reason": made.reason,
        "interpret": made.interpret,
        "matter": made.matter.value,
    }
    _record(tx, events.DETERMINED, item_id, actor, at, data)
    return made


def _with_attribute(
    tx: Transaction, item: Item, attribute: Attribute, actor: str, at: datetime
) -> Item:
    """The item says what was determined; where it said something else that is a new version."""
    if item.attribute is attribute:
        return item
    return edit_item(tx, item, replace(draft_of(item), attribute=attribute), actor=actor, at=at)


def _reopen(tx: Transaction, item: Item, actor: str, at: datetime) -> None:
    """What was signed under another determination is void, and the item is a draft again."""
    if review.void_all(tx, item.id, actor=actor, at=at, because="determination"):
        draft = ITEM_LIFECYCLE.next(item.state, ItemEvent.EDITED)
        catalogue.set_state(tx, item.id, item.version, draft)


def determine_public(
    tx: Transaction, item_id: str, reason: str, unit: str, actor: str, at: datetime
) -> None:
    """Determine, by rule, an item that was public before it was imported and has none."""
    item = catalogue.lock_item(tx, item_id)
    made = rules.by_rule(item, reason=reason, unit=unit, actor=actor, at=at)
    store.add_determination(tx, made)
    data = {
        "revision": 1,
        "attribute": made.attribute.value,
        "ground": made.ground,
        "reason": made.reason,
        "rule": made.rule,
    }
    _record(tx, events.DETERMINED, item_id, actor, at, data)


def enter_starts(
    tx: Transaction, item_id: str, starts: Starts, actor: str, reason: str, at: datetime
) -> Determination:
    """Enter what starts the clock; raises NotDetermined, InvalidInput."""
    catalogue.lock_item(tx, item_id)
    held = store.determination_of(tx.connection, item_id)
    if held is None:
        raise NotDetermined(item_id)
    merged = rules.checked_starts(held.starts, starts, reason, at=at, today=today(at))
    if merged == held.starts:
        return held
    store.set_starts(tx, item_id, merged, at)
    names = [f.name for f in fields(Starts)]
    said = {name: str(getattr(merged, name)) for name in names if getattr(merged, name)}
    before = {name: str(getattr(held.starts, name)) for name in names if getattr(held.starts, name)}
    data = {"starts": said, "before": before, "reason": reason}
    _record(tx, events.STARTED, item_id, actor, at, data)
    return replace(held, starts=merged)


def _record(
    tx: Transaction, kind: Kind, subject: str, actor: str, at: datetime, data: Mapping[str, object]
) -> None:
    tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
