"""A whole list out of a file: every row is good, or nothing is taken and every fault is told."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.catalogue.keyareas.models import Entry, ListKey, Values
from hub.catalogue.keyareas.rules import MOST_ENTRIES, check_list, code_of, entry_of, read_row
from hub.catalogue.keyareas.schema import Form
from hub.catalogue.reading import RawRow, RowFile
from hub.kernel.errors import InvalidInput

__all__ = ["GivenRow", "RowFault", "Taken", "read_file", "read_given", "take_rows"]

_BATCH = 500
_KEPT_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with row `row`, counted from 1 without the header; 0: with the whole list."""

    row: int
    error: InvalidInput

    def as_dict(self) -> dict[str, object]:
        return {"row": self.row, **self.error.as_dict()}


@dataclass(frozen=True, slots=True)
class GivenRow:
    """The values of a row and the fields it has headings for: an empty cell empties its field."""

    number: int
    values: Values
    given: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A list that is whole, or what is wrong with it (the first 1,000 faults)."""

    entries: tuple[Entry, ...] = ()
    faults: tuple[RowFault, ...] = ()


def read_file(form: Form, path: Path) -> tuple[list[GivenRow], list[RowFault]]:
    """The rows of a file under the form's headings. Raises UnreadableFile."""
    rows: list[GivenRow] = []
    faults: list[RowFault] = []
    with contextlib.closing(RowFile(path)) as file:
        while len(rows) <= MOST_ENTRIES and len(faults) < _KEPT_FAULTS:
            raw = file.take(_BATCH)
            for row in raw:
                _read(form, row, rows, faults)
            if len(raw) < _BATCH:
                break
    return rows, faults


def take_rows(
    form: Form,
    key: ListKey,
    rows: Sequence[GivenRow],
    faults: Sequence[RowFault] = (),
    base: Sequence[Entry] = (),
) -> Taken:
    """The list that the rows make over `base`: a row changes the fields it gives of the entry with
    its code, or is a new entry; entries of `base` without a row stay.

    With `faults` found before, rows are missing and sums are not looked at.
    """
    held = {entry.code: entry for entry in base}
    entries: list[Entry] = []
    numbers: dict[str, int] = {}
    found = list(faults)
    for row in rows:
        entry, wrong = entry_of(form, _over(form, held, row))
        found += [RowFault(row.number, error) for error in wrong]
        if entry is not None:
            numbers[entry.code] = row.number
            entries.append(entry)
    entries += [entry for code, entry in held.items() if code not in numbers]
    if not found:
        for fault in check_list(form, key, entries):
            found.append(RowFault(numbers.get(fault.code, 0), fault.error))
    found.sort(key=lambda fault: fault.row)
    return Taken(faults=tuple(found[:_KEPT_FAULTS])) if found else Taken(entries=tuple(entries))


def read_given(
    form: Form, rows: Sequence[Mapping[str, object]]
) -> tuple[list[GivenRow], list[RowFault]]:
    """Rows that a page or a program gives, numbered from 1."""
    good: list[GivenRow] = []
    faults: list[RowFault] = []
    for number, row in enumerate(rows, 1):
        _read(form, RawRow(number=number, values=row), good, faults)
    return good, faults


def _read(form: Form, row: RawRow, rows: list[GivenRow], faults: list[RowFault]) -> None:
    if row.fault is not None:
        faults.append(RowFault(row.number, row.fault))
        return
    values, given, wrong = read_row(form, row.values)
    faults += [RowFault(row.number, error) for error in wrong]
    if not wrong:
        rows.append(GivenRow(row.number, values, given))


def _over(form: Form, held: dict[str, Entry], row: GivenRow) -> Values:
    if not row.values.keys() >= set(form.key):
        return row.values
    known = held.get(code_of(form, row.values))
    if known is None:
        return row.values
    kept = {name: value for name, value in known.values.items() if name not in row.given}
    return {**kept, **row.values}
