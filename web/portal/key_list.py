"""One list of a key area: its entries, how they developed, and what changed by which document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from aiohttp import web

from hub.catalogue.keyareas.errors import UnknownList, UnknownVersion
from hub.catalogue.keyareas.forms import find_form
from hub.catalogue.keyareas.models import Adjustment, Entry, ListKey, Reading, Values
from hub.catalogue.keyareas.rules import title_of
from hub.catalogue.keyareas.schema import Field, FieldType, Form
from hub.catalogue.keyareas.values import shown_value
from hub.catalogue.keyareas.wording import change_line, list_title, summary_of
from hub.catalogue.public.errors import NotPublished
from web.portal.asked import day_of
from web.portal.charts import Chart, Series, bars
from web.portal.desk import Desk
from web.portal.entries import item_path
from web.portal.manner import Manner

__all__ = ["KeyListPage", "Row", "anchor_of", "list_path", "row_of"]

_MOST_CHANGES = 200  # of one adjustment; the document itself tells all
_AMOUNTS = frozenset({FieldType.MONEY, FieldType.INTEGER, FieldType.PERCENT})
_CHARTED = ("budgets", "accounts", "expenses")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field of an entry. `amount`: digits stand under digits; `percent` where it is a share."""

    label: str
    value: str
    amount: bool = False
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEntry:
    anchor: str
    cells: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """A version with the document that made it public; `lines` say what it changed."""

    number: int
    path: str
    title: str
    since: date
    summary: str
    note: str
    lines: tuple[str, ...]
    more: int


class KeyListPage:
    """`desk` is where the page asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request, manner: Manner) -> web.Response:
        """As it is in force today, or as it was on a day (`on`)."""
        desk, found = self._desk, request.match_info
        form = find_form(found["kind"])
        on = day_of(request, "on")
        key = await desk.keyareas.key(form.kind, found["body"], int(found.get("year", "0")))
        history = await self._history(key)
        reading = await self._reading(key, on)
        body = next(b for b in await desk.organisations.bodies() if b.id == key.body_id)
        year = f"{key.year}年" if form.yearly else ""
        title = list_title(form, reading.list) if reading else f"{body.name}{year}{form.words.zh}"
        fields = _filled(form, reading.entries) if reading else []
        values = {
            "form": form,
            "heading": title,
            "kind_title": getattr(form.words, manner.language),
            "reading": reading,
            "on": on or desk.today(),
            "columns": [_column(field, manner) for field in fields],
            "entries": [_listed(form, fields, one, manner) for one in _entries(reading)],
            "history": [_adjusted(form, one) for one in reversed(history)],
            "chart": await self._chart(form, key, reading) if reading else None,
        }
        return desk.page(request, manner, "key-list", values, section="key-areas")

    async def _history(self, key: ListKey) -> Sequence[Adjustment]:
        """Every public version; a list that never was public is not there for anybody."""
        try:
            history = await self._desk.keyareas.history(key)
        except UnknownList as error:
            raise NotPublished from error
        if not history:
            raise NotPublished
        return history

    async def _reading(self, key: ListKey, on: date | None) -> Reading | None:
        """None before the first version took effect."""
        try:
            return await self._desk.keyareas.read(key, on=on)
        except UnknownVersion:
            return None

    async def _chart(self, form: Form, key: ListKey, reading: Reading) -> Chart | None:
        """The totals over the years; a year without a list of its own is known from what the next
        one says of the year before it."""
        if form.kind not in _CHARTED:
            return None
        totals = [entry for entry in reading.entries if _is_total(form.kind, entry.values)]
        codes = [entry.code for entry in totals]
        found = await self._desk.lookup.over_years(form.kind, key.body_id, codes)
        series = []
        for entry in totals:
            said = [(f.year, f.entry.values) for f in found if f.entry.code == entry.code]
            series.append(Series(label=_label(form, entry.values), amounts=tuple(_amounts(said))))
        return bars(series)


def list_path(kind: str, body_code: str, year: int) -> str:
    """The address of a list."""
    return f"/key-areas/{kind}/{body_code}" + (f"/{year}" if year else "")


def anchor_of(code: str) -> str:
    """Where an entry stands in the page of its list: one word, whatever its code is."""
    return f"entry-{quote(code, safe='')}".replace("%", "_")


def row_of(form: Form, field: Field, values: Values, manner: Manner) -> Row:
    value = values.get(field.name)
    percent = value if field.type is FieldType.PERCENT and isinstance(value, Decimal) else None
    shown = "" if value is None else shown_value(field, value)
    if value is not None and field.type is FieldType.CHOICE:
        shown = str(getattr(field.label(str(value)), manner.language))
    return Row(
        label=str(getattr(field.words, manner.language)),
        value=shown,
        amount=field.type in _AMOUNTS,
        percent=percent,
    )


def _column(field: Field, manner: Manner) -> Row:
    label = str(getattr(field.words, manner.language))
    return Row(label=label, value=field.name, amount=field.type in _AMOUNTS)


def _entries(reading: Reading | None) -> Sequence[Entry]:
    return reading.entries if reading else ()


def _filled(form: Form, entries: Sequence[Entry]) -> list[Field]:
    """The fields that say something of any entry; its title first, so that it heads the row."""
    told = [f for f in form.fields if any(f.name in one.values for one in entries)]
    hidden = {"latitude", "longitude", "datum"} if form.placed else set()
    shown = [field for field in told if field.name not in hidden]
    return sorted(shown, key=lambda field: field.name != form.title)


def _listed(form: Form, fields: Sequence[Field], entry: Entry, manner: Manner) -> ListedEntry:
    return ListedEntry(
        anchor=anchor_of(entry.code),
        cells=tuple(row_of(form, field, entry.values, manner) for field in fields),
    )


def _adjusted(form: Form, one: Adjustment) -> Adjusted:
    version, carrier = one.view.version, one.view.carrier
    if carrier is None:
        raise AssertionError("history tells only of versions that an item carries")
    changes = one.changes or ()
    titles = {
        change.code: str(field.new)
        for change in changes
        for field in change.fields
        if field.field == form.title and field.new is not None
    }
    return Adjusted(
        number=version.number,
        path=item_path(carrier.item_id),
        title=carrier.title,
        since=version.effective_on,
        summary=summary_of(version, one.changes),
        note=version.note,
        lines=tuple(change_line(form, change, titles) for change in changes[:_MOST_CHANGES]),
        more=max(0, len(changes) - _MOST_CHANGES),
    )


def _is_total(kind: str, values: Values) -> bool:
    """The total of the three expenses, planned and spent; the total of the expenditure."""
    if kind == "expenses":
        return values["item"] == "total"
    return values["section"] == "expenditure" and "parent" not in values


def _label(form: Form, values: Values) -> str:
    if form.kind == "expenses":
        return form.field("stage").label(str(values["stage"])).zh
    return title_of(form, values)


def _amounts(listed: Sequence[tuple[int, Values]]) -> Iterator[tuple[int, Decimal]]:
    told = {year for year, _ in listed}
    for year, values in listed:
        before = values.get("last_year")
        if isinstance(before, Decimal) and year - 1 not in told:
            yield year - 1, before
        yield year, Decimal(str(values["amount"]))
