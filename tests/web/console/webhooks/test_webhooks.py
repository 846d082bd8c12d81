"""Webhooks at the console: made with a secret shown once, tried, paused, sent again, deleted."""

from __future__ import annotations

import re

from hub.kernel.events import read_events
from hub.organisations.webhooks.models import Answer
from hub.organisations.webhooks.sending import WebhookSender
from tests.web.console.conftest import Office

HOOKS = "/settings/webhooks"
NEW = {
    "label": "OA 对接",
    "url": "https://oa.example.gov.cn/hook",
    "kinds": ["review.approval.signed"],
}


class Refusing:
    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        return Answer(status=503)


def sender(office: Office) -> WebhookSender:
    hub, hooks = office.hub, office.desk.governing.webhooks
    return WebhookSender(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        vault=hooks._vault,
        caller=Refusing(),
    )


async def test_a_webhook_is_made_tried_paused_sent_again_and_deleted(office: Office) -> None:
    page = await office.send("office", HOOKS, NEW, 200)
    secret = re.search(r'class="secret"><code>(whsec_[^<]+)', page)
    assert secret
    [hook] = await office.desk.governing.webhooks.all()
    path = f"{HOOKS}/{hook.id}"
    assert secret[1] not in await office.see("office", path)
    await office.send("office", f"{path}/ping")
    await sender(office).send()
    assert "应答 503" in await office.see("office", path)
    [(message, last)] = await office.desk.governing.webhooks.messages(hook.id)
    assert last is not None
    assert last.status == 503
    await office.send("office", f"{path}/resend", {"message": message.id})
    assert await sender(office).send() == 1
    await office.send("office", f"{path}/switch", {"on": "no"})
    refused = await office.send("office", f"{path}/resend", {"message": message.id}, status=409)
    assert "先启用" in refused
    changed = await office.send("office", f"{path}/rotate", status=200)
    assert "whsec_" in changed
    await office.send("office", f"{path}/delete")
    await office.see("office", path, 404)
    kinds = [one["kind"] for one in await office.hub.database.read(read_events)]
    assert kinds[-1] == "organisations.webhook.deleted"
    assert "organisations.webhook.resent" in kinds


async def test_only_public_addresses_events_that_may_be_told_and_who_oversees_all(
    office: Office,
) -> None:
    for url in ("http://oa.example.cn", "https://127.0.0.1/x", "https://user@a.cn/"):
        assert "公网" in await office.send("office", HOOKS, NEW | {"url": url}, 400)
    assert "没有这样的事件" in await office.send("office", HOOKS, NEW | {"kinds": ["x"]}, 400)
    assert "用途" in await office.send("office", HOOKS, NEW | {"label": " "}, 400)
    await office.send("media", HOOKS, NEW, 403)
    await office.see("clerk", HOOKS, 403)
