"""What boards show: an item that went through its three signatures, planned, in every state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.kernel.clock import CHINA
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.organisations.models import Account, NewAccount, Selection
from hub.publishing.models import Delivery, DeliveryState
from hub.publishing.restraint.models import OpenBreaker, Scope
from hub.publishing.restraint.store import save_breakers
from hub.publishing.service import When
from hub.publishing.tables import deliveries
from hub.review.models import ReviewStep
from simulators.determining import ORDINARY
from tests.web.console.conftest import Office

SIGNERS = (
    (ReviewStep.DRAFT_CHECK, "clerk"),
    (ReviewStep.SECTION_REVIEW, "head"),
    (ReviewStep.SIGN_OFF, "leader"),
)


@dataclass(frozen=True, slots=True)
class Planned:
    item: Item
    plan_id: str
    deliveries: list[Delivery]


async def more_accounts(office: Office, names: list[str], folder: Path) -> list[Account]:
    rows = [
        NewAccount(
            channel="website",
            name=name,
            handle=f"site-{n}",
            body_code="city",
            base_url="https://www.example.gov.cn",
            settings={"root": str(folder / f"site-{n}")},
        )
        for n, name in enumerate(names)
    ]
    await office.desk.organisations.import_accounts(rows, actor="admin")
    return await office.desk.organisations.accounts(Selection(channels=("website",)))


async def approved(office: Office, title: str, body: str = "city") -> Item:
    desk = office.desk
    owner = await desk.organisations.body(body)
    draft = ItemDraft(
        body_id=owner.id, title=title, body="现将有关事项通知如下。", attribute=Attribute.PROACTIVE
    )
    item = await desk.catalogue.add(draft, actor="editor")
    await desk.determinations.determine(item.id, ORDINARY, actor="clerk")
    approval = await desk.publishing.submit(item.id, Selection(channels=("website",)), "editor")
    for step, login in SIGNERS:
        await desk.review.sign(approval.id, step, login, approval.hash)
    return await desk.catalogue.get(item.id)


async def planned(office: Office, title: str, *, later: timedelta = timedelta(hours=5)) -> Planned:
    """On every account of the website."""
    item = await approved(office, title)
    wall = (office.desk.clock.now() + later).astimezone(CHINA).replace(tzinfo=None, microsecond=0)
    when = When(zone="Asia/Shanghai", wall=wall)
    made = await office.desk.publishing.plan(
        item.id, Selection(channels=("website",)), when, "media"
    )
    _, found = await office.desk.publishing.progress(made.plan.id)
    return Planned(item, made.plan.id, found)


async def put(office: Office, delivery_id: str, state: DeliveryState, **values: Any) -> None:
    """As if the ledger had come so far."""
    now = office.desk.clock.now()
    told: dict[str, Any] = {"state": state, "next_at": None, **values}
    if state in (DeliveryState.ACCEPTED, DeliveryState.VERIFIED):
        told = {"remote_id": "1", "handed_over_at": now, **told}
    if state is DeliveryState.FAILED:
        told = {"error_code": "45009", "error_zh": "接口调用超过限制", "error_en": "limit", **told}

    def work(tx: Transaction) -> None:
        change = update(deliveries).where(deliveries.c.id == delivery_id).values(**told)
        tx.execute(change)

    await office.hub.database.write(work, audited=False)


def wall_of(at: datetime) -> datetime:
    return at.astimezone(CHINA)


async def tripped(office: Office, account: Account) -> None:
    """The account's breaker is open, and that of its platform."""
    now = office.desk.clock.now()
    held = [
        OpenBreaker(
            scope=scope,
            channel=account.channel,
            subject=subject,
            address=account.base_url,
            cause="ClientConnectorError",
            words=Words("连不上平台，未发出", "no connection, nothing was sent"),
            opened_at=now,
            rest=timedelta(minutes=5),
            probe_at=now + timedelta(minutes=5),
        )
        for scope, subject in ((Scope.ACCOUNT, account.id), (Scope.PLATFORM, account.base_url))
    ]
    await office.desk.database.write(lambda tx: save_breakers(tx, held), audited=False)
