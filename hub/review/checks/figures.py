"""The figures in a text in one form each: dates, amounts, percentages, numbers, document numbers.

一百二十万元, 120万元 and 1,200,000元 are one amount, 2026年3月 and 2026-03 one month; in 10-20万元
the first number may be ten or a hundred thousand, so it has two readings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial

from hub.catalogue.numbering.doc_numbers import normalised_doc_no
from hub.review.checks.plain import Plain

__all__ = ["Figure", "FigureKind", "chinese_number", "find_figures"]


class FigureKind(StrEnum):
    DATE = "date"
    TIME = "time"
    AMOUNT = "amount"
    PERCENT = "percent"
    NUMBER = "number"
    DOC_NO = "document-number"


Reading = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """`readings`: what it may mean; the first is the likeliest. A date is (year, month, day) with
    0 for what is not said, a time (hour, minute), a quantity (value,), a document number its text.
    `loose`: so small or so common a number that a text may have it by itself."""

    kind: FigureKind
    start: int
    end: int
    readings: tuple[Reading, ...]
    loose: bool = False


_CN = "零〇一二两三四五六七八九十百千万亿"
_CN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CN_UNITS = {"十": 10, "百": 100, "千": 1000}
_CN_SCALES = {"万": 10**4, "亿": 10**8}

_LINKS = re.compile(r"https?://[!-~]{1,2000}|[A-Za-z0-9._-]{1,64}@[A-Za-z0-9.-]{1,100}")
_YEAR = rf"(?:(?:19|20)[0-9]{{2}}|[一二][{_CN[:11]}]{{3}})"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9]|三?十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_DATES = (
    re.compile(rf"({_YEAR}) ?年 ?({_MONTH}) ?月 ?(?:({_DAY}) ?[日号])?"),
    re.compile(r"(?<![0-9.-])((?:19|20)[0-9]{2})([-/.])(1[0-2]|0?[1-9])(?:\2(3[01]|[12][0-9]|0?[1-9]))?(?![0-9])"),
    re.compile(rf"(?<![0-9])({_MONTH}) ?月 ?({_DAY}) ?[日号]"),
    re.compile(rf"({_YEAR}) ?年(?!以|期)"),
)  # fmt: skip
# which groups hold year, month and day; 0 where none does
_DATE_GROUPS: tuple[tuple[int, ...], ...] = ((1, 2, 3), (1, 3, 4), (0, 1, 2), (1,))
_YEARS = re.compile(rf"((?:19|20)[0-9]{{2}}) ?年? ?[-~至到] ?({_YEAR}) ?年")
_DOC_NO = re.compile(r"[〔\[(【﹝](?:19|20)[0-9]{2}[〕\])】﹞] ?第?[0-9]{1,6} ?号")
_TIME = re.compile(
    r"(?<![0-9])([01]?[0-9]|2[0-4]) ?(?:[:时点] ?([0-5][0-9]) ?分?|时整?|点整?)(?![0-9])"
)
_AFTERNOON = re.compile(r"(?:下午|晚上?) ?$")
_QUANTITY = re.compile(
    rf"(?P<percent>百分之)?"
    rf"(?P<number>(?:[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,6}}(?![0-9])|[0-9]{{1,18}})(?:\.[0-9]{{1,8}})?"
    rf"|[{_CN}]{{1,20}}(?:点[{_CN[:11]}]{{1,8}})?)"
    r" ?[余多]?(?P<scale>[百千]?万亿?|[百千]?亿)?[余多]? ?(?P<unit>元|美元|欧元|港元|%|‰|个百分点)?"
)
_LETTER, _CAPITAL = re.compile(r"[A-Za-z_]"), re.compile(r"[A-Z_]")
_SPANS = frozenset("-~至到")
_UNITS_OF_WORDS = frozenset("人名户家项个条亩吨倍天年岁周公平辆台所座件批次")
_LIST_MARKS = frozenset(".、)")
_SMALL = 10


def chinese_number(text: str) -> Decimal | None:
    """一百二十 → 120, 二〇二六 → 2026, 三点五 → 3.5; None for what is no number (十四五, 万)."""
    whole, _, fraction = text.partition("点")
    if not whole or not any(char in _CN_DIGITS or char == "十" for char in whole):
        return None
    value = _positional(whole) if len(whole) > 1 else None
    value = _chinese_integer(whole) if value is None else value
    if value is None or not fraction:
        return None if value is None else Decimal(value)
    if any(char not in _CN_DIGITS for char in fraction):
        return None
    return Decimal(f"{value}.{''.join(str(_CN_DIGITS[char]) for char in fraction)}")


def find_figures(plain: Plain) -> list[Figure]:
    """Every figure once: a date's digits are no number as well. In the order of the text."""
    text = _blanked(plain.text, [found.span() for found in _LINKS.finditer(plain.raw)])
    figures: list[Figure] = []
    for look in _LOOKS:
        found = list(look(text))
        figures += found
        text = _blanked(text, [(figure.start, figure.end) for figure in found])
    figures += _quantities(text)
    return sorted(figures, key=lambda figure: figure.start)


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, place = [], 0
    for start, end in sorted(spans):
        if start >= place:
            pieces += [text[place:start], "\n" * (end - start)]
            place = end
    return "".join([*pieces, text[place:]])


def _doc_nos(text: str) -> Iterator[Figure]:
    """With the issuer's code before the bracket, as many as eight Chinese characters of it."""
    for found in _DOC_NO.finditer(text):
        start = found.start()
        while start > 0 and found.start() - start < 8 and "一" <= text[start - 1] <= "鿿":
            start -= 1
        number = normalised_doc_no(text[start : found.end()])
        yield Figure(FigureKind.DOC_NO, start, found.end(), ((number,),))


def _spans_of_years(text: str) -> Iterator[Figure]:
    for found in _YEARS.finditer(text):
        for group in (1, 2):
            start, end = found.span(group)
            reading = (_small(found[group]), 0, 0)
            yield Figure(FigureKind.DATE, start, end, (reading,))


def _dates(text: str, pattern: re.Pattern[str], groups: tuple[int, ...]) -> Iterator[Figure]:
    for found in pattern.finditer(text):
        parts = [_small(found[group] or "") if group else 0 for group in groups]
        reading = (*parts, 0, 0)[:3]
        if not reading[2] or _possible(*reading):
            yield Figure(FigureKind.DATE, found.start(), found.end(), (reading,))


def _times(text: str) -> Iterator[Figure]:
    for found in _TIME.finditer(text):
        hour, minute = int(found[1]), int(found[2] or 0)
        readings = [(hour, minute)]
        if hour < 12 and _AFTERNOON.search(text[max(0, found.start() - 3) : found.start()]):
            readings.insert(0, (hour + 12, minute))
        yield Figure(FigureKind.TIME, found.start(), found.end(), tuple(readings))


def _quantities(text: str) -> Iterator[Figure]:
    found = list(_QUANTITY.finditer(text))
    for place, match in enumerate(found):
        figure = _quantity(text, match)
        if figure is None:
            continue
        after = found[place + 1] if place + 1 < len(found) else None
        if after and text[match.end() : after.start()].strip(" ") in _SPANS and not match["unit"]:
            figure = _as_far_as(text, figure, match, after)
        yield figure


def _quantity(text: str, match: re.Match[str]) -> Figure | None:
    said = match["number"]
    value = Decimal(said.replace(",", "")) if said[0].isascii() else chinese_number(said)
    if value is None or _in_code(text, match.start(), match.end()):
        return None
    value *= _scale(match["scale"])
    kind = _kind(match)
    loose = kind is FigureKind.NUMBER and _is_loose(text, match, value)
    return Figure(kind, match.start(), match.end(), ((value,),), loose)


def _in_code(text: str, start: int, end: int) -> bool:
    """Whether letters make the digits part of an identifier: 01KQ8Z."""
    return bool(_LETTER.match(text[start - 1 : start]) or _CAPITAL.match(text[end : end + 1]))


def _as_far_as(text: str, figure: Figure, match: re.Match[str], after: re.Match[str]) -> Figure:
    """The first number of a range also in the scale and unit of the second."""
    value = Decimal(str(figure.readings[0][0])) * (1 if match["scale"] else _scale(after["scale"]))
    readings = ((value,), *figure.readings)
    return Figure(_kind(after), figure.start, figure.end, readings, figure.loose)


def _scale(said: str | None) -> int:
    scale = 1
    for char in said or "":
        scale *= _CN_SCALES.get(char) or _CN_UNITS[char]
    return scale


def _kind(match: re.Match[str]) -> FigureKind:
    if match["percent"] or match["unit"] in ("%", "‰", "个百分点"):
        return FigureKind.PERCENT
    return FigureKind.AMOUNT if match["unit"] else FigureKind.NUMBER


def _is_loose(text: str, match: re.Match[str], value: Decimal) -> bool:
    """List marks, small counts, and Chinese numerals that count nothing (二十大, 一系列)."""
    said, following = match["number"], text[match.end() : match.end() + 1]
    line_start = text.rfind("\n", 0, match.start()) + 1
    first = not text[line_start : match.start()].strip(" (")
    counts = said[0].isascii() or following in _UNITS_OF_WORDS or bool({*"万亿"} & {*said})
    return abs(value) <= _SMALL or not counts or (first and following in _LIST_MARKS)


_LOOKS: tuple[Callable[[str], Iterator[Figure]], ...] = (
    _doc_nos,
    _spans_of_years,
    *(partial(_dates, pattern=p, groups=g) for p, g in zip(_DATES, _DATE_GROUPS, strict=True)),
    _times,
)


def _small(text: str) -> int:
    if not text:
        return 0
    value = Decimal(text) if text.isascii() else chinese_number(text)
    return int(value or 0)


def _possible(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year or 2000, month, day))
    except ValueError:
        return False


def _positional(text: str) -> int | None:
    """二〇二六; None where a character is no digit."""
    if any(char not in _CN_DIGITS for char in text):
        return None
    return int("".join(str(_CN_DIGITS[char]) for char in text))


def _chinese_integer(text: str) -> int | None:
    total = section = digit = 0
    seen_digit = False
    for char in text:
        if char in _CN_DIGITS:
            if seen_digit and digit:
                return None  # 十四五: two digits side by side beside units
            digit, seen_digit = _CN_DIGITS[char], True
        elif char in _CN_UNITS:
            section += (digit if seen_digit else 1) * _CN_UNITS[char]
            digit, seen_digit = 0, False
        else:
            total = (total + section + digit) * _CN_SCALES[char]
            section = digit = 0
            seen_digit = False
    return total + section + digit
