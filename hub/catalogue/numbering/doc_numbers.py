"""Document numbers (发文字号) in every way people type them, and the one form they are kept in.

`机关代字〔年〕序号号` with six-sided brackets, the full year, no leading zero and no 第 (GB/T 9704,
7.2.5); orders are `令第序号号` without a year, announcements `公告年份年第序号号`. The key
`川府发|2017|5` is the same however the number was typed, so that it can be looked up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

__all__ = ["DocNumber", "doc_key", "doc_keys_in", "normalised_doc_no", "parse_doc_no"]

_LONGEST_ISSUER = 24  # characters; the longest code word seen has nine

_DIGITS: Mapping[str, int] = {
    **{char: value for value, char in enumerate("〇一二三四五六七八九")},
    "零": 0,
    "两": 2,
}
_UNITS: Mapping[str, int] = {"十": 10, "百": 100, "千": 1000}
# One order has several names.
_SAME_ISSUER: Mapping[str, str] = {
    "国务院令": "国令",
    "中华人民共和国国务院令": "国令",
    "中华人民共和国主席令": "主席令",
    "国家主席令": "主席令",
}
_NAMED_WITH_YEAR = ("公告", "通告", "令")  # these write 2017年第5号 and no brackets

_HAN = r"\u3400-\u9fff"
_OPEN, _CLOSE = r"[\[(（〔﹝【［]", r"[\])）〕﹞】］]"
_YEAR = r"(?P<year>(?:19|20)\d{2}|[一二][九〇零][〇零一二三四五六七八九]{2})"
_NUMBER = r"第?(?P<number>\d{1,6}|[〇零一二三四五六七八九十百千两]{1,9})"
_ISSUER = rf"(?P<issuer>[{_HAN}]{{1,{_LONGEST_ISSUER}}}?)"
# the number ends at 号; only after a year in brackets is it one without
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_ISSUER}{_OPEN}{_YEAR}年?{_CLOSE}{_NUMBER}(?:号|(?![\d年月日]))",
        rf"{_ISSUER}{_OPEN}?{_YEAR}年?{_CLOSE}?{_NUMBER}号",
        rf"(?P<issuer>[{_HAN}]{{0,{_LONGEST_ISSUER - 1}}}?令){_NUMBER}号",
        rf"{_ISSUER}{_NUMBER.replace('第?', '第')}号(?P<order>令)",
    )
)
_USUAL = re.compile(
    rf"(?P<issuer>[{_HAN}]{{1,{_LONGEST_ISSUER}}})〔(?P<year>(?:19|20)[0-9]{{2}})〕"
    r"(?P<number>[1-9][0-9]{0,5})号"
)
_BRACKETS = str.maketrans(dict.fromkeys("[(（﹝【［", "〔") | dict.fromkeys("])）﹞】］", "〕"))


@dataclass(frozen=True, slots=True)
class DocNumber:
    """`year` is 0 where the number has none, as orders have."""

    issuer: str
    year: int
    number: int

    @property
    def text(self) -> str:
        """The form in which it is kept and shown."""
        if not self.year:
            return f"{self.issuer}第{self.number}号"
        if self.issuer.endswith(_NAMED_WITH_YEAR):
            return f"{self.issuer}{self.year}年第{self.number}号"
        return f"{self.issuer}〔{self.year}〕{self.number}号"

    @property
    def key(self) -> str:
        """What it is looked up by: simplified characters, one name for one issuer."""
        issuer = _simplified(self.issuer)
        return f"{_SAME_ISSUER.get(issuer, issuer)}|{self.year or ''}|{self.number}"


def parse_doc_no(text: str) -> DocNumber | None:
    """The number that `text` is, the whole of it; None when it is none."""
    usual = _USUAL.fullmatch(text)
    if usual is not None:  # nearly every number comes so
        return DocNumber(usual["issuer"], int(usual["year"]), int(usual["number"]))
    plain = _plain(text)
    found = next(_numbers(_simplified(plain)), None)
    if found is None or found[1] != (0, len(plain)):
        return None
    # kept with the characters it was typed in: 乾 is a county's name as well as a form of 干
    number = found[0]
    typed = plain[: len(number.issuer)]
    kept = typed if _simplified(typed) == number.issuer else number.issuer
    return DocNumber(kept, number.year, number.number)


def normalised_doc_no(text: str) -> str:
    """`川府发 [2017] 05号` → `川府发〔2017〕5号`; what is no such number keeps its words, without
    spaces and with one kind of brackets and digits."""
    number = parse_doc_no(text)
    if number is not None:
        return number.text
    plain = "".join(
        unicodedata.normalize("NFKC", char) if "０" <= char <= "９" else char
        for char in re.sub(r"\s+", "", text)
    )
    return plain.translate(_BRACKETS)


def doc_key(doc_no: str) -> str:
    """The key under which an item with this number is found; empty where it has none.

    Of a field with several numbers (joint documents) the first counts.
    """
    number = parse_doc_no(doc_no)
    if number is None:
        found = next(_numbers(_simplified(_plain(doc_no))), None)
        number = found[0] if found else None
    return number.key if number else ""


def doc_keys_in(text: str) -> tuple[str, ...]:
    """Every key that a question may mean, the likeliest first.

    Nobody can tell where the words before a number end and the issuer begins (请问川府发…), so
    every ending of them is tried, the longest first.
    """
    keys: dict[str, None] = {}
    for number, _ in _numbers(_simplified(_plain(text))):
        for start in range(len(number.issuer)):
            one = DocNumber(number.issuer[start:], number.year, number.number)
            keys[one.key] = None
    return tuple(keys)


def _numbers(plain: str) -> Iterator[tuple[DocNumber, tuple[int, int]]]:
    """The numbers in a text and where they stand, none inside another."""
    start = 0
    while start < len(plain):
        matches = [found for form in _FORMS if (found := form.search(plain, start))]
        if not matches:
            return
        found = min(matches, key=lambda match: (match.start(), _FORMS.index(match.re)))
        parts = found.groupdict()
        issuer = parts["issuer"] + (parts.get("order") or "")
        number, year = _value(parts["number"]), _value(parts.get("year") or "")
        if number and len(str(number)) <= 6:
            yield DocNumber(issuer, year, number), found.span()
        start = found.end()


def _value(numeral: str) -> int:
    """`05` → 5, `二十三` → 23, `二〇一七` → 2017; 0 for an empty one."""
    if numeral.isdecimal() or not numeral:
        return int(numeral or 0)
    if not _UNITS.keys() & set(numeral):
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total, digit = 0, None
    for char in numeral:
        if char in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        else:
            digit = _DIGITS[char] or None
    return total + (digit or 0)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplified(text: str) -> str:
    return text if text.isascii() else str(_converter().convert(text))
