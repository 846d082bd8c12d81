"""gongkai ask: a citizen's question answered from the installation, with skill and sources."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.kernel.clock import SystemClock
from tests.app.cli.terminal import Cli
from tests.bots.stage import stock


def test_questions_are_answered_in_turn_with_skill_confidence_and_sources(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ids = stock(tmp_path / "town", SystemClock())
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "town"))
    made = cli("ask", "成都食品摊贩备案卡有效期几年", "那绵阳呢", "--json")
    first, second = json.loads(made.stdout)
    assert (first["skill"], first["unanswered"]) == ("ask_policy", False)
    assert first["confidence"] > 0.6
    assert [ids["new"] in cite["url"] for cite in first["cites"]] == [True]
    assert second["cites"][0]["title"] == "绵阳市食品摊贩备案办法"
    wrong = cli("ask", "查阅点", "--location", "here")
    assert wrong.exit_code == 2
