"""Which column of a foreign file becomes which field of an item: one table per shape.

A shape is recognised by the columns it needs. `gongkai` is our own and closed: an unknown column
is a mistyped one. The others are listings that carry more than we take.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from hub.catalogue.classification.models import GENRES
from hub.catalogue.classification.rules import (
    Themes,
    find_genre,
    find_statutory_class,
    genre_of_title,
)
from hub.catalogue.models import Attribute, ItemDraft, Validity
from hub.catalogue.page import FIELDS
from hub.catalogue.reading import fault
from hub.catalogue.rules import problems, tidied
from hub.kernel.errors import InvalidInput, Words

__all__ = ["SHAPES", "ReadRow", "Shape", "draft_of_row"]

Row = Mapping[str, Any]
Source = str | Callable[[Row], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """The item a row describes, or None and everything that is wrong with the row. Remarks say
    what of a good row was taken otherwise than it was given."""

    draft: ItemDraft | None = None
    faults: Sequence[InvalidInput] = ()
    remarks: Sequence[InvalidInput] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`columns` maps a field of ItemDraft (and `body_code`) to a column, or to a function.

    The rest follows from it, once and not for every row.
    """

    name: str
    needs: frozenset[str]
    columns: Mapping[str, Source]
    closed: bool = False
    plain: Sequence[tuple[str, str]] = field(init=False, repr=False)
    made: Sequence[tuple[str, Callable[[Row], Any]]] = field(init=False, repr=False)
    known: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        sources = self.columns.items()
        plain = tuple((name, column) for name, column in sources if isinstance(column, str))
        made = tuple((name, make) for name, make in sources if not isinstance(make, str))
        object.__setattr__(self, "plain", plain)
        object.__setattr__(self, "made", made)
        object.__setattr__(self, "known", frozenset(column for _, column in plain))


_ATTRIBUTES: Mapping[str, Attribute] = {
    **{str(a): a for a in Attribute},
    "主动公开": Attribute.PROACTIVE,
    "依申请公开": Attribute.ON_APPLICATION,
    "不予公开": Attribute.WITHHELD,
}
_VALIDITIES: Mapping[str, Validity] = {
    **{str(v): v for v in Validity},
    "": Validity.IN_FORCE,
    "有效": Validity.IN_FORCE,
    "现行有效": Validity.IN_FORCE,
    "废止": Validity.REPEALED,
    "失效": Validity.EXPIRED,
    "已修改": Validity.AMENDED,
    "部分修改": Validity.AMENDED,
    "被代替": Validity.SUPERSEDED,
    "尚未生效": Validity.IN_FORCE,  # a date decides that: valid_from
}
_YES_NO: Mapping[str, bool] = {
    **dict.fromkeys(("是", "true", "yes", "1"), True),
    **dict.fromkeys(("否", "false", "no", "0", ""), False),
}
_WORDS = re.compile(r"[;；、,，|\s]+")
_ISSUERS_OF_LAWS: Mapping[str, str] = {"行政法规": "国务院", "部门规章": "国务院部门"}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def _law_key(row: Row) -> str:
    return f"{row.get('region')}/{row.get('title')}/{row.get('dated')}"


def _law_issuer(row: Row) -> str:
    region = row.get("region")
    national = "全国人民代表大会及其常务委员会"
    if region != "全国":
        return f"{region}地方人大及其常委会"
    return _ISSUERS_OF_LAWS.get(str(row.get("kind")), national)


def _law_summary(row: Row) -> str:
    """The last event in the law's history: its adoption or newest amendment."""
    history = row.get("history") or [""]
    return str(history[-1]).strip()


def _listing_key(row: Row) -> str:
    told = (row.get("puborg"), row.get("pcode") or row.get("title"), row.get("pub_date"))
    return row.get("url") or "/".join(str(part or "") for part in told)


def _listing_body(row: Row) -> str:
    """A listing has no text: what it does say, and where the text is."""
    told = (
        ("发文机关", "puborg"),
        ("发文字号", "pcode"),
        ("主题分类", "childtype"),
        ("发布日期", "pub_date"),
        ("原文链接", "url"),
    )
    lines = [f"{name}：{row[column]}" for name, column in told if row.get(column)]
    return "\n\n".join([str(row.get("title", "")), *lines])


def _listing_genre(row: Row) -> str:
    """A listing names no genre, but a document's title ends with it: …的通知."""
    interpreted = row.get("category") == "政策解读"
    return "政策解读" if interpreted else genre_of_title(str(row.get("title") or ""))


def _page_attribute(row: Row) -> str:
    """A page is there for everybody, whatever else its table may say."""
    said = str(row.get("attribute") or "")
    return said if said in _ATTRIBUTES else Attribute.PROACTIVE.value


def _page_genre(row: Row) -> str:
    """The table's genre where we know it, else the title's."""
    said = str(row.get("genre") or "")
    return said if find_genre(said) else genre_of_title(str(row.get("title") or ""))


def _page_body(row: Row) -> str:
    """A page with a table and no text (a scan, an attachment) has its title for a text."""
    return str(row.get("body") or row.get("title") or "")


def _public(row: Row) -> str:
    return Attribute.PROACTIVE.value  # these collections hold only what is published already


SHAPES: tuple[Shape, ...] = (
    Shape(
        name="gongkai",
        needs=frozenset({"key", "title"}),
        closed=True,
        columns={
            "external_key": "key",
            **{
                name: name
                for name in (
                    "body_code", "title", "body", "issuer", "attribute", "doc_no", "summary",
                    "theme", "formed_on", "valid_from", "valid_until", "validity", "source_url",
                    "index_no", "genre", "statutory_class", "normative", "unit", "keywords",
                    "audience", "source_published_on",
                )
            },
        },
    ),
    Shape(
        name="gov-page",
        needs=frozenset({"page"}),
        columns={
            "external_key": "page",
            **{name: name for name in FIELDS},
            "attribute": _page_attribute,
            "genre": _page_genre,
            "body": _page_body,
        },
    ),
    Shape(
        name="laws",
        needs=frozenset({"title", "kind", "region", "dated", "body"}),
        columns={
            "external_key": _law_key,
            "title": "title",
            "body": "body",
            "issuer": _law_issuer,
            "attribute": _public,
            "doc_no": "order",
            "summary": _law_summary,
            "formed_on": "dated",
        },
    ),
    Shape(
        name="gov-listing",
        needs=frozenset({"pub_date", "title", "puborg", "url"}),
        columns={
            "external_key": _listing_key,
            "title": "title",
            "body": _listing_body,
            "issuer": "puborg",
            "attribute": _public,
            "doc_no": "pcode",
            "theme": "childtype",
            "genre": _listing_genre,
            "source_url": "url",
            "source_published_on": "pub_date",
        },
    ),
)  # fmt: skip

_DATES = ("formed_on", "valid_from", "valid_until", "source_published_on")
_LISTS = ("keywords", "audience")


def draft_of_row(
    row: Row, bodies: Mapping[str, tuple[str, str]], default_body: str, themes: Themes
) -> ReadRow:
    """The item a row describes, or everything that is wrong with it.

    `bodies` maps a body's code to its id and name; `default_body` is the code for rows that
    name none. An unknown theme is a fault in our own shape; of a foreign listing it is kept as
    the source's words, with a remark.
    """
    shape = next((s for s in SHAPES if s.needs <= row.keys()), None)
    if shape is None:
        return ReadRow(faults=[_unknown_shape()])
    faults = list(_unknown_columns(shape, row))
    values = {name: value for name, column in shape.plain if (value := row.get(column)) is not None}
    values |= {name: made for name, make in shape.made if (made := make(row)) is not None}
    code = values.pop("body_code", "") or default_body
    if code not in bodies:
        faults.append(_unknown_body(str(code)))
    body_id, issuer = bodies.get(code, ("", "-"))
    values["issuer"] = values.get("issuer") or issuer
    faults += _typed(values)
    if faults:
        return ReadRow(faults=faults)
    values = tidied(values)
    unknown = _themed(values, themes)
    draft = ItemDraft(body_id=body_id, **values)
    faults = [*_keyless(draft), *problems(draft), *(unknown if shape.closed else ())]
    return ReadRow(faults=faults) if faults else ReadRow(draft=draft, remarks=unknown)


def _themed(values: dict[str, Any], themes: Themes) -> list[InvalidInput]:
    """Put the theme in as the list has it, or as the source's words; say which could not."""
    if not values.get("theme"):
        return []
    try:
        values["theme"] = themes.resolved(values["theme"])
    except InvalidInput as unknown:
        values |= {"theme": "", "source_theme": values["theme"]}
        return [unknown]
    return []


def _typed(values: dict[str, Any]) -> Iterator[InvalidInput]:
    """Turn texts into dates and enums in place; say what cannot be turned."""
    values.setdefault("attribute", "")
    values.setdefault("body", "")
    values.setdefault("title", "")
    for name, value in list(values.items()):
        if name in _LISTS and isinstance(value, list) and all(isinstance(w, str) for w in value):
            values[name] = tuple(value)
        elif name == "normative" and isinstance(value, bool):
            continue
        elif not isinstance(value, str):
            yield fault(name, "应为文本", "must be text")
        elif name in _DATES:
            yield from _dated(values, name, value.strip())
        elif name == "attribute":
            yield from _chosen(values, name, value.strip(), _ATTRIBUTES)
        elif name == "validity":
            yield from _chosen(values, name, value.strip(), _VALIDITIES)
        elif name in _LISTS:
            values[name] = tuple(_WORDS.split(value)) if value else ()
        elif name == "normative":
            yield from _chosen(values, name, value.strip().lower(), _YES_NO)
        elif name in _FINDERS:
            yield from _found(values, name, value.strip())


def _dated(values: dict[str, Any], name: str, text: str) -> Iterator[InvalidInput]:
    if not text:
        values[name] = None
        return
    found = _DATE.fullmatch(text)
    try:
        values[name] = date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        yield fault(
            name, f"日期“{text[:40]}”不合法", f"'{text[:40]}' is no date",
            Words("如 2026-08-13", "such as 2026-08-13"),
        )  # fmt: skip


_FINDERS: Mapping[str, tuple[Callable[[str], StrEnum | None], str]] = {
    "genre": (find_genre, "、".join(names[0] for names in GENRES.values())),
    "statutory_class": (find_statutory_class, "20-1 … 20-15、（一）…（十五）"),
}


def _found(values: dict[str, Any], name: str, text: str) -> Iterator[InvalidInput]:
    find, allowed = _FINDERS[name]
    values[name] = find(text) if text else None
    if text and values[name] is None:
        yield fault(
            name, f"“{text[:40]}”不在可选值内", f"'{text[:40]}' is not one of the choices",
            Words(f"可选：{allowed}", f"choose: {allowed}"),
        )  # fmt: skip


def _chosen(
    values: dict[str, Any], name: str, text: str, table: Mapping[str, StrEnum | bool]
) -> Iterator[InvalidInput]:
    if text in table:
        values[name] = table[text]
        return
    allowed = "、".join(key for key in table if key)
    remedy = Words(f"可选：{allowed}", f"choose: {allowed}")
    if text:
        yield fault(
            name, f"“{text[:40]}”不在可选值内", f"'{text[:40]}' is not one of the choices", remedy
        )
    else:
        yield fault(name, "没有选择", "nothing is chosen", remedy)


def _keyless(draft: ItemDraft) -> Iterator[InvalidInput]:
    if not draft.external_key:
        yield fault(
            "key", "缺外部编号", "the key is missing",
            Words("每行给一个不重复的编号", "give every row a key of its own"),
        )  # fmt: skip


def _unknown_columns(shape: Shape, row: Row) -> Iterator[InvalidInput]:
    if not shape.closed or row.keys() <= shape.known:
        return
    known = "、".join(sorted(shape.known))
    for name in sorted(row.keys() - shape.known):
        yield fault(
            str(name)[:80], "未知的列", "unknown column",
            Words(f"可用的列：{known}", f"columns: {known}"),
        )  # fmt: skip


def _unknown_body(code: str) -> InvalidInput:
    return fault(
        "body_code", f"没有单位“{code[:64]}”", f"no body '{code[:64]}'",
        Words("先登记单位，或用 --body 指定", "enter the body first, or give --body"),
    )  # fmt: skip


def _unknown_shape() -> InvalidInput:
    return fault(
        "row", "认不出列名", "the columns are not known",
        Words("至少给出 key、title、body、attribute", "give key, title, body and attribute"),
    )  # fmt: skip
