"""A form's fields as the data they stand for, and back: a field is named by its path.

`sections[2].items[0].value` is the name of a field, the place of a fault, and, with other signs,
the id of the field on the page. What a field holds is read by the schema alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["anchor", "at", "data_of", "defined", "is_list_of_values", "parted", "plain_form"]

Schema = Mapping[str, Any]

_TOKEN = re.compile(r"([a-z_]+)|\[(\d{1,2})\]")
_NAME = re.compile(r"(?:theme|hero\.[a-z_]+|(?:sections|footer)[a-z_.\[\]\d]*)")


def anchor(path: str) -> str:
    """The path as an id of HTML."""
    return path.replace("]", "").replace("[", "-").replace(".", "-")


def parted(path: str) -> list[str | int]:
    """The names and positions of a path; raises ValueError for what is no path."""
    found = [(name, number) for name, number in _TOKEN.findall(path)]
    joined = "".join(f".{name}" if name else f"[{number}]" for name, number in found)
    if not found or joined.removeprefix(".") != path:
        raise ValueError(path)
    return [name or int(number) for name, number in found]


def at(data: Any, path: str) -> Any:
    """What stands at a path; None where nothing does."""
    for token in parted(path):
        if isinstance(token, int):
            data = data[token] if isinstance(data, list) and token < len(data) else None
        else:
            data = data.get(token) if isinstance(data, dict) else None
    return data


def data_of(form: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The infographic that was typed. A part without its mark is not there, an optional link
    without an address neither."""
    tree: dict[str | int, Any] = {}
    for name, value in form.items():
        if isinstance(value, str) and _NAME.fullmatch(name):
            _put(tree, name, value)
    read: dict[str, Any] = _read(tree, {"$ref": schema["$ref"]}, schema)
    return read


def plain_form(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The fields that `data_of` makes this of."""
    if isinstance(data, Mapping):
        for name, inner in data.items():
            yield from plain_form(inner, f"{path}.{name}" if path else name)
    elif isinstance(data, list | tuple) and data and not isinstance(data[0], Mapping):
        yield path, "\n".join(f"{one:g}" if isinstance(one, float) else str(one) for one in data)
    elif isinstance(data, list | tuple):
        for index, inner in enumerate(data):
            yield from plain_form(inner, f"{path}[{index}]")
    elif data is not None:
        yield path, str(data)


def defined(kind: Schema, schema: Schema, data: Any = None) -> Schema:
    """What a `$ref` refers to; of several, the one that `data` says it is, or that is not null."""
    if "$ref" in kind:
        found: Schema = schema["$defs"][kind["$ref"].rpartition("/")[2]]
        return found
    if "discriminator" in kind:
        mapping = kind["discriminator"]["mapping"]
        name = data.get("kind", "") if isinstance(data, Mapping) else ""
        return defined({"$ref": mapping[name]}, schema) if name in mapping else {}
    if "anyOf" in kind:
        return defined(next(one for one in kind["anyOf"] if one.get("type") != "null"), schema)
    return kind


def is_list_of_values(kind: Schema, schema: Schema) -> bool:
    """Whether it is a list of texts or numbers, which is typed one a line."""
    return kind.get("type") == "array" and defined(kind["items"], schema).get("type") in {
        "string",
        "number",
    }


def _put(tree: dict[str | int, Any], path: str, value: str) -> None:
    try:
        *before, last = parted(path)
    except ValueError:
        return
    for token in before:
        tree = tree.setdefault(token, {})
        if not isinstance(tree, dict):
            return
    tree[last] = value


def _read(value: Any, kind: Schema, schema: Schema) -> Any:
    """`value` in the shape of the schema; what has another shape stays, to be complained of."""
    found = defined(kind, schema, value)
    if found.get("type") == "object" and isinstance(value, dict):
        return _object(value, found, schema)
    if is_list_of_values(found, schema) and isinstance(value, str):
        numbers = defined(found["items"], schema)["type"] == "number"
        lines = [line.strip() for line in value.splitlines() if line.strip()]
        return [_number(line) for line in lines] if numbers else lines
    if found.get("type") == "array" and isinstance(value, dict):
        places = sorted(place for place in value if isinstance(place, int))
        return [_read(value[place], found["items"], schema) for place in places]
    if found.get("type") in {"integer", "number"} and isinstance(value, str):
        return _number(value)
    return value.replace("\r", "").replace("\n", "").strip() if isinstance(value, str) else value


def _object(value: dict[str | int, Any], found: Schema, schema: Schema) -> dict[str, Any]:
    made = {}
    for name, kind in found["properties"].items():
        if name in value:
            read = _read(value[name], kind, schema)
            if not (isinstance(read, dict) and _nothing(kind, read)):
                made[name] = read
        elif kind.get("type") == "array":
            made[name] = []
    return made


def _nothing(kind: Schema, read: dict[str, Any]) -> bool:
    """Whether an optional part was left empty: its first needed field says nothing."""
    optional = any(one.get("type") == "null" for one in kind.get("anyOf", ()))
    return optional and "url" in read and not read["url"]


def _number(text: str) -> float | int | str:
    try:
        number = float(text.replace(",", "").replace("，", ""))
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
