"""From entry to publication over HTTP, and every way round it: refused and recorded."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import pytest

from app.compose import open_engine
from hub.kernel.events import verify_chain
from tests.web.staff.conftest import DETERMINATION, NOTICE, Office

REFUSED = "review.attempt.refused"
STEPS = (("clerk", "draft-check"), ("head", "section-review"), ("leader", "sign-off"))
_PATIENCE_S = 120


async def until_public(office: Office, item: str) -> Any:
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            told = await office.ask("media", "GET", f"{item}/deliveries")
            if all(one["state"] == "verified" for one in told["deliveries"]):
                return told["deliveries"]
            await asyncio.sleep(0.05)


async def test_three_people_publish_a_notice_by_http_alone(office: Office) -> None:
    item, approval = await office.submitted()
    assert (await office.ask("clerk", "GET", f"{item}/checks"))["refusing"] == 0
    (name,) = approval["entries"]
    address = f"/api/staff/v1/approvals/{approval['id']}/editions/{name}"
    headers = {"Authorization": f"Bearer {office.secrets['leader']}"}
    async with office.client.get(address, headers=headers) as answer:
        seen = await answer.read()
    assert hashlib.sha256(seen).hexdigest() == approval["entries"][name]
    waiting = await office.ask("clerk", "GET", "/approvals")
    assert [one["id"] for one in waiting["approvals"]] == [approval["id"]]
    for who, step in STEPS:
        approval = await office.sign(approval, who, step)
    assert approval["complete"]
    plan = await office.ask("media", "POST", f"{item}/plans", {"at": "now", "tag": "city"}, 201)
    assert (plan["deliveries"], plan["zone"]) == (1, "Asia/Shanghai")
    async with open_engine(office.hub):
        (delivery,) = await until_public(office, item)
    assert delivery["url"]
    async with office.client.get(f"/i/{item.removeprefix('/items/')}.html") as page:
        assert page.status == 200
        assert NOTICE["title"] in await page.text()
    await office.hub.database.read(verify_chain)


async def test_nobody_signs_twice_or_without_the_role(office: Office) -> None:
    _, approval = await office.submitted()
    await office.sign(approval, "both", "draft-check")
    for who, code in (("both", "same-person"), ("clerk", "wrong-role"), ("stranger", "wrong-role")):
        problem = await office.sign(approval, who, "section-review", status=403)
        assert problem["type"] == code
    problem = await office.sign(approval, "leader", "sign-off", status=409)
    assert problem["type"] == "not-its-turn"
    assert len(await office.recorded(REFUSED)) == 4


async def test_a_hash_of_something_else_is_no_signature(office: Office) -> None:
    _, approval = await office.submitted()
    problem = await office.sign(approval, "clerk", "draft-check", status=409, seen="0" * 64)
    assert problem["type"] == "manifest-changed"
    (record,) = await office.recorded(REFUSED)
    assert "manifest-changed" in record


async def test_an_edit_voids_what_was_signed(office: Office) -> None:
    item, approval = await office.submitted()
    await office.sign(approval, "clerk", "draft-check")
    content = {key: value for key, value in NOTICE.items() if key != "body"}
    edit = content | {"text": "改过的正文。", "base_version": 1}
    assert (await office.ask("editor", "PUT", item, edit))["version"] == 2
    await office.refused("editor", "PUT", item, edit, status=409, code="stale-version")
    problem = await office.sign(approval, "head", "section-review", status=409)
    assert problem["type"] == "approval-closed"
    assert len(await office.recorded(REFUSED)) == 1


async def test_nothing_is_planned_before_the_third_signature(office: Office) -> None:
    item, approval = await office.submitted()
    for who, step in STEPS[:2]:
        approval = await office.sign(approval, who, step)
    told = {"at": "now", "tag": "city"}
    await office.refused(
        "media", "POST", f"{item}/plans", told, status=409, code="unsigned-edition"
    )
    assert len(await office.recorded(REFUSED)) == 1
    assert (await office.ask("media", "GET", f"{item}/deliveries"))["deliveries"] == []


async def test_an_expired_clock_stops_a_plan_until_a_leader_says_why(office: Office) -> None:
    item = await office.notice()
    printed = (office.hub.clock.now() - timedelta(hours=1)).isoformat()
    document = {**DETERMINATION, "matter": "government-document", "printed_at": printed}
    await office.ask("editor", "PUT", f"{item}/determination", document)
    told = {"tag": "city"}
    approval = await office.ask("editor", "POST", f"{item}/submissions", told, 201)
    for who, step in STEPS:
        approval = await office.sign(approval, who, step)
    late = {"at": "2099-12-01T09:00", "tag": "city"}
    plans = f"{item}/plans"
    await office.refused("media", "POST", plans, late, status=409, code="clock-expired")
    why = {**late, "reason": "印刷厂停电"}
    await office.refused("media", "POST", plans, why, status=403, code="wrong-role")
    assert len(await office.recorded(REFUSED)) == 2
    plan = await office.ask("leader", "POST", plans, why, 201)
    assert (plan["deliveries"], plan["late"]) == (1, "印刷厂停电")
    (made,) = await office.recorded("publishing.plan.made")
    assert "印刷厂停电" in made
    del why["reason"]
    await office.refused("leader", "POST", plans, why, status=403, code="role-needed")


@pytest.mark.parametrize(
    ("who", "method", "path", "told"),
    [
        ("stranger", "POST", "/items", NOTICE),
        ("media", "POST", "/items", NOTICE),
        ("office", "PUT", "{item}/determination", DETERMINATION),
        ("stranger", "GET", "{item}", None),
        ("stranger", "GET", "{item}/checks", None),
        ("stranger", "GET", "{item}/deliveries", None),
        ("stranger", "GET", "{approval}", None),
        ("stranger", "GET", "{approval}/editions/website", None),
        ("office", "POST", "{item}/submissions", {"tag": "city"}),
        ("editor", "POST", "{item}/plans", {"at": "now", "tag": "city"}),
        ("stranger", "POST", "{item}/plans", {"at": "now", "tag": "city"}),
        ("editor", "POST", "{item}/submissions", {"channels": ["website"]}),
        ("media", "POST", "{item}/plans", {"at": "now", "tag": "other"}),
    ],
)
async def test_a_role_opens_its_own_body_and_its_own_accounts(
    office: Office, who: str, method: str, path: str, told: Any
) -> None:
    item, approval = await office.submitted()
    path = path.format(item=item, approval=f"/approvals/{approval['id']}")
    await office.refused(who, method, path, told, status=403, code="role-needed")
    (record,) = await office.recorded(REFUSED)
    assert f'"actor":"{who}"' in record


async def test_the_disclosure_office_reads_and_strangers_see_no_list(office: Office) -> None:
    item, approval = await office.submitted()
    assert (await office.ask("office", "GET", item))["title"] == NOTICE["title"]
    assert len((await office.ask("office", "GET", "/approvals"))["approvals"]) == 1
    assert (await office.ask("stranger", "GET", "/approvals"))["approvals"] == []
    problem = await office.sign(approval, "office", "draft-check", status=403)
    assert problem["type"] == "wrong-role"


async def test_what_is_to_be_interpreted_is_not_submitted_without(office: Office) -> None:
    item = await office.notice()
    owed = {**DETERMINATION, "interpret": True, "no_interpretation_reason": ""}
    await office.ask("editor", "PUT", f"{item}/determination", owed)
    problem = await office.ask("editor", "POST", f"{item}/submissions", {"tag": "city"}, 409)
    assert problem["type"] == "not-interpreted"
    assert len(await office.recorded("interpretation.document.returned")) == 1
    material = await office.ask("editor", "POST", "/items", {**NOTICE, "title": "一图读懂"}, 201)
    plan = {
        "outline": "背景、内容、怎么办",
        "forms": ["infographic"],
        "channels": ["website"],
        "due_on": "2099-12-01",
        "interpreter": "王芳",
        "unit": "办公室",
    }
    await office.ask("editor", "PUT", f"{item}/interpretation-plan", plan)
    link = {"material": material["id"], "form": "infographic"}
    stands = await office.ask("editor", "POST", f"{item}/interpretations", link, 201)
    assert (stands["owed"], stands["materials"]) == ("yes", [material["id"]])


async def test_whoever_returns_it_names_where_to_and_why(office: Office) -> None:
    _, approval = await office.submitted()
    await office.sign(approval, "clerk", "draft-check")
    path = f"/approvals/{approval['id']}/returns"
    back = {"reason": "数字有误", "to": "draft-check"}
    assert (await office.ask("head", "POST", path, back, 201))["next_step"] == "draft-check"
    await office.refused("head", "POST", path, {"reason": "x"}, status=403, code="wrong-role")
    done = await office.ask("clerk", "POST", path, {"reason": "请重写"}, 201)
    assert done["returned_reason"] == "请重写"
