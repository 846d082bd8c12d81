from __future__ import annotations

import codecs
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.catalogue.errors import UnreadableFile
from hub.catalogue.importing import ImportReport
from hub.catalogue.models import Attribute, ItemState
from hub.catalogue.reading import RowFile
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Body

Bodies = dict[str, Body]


class Put(Protocol):
    async def __call__(self, data: bytes, body: str = "sc") -> ImportReport: ...


GOOD = {"key": "k1", "title": "题目", "body": "正文", "attribute": "主动公开"}
HEADER = "key,title,body,attribute\n"


def lines(*rows: dict[str, object]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


@pytest.fixture
def put(catalogue: Catalogue, bodies: Bodies, tmp_path: Path) -> Put:
    async def import_bytes(data: bytes, body: str = "sc") -> ImportReport:
        file = tmp_path / "rows"
        file.write_bytes(data)
        return await catalogue.import_file(file, actor="editor", body_code=body)

    return import_bytes


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.refused


async def test_good_rows_land_once_however_often_they_are_imported(
    put: Put, catalogue: Catalogue
) -> None:
    data = lines(*({**GOOD, "key": str(n)} for n in range(1_000)))
    assert counts(await put(data)) == (1_000, 0, 0, 0)
    assert counts(await put(data)) == (0, 0, 1_000, 0)
    [newest] = [i for i in await catalogue.list() if i.external_key == "999"]
    assert (newest.version, newest.attribute) == (1, Attribute.PROACTIVE)


async def test_changed_rows_become_new_versions(
    put: Put, catalogue: Catalogue, bodies: Bodies
) -> None:
    await put(lines(GOOD))
    assert counts(await put(lines({**GOOD, "title": "新题"}))) == (0, 1, 0, 0)
    item = await catalogue.find(bodies["sc"].id, "k1")
    assert (item.version, item.title, item.state) == (2, "新题", ItemState.DRAFT)


async def test_importing_again_leaves_what_a_person_edited_since(
    put: Put, catalogue: Catalogue, bodies: Bodies
) -> None:
    await put(lines(GOOD))
    item = await catalogue.find(bodies["sc"].id, "k1")
    await catalogue.edit(item.id, replace(draft_of(item), title="人工改过"), actor="li")
    assert counts(await put(lines(GOOD))) == (0, 0, 1, 0)
    assert (await catalogue.get(item.id)).title == "人工改过"


async def test_an_import_that_says_what_a_person_already_wrote_is_no_update(
    put: Put, catalogue: Catalogue, bodies: Bodies
) -> None:
    await put(lines(GOOD))
    item = await catalogue.find(bodies["sc"].id, "k1")
    await catalogue.edit(item.id, replace(draft_of(item), title="新题"), actor="li")
    assert counts(await put(lines({**GOOD, "title": "新题"}))) == (0, 0, 1, 0)
    assert (await catalogue.get(item.id)).version == 2


async def test_every_bad_row_is_named_with_field_and_remedy(put: Put) -> None:
    bad: list[tuple[dict[str, object], str]] = [
        ({**GOOD, "title": ""}, "title"),
        ({**GOOD, "title": 7}, "title"),
        ({**GOOD, "attribute": "公开"}, "attribute"),
        ({k: v for k, v in GOOD.items() if k != "attribute"}, "attribute"),
        ({**GOOD, "formed_on": "2026-02-30"}, "formed_on"),
        ({**GOOD, "key": " "}, "key"),
        ({**GOOD, "body": "坏\x07字"}, "body"),
        ({**GOOD, "body_code": "none"}, "body_code"),
        ({**GOOD, "tittle": "x"}, "tittle"),
        ({"name": "x"}, "row"),
        ({**GOOD, "valid_from": "2026年5月1日", "valid_until": "2026/4/1"}, "valid_until"),
    ]
    report = await put(lines({**GOOD, "key": "good"}, *(row for row, _ in bad)))
    assert counts(report) == (1, 0, 0, len(bad))
    assert [(f.row, f.error.field) for f in report.faults] == [
        (number, field) for number, (_, field) in enumerate(bad, 2)
    ]
    assert all(f.error.words.zh and f.error.words.en and f.error.remedy for f in report.faults)


async def test_one_row_reports_all_its_faults_and_counts_once(put: Put) -> None:
    report = await put(lines({**GOOD, "title": "", "source_url": "x"}))
    assert counts(report) == (0, 0, 0, 1)
    assert {f.error.field for f in report.faults} == {"title", "source_url"}


async def test_a_key_twice_in_one_file_lands_once(put: Put) -> None:
    report = await put(lines(GOOD, GOOD, {**GOOD, "title": "别的"}))
    assert counts(report) == (1, 0, 1, 1)
    assert (report.faults[0].row, report.faults[0].error.field) == (3, "key")


async def test_lines_that_are_no_json_object_are_refused_and_the_rest_lands(put: Put) -> None:
    broken = (
        b'{"key": \n{"a": "\\ud800"}\n\xff\xfe{}\n{"key": 1e999}\n"text"\n' + b"[" * 5_000 + b"\n"
    )
    report = await put(lines(GOOD) + b"\n" + broken + lines({**GOOD, "key": "k2"}))
    assert counts(report) == (2, 0, 0, 6)
    assert [f.row for f in report.faults] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8-sig", b""), ("gb18030", b""), ("utf-16-le", codecs.BOM_UTF16_LE)],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
async def test_every_encoding_that_offices_use_is_read_and_named(
    put: Put,
    catalogue: Catalogue,
    bodies: Bodies,
    encoding: str,
    mark: bytes,
    pack: Callable[[bytes], bytes],
) -> None:
    text = HEADER + 'k1,关于印发十四五规划的通知,"第一行,\n第二行",主动公开\n'
    report = await put(pack(mark + text.encode(encoding)))
    assert counts(report) == (1, 0, 0, 0)
    assert (report.form, report.encoding) == ("csv", encoding.removesuffix("-le"))
    item = await catalogue.find(bodies["sc"].id, "k1")
    assert (item.title, item.body) == ("关于印发十四五规划的通知", "第一行,\n第二行")


async def test_a_csv_row_with_bad_bytes_or_columns_is_refused_alone(put: Put) -> None:
    rows = "".join(f"k{n},题目{n},正文,主动公开\n" for n in range(5)).encode()
    bad = b"x1,\xe9\xa2,text,proactive\nx2,a,b,proactive,more\nx3,a\n"
    report = await put(HEADER.encode() + rows + bad)
    assert counts(report) == (5, 0, 0, 3)
    assert [(f.row, f.error.field) for f in report.faults] == [(6, "title"), (7, "row"), (8, "row")]


async def test_an_open_quote_is_refused_and_what_came_before_lands(put: Put) -> None:
    report = await put(
        (HEADER + 'k1,题,文,主动公开\nk2,"题,文,主动公开\nk3,题,文,主动公开\n').encode()
    )
    assert counts(report) == (1, 0, 0, 1)


async def test_a_truncated_gzip_lands_what_is_whole_and_says_where_it_breaks(put: Put) -> None:
    rows = lines(*({**GOOD, "key": str(n), "body": str(n) * 50} for n in range(2_000)))
    packed = gzip.compress(rows)
    report = await put(packed[: len(packed) // 2])
    assert 0 < report.added < 2_000
    assert report.faults[-1].error.field == "file"
    assert report.faults[-1].row == report.added + 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n \n",
        b"[{}]",
        b"PK\x03\x04rest",
        b"\x1f\x8b",
        b"one\n1\n",
        b"a,a\n1,2\n",
        b"a,\n1,2\n",
    ],
)
async def test_a_file_that_is_none_is_refused_whole(put: Put, data: bytes) -> None:
    with pytest.raises(UnreadableFile) as refused:
        await put(data)
    assert refused.value.remedy is not None


async def test_a_missing_file_and_an_unknown_body_are_refused(
    put: Put, catalogue: Catalogue, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile):
        await catalogue.import_file(tmp_path / "none", actor="a")
    with pytest.raises(UnknownBody):
        await put(lines(GOOD), body="none")


async def test_a_row_may_name_its_own_body(put: Put, catalogue: Catalogue, bodies: Bodies) -> None:
    assert counts(await put(lines({**GOOD, "body_code": "cd"}, GOOD), body="")) == (1, 0, 0, 1)
    item = await catalogue.find(bodies["cd"].id, "k1")
    assert item.issuer == "成都市人民政府"


async def test_laws_are_mapped(put: Put, catalogue: Catalogue, bodies: Bodies) -> None:
    law = {
        "title": "反餐饮浪费条例",
        "kind": "行政法规",
        "region": "全国",
        "dated": "2019-04-03",
        "order": "国务院令第711号",
        "history": ["2007年通过", "2019年修订"],
        "body": "## 第一章\n\n第一条",
    }
    assert counts(await put(lines(law, {**law, "region": "河南"}))) == (2, 0, 0, 0)
    item = await catalogue.find(bodies["sc"].id, "全国/反餐饮浪费条例/2019-04-03")
    assert (item.issuer, item.doc_no, item.summary) == ("国务院", "国务院令第711号", "2019年修订")
    assert str(item.formed_on) == "2019-04-03"


async def test_listings_are_mapped_and_told_in_words(
    put: Put, catalogue: Catalogue, bodies: Bodies
) -> None:
    listing = (
        "pub_date,category,puborg,pcode,childtype,title,url\n"
        "2026-08-13,国务院文件,国务院,国令第843号,民政\\其他,决定,https://www.gov.cn/a.htm\n"
        "2021-01-01,四川省文件,,川办发〔2021〕16号,,通知,\n"
    )
    assert counts(await put(listing.encode())) == (2, 0, 0, 0)
    item = await catalogue.find(bodies["sc"].id, "https://www.gov.cn/a.htm")
    assert (item.theme, item.formed_on) == ("民政、扶贫、救灾\\其他", None)
    assert "发布日期：2026-08-13" in item.body
    other = await catalogue.find(bodies["sc"].id, "/川办发〔2021〕16号/2021-01-01")
    assert other.issuer == "四川省人民政府"


async def test_progress_is_told_batch_by_batch(
    catalogue: Catalogue, bodies: Bodies, tmp_path: Path
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(lines(*({**GOOD, "key": str(n)} for n in range(2_500))))
    seen: list[ImportReport] = []
    await catalogue.import_file(file, actor="a", body_code="sc", progress=seen.append)
    assert [report.added for report in seen] == [1_000, 2_000, 2_500]
    assert seen[-1].position == seen[-1].size == file.stat().st_size


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_no_bytes_make_the_reader_fail_untyped(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "any"
    file.write_bytes(data)
    try:
        opened = RowFile(file)
    except UnreadableFile:
        return
    rows = opened.take(1_000)
    opened.close()
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
