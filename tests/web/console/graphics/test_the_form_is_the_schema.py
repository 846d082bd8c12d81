"""The editor's form and the infographic's schema say the same, both ways."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.studio import DrawingRoom
from graphics.infographic.reading import json_schema, read
from graphics.texts import themes
from hub.kernel.errors import InvalidInput
from web.console.areas.graphics.changing import blank, changed, choices_of, kinds_of
from web.console.areas.graphics.fields import Group, Parts, groups_of
from web.console.areas.graphics.paths import anchor, at, data_of, parted, plain_form

SCHEMA = json_schema()
WORDS = json.loads(
    (Path(__file__).parents[4] / "templates/console/graphics/words.json").read_text("utf-8")
)
DATA: dict[str, Any] = {
    "hero": {"title": "停车管理办法", "issuer": "江澜市人民政府"},
    "sections": [
        {"kind": "background", "paragraphs": ["第一段", "第二段"]},
        {
            "kind": "figures",
            "items": [
                {"value": "500", "unit": "个", "label": "泊位", "ref": {"start": 0, "end": 9}},
                {"value": "3", "unit": "天", "label": "公示"},
            ],
        },
        {
            "kind": "chart",
            "form": "column",
            "title": "泊位",
            "labels": ["甲", "乙"],
            "series": [{"values": [1.5, 20]}],
        },
    ],
    "footer": {"link": {"url": "https://www.example.gov.cn/1"}, "sources": ["《办法》"]},
    "theme": "calm-blue",
}


def fields_in(group: Group) -> list[str]:
    inner = [one for parts in group.parts for one in parts.groups]
    return [f.path for f in group.fields] + [
        path for one in (*inner, *group.links) for path in fields_in(one)
    ]


def test_what_the_form_holds_is_what_it_was_made_from() -> None:
    assert read(data_of(dict(plain_form(DATA)), SCHEMA)) == read(DATA)


def test_every_field_of_the_form_is_a_path_of_the_data() -> None:
    hero, sections, footer = groups_of(DATA, SCHEMA)
    typed = {path for one in (hero, *sections.groups, footer) for path in fields_in(one)}
    given = {path for path, _ in plain_form(DATA)}
    assert {p for p in given if ".ref." not in p and not p.endswith(".kind")} - {"theme"} <= typed


def test_everything_in_the_schema_has_a_name_in_both_languages() -> None:
    wanted = {f"kind-{kind}" for kind in kinds_of(SCHEMA)} | {f"theme-{one}" for one in themes()}
    unseen = {"kind", "ref", "hero", "sections", "footer", "theme", "link", "article"}
    for definition in SCHEMA["$defs"].values():
        for name, kind in definition["properties"].items():
            wanted |= {f"option-{one}" for one in choices_of(kind)}
            many = kind.get("type") == "array" and "$ref" in kind["items"]
            wanted |= {f"part-{name}", f"add-{name}"} if many else set()
            if not many and name not in unseen | {"start", "end"}:
                wanted.add(f"field-{name}")
    assert wanted <= set(WORDS)
    assert all(told["zh"] and told["en"] for told in WORDS.values())


@pytest.mark.parametrize("kind", kinds_of(SCHEMA))
def test_every_kind_of_section_can_be_added_and_then_says_what_it_lacks(kind: str) -> None:
    data, focus = changed(DATA, f"add:sections:{kind}", SCHEMA)
    assert focus == "sections[3]"
    assert at(data, focus) == blank(SCHEMA, kind)
    faults = DrawingRoom.faults(None, data)  # type: ignore[arg-type]
    assert [one.field.startswith("sections[3]") for one in faults] == [True]


def test_blocks_change_places_and_go() -> None:
    data, focus = changed(DATA, "down:sections[0]", SCHEMA)
    assert focus == "sections[1]"
    assert [one["kind"] for one in data["sections"]] == ["figures", "background", "chart"]
    data, focus = changed(DATA, "remove:sections[1].items[0]", SCHEMA)
    assert [one["value"] for one in data["sections"][1]["items"]] == ["3"]
    data, _ = changed(DATA, "add:sections[2].series", SCHEMA)
    assert len(data["sections"][2]["series"]) == 2
    data, _ = changed(DATA, "unlink:sections[1].items[0]", SCHEMA)
    assert "ref" not in data["sections"][1]["items"][0]
    assert changed(DATA, "up:sections[0]", SCHEMA)[0] == DATA


@pytest.mark.parametrize(
    "action", ["", "up:hero", "remove:sections", "add:sections:video", "add:hero", "up:sections[9]"]
)
def test_what_no_button_says_is_refused(action: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        changed(DATA, action, SCHEMA)
    assert refused.value.field == "change"


def test_a_number_that_is_none_is_a_fault_of_its_line() -> None:
    form = dict(plain_form(DATA)) | {"sections[2].series[0].values": "1\n七"}
    [fault] = DrawingRoom.faults(None, data_of(form, SCHEMA))  # type: ignore[arg-type]
    assert fault.field == "sections[2].series[0].values[1]"


def test_faults_of_several_parts_are_told_at_once() -> None:
    form = dict(plain_form(DATA)) | {"hero.title": "", "sections[1].items[1].label": " "}
    faults = DrawingRoom.faults(None, data_of(form, SCHEMA))  # type: ignore[arg-type]
    assert [one.field for one in faults] == ["hero.title", "sections[1].items[1].label"]
    assert all(one.remedy for one in faults)


def test_fields_that_are_no_paths_are_left_alone() -> None:
    form = {
        "hero.title": "题",
        "sections[0].kind": "background",
        "sections[0]x": "1",
        "_token": "t",
    }
    assert data_of(form | {"sections[0].paragraphs[99999999]": "x"}, SCHEMA)["hero"] == {
        "title": "题"
    }
    assert anchor("sections[2].items[0].value") == "sections-2-items-0-value"
    assert parted("sections[2].items") == ["sections", 2, "items"]
    assert isinstance(groups_of({}, SCHEMA)[1], Parts)
