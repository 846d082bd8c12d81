"""A portal with a chat, and a visitor who has its page open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.portal.chat.stage import Chat, Visitor, chatting, visiting


@pytest.fixture
async def chat(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Chat]:
    async with chatting(sqlite_template, tmp_path, site_url="http://www.jianglan.gov.cn") as opened:
        yield opened


@pytest.fixture
async def visitor(chat: Chat) -> AsyncIterator[Visitor]:
    async with visiting(chat) as opened:
        yield opened


@pytest.fixture
async def other(chat: Chat) -> AsyncIterator[Visitor]:
    async with visiting(chat) as opened:
        yield opened
