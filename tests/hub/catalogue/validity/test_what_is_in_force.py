from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.errors import UnknownItem, ValidityRefused
from hub.catalogue.models import Attribute, Filter, Item, ItemDraft, Standing, Validity
from hub.catalogue.relations.models import RelationKind
from hub.catalogue.rules import draft_of, item_of
from hub.catalogue.service import Catalogue
from hub.catalogue.validity.rules import in_effect, standing
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.events import read_events

DAY = date(2026, 3, 2)
_AT = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = st.dates(DAY - timedelta(9), DAY + timedelta(9))


@pytest.fixture
async def old(catalogue: Catalogue, draft: ItemDraft) -> Item:
    return await catalogue.add(draft, actor="editor")


@pytest.fixture
async def new(catalogue: Catalogue, draft: ItemDraft) -> Item:
    return await catalogue.add(replace(draft, external_key="new", title="新规定"), actor="editor")


async def test_a_document_that_supersedes_another_is_linked_both_ways(
    catalogue: Catalogue, old: Item, new: Item, database: Database
) -> None:
    changed = await catalogue.set_validity(
        old.id, Validity.SUPERSEDED, actor="clerk", by_item_id=new.id
    )
    assert (changed.validity, changed.version, changed.state) == (
        Validity.SUPERSEDED,
        old.version,
        old.state,
    )
    assert await catalogue.get(old.id) == changed
    for mine, other in ((old, new), (new, old)):
        [(relation, opposite)] = await catalogue.relations(mine.id)
        assert (relation.item_id, relation.kind) == (new.id, RelationKind.SUPERSEDES)
        assert opposite.id == other.id
    [decision] = await catalogue.history(old.id)
    assert (decision.by_item_id, decision.since, decision.actor) == (new.id, DAY, "clerk")
    kinds = [e["kind"] for e in await database.read(lambda c: read_events(c, subject=old.id))]
    assert kinds == ["catalogue.item.entered", "catalogue.item.validity-changed"]


async def test_what_is_in_force_again_loses_its_ending_and_keeps_the_history(
    catalogue: Catalogue, old: Item, new: Item
) -> None:
    await catalogue.set_validity(old.id, Validity.REPEALED, actor="a", by_item_id=new.id)
    back = await catalogue.set_validity(old.id, Validity.IN_FORCE, actor="a", basis="误标")
    assert standing(back, DAY) is Standing.IN_FORCE
    assert await catalogue.relations(old.id) == []
    history = [change.validity for change in await catalogue.history(old.id)]
    assert history == [Validity.REPEALED, Validity.IN_FORCE]


async def test_a_decision_needs_a_ground_and_another_document(
    catalogue: Catalogue, old: Item
) -> None:
    with pytest.raises(ValidityRefused, match="依据"):
        await catalogue.set_validity(old.id, Validity.REPEALED, actor="a", basis=" ")
    with pytest.raises(ValidityRefused, match="自身"):
        await catalogue.set_validity(old.id, Validity.REPEALED, actor="a", by_item_id=old.id)
    with pytest.raises(ValidityRefused, match="已是"):
        await catalogue.set_validity(old.id, Validity.IN_FORCE, actor="a", basis="x")
    with pytest.raises(UnknownItem):
        await catalogue.set_validity(old.id, Validity.REPEALED, actor="a", by_item_id="0" * 26)
    assert await catalogue.history(old.id) == []


async def test_an_edit_leaves_validity_and_old_versions_alone(
    catalogue: Catalogue, old: Item
) -> None:
    await catalogue.set_validity(old.id, Validity.AMENDED, actor="a", basis="川府令第9号")
    edited = await catalogue.edit(old.id, replace(draft_of(old), title="更正"), actor="editor")
    assert (edited.validity, edited.version) == (Validity.AMENDED, 2)
    first = await catalogue.version(old.id, 1)
    assert (first.title, first.version, first.content_hash) == (old.title, 1, old.content_hash)
    assert first.validity is Validity.AMENDED
    with pytest.raises(UnknownItem):
        await catalogue.version(old.id, 3)


async def test_lists_and_the_rule_agree_on_every_day(
    catalogue: Catalogue, draft: ItemDraft, clock: ManualClock
) -> None:
    spans = [(None, None), (None, DAY), (None, DAY - timedelta(1)), (DAY + timedelta(1), None)]
    for n, (first, last) in enumerate(spans):
        for validity in Validity:
            row = replace(draft, external_key=f"{n}{validity}", valid_from=first, valid_until=last)
            item = await catalogue.add(row, actor="editor")
            if validity is not Validity.IN_FORCE:
                since = DAY + timedelta(n % 2)
                await catalogue.set_validity(
                    item.id, validity, actor="a", since=since, basis="清理"
                )
    every = await catalogue.list()
    assert {standing(item, DAY) for item in every} == set(Standing)
    for stands in Standing:
        found = await catalogue.list(Filter(standing=stands))
        assert found == [item for item in every if standing(item, DAY) is stands]


@given(st.sampled_from(list(Validity)), st.none() | DAYS, st.none() | DAYS, st.none() | DAYS, DAYS)
def test_dates_decide_only_where_nobody_did(
    validity: Validity, since: date | None, first: date | None, last: date | None, day: date
) -> None:
    draft = ItemDraft(
        body_id="b", title="题", body="文", attribute=Attribute.PROACTIVE, valid_from=first,
        valid_until=last, validity=validity,
    )  # fmt: skip
    item = replace(
        item_of(draft, item_id="i", version=1, by="a", at=_AT, digest="x"), validity_since=since
    )
    stands = standing(item, day)
    ended = validity in (Validity.REPEALED, Validity.EXPIRED, Validity.SUPERSEDED)
    if ended and (since is None or day >= since):
        assert stands == validity.value
    elif last is not None and day > last:
        assert stands is Standing.EXPIRED
    elif first is not None and day < first:
        assert stands is Standing.NOT_YET
    else:
        assert in_effect(item, day)
