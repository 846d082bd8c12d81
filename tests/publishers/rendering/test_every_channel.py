"""Every channel there is takes every real regulation, whole or shortened, within its limits."""

from __future__ import annotations

import pytest

from hub.catalogue.attachments.models import Attachment
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


FILES = tuple(
    Attachment(sha256=mark * 64, name=name, media_type="text/plain", size=size)
    for mark, name, size in (("a", "名单<1>.txt", 900), ("b", "费用 表.xlsx", 3 * 1024 * 1024))
)


@pytest.mark.parametrize("row", [None, REGULATIONS[1]], ids=["short", "long"])
@pytest.mark.parametrize("name", NAMES)
async def test_every_channels_post_says_that_there_are_attachments_and_where(name, row):
    """Within the channel's limits; what an article or page has room for is named and linked."""
    text = {"title": row["title"], "body": row["body"]} if row else {}
    renderer, accounts = TemplateRenderer("https://www.jianglan.example"), [make_account(name)]
    bare, filed = make_item(**text), make_item(**text, attachments=FILES)
    (plain,) = (await renderer.render(bare, BODY, accounts)).editions
    (edition,) = (await renderer.render(filed, BODY, accounts)).editions
    assert problems(edition.parts, channels()[name].declaration) == []
    said = "".join(part.text for part in edition.parts)
    page = "/media/01K3ZQ8Y5T9F3V7X2B6N4M1C0D/" + "b" * 64 + "/%E8%B4%B9%E7%94%A8%20%E8%A1%A8.xlsx"
    assert f"/i/{filed.id}.html#attachments" in said or 'id="attachments"' in said
    assert "附件" in said
    assert "名单<1>" not in said
    if name in {"website", "email"}:
        assert page in said
        assert "费用 表.xlsx" in said
        assert "3.0 MB" in said
    assert "attachments" not in "".join(part.text for part in plain.parts)
    assert edition.parts != plain.parts


async def test_a_recall_notice_links_no_attachments():
    renderer, accounts = TemplateRenderer("https://www.jianglan.example"), [make_account("weibo")]
    noticed = await renderer.announce(make_item(attachments=FILES), BODY, accounts, "recall")
    assert "附件" not in "".join(part.text for one in noticed.editions for part in one.parts)
