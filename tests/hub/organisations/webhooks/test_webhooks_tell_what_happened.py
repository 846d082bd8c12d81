"""What happened is written down before it is sent, signed, and sent until it is taken."""

from __future__ import annotations

import ast
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Any

import pytest

from app.webhooks import check_address
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event, Kind, read_events
from hub.kernel.ids import IdSource
from hub.organisations.vault import Vault
from hub.organisations.webhooks import store
from hub.organisations.webhooks.models import PING, TELLING, Answer, NewWebhook
from hub.organisations.webhooks.rules import SENT_AGAIN
from hub.organisations.webhooks.sending import WebhookSender
from hub.organisations.webhooks.service import Webhooks

AT = datetime(2026, 12, 1, tzinfo=UTC)
SIGNED, ENTERED = "review.approval.signed", "catalogue.item.entered"


@dataclass
class Receiver:
    """`Caller` that keeps what it is told and answers as it is set to."""

    status: int = 200
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        self.told.append((headers, body))
        return Answer(status=self.status)


class Killing(BaseException):
    """What nothing catches."""


@dataclass
class Post:
    database: Database
    clock: ManualClock
    webhooks: Webhooks
    receiver: Receiver
    sender: WebhookSender

    async def happen(self, kind: str, subject: str = "thing") -> None:
        event = Event(kind=Kind(kind, Words("", "")), subject=subject, actor="zhang", at=AT)
        await self.database.write(lambda tx: tx.record(event))

    async def made(self, *kinds: str) -> tuple[str, str]:
        new = NewWebhook(label="OA", url="https://oa.example", kinds=kinds)
        webhook, secret = await self.webhooks.make(new, actor="admin")
        return webhook.id, secret


@pytest.fixture
def post(database: Database) -> Post:
    clock, ids, vault = ManualClock(AT), IdSource(), Vault({"k": bytes(32)})
    receiver = Receiver()
    webhooks = Webhooks(
        database=database, clock=clock, ids=ids, vault=vault, check=lambda url: None
    )
    sender = WebhookSender(database=database, clock=clock, ids=ids, vault=vault, caller=receiver)
    return Post(database, clock, webhooks, receiver, sender)


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    """As Standard Webhooks has it, reckoned here once more."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(secret.removeprefix("whsec_"))
    return "v1," + b64encode(digest(key, signed, sha256)).decode()


async def test_only_what_was_subscribed_is_told_signed_and_without_people(post: Post) -> None:
    await post.happen(SIGNED, "before")
    _, secret = await post.made(SIGNED)
    await post.happen(ENTERED)
    await post.happen(SIGNED, "approval")
    await post.sender.work()
    await post.sender.work()
    ((headers, body),) = post.receiver.told
    told = json.loads(body)
    assert (told["type"], told["data"]["id"]) == (SIGNED, "approval")
    assert b"zhang" not in body
    assert headers["webhook-signature"] == signature(secret, headers, body)


async def test_what_was_not_noted_before_a_crash_comes_again_with_the_same_id(post: Post) -> None:
    webhook, _ = await post.made(SIGNED)
    await post.happen(SIGNED)
    await post.sender.follow()

    class Killed(Receiver):
        async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
            await super().post(url, headers, body)
            raise Killing

    dying = Killed()
    post.sender._caller = dying
    with pytest.raises(Killing):
        await post.sender._send((await due(post))[0])
    post.sender._caller = post.receiver
    await post.sender.work()
    assert post.receiver.told == []  # it may be under way still
    post.clock.advance((timedelta(minutes=2)).total_seconds())
    await post.sender.work()
    ((headers, _),) = post.receiver.told
    assert headers["webhook-id"] == dying.told[0][0]["webhook-id"]
    assert [one.status for one in await post.webhooks.attempts(webhook)] == [200]


async def due(post: Post) -> Any:
    return await post.database.read(lambda c: store.due(c, post.clock.now(), 10))


async def test_it_is_sent_again_for_hours_and_then_given_up(post: Post) -> None:
    webhook, _ = await post.made(SIGNED)
    await post.happen(SIGNED)
    post.receiver.status = 500
    await post.sender.work()
    for wait in SENT_AGAIN:
        post.clock.advance((wait).total_seconds())
        await post.sender.work()
    post.clock.advance((timedelta(hours=12)).total_seconds())
    await post.sender.work()
    attempts = await post.webhooks.attempts(webhook)
    assert [one.no for one in attempts] == list(range(len(SENT_AGAIN) + 1, 0, -1))
    assert len({headers["webhook-id"] for headers, _ in post.receiver.told}) == 1
    assert (await post.webhooks.get(webhook)).active


@pytest.mark.parametrize(("status", "later"), [(410, timedelta()), (500, timedelta(days=3))])
async def test_who_has_gone_or_fails_for_days_is_switched_off_and_that_is_recorded(
    post: Post, status: int, later: timedelta
) -> None:
    webhook, _ = await post.made(SIGNED)
    post.receiver.status = status
    for _ in range(2):
        await post.happen(SIGNED)
        await post.sender.work()
        post.clock.advance((later).total_seconds())
    found = await post.webhooks.get(webhook)
    assert not found.active
    kinds = [one["kind"] for one in await post.database.read(read_events)]
    assert kinds.count("organisations.webhook.off") == 1
    await post.webhooks.switch(webhook, on=True, actor="admin")
    post.receiver.status = 200
    post.clock.advance((timedelta(hours=1)).total_seconds())
    sent = len(post.receiver.told)
    await post.sender.work()
    assert len(post.receiver.told) > sent


async def test_a_ping_goes_out_and_a_new_secret_signs_beside_the_old_one(post: Post) -> None:
    webhook, old = await post.made(SIGNED)
    _, new = await post.webhooks.rotate(webhook, actor="admin")
    await post.webhooks.ping(webhook, actor="admin")
    await post.sender.work()
    headers, body = post.receiver.told[-1]
    assert json.loads(body) == {"type": PING, "timestamp": AT.isoformat(), "data": {}}
    both = [signature(secret, headers, body) for secret in (new, old)]
    assert headers["webhook-signature"].split() == both
    post.clock.advance((timedelta(days=1)).total_seconds())
    await post.webhooks.ping(webhook, actor="admin")
    await post.sender.work()
    headers, body = post.receiver.told[-1]
    assert headers["webhook-signature"] == signature(new, headers, body)


async def test_an_event_that_is_not_told_cannot_be_subscribed(post: Post) -> None:
    with pytest.raises(InvalidInput) as refused:
        await post.made("organisations.token.issued")
    assert refused.value.field == "kinds"


@pytest.mark.parametrize(
    "url",
    [
        "http://oa.example",
        "https://10.0.0.1",
        "https://[::1]/",
        "https://u@a.example",
        "ftp://x",
        "",
    ],
)
def test_only_the_open_internet_is_called(url: str) -> None:
    with pytest.raises(InvalidInput):
        check_address(url, ())
    check_address("https://oa.example/in", ())


def test_every_kind_that_is_told_is_one_that_happens() -> None:
    root = Path(__file__).parents[4] / "hub"
    named = set()
    for file in root.rglob("events.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name in ("Kind", "_kind"):
                own = getattr(node.args[0], "value", "")
                named.add(own if name == "Kind" else f"{file.parent.name}.{own}")
    assert set(TELLING) <= named
