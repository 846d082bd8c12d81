from __future__ import annotations

import pytest

from hub.catalogue.drafting.errors import DraftElsewhere
from hub.catalogue.drafting.models import Typed
from hub.catalogue.drafting.service import Drafting
from hub.catalogue.errors import StaleVersion
from hub.catalogue.models import Item, ItemDraft
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.catalogue.variants.models import Variant
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.events import read_events

ONE = Typed(title="甲", summary="", body="甲文", variants=(Variant(channel="weibo", body="短"),))
TWO = Typed(title="乙", summary="", body="乙文")


@pytest.fixture
async def item(catalogue: Catalogue, draft: ItemDraft) -> Item:
    return await catalogue.add(draft, actor="editor")


@pytest.fixture
def drafting(database: Database, clock: ManualClock) -> Drafting:
    return Drafting(database, clock)


async def test_what_is_typed_is_kept_exactly_and_becomes_a_version_when_told(
    drafting: Drafting, catalogue: Catalogue, item: Item, database: Database
) -> None:
    assert (await drafting.draft(item.id, "a")).typed.body == item.body
    first = await drafting.keep(item.id, "a", ONE, revision=0, window="w", base=1)
    again = await drafting.keep(item.id, "a", ONE, revision=1, window="w", base=1)
    assert (first.revision, again) == (1, first)
    spaced = Typed(title=" 甲 ", summary="", body="甲文\n\n", variants=ONE.variants)
    assert (await drafting.keep(item.id, "a", spaced, revision=1, window="w", base=1)).revision == 2
    assert (await drafting.draft(item.id, "a")).typed == spaced
    assert await drafting.own("a") == [item.id]
    new = await drafting.finish(item.id, "a", base=1)
    assert (new.version, new.title, new.variants) == (2, "甲", ONE.variants)
    assert (await drafting.draft(item.id, "a")).revision == 0
    assert await catalogue.get(item.id) == new
    events = await database.read(lambda c: read_events(c, subject=item.id))
    assert [event["kind"] for event in events][1:] == [
        "catalogue.draft.begun",
        "catalogue.item.edited",
    ]


async def test_two_people_write_in_drafts_of_their_own_and_the_second_is_told(
    drafting: Drafting, item: Item
) -> None:
    await drafting.keep(item.id, "a", ONE, window="w", revision=0, base=1)
    await drafting.keep(item.id, "b", TWO, window="v", revision=0, base=1)
    await drafting.finish(item.id, "b", base=1)
    with pytest.raises(StaleVersion) as told:
        await drafting.finish(item.id, "a", base=1)
    assert told.value.field == "base_version"
    assert (await drafting.draft(item.id, "a")).typed == ONE
    kept = await drafting.keep(item.id, "a", ONE, window="w", revision=1, base=2)
    assert (await drafting.finish(item.id, "a", base=kept.base_version)).version == 3


async def test_two_windows_of_one_person_do_not_overwrite_each_other(
    drafting: Drafting, item: Item
) -> None:
    await drafting.keep(item.id, "a", ONE, window="w", revision=0, base=1)
    with pytest.raises(DraftElsewhere) as told:
        await drafting.keep(item.id, "a", TWO, window="v", revision=0, base=1)
    assert told.value.remedy
    assert (await drafting.draft(item.id, "a")).typed == ONE
    assert (await drafting.keep(item.id, "a", TWO, window="v", revision=1, base=1)).revision == 2


async def test_a_draft_that_is_refused_or_says_nothing_new_is_not_lost_unsaid(
    drafting: Drafting, item: Item
) -> None:
    bad = Typed(title="", summary="", body="文")
    await drafting.keep(item.id, "a", bad, window="w", revision=0, base=1)
    with pytest.raises(InvalidInput, match="title"):
        await drafting.finish(item.id, "a", base=1)
    assert (await drafting.draft(item.id, "a")).typed == bad
    was = draft_of(item)
    same = Typed(title=was.title, summary=was.summary, body=was.body)
    await drafting.keep(item.id, "a", same, window="w", revision=1, base=1)
    assert (await drafting.finish(item.id, "a", base=1)).version == 1
    await drafting.keep(item.id, "a", ONE, window="w", revision=0, base=1)
    await drafting.discard(item.id, "a")
    await drafting.discard(item.id, "a")
    assert (await drafting.draft(item.id, "a")).revision == 0
