"""Imports that are killed go on, workbooks and pages are read, and the page wins over a listing."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import msgspec
import openpyxl
import pytest

from hub.catalogue.errors import UnreadableFile
from hub.catalogue.imports import ImportReport
from hub.catalogue.models import Attribute, Filter, ItemState
from hub.catalogue.page import decoded, read_page
from hub.catalogue.rules import content_hash, content_of
from hub.catalogue.service import Catalogue
from hub.catalogue.store import changes_after, content_of_version
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.organisations.models import Body

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8">
<meta name="ArticleTitle" content="国务院关于加强公文处理的通知">
<meta name="PubDate" content="2018-12-30 17:00"><meta name="ContentSource" content="新华社">
<title>国务院关于加强公文处理的通知_政府信息公开专栏</title></head><body>
<table><tr><td><b>索 引 号：</b></td><td>000014349/2018-00222</td>
<td><b>主题分类：</b></td><td>综合政务\\政务公开</td></tr>
<tr><td><b>发文机关：</b></td><td>国务院</td><td><b>成文日期：</b></td><td>2018年12月25日</td></tr>
<tr><td><b>标　　题：</b></td><td>国务院关于加强公文处理的通知</td></tr>
<tr><td><b>发文字号：</b></td><td>国发〔2018〕43号</td>
<td><b>发布日期：</b></td><td>2019年01月02日</td></tr>
<tr><td><b>主 题 词：</b></td><td></td></tr></table>
<div id="UCAP-CONTENT"><h2>一、总则</h2><p>各省、自治区：</p><p>现通知如下。</p>
<script>alert(1)</script></div></body></html>"""


def rows(count: int) -> str:
    return "".join(
        json.dumps(
            {"key": str(n), "title": f"题{n}", "body": "文", "attribute": "主动公开"},
            ensure_ascii=False,
        )
        + "\n"
        for n in range(count)
    )


async def test_a_killed_import_goes_on_where_it_stopped(
    catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path, database: Database
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(rows(2_300) + "{\n", "utf-8")

    def kill(report: ImportReport) -> None:
        if report.added == 2_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await catalogue.import_file(file, actor="a", body_code="sc", progress=kill)
    seen: list[ImportReport] = []
    report = await catalogue.import_file(file, actor="a", body_code="sc", progress=seen.append)
    assert (report.resumed_after, len(seen)) == (2_000, 1)
    assert (report.added, report.unchanged, report.refused) == (2_300, 0, 1)
    again = await catalogue.import_file(file, actor="a", body_code="sc")
    assert (again.resumed_after, again.added, again.unchanged) == (0, 0, 2_300)


async def test_a_batch_is_one_event_that_names_every_item(
    catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path, database: Database
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(rows(30), "utf-8")
    await catalogue.import_file(file, actor="a", body_code="sc")
    [event] = await database.read(lambda c: read_events(c, kinds=["catalogue.items.imported"]))
    items = {item.id: item.content_hash for item in await catalogue.list()}
    assert dict(zip(event["data"]["items"], event["data"]["content_hashes"], strict=True)) == items
    told = await database.read(lambda c: changes_after(c, 0))
    assert [change.item_id for change in told] == event["data"]["items"]


async def test_imported_items_are_drafts_that_nobody_sees(
    catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text(PAGE, "utf-8")
    await catalogue.import_file(file, actor="a", body_code="sc")
    [item] = await catalogue.list()
    assert (item.state, item.public_version, item.published_at) == (ItemState.DRAFT, None, None)
    assert item.source_published_on == date(2019, 1, 2)
    assert await catalogue.list(Filter(public=True)) == []


def test_a_page_is_read_by_its_table_before_its_tags() -> None:
    found = read_page(decoded(PAGE.encode()))
    assert found == {
        "title": "国务院关于加强公文处理的通知",
        "index_no": "000014349/2018-00222",
        "theme": "综合政务\\政务公开",
        "issuer": "国务院",
        "formed_on": "2018年12月25日",
        "doc_no": "国发〔2018〕43号",
        "source_published_on": "2019年01月02日",
        "body": "## 一、总则\n\n各省、自治区：\n\n现通知如下。",
    }


def test_pages_in_gbk_are_read_whatever_they_call_it() -> None:
    old = PAGE.replace("utf-8", "gb2312")
    assert read_page(decoded(old.encode("gb18030")))["issuer"] == "国务院"
    assert read_page(decoded("<title>标题</title>".encode("gb18030"))) == {"title": "标题"}


@pytest.mark.parametrize(
    "text", ["", "<", "<table><td>索引号", "\x00", "<td>索引号：</td><td>标题</td>"]
)
def test_no_page_makes_the_reader_fail(text: str) -> None:
    assert "index_no" not in read_page(text)


async def test_where_a_listing_and_the_page_disagree_the_page_wins(
    catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "content_1.htm").write_text(PAGE, "utf-8")
    (folder / "list.csv").write_text(
        "pub_date,title,puborg,pcode,url\n2018-02-17,国务院关于加强公文处理的通知,国务院,"
        "国发[2018]43号,https://www.gov.cn/content_1.htm\n",
        "utf-8",
    )
    report = await catalogue.import_file(folder, actor="a", body_code="sc")
    assert (report.added, report.refused, report.form) == (1, 0, "pages")
    [remark] = report.remarks
    assert (remark.row, remark.error.field) == (1, "source_published_on")
    assert "2018-02-17" in remark.error.words.zh
    item = (await catalogue.by_doc_no("国发2018年43号"))[0]
    assert (item.source_published_on, item.formed_on) == (date(2019, 1, 2), date(2018, 12, 25))
    assert (item.index_no, item.attribute) == ("000014349/2018-00222", Attribute.PROACTIVE)
    assert item.external_key == "https://www.gov.cn/content_1.htm"


async def test_a_zip_of_pages_is_read_and_a_broken_page_is_a_fault(
    catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path
) -> None:
    file = tmp_path / "pages.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/1.html", PAGE)
        archive.writestr("a/2.html", "<html><body></body></html>")
        archive.writestr("a/logo.png", b"png")
    report = await catalogue.import_file(file, actor="a", body_code="sc")
    assert (report.added, report.refused) == (1, 1)
    assert report.faults[0].row == 2


async def test_a_workbook_is_read_by_its_header(
    catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["key", "title", "body", "attribute", "doc_no", "formed_on", "genre", "keywords"])
    sheet.append([1, "题", "文", "主动公开", "川府发[2017]5号", date(2017, 3, 1), "通知", "甲；乙"])
    sheet.append([None] * 8)
    sheet.append([2, "题", "文", "主动公开", None, None, "诗", None])
    file = tmp_path / "rows.xlsx"
    book.save(file)
    report = await catalogue.import_file(file, actor="a", body_code="sc")
    assert (report.added, report.refused, report.form) == (1, 1, "xlsx")
    assert [(fault.row, fault.error.field) for fault in report.faults] == [(2, "genre")]
    item = await catalogue.find(bodies["sc"].id, "1")
    assert item is not None
    assert (item.formed_on, item.keywords) == (date(2017, 3, 1), ("甲", "乙"))


async def test_a_listings_unknown_theme_is_kept_in_its_words_with_a_remark(
    catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "pub_date,title,puborg,url,childtype\n"
        "2026-08-13,关于振兴的通知,国务院,https://www.gov.cn/a.htm,乡村振兴\\产业\n",
        "utf-8",
    )
    report = await catalogue.import_file(file, actor="a", body_code="sc")
    assert [(remark.row, remark.error.field) for remark in report.remarks] == [(1, "theme")]
    [item] = await catalogue.list()
    assert (item.theme, item.source_theme) == ("", "乡村振兴\\产业")


async def test_an_index_number_that_is_taken_refuses_its_row(
    catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(
        "key,title,body,attribute,index_no\n1,题,文,主动公开,sc/2026-00003\n"
        "2,题,文,主动公开,sc/2026-00003\n3,题,文,主动公开,\n",
        "utf-8",
    )
    report = await catalogue.import_file(file, actor="a", body_code="sc")
    assert (report.added, [fault.row for fault in report.faults]) == (2, [2])
    assert sorted(item.index_no for item in await catalogue.list()) == [
        "sc/2026-00003",
        "sc/2026-00004",
    ]


@pytest.mark.parametrize("name", ["damaged.xlsx", "empty"])
async def test_what_is_no_source_is_refused_as_a_whole(
    name: str, catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path
) -> None:
    path = tmp_path / name
    if name == "empty":
        path.mkdir()
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("xl/workbook.xml", "<x")
    with pytest.raises(UnreadableFile):
        await catalogue.import_file(path, actor="a", body_code="sc")


async def test_a_batch_over_many_bodies_numbers_and_records_each_of_them(
    catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path, database: Database
) -> None:
    codes = sorted(bodies)[:2]
    told = [
        {"key": str(n), "title": f"题{n}", "body": "文", "attribute": "主动公开",
         "body_code": codes[n % 2], "formed_on": "2024-05-06", "normative": n == 1,
         "index_no": "A/2024-00001" if n == 2 else ""}
        for n in range(5)
    ]  # fmt: skip
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in told), "utf-8")
    report = await catalogue.import_file(file, actor="a")
    assert (report.added, report.refused) == (5, 0)
    held = {item.external_key: item for item in await catalogue.list()}
    owner = [bodies[code] for code in codes]
    orgs = [body.org_code or body.code for body in owner]
    assert [held[str(n)].index_no for n in range(5)] == [
        f"{orgs[0]}/2024-00001", f"{orgs[1]}/2024-00001", "A/2024-00001",
        f"{orgs[1]}/2024-00002", f"{orgs[0]}/2024-00002",
    ]  # fmt: skip
    assert [held[str(n)].body_id for n in range(5)] == [owner[n % 2].id for n in range(5)]
    assert [held[str(n)].normative for n in range(3)] == [False, True, False]
    assert held["0"].formed_on == date(2024, 5, 6)
    found = await database.read(lambda c: read_events(c, kinds=["catalogue.items.imported"]))
    assert {event["subject"]: len(event["data"]["items"]) for event in found} == {
        owner[0].id: 3,
        owner[1].id: 2,
    }


async def test_an_imported_item_hashes_as_one_that_was_typed(
    catalogue: Catalogue, bodies: dict[str, Body], tmp_path: Path, database: Database
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(rows(1), "utf-8")
    await catalogue.import_file(file, actor="a", body_code="sc")
    [item] = await catalogue.list()
    kept = await database.read(lambda c: content_of_version(c, item.id, 1))
    assert kept == json.loads(msgspec.json.encode(content_of(item)))
    assert item.content_hash == content_hash(kept)
