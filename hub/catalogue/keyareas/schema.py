"""What a form is made of: one declaration serves checking, import, JSON Schema and every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from hub.catalogue.keyareas.errors import BadEntry
from hub.catalogue.keyareas.models import Entry, ListKey, Values
from hub.kernel.errors import Words

__all__ = [
    "Choice",
    "EntryRule",
    "Field",
    "FieldType",
    "Form",
    "ListFault",
    "ListRule",
    "bad",
]


class FieldType(StrEnum):
    TEXT = "text"  # one line
    LONG_TEXT = "long-text"  # paragraphs
    LINES = "lines"  # several short texts; in a cell one per line, or with ；
    INTEGER = "integer"
    YEAR = "year"
    MONEY = "money"  # 万元, decimal
    PERCENT = "percent"  # 0-100, decimal
    DEGREES = "degrees"  # decimal degrees
    DATE = "date"
    YES_NO = "yes-no"
    CHOICE = "choice"
    PHONE = "phone"
    HOURS = "hours"  # opening hours, see hours.py
    MILESTONES = "milestones"  # a date and a name per line, see milestones.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`least` and `most` bound numbers, `longest` texts in characters (0: the type's own limit).

    `unit` is shown beside the value.
    """

    name: str
    words: Words
    type: FieldType = FieldType.TEXT
    required: bool = False
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None
    longest: int = 0
    help: Words | None = None

    def label(self, value: str) -> Words:
        """A choice in words."""
        return next((c.words for c in self.choices if c.value == value), Words(value, value))


@dataclass(frozen=True, slots=True)
class ListFault:
    """What is wrong with the entry `code`, or with the whole list when that is empty."""

    code: str
    error: BadEntry


EntryRule = Callable[[Values], Iterator[BadEntry]]
ListRule = Callable[[ListKey, Sequence[Entry]], Iterator[ListFault]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The entry form of one kind.

    `key` names the fields that make an entry's code, `title` the one people know it by; `category`
    and `progress` those that lists are narrowed by; `searched` where words are looked for.
    `placed`: it has latitude, longitude and datum.
    """

    kind: str
    words: Words
    about: Words
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    title: str
    searched: tuple[str, ...]
    category: str = ""
    progress: str = ""
    placed: bool = False
    yearly: bool = False
    entry_rules: tuple[EntryRule, ...] = ()
    list_rules: tuple[ListRule, ...] = ()

    def field(self, name: str) -> Field:
        return self.by_name[name]

    @property
    def by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def columns(self) -> Mapping[str, Field]:
        """Every heading under which a file may give a field: its name and its two labels."""
        return {
            heading: field
            for field in self.fields
            for heading in (field.words.en, field.words.zh, field.name)
        }


def bad(field: str, zh: str, en: str, remedy_zh: str, remedy_en: str) -> BadEntry:
    """A fault in words, with what to do."""
    return BadEntry(Words(zh, en), field=field, remedy=Words(remedy_zh, remedy_en))
