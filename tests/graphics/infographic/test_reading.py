"""Wrong data is refused by the path of what is wrong, with the remedy, in both languages."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphics.errors import MissingGlyph
from graphics.infographic.models import KINDS, InfographicSpec
from graphics.infographic.reading import json_schema, read, texts
from hub.kernel.errors import InvalidInput
from tests.graphics.infographic.samples import full

FULL = full()


def at(data: Any, path: list[str | int]) -> Any:
    for step in path:
        data = data[step]
    return data


def leaves(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all texts and numbers in `data`."""
    steps = data.items() if isinstance(data, dict) else enumerate(data)
    found = []
    for step, value in steps:
        inner = (*path, step)
        found += leaves(value, inner) if isinstance(value, (dict, list)) else [inner]
    return found


def told(path: tuple[str | int, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


LEAVES = leaves(FULL)
TEXTS = [p for p in LEAVES if isinstance(at(FULL, list(p)), str) and p[-1] not in {"kind", "form"}]


def refused(data: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read(data)
    assert caught.value.remedy is not None
    assert caught.value.words.zh
    return caught.value


def test_every_kind_of_section_can_be_read() -> None:
    spec = read(json.dumps(FULL).encode())
    assert {type(section) for section in spec.sections} == set(KINDS)
    assert read(msgspec.to_builtins(spec)) == spec


@given(st.sampled_from(LEAVES), st.sampled_from([None, True, [], {}]))
def test_a_wrong_type_is_named_by_its_path(path: tuple[str | int, ...], wrong: Any) -> None:
    data = copy.deepcopy(FULL)
    at(data, list(path[:-1]))[path[-1]] = wrong
    assert refused(data).field == told(path)


@given(st.sampled_from(TEXTS))
def test_a_text_too_long_is_named_by_its_path(path: tuple[str | int, ...]) -> None:
    data = copy.deepcopy(FULL)
    at(data, list(path[:-1]))[path[-1]] = "长" * 500
    error = refused(data)
    assert error.field == told(path)
    assert "长度" in error.words.zh or "超过" in error.words.zh or "网址" in error.words.zh


SHOWN = [p for p in TEXTS if p[-1] not in {"icon", "url"}]


@given(st.sampled_from(SHOWN), st.sampled_from("😀\ue000\U000ffffe"))
def test_a_character_without_a_glyph_is_named_wherever_it_stands(
    path: tuple[str | int, ...], sign: str
) -> None:
    data = copy.deepcopy(FULL)
    at(data, list(path[:-1]))[path[-1]] = f"字{sign}"
    with pytest.raises(MissingGlyph, match=rf"U\+{ord(sign):04X}") as caught:
        read(data)
    assert caught.value.field == told(path)


@given(st.sampled_from(LEAVES))
def test_a_misspelt_field_is_named(path: tuple[str | int, ...]) -> None:
    data = copy.deepcopy(FULL)
    owner = next(
        at(data, list(path[:end]))
        for end in range(len(path) - 1, -1, -1)
        if isinstance(at(data, list(path[:end])), dict)
    )
    owner["titel"] = "x"
    assert refused(data).field.endswith("titel")


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_anything_else_is_refused_and_never_crashes(data: Any) -> None:
    refused(json.dumps(data).encode())


@pytest.mark.parametrize("bytes_", [b"", b"{", b"\xff", b"[" * 100_000, b" " * 300_000])
def test_what_is_not_json_is_refused(bytes_: bytes) -> None:
    assert refused(bytes_).field == "file"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (["theme"], "pink", "theme"),
        (["sections", 1, "items", 0, "icon"], "unicorn", "sections[1].items[0].icon"),
        (["hero", "title"], "一\n二", "hero.title"),
        (["sections", 5, "form"], "pie", "sections[5].form"),
        (["sections", 5, "series", 0, "values"], [1], "sections[5].series[0].values"),
        (["sections", 6, "series", 0, "name"], "", "sections[6].series[0].name"),
        (["sections", 8, "series", 0, "values", 1], -1, "sections[8].series[0].values[1]"),
        (["sections", 8, "series"], [{"name": "a", "values": [1, 2, 3]}] * 2, "sections[8].series"),
        (["footer", "link", "url"], "javascript:alert(1)", "footer.link.url"),
        (["footer", "link", "url"], "/etc/passwd", "footer.link.url"),
        (["sections", 0, "kind"], "video", "sections[0].kind"),
    ],
)
def test_what_types_cannot_say_is_checked(path: list[Any], value: Any, field: str) -> None:
    data = copy.deepcopy(FULL)
    at(data, path[:-1])[path[-1]] = value
    assert refused(data).field == field


def test_texts_come_in_the_order_of_the_picture_without_what_is_not_shown() -> None:
    found = dict(texts(read(FULL)))
    assert next(iter(found)) == "hero.kicker"
    assert found["sections[4].rows[0].new"] == "最高1,000万元"
    assert not any(path.endswith((".icon", ".kind", ".url", ".form")) for path in found)


def test_the_schema_names_every_kind() -> None:
    schema = json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    tags = {msgspec.inspect.type_info(kind).tag for kind in KINDS}  # type: ignore[attr-defined]
    assert all(f'"{tag}"' in json.dumps(schema) for tag in tags)
    assert msgspec.json.decode(msgspec.json.encode(read(FULL)), type=InfographicSpec)
