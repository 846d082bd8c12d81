"""An item is public by the body's own site alone, and gone when its recall is ordered."""

from __future__ import annotations

from dataclasses import replace

from hub.catalogue.models import Item
from hub.catalogue.rules import draft_of
from hub.catalogue.store import public_item
from hub.kernel.clock import ManualClock
from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from hub.publishing.models import Declaration, DeliveryState
from hub.publishing.ports import Accepted, Finding, Job, Verdict
from tests.scheduler.stage import Stage, run_once
from tests.scheduler.toys import READABLE, TOY, lost

S, V = DeliveryState, Verdict
SITE = replace(TOY, own_site=True)


def is_a(stage: Stage, rules: Declaration) -> None:
    stage.book.held["toy"] = stage.platform.declaration = rules


async def shown(stage: Stage, item: Item) -> int | None:
    """The version that the public sees."""
    found = await stage.database.read(lambda c: public_item(c, item.id))
    return None if found is None else found.version


async def published(stage: Stage) -> Item:
    item = await stage.approved()
    await stage.plan(item)
    await run_once(stage)
    return item


async def edited(stage: Stage, item: Item) -> Item:
    return await stage.catalogue.edit(
        item.id, replace(draft_of(item), body="更正后的正文"), actor="clerk"
    )


async def test_what_the_own_site_took_is_public_from_that_moment(stage: Stage) -> None:
    is_a(stage, SITE)
    item = await stage.approved()
    await stage.plan(item)
    assert await shown(stage, item) is None
    await run_once(stage)
    assert await shown(stage, item) == 1
    found = await stage.catalogue.get(item.id)
    assert found.published_at is not None
    assert found.withdrawn_at is None


async def test_no_other_channel_makes_an_item_public(stage: Stage) -> None:
    item = await published(stage)
    assert await stage.states() == ["accepted"] or await stage.states() == ["verified"]
    assert await shown(stage, item) is None
    assert (await stage.catalogue.get(item.id)).published_at is None


async def test_what_the_site_refused_is_not_public(stage: Stage) -> None:
    is_a(stage, SITE)

    async def refused(job: Job) -> Accepted | None:
        raise Rejected(Words("不收", "refused"))

    stage.platform.answers.append(refused)
    item = await published(stage)
    assert await stage.states() == ["failed"]
    assert await shown(stage, item) is None


async def test_an_answer_that_was_lost_makes_it_public_when_it_is_found(stage: Stage) -> None:
    is_a(stage, replace(READABLE, own_site=True))
    item = await stage.approved()
    await stage.plan(item)
    stage.platform.answers.append(lost)
    await run_once(stage, S.UNKNOWN)
    assert await shown(stage, item) is None
    stage.platform.findings.append(Finding(verdict=V.FOUND, remote_id="r-1"))
    assert isinstance(stage.clock, ManualClock)
    stage.clock.advance(20)
    await stage.reconciler().settle_unknown()
    assert await shown(stage, item) == 1


async def test_a_persons_word_makes_it_public_as_well(stage: Stage) -> None:
    is_a(stage, SITE)
    item = await stage.approved()
    await stage.plan(item)
    stage.platform.answers.append(lost)
    await run_once(stage, S.UNKNOWN)
    [delivery] = await stage.deliveries()
    await stage.operations.resolve(delivery.id, "leader", published=True, remote_id="r-1")
    assert await shown(stage, item) == 1


async def test_an_edit_shows_nothing_new_until_the_site_has_it(stage: Stage) -> None:
    is_a(stage, SITE)
    item = await published(stage)
    first = (await stage.catalogue.get(item.id)).published_at
    changed = await edited(stage, item)
    assert await shown(stage, item) == 1
    await stage.sign(await stage.submit(changed))
    await stage.recalling.correct(item.id, "leader")
    await run_once(stage)
    await run_once(stage)
    assert await shown(stage, item) == 2
    assert (await stage.catalogue.get(item.id)).published_at == first


async def test_a_recall_takes_it_away_before_the_site_is_asked(stage: Stage) -> None:
    is_a(stage, SITE)
    item = await published(stage)
    await stage.recalling.recall(item.id, "leader", "有误")
    assert await shown(stage, item) is None
    found = await stage.catalogue.get(item.id)
    assert (found.withdrawn_version, found.withdrawn_at) == (1, stage.clock.now())
    assert found.published_at is not None
    await run_once(stage)
    assert await shown(stage, item) is None


async def test_what_turns_out_taken_after_the_recall_stays_away(stage: Stage) -> None:
    is_a(stage, SITE)
    item = await stage.approved()
    await stage.plan(item)
    stage.platform.answers.append(lost)
    await run_once(stage, S.UNKNOWN)
    [delivery] = await stage.deliveries()
    await stage.recalling.recall(item.id, "leader")
    await stage.operations.resolve(delivery.id, "leader", published=True, remote_id="r-1")
    assert await shown(stage, item) is None


async def test_a_new_version_may_come_back_after_a_recall(stage: Stage) -> None:
    is_a(stage, SITE)
    item = await published(stage)
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    changed = await edited(stage, item)
    await stage.sign(await stage.submit(changed))
    await stage.plan(changed)
    await run_once(stage)
    assert await shown(stage, item) == 2
    assert (await stage.catalogue.get(item.id)).withdrawn_at is None
