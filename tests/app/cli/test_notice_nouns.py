"""`gongkai notice` and `gongkai subscription`: what is sent, what became of it, whom it reaches."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.__main__ import command_line
from app.compose import open_hub
from app.settings import Settings
from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.publication import mark_public
from hub.conversation.notices.matching import Matching
from hub.conversation.notices.rules import Manners
from hub.conversation.subscriptions.models import Reader, Topic, Wish
from hub.conversation.subscriptions.service import Subscriptions
from hub.organisations.models import BodyKind, NewBody

Cli = Callable[..., Result]


async def _told(home: Path) -> str:
    """An item that two people subscribed to; its id."""
    async with open_hub(Settings(home=home, site_url="https://www.sc.gov.cn")) as hub:
        body = NewBody(code="sc", name="四川省人民政府", kind=BodyKind.PROVINCE)
        await hub.organisations.import_bodies([body], actor="admin")
        (province,) = await hub.organisations.bodies()
        matching = Matching(hub.database, hub.clock, hub.ids, Manners())
        await matching.follow()
        wish = Wish(topic=Topic.BODY, value=province.id, label="四川省")
        for who in ("alice", "bob"):
            reader = Reader(channel="paper", account="a1", sender=who)
            await Subscriptions(hub.database, hub.clock, hub.ids).subscribe(reader, wish)
        draft = ItemDraft(
            body_id=province.id, title="通知", body="正文", attribute=Attribute.PROACTIVE
        )
        item = await hub.catalogue.add(draft, actor="admin")
        now = hub.clock.now()
        await hub.database.write(lambda tx: mark_public(tx, item.id, 1, now))
        await matching.follow()
        return item.id


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(command_line(), [str(word) for word in words])


def test_notices_are_listed_and_what_waits_is_not_sent_again(cli: Cli, tmp_path: Path) -> None:
    item_id = asyncio.run(_told(tmp_path))
    listed = json.loads(cli("notice", "list", "--item", item_id, "--json").output)
    assert {one["sender"] for one in listed} == {"alice", "bob"}
    assert {one["state"] for one in listed} == {"waiting"}
    shown = cli("notice", "show", listed[0]["id"])
    assert item_id in shown.output, shown.output
    refused = cli("notice", "retry", listed[0]["id"], "--json")
    assert refused.exit_code == 4, refused.output
    reached = json.loads(cli("subscription", "reach", item_id, "--json").output)
    assert reached == [{"channel": "paper", "pace": "immediate", "people": 2}]
