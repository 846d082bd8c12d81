"""Emergencies, many deliveries at once, and accounts that are tried, over HTTP with a key."""

from __future__ import annotations

from hub.organisations.models import Selection
from tests.web.staff.conftest import Office


async def test_an_emergency_is_ordered_and_followed(office: Office) -> None:
    item, approval = await office.submitted()
    told = {"tag": "city", "reason": "强降雨红色预警", "expected": 1}
    await office.ask("media", "POST", f"{item}/emergencies", told, 409)
    for who, step in (("clerk", "draft-check"), ("head", "section-review"), ("leader", "sign-off")):
        await office.sign(approval, who, step)
    await office.ask("media", "POST", f"{item}/emergencies", {"reason": ""}, 400)
    await office.ask("stranger", "POST", f"{item}/emergencies", told, 403)
    await office.ask("media", "POST", f"{item}/emergencies", {**told, "expected": 9}, 409)
    made = await office.ask("media", "POST", f"{item}/emergencies", told, 201)
    assert (made["deliveries"], made["out"], made["ended"]) == (1, 0, False)
    assert await office.ask("media", "GET", f"/emergencies/{made['plan']}") == made
    await office.ask("stranger", "GET", f"/emergencies/{made['plan']}", None, 403)
    seen = await office.ask("media", "GET", "/deliveries/retries")
    assert seen == {"deliveries": [], "will": [], "cannot": [], "more": False}
    ids = {"deliveries": ["01KB3Q9A7V4M2X8C6D5E1F0GHJ"]}
    done = await office.ask("media", "POST", "/deliveries/retries", ids)
    assert done == {"ready": 0, "cannot": []}


async def test_an_account_is_asked_about_and_tried_by_who_administers_it(office: Office) -> None:
    [mine] = await office.hub.organisations.accounts(Selection(tag="city"))
    path = f"/accounts/{mine.id}"
    await office.ask("media", "POST", f"{path}/checks", None, 403)
    checked = await office.ask("all", "POST", f"{path}/checks", None, 201)
    assert (checked["kind"], checked["state"]) == ("check", "good")
    await office.ask("all", "POST", f"{path}/tests", {}, 400)
    sent = await office.ask("all", "POST", f"{path}/tests", {"public": True}, 201)
    assert sent["state"] == "out"
    test = f"{path}/tests/{sent['id']}"
    await office.ask("all", "POST", f"{test}/resolution", None, 409)
    gone = await office.ask("all", "POST", f"{test}/withdrawal")
    assert gone["state"] == "withdrawn"
    told = await office.ask("all", "GET", f"{path}/trials")
    assert [one["state"] for one in told["trials"]] == ["withdrawn", "good"]


async def test_a_backlog_and_findings_are_answered_by_who_operates(office: Office) -> None:
    assert await office.ask("media", "GET", "/outages") == {"held": []}
    release = {"reason": "机房恢复", "channel": "website"}
    assert await office.ask("media", "POST", "/outages/releases", release) == {"released": 0}
    await office.ask("media", "POST", "/outages/releases", {"reason": " "}, 400)
    told = await office.ask("media", "GET", "/findings?topic=liveness&unanswered=true")
    [one] = told["findings"]
    said = {name: one[name] for name in ("topic", "subject", "fingerprint")}
    path = "/findings/acknowledgements"
    await office.ask("stranger", "POST", path, {**said, "remark": "知悉"}, 409)
    done = await office.ask("media", "POST", path, {**said, "remark": "本周更新"}, 201)
    assert [(f["acknowledged_by"], f["remark"]) for f in done["findings"]] == [
        ("media", "本周更新")
    ]
    told = await office.ask("media", "GET", "/findings?topic=liveness&unanswered=true")
    assert told["findings"] == []
