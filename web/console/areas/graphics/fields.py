"""The form, made from the schema and the data: nothing about a kind of block is written here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from web.console.areas.graphics.changing import choices_of
from web.console.areas.graphics.paths import Schema, anchor, defined, is_list_of_values

__all__ = ["Field", "Group", "Parts", "groups_of"]

_LONG = 60  # characters; a text that may be longer gets an area
_UNSEEN = frozenset({"kind", "ref"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`kind`: text, area, lines, choice or icon; `most`: characters that it takes."""

    path: str
    name: str
    kind: str
    value: str
    most: int
    required: bool
    options: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"f-{anchor(self.path)}"

    @property
    def rows(self) -> int:
        longer = self.value.count("\n") + 1 + (len(self.value) // 40 if self.kind == "area" else 0)
        return max(2, min(10, longer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A list within a block: its members, and whether there may be another."""

    path: str
    name: str
    groups: tuple[Group, ...]
    may_add: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A block, or a part of one: `kind` is a section's; `hidden` is kept as it came."""

    path: str
    kind: str
    title: str
    fields: tuple[Field, ...]
    parts: tuple[Parts, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    first: bool = True
    last: bool = True
    may_remove: bool = False
    links: tuple[Group, ...] = field(default=())

    @property
    def id(self) -> str:
        return f"g-{anchor(self.path)}"


def groups_of(data: Mapping[str, Any], schema: Schema) -> tuple[Group, Parts, Group]:
    """The head, the sections, the footer."""
    whole = defined({"$ref": schema["$ref"]}, schema)["properties"]
    hero, footer = (
        _group(data.get(name) or {}, defined(whole[name], schema), name, schema)
        for name in ("hero", "footer")
    )
    return hero, _parts(data.get("sections") or [], whole["sections"], "sections", schema), footer


def _parts(held: list[Any], kind: Schema, path: str, schema: Schema) -> Parts:
    least, most = kind.get("minItems", 0), kind.get("maxItems", 99)
    groups = tuple(
        _group(
            one,
            defined(kind["items"], schema, one),
            f"{path}[{index}]",
            schema,
            first=index == 0,
            last=index == len(held) - 1,
            may_remove=len(held) > least,
        )
        for index, one in enumerate(held)
        if isinstance(one, Mapping)
    )
    name = path.rpartition(".")[2]
    return Parts(path=path, name=name, groups=groups, may_add=len(held) < most)


def _group(
    data: Mapping[str, Any], kind: Schema, path: str, schema: Schema, **place: bool
) -> Group:
    section = str(data.get("kind", ""))
    fields, parts, links = [], [], []
    for name, given in kind.get("properties", {}).items():
        found = defined(given, schema, data.get(name))
        at = f"{path}.{name}"
        if name in _UNSEEN:
            continue
        if is_list_of_values(found, schema) or found.get("type") == "string":
            fields.append(_field(name, at, data, given, schema, name in kind.get("required", ())))
        elif found.get("type") == "array":
            parts.append(_parts(data.get(name) or [], found, at, schema))
        elif found.get("type") == "object":
            links.append(_group(data.get(name) or {}, found, at, schema))
    return Group(
        path=path,
        kind=section,
        title=_title(data),
        fields=tuple(fields),
        parts=tuple(parts),
        hidden=tuple(_hidden(data, path)),
        links=tuple(links),
        **place,
    )


def _field(
    name: str, path: str, data: Mapping[str, Any], given: Schema, schema: Schema, required: bool
) -> Field:
    kind = defined(given, schema)
    value = data.get(name, kind.get("default", ""))
    lines = kind.get("type") == "array"
    inner = defined(kind["items"], schema) if lines else kind
    most = int(inner.get("maxLength", 0))
    options = choices_of(kind)
    shape = "lines" if lines else "icon" if name == "icon" else "choice" if options else ""
    return Field(
        path=path,
        name=name,
        kind=shape or ("area" if most > _LONG else "text"),
        value=_typed(value),
        most=most,
        required=required,
        options=options,
    )


def _hidden(data: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """What is not typed: the kind, and where in the text it comes from."""
    if data.get("kind"):
        yield f"{path}.kind", str(data["kind"])
    ref = data.get("ref")
    if isinstance(ref, Mapping):
        yield from ((f"{path}.ref.{name}", str(value)) for name, value in ref.items())


def _typed(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(_typed(one) for one in value)
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)


def _title(data: Mapping[str, Any]) -> str:
    """What a folded block is called: the first of its texts that says something."""
    for name in ("heading", "title", "label", "question", "matter", "name", "date", "text"):
        if isinstance(data.get(name), str) and data[name].strip():
            return str(data[name])[:24]
    return ""
