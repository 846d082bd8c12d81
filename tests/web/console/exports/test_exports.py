"""Every list as a file: within the reader's sight, as text, on record."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import load_workbook

from hub.kernel.events import read_events
from tests.web.console.boards.filling import planned
from tests.web.console.cases.test_cases import opened
from tests.web.console.conftest import Office
from tests.web.console.opinion.voices import hear, said


async def fetched(office: Office, who: str, path: str) -> list[list[Any]]:
    answer = await office.ask(who, "GET", path)
    data = await answer.read()
    assert answer.status == 200, data[-500:]
    assert "attachment" in answer.headers["Content-Disposition"]
    if "form=csv" in path:
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(data)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


async def events(office: Office, kind: str) -> list[dict[str, Any]]:
    return [one for one in await office.hub.database.read(read_events) if one["kind"] == kind]


async def test_lists_of_publishing_are_files_of_what_the_reader_sees(office: Office) -> None:
    plan = await planned(office, "=停车管理办法")
    for form in ("xlsx", "csv"):
        mark = "'" if form == "csv" else ""
        [head, row] = await fetched(office, "media", f"/items/export?form={form}")
        assert dict(zip(head, row, strict=True))["标题"] == f"{mark}=停车管理办法"
        path = f"/deliveries/export?plan={plan.plan_id}&form={form}"
        [head, row] = await fetched(office, "media", path)
        told = dict(zip(head, row, strict=True))
        assert (told["账号"], told["单位"]) == ("门户网站", "江澜市")
        assert len(await fetched(office, "stranger", path)) == 1
        assert len(await fetched(office, "stranger", f"/items/export?form={form}")) == 1
    [head, row] = await fetched(office, "media", "/accounts/export?form=csv&channel=website")
    assert "city" in dict(zip(head, row, strict=True))["标签"]
    assert len(await fetched(office, "media", "/accounts/export?channel=weibo")) == 1
    noted = await events(office, "organisations.list.exported")
    assert {one["subject"] for one in noted} == {"items", "deliveries", "accounts"}
    assert noted[-1]["data"] == {"channel": "weibo"}


async def test_what_citizens_say_and_what_people_did_is_taken_away_on_record(
    office: Office,
) -> None:
    await opened(office)
    await hear(office, [said(1, "=路灯坏了")])
    [head, row] = await fetched(office, "office", "/cases/export?level=grave")
    told = dict(zip(head, row, strict=True))
    assert (told["级别"], told["状态"]) == ("特别重大", "待转办")
    assert len(await fetched(office, "clerk", "/cases/export")) == 1
    [head, row] = await fetched(office, "media", "/opinion/export?form=xlsx")
    assert dict(zip(head, row, strict=True))["标题"] == "=路灯坏了"
    assert "王芳" not in str(row)
    assert [one["actor"] for one in await events(office, "organisations.list.exported")] == [
        "office",
        "clerk",
    ]
    assert len(await events(office, "opinion.signals.exported")) == 1


async def test_the_audit_log_is_a_table_too(office: Office) -> None:
    page = await office.send("office", "/settings/audit/export", {"form": "csv"}, 200)
    [head, *rows] = csv.reader(io.StringIO(page.lstrip("\ufeff")))
    first = dict(zip(head, rows[-1], strict=True))
    assert (first["序号"], first["谁"], first["类型"]) == ("1", "admin", "organisations.body.added")
    assert (await events(office, "organisations.audit.exported"))[0]["actor"] == "office"
