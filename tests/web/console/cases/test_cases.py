"""Cases are opened, handed out, handled and answered in the console, by who may."""

from __future__ import annotations

import re

from sqlalchemy import update

from hub.opinion.cases.tables import case_deadlines
from tests.web.console.conftest import Office
from tests.web.console.conversations.test_conversations import published

NEW = {"title": "停水多日无人回应", "kind": "opinion", "level": "grave"}


async def opened(office: Office, **told: str) -> str:
    where = await office.send("office", "/cases/new", {**NEW, **told})
    return where.removeprefix("/console").partition("?")[0]


async def test_a_case_goes_from_opening_to_its_answer_and_is_not_closed_early(
    office: Office,
) -> None:
    path = await opened(office)
    page = await office.see("office", path)
    assert "国办发〔2016〕80号" in page
    await office.see("clerk", path, 404)  # no body has it yet
    city = (await office.desk.organisations.body("city")).id
    assert "reason" in await office.send("office", f"{path}/route", {"body": city}, status=400)
    await office.send("clerk", f"{path}/route", {"body": city, "reason": "属地"}, status=403)
    await office.send("office", f"{path}/route", {"body": city, "reason": "属地"})
    await office.see("stranger", path, 404)
    await office.send("stranger", f"{path}/accept", status=404)
    assert NEW["title"] in await office.see("clerk", "/cases")
    assert NEW["title"] not in await office.see("stranger", "/cases")
    await office.send("clerk", f"{path}/accept")
    await office.send("clerk", f"{path}/note", {"assessment": "属实", "disposal": "已抢修"})
    await office.send("clerk", f"{path}/draft", {"title": "关于停水的回应", "text": "已恢复供水。"})
    page = await office.see("clerk", path)
    assert "关于停水的回应" in page
    assert "属实" in page
    refused = await office.send("clerk", f"{path}/respond", status=409)
    assert "回应尚未公开" in refused
    await office.send("office", f"{path}/close", {"review": "及时"}, status=409)
    await office.send("clerk", f"{path}/announce", {"kind": "authoritative"})


async def test_a_case_is_given_to_a_person_and_found_by_them(office: Office) -> None:
    path = await opened(office)
    city = (await office.desk.organisations.body("city")).id
    other = (await office.desk.organisations.body("other")).id
    told = {"body": city, "reason": "属地", "joint": other}
    await office.send("office", f"{path}/route", told)
    assert NEW["title"] in await office.see("stranger", "/cases")  # their body takes part
    await office.send("media", f"{path}/assign", {"assignee": "editor"}, status=403)
    refused = await office.send("clerk", f"{path}/assign", {"assignee": "media"}, status=400)
    assert "不办理该件" in refused
    await office.send("clerk", f"{path}/assign", {"assignee": "editor"})
    assert "editor先生" in await office.see("clerk", "/cases")
    assert NEW["title"] in await office.see("editor", "/cases?who=-")
    assert NEW["title"] not in await office.see("clerk", "/cases?who=-")
    assert "opinion.case.assigned" not in await office.see("clerk", path)  # said in words


async def test_the_board_puts_what_ends_first_on_top(office: Office) -> None:
    await opened(office, title="普通的一件", level="ordinary")
    await opened(office)
    page = await office.see("office", "/cases")
    assert page.index(NEW["title"]) < page.index("普通的一件")
    assert "普通的一件" not in await office.see("office", "/cases?level=grave")
    assert "普通的一件" in await office.see("office", "/cases/lines?state=registered")
    assert "普通的一件" not in await office.see("office", "/cases?state=closed")


async def test_reports_are_made_read_and_fetched_by_who_answers_for_all(office: Office) -> None:
    await office.see("clerk", "/reports", 403)
    await office.send("office", "/reports/subscribe", {"address": "nobody"}, status=400)
    told = {"address": "a@example.cn", "kinds": "daily"}
    await office.send("office", "/reports/subscribe", told)
    assert "a@example.cn" in await office.see("office", "/reports")
    await office.send("office", "/reports/unsubscribe", told)
    assert "a@example.cn" not in await office.see("office", "/reports")
    await office.send("office", "/reports/make", {"kind": "daily", "day": "x"}, status=400)


async def test_today_shows_the_cases_that_wait_for_the_reader_with_their_clocks(
    office: Office,
) -> None:
    path = await opened(office)
    assert NEW["title"] in await office.see("office", "/")
    assert NEW["title"] not in await office.see("clerk", "/")
    city = (await office.desk.organisations.body("city")).id
    await office.send("office", f"{path}/route", {"body": city, "reason": "属地"})
    page = await office.see("clerk", "/")
    assert NEW["title"] in page
    assert "data-until" in page
    assert "逾期 1" not in page
    assert NEW["title"] not in await office.see("stranger", "/")
    await office.hub.database.write(
        lambda tx: tx.execute(update(case_deadlines).values(due_at=office.desk.clock.now())),
        audited=False,
    )
    assert "逾期 1" in await office.see("clerk", "/")


async def test_facts_are_quoted_changed_and_taken_away_by_who_answers(office: Office) -> None:
    source = await published(office, "停车管理办法")
    path = await opened(office)
    city = (await office.desk.organisations.body("city")).id
    await office.send("office", f"{path}/route", {"body": city, "reason": "属地"})
    quote = {"source": source.id, "quote": "停车管理办法"}
    await office.send("clerk", f"{path}/facts", quote, status=409)
    await office.send("clerk", f"{path}/accept")
    await office.send("office", f"{path}/facts", quote, status=403)
    await office.send("stranger", f"{path}/facts", quote, status=404)
    assert "没有选定来源" in await office.send("clerk", f"{path}/facts", {"quote": "一"}, 400)
    refused = await office.send("clerk", f"{path}/facts", {**quote, "quote": "停车免费办法"}, 400)
    assert "最接近的是" in refused
    assert "停车免费办法" in refused, "what was typed stays"
    await office.send("clerk", f"{path}/facts", quote)
    page = await office.see("clerk", path)
    assert "<blockquote>停车管理办法</blockquote>" in page
    assert "原文如此" in page
    fact = {"fact": re.findall(r'name="fact" value="([^"]+)"', page)[0]}
    assert 'name="fact"' not in await office.see("office", path)
    await office.send("clerk", f"{path}/facts/change", {**fact, "quote": "停车管理"})
    await office.send("clerk", f"{path}/draft", {"title": "关于停车的回应", "text": "已处理。"})
    [answer] = [one for one in await office.desk.catalogue.list() if one.title == "关于停车的回应"]
    assert "“停车管理”——《停车管理办法》" in answer.body
    await office.send("clerk", f"{path}/facts/remove", fact)
    assert "停车管理" not in (await office.desk.catalogue.get(answer.id)).body
    assert "opinion.case.fact" not in await office.see("clerk", path)  # said in words
