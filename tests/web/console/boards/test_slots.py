"""The lanes of posting times: a delivery is moved into a free one, or refused with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.kernel.clock import CHINA
from hub.kernel.events import read_events
from hub.organisations.models import Selection
from hub.publishing.models import DeliveryState
from hub.publishing.timing.models import NewBlackout, NewPostingTime
from tests.web.console.boards.filling import planned, put
from tests.web.console.conftest import Office

SLOTS = "/calendar/slots"


async def laned(office: Office) -> datetime:
    """Two posting times a day for the only account; the first of tomorrow."""
    [account] = await office.desk.organisations.accounts(Selection())
    for minute in (9 * 60, 15 * 60):
        new = NewPostingTime(minute=minute, zone="Asia/Shanghai", account_id=account.id)
        await office.desk.timing.add_posting_time(new, actor="admin")
    tomorrow = (office.desk.clock.now().astimezone(CHINA) + timedelta(days=1)).date()
    return datetime.combine(tomorrow, datetime.min.time(), CHINA).replace(hour=9)


async def test_a_delivery_goes_into_a_free_slot_and_no_other(office: Office) -> None:
    first = await laned(office)
    one = await planned(office, "停车管理办法", later=timedelta(days=2))
    other = await planned(office, "供水公告", later=timedelta(days=3))
    moved, held = one.deliveries[0].id, other.deliveries[0].id
    page = await office.see("media", f"{SLOTS}?day={first.date()}")
    assert "空闲" in page
    assert f'data-slot-drop="{first.astimezone(UTC).isoformat()}"' in page
    told = {"at": first.isoformat()}
    assert "停车管理办法" in await office.see("media", f"{SLOTS}/{moved}?at={first.isoformat()}")
    await office.send("clerk", f"{SLOTS}/{moved}", told, 403)
    assert "said=slotted" in await office.send("media", f"{SLOTS}/{moved}", told)
    found = (await office.desk.operations.explain(moved)).delivery
    assert (found.due_at, found.state) == (first, DeliveryState.PLANNED)
    taken = await office.send("media", f"{SLOTS}/{held}", told, 409)
    assert "该时段已排《停车管理办法》" in taken
    odd = {"at": (first + timedelta(minutes=7)).isoformat()}
    assert "不是账号" in await office.send("media", f"{SLOTS}/{held}", odd, 400)
    past = {"at": (first - timedelta(days=3)).isoformat()}
    await office.send("media", f"{SLOTS}/{held}", past, 400)
    assert "请选择时段" in await office.send("media", f"{SLOTS}/{held}", {"at": "x"}, 400)
    await put(office, held, DeliveryState.VERIFIED)
    free = {"at": (first + timedelta(hours=6)).isoformat()}
    assert "已经发出" in await office.send("media", f"{SLOTS}/{held}", free, 409)
    [event] = [
        one
        for one in await office.hub.database.read(read_events)
        if one["kind"] == "publishing.delivery.moved"
    ]
    assert (event["actor"], event["data"]["delivery"]) == ("media", moved)


async def test_a_blackout_silences_slots_and_refuses_the_move(office: Office) -> None:
    first = await laned(office)
    one = await planned(office, "停车管理办法", later=timedelta(days=5))
    midnight = first.replace(hour=0, tzinfo=None)
    silent = NewBlackout(
        name="哀悼日", starts=midnight, ends=midnight + timedelta(days=1), zone="Asia/Shanghai"
    )
    await office.desk.timing.declare_blackout(silent, actor="admin")
    assert "slot-silent" in await office.see("media", f"{SLOTS}?day={first.date()}")
    told = {"at": first.isoformat()}
    refused = await office.send("media", f"{SLOTS}/{one.deliveries[0].id}", told, 409)
    assert "哀悼日" in refused
    assert "停车管理办法" not in await office.see("stranger", f"{SLOTS}?day={first.date()}")
