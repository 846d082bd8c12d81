"""`gongkai desk` and `gongkai survey` from a shell: one conversation to its end, one survey."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.__main__ import command_line
from app.compose import open_hub
from app.conversing import open_conversing
from app.desk import desk_service, gated
from app.settings import Settings
from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.publication import mark_public
from hub.conversation.models import Answer, Arrival, Inbound, InboundKind
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role

Cli = Callable[..., Result]


async def _town(home: Path) -> str:
    """A body whose page a citizen has written to, and an item that is public; the item's id."""
    settings = Settings(home=home, site_url="https://www.sc.gov.cn")
    async with open_hub(settings) as hub:
        body = NewBody(code="sc", name="四川省人民政府", kind=BodyKind.PROVINCE)
        await hub.organisations.import_bodies([body], actor="admin")
        who = NewPerson(login="wang", name="王", roles=(("sc", Role.EDITOR),))
        await hub.organisations.import_people([who], actor="admin")
        account = await hub.organisations.add_account(
            NewAccount(channel="website", name="门户", handle="site", body_code="sc",
                       base_url="https://www.sc.gov.cn", settings={"root": str(home)}),
            actor="admin",
        )  # fmt: skip

        class Bot:
            async def answer(self, inbound: Inbound) -> Answer:
                await desk_service(hub).hand_over(inbound)
                return Answer(paragraphs=("已转人工",))

        async with open_conversing(hub, answerer=gated(hub, Bot())) as conversing:
            message = Arrival(
                external_key="m:1", address="a" * 64, kind=InboundKind.TEXT, text="转人工"
            )
            await conversing.conversations.take("website", account.id, message)
            await conversing.conversations.quiet()
        draft = ItemDraft(
            body_id=account.body_id,
            title="延时服务办法",
            body="第一条",
            attribute=Attribute.PROACTIVE,
        )
        item = await hub.catalogue.add(draft, actor="wang")
        at = hub.clock.now()
        await hub.database.write(lambda tx: mark_public(tx, item.id, 1, at))
        return item.id


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(command_line(), [str(word) for word in words])


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_conversation_and_a_survey_go_from_beginning_to_end(cli: Cli, tmp_path: Path) -> None:
    item = asyncio.run(_town(tmp_path))
    (waiting,) = told(cli("desk", "list", "--json"))
    talk = waiting["id"]
    told(cli("desk", "take", talk, "--as", "wang", "--json"))
    told(cli("desk", "canned", "set", "sc", "延时", "周末也办。", "--item", item,
             "--as", "wang", "--json"))  # fmt: skip
    sent = told(cli("desk", "answer", talk, "--canned", "延时", "--as", "wang", "--json"))
    assert (sent["state"], sent["cites"]) == ("sent", ["延时服务办法"])
    refused = cli("desk", "answer", talk, "手机13812345678", "--as", "wang", "--json")
    assert refused.exit_code == 2
    told(cli("desk", "close", talk, "--as", "wang", "--json"))
    shown = told(cli("desk", "show", talk, "--json"))
    assert [one["by"] for one in shown["said"]] == ["citizen", "bot", "wang", "wang"]
    (whole, wang) = told(cli("desk", "figures", "sc", "--json"))
    assert (whole["conversations"], wang["officer"], wang["answered"]) == (1, "wang", 1)

    file = tmp_path / "survey.json"
    questions = [{"kind": "single", "text": "周末来过吗？", "options": ["来过", "没有"]}]
    given = {"item": item, "title": "延时征集", "opens_at": "2026-01-01T09:00",
             "closes_at": "2099-01-01T09:00", "questions": questions}  # fmt: skip
    file.write_text(json.dumps(given), "utf-8")
    made = told(cli("survey", "make", file, "--as", "wang", "--json"))
    assert made["standing"] == "open"
    counted = told(cli("survey", "results", made["id"], "--json"))
    assert (counted["people"], counted["questions"][0]["counts"][0]["people"]) == (None, None)
