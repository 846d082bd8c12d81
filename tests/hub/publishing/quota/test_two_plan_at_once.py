"""Two processes plan at the same moment: never do both get the last slot."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from hub.kernel.errors import Conflict
from hub.organisations.models import Selection
from hub.publishing.models import Quota
from hub.publishing.planning import Planned
from hub.publishing.quota.tables import quota_slots
from hub.publishing.service import Publishing, When
from hub.publishing.timing.models import NewPostingTime
from hub.publishing.timing.service import Timing
from tests.conftest import open_test_database
from tests.scheduler.stage import Stage
from tests.scheduler.toys import TOY, ToyRenderer

PLANNERS = 6


async def plan_at_once(
    stage: Stage, url: str, items: list[str], when: When
) -> list[Planned | BaseException]:
    """Every item planned by a process of its own, all at the same time."""
    databases = [open_test_database(url) for _ in items]
    services = [
        Publishing(
            database=database,
            clock=stage.clock,
            ids=stage.ids,
            renderer=ToyRenderer(stage.book),
            channels=stage.book,
            default_not_after=timedelta(hours=12),
        )
        for database in databases
    ]
    done = await asyncio.gather(
        *(
            service.plan(item, Selection(), when, "media")
            for service, item in zip(services, items, strict=True)
        ),
        return_exceptions=True,
    )
    for database in databases:
        await database.close()
    return done


async def test_the_last_slot_goes_to_one_of_them(stage: Stage, database_url: str) -> None:
    stage.book.held["toy"] = replace(TOY, quotas=(Quota(count=2, period="day"),))
    await stage.accounts(3)
    items = [(await stage.approved(str(n), 0)).id for n in range(PLANNERS)]
    tomorrow = (stage.clock.now() + timedelta(days=1)).replace(tzinfo=None)
    done = await plan_at_once(stage, database_url, items, When(zone="UTC", wall=tomorrow))
    assert all(isinstance(one, (Planned, Conflict)) for one in done), done
    planned = Counter(delivery.account_id for delivery in await stage.deliveries())
    assert max(planned.values()) <= 2
    rows = await stage.database.read(lambda c: c.execute(select(quota_slots)).all())
    assert {(row.account_id, row.no) for row in rows} <= {
        (account, no) for account in planned for no in (1, 2)
    }
    assert len(rows) == sum(planned.values())


async def test_no_two_plans_get_the_same_posting_time(stage: Stage, database_url: str) -> None:
    [account] = await stage.accounts(1)
    timing = Timing(database=stage.database, clock=stage.clock, ids=stage.ids)
    new = NewPostingTime(account_id=account.id, minute=9 * 60, zone="Asia/Shanghai")
    await timing.add_posting_time(new, actor="media")
    items = [(await stage.approved(str(n), 0)).id for n in range(PLANNERS)]
    when = When(zone="UTC", next_slot=True)
    done = await plan_at_once(stage, database_url, items, when)
    assert all(isinstance(one, (Planned, Conflict)) for one in done), done
    assert any(isinstance(one, Planned) for one in done)
    times = [delivery.due_at for delivery in await stage.deliveries()]
    assert len(set(times)) == len(times) == sum(isinstance(one, Planned) for one in done)
