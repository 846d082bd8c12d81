"""Hotline records out of files, row by row."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from openpyxl import Workbook

from hub.catalogue.imports import ImportReport
from hub.opinion.signals.importing import Manner, imported_batches, read_signal
from hub.opinion.signals.models import SignalFilter
from hub.opinion.signals.service import SignalService

_ROWS = [
    ("编号", "来电时间", "来电人", "联系电话", "诉求标题", "诉求内容"),
    ("T-1", "2026/3/1 9:32:09", "王芳", "13912345678", "路灯不亮", "滨河路路灯三天不亮"),
    ("T-2", "昨天", "", "", "停水", "西区停水没有通知"),
    ("", "2026-03-01 10:00", "", "", "停水", "东区停水没有通知"),
    ("T-4", "", "", "", "", "公交站牌倒了"),
]


async def imported(signals: SignalService, path: Path) -> ImportReport:
    return [one async for one in imported_batches(signals, path, Manner(), actor="clerk")][-1]


async def test_bad_rows_are_told_and_good_ones_land_once(
    signals: SignalService, tmp_path: Path
) -> None:
    file = tmp_path / "hotline.csv"
    file.write_text("\n".join(",".join(row) for row in _ROWS), "gb18030")
    report = await imported(signals, file)
    assert (report.added, report.refused) == (2, 2)
    assert [(f.row, f.error.field) for f in report.faults] == [(2, "event_at"), (3, "external_id")]
    again = await imported(signals, file)
    assert (again.added, again.unchanged) == (0, 2)


async def test_a_workbook_is_read_alike(signals: SignalService, tmp_path: Path) -> None:
    book = Workbook()
    for row in _ROWS:
        book.active.append(row)
    book.save(tmp_path / "hotline.xlsx")
    report = await imported(signals, tmp_path / "hotline.xlsx")
    assert (report.form, report.added, report.refused) == ("xlsx", 2, 2)
    kept = await signals.signals(SignalFilter())
    one = next(signal for signal in kept if signal.external_id == "T-1")
    assert one.event_at == datetime(2026, 3, 1, 1, 32, 9, tzinfo=UTC)


async def test_lines_of_json_carry_their_own_channel(
    signals: SignalService, tmp_path: Path
) -> None:
    file = tmp_path / "mentions.jsonl"
    file.write_text(
        '{"channel": "forum", "id": "1", "kind": "mention", "text": "门口太堵", "点赞数": "12"}\n'
        '{"channel": "forum", "id": "2", "kind": "gossip", "text": "学校门口太堵"}\n',
        "utf-8",
    )
    report = await imported(signals, file)
    assert [fault.error.field for fault in report.faults] == ["kind"]
    [kept] = await signals.signals(SignalFilter(channel="forum"))
    assert (kept.likes, kept.kind) == (12, "mention")


def test_a_caller_without_a_number_of_their_own_is_known_by_their_phone() -> None:
    new = read_signal({"编号": "1", "内容": "停水", "电话": "13912345678"}, Manner())
    assert new.author == "13912345678"
    assert new.identity == {"phone": "13912345678"}
