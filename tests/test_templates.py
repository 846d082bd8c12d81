"""Every template compiles, and every publishing template uses what it is declared to get."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst
from jinja2 import Environment, meta, nodes

from graphics.fonts import shared_fonts
from hub.catalogue.text import blocks_of
from hub.publishing.models import MediaRole
from publishers.contract import Source
from publishers.templating import VARIABLES, template
from tests.publishers.rendering.samples import make_picture, make_source

ROOT = Path(__file__).resolve().parent.parent
PUBLISH = ROOT / "templates" / "publish"
CHANNELS = sorted((ROOT / "publishers").glob("*/templates/*.j2"))
SHARED = sorted(PUBLISH.glob("*/*.j2"))
FIELDS = {field.name for field in fields(Source)} | {
    name for name, value in vars(Source).items() if isinstance(value, property)
}


def parsed(file: Path) -> nodes.Template:
    environment = Environment(autoescape=True)
    tree = environment.parse(file.read_text("utf-8"))
    # Which filters there are is the business of whoever fills the template.
    environment.filters |= {node.name: str for node in tree.find_all(nodes.Filter)}
    return tree


@pytest.mark.parametrize(
    "file", sorted(ROOT.joinpath("templates").rglob("*.j2")), ids=lambda f: "/".join(f.parts[-2:])
)
def test_every_text_template_compiles(file):
    tree = parsed(file)
    assert tree.environment is not None
    assert "def root(" in tree.environment.compile(tree, raw=True)


@pytest.mark.parametrize("file", [*SHARED, *CHANNELS], ids=lambda f: "/".join(f.parts[-3:]))
def test_a_publishing_template_uses_declared_variables_only(file):
    tree = parsed(file)
    allowed = VARIABLES.get(file.stem, VARIABLES["text"] & VARIABLES["short"])
    assert meta.find_undeclared_variables(tree) <= allowed
    used = {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "source"
    }
    assert used <= FIELDS


@pytest.mark.parametrize("full", [True, False], ids=["everything", "bare"])
@pytest.mark.parametrize(
    ("markup", "name"),
    [(f.parent.name, f.stem) for f in SHARED if f.stem in VARIABLES],
)
def test_a_publishing_template_renders_with_much_and_with_little(markup, name, full):
    values = everything() if full else bare()
    chosen = {key: values[key] for key in VARIABLES[name]}
    text = template("no-such-channel", markup, name).render(chosen)
    assert "None" not in text
    assert text.strip()


def everything() -> Mapping[str, object]:
    moment = datetime(2026, 3, 19, 1, 30, tzinfo=UTC)
    images = (make_picture(),)
    source = make_source(images=images, published_at=moment)
    return {
        "source": source,
        "variation": {"author": "办公室"},
        "title": source.title,
        "summary": source.summary,
        "blocks": blocks_of(f"## 第一章\n\n甲\n乙\n\n{source.body}"),
        "images": images,
        "cover": source.cover,
        "card": source.card,
        "number": 2,
        "total": 3,
        "last": False,
    }


def bare() -> Mapping[str, object]:
    empty = {"doc_no": "", "theme": "", "validity": "", "issuer": "", "formed_on": None}
    source = replace(make_source(), **empty, cover=None, card=None)
    return {
        "source": source,
        "variation": {},
        "title": source.title,
        "summary": source.title,
        "blocks": (),
        "images": (),
        "cover": None,
        "card": None,
        "number": 1,
        "total": 1,
        "last": True,
    }


@pytest.mark.parametrize("markup", ["html", "text", "message", "markdown", "article", "page"])
def test_every_markup_has_its_templates(markup):
    names = {file.stem for file in PUBLISH.joinpath(markup).glob("*.j2")}
    assert {"title", "text"} <= names


def test_pages_and_articles_need_nothing_from_elsewhere():
    for markup in ("article", "page"):
        values = everything()
        text = template("no-such-channel", markup, "text").render(
            {key: values[key] for key in VARIABLES["text"]}
        )
        assert "<script" not in text
        assert 'src="http' not in text
        assert "url(" not in text
        assert "@import" not in text


def test_a_page_carries_the_tags_of_government_sites():
    values = everything()
    page = template("no-such-channel", "page", "text").render(
        {key: values[key] for key in VARIABLES["text"]}
    )
    assert '<meta name="ArticleTitle" content="江澜市停车管理办法"/>' in page
    assert '<meta name="PubDate" content="2026-03-19 09:30"/>' in page
    assert '<meta name="ContentSource" content="江澜市人民政府办公室"/>' in page
    assert '<html lang="zh-Hans">' in page


@pytest.mark.parametrize("file", sorted((ROOT / "templates" / "graphics").glob("*.typ")))
def test_every_picture_template_compiles_without_a_warning(file):
    theme = {"theme": "gov-red", "title": "停", "title_ways": [["停"]], "kicker": "公开"}
    cover = {"organisation_ways": [["某市"]], "kicker_lines": ["公开"], "foot_ways": [[]]}
    rest = {
        "day": None,
        "month": None,
        "figures": [],
        "summary": "",
        "foot": [],
        "link": "",
        "caption": "读",
    }
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    _, warnings = typst.compile_with_warnings(
        str(file),
        root=str(file.parent),
        font_paths=shared_fonts(),
        ignore_system_fonts=True,
        format="png",
        sys_inputs={"data": json.dumps({**theme, **cover, **rest, "qr": svg})},
    )
    assert warnings == []


def test_every_theme_has_the_same_colours():
    themes = json.loads((ROOT / "templates/graphics/themes.json").read_text("utf-8"))
    assert {"gov-red", "calm-blue"} <= set(themes)
    assert len({tuple(sorted(colours)) for colours in themes.values()}) == 1


def test_pictures_have_a_role_of_their_own():
    assert make_source().cover.role is MediaRole.COVER
