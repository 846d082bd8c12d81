"""Website: the body's own public pages, written as files that any web server can serve."""

from __future__ import annotations

from hub.kernel.errors import Words
from publishers.contract import Channel, Field
from publishers.website.declaration import DECLARATION
from publishers.website.entries import described
from publishers.website.publisher import WebsiteOutlet

__all__ = ["CHANNEL"]

CHANNEL = Channel(
    declaration=DECLARATION,
    credentials=(),
    settings=(
        Field(
            name="root",
            words=Words(
                "网站目录的绝对路径（其上级目录须已存在）",
                "the site's folder, an absolute path whose parent exists",
            ),
        ),
        Field(
            name="path",
            words=Words(
                "目录在公开地址下的路径，通常为空",
                "where below base_url the folder is public, usually nowhere but at the top",
            ),
            required=False,
        ),
        Field(
            name="title",
            words=Words("网站名称，默认取发布机构", "the site's title, by default the publisher"),
            required=False,
        ),
    ),
    open=WebsiteOutlet,
    finish=described,
)
