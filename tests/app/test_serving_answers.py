"""A running hub, asked over HTTP."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from app.serve import serving
from app.settings import Settings


async def test_a_running_hub_is_ready_measured_and_can_be_called_back(tmp_path: Path) -> None:
    answers: dict[str, tuple[int, str]] = {}
    async with (
        serving(Settings(home=tmp_path, http_port=0)) as running,
        aiohttp.ClientSession() as client,
    ):
        for path in ("/healthz", "/readyz", "/metrics", "/inbox/wechat/nobody"):
            async with client.get(running.address + path) as response:
                answers[path] = response.status, await response.text()
    statuses = {path: status for path, (status, _) in answers.items()}
    assert statuses == {
        "/healthz": 200,
        "/readyz": 200,
        "/metrics": 200,
        "/inbox/wechat/nobody": 404,
    }
    assert 'gongkai_commit_works_bucket{le="1.0"}' in answers["/metrics"][1]
