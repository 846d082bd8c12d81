"""Where a person lives: an address is public down to the township or sub-district, no further.

A number of a building, unit and room is somebody's door. So is a village's group with a house
number. A village's group alone is what notices on land name every day, and the room of an office is
where people are asked to come: those are shown, and refuse nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.review.checks.models import Hit, Severity
from hub.review.checks.plain import Plain

__all__ = ["ADDRESS", "find_addresses"]

ADDRESS = "home-address"

_N = r"(?:[0-9]{1,5}|[一二三四五六七八九十百]{1,5}|[A-Za-z][0-9]{0,2})"
_ROOM = rf"(?:{_N} ?[层楼] ?)?{_N} ?(?:室|号房|号(?![楼文令]))"
_DOOR_SIGN = re.compile(r"[栋幢座]|号楼|单元")  # looked for first: signs are rare, numbers are not
_NUMBER_BEFORE = re.compile(rf"{_N} ?$")
_DOOR = re.compile(rf"(?:[栋幢座]|号楼) ?(?:{_N} ?单元 ?)?{_ROOM}|单元 ?{_ROOM}")
_DASHED = re.compile(r"(?:小区|花园|家园|公寓|苑) ?([0-9]{1,3}-[0-9]{1,2}-[0-9]{1,5})")
_VILLAGE = re.compile(
    rf"[村寨] ?第?{_N} ?(?:村民小组|组|社|队)(?! ?织)(?P<house>(?: ?附?{_N} ?[号户])?)"
)
_PERSONAL = re.compile(
    r"住址|家庭|家住|现住|现居|户籍|居住|住所|住于|住在|身份证|户主|被执行人|当事人|申请人"
)
_OFFICE = re.compile(
    r"办公|单位|办事|窗口|大厅|中心|邮寄|受理|来信|邮编|[局厅]|委员会|政府|公司|学校|医院|大厦"
)
_BEFORE = 40
_STOP = re.compile(r"[,;。、:()\n“”\"《》<>]")
_NO_NAME = re.compile(r"[对在向的将与和是于了至到原]|居住|住(?![房宅建])")
_TOWN = re.compile(r".*(?:街道(?:办事处)?|苏木|镇(?![江海远平雄])|乡(?![市村]))", re.DOTALL)
_COUNTY = re.compile(r".*(?:(?<![小社园])区(?!域)|县|旗|市(?![场民])|州|盟)", re.DOTALL)


def find_addresses(plain: Plain) -> Iterator[Hit]:
    """Doors (BLOCK; WARN where the context is an office), and groups of villages (NOTE)."""
    for start, end in _doors(plain):
        context = plain.before(start, _BEFORE)
        office = _OFFICE.search(context) and not _PERSONAL.search(context)
        yield _hit(plain, start, end, Severity.WARN if office else None)
    for found in _VILLAGE.finditer(plain.text):
        context = plain.before(found.start(), _BEFORE)
        lives = found["house"] or _PERSONAL.search(context)
        yield _hit(plain, found.start(), found.end(), None if lives else Severity.NOTE)


def _doors(plain: Plain) -> Iterator[tuple[int, int]]:
    """Where the number of a building, a unit and a room stand together."""
    past = 0
    for sign in _DOOR_SIGN.finditer(plain.text):
        number = _NUMBER_BEFORE.search(plain.before(sign.start(), 8))
        whole = _DOOR.match(plain.text, sign.start())
        if number and whole and sign.start() >= past:
            past = whole.end()
            yield sign.start() - len(number.group()), past
    for dashed in _DASHED.finditer(plain.text):
        yield dashed.span(1)


def _hit(plain: Plain, start: int, end: int, severity: Severity | None) -> Hit:
    """The hit begins where the township's name ends, else the county's, else with the place's own
    name, as far as that can be told: at the last word that is none of it."""
    window = plain.before(start, _BEFORE)
    cut = max((stop.end() for stop in _STOP.finditer(window)), default=0)
    kept = _TOWN.match(window, cut) or _COUNTY.match(window, cut)
    cut = kept.end() if kept else cut
    cut = max((word.end() for word in _NO_NAME.finditer(window, cut)), default=cut)
    begin = start - len(window) + cut
    begin += len(plain.text[begin:start]) - len(plain.text[begin:start].lstrip(" "))
    value = plain.text[begin:end].replace(" ", "")
    return Hit(rule=ADDRESS, start=begin, end=end, value=value, mask="***", severity=severity)
