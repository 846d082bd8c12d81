"""The desk over HTTP: an office of the body answers, everybody else is refused and recorded."""

from __future__ import annotations

import json

import pytest

from app.desk import desk_of, gated
from app.keys import load_keys
from hub.conversation.models import Answer, Arrival, Inbound, InboundKind
from hub.conversation.pseudonyms import Pseudonyms
from hub.conversation.sending import Sending
from hub.conversation.service import Conversations
from hub.organisations.models import NewAccount
from hub.organisations.vault import Vault
from tests.web.staff.conftest import Office

NOBODY = "0" * 26
DESK = "/desk/conversations"


class Bot:
    """Calls a person at once."""

    def __init__(self, office: Office) -> None:
        self._desk = desk_of(office.hub, office.post)

    async def answer(self, inbound: Inbound) -> Answer:
        await self._desk.service.hand_over(inbound)
        return Answer(paragraphs=("已转人工",))


@pytest.fixture
async def talk(office: Office) -> str:
    """A conversation that waits in the city; its path."""
    hub = office.hub
    account = await hub.organisations.add_account(
        NewAccount(channel="weibo", name="江澜发布", handle="7", body_code="city",
                   base_url="https://api.weibo.com"),
        actor="admin",
    )  # fmt: skip
    conversations = Conversations(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        vault=Vault(load_keys(hub.settings)),
        pseudonyms=Pseudonyms(b"k" * 32),
        answerer=gated(hub, Bot(office)),
        sending=Sending(office.post, hub.clock),
    )
    for number, text in enumerate(("转人工", "房产证办了半年")):
        arrival = Arrival(
            external_key=f"m{number}", address="alice", kind=InboundKind.TEXT, text=text
        )
        await conversations.take("weibo", account.id, arrival, within=5)
        await conversations.quiet()
    await conversations.close()
    (found,) = (await office.ask("editor", "GET", DESK))["conversations"]
    return f"{DESK}/{found['id']}"


async def test_an_officer_takes_answers_and_closes(office: Office, talk: str) -> None:
    view = await office.ask("editor", "GET", talk)
    assert [one["text"] for one in view["said"]] == ["转人工", "房产证办了半年"]
    assert "alice" not in json.dumps(view)
    taken = await office.ask("editor", "POST", f"{talk}/take")
    assert (taken["state"], taken["officer"]) == ("assigned", "editor")
    told = {"text": "请带材料到窗口，当天办结。", "key": "web-1"}
    first = await office.ask("editor", "POST", f"{talk}/answers", told, 201)
    again = await office.ask("editor", "POST", f"{talk}/answers", told, 201)
    assert first == again
    assert first["state"] == "sent"
    assert len(office.post.sent) == 1
    assert (await office.ask("clerk", "GET", talk))["conversation"]["state"] == "answered"
    closed = await office.ask("editor", "POST", f"{talk}/close", {})
    assert closed["state"] == "closed"
    assert (await office.ask("editor", "GET", DESK))["conversations"] == []


async def test_it_is_handed_to_a_colleague_and_back(office: Office, talk: str) -> None:
    await office.ask("editor", "POST", f"{talk}/take")
    await office.refused("clerk", "POST", f"{talk}/take", status=409, code="not-your-conversation")
    given = await office.ask("editor", "POST", f"{talk}/assign", {"officer": "clerk"})
    assert given["officer"] == "clerk"
    released = await office.ask("head", "POST", f"{talk}/release")
    assert (released["state"], released["officer"]) == ("waiting", "")
    await office.refused(
        "clerk", "POST", f"{talk}/answers", {"text": "您好"}, status=409,
        code="not-your-conversation",
    )  # fmt: skip


async def test_whoever_holds_no_role_in_that_body_reads_and_does_nothing(
    office: Office, talk: str
) -> None:
    for who in ("stranger", "office"):
        assert (await office.ask(who, "GET", DESK))["conversations"] == []
        for method, path, told in (
            ("GET", talk, None),
            ("POST", f"{talk}/take", None),
            ("POST", f"{talk}/release", None),
            ("POST", f"{talk}/assign", {"officer": who}),
            ("POST", f"{talk}/answers", {"text": "您好"}),
            ("POST", f"{talk}/close", {}),
        ):
            problem = await office.ask(who, method, path, told, 403)
            assert problem["type"] == "role-needed"
            assert "房产证" not in json.dumps(problem, ensure_ascii=False)
    assert len(await office.recorded("review.attempt.refused")) == 12
    assert office.post.sent == []
    await office.refused(
        "editor", "GET", f"{DESK}/{NOBODY}", status=404, code="unknown-conversation"
    )
    await office.refused("", "GET", talk, status=401, code="token-refused")


async def test_personal_data_and_another_body_s_officer_are_refused(
    office: Office, talk: str
) -> None:
    await office.ask("editor", "POST", f"{talk}/take")
    told = {"text": "请打王主任手机13812345678"}
    problem = await office.refused(
        "editor", "POST", f"{talk}/answers", told, status=400, code="personal-data"
    )
    assert "13812345678" not in json.dumps(problem)
    told = {"officer": "stranger"}
    problem = await office.ask("editor", "POST", f"{talk}/assign", told, 403)
    assert problem["type"] == "role-needed"
