"""A delivery is one span, from its claim over the call of its platform to its ending."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from tests.scheduler.stage import Stage, run_once
from tests.traced import collected


async def test_a_delivery_tells_ids_and_states_and_no_words(stage: Stage) -> None:
    await stage.plan(await stage.approved("不应外传的正文"))
    with collected() as spans:
        await run_once(stage)
    delivery = await stage.delivery()
    told = spans.told("delivery")
    assert told == {
        "gongkai.delivery": delivery.id,
        "gongkai.channel": "toy",
        "gongkai.account": delivery.account_id,
        "gongkai.purpose": "publish",
        "gongkai.attempt": 1,
        "gongkai.state": delivery.state,
        "gongkai.outcome": "accepted",
    }
    assert "delivery.call" in spans.below(spans.one("delivery"))
    assert spans.all("database.commit")
    for secret in ("不应外传", "通知", "token", "https://"):
        assert secret not in spans.text()


async def test_a_refusal_is_told_by_its_code(stage: Stage) -> None:
    await stage.plan(await stage.approved())
    stage.platform.answers.append(Rejected(Words("含敏感词", "a forbidden word")))
    with collected() as spans:
        await run_once(stage)
    told = spans.told("delivery")
    assert (told["gongkai.state"], told["error.type"]) == ("failed", "rejected")
    assert "敏感词" not in spans.text()
