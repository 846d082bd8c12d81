"""What visitors of the site get, and what the simulated reader refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from publishers.website.publisher import WebsiteOutlet
from publishers.website.simulator import Platform, Unreadable
from publishers.wire import Wire
from tests.publishers.doubles import serve

Job = Callable[..., Any]


async def test_visitors_get_public_files_and_nothing_hidden(
    outlet: WebsiteOutlet, platform: Platform, job: Job, root: Path, wire: Wire
) -> None:
    await outlet.deliver(job())
    async with serve(platform) as url:
        statuses = {}
        for path in ("", "index.html", "i/item-1.html", ".site/lock", "%2e%2e/x", "i", "media/x"):
            address = URL(f"{url}/{root.name}/{path}", encoded=True)
            async with wire.session.get(address) as answer:
                statuses[path] = answer.status
    assert statuses == {
        "": 200, "index.html": 200, "i/item-1.html": 200,
        ".site/lock": 404, "%2e%2e/x": 404, "i": 404, "media/x": 404,
    }  # fmt: skip


@pytest.mark.parametrize(
    "broken",
    [
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>x</title></head><p>断</html>",
        "<html><head><meta charset='utf-8'><title>x</title></head></html>",
        "<!DOCTYPE html><html><head><title>x</title></head></html>",
        "<!DOCTYPE html><html><head><meta charset='utf-8'></head></html>",
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>x</title></head><div/></html>",
    ],
)
async def test_the_simulated_reader_refuses_malformed_pages(
    outlet: WebsiteOutlet, platform: Platform, job: Job, root: Path, broken: str
) -> None:
    await outlet.deliver(job())
    (root / "i/item-1.html").write_text(broken)
    with pytest.raises(Unreadable):
        platform.shown()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("feed.xml", "<guid", "<gid"),
        ("feed.xml", "i/item-1.html</link>", "i/item-9.html</link>"),
        ("feed.xml", "</rss>", ""),
        ("atom.xml", "<updated>", "<updated>x"),
        ("sitemaps/2026-03.xml", "item-1.html", "item-9.html"),
        ("index.html", "i/item-1.html", "i/item-9.html"),
        ("list/2026-03.html", "i/item-1.html", "i/item-9.html"),
    ],
)
async def test_the_simulated_reader_refuses_feeds_and_lists_that_are_wrong(
    outlet: WebsiteOutlet, platform: Platform, job: Job, root: Path, file: str, old: str, new: str
) -> None:
    await outlet.deliver(job())
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))
    with pytest.raises((Unreadable, ValueError, SyntaxError)):
        platform.shown()
