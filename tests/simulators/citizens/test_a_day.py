"""The day of forty citizens, played as a person starts it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.simulators.processes import run

_CITIZENS = 40


@pytest.mark.slow
async def test_forty_citizens_lose_nothing_and_hear_nothing_twice(tmp_path: Path) -> None:
    home = tmp_path / "home"
    words = ("--citizens", str(_CITIZENS), "--json", "--home", str(home))
    done = await run("-m", "app", "simulate", "citizens", *words)
    assert done.code == 0, done.out + done.err
    told = json.loads(done.out)
    assert told["all"]["citizens"] == _CITIZENS
    assert told["all"]["messages"] == told["all"]["answered"] > _CITIZENS
    assert told["all"]["lost"] == told["all"]["doubled"] == told["all"]["sorry"] == 0
    assert {line["channel"] for line in told["lines"] if line["messages"]} == {
        "wechat", "weibo", "telegram", "mastodon", "website",
    }  # fmt: skip
    assert told["all"]["twice"] > 0
    assert 0 < told["askers"]["told"] == told["askers"]["wanted"]
    assert 0 < told["subscribers"]["told"] == told["subscribers"]["wanted"]
    assert told["shown"] == {"meant": told["incident"]["accounts"], "elsewhere": 0}
    assert 0 < told["signals"]["gaps"] < told["signals"]["all"]
    page = (home / "day.html").read_text("utf-8")
    assert "<script" not in page
    assert "无丢失、无重复" in page
