"""Groups of accounts at the console: a rule, named members, how many they mean, and their end."""

from __future__ import annotations

from hub.kernel.events import read_events
from hub.publishing.timing.models import NewPostingTime
from tests.web.console.conftest import Office

GROUPS = "/settings/groups"


async def made(office: Office, who: str = "chief", **told: str) -> str:
    await office.send(who, GROUPS, {"name": "市级账号", "body": "city", **told})
    groups = await office.desk.organisations.groups()
    return next(one.id for one in groups if one.name == told.get("name", "市级账号"))


async def test_a_group_is_renamed_given_members_and_counted(offices: Office) -> None:
    path = f"{GROUPS}/{await made(offices)}"
    page = await offices.see("chief", path)
    assert "1 个账号" in page
    [account] = await offices.desk.register.groups(await offices.desk.sights.of("chief"))
    assert account[1] == 1
    found = await offices.see("chief", f"{path}/find?q=门户", **{"HX-Request": "true"})
    member = found.partition('value="')[2][:26]
    told = {"name": "点名账号", "body": "", "channels": [], "members": member}
    assert "1 个账号" in await offices.send("chief", f"{GROUPS}/count", told, 200)
    await offices.send("chief", path, told)
    [group] = await offices.desk.organisations.groups()
    assert (group.name, group.members, group.rule.body_id) == ("点名账号", (member,), "")
    nothing = {"name": "空", "members": ""}
    assert "须有规则或成员" in await offices.send("chief", path, nothing, 400)
    assert "没有这个渠道" in await offices.send("chief", path, {"channels": "x"}, 400)
    kinds = [one["kind"] for one in await offices.hub.database.read(read_events)]
    assert "publishing.group.changed" in kinds


async def test_a_group_that_something_goes_by_stays_and_anothers_is_not_touched(
    offices: Office,
) -> None:
    group_id = await made(offices, "mayor")
    path = f"{GROUPS}/{group_id}"
    new = NewPostingTime(minute=540, zone="Asia/Shanghai", group="市级账号")
    slot = await offices.desk.timing.add_posting_time(new, actor="chief")
    assert "正在使用" in await offices.send("mayor", f"{path}/delete", status=409)
    await offices.desk.timing.remove_posting_time(slot.id, actor="chief")
    wider = {"name": "全省", "body": "province"}
    await offices.send("mayor", path, wider, 403)  # beyond what they administer
    await offices.send("office", f"{path}/delete", status=403)
    await offices.send("mayor", f"{path}/delete")
    await offices.see("chief", path, 404)
