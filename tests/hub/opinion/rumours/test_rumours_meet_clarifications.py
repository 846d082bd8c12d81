"""Hearsay is flagged with the clarification that answers it, whichever came first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.service import Catalogue
from hub.catalogue.tables import items
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import NotFound
from hub.kernel.ids import IdSource
from hub.opinion.issues.service import IssueService
from hub.opinion.rumours.models import LinkKind
from hub.opinion.rumours.service import Rumours
from hub.opinion.signals.models import SignalFilter
from hub.opinion.signals.service import SignalService
from hub.organisations.models import Body
from tests.hub.opinion.conftest import said
from tests.hub.opinion.judged import judged_as

_HEARSAY = ("听说青江水厂被化工厂污染自来水不能喝", "网上说青江水厂污染了，自来水还能喝吗")
_CLARIFIED = "关于青江水厂自来水被污染传言的辟谣声明"


class Desk:
    def __init__(
        self,
        signals: SignalService,
        catalogue: Catalogue,
        database: Database,
        clock: ManualClock,
        body: Body,
    ) -> None:
        self.signals, self.catalogue, self.database = signals, catalogue, database
        self.clock, self.body = clock, body
        self.rumours = Rumours(database=database, clock=clock)
        self.issues = IssueService(
            database=database, clock=clock, ids=IdSource(), zone="Asia/Shanghai"
        )

    async def hear(self, texts: tuple[str, ...], start: int = 0) -> None:
        at = self.clock.now() - timedelta(hours=1)
        new = [said(start + n, text, title=text, event_at=at) for n, text in enumerate(texts)]
        await self.signals.collect(new, actor="system:test")
        await judged_as(self.database, self.clock, intent="rumour")
        await self.issues.place_waiting()
        self.clock.advance(120)

    async def publish(self, title: str) -> str:
        draft = ItemDraft(
            body_id=self.body.id,
            title=title,
            body="经核实，水质合格。",
            attribute=Attribute.PROACTIVE,
            external_key=title,
        )
        item = await self.catalogue.add(draft, actor="editor")
        change = update(items).where(items.c.id == item.id)
        values = {"published_at": self.clock.now(), "public_version": 1}
        await self.database.write(lambda tx: tx.execute(change.values(**values)), audited=False)
        self.clock.advance(120)
        return item.id


@pytest.fixture
def desk(
    signals: SignalService,
    catalogue: Catalogue,
    database: Database,
    clock: ManualClock,
    bodies: dict[str, Body],
) -> Desk:
    return Desk(signals, catalogue, database, clock, bodies["sc"])


async def test_what_has_no_clarification_is_listed_until_it_has_one(desk: Desk) -> None:
    await desk.hear(_HEARSAY)
    await desk.rumours.look()
    [rumour] = await desk.rumours.rumours(unanswered=True)
    item_id = await desk.publish(_CLARIFIED)
    await desk.publish("关于印发水务规划的通知")
    assert await desk.rumours.look() >= 1
    assert await desk.rumours.rumours(unanswered=True) == []
    [answered] = await desk.rumours.rumours()
    assert answered.issue.id == rumour.issue.id
    assert answered.clarification is not None
    assert answered.clarification.item_id == item_id


async def test_what_repeats_a_refuted_rumour_is_flagged_when_it_comes(desk: Desk) -> None:
    item_id = await desk.publish(_CLARIFIED)
    assert await desk.rumours.look() == 0
    await desk.hear((*_HEARSAY, "十七路公交末班车太早"))
    await desk.rumours.look()
    kept = {one.text: one.id for one in await desk.signals.signals(SignalFilter())}
    found = [
        await desk.rumours.clarification(LinkKind.SIGNAL, kept[text])
        for text in (_HEARSAY[0], "十七路公交末班车太早")
    ]
    assert found[1] is None
    assert found[0] is not None
    assert found[0][0].item_id == item_id
    assert await desk.rumours.look() == 0  # each once


async def test_a_link_that_an_analyst_refused_stays_refused(desk: Desk) -> None:
    await desk.publish(_CLARIFIED)
    await desk.hear(_HEARSAY)
    await desk.rumours.look()
    [rumour] = await desk.rumours.rumours()
    await desk.rumours.refuse(LinkKind.ISSUE, rumour.issue.id, actor="analyst")
    await desk.rumours.look()
    assert len(await desk.rumours.rumours(unanswered=True)) == 1
    with pytest.raises(NotFound):
        await desk.rumours.refuse(LinkKind.ISSUE, rumour.issue.id, actor="analyst")


async def test_a_clarification_that_was_withdrawn_answers_nothing(desk: Desk) -> None:
    item_id = await desk.publish(_CLARIFIED)
    await desk.hear(_HEARSAY)
    await desk.rumours.look()
    assert await desk.rumours.rumours(unanswered=True) == []
    change = update(items).where(items.c.id == item_id).values(public_version=None)
    await desk.database.write(lambda tx: tx.execute(change), audited=False)
    assert len(await desk.rumours.rumours(unanswered=True)) == 1
