"""A report is put together, kept, made and read in the console, by who operates what it counts."""

from __future__ import annotations

import io
from datetime import timedelta
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from tests.web.console.conftest import Office
from tests.web.console.opinion.voices import hear, lately, said

OWN = "/reports/own"


async def told(office: Office, **more: object) -> dict[str, object]:
    today = office.desk.clock.now().astimezone(ZoneInfo(office.desk.zone)).date()
    first = (today - timedelta(days=6)).isoformat()
    days = {"first": first, "last": today.isoformat()}
    return {"name": "房产证专报", **days, "sections": ["figures", "topics", "hot"], **more}


async def test_a_report_is_previewed_kept_made_and_read(office: Office) -> None:
    city = (await office.desk.organisations.body("city")).id
    new = [
        said(n, f"房产证{n}年没办下来", event_at=lately(office, 20 + n), body_id=city)
        for n in range(6)
    ]
    await hear(office, [*new, said(9, "=1+1 停水", event_at=lately(office, 30), body_id=city)])
    form = await office.see("media", f"{OWN}/new?topic=城乡建设&body=city")
    assert 'value="城乡建设" checked' in form
    page = await office.send("media", f"{OWN}/preview", await told(office), status=200)
    assert "<svg" in page
    assert "收到信息" in page
    where = await office.send("media", f"{OWN}/save", await told(office))
    path = where.removeprefix("/console").partition("?")[0]
    assert "房产证专报" in await office.see("office", OWN)  # who operates everything sees it
    made = await office.send("media", f"{path}/make", await told(office))
    read = await office.see("media", made.removeprefix("/console"))
    assert "舆情件时限" not in read
    answer = await office.ask("media", "GET", f"{made.removeprefix('/console')}/brief.xlsx")
    book = load_workbook(io.BytesIO(await answer.read()))
    assert book.sheetnames == ["概况", "分布", "热点", "信息"]
    assert all(cell.data_type != "f" for row in book["信息"].iter_rows() for cell in row)
    await office.see("clerk", f"{OWN}/new", 403)
    plan = {"rhythm": "weekly", "recipients": "a@example.cn\nb@example.cn"}
    await office.send("media", f"{path}/schedule", plan)
    assert "b@example.cn" in await office.see("media", path)
    await office.send("media", f"{path}/delete")
    assert "房产证专报" in await office.see("media", made.removeprefix("/console"))


async def test_what_is_wrong_is_said_beside_the_form(office: Office) -> None:
    nothing = await told(office, name="")
    assert "请写报告名称" in await office.send("media", f"{OWN}/save", nothing, status=400)
    elsewhere = await told(office, bodies="other")
    assert "不在编制人负责" in await office.send("media", f"{OWN}/save", elsewhere, status=400)
    none = await told(office, sections=[])
    assert "至少要有一个部分" in await office.send("media", f"{OWN}/preview", none, status=400)
    where = await office.send("media", f"{OWN}/save", await told(office))
    path = where.removeprefix("/console").partition("?")[0]
    bad = {"rhythm": "daily", "recipients": "nobody"}
    assert "不是邮件地址" in await office.send("media", f"{path}/schedule", bad, status=400)
    await office.send("stranger", f"{path}/make", await told(office), status=403)
