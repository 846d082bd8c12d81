"""Years that a question names: `2023年 医保`, `2023年度决算`, `二〇二三年工作要点`, `医保 2023`.

What only looks like one is left among the words: the year of a document number (2017年5号), of a
whole date, of a span (2021—2025年规划, 2020年以来), and digits inside other digits.
"""

from __future__ import annotations

import re

__all__ = ["years_in"]

_FIRST, _LAST = 1949, 2099
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_NUMERAL = r"[12]\d{3}|[一二][〇零○一二三四五六七八九]{3}"
_SPAN = r"[-–—―~至到]"
_BEFORE_OR_SINCE = "|".join(
    (
        "以来|以后|之后|以前|之前|起",
        r"前(?![一二三四五六七八九十半期后\d])",  # but 前三季度
        "后(?![勤续期备])",
        "内(?![容部设外控需])",
    )
)
_YEAR = re.compile(
    rf"(?<![\d一二三四五六七八九〇零○])(?<!\d{_SPAN})(?<!年{_SPAN})(?<![〔\[(【第])"
    rf"(?:(?P<told>{_NUMERAL})\s*年度?(?P<month>\d{{1,2}}月)?"
    r"|(?<!\S)(?P<bare>[12]\d{3})(?!\S)(?!\s*[年元万亿人个号名户份件次平]))"
    rf"(?!\s*{_SPAN})(?!\s*第?\s*[\d一二三四五六七八九十百]+\s*号)(?!\d)(?!{_BEFORE_OR_SINCE})"
)


def years_in(text: str) -> tuple[tuple[int, ...], str]:
    """The years that a normalised `text` names, in their order, and the text without them."""
    found: dict[int, None] = {}

    def take(match: re.Match[str]) -> str:
        year = int((match["told"] or match["bare"]).translate(_DIGITS))
        if not _FIRST <= year <= _LAST:
            return match[0]
        found[year] = None
        return f" {match['month'] or ''} "

    rest = _YEAR.sub(take, text)
    return tuple(found), rest
