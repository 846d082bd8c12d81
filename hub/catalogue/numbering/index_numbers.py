"""Index numbers (索引号): the pattern they are made by, and what can be checked in a given one.

The Regulation (State Council order 711, article 12) wants an index in the catalogue and leaves its
form to the bodies: the pattern is a setting. `000014349/2018-00222` is the State Council's form, an
organisation's code, the year and a serial number.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.codes import normalised_code, wrong_code

__all__ = ["DEFAULT_PATTERN", "LONGEST", "IndexPattern", "index_problems"]

DEFAULT_PATTERN = "{org}/{year}-{serial:05}"
LONGEST = 64  # characters of an index number

_FORMATS = {"org": "", "year": "", "month": "02", "serial": "(0[1-9])?"}
_SHAPES = {"year": r"(?P<year>\d{4})", "month": r"(?:0[1-9]|1[0-2])", "serial": r"(?P<serial>\d+)"}
_GIVEN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff/_.\-]*")
# what stands first and looks like a code with a check digit
_CODE = re.compile(r"([0-9A-Z]{18}|[0-9A-Z]{8}-?[0-9X])(?=/)")


@dataclass(frozen=True, slots=True)
class IndexPattern:
    """A format string of `{org}`, `{year}`, `{month}` and `{serial:05}`; year and serial must be
    there, for the serial counts anew every year. Raises InvalidInput for any other."""

    text: str = DEFAULT_PATTERN
    _parts: tuple[tuple[str, str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            parsed = list(string.Formatter().parse(self.text))
        except ValueError as error:
            raise _bad_pattern(self.text) from error
        names = [name for _, name, _, _ in parsed if name is not None]
        known = all(
            name in _FORMATS and not conversion and re.fullmatch(_FORMATS[name], spec or "")
            for _, name, spec, conversion in parsed
            if name is not None
        )
        literals = "".join(literal for literal, *_ in parsed)
        if not known or not {"year", "serial"} <= set(names) or len(set(names)) < len(names):
            raise _bad_pattern(self.text)
        if not re.fullmatch(r"[0-9A-Za-z\u4e00-\u9fff/_.\-]*", literals):
            raise _bad_pattern(self.text)
        parts = tuple((literal, name or "") for literal, name, *_ in parsed)
        object.__setattr__(self, "_parts", parts)

    def render(self, org: str, day: date, serial: int) -> str:
        """The number of the `serial`-th item that body `org` enters in the year of `day`."""
        values = {"org": org, "year": f"{day.year:04}", "month": day.month, "serial": serial}
        return self.text.format(**values)

    def serial_of(self, index_no: str, org: str) -> tuple[int, int] | None:
        """(year, serial) of a number of body `org` that this pattern could have made, or None."""
        shapes = _SHAPES | {"org": re.escape(org)}
        form = "".join(
            re.escape(literal) + (shapes[name] if name else "") for literal, name in self._parts
        )
        found = re.fullmatch(form, index_no)
        return (int(found["year"]), int(found["serial"])) if found else None


def index_problems(index_no: str) -> Iterator[InvalidInput]:
    """What is wrong with a given, non-empty index number: its characters, or a check digit."""
    if len(index_no) > LONGEST or not _GIVEN.fullmatch(index_no):
        yield InvalidInput(
            Words("索引号只用字母、数字与 / - _ .", "an index number has letters, digits, / - _ ."),
            field="index_no",
            remedy=Words(f"至多 {LONGEST} 字，无空格", f"at most {LONGEST}, no spaces"),
        )
        return
    code = _CODE.match(index_no)
    if code and wrong_code(normalised_code(code[1])):
        yield InvalidInput(
            Words(
                f"索引号中的机构代码 {code[1]} 校验不符", f"code {code[1]} fails its check digit"
            ),
            field="index_no",
            remedy=Words("核对机构代码", "compare it with the organisation's code"),
        )


def _bad_pattern(text: str) -> InvalidInput:
    return InvalidInput(
        Words(f"索引号规则“{text}”不可用", f"'{text}' is no pattern for index numbers"),
        field="index_pattern",
        remedy=Words(
            "用 {org}、{year}、{month}、{serial:05}，须有年份与序号",
            "use {org}, {year}, {month} and {serial:05}; year and serial must be there",
        ),
    )
