"""`gongkai conversation`: a person's messages are erased by the platform's own name of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.__main__ import command_line
from app.compose import open_hub
from app.conversing import open_conversing
from app.settings import Settings
from hub.conversation.models import Arrival, InboundKind
from hub.organisations.models import BodyKind, NewAccount, NewBody

Cli = Callable[..., Result]


async def _asked(home: Path) -> str:
    """An account that two citizens have written to; its id."""
    async with open_hub(Settings(home=home, site_url="https://www.sc.gov.cn")) as hub:
        body = NewBody(code="sc", name="四川省人民政府", kind=BodyKind.PROVINCE)
        await hub.organisations.import_bodies([body], actor="admin")
        new = NewAccount(
            channel="weibo",
            name="四川发布",
            handle="1001",
            body_code="sc",
            base_url="https://api.weibo.com",
            credentials={},
        )
        account = await hub.organisations.add_account(new, actor="admin")
        async with open_conversing(hub) as conversing:
            for who in ("alice", "bob"):
                message = Arrival(
                    external_key="m:1", address=who, kind=InboundKind.TEXT, text=f"{who}问"
                )
                await conversing.conversations.take("weibo", account.id, message, within=5)
        return account.id


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(command_line(), [str(word) for word in words])


def test_messages_are_listed_and_one_person_s_are_erased(cli: Cli, tmp_path: Path) -> None:
    account = asyncio.run(_asked(tmp_path))
    done = cli("conversation", "list", "--json")
    assert done.exit_code == 0, done.output
    listed = json.loads(done.output)
    assert sorted(one["text"] for one in listed) == ["alice问", "bob问"]
    erase = ("conversation", "erase", "--account", account, "--address", "alice")
    result = cli(*erase, "--json")
    assert result.exit_code == 0, result.output
    done = json.loads(result.output)
    assert done["messages"] == 1
    left = json.loads(cli("conversation", "list", "--json").output)
    assert [one["text"] for one in left] == ["bob问"]
    assert cli(*erase).exit_code != 0
