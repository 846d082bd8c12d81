"""Time, injected everywhere so that a test can be the clock."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from hub.kernel.errors import InvalidInput, Misconfigured, Words

__all__ = [
    "CHINA",
    "Clock",
    "ManualClock",
    "SystemClock",
    "check_zones",
    "instant_of_rule",
    "instant_of_wall_time",
]

# Where every body of this country has its days: dates that carry no zone are days there.
CHINA = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Where the time comes from.

    `now` is an aware UTC datetime; `monotonic` counts seconds and never goes back, for durations
    only; `sleep` ends no earlier than `seconds` later on this clock.
    """

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


# Far inside what a datetime can hold, so that no zone and no waiting time leads out of it.
_YEARS = range(1970, 3000)


class ManualClock:
    """A clock that moves only when told; sleepers wake in order of their time."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._elapsed + max(0.0, seconds), woken))
        await woken

    def advance(self, seconds: float) -> None:
        self._elapsed += seconds
        self._now += timedelta(seconds=seconds)
        due = sorted(
            (entry for entry in self._sleepers if entry[0] <= self._elapsed), key=lambda e: e[0]
        )
        self._sleepers = [entry for entry in self._sleepers if entry[0] > self._elapsed]
        for _, woken in due:
            if not woken.done():
                woken.set_result(None)


def instant_of_wall_time(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a wall-clock time in an IANA zone.

    Raises InvalidInput for an aware `wall`, an unknown zone, a year nobody plans for, and a time
    that the zone skips or has twice (a change to or from summer time): a plan must never mean two
    moments.
    """
    if wall.tzinfo is not None:
        raise InvalidInput(
            Words("时间应为不带时区的当地时间", "the time must be local, without an offset"),
            field="at",
            remedy=Words("把时区写在 zone 里", "give the zone in `zone`"),
        )
    info = _zone(zone)
    _refuse_year(wall.year)
    early, late = wall.replace(tzinfo=info, fold=0), wall.replace(tzinfo=info, fold=1)
    if early.utcoffset() != late.utcoffset():
        raise InvalidInput(
            Words(f"{wall} 在 {zone} 不存在或出现两次", f"{wall} is skipped or doubled in {zone}"),
            field="at",
            remedy=Words("避开夏令时切换的时刻", "choose a time outside the change of offset"),
        )
    return early.astimezone(UTC)


def instant_of_rule(wall: datetime, zone: str) -> datetime:
    """The UTC instant at which a rule such as "every day at 02:30" strikes on `wall`'s day.

    A rule goes on where a plan would be refused, as RFC 5545 (3.3.5) says: a time that the zone
    skips is read with the offset before the gap, of a time that comes twice the first one is
    meant. Raises InvalidInput for an unknown zone and for a year nobody plans for.
    """
    _refuse_year(wall.year)
    return wall.replace(tzinfo=_zone(zone), fold=0).astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(
            Words(f"未知时区“{name}”", f"unknown time zone '{name}'"),
            field="zone",
            remedy=Words("使用 IANA 名称，如 Asia/Shanghai", "use an IANA name: Asia/Shanghai"),
        ) from error


def _refuse_year(year: int) -> None:
    if year not in _YEARS:
        raise InvalidInput(
            Words(f"年份 {year} 不合理", f"the year {year} makes no sense"),
            field="at",
            remedy=Words(
                f"年份须在 {_YEARS[0]} 至 {_YEARS[-1]} 之间",
                f"give a year from {_YEARS[0]} to {_YEARS[-1]}",
            ),
        )


def check_zones() -> None:
    """Refuse to start on a machine whose zone data is missing or wrong.

    A slim image without zone data once shifted every post of another hub by an hour.
    """
    probe = datetime(2026, 7, 1, 12, 0)
    expected = {"UTC": 0, "Asia/Shanghai": 8}
    for zone, hours in expected.items():
        offset = probe.replace(tzinfo=ZoneInfo(zone)).utcoffset()
        if offset != timedelta(hours=hours):
            raise Misconfigured(
                Words(f"时区数据有误：{zone} = {offset}", f"zone data is wrong: {zone} = {offset}"),
                field="tzdata",
                remedy=Words("重新安装 tzdata 包", "reinstall the tzdata package"),
            )
