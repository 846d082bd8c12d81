"""An account for which words were written gets its own signed edition and no other; a rehearsal
and a look at a choice say the truth and write nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.catalogue.models import Item
from hub.catalogue.rules import draft_of
from hub.catalogue.variants.models import Variant
from hub.catalogue.variants.rules import chosen, own_variation
from hub.kernel.errors import Conflict
from hub.organisations.authority.rules import ENTERING
from hub.organisations.models import Account, Body, FilingState, Selection
from hub.publishing.models import Part
from hub.publishing.outreach.service import Outreach
from hub.publishing.ports import DraftEdition, Rendered
from hub.publishing.service import When
from tests.scheduler.stage import Stage
from tests.scheduler.toys import TOY

NOW = When(zone="UTC")


class OwnWords:
    """Renders the text that is chosen for an account, as the real one does."""

    async def render(self, item: Item, body: Body, accounts: Sequence[Account]) -> Rendered:
        made = {}
        for one in accounts:
            variation = own_variation(item.variants, one.channel, one.id, {})
            own = chosen(item.variants, one.channel, one.id)
            parts = (Part(text=own.body if own else item.body),)
            made[tuple(variation.items())] = DraftEdition(
                channel=one.channel, variation=variation, parts=parts
            )
        return Rendered(editions=tuple(made.values()))


async def worded(stage: Stage) -> tuple[Item, list[Account]]:
    """An approved item with words for the second of three accounts, and for its channel."""
    stage.publishing._renderer = OwnWords()
    accounts = await stage.accounts(3)
    item = await stage.item()
    told = (
        Variant(channel=TOY.name, body="渠道自己的话"),
        Variant(channel=TOY.name, account_id=accounts[1].id, body="这一个账号的话"),
    )
    item = await stage.catalogue.edit(
        item.id, replace(draft_of(item), variants=told), actor="clerk"
    )
    return item, accounts


async def test_each_account_is_planned_with_the_edition_that_is_its_own(stage: Stage) -> None:
    item, accounts = await worded(stage)
    await stage.sign(await stage.submit(item))
    await stage.publishing.plan(item.id, Selection(), NOW, "media")
    texts = {e.id: e.payload for e in await stage.publishing.editions(item.id)}
    assert len(texts) == 2
    got = {d.account_id: texts[d.edition_id] for d in await stage.deliveries()}
    assert ["这一个账号的话" in got[account.id] for account in accounts] == [False, True, False]
    assert "渠道自己的话" in got[accounts[0].id]


async def test_an_account_with_words_of_its_own_is_never_given_those_of_others(
    stage: Stage,
) -> None:
    item, accounts = await worded(stage)
    await stage.sign(await stage.submit(item, ids=(accounts[0].id, accounts[2].id)))
    made = await stage.publishing.plan(item.id, Selection(), NOW, "media")
    assert made.deliveries == 2
    [(account, why)] = made.left_out
    assert account.id == accounts[1].id
    assert "未随送审生成稿件" in why.zh


async def test_other_words_void_the_signatures(stage: Stage) -> None:
    item, _ = await worded(stage)
    await stage.sign(await stage.submit(item))
    changed = (replace(item.variants[0], body="改过的话"), *item.variants[1:])
    await stage.catalogue.edit(item.id, replace(draft_of(item), variants=changed), actor="clerk")
    with pytest.raises(Conflict):
        await stage.publishing.plan(item.id, Selection(), NOW, "media")


async def test_a_rehearsal_is_the_plan_without_a_trace(stage: Stage) -> None:
    item = await stage.approved(accounts=2)
    at = stage.clock.now() + timedelta(hours=3)
    when = When(zone="UTC", wall=at.replace(tzinfo=None))
    seen = await stage.publishing.rehearse(item.id, Selection(), when, "media")
    assert await stage.publishing.plans() == []
    assert await stage.deliveries() == []
    made = await stage.publishing.plan(item.id, Selection(), when, "media")
    assert (seen.deliveries, seen.plan.due_at) == (made.deliveries, made.plan.due_at)
    with pytest.raises(Conflict, match="没有可发布的账号"):
        await stage.publishing.rehearse(item.id, Selection(), when, "media")


async def test_a_choice_is_counted_by_channel_and_by_why_somebody_is_left_out(
    stage: Stage,
) -> None:
    accounts = await stage.accounts(4)
    await stage.organisations.change_account(
        accounts[0].id, filing=FilingState.SUSPENDED, actor="admin"
    )
    await stage.organisations.pause(
        accounts[1].id, stage.clock.now() + timedelta(days=1), "维护", actor="admin"
    )
    outreach = Outreach(stage.database, stage.clock)
    found = await outreach.reach(Selection(channels=(TOY.name,)), "clerk", ENTERING)
    assert (found.total, found.ready, found.beyond) == (4, {TOY.name: 3}, 0)
    [out] = found.left_out
    assert (out.count, out.names) == (1, (accounts[0].name,))
    [waiting] = found.waiting
    assert "维护" in waiting.words.zh
    nobody = await outreach.reach(Selection(channels=(TOY.name,)), "clerk", frozenset())
    assert (nobody.count, nobody.beyond) == (0, 4)
    body = accounts[0].body_id
    assert (await outreach.facets(body)).channels == (TOY.name,)
    steps = await outreach.signers(body)
    assert [one.people[0].login for one in steps] == ["clerk", "head", "leader"]
