"""A plan that is sound, and all that can spoil it before it is due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import update

from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.rules import content_of
from hub.catalogue.tables import item_versions, items
from hub.kernel.errors import Words
from hub.organisations import store as organisations
from hub.organisations.models import Account, FilingState
from hub.organisations.tables import accounts
from hub.publishing.models import Part, Plan, Quota
from hub.publishing.restraint import store as restraint
from hub.publishing.restraint.models import OpenBreaker, Scope
from hub.publishing.rules import encode_parts
from hub.publishing.tables import editions
from hub.publishing.timing import store as timing
from hub.publishing.timing.models import Blackout
from tests.scheduler.stage import Stage
from tests.scheduler.toys import TOY

Spoil = Callable[[Stage, Account, Plan], Awaitable[object]]


async def planned(stage: Stage, due: datetime, text: str = "正文") -> tuple[Account, Plan]:
    [account] = await stage.accounts(1)
    plan = (await stage.plan(await stage.approved(text, accounts=0), due)).plan
    return account, plan


def row(account: Account, **values: object) -> Callable[..., object]:
    return lambda tx: tx.execute(
        update(accounts).where(accounts.c.id == account.id).values(**values)
    )


async def edited(stage: Stage, account: Account, plan: Plan) -> None:
    body = (await stage.organisations.body("sc")).id
    draft = ItemDraft(body_id=body, title="通知", body="改过", attribute=Attribute.PROACTIVE)
    await stage.catalogue.edit(plan.item_id, draft, actor="clerk")


async def tampered(stage: Stage, account: Account, plan: Plan) -> None:
    other = encode_parts((Part(text="别的"),))
    await stage.do(lambda tx: tx.execute(update(editions).values(payload=other)))


async def unreadable(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(lambda tx: tx.execute(update(editions).values(payload="[{")))


async def inactive(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, active=False))


async def unfiled(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, filing=FilingState.SUSPENDED.value))


async def disconnected(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(lambda tx: organisations.set_needs_reconnecting(tx, account.id, "过期"))


async def ends_before(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, authorised_until=plan.due_at - timedelta(minutes=1)))


async def ends_after(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, authorised_until=plan.due_at + timedelta(minutes=1)))


async def paused_past_it(stage: Stage, account: Account, plan: Plan) -> None:
    end = plan.due_at + timedelta(minutes=10)
    await stage.do(row(account, paused_until=end, pause_reason="演练"))


async def paused_for_good(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, paused_until=plan.not_after + timedelta(minutes=1)))


async def sealed_elsewhere(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, sealed="v1.other-key.AAAA"))


async def no_longer_valid(stage: Stage, account: Account, plan: Plan) -> None:
    content = content_of(await stage.catalogue.get(plan.item_id)) | {"valid_until": "2026-03-02"}
    await stage.do(lambda tx: tx.execute(update(item_versions).values(content=content)))


async def repealed(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(lambda tx: tx.execute(update(items).values(validity="repealed")))


async def overspent(stage: Stage, account: Account, plan: Plan) -> None:
    stage.book.held["toy"] = replace(TOY, quotas=(Quota(count=0, period="day"),))


async def blacked_out(stage: Stage, plan: Plan, ends_at: datetime) -> None:
    blackout = Blackout(
        id="B",
        name="哀悼",
        starts_at=plan.due_at - timedelta(minutes=5),
        ends_at=ends_at,
        zone="Asia/Shanghai",
        body_id="",
        channel="",
        created_by="office",
    )
    await stage.do(lambda tx: timing.add_blackout(tx, blackout, stage.clock.now()))


async def blacked_out_briefly(stage: Stage, account: Account, plan: Plan) -> None:
    await blacked_out(stage, plan, plan.due_at + timedelta(minutes=5))


async def blacked_out_for_good(stage: Stage, account: Account, plan: Plan) -> None:
    await blacked_out(stage, plan, plan.not_after + timedelta(minutes=5))


async def failing(stage: Stage, account: Account, plan: Plan, *, platform: bool = False) -> None:
    now = stage.clock.now()
    breaker = OpenBreaker(
        scope=Scope.PLATFORM if platform else Scope.ACCOUNT,
        channel="toy",
        subject=account.base_url if platform else account.id,
        address=account.base_url,
        cause="busy",
        words=Words("平台繁忙", "the platform is busy"),
        opened_at=now,
        rest=timedelta(minutes=1),
        probe_at=now,
    )
    await stage.do(lambda tx: restraint.save_breakers(tx, [breaker]))


async def platform_failing(stage: Stage, account: Account, plan: Plan) -> None:
    await failing(stage, account, plan, platform=True)
