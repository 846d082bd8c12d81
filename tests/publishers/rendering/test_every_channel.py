"""Every channel there is takes every real regulation, whole or shortened, within its limits."""

from __future__ import annotations

import pytest

from hub.kernel.errors import InvalidInput
from publishers.limits import problems
from publishers.registry import channels
from publishers.rendering import TemplateRenderer, source_of
from publishers.templating import template
from tests.publishers.rendering.samples import (
    BODY,
    REGULATIONS,
    make_account,
    make_item,
)

NAMES = sorted(channels())


async def test_one_call_renders_an_item_for_every_channel():
    accounts = [make_account(name) for name in NAMES]
    item = make_item(title=REGULATIONS[0]["title"], body=REGULATIONS[0]["body"])
    rendered = await TemplateRenderer("https://www.jianglan.example").render(item, BODY, accounts)
    assert [edition.channel for edition in rendered.editions] == NAMES
    assert all(len(data) < 1_000_000 for data in rendered.pictures.values())


@pytest.mark.parametrize("row", REGULATIONS, ids=lambda row: row["title"][:12])
async def test_a_regulation_fits_every_channel(row):
    item = make_item(title=row["title"], body=row["body"])
    accounts = [make_account(name) for name in NAMES]
    rendered = await TemplateRenderer("https://www.jianglan.example").render(item, BODY, accounts)
    for edition in rendered.editions:
        declaration = channels()[edition.channel].declaration
        assert problems(edition.parts, declaration) == []
        assert edition.parts[0].link == f"https://www.jianglan.example/i/{item.id}.html"


@pytest.mark.parametrize("name", NAMES)
def test_every_channel_has_its_templates(name):
    markup = channels()[name].declaration.markup
    assert template(name, markup, "title")
    assert template(name, markup, "text")


async def test_an_item_that_one_channel_cannot_take_is_refused_with_its_name():
    title = "停车管理办法" * 20
    accounts = [make_account(name) for name in NAMES if channels()[name].declaration.title_limit]
    with pytest.raises(InvalidInput, match="标题为 120 字"):
        await TemplateRenderer("https://x.example").render(make_item(title=title), BODY, accounts)


def test_addresses_do_not_depend_on_a_trailing_slash():
    assert source_of(make_item(), BODY, "https://x.example").link.count("//") == 1
