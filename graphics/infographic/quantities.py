"""Quantities in Chinese legal prose: 五万元以上二十万元以下, 三十个工作日, 百分之十, 18周岁."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Quantity", "QuantityKind", "number_of", "quantities"]

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_NUMBER = (
    r"(?:\d[\d,，]*(?:\.\d+)?[十百千]?[万亿]{0,2}"
    r"|[零〇一二三四五六七八九十百千两][零〇一二三四五六七八九十百千两万亿]*)"
)
_SHARE = re.compile(
    rf"百分之(?P<cn>{_NUMBER})(?P<bound>以上|以下|以内)?|(?P<digits>\d+(?:\.\d+)?)[%％]"
)
_PERIOD = r"个?工作日|日|天|个月|小时|年"
_MONEY = re.compile(
    rf"(?:(?P<low>{_NUMBER})元?以上)?(?P<high>{_NUMBER})元(?P<bound>以上|以下|以内)?"
)
_DURATION = re.compile(rf"(?P<number>{_NUMBER})(?P<unit>{_PERIOD})(?P<bound>内|以内|前|以上|以下)")
_COUNT = re.compile(
    rf"(?:(?P<low>{_NUMBER})倍以上)?(?P<number>{_NUMBER})(?P<unit>周岁|倍|平方米|平方公里|公里|米|公斤|吨|亩|名|人|户|家|辆|座)"
    r"(?P<bound>以上|以下|以内)?"
)


class QuantityKind(StrEnum):
    SHARE = "share"
    MONEY = "money"
    PERIOD = "period"
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """`value` and `unit` to be shown, and where they stand in the text that was searched."""

    kind: QuantityKind
    value: str
    unit: str
    start: int
    end: int


def number_of(text: str) -> float:
    """`二十`, `十二`, `三千五百`, `1,000`, `30万` as a number; raises ValueError for no number."""
    plain = re.sub(r"[,，]", "", text)
    digits = re.fullmatch(r"(\d+(?:\.\d+)?)([十百千]?)([万亿]*)", plain)
    if digits:
        value = float(digits[1]) * _TENS.get(digits[2], 1)
        for large in digits[3]:
            value *= _LARGE[large]
        return value
    if not plain or not re.fullmatch(r"[零〇一二三四五六七八九十百千两万亿]+", plain):
        raise ValueError(text)
    return float(_chinese(plain))


def quantities(text: str) -> Iterator[Quantity]:
    """The quantities in `text`, in order; those that overlap an earlier one are left out."""
    found = [*_shares(text), *_money(text), *_periods(text), *_counts(text)]
    end = 0
    for one in sorted(found, key=lambda quantity: (quantity.start, -quantity.end)):
        if one.start >= end and len(one.value) <= 10:
            yield one
            end = one.end


def _chinese(text: str) -> int:
    for sign in "亿万":
        head, found, tail = text.rpartition(sign)
        if found:
            return (_chinese(head) if head else 1) * _LARGE[sign] + (_chinese(tail) if tail else 0)
    if not any(sign in _TENS for sign in text):
        return int("".join(str(_DIGITS[sign]) for sign in text)) if text else 0
    total, digit = 0, 0
    for sign in text:
        if sign in _TENS:
            total += (digit or 1) * _TENS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def _shares(text: str) -> Iterator[Quantity]:
    for match in _SHARE.finditer(text):
        number = number_of(match["cn"]) if match["cn"] else float(match["digits"])
        yield Quantity(
            kind=QuantityKind.SHARE,
            value=f"{number:.10g}",
            unit="%" + (match["bound"] or ""),
            start=match.start(),
            end=match.end(),
        )


def _money(text: str) -> Iterator[Quantity]:
    for match in _MONEY.finditer(text):
        high = number_of(match["high"])
        low = number_of(match["low"]) if match["low"] else 0.0
        scale, unit = _scale(low, high)
        value = f"{high / scale:.10g}"
        if low:
            value = f"{low / scale:.10g}—{value}"
        else:
            unit += match["bound"] or ""
        if high > 0:
            yield Quantity(
                kind=QuantityKind.MONEY,
                value=value,
                unit=unit,
                start=match.start(),
                end=match.end(),
            )


def _scale(low: float, high: float) -> tuple[float, str]:
    """The largest unit that gives short numbers; a small lower bound stays in 元."""
    if high >= 1e8:
        return 1e8, "亿元"
    if high >= 1e5 or (high >= 1e4 and not 0 < low < 1e4):
        return 1e4, "万元"
    return 1.0, "元"


def _periods(text: str) -> Iterator[Quantity]:
    for match in _DURATION.finditer(text):
        if match["unit"] == "年" and number_of(match["number"]) > 100:
            continue  # a calendar year
        if match["unit"] == "日" and text[: match.start()].endswith("月"):
            continue  # a date
        yield Quantity(
            kind=QuantityKind.PERIOD,
            value=f"{number_of(match['number']):g}",
            unit=match["unit"] + match["bound"],
            start=match.start(),
            end=match.end(),
        )


def _counts(text: str) -> Iterator[Quantity]:
    for match in _COUNT.finditer(text):
        number = number_of(match["number"])
        if number < 2 and match["unit"] not in {"倍", "公里", "米"}:
            continue  # 一人, 一户: no quantity
        low = f"{number_of(match['low']):g}—" if match["low"] and match["unit"] == "倍" else ""
        yield Quantity(
            kind=QuantityKind.COUNT,
            value=f"{low}{number:.10g}",
            unit=match["unit"] + ("" if low else match["bound"] or ""),
            start=match.start(),
            end=match.end(),
        )
