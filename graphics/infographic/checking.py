"""Whether an infographic's numbers stand in the document that it explains."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from graphics.infographic.models import InfographicSpec, plain
from graphics.infographic.quantities import number_of

__all__ = ["Doubt", "doubts"]

_LARGE = {"万": 10_000.0, "亿": 100_000_000.0}
_DIGITS = re.compile(r"\d+(?:[,，]\d{3})*(?:\.\d+)?")
_CHINESE = re.compile(r"[零〇一二三四五六七八九十百千两][零〇一二三四五六七八九十百千两万亿]*")
_APART = frozenset({"icon", "kind", "ref", "tag", "note", "url", "value", "unit", "form"})
_RUNNING = frozenset({"paragraphs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A number at `path` that the place in the document does not have; `shown` is its text."""

    path: str
    number: str
    shown: str


def doubts(spec: InfographicSpec, body: str, *others: str) -> tuple[Doubt, ...]:
    """The numbers of all items that their `ref` (without one, any of the texts) does not have.

    `others` are the texts of further articles that it was made from; a `ref` counts characters of
    `body`. Running text may join several places, of which its `ref` names the first: its numbers
    may stand anywhere. 三十日 supports 30, 五万元 supports 5 and 50,000. Labels, titles and texts
    are looked at as well as values; article numbers (tags, notes) are not. A `ref` that ends behind
    the text supports nothing.
    """
    found: list[Doubt] = []
    texts = _Texts(body, "\n".join((body, *others)))
    for index, section in enumerate(spec.sections):
        _walk(plain(section), f"sections[{index}]", texts, texts.whole, found)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Texts:
    """`whole` is `body` with all the others."""

    body: str
    whole: str

    def at(self, ref: dict[str, Any]) -> str:
        return self.body[ref["start"] : ref["end"]] if ref["end"] <= len(self.body) else ""


def _walk(value: Any, path: str, texts: _Texts, place: str, found: list[Doubt]) -> None:
    if isinstance(value, dict):
        ref = value.get("ref")
        if ref:
            place = texts.at(ref)
        if "value" in value and "unit" in value:
            _compare(f"{path}.value", value["value"] + value["unit"], place, found)
        for name, inner in value.items():
            if name not in _APART:
                here = texts.whole if name in _RUNNING else place
                _walk(inner, f"{path}.{name}", texts, here, found)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _walk(inner, f"{path}[{index}]", texts, place, found)
    elif isinstance(value, str):
        _compare(path, value, place, found)
    elif isinstance(value, float) and value not in _numbers(place):
        found.append(Doubt(path=path, number=f"{value:g}", shown=f"{value:g}"))


def _compare(path: str, shown: str, place: str, found: list[Doubt]) -> None:
    known = _numbers(place)
    for text in _DIGITS.findall(shown):
        if number_of(text) not in known:
            found.append(Doubt(path=path, number=text, shown=shown))


def _numbers(text: str) -> frozenset[float]:
    """Every number in `text`, written in digits or in Chinese, with and without its 万 or 亿."""
    known: set[float] = set()
    for match in _DIGITS.finditer(text):
        number = number_of(match[0])
        factor = _LARGE.get(text[match.end() : match.end() + 1], 1.0)
        known |= {number, number * factor, *(number / large for large in _LARGE.values())}
    for match in _CHINESE.finditer(text):
        number = number_of(match[0])
        known.add(number)
        known |= {number / large for sign, large in _LARGE.items() if match[0].endswith(sign)}
    return frozenset(known)
