"""Where something is, told from the text: county or district and township, never finer.

Names that the installation knows (its bodies' regions) go first; what only looks like a place's
name comes after. A street's number, a building or a room is nobody's business here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["MOST", "find_place", "known_names"]

MOST = 60  # characters kept of a place
_SUFFIX = re.compile(r"(?:人民政府|办公厅|办公室|管理委员会|管委会)+$")
_NO_NAME = re.compile(
    r".*(?:[在于位到至从由向往对的和与及住我你他她是有把被将给请该本这那某各全整原新老]"
    r"|来自|反映|关于|希望|建议|咨询|投诉|请问|目前|现在|以及)"
)
_NOT = re.compile(
    r"(?:小|社|校|园|厂|库|景|片|辖|城|地|山|灾|战|分|市|郊|牧|林|矿|开发|工业|保护|生活|办公|住宅"
    r"|棚户|服务|风景|安置|商业|居民|学)区$|(?:超|股|菜|集|楼|夜|都|城|全|上|门|黑)市$"
    r"|(?:全|本|该|各|贫困|外)[县市区镇乡村]$|城镇$|乡镇$|家乡$|下乡$|老乡$|返乡$|同乡$|故乡$"
)
_COUNTY = re.compile(
    r"([\u4e00-\u9fff]{0,6}?[\u4e00-\u9fff]|[A-Z][0-9]{0,2})(自治县|自治州|市|区|县|旗|州)"
)
_TOWN = re.compile(r"([\u4e00-\u9fff]{2,6}?)(街道|镇|乡|苏木)(?![江平静政愁村下])")


def known_names(names: Iterable[str]) -> tuple[str, ...]:
    """Regions and bodies' names as they stand in texts, the longest first."""
    short = {_SUFFIX.sub("", name.strip()) for name in names}
    return tuple(sorted((n for n in short if len(n) >= 2), key=lambda n: (-len(n), n)))


@lru_cache(8)
def _pattern(known: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(re.escape, known))) if known else None


def find_place(text: str, known: tuple[str, ...] = ()) -> str:
    """The county or district with the township behind it; empty where the text names none."""
    pattern = _pattern(known)
    found = pattern.search(text) if pattern else None
    county, after = (found.group(), found.end()) if found else _county(text)
    town = _first(_TOWN, text[after : after + 40] if county else text)[0]
    return f"{county}{town}"[:MOST]


def _county(text: str) -> tuple[str, int]:
    """The finest of the first run of names (A市A3区: the district), and where it ends."""
    county, end = _first(_COUNTY, text)
    while county:
        more, length = _first(_COUNTY, text[end : end + 8])
        if not more or text[end : end + len(more)] != more:
            break
        county, end = more, end + length
    return county, end


def _first(pattern: re.Pattern[str], text: str) -> tuple[str, int]:
    for found in pattern.finditer(text):
        own = found.group()
        strange = _NO_NAME.match(own[:-1])
        own = own[strange.end() :] if strange else own
        if len(own) >= 2 and not _NOT.search(own):
            return own, found.end()
    return "", 0
