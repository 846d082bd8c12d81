"""One town hall for the journeys of a file, and the browser that they are walked in.

The pictures of their pages are kept in GONGKAI_TEST_ARTEFACTS where that names a folder, as CI
does, else beside the tests' other files.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.journeys.console.stage import House, open_house
from tests.web_pages.conftest import browser

__all__ = ["browser", "house"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    home = tmp_path_factory.mktemp("house")
    async with open_house(home, sqlite_template, _pictures(home)) as made:
        yield made


def _pictures(home: Path) -> Path:
    folder = Path(os.environ.get("GONGKAI_TEST_ARTEFACTS") or home / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
