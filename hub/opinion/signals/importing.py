"""Signals out of a file: hotline records as CSV or workbook, or JSON Lines; bad rows are told.

Headings are those that hotlines and mailboxes export, in Chinese, or our own field names. The same
file may be given again: a row is known by its channel and number.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.catalogue.imports import ImportReport, RowFault
from hub.catalogue.reading import RawRow
from hub.catalogue.sources import Source, open_source
from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import InvalidInput
from hub.opinion.errors import BadSignal
from hub.opinion.signals.models import NewSignal, SignalKind, Trust
from hub.opinion.signals.rules import check_signal
from hub.opinion.signals.service import SignalService

__all__ = ["Manner", "imported_batches", "read_signal"]

_BATCH = 1_000
_KEPT_FAULTS = 10_000

# field → the headings that mean it
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "external_id": ("编号", "工单编号", "工单号", "留言编号", "记录编号", "id"),
    "title": ("标题", "主题", "留言主题", "诉求标题"),
    "text": ("内容", "详情", "留言详情", "诉求内容", "来电内容", "留言内容", "反映内容"),
    "event_at": ("时间", "来电时间", "留言时间", "受理时间", "发布时间", "登记时间", "time"),
    "author": ("用户", "留言用户", "用户编号", "来电号码", "author_id"),
    "name": ("姓名", "来电人", "留言人", "联系人", "反映人"),
    "phone": ("电话", "手机", "联系电话", "手机号", "手机号码"),
    "place": ("地点", "地区", "区域", "所属区域", "事发地点"),
    "kind": ("类型", "来源类型"),
    "channel": ("渠道", "来源"),
    "likes": ("点赞数", "点赞", "支持数"),
    "dislikes": ("反对数", "反对"),
    "url": ("链接", "网址"),
}
_FIELDS = {name: field for field, names in _HEADINGS.items() for name in (field, *names)}
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]+(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2}))?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What holds for every row of a file that does not say it itself. `zone` is that of times."""

    channel: str = "hotline"
    kind: SignalKind = SignalKind.HOTLINE
    body_id: str = ""
    zone: str = "Asia/Shanghai"
    trust: Trust = Trust.KNOWN


def read_signal(values: Mapping[str, Any], manner: Manner) -> NewSignal:
    """The signal that a row tells. Raises InvalidInput naming the field."""
    given = {
        _FIELDS[name.strip()]: str(value).strip()
        for name, value in values.items()
        if name.strip() in _FIELDS and value is not None
    }
    told = {key: value for key, value in given.items() if value}
    identity: dict[str, str] = {key: told[key] for key in ("name", "phone") if key in told}
    new = NewSignal(
        channel=told.get("channel", manner.channel),
        external_id=told.get("external_id", ""),
        kind=_kind(told.get("kind", ""), manner.kind),
        title=told.get("title", ""),
        text=told.get("text", ""),
        author=told.get("author") or told.get("phone", ""),
        identity=identity,
        event_at=_time(told["event_at"], manner.zone) if "event_at" in told else None,
        body_id=manner.body_id,
        place=told.get("place", ""),
        url=told.get("url", ""),
        likes=_count(told, "likes"),
        dislikes=_count(told, "dislikes"),
        trust=manner.trust,
    )
    check_signal(new)
    return new


def _kind(text: str, default: SignalKind) -> SignalKind:
    try:
        return SignalKind(text) if text else default
    except ValueError as error:
        known = "、".join(SignalKind)
        raise BadSignal("kind", f"类型须为 {known}", f"the kind is one of {known}") from error


def _count(told: Mapping[str, str], name: str) -> int:
    try:
        return int(float(told.get(name, "0")))
    except (ValueError, OverflowError) as error:
        raise BadSignal(name, f"“{told[name][:20]}”不是个数", "it is no count") from error


def _time(text: str, zone: str) -> datetime:
    """The instant a row tells: with an offset as it says, without one on clocks in `zone`."""
    with contextlib.suppress(ValueError):
        exact = datetime.fromisoformat(text)
        if exact.utcoffset() is not None:
            return exact
    found = _TIME.fullmatch(text)
    try:
        parts = [int(part) for part in found.groups(default="0")] if found else []
        wall = datetime(*parts) if parts else None  # type: ignore[arg-type]
    except ValueError:
        wall = None
    if wall is None:
        raise BadSignal(
            "event_at", f"“{text[:40]}”不是时间，写成 2026-12-01 09:00", "write 2026-12-01 09:00"
        )
    return instant_of_wall_time(wall, zone)


async def imported_batches(
    service: SignalService, path: Path, manner: Manner, *, actor: str
) -> AsyncIterator[ImportReport]:
    """Collect the rows of a file, 1,000 at a time; yields the report after each.

    A row that is bad is told with its number and remedy and keeps no other from landing. Raises
    UnreadableFile.
    """
    source = await asyncio.to_thread(open_source, path)
    report = ImportReport(form=source.form, encoding=source.encoding, size=source.size)
    with contextlib.closing(source):
        while True:
            rows, good, faults = await asyncio.to_thread(_next, source, manner)
            done = await service.collect(good, actor=actor)
            added = sum(one.added for one in done)
            report = replace(
                report,
                added=report.added + added,
                unchanged=report.unchanged + len(done) - added,
                refused=report.refused + len(faults),
                faults=(*report.faults, *faults[: _KEPT_FAULTS - len(report.faults)]),
                position=source.position,
            )
            yield report
            if rows < _BATCH:
                return


def _next(source: Source, manner: Manner) -> tuple[int, list[NewSignal], list[RowFault]]:
    rows = source.take(_BATCH)
    good: list[NewSignal] = []
    faults: list[RowFault] = []
    for row in rows:
        _sort(row, manner, good, faults)
    return len(rows), good, faults


def _sort(row: RawRow, manner: Manner, good: list[NewSignal], faults: list[RowFault]) -> None:
    if row.fault is not None:
        faults.append(RowFault(row.number, row.fault))
        return
    try:
        good.append(read_signal(row.values, manner))
    except InvalidInput as error:
        faults.append(RowFault(row.number, error))
