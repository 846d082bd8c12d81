"""The entry form: made from the same shape by which files are imported, and read by the same
function, so that a form and a file are held to one set of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hub.catalogue.classification.models import GENRES, STATUTORY_CLASSES, Genre, StatutoryClass
from hub.catalogue.classification.rules import themes_of
from hub.catalogue.models import Attribute, Item, ItemDraft, Validity
from hub.catalogue.shapes import SHAPES, ReadRow, draft_of_row
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Body
from web.console.areas.items.labels import LABELS
from web.console.call import Call

__all__ = ["Field", "fields_of", "first_fault", "read_form", "values_of"]

_SHAPE = next(shape for shape in SHAPES if shape.name == "gongkai")
_BLANK_KEY = "-"  # the import needs a key of its own; a person may leave it to us
_NEEDED = frozenset({"title", "body", "attribute", "body_code"})
_DATES = frozenset({"formed_on", "valid_from", "valid_until", "source_published_on"})
_LONG = {"body": 18, "summary": 3}
# given once, when it is entered: afterwards they say which item it is, or have a door of their own
_ONCE = frozenset({"body_code", "key", "index_no", "validity"})
# what is asked first; the rest is folded away until it is wanted
_FIRST = ("body_code", "title", "attribute", "doc_no", "genre", "formed_on", "issuer", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`kind`: text, area, date, choice or tick; `options` are (value, words)."""

    name: str
    label: Words
    kind: str
    required: bool
    first: bool
    rows: int = 1
    options: tuple[tuple[str, Words], ...] = ()


def fields_of(bodies: Sequence[Body], *, new: bool) -> list[Field]:
    """Every column of the import's own shape, in the order in which a person fills it in."""
    columns = [column for column in _SHAPE.columns.values() if isinstance(column, str)]
    columns.sort(key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    return [_field(name, bodies) for name in columns if new or name not in _ONCE]


def values_of(item: Item, code: str) -> dict[str, str]:
    """What the form holds for an item as it is."""
    values = {
        column: getattr(item, name, None)
        for name, column in _SHAPE.columns.items()
        if isinstance(column, str)
    }
    values["body_code"] = code
    return {name: _typed(value) for name, value in values.items()}


async def read_form(call: Call, bodies: Sequence[Body], item: Item | None) -> ReadRow:
    """The draft that was filled in, or everything that is wrong with it. Of an item that is
    edited, what the form does not ask stays as it is."""
    names = [field.name for field in fields_of(bodies, new=item is None)]
    row: dict[str, object] = {name: call.text(name).replace("\r\n", "\n") for name in names}
    if item is not None:
        row |= {"key": item.external_key, "body_code": _code_of(item, bodies)}
    row["key"] = row.get("key") or _BLANK_KEY
    known = {body.code: (body.id, body.name) for body in bodies}
    themes = themes_of(await call.desk.catalogue.themes())
    read = draft_of_row(row, known, "", themes)
    return replace(read, draft=_completed(read.draft, item)) if read.draft else read


def first_fault(read: ReadRow) -> InvalidInput | None:
    return read.faults[0] if read.faults else None


def _completed(draft: ItemDraft, item: Item | None) -> ItemDraft:
    if item is None:
        return replace(draft, external_key=draft.external_key.removeprefix(_BLANK_KEY))
    return replace(
        draft,
        index_no=item.index_no,
        validity=item.validity,
        source_theme=item.source_theme,
        carries=item.carries,
        pictures=item.pictures,
        attachments=item.attachments,
        variants=item.variants,
    )


def _code_of(item: Item, bodies: Sequence[Body]) -> str:
    return next((body.code for body in bodies if body.id == item.body_id), "")


def _field(name: str, bodies: Sequence[Body]) -> Field:
    options = _options(name, bodies)
    kind = "area" if name in _LONG else "date" if name in _DATES else "text"
    return Field(
        name=name,
        label=LABELS[name],
        kind="tick" if name == "normative" else "choice" if options else kind,
        required=name in _NEEDED,
        first=name in _FIRST,
        rows=_LONG.get(name, 1),
        options=options,
    )


def _options(name: str, bodies: Sequence[Body]) -> tuple[tuple[str, Words], ...]:
    choices: Mapping[str, tuple[tuple[str, Words], ...]] = {
        "body_code": tuple((body.code, Words(body.name, body.name)) for body in bodies),
        "attribute": tuple((one.value, _ATTRIBUTES[one]) for one in Attribute),
        "validity": tuple((one.value, _VALIDITIES[one]) for one in Validity),
        "genre": tuple((GENRES[one][0], Words(GENRES[one][0], one.value)) for one in Genre),
        "statutory_class": tuple((one.value, _class(one)) for one in StatutoryClass),
    }
    return choices.get(name, ())


def _class(one: StatutoryClass) -> Words:
    told = STATUTORY_CLASSES[one]
    return told if isinstance(told, Words) else Words(str(told), one.value)


def _typed(value: object) -> str:
    if isinstance(value, tuple):
        return "；".join(map(str, value))
    if isinstance(value, bool):
        return "是" if value else ""
    if isinstance(value, Genre):
        return GENRES[value][0]
    return "" if value is None else str(value)


_ATTRIBUTES: Mapping[Attribute, Words] = {
    Attribute.PROACTIVE: Words("主动公开", "proactive"),
    Attribute.ON_APPLICATION: Words("依申请公开", "on application"),
    Attribute.WITHHELD: Words("不予公开", "withheld"),
}
_VALIDITIES: Mapping[Validity, Words] = {
    Validity.IN_FORCE: Words("有效", "in force"),
    Validity.AMENDED: Words("已修改", "amended"),
    Validity.REPEALED: Words("废止", "repealed"),
    Validity.EXPIRED: Words("失效", "expired"),
    Validity.SUPERSEDED: Words("被代替", "superseded"),
}
