"""What a form says beside its fields: what cannot be drawn, and where each number comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphics.infographic.checking import doubts
from graphics.infographic.models import InfographicSpec, plain
from graphics.infographic.reading import check_parts, read
from hub.kernel.errors import InvalidInput

__all__ = ["Place", "faults_of", "origins_of"]

_AROUND = 40  # characters of the text on each side of a number
_DIGITS = re.compile(r"\d+(?:[,，]\d{3})*(?:\.\d+)?")
_EXCERPT = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a part comes from; `missing` are its numbers that are not there."""

    path: str
    article: str = ""
    excerpt: str = ""
    missing: tuple[str, ...] = ()


def faults_of(data: Mapping[str, Any]) -> tuple[InvalidInput, ...]:
    """The first fault of every part; what only the whole can show once the parts are right."""
    found = tuple(check_parts(data))
    if found:
        return found
    try:
        read(dict(data))
    except InvalidInput as error:
        return (error,)
    return ()


def origins_of(spec: InfographicSpec, body: str, *others: str) -> tuple[Place, ...]:
    """A place for every part that refers to the text, or shows a number. `others`: the texts of
    further articles that it is made from."""
    missing: dict[str, list[str]] = {}
    for doubt in doubts(spec, body, *others):
        missing.setdefault(_part_of(doubt.path), []).append(doubt.number)
    places = []
    for path, part in _parts(plain(spec)["sections"], "sections"):
        lacks = tuple(dict.fromkeys(missing.get(path, ())))
        ref = part.get("ref")
        if ref:
            excerpt = body[ref["start"] : ref["end"]]
            places.append(_place(path, ref["article"], excerpt, lacks))
        elif lacks or _DIGITS.search(_shown(part)):
            shown = _shown(part)
            found = next((f for text in (body, *others) if (f := _around(shown, text))), "")
            places.append(_place(path, "", found, lacks))
    return tuple(places)


def _place(path: str, article: str, excerpt: str, missing: tuple[str, ...]) -> Place:
    text = " ".join(excerpt.split())
    short = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
    return Place(path=path, article=article, excerpt=short, missing=missing)


def _parts(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that can bear a `ref`, with its path; its own parts after it."""
    if isinstance(value, dict):
        if "ref" in value:
            yield path, value
        for name, inner in value.items():
            yield from _parts(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _parts(inner, f"{path}[{index}]")


def _part_of(path: str) -> str:
    """The object in which a doubt's text stands: `sections[0].items[1]`."""
    found = re.match(r"sections\[\d+\](?:\.(?:items|rows)\[\d+\])?", path)
    return found[0] if found else path


def _shown(part: Mapping[str, Any]) -> str:
    if "value" in part:
        return f"{part['value']}{part.get('unit', '')}"
    apart = {"kind", "icon", "tag", "note", "form", "heading", "source"}
    texts = (v for name, v in part.items() if isinstance(v, str) and name not in apart)
    return " ".join(texts)


def _around(shown: str, body: str) -> str:
    """The text around the first number of `shown`, or around all of it."""
    for wanted in (shown, *_DIGITS.findall(shown)):
        for match in re.finditer(re.escape(wanted), body):
            start, end = match.span()
            if not (body[start - 1 : start].isdigit() or body[end : end + 1].isdigit()):
                return body[max(0, start - _AROUND) : end + _AROUND]
    return ""
