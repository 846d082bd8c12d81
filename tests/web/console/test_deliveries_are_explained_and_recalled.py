"""Media staff see what became of a delivery, settle it, and recall; nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.organisations.models import NewPerson, Role, Selection
from hub.organisations.signin.models import Policy
from hub.publishing.models import Delivery, DeliveryState
from hub.publishing.service import When
from tests.web.console.conftest import PASSWORD, Office
from tests.web.console.test_an_item_goes_through_the_console import STEPS, signs, submitted
from web.console.call import ROOT


async def planned(office: Office) -> Delivery:
    """An approved item, planned for tomorrow on the one account there is."""
    item, approval = await submitted(office)
    for who in STEPS:
        await signs(office, who, approval)
    due = office.desk.clock.now() + timedelta(days=1)
    when = When(zone="UTC", wall=due.replace(tzinfo=None))
    made = await office.hub.publishing.plan(
        item.rpartition("/")[2], Selection(tag="city"), when, "media"
    )
    [delivery] = await office.desk.operations.find(plan_id=made.plan.id)
    return delivery


async def test_a_delivery_is_listed_by_state_and_explained(office: Office) -> None:
    delivery = await planned(office)
    for who in ("media", "office"):
        assert delivery.id in await office.see(who, "/deliveries?state=planned")
        assert delivery.id not in await office.see(who, "/deliveries?state=failed")
        assert "门户网站" in await office.see(who, f"/deliveries/{delivery.id}")
    part = await office.see("media", "/deliveries?state=planned", **{"HX-Request": "true"})
    assert delivery.id in part
    assert "<html" not in part


async def test_who_operates_other_accounts_neither_sees_nor_acts(office: Office) -> None:
    delivery = await planned(office)
    other = NewPerson(login="neighbour", name="邻居", roles=(("other", Role.MEDIA),))
    await office.desk.organisations.add_person(other, actor="admin")
    await office.desk.factors.give_password(
        "neighbour", password=PASSWORD, must_change=False, actor="admin"
    )
    assert delivery.id not in await office.see("neighbour", "/deliveries?state=planned")
    await office.see("neighbour", f"/deliveries/{delivery.id}", 403)
    for act in ("retry", "resolve"):
        await office.send("neighbour", f"/deliveries/{delivery.id}/{act}", status=403)
        await office.send("office", f"/deliveries/{delivery.id}/{act}", status=403)


async def test_what_cannot_be_done_is_said_on_the_page(office: Office) -> None:
    delivery = await planned(office)
    await office.send("media", f"/deliveries/{delivery.id}/retry", status=409)
    told = {"found": "yes", "remote_id": ""}
    page = await office.send("media", f"/deliveries/{delivery.id}/resolve", told, status=400)
    assert "请填写平台上的编号或链接" in page


@pytest.mark.parametrize("fresh", [True, False])
async def test_a_recall_asks_for_the_password_again_and_for_a_reason(
    office: Office, fresh: bool
) -> None:
    delivery = await planned(office)
    [item] = [one for one in await office.desk.catalogue.list() if one.title]
    if not fresh:
        await office.signed_in("media")
        office.desk.sessions.policy = Policy(fresh=timedelta(), second_factor=False)
        answer = await office.ask("media", "GET", f"/recalls/{item.id}")
        assert answer.headers["Location"].startswith(f"{ROOT}/prove?next=")
        target = await office.send("media", f"/recalls/{item.id}", {"reason": "数字有误"})
        assert target.startswith(f"{ROOT}/prove")
        return
    await office.see("media", f"/recalls/{item.id}")
    await office.send("media", f"/recalls/{item.id}", {"reason": " "}, status=400)
    await office.send("media", f"/recalls/{item.id}", {"reason": "数字有误"})
    [after] = await office.desk.operations.find(item_id=item.id)
    assert (after.id, after.state) == (delivery.id, DeliveryState.CANCELLED)
    assert "未发已停" in await office.see("media", f"/recalls/{item.id}")
