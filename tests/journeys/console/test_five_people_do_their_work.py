"""Media staff, three reviewers, a scheduler, an analyst and a supervisor, each through their day's
main work, by clicking and by keyboard, from signing in to what they came for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from hub.catalogue.models import ItemState
from hub.opinion.cases.models import CaseState
from tests.journeys.console.stage import BODY, OUT, SIGNERS, House
from tests.journeys.console.walking import walking

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

TITLE = "江澜市停车管理办法（2026年修订）"


async def test_media_staff_write_variants_draw_a_graphic_and_submit(
    browser: Browser, house: House
) -> None:
    async with walking(browser, house, "zhao.xue", "media") as walk:
        page = walk.page
        await walk.see("today")
        await walk.area("信息")
        await walk.see("items")
        await walk.press("c")
        await page.fill("#f-title", TITLE)
        await page.fill("#f-body", BODY)
        await page.select_option("#f-attribute", "proactive")
        await walk.see("new")
        await walk.click("保存")
        await walk.told("已录入")
        await walk.see("entered", TITLE)
        await walk.follow("认定")
        await page.select_option("#f-ground", index=1)
        await page.fill("#f-reason", "与群众停车密切相关，应当主动公开")
        await page.get_by_label("不解读", exact=True).check()
        await page.fill("#f-no_interpretation_reason", "随文配图解，不另作解读")
        await page.fill("#f-unit", "秘书科")
        await page.get_by_label("政府文件", exact=True).check()
        await walk.see("determination")
        await walk.click("认定")
        await walk.told("已认定")
        await walk.follow("编发")
        await page.locator("details.own", has_text="微博").locator("summary").click()
        own = page.locator("details.own", has_text="微博").locator("textarea").first
        await own.fill("停车新规来了：首 30 分钟免费，全天最高 30 元，新能源车首 2 小时免费。")
        await page.locator("#p-weibo").get_by_text("停车新规来了").first.wait_for()
        await page.locator("#kept .good").wait_for()
        await walk.see("write")
        await walk.press("s")
        await walk.told("已存为新版")
        await walk.see("saved")
        await walk.follow("图解")
        await walk.see("graphics")
        await walk.press("c")
        await page.locator("#shown img").first.wait_for()
        await walk.see("graphic")
        await walk.click("附到信息")
        await walk.see("attach")
        await page.locator("form .button").first.click()
        await walk.told("图解已附到信息")
        await walk.see("attached")
        await walk.follow("正文")
        await walk.follow("编发")
        await walk.follow("账号与送审")
        await walk.see("accounts")
        await walk.press("s")
        await walk.told("已送审")
        await walk.see("submitted")
    found = [one for one in await house.office.desk.catalogue.list() if one.title == TITLE]
    assert [one.state for one in found] == [ItemState.IN_REVIEW]


async def test_three_reviewers_sign_and_the_second_returns_once(
    browser: Browser, house: House
) -> None:
    approval = await house.submitted("关于公布中心城区公共停车泊位的公告", "website")
    async with walking(browser, house, "li.min", "reviewer-1") as walk:
        await walk.see("today")
        await walk.area("签审")
        await walk.see("queue")
        await walk.choose("公共停车泊位")
        await walk.see("review", "签署初审")
        await walk.page.fill("#f-remark", "数字已与附件核对")
        await walk.press("s")
        await walk.told("已签署")
        await walk.see("signed")
    async with walking(browser, house, "zhang.wei", "reviewer-2") as walk:
        await walk.area("签审")
        await walk.choose("公共停车泊位")
        await walk.press("r")
        await walk.page.keyboard.type("第二条的泊位数与统计年报不一致")
        await walk.see("returning")
        await walk.page.locator("#return .button.danger").click()
        await walk.told("已退")
        await walk.see("returned")
    async with walking(browser, house, "zhao.xue", "reviewer-author") as walk:
        await walk.see("today", "第二条的泊位数与统计年报不一致")
        await walk.choose("公共停车泊位")
        await walk.see("came-back")
        await walk.press("e")
        await walk.page.fill("#f-body", BODY.replace("12400", "12406"))
        await walk.click("保存")
        await walk.told("已保存为新版")
        await walk.click("送审")
        await walk.told("已送审")
    for number, login in enumerate(SIGNERS["city"], 1):
        async with walking(browser, house, login, f"reviewer-again-{number}") as walk:
            await walk.area("签审")
            await walk.choose("公共停车泊位")
            if number == 2:
                await walk.see("changes", "上次签署以来的改动")
            await walk.press("s")
            await walk.told("已签署")
    item = await house.office.desk.catalogue.get(approval.item_id)
    assert item.state is ItemState.APPROVED
    assert "12406" in item.body


async def test_a_scheduler_plans_drags_meets_a_conflict_and_recalls(
    browser: Browser, house: House
) -> None:
    """Ten o'clock on Wednesday of next week; on Thursday nothing may go out, on Friday it may."""
    item = await house.approved("关于调整公交17路末班车时间的通知", "weibo", "website")
    urgent = await house.approved("关于中心城区临时停水的公告", "weibo", "website")
    monday = house.today - timedelta(days=house.today.weekday())
    wednesday, friday = monday + timedelta(days=9), monday + timedelta(days=11)
    await house.silence(monday + timedelta(days=10), "全市应急演练")
    async with walking(browser, house, "qian.yu", "scheduler") as walk:
        page = walk.page
        await walk.see("today")
        await walk.area("编发")
        await walk.see("list")
        await walk.choose("公交17路")
        await page.fill("#f-at", f"{wednesday}T10:00")
        await page.locator("#f-at").blur()
        await page.get_by_text("预计发完").wait_for()
        await walk.see("rehearsed")
        await walk.press("s")
        await walk.told("已排期")
        await walk.see("planned")
        await walk.area("日历")
        await walk.see("month")
        await walk.turn("w")
        await walk.turn("]")
        await walk.see("week", "公交17路")
        entry = page.locator("[data-move]", has_text="公交17路")
        await entry.drag_to(page.locator(f'[data-drop="{monday + timedelta(days=10)}"]'))
        await page.locator("#move").wait_for()
        await page.keyboard.press("Enter")
        await page.locator("#move .notice.bad").get_by_text("全市应急演练").wait_for()
        await walk.see("conflict")
        await page.fill("#m-day", f"{friday}")
        await page.keyboard.press("Enter")
        await walk.told("已改期")
        moved = page.locator("[data-move]", has_text="公交17路")
        assert await moved.get_attribute("data-day") == f"{friday}"
        await walk.see("moved")
        await walk.area("编发")
        await walk.choose("临时停水")
        await page.get_by_label("立即").check()
        await page.get_by_text("预计发完").wait_for()
        await walk.press("s")
        await walk.told("已排期")
        await house.until(urgent.id, lambda found: all(one.state in OUT for one in found))
        assert set(house.shown("weibo", "临时停水")) == {"public"}
        await walk.area("投递")
        await walk.see("deliveries")
        await page.get_by_role("link", name="已发出").first.click()
        await walk.choose("临时停水")
        await walk.see("delivery", "说明")
        await walk.follow("撤稿与更正")
        await walk.see("recall")
        await walk.follow("下达撤稿或更正")
        await page.fill("#f-reason", "停水范围有误")
        await walk.see("order")
        await walk.click("下达")
        await walk.told("命令已下达")
        await page.get_by_text("已撤回 4").wait_for()
        await walk.see("recalled")
    assert "public" not in house.shown("weibo", "临时停水")
    plans = await house.office.desk.publishing.plans()
    assert [one.item_id for one in plans if one.due_at > house.office.desk.clock.now()] == [item.id]


async def test_an_analyst_goes_from_a_burst_over_a_case_and_its_answer_to_a_report(
    browser: Browser, house: House
) -> None:
    """The bureau that answers takes its own steps of the case between the analyst's."""
    await house.heard("云栖苑交房三年办不了房产证", 7)
    desk, answer = house.office.desk, "关于云栖苑不动产登记办理情况的回应"
    async with walking(browser, house, "sun.ke", "analyst") as walk:
        page = walk.page
        await walk.see("today")
        await walk.area("舆情")
        await walk.see("stream")
        await walk.follow("热点")
        await walk.see("topics", "云栖苑")
        await walk.choose("云栖苑")
        await walk.see("topic")
        await walk.area("舆情件")
        await walk.see("board")
        await walk.follow("立件建议")
        await walk.see("proposals", "云栖苑")
        await walk.click("采纳并立件")
        await walk.told("已立件")
        await walk.see("opened")
        await page.select_option("#f-body", label="江澜市住房和城乡建设局")
        await page.fill("#f-reason", "涉及不动产登记和竣工备案")
        await page.select_option("#f-joint", label="江澜市水务局")
        await walk.click("转办")
        await walk.told("已转办")
        await walk.see("routed")
    async with walking(browser, house, "xu.lan", "analyst-beside") as walk:
        await walk.area("舆情件")
        await walk.see("board", "云栖苑")
    async with walking(browser, house, "zhou.hai", "analyst-bureau") as walk:
        page = walk.page
        await walk.area("舆情件")
        await walk.choose("云栖苑")
        await walk.see("to-accept")
        await walk.press("s")
        await walk.told("已受理")
        await page.select_option("#f-assignee", label="周海")
        await walk.click("指定承办人")
        await walk.told("已指定承办人")
        await page.fill("#f-assessment", "业主反映属实，开发商未完成竣工备案。")
        await page.fill("#f-disposal", "约谈开发商，限十五日内完成备案，先行受理登记。")
        await walk.click("记录研判与处置")
        await walk.told("已记录")
        await page.fill("#f-title", answer)
        await page.fill("#f-text", "经核实，云栖苑项目于本月完成竣工备案，登记窗口已开放受理。")
        await walk.see("handling")
        await walk.click("拟写回应")
        await walk.told("已拟写")
        await walk.see("drafted")
        await walk.follow("送签审")
        await walk.see("answer", answer)
    await house.answered(answer)
    async with walking(browser, house, "sun.ke", "analyst-again") as walk:
        page = walk.page
        await walk.area("舆情件")
        await page.get_by_role("link", name="回应待公开").click()
        await walk.choose("云栖苑")
        await walk.click("回应已公开")
        await walk.told("已回应")
        await walk.see("responded")
        for clock in ("权威信息已发布", "发布会已举行"):
            if await walk.named(clock, "button").is_visible():
                await walk.click(clock)
                await walk.told("已记录")
        await page.fill("#f-review", "两日内回应，此后同类备案提前介入。")
        await walk.click("办结")
        await walk.told("已办结")
        await walk.see("closed")
        await walk.area("简报")
        await walk.see("reports")
        await walk.click("编制")
        await page.wait_for_url("**/reports/0*")
        await walk.see("report")
        async with page.expect_download() as told:
            await page.get_by_role("link", name="PDF").click()
        assert (await told.value).suggested_filename.endswith(".pdf")
    [case] = await desk.listening.cases.cases(state=CaseState.CLOSED)
    assert case.review == "两日内回应，此后同类备案提前介入。"


async def test_a_supervisor_sees_what_is_wrong_reads_why_and_proves_the_record(
    browser: Browser, house: House
) -> None:
    """A bureau's account may not be posted to any more, another was never updated."""
    item = await house.approved("关于开展燃气安全检查的通知", "weibo")
    await house.refused("weibo-housing", item.id)
    async with walking(browser, house, "wu.gang", "supervisor") as walk:
        page = walk.page
        await walk.see("today")
        await walk.area("投递")
        await walk.see("deliveries", "燃气安全检查")
        await walk.choose("燃气安全检查")
        await walk.see("delivery", "接下来")
        await walk.area("投递")
        await walk.follow("异常")
        await walk.see("incidents")
        await page.locator(".rows a.name").first.click()
        await walk.see("incident")
        await walk.area("账号")
        await walk.see("accounts")
        await walk.follow("更新责任")
        await walk.see("liveness", "江澜发布")
        await walk.area("设置")
        await walk.see("settings")
        await walk.follow("审计")
        await walk.see("audit")
        await page.fill("#f-subject", item.id)
        await walk.click("筛选")
        await page.wait_for_url(f"**subject={item.id}*")
        await walk.choose("信息")
        await walk.see("event", "前后对照")
        await walk.turn("u")
        await walk.turn("v")
        await walk.press("v")
        await page.get_by_text("完好").first.wait_for()
        await walk.see("proof")
