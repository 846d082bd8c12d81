"""An item with a determination, ready to be submitted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from hub.catalogue.models import Item, ItemDraft
from hub.catalogue.service import Catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.review import store
from hub.review.delegation.service import Delegations
from hub.review.determination.models import Proposal
from hub.review.determination.service import Determinations
from hub.review.models import Approval
from hub.review.service import Review
from simulators.determining import ORDINARY

Open = Callable[..., Awaitable[Approval]]


@pytest.fixture
def delegations(database: Database, clock: ManualClock, ids: IdSource) -> Delegations:
    return Delegations(database, clock, ids)


@pytest.fixture
def submitted(
    catalogue: Catalogue,
    determinations: Determinations,
    database: Database,
    clock: ManualClock,
    review: Review,
    draft: ItemDraft,
    reviewers: None,
) -> Open:
    """Enter an item, determine it as `proposal` says, and open its review."""

    async def work(proposal: Proposal = ORDINARY) -> Approval:
        item: Item = await catalogue.add(draft, actor="editor")
        await determinations.determine(item.id, proposal, actor="editor")
        await database.write(
            lambda tx: store.open_approval(
                tx,
                approval_id="a1",
                item=item,
                entries={"weibo": "1" * 64},
                submitted_by="editor",
                at=clock.now(),
            )
        )
        return await review.get("a1")

    return work
