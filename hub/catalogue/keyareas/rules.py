"""What an entry and a list must be, in which order entries stand, and what identifies a version."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from hub.catalogue.keyareas.errors import BadEntry
from hub.catalogue.keyareas.models import (
    Carrier,
    Entry,
    ListKey,
    ListVersion,
    Standing,
    Value,
    Values,
    VersionView,
)
from hub.catalogue.keyareas.schema import Field, Form, ListFault, bad
from hub.catalogue.keyareas.values import plain_value, read_value, typed_value

__all__ = [
    "MOST_ENTRIES",
    "check_key",
    "check_list",
    "code_of",
    "entry_of",
    "in_order",
    "plain_values",
    "read_row",
    "search_text",
    "title_of",
    "typed_values",
    "version_hash",
    "views",
]

MOST_ENTRIES = 20_000  # a province's whole list of powers has some 8,000
_YEARS = range(2000, 2101)
_PIECES = re.compile(r"\d+|\D+")


def read_row(
    form: Form, row: Mapping[str, object]
) -> tuple[Values, frozenset[str], list[BadEntry]]:
    """The values that a row gives under the form's headings, which fields it has headings for,
    and everything that is wrong with it. What is missing is not looked at."""
    values: dict[str, Value] = {}
    given: set[str] = set()
    faults: list[BadEntry] = []
    columns = form.columns
    for heading, raw in row.items():
        field = columns.get(str(heading).strip())
        if field is None:
            faults.append(_unknown_column(form, str(heading)))
        elif field.name in given:
            faults.append(_twice(field, str(heading)))
        else:
            given.add(field.name)
            try:
                value = read_value(field, raw)
            except BadEntry as error:
                faults.append(error)
            else:
                values |= {} if value is None else {field.name: value}
    return values, frozenset(given), faults


def entry_of(form: Form, values: Values) -> tuple[Entry | None, list[BadEntry]]:
    """The entry these values make, or everything the form has against them."""
    missing = [f for f in form.fields if f.required and f.name not in values]
    if missing:
        return None, [_missing(field) for field in missing]
    faults = [fault for rule in form.entry_rules for fault in rule(values)]
    if faults:
        return None, faults
    ordered = {f.name: values[f.name] for f in form.fields if f.name in values}
    return Entry(code=code_of(form, values), values=ordered), []


def check_key(form: Form, year: int) -> Iterator[BadEntry]:
    """Whether a list of this kind may have this year."""
    if form.yearly and year not in _YEARS:
        yield bad(
            "year", f"{form.words.zh}须写年份", f"{form.words.en}: a year is needed",
            "用 --year 给出，如 2026", "give it with --year, such as 2026",
        )  # fmt: skip
    if not form.yearly and year:
        yield bad(
            "year", f"{form.words.zh}不分年份", f"{form.words.en} do not go by year",
            "去掉 --year", "leave --year out",
        )  # fmt: skip


def check_list(form: Form, key: ListKey, entries: Sequence[Entry]) -> Iterator[ListFault]:
    """What is wrong with the entries taken together."""
    if not entries:
        yield ListFault("", _empty())
        return
    if len(entries) > MOST_ENTRIES:
        yield ListFault("", _too_many(len(entries)))
        return
    seen: set[str] = set()
    for entry in entries:
        if entry.code in seen:
            yield ListFault(entry.code, _doubled(form, entry.code))
        seen.add(entry.code)
    if len(seen) == len(entries):
        for rule in form.list_rules:
            yield from rule(key, entries)


def code_of(form: Form, values: Values) -> str:
    return "/".join(str(values[name]) for name in form.key)


def title_of(form: Form, values: Values) -> str:
    """What people know the entry by."""
    return form.field(form.title).label(str(values[form.title])).zh


def search_text(form: Form, values: Values) -> str:
    """Everything that words are looked for in, in small letters."""
    told = [title_of(form, values), *(str(values.get(name, "")) for name in form.searched)]
    return "\n".join(dict.fromkeys(part for part in told if part)).lower()


def in_order(form: Form, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Entries by their key: choices in the form's order, numbers within codes by their size."""
    return tuple(sorted(entries, key=_sorting(form)))


def plain_values(values: Values) -> dict[str, Any]:
    return {name: plain_value(value) for name, value in values.items()}


def typed_values(form: Form, plain: Mapping[str, Any]) -> dict[str, Value]:
    """The inverse of `plain_values`, in the form's order."""
    fields = form.fields
    return {f.name: typed_value(f, plain[f.name]) for f in fields if f.name in plain}


def version_hash(
    key: ListKey, number: int, effective_on: date, note: str, entries: Sequence[Entry]
) -> str:
    """What three people sign through the item: SHA-256 over canonical JSON of all of it."""
    rows = [[entry.code, plain_values(entry.values)] for entry in entries]
    about = [key.kind, key.body_id, key.year, number, effective_on.isoformat(), note]
    return hashlib.sha256(msgspec.json.encode([about, rows], order="sorted")).hexdigest()


def views(
    versions: Sequence[ListVersion], carriers: Mapping[str, Carrier], today: date
) -> list[VersionView]:
    """Every version with its item and where it stands, in the order given.

    `carriers` goes by version id. In force is the public one that took effect last; of two that
    take effect on the same day, the one with the higher number.
    """
    public = [v for v in versions if v.id in carriers and carriers[v.id].public]
    begun = [v for v in public if v.effective_on <= today]
    current = max(begun, key=lambda v: (v.effective_on, v.number), default=None)

    def standing(version: ListVersion) -> Standing:
        if version.id not in carriers:
            return Standing.PREPARED
        if version not in public:
            return Standing.CARRIED
        if version.effective_on > today:
            return Standing.UPCOMING
        return Standing.IN_FORCE if version is current else Standing.SUPERSEDED

    return [
        VersionView(version=v, carrier=carriers.get(v.id), standing=standing(v)) for v in versions
    ]


def _sorting(form: Form) -> Callable[[Entry], tuple[object, ...]]:
    ranks = {
        name: {choice.value: rank for rank, choice in enumerate(form.field(name).choices)}
        for name in form.key
    }

    def order(entry: Entry) -> tuple[object, ...]:
        parts: list[object] = []
        for name in form.key:
            text = str(entry.values[name])
            parts.append(ranks[name][text] if ranks[name] else _natural(text))
        return (*parts, entry.code)

    return order


def _natural(text: str) -> tuple[tuple[int, Decimal, str], ...]:
    """`a10` after `a9`: runs of digits count as numbers."""
    return tuple(
        (0, Decimal(piece), "") if piece.isdecimal() else (1, Decimal(0), piece)
        for piece in _PIECES.findall(text)
    )


def _unknown_column(form: Form, heading: str) -> BadEntry:
    known = "、".join(field.words.zh for field in form.fields)
    names = ", ".join(field.name for field in form.fields)
    return bad(
        heading[:80], f"未知的列“{heading[:40]}”", f"unknown column '{heading[:40]}'",
        f"可用的列：{known}", f"columns: {names}",
    )  # fmt: skip


def _twice(field: Field, heading: str) -> BadEntry:
    return bad(
        field.name, f"列“{heading[:40]}”与另一列重复", f"'{heading[:40]}' comes in two columns",
        "只留一列", "keep one of them",
    )  # fmt: skip


def _missing(field: Field) -> BadEntry:
    return bad(
        field.name, f"{field.words.zh}必填", f"{field.words.en} is required",
        "填写该项", "fill it in",
    )  # fmt: skip


def _doubled(form: Form, code: str) -> BadEntry:
    words = "、".join(form.field(name).words.zh for name in form.key)
    return bad(
        form.key[-1], f"{words}“{code}”重复", f"'{code}' comes twice",
        "每项给一个不重复的编码", "give every entry a code of its own",
    )  # fmt: skip


def _empty() -> BadEntry:
    return bad(
        "file", "清单没有一项", "the list has no entry", "至少填一项", "give at least one entry"
    )


def _too_many(count: int) -> BadEntry:
    return bad(
        "file", f"有 {count} 项，超过 {MOST_ENTRIES}", f"{count} entries, limit {MOST_ENTRIES}",
        "按单位分成几份清单", "make a list for every body",
    )  # fmt: skip
