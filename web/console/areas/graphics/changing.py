"""Blocks come, go and change places: what the buttons of the form do to the data."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hub.kernel.errors import InvalidInput, Words
from web.console.areas.graphics.paths import Schema, at, defined, parted

__all__ = ["blank", "changed", "first_form", "kinds_of"]


def kinds_of(schema: Schema) -> tuple[str, ...]:
    """The kinds of section, in the schema's order."""
    whole = defined({"$ref": schema["$ref"]}, schema)
    return tuple(whole["properties"]["sections"]["items"]["discriminator"]["mapping"])


def first_form(title: str, issuer: str, doc_no: str, date: str, schema: Schema) -> dict[str, Any]:
    """An infographic with a head and one empty section."""
    hero = {
        "kicker": "一图读懂",
        "title": title[:80],
        "issuer": issuer[:40],
        "doc_no": doc_no[:30],
        "date": date,
    }
    return {"hero": hero, "sections": [blank(schema, "background")], "theme": "gov-red"}


def blank(schema: Schema, kind: str) -> dict[str, Any]:
    """A section of a kind with as many empty parts as it needs."""
    whole = defined({"$ref": schema["$ref"]}, schema)
    sections = whole["properties"]["sections"]["items"]
    made: dict[str, Any] = _empty(defined(sections, schema, {"kind": kind}), schema)
    return {**made, "kind": kind}


def changed(data: Mapping[str, Any], action: str, schema: Schema) -> tuple[dict[str, Any], str]:
    """The data after a button, and the path that is looked at next.

    `add:sections:figures`, `add:sections[0].items`, `up:…`, `down:…`, `remove:…`, and `unlink:…`
    which takes away a part's reference. What cannot be done changes nothing; raises InvalidInput
    for what no button says.
    """
    new = copy.deepcopy(dict(data))
    verb, _, rest = action.partition(":")
    path, _, kind = rest.partition(":")
    try:
        tokens = parted(path)
    except ValueError as error:
        raise _unknown() from error
    if verb == "add":
        return new, _added(new, path, kind, schema)
    if verb == "unlink":
        part = at(new, path)
        if isinstance(part, dict):
            part.pop("ref", None)
        return new, path
    last = tokens[-1]
    if verb not in {"up", "down", "remove"} or not isinstance(last, int):
        raise _unknown()
    return new, _moved(new, path.rpartition("[")[0], last, verb)


def _added(data: dict[str, Any], path: str, kind: str, schema: Schema) -> str:
    held = at(data, path)
    if path == "sections":
        if kind not in kinds_of(schema):
            raise _unknown()
        held, new = data.setdefault("sections", []), blank(schema, kind)
    else:
        new = _empty(_item_at(path, data, schema), schema)
    if not isinstance(held, list):
        raise _unknown()
    held.append(new)
    return f"{path}[{len(held) - 1}]"


def _moved(data: dict[str, Any], path: str, index: int, verb: str) -> str:
    held = at(data, path)
    if not isinstance(held, list) or index >= len(held):
        raise _unknown()
    if verb == "remove":
        del held[index]
        return f"{path}[{min(index, len(held) - 1)}]" if held else path
    to = index - 1 if verb == "up" else index + 1
    if not 0 <= to < len(held):
        return f"{path}[{index}]"
    held.insert(to, held.pop(index))
    return f"{path}[{to}]"


def _item_at(path: str, data: Mapping[str, Any], schema: Schema) -> Schema:
    """What the list at a path is made of."""
    kind, value = defined({"$ref": schema["$ref"]}, schema), data
    for token in parted(path):
        value = value[token] if _has(value, token) else {}  # type: ignore[index]
        inner = (
            kind.get("items") if isinstance(token, int) else kind.get("properties", {}).get(token)
        )
        kind = defined(inner or {}, schema, value)
    if kind.get("type") != "array":
        raise _unknown()
    return defined(kind["items"], schema)


def _has(value: Any, token: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(token, int) and token < len(value)
    return isinstance(value, Mapping) and token in value


def _empty(kind: Schema, schema: Schema) -> Any:
    """The least that has the schema's shape; its texts are empty and thereby faults."""
    kind = defined(kind, schema)
    if kind.get("type") == "object":
        needed = kind.get("required", ())
        return {
            name: inner["default"] if "default" in inner else _empty(inner, schema)
            for name, inner in kind["properties"].items()
            if name != "kind" and (name in needed or inner.get("default"))
        }
    if kind.get("type") == "array":
        return [_empty(kind["items"], schema) for _ in range(kind.get("minItems", 0))]
    if kind.get("type") == "string":
        choices = choices_of(kind)
        return choices[0] if choices else ""
    return 0


def choices_of(kind: Schema) -> tuple[str, ...]:
    """The texts of which a field takes one: its pattern is `^(a|b)$`."""
    pattern = str(kind.get("pattern", ""))
    if pattern.startswith("^(") and pattern.endswith(")$"):
        return tuple(pattern[2:-2].split("|"))
    return ()


def _unknown() -> InvalidInput:
    return InvalidInput(
        Words("没有这个操作", "there is no such change"),
        field="change",
        remedy=Words("用页面上的按钮", "use the buttons of the page"),
    )
