"""The noun incident, as an operator types it after something went wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from typer.testing import CliRunner, Result

from app.__main__ import command_line
from app.alerting import open_alerters
from app.compose import open_hub
from app.settings import Settings
from app.settings_reading import load_settings
from hub.kernel.database import Transaction
from hub.kernel.errors import Misconfigured
from hub.kernel.events import Event
from hub.publishing import events
from hub.publishing.tables import deliveries
from tests.app.cli.terminal import PUBLIC

Cli = Callable[..., Result]
SIGNERS = {"clerk": "clerk", "head": "section-head", "leader": "leader"}


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """An installation with two accounts on which one item failed to go out."""
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)

    def invoke(*words: object) -> Result:
        return CliRunner().invoke(command_line(), [str(word) for word in words])

    invoke("body", "add", "sc", "四川省人民政府", "--kind", "province")
    for login, role in SIGNERS.items():
        invoke("person", "add", login, login, "--role", f"sc:{role}")
    site = ("--base-url", "https://www.sc.gov.cn", "--body", "sc")
    for name in "ab":
        invoke("account", "add", "website", tmp_path / name, name, *site)
    row = {"key": "k1", "title": "通知", "body": "正文", "attribute": "proactive"}
    (tmp_path / "rows").write_text(json.dumps(row), "utf-8")
    invoke("item", "import", tmp_path / "rows", "--body", "sc", *PUBLIC)
    item = data(invoke("item", "show", "k1", "--body", "sc", "--json"))["item"]["id"]
    approval = data(invoke("review", "submit", item, "--as", "editor", "--json"))
    for login in SIGNERS:
        invoke("review", "sign", approval["id"], "--as", login, "--hash", approval["hash"])
    invoke("plan", "make", item, "--json")
    asyncio.run(_fail())
    return invoke


async def _fail() -> None:
    """What a dispatcher records when both are refused, and the job that gathers it."""
    async with open_hub(load_settings()) as hub:
        found = await hub.operations.find()
        rows = [[d.id, 1, "failed", "refused", "7", ""] for d in found]

        def work(tx: Transaction) -> None:
            error = {"error_code": "rejected", "error_zh": "磁盘已满", "error_en": "disk is full"}
            tx.execute(update(deliveries).values(state="failed", **error))
            at, kind = hub.clock.now(), events.ATTEMPTS_ENDED
            ended = {"endings": rows}
            tx.record(Event(kind=kind, subject="w", actor="system:test", at=at, data=ended))

        await hub.database.write(work)
        await hub.incidents.gather()


def data(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_an_incident_is_listed_shown_resumed_and_closed(cli: Cli) -> None:
    [row] = data(cli("incident", "list", "--json"))
    assert (row["channel"], row["cause"], row["count"]) == ("website", "rejected 7", 2)
    shown = data(cli("incident", "show", row["id"], "--json"))
    assert shown["words"] == {"zh": "磁盘已满", "en": "disk is full"}
    assert (shown["unsolved"], len(shown["examples"]), shown["alerts"]) == (2, 2, [])
    assert "磁盘已满" in cli("incident", "show", row["id"]).output
    assert "rejected" in cli("incident", "list").output
    done = data(cli("incident", "resume", row["id"], "--as", "ops", "--json"))
    assert done == {"ready": 2, "late": 0, "unknown": 0}
    states = {d["state"] for d in data(cli("delivery", "list", "--json"))}
    assert states == {"ready"}
    assert data(cli("incident", "close", row["id"], "--json"))["state"] == "closed"
    assert data(cli("incident", "list", "--json")) == []
    assert len(data(cli("incident", "list", "--all", "--json"))) == 1


@pytest.mark.parametrize("verb", ["show", "resume", "close"])
def test_an_incident_that_is_not_there_is_not_found(cli: Cli, verb: str) -> None:
    done = cli("incident", verb, "nothing", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stderr)["field"] == "incident"


SECRET = "json://user:geheim@alerts.example/hook"


def test_alert_addresses_are_split_at_blanks_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path))
    monkeypatch.setenv("GONGKAI_ALERT_URLS", f"{SECRET} mailto://a:b@c.example?to=x,y")
    settings = load_settings()
    assert len(settings.alert_urls) == 2
    assert "geheim" not in repr(settings)
    shown = CliRunner().invoke(command_line(), ["config", "show"]).output
    assert "geheim" not in shown
    opened = open_alerters(settings)
    assert len(opened) == 2
    assert "geheim" not in repr(opened)


def test_an_address_that_no_service_knows_is_refused_by_its_place(tmp_path: Path) -> None:
    bad = (SecretStr(SECRET), SecretStr("nothing://geheim"))
    settings = Settings(home=tmp_path, alert_urls=bad)
    with pytest.raises(Misconfigured, match="number 2") as caught:
        open_alerters(settings)
    assert caught.value.field == "alert_urls"
    assert "geheim" not in str(caught.value)
