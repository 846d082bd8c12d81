"""The board shows trouble first, of one's own bodies only, and what a person may do about it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from hub.organisations.models import BodyKind, NewBody, NewPerson, Role
from hub.organisations.signin.models import Policy
from hub.publishing.models import DeliveryState
from tests.web.console.boards.filling import more_accounts, planned, put
from tests.web.console.conftest import PASSWORD, Office

S = DeliveryState


async def test_trouble_comes_first_and_what_is_well_is_a_step_away(
    office: Office, tmp_path: Path
) -> None:
    await more_accounts(office, ["甲网站", "乙网站"], tmp_path)
    one = await planned(office, "停车管理办法")
    failed, unknown, fine = one.deliveries
    await put(office, failed.id, S.FAILED)
    await put(office, unknown.id, S.UNKNOWN, reason="person")
    page = await office.see("media", "/deliveries")
    assert f"/console/deliveries/{failed.id}" in page
    assert f"/console/deliveries/{unknown.id}" in page
    assert fine.id not in page
    assert "接口调用超过限制" in page
    assert fine.id in await office.see("media", "/deliveries?group=coming")
    assert fine.id in await office.see("media", "/deliveries?state=planned&channel=website")
    assert failed.id not in await office.see("media", "/deliveries?state=planned")
    whole = await office.see("office", f"/deliveries?plan={one.plan_id}")
    assert all(delivery.id in whole for delivery in one.deliveries)
    english = await office.see("media", "/deliveries", Cookie=await english_of(office, "media"))
    assert "Needs attention" in english


async def english_of(office: Office, who: str) -> str:
    return f"gongkai-session={await office.signed_in(who)}; gongkai-taste=en.auto"


async def test_nobody_sees_or_touches_another_body_s_deliveries(office: Office) -> None:
    one = await planned(office, "停车管理办法")
    [delivery] = one.deliveries
    await put(office, delivery.id, S.FAILED)
    page = await office.see("stranger", "/deliveries")
    assert delivery.id not in page
    assert "停车管理办法" not in page
    assert delivery.id not in await office.see("stranger", "/deliveries?group=all")
    await office.see("stranger", f"/deliveries/{delivery.id}", 404)
    await office.see("stranger", f"/deliveries/recall/{one.item.id}", 403)
    await office.send("clerk", f"/deliveries/{delivery.id}/retry", status=403)
    await stray_media(office)
    for act in ("retry", "cancel", "resolve", "done"):
        await office.send("stray", f"/deliveries/{delivery.id}/{act}", status=404)
    found = await office.desk.operations.explain(delivery.id)
    assert found.delivery.state is S.FAILED


async def stray_media(office: Office) -> None:
    """A media person of another body."""
    new = NewPerson(login="stray", name="外单位", roles=(("other", Role.MEDIA),))
    await office.desk.organisations.add_person(new, actor="admin")
    await office.desk.factors.give_password(
        "stray", password=PASSWORD, must_change=False, actor="admin"
    )


async def test_what_failed_is_explained_and_sent_again(office: Office) -> None:
    one = await planned(office, "停车管理办法")
    [delivery] = one.deliveries
    await put(office, delivery.id, S.FAILED)
    page = await office.see("media", f"/deliveries/{delivery.id}")
    assert "接口调用超过限制" in page
    assert f"/deliveries/{delivery.id}/retry" in page
    assert f"/deliveries/{delivery.id}/retry" not in await office.see(
        "clerk", f"/deliveries/{delivery.id}"
    )
    target = await office.send("media", f"/deliveries/{delivery.id}/retry")
    assert "重新排队" in await office.see("media", target.removeprefix("/console"))
    found = await office.desk.operations.explain(delivery.id)
    assert found.delivery.state is S.READY


async def test_an_unknown_outcome_needs_a_word_and_its_proof(office: Office) -> None:
    one = await planned(office, "停车管理办法")
    [delivery] = one.deliveries
    await put(office, delivery.id, S.UNKNOWN, reason="person")
    path = f"/deliveries/{delivery.id}/resolve"
    assert path in await office.see("media", f"/deliveries/{delivery.id}")
    await office.send("media", path, status=400)
    await office.send("media", path, {"outcome": "present"}, status=400)
    await office.send("media", path, {"outcome": "present", "remote_id": "site/1.html"})
    found = await office.desk.operations.explain(delivery.id)
    assert (found.delivery.state, found.delivery.remote_id) == (S.ACCEPTED, "site/1.html")


async def test_a_recall_asks_for_the_password_again_and_shows_how_far_it_is(
    office: Office, tmp_path: Path
) -> None:
    await more_accounts(office, ["甲网站"], tmp_path)
    one = await planned(office, "停车管理办法")
    out, waiting = one.deliveries
    await put(office, out.id, S.VERIFIED)
    base = f"/deliveries/recall/{one.item.id}"
    found = await office.see("media", f"/deliveries/recall?q={one.item.id}", 303)
    assert found == ""
    assert "正在显示" in await office.see("media", base)
    office.desk.sessions.policy = Policy(fresh=timedelta(), second_factor=False)
    answer = await office.ask("media", "GET", f"{base}/order")
    assert answer.headers["Location"].startswith("/console/prove")
    office.desk.sessions.policy = Policy(second_factor=False)
    await office.send("media", "/prove", {"password": PASSWORD, "next": f"/console{base}/order"})
    await office.see("media", f"{base}/order")
    await office.send("media", f"{base}/order", {"kind": "recall"}, status=400)
    target = await office.send("media", f"{base}/order", {"kind": "recall", "reason": "数字有误"})
    page = await office.see("media", target.removeprefix("/console"))
    assert "撤稿进度" in page
    assert "数字有误" in page
    assert (await office.desk.operations.explain(waiting.id)).delivery.state is S.CANCELLED
    assert "撤稿进度" in await office.see("media", f"{base}/progress")


async def test_a_page_hears_of_a_change_and_the_stream_ends_with_the_server(
    office: Office,
) -> None:
    one = await planned(office, "停车管理办法")
    answer = await office.ask("media", "GET", "/deliveries/live")
    assert answer.content_type == "text/event-stream"
    assert await answer.content.readline() == b"retry: 5000\n"
    async with asyncio.timeout(60):
        await office.desk.pulse.looked.wait()
        await office.desk.publishing.cancel("media", plan_id=one.plan_id)
        line = b""
        while line != b"event: changed\n":
            line = await answer.content.readline()
        await office.desk.pulse.close()
        while await answer.content.readline():
            pass
    assert (await office.ask("media", "GET", "/deliveries/live")).status == 503


async def test_figures_are_of_one_s_own_bodies(office: Office) -> None:
    await office.desk.organisations.add_body(
        NewBody(code="far", name="远县", kind=BodyKind.COUNTY, parent_code="other"), actor="admin"
    )
    one = await planned(office, "停车管理办法")
    await put(office, one.deliveries[0].id, S.UNKNOWN, reason="person")
    assert "结果未知 1" in await office.see("media", "/deliveries/now")
    assert "结果未知 1" not in await office.see("stranger", "/deliveries/now")
    assert "结果未知 1" in await office.see("office", "/deliveries/now")
    assert "结果未知 1" not in await office.see("office", "/deliveries/now?body=other")
