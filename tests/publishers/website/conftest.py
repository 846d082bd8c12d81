"""A simulated site, an outlet that writes to it, and jobs to give it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.models import MediaRef, Part
from hub.publishing.ports import Access
from publishers.simulation import Enrolment
from publishers.website.publisher import WebsiteOutlet
from publishers.website.simulator import Platform
from publishers.wire import Wire
from tests.publishers.doubles import MemoryJob, MemoryMedia

PUBLISHED = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)


def html(title: str, body: str = "正文", media: tuple[MediaRef, ...] = ()) -> str:
    images = "".join(f'<img src="cid:{ref.sha256}" alt=""/>' for ref in media)
    return (
        f'<!DOCTYPE html>\n<html lang="zh-Hans"><head><meta charset="utf-8"/>'
        f"<title>{escape(title)}</title></head>"
        f"<body><h1>{escape(title)}</h1><p>{escape(body)}</p>{images}</body></html>\n"
    )


def part(
    name: str = "item-1",
    title: str = "关于放假的通知",
    body: str = "正文",
    media: tuple[MediaRef, ...] = (),
    published: datetime | None = PUBLISHED,
    **more: Any,
) -> Part:
    extra = {"item_id": name, "organisation": "省政府办公厅"}
    if published is not None:
        extra["published_at"] = published.isoformat()
    values = {
        "text": html(title, body, media),
        "title": title,
        "digest": f"{title}的摘要",
        "link": f"https://gov.example/i/{name}.html",
        "media": media,
        "extra": extra,
    }
    return Part(**(values | more))


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of a site that means something, by its path."""
    files = (path for path in root.rglob("*") if path.is_file())
    kept = {str(path.relative_to(root)): path.read_bytes() for path in files}
    return {name: kept[name] for name in kept if name not in (".site/lock", ".site/aside")}


@pytest.fixture
def pictures() -> MemoryMedia:
    return MemoryMedia()


@pytest.fixture
def platform(clock: ManualClock) -> Platform:
    return Platform(clock)


@pytest.fixture
def enrolled(platform: Platform) -> Enrolment:
    return platform.enrol("省政府门户")


@pytest.fixture
def root(enrolled: Enrolment) -> Path:
    return Path(enrolled.settings["root"])


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession() as session:
        yield Wire(session)


@pytest.fixture
def outlet(wire: Wire, clock: ManualClock) -> WebsiteOutlet:
    return WebsiteOutlet(wire, clock)


@pytest.fixture
def job(enrolled: Enrolment, pictures: MemoryMedia) -> Callable[..., MemoryJob]:
    def make(
        name: str = "item-1", *, settings: Mapping[str, Any] | None = None, **more: Any
    ) -> MemoryJob:
        about = {key: more.pop(key) for key in ("remote_id", "started_at") if key in more}
        about = {"key": "0123456789abcdef" * 2, "started_at": None} | about
        access = Access(
            account_id="account-1",
            handle=enrolled.handle,
            base_url="https://gov.example",
            settings=enrolled.settings if settings is None else settings,
        )
        return MemoryJob(access=access, part=part(name, **more), media=pictures, **about)

    return make


@pytest.fixture
def files() -> Callable[[Path], dict[str, bytes]]:
    return snapshot
