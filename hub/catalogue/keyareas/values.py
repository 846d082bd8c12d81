"""A cell becomes a value: one reader per type of field, strict, with the remedy for what is wrong.

Cells come as text from CSV, typed from JSON and spreadsheets. Full-width digits, thousands marks
and the unit behind a number are read; what could mean two things is refused.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.catalogue.keyareas.errors import BadEntry
from hub.catalogue.keyareas.hours import BadHours, hours_text, read_hours
from hub.catalogue.keyareas.milestones import milestone_line, read_milestone
from hub.catalogue.keyareas.models import Value
from hub.catalogue.keyareas.schema import Field, FieldType, bad
from hub.organisations.rules import unwelcome

__all__ = ["plain_value", "read_value", "shown_value", "typed_value"]

_T = FieldType
_TEXT_LIMITS: Mapping[FieldType, int] = {_T.TEXT: 300, _T.LONG_TEXT: 10_000, _T.PHONE: 60}
_MOST_LINES, _LONGEST_LINE = 100, 300
# 万元 with six places is 分; degrees with seven are a centimetre
_PLACES: Mapping[FieldType, int] = {_T.MONEY: 6, _T.PERCENT: 2, _T.DEGREES: 7}
_UNITS: Mapping[FieldType, tuple[str, ...]] = {_T.MONEY: ("万元",), _T.PERCENT: ("%",)}
_BOUNDS: Mapping[FieldType, tuple[int, int]] = {
    _T.INTEGER: (0, 1_000_000_000),
    _T.YEAR: (1949, 2100),
    _T.MONEY: (0, 100_000_000),  # a thousand thousand million yuan: no list of ours has more
    _T.PERCENT: (0, 100),
    _T.DEGREES: (-180, 180),
}
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")
_PHONE = re.compile(r"[0-9+()（）\-—、,，;；/ 转]{3,60}")
_YES = {"是", "有", "yes", "y", "true", "1", "√"}
_NO = {"否", "无", "no", "n", "false", "0", "×"}


def read_value(field: Field, raw: object) -> Value | None:
    """The value of a cell, None when it is empty; raises BadEntry naming field and remedy."""
    if raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []:
        return None
    return _READERS[field.type](field, raw)


def plain_value(value: Value) -> Any:
    """The value as JSON keeps it: decimals and dates as text, so that nothing is rounded."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def typed_value(field: Field, plain: Any) -> Value:
    """The inverse of `plain_value`."""
    if field.type in (_T.MONEY, _T.PERCENT, _T.DEGREES):
        return Decimal(plain)
    if field.type is _T.DATE:
        return date.fromisoformat(plain)
    return tuple(plain) if isinstance(plain, list) else plain


def shown_value(field: Field, value: Value | None) -> str:
    """The value as a person reads it in Chinese, with its unit."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.type is _T.CHOICE:
        return field.label(str(value)).zh
    if isinstance(value, tuple):
        return "；".join(value)
    if isinstance(value, Decimal) and field.type is _T.MONEY:
        return f"{value:,f}{field.unit}"
    return f"{plain_value(value)}{field.unit}"


def _text(field: Field, raw: object) -> str:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)  # a spreadsheet keeps a code of digits as a float
    if isinstance(raw, bool) or not isinstance(raw, (str, int)):
        raise _refused(field, raw, "应为文本", "must be text", "写成文字", "write it as text")
    text = str(raw).replace("\r\n", "\n").replace("\r", "\n").strip()
    longest = field.longest or _TEXT_LIMITS.get(field.type, _TEXT_LIMITS[_T.TEXT])
    if len(text) > longest:
        raise bad(
            field.name,
            f"{field.words.zh}有 {len(text)} 字，超过 {longest}",
            f"{field.words.en} has {len(text)} characters, limit {longest}",
            "删减",
            "shorten it",
        )
    if hidden := unwelcome(text, "\n\t" if field.type is _T.LONG_TEXT else ""):
        raise bad(
            field.name,
            f"{field.words.zh}含不可用字符 U+{ord(hidden):04X}",
            f"{field.words.en} holds U+{ord(hidden):04X}",
            "删去该字符",
            "remove that character",
        )
    return text


def _lines(field: Field, raw: object) -> tuple[str, ...]:
    parts = raw if isinstance(raw, list) else re.split(r"[\n；;]", str(raw))
    told = [_text(field, part) for part in parts if part is not None and str(part).strip()]
    if len(told) > _MOST_LINES or any(len(line) > _LONGEST_LINE for line in told):
        raise _refused(
            field, raw, f"至多 {_MOST_LINES} 条，每条 {_LONGEST_LINE} 字以内",
            f"at most {_MOST_LINES} lines of {_LONGEST_LINE} characters", "删减", "shorten it",
        )  # fmt: skip
    return tuple(told)


def _milestones(field: Field, raw: object) -> tuple[str, ...]:
    try:
        read = [read_milestone(line) for line in _lines(field, raw)]
    except ValueError as error:
        raise _refused(
            field, error, "不是“日期 节点”", "is not 'date name'",
            "每行如 2026-06-30 主体完工", "one per line: 2026-06-30 main structure done",
        ) from error  # fmt: skip
    if [m.due for m in read] != sorted(m.due for m in read):
        raise _refused(
            field, raw, "日期先后颠倒", "dates are out of order", "按日期先后排列", "sort by date"
        )
    return tuple(milestone_line(milestone) for milestone in read)


def _hours(field: Field, raw: object) -> str:
    text = _text(field, raw)
    try:
        return hours_text(read_hours(text))
    except BadHours as error:
        raise _refused(
            field, text, f"看不懂“{error}”", f"cannot read '{error}'",
            "如：周一至周五 09:00-12:00,13:00-17:00；周六 10:00-16:00；节假日休息",
            "such as 周一至周五 09:00-17:00; days 周一…周日, 工作日, 每天; times hh:mm-hh:mm",
        ) from error  # fmt: skip


def _decimal(field: Field, raw: object) -> Decimal:
    number = _as_number(field, raw)
    places = _PLACES.get(field.type, 0)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > places:
        raise _refused(
            field, raw, f"至多 {places} 位小数", f"has more than {places} decimals",
            "四舍五入" if places else "写成整数", "round it",
        )  # fmt: skip
    least, most = _BOUNDS[field.type]
    low = Decimal(least) if field.least is None else field.least
    high = Decimal(most) if field.most is None else field.most
    if not low <= number <= high:
        remedy = (
            ("核对单位：应为万元，不是元", "check the unit: it is 万元 (10,000 yuan), not yuan")
            if field.type is _T.MONEY and number > high
            else ("核对数值", "check the number")
        )
        raise _refused(
            field, raw, f"应在 {low:,f} 至 {high:,f}{field.unit} 之间",
            f"must be from {low:,f} to {high:,f}", *remedy,
        )  # fmt: skip
    return number


def _as_number(field: Field, raw: object) -> Decimal:
    """The cell as a decimal in normal form: no trailing zeros, no exponent."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str, Decimal)):
        raise _no_number(field, raw)
    if isinstance(raw, float) and not math.isfinite(raw):
        raise _no_number(field, raw)
    text = unicodedata.normalize("NFKC", str(raw)).replace("，", ",").strip()
    if isinstance(raw, float) and "e" in text:
        text = format(Decimal(text), "f")
    bare = text
    for unit in _UNITS.get(field.type, ()):
        bare = bare.removesuffix(unit).strip()
    if not _NUMBER.fullmatch(bare):
        raise _no_number(field, raw)
    try:
        number = Decimal(bare.replace(",", ""))
    except InvalidOperation as error:
        raise _no_number(field, raw) from error
    if field.type is _T.PERCENT and bare == text and 0 < number < 1:
        raise _refused(
            field, raw, "看不出是比例还是百分数", "may be a fraction or a percentage",
            "写成 85 或 85%；不足百分之一写 0.5%", "write 85 or 85%; less than one: 0.5%",
        )  # fmt: skip
    return _normal(number)


def _normal(number: Decimal) -> Decimal:
    if not number:
        return Decimal(0)
    text = format(number, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _whole(field: Field, raw: object) -> int:
    text = str(raw).strip().removesuffix("年") if field.type is _T.YEAR else raw
    return int(_decimal(field, text))


def _date(field: Field, raw: object) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = unicodedata.normalize("NFKC", str(raw)).strip()
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError as error:
        raise _refused(
            field, raw, "不是日期", "is no date", "如 2026-08-13", "such as 2026-08-13"
        ) from error


def _yes_no(field: Field, raw: object) -> bool:
    text = str(raw).strip().lower()
    if text not in _YES | _NO:
        raise _refused(field, raw, "应为是或否", "must be yes or no", "写“是”或“否”", "yes or no")
    return text in _YES


def _choice(field: Field, raw: object) -> str:
    text = str(raw).strip()
    for choice in field.choices:
        if text.lower() in (choice.value, choice.words.zh, choice.words.en.lower()):
            return choice.value
    raise _refused(
        field, raw, "不在可选值内", "is not one of the choices",
        "可选：" + "、".join(choice.words.zh for choice in field.choices),
        "choose: " + ", ".join(choice.value for choice in field.choices),
    )  # fmt: skip


def _phone(field: Field, raw: object) -> str:
    text = _text(field, raw)
    if not _PHONE.fullmatch(text) or sum(char.isdigit() for char in text) < 3:
        raise _refused(
            field, raw, "不是电话号码", "is no phone number", "如 028-86601234", "028-86601234"
        )
    return text


def _refused(
    field: Field, raw: object, zh: str, en: str, remedy_zh: str, remedy_en: str
) -> BadEntry:
    """A fault that quotes what was given."""
    given = str(raw)[:40]
    return bad(
        field.name, f"{field.words.zh}“{given}”{zh}", f"{field.words.en} '{given}' {en}",
        remedy_zh, remedy_en,
    )  # fmt: skip


def _no_number(field: Field, raw: object) -> BadEntry:
    unit = f"，单位{field.unit}" if field.unit else ""
    return _refused(
        field, raw, "不是数", "is no number", f"写阿拉伯数字，如 1234.5{unit}", "digits, as 1234.5"
    )


_READERS: Mapping[FieldType, Callable[[Field, object], Value]] = {
    _T.TEXT: _text,
    _T.LONG_TEXT: _text,
    _T.LINES: _lines,
    _T.INTEGER: _whole,
    _T.YEAR: _whole,
    _T.MONEY: _decimal,
    _T.PERCENT: _decimal,
    _T.DEGREES: _decimal,
    _T.DATE: _date,
    _T.YES_NO: _yes_no,
    _T.CHOICE: _choice,
    _T.PHONE: _phone,
    _T.HOURS: _hours,
    _T.MILESTONES: _milestones,
}
