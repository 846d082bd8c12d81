"""From entry to publication by three people; every way round them is refused and recorded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner

from app.__main__ import command_line
from app.compose import Hub, open_engine, open_hub
from app.settings_reading import load_settings
from hub.kernel.events import read_events, verify_chain
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role
from hub.publishing.models import DeliveryState

T = TypeVar("T")

ROLES = {
    "editor": (Role.EDITOR,),
    "clerk": (Role.CLERK,),
    "head": (Role.SECTION_HEAD,),
    "leader": (Role.LEADER,),
    "both": (Role.CLERK, Role.SECTION_HEAD),
    "media": (Role.MEDIA,),
}
WHOLE = ("--reason", "法定主动公开内容", "--no-interpret", "--why-not", "事务性通知")
WHOLE += ("--unit", "办公室", "--matter", "government-document", "--limit", "statutory")

pytestmark = pytest.mark.slow


class Office:
    """What people type, and what became of it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.expected: list[tuple[str, str]] = []  # (who, code) of what was refused
        self.approval: dict[str, Any] = {}

    def type(self, who: str, *words: object) -> Any:
        """What is done, as JSON."""
        done = self._invoke(who, words)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def refused(self, who: str, code: str, *words: object, recorded: bool = True) -> None:
        done = self._invoke(who, words)
        assert done.exit_code in (1, 4), done.output
        assert json.loads(done.stderr)["code"] == code
        if recorded:
            self.expected.append((who, code))

    def _invoke(self, who: str, words: tuple[object, ...]) -> Any:
        by = ("--as", who) if who else ()
        typed = [*map(str, words), *by, "--json"]
        return CliRunner().invoke(command_line(), typed)

    def submit(self, item: str) -> None:
        self.approval = self.type("editor", "review", "submit", item)

    def signing(self, *more: str) -> tuple[str, ...]:
        seen = self.approval["hash"]
        return ("review", "sign", self.approval["id"], "--hash", seen, *more)


def with_hub(work: Callable[[Hub], Awaitable[T]]) -> T:
    async def opened() -> T:
        async with open_hub(load_settings()) as hub:
            return await work(hub)

    return asyncio.run(opened())


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Office:
    """A government with its people, a website and one item that waits to be determined."""
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)
    row = {"key": "k1", "title": "关于防汛的通知", "body": "正文", "attribute": "proactive"}
    (tmp_path / "rows").write_text(json.dumps(row), "utf-8")

    async def enter(hub: Hub) -> None:
        body = NewBody(code="sc", name="四川省人民政府", kind=BodyKind.PROVINCE)
        await hub.organisations.import_bodies([body], actor="admin")
        people = [
            NewPerson(login=login, name=login, roles=tuple(("sc", role) for role in roles))
            for login, roles in ROLES.items()
        ]
        await hub.organisations.import_people(people, actor="admin")
        site = NewAccount(
            channel="website",
            name="门户",
            handle=str(tmp_path / "site"),
            body_code="sc",
            base_url="https://www.sc.gov.cn",
        )
        await hub.organisations.add_account(site, actor="admin")
        await hub.catalogue.import_file(tmp_path / "rows", actor="editor", body_code="sc")

    with_hub(enter)
    return Office(tmp_path)


def test_an_item_goes_out_through_three_people_and_no_other_way(office: Office) -> None:
    [item] = (found.id for found in with_hub(lambda hub: hub.catalogue.list()))
    _determine(office, item)
    office.submit(item)
    _sign_wrongly(office, item)
    _sign_rightly(office, item)
    planned = office.type("media", "plan", "make", item)
    told = with_hub(lambda hub: _publish(hub, planned["plan"]["id"], item))
    assert told == office.expected
    pages = [page.read_text("utf-8") for page in (office.home / "site").rglob("*.html")]
    assert any("改过的正文" in page for page in pages)


def _determine(office: Office, item: str) -> None:
    """Nothing is submitted undetermined; the item comes back with the list."""
    office.refused("editor", "undetermined", "review", "submit", item, recorded=False)
    lacking = ("item", "determine", item, *WHOLE[:5])
    office.refused("editor", "undetermined", *lacking, recorded=False)
    printed = with_hub(_three_hours_ago)
    made = office.type("editor", "item", "determine", item, *WHOLE, "--printed-at", printed)
    assert made["matter"] == "government-document"
    assert office.type("", "review", "explain", item)["standing"] == "expired"


def _sign_wrongly(office: Office, item: str) -> None:
    """Each rule is tried, and the text is changed behind two signatures."""
    sign = office.signing()
    office.refused("media", "unsigned-edition", "plan", "make", item)
    office.refused("leader", "not-its-turn", *sign, "--step", "sign-off")
    office.refused("leader", "wrong-role", *sign)
    office.type("both", *sign)
    office.refused("both", "same-person", *sign)
    blind = ("review", "sign", office.approval["id"], "--hash", "0" * 64)
    office.refused("head", "manifest-changed", *blind)
    office.type("head", *sign)
    (office.home / "text").write_text("改过的正文", "utf-8")
    office.type("editor", "item", "edit", item, "--text", office.home / "text")
    office.refused("leader", "approval-closed", *sign, "--step", "sign-off", "--remark", "同意")
    office.refused("media", "unsubmitted", "plan", "make", item)


def _sign_rightly(office: Office, item: str) -> None:
    """Anew, sent back once to the section head, and late only with a remark."""
    office.submit(item)
    sign = office.signing()
    office.type("clerk", *sign)
    office.type("head", *sign)
    office.refused("leader", "clock-expired", *sign)
    back = ("review", "send-back", office.approval["id"], "--reason", "再核")
    office.refused("leader", "not-its-turn", *back, "--to", "sign-off")
    returned = office.type("leader", *back, "--to", "section-review")
    assert [s["login"] for s in returned["signatures"]] == ["clerk"]
    office.refused("leader", "not-its-turn", *sign, "--step", "sign-off", "--remark", "急")
    office.type("head", *sign)
    done = office.type("leader", *sign, "--remark", "印刷后停电，恢复供电即发")
    assert done["complete"]
    history = office.type("", "review", "history", item)
    assert [h["action"] for h in history if h["approval_id"] == done["id"]] == [
        "signed",
        "signed",
        "sent-back",
        "voided",
        "signed",
        "signed",
    ]


async def _three_hours_ago(hub: Hub) -> str:
    east = timedelta(hours=8)
    return (hub.clock.now() + east - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")


async def _publish(hub: Hub, plan: str, item: str) -> list[tuple[str, str]]:
    """Let the engine send it; then every refusal that the audit chain holds, in order."""
    async with open_engine(hub), asyncio.timeout(60):
        while True:
            _, [delivery] = await hub.publishing.progress(plan)
            if delivery.state is DeliveryState.VERIFIED:
                break
            await asyncio.sleep(0.05)
    kinds = ("review.attempt.refused",)
    told = await hub.database.read(lambda c: read_events(c, subject=item, kinds=kinds))
    assert await hub.database.read(lambda c: max(verify_chain(c))) > len(told)
    return [(event["actor"], event["data"]["code"]) for event in told]
