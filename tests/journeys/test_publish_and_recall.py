"""From a file to every platform and back: published, read back, edited, recalled."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.catalogue.rules import draft_of
from hub.kernel.errors import GongkaiError
from hub.kernel.events import verify_chain
from hub.publishing.errors import UnsignedEdition
from hub.publishing.models import Capability, DeliveryState, Purpose
from hub.publishing.recall.models import Standing, Way
from hub.publishing.service import When
from publishers.registry import find_channel
from tests.journeys.conftest import CHANNELS, Journey

pytestmark = pytest.mark.slow

_S = DeliveryState
ENDS = dict.fromkeys(CHANNELS, _S.VERIFIED)
ENDS["telegram"] = _S.ACCEPTED  # nobody can read a channel back
POSTS = 2 * len(CHANNELS)


async def test_an_imported_item_reaches_every_account_once_and_is_read_back(
    journey: Journey,
) -> None:
    item = await journey.import_item()
    await journey.submit(item)
    await journey.plan(item)
    deliveries = await journey.rest()
    assert {(d.channel, d.state) for d in deliveries} == set(ENDS.items())
    assert [d.reason for d in deliveries] == [""] * len(deliveries)
    assert [d.attempts for d in deliveries] == [1] * POSTS
    assert sorted(Counter(post.account for post in journey.public()).values()) == [1] * POSTS
    assert await journey.hub.database.read(lambda c: max(verify_chain(c))) > POSTS


async def test_what_the_public_reads_is_what_was_signed(journey: Journey) -> None:
    item = await journey.import_item()
    await journey.submit(item)
    await journey.plan(item)
    await journey.rest()
    for post in journey.public():
        assert item.title in post.title + post.text


async def test_two_signatures_are_not_enough(journey: Journey) -> None:
    item = await journey.import_item()
    await journey.submit(item, steps=2)
    with pytest.raises(UnsignedEdition):
        await journey.plan(item)
    assert journey.public() == []


async def test_an_edit_voids_the_approval_and_nothing_more_goes_out(journey: Journey) -> None:
    item = await journey.import_item()
    await journey.submit(item)
    soon = journey.hub.clock.now() + timedelta(seconds=1.5)
    await journey.plan(item, When(zone="UTC", wall=soon.replace(tzinfo=None)))
    changed = replace(draft_of(item), title="四川省行政规范性文件管理办法（修订）")
    await journey.hub.catalogue.edit(item.id, changed, actor="clerk")
    deliveries = await journey.rest()
    assert {(d.state, d.error_code) for d in deliveries} == {(_S.FAILED, UnsignedEdition.code)}
    assert [d.attempts for d in deliveries] == [0] * POSTS
    with pytest.raises(GongkaiError, match="审"):
        await journey.plan(item)
    assert journey.public() == []


async def test_a_recall_removes_it_from_every_platform(journey: Journey) -> None:
    item = await journey.import_item()
    await journey.submit(item)
    await journey.plan(item)
    await journey.rest()
    ordered = await journey.hub.recalling.recall(item.id, "leader")
    assert ordered.deliveries == POSTS
    deliveries = await journey.rest()
    states = Counter((d.purpose, d.state) for d in deliveries)
    assert states == {(Purpose.PUBLISH, _S.RECALLED): POSTS, (Purpose.RECALL, _S.VERIFIED): POSTS}
    assert journey.public() == []
    reach = await journey.hub.recalling.reach(item.id)
    assert {one.standing for one in reach.accounts} == {Standing.RECALLED}
    assert reach.percent == 100


async def test_a_correction_reaches_every_account_by_its_channel_s_way(journey: Journey) -> None:
    """In place where the platform edits, elsewhere deleted and posted again."""
    item = await journey.import_item()
    await journey.submit(item)
    await journey.plan(item)
    await journey.rest()
    changed = replace(draft_of(item), title="四川省行政规范性文件管理办法（更正）")
    corrected = await journey.hub.catalogue.edit(item.id, changed, actor="clerk")
    await journey.submit(corrected)
    ordered = await journey.hub.recalling.correct(item.id, "leader", "标题有误")
    editing = [c for c in CHANNELS if find_channel(c).declaration.can(Capability.EDIT)]
    again = POSTS - 2 * len(editing)
    assert ordered.ways == {Way.AMEND: POSTS - again, Way.WITHDRAW: again, Way.REPOST: again}
    await journey.rest()
    reach = await journey.hub.recalling.reach(item.id)
    assert {one.standing for one in reach.accounts} == {Standing.CORRECTED}
    assert reach.percent == 100
    posts = journey.public()
    assert len({post.account for post in posts}) == len(posts) == POSTS
    assert all(corrected.title in post.title + post.text for post in posts)
    await journey.hub.recalling.recall(item.id, "leader")
    await journey.rest()
    assert journey.public() == []
    assert (await journey.hub.recalling.reach(item.id)).percent == 100


async def test_an_edited_item_is_still_recalled_and_goes_out_anew(journey: Journey) -> None:
    item = await journey.import_item()
    await journey.submit(item)
    await journey.plan(item)
    await journey.rest()
    changed = replace(draft_of(item), title="四川省行政规范性文件管理办法（修订）")
    edited = await journey.hub.catalogue.edit(item.id, changed, actor="clerk")
    await journey.hub.recalling.recall(item.id, "leader")
    await journey.rest()
    assert journey.public() == []
    await journey.submit(edited)
    await journey.plan(edited)
    await journey.rest()
    assert len({post.account for post in journey.public()}) == len(journey.public()) == POSTS
    assert all(edited.title in post.title + post.text for post in journey.public())
