"""The fact guard: what a post, an edition or an interpretation says and its source does not.

Figures are compared by what they mean, names by how they are written. It points out and never
decides: a rounded figure or a short name may be right, and the nearest value of the source stands
beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz, process

from hub.kernel.errors import Words
from hub.review.checks.figures import Figure, FigureKind, find_figures
from hub.review.checks.models import Hit
from hub.review.checks.names import Name, find_organisations, find_people, splits_a_place
from hub.review.checks.plain import Plain
from hub.review.checks.rules import FACTS

__all__ = ["Source", "find_unsupported"]

_QUANTITIES = (FigureKind.AMOUNT, FigureKind.PERCENT, FigureKind.NUMBER)
_SHORTEST_CODE = 2  # characters that two document numbers' codes must share: 国办发, 办发


@dataclass(frozen=True)
class Source:
    """A document as what other texts are held against."""

    text: str
    figures: tuple[tuple[FigureKind, tuple[object, ...], str], ...]  # kind, reading, as written
    known: frozenset[tuple[FigureKind, tuple[object, ...]]]
    organisations: tuple[str, ...]
    people: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Source:
        plain = Plain("\n".join(texts))
        figures = tuple(
            (figure.kind, reading, plain.raw[figure.start : figure.end].strip())
            for figure in find_figures(plain)
            for reading in figure.readings
        )
        return cls(
            text=plain.text,
            figures=figures,
            known=frozenset((kind, reading) for kind, reading, _ in figures),
            organisations=tuple(sorted({name.text for name in find_organisations(plain)})),
            people=tuple(sorted({name.text for name in find_people(plain)})),
        )


def find_unsupported(source: Source, plain: Plain) -> Iterator[Hit]:
    """Every figure and name of `plain` that `source` lacks, once, with the nearest that it has."""
    told: set[str] = set()
    for hit in (*_figures(source, plain), *_names(source, plain)):
        if hit.value not in told:
            told.add(hit.value)
            yield hit


def _figures(source: Source, plain: Plain) -> Iterator[Hit]:
    for figure in find_figures(plain):
        if figure.loose or any(_holds(source, figure.kind, r) for r in figure.readings):
            continue
        said = plain.raw[figure.start : figure.end].strip()
        value = f"{figure.kind}:{','.join(map(str, figure.readings[0]))}"
        yield _hit(figure.start, figure.end, value, said, _nearest_figure(source, figure))


def _holds(source: Source, kind: FigureKind, reading: tuple[object, ...]) -> bool:
    if kind is FigureKind.DATE:
        return _holds_date(source, reading)
    if kind is FigureKind.DOC_NO:
        return any(_same_doc_no(str(reading[0]), str(known)) for known in _of(source, kind))
    if kind is FigureKind.NUMBER:  # what counts in the source may have lost its unit here
        return any((other, reading) in source.known for other in _QUANTITIES)
    kinds = (kind, FigureKind.NUMBER) if kind is FigureKind.AMOUNT else (kind,)
    return any((other, reading) in source.known for other in kinds)


def _of(source: Source, kind: FigureKind) -> Iterator[object]:
    return (reading[0] for known, reading, _ in source.figures if known is kind)


def _holds_date(source: Source, wanted: tuple[object, ...]) -> bool:
    """A date is known when one of the source says at least as much; the year may stand apart."""
    dates = [reading for kind, reading, _ in source.figures if kind is FigureKind.DATE]
    if any(all(w in (0, k) for w, k in zip(wanted, known, strict=True)) for known in dates):
        return True
    year, month, day = wanted
    apart = any(known[0] in (0, year) and known[1:] == (month, day) for known in dates)
    return bool(month) and apart and any(known[0] == year for known in dates)


def _same_doc_no(one: str, other: str) -> bool:
    """The same year and number, and codes that end alike: words before a code stick to it."""
    code, _, number = one.partition("〔")
    known_code, _, known_number = other.partition("〔")
    shared = 0
    for a, b in zip(reversed(code), reversed(known_code), strict=False):
        if a != b:
            break
        shared += 1
    return number == known_number and shared >= min(_SHORTEST_CODE, len(code), len(known_code))


def _nearest_figure(source: Source, figure: Figure) -> str:
    same = [(r, written) for kind, r, written in source.figures if kind is figure.kind]
    if not same:
        return ""
    wanted = figure.readings[0]
    if figure.kind in _QUANTITIES:
        return min(same, key=lambda row: _apart(row[0][0], wanted[0]))[1]
    if figure.kind is FigureKind.DOC_NO:
        return max(same, key=lambda row: fuzz.ratio(str(row[0][0]), str(wanted[0])))[1]
    return min(same, key=lambda row: _distance(row[0], wanted))[1]


def _apart(one: object, other: object) -> Decimal:
    """How far two numbers lie apart, measured by the larger one."""
    a, b = Decimal(str(one)), Decimal(str(other))
    return abs(a - b) / max(abs(a), abs(b), Decimal(1))


def _distance(known: tuple[object, ...], wanted: tuple[object, ...]) -> tuple[int, ...]:
    """Unlike parts count first, then how far they lie apart, year before month before day; what
    is not said in `wanted` does not count, what is only said there counts most."""
    gaps = []
    for known_part, part in zip(known, wanted, strict=True):
        apart = abs(int(str(known_part)) - int(str(part))) if known_part else 10_000
        gaps.append(apart if part else 0)
    return (sum(gap > 0 for gap in gaps), *gaps)


def _names(source: Source, plain: Plain) -> Iterator[Hit]:
    for name in find_organisations(plain):
        if not _knows_organisation(source, name):
            value = f"organisation:{name.text}"
            near = _nearest_name(name.text, source.organisations)
            yield _hit(name.start, name.end, value, name.text, near)
    for name in find_people(plain):
        if name.text not in source.text:
            near = _nearest_name(name.text, source.people)
            yield _hit(name.start, name.end, f"person:{name.text}", name.text, near)


def _knows_organisation(source: Source, name: Name) -> bool:
    """The whole name stands in the source, or so much of its end that what is missing is no other
    place: 省教育厅 is known where 四川省教育厅 stands, 绵阳市教育局 is not by 成都市教育局."""
    if name.text in source.text:
        return True
    for known in range(len(name.text) - 1, name.ending + 1, -1):
        if name.text[-known:] in source.text:
            return not splits_a_place(name, known)
    return False


def _nearest_name(name: str, known: Sequence[str]) -> str:
    best = process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=40) if known else None
    return str(best[0]) if best else ""


def _hit(start: int, end: int, value: str, said: str, near: str) -> Hit:
    zh = f"“{said}”在原文中没有" + (f"，最接近的是“{near}”" if near else "")
    en = f"'{said}' is not in the source" + (f"; nearest: '{near}'" if near else "")
    return Hit(rule=FACTS, start=start, end=end, value=value, about=Words(zh, en))
