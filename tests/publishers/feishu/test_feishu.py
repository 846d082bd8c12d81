"""What only Feishu's robot does: its signature the other way round, rich text, its two rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.publishing.errors import DeliveryError, Rejected, Throttled, Unauthorised
from hub.publishing.models import Part
from hub.publishing.ports import Verdict
from publishers.composing import compose
from publishers.feishu import CHANNEL
from publishers.feishu.publisher import CODES, rich, sign
from publishers.feishu.simulator import Platform
from tests.publishers.doubles import Stage
from tests.publishers.rendering.samples import REGULATIONS, make_picture, make_source

HOUR = 3600.0
AT = datetime.fromtimestamp(1_700_000_000, UTC)


def platform(stage: Stage) -> Platform:
    return cast(Platform, stage.platform)


async def deliver(stage: Stage, text: str = "通知", **more: Any) -> None:
    await stage.outlet.deliver(stage.job(Part(text=text, **more), text))


async def refused(stage: Stage, text: str = "通知") -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await deliver(stage, text)
    assert stage.public() == []
    return caught.value


async def call(stage: Stage, body: Any) -> tuple[int, int]:
    """HTTP status and code for a request that our client would never make."""
    url = f"{stage.access.base_url}/open-apis/bot/v2/hook/{stage.access.credentials['token']}"
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        return answer.status, (await answer.json())["code"]


# --- the signature --------------------------------------------------------------------------------


def test_the_signature_is_the_platforms_own_example() -> None:
    made = sign("fsSecret", AT)
    assert made == {
        "timestamp": "1700000000",
        "sign": "bET9LL4FtJlTaypmiSid+Cr28phGd0hYTCZuSSHpyFs=",
    }


@pytest.mark.parametrize("ahead", [HOUR + 1, -HOUR - 1])
async def test_a_clock_that_is_an_hour_off_is_the_accounts_to_mend(
    stage: Stage, ahead: float
) -> None:
    platform(stage).tune({"clock_ahead_s": ahead})
    error = await refused(stage)
    assert (type(error), error.platform_code, error.field) == (Unauthorised, "19021", "secret")


@pytest.mark.parametrize("ahead", [HOUR - 1, 1 - HOUR])
async def test_a_clock_within_an_hour_is_taken(stage: Stage, ahead: float) -> None:
    platform(stage).tune({"clock_ahead_s": ahead})
    await deliver(stage)
    assert len(stage.public()) == 1


@pytest.mark.parametrize("secret", ["", "another"])
async def test_a_signed_robot_takes_nothing_without_its_own_signature(
    stage: Stage, secret: str
) -> None:
    credentials = {**stage.access.credentials, "secret": secret}
    stage.access = replace(stage.access, credentials=credentials)
    assert (await refused(stage)).platform_code == "19021"


async def test_a_robot_without_a_secret_is_written_to_without_a_signature(stage: Stage) -> None:
    platform(stage).protect("gongkai")
    token = stage.access.credentials["token"]
    stage.access = replace(stage.access, credentials={"token": token})
    await deliver(stage)
    assert len(stage.public()) == 1


# --- rich text ------------------------------------------------------------------------------------


def test_a_link_is_a_link_and_the_rest_is_text() -> None:
    body = rich(Part(text="见 https://a.gov.cn/x。\n\n第二段", title="标题"))
    assert body["content"]["post"]["zh_cn"] == {
        "title": "标题",
        "content": [
            [
                {"tag": "text", "text": "见 "},
                {"tag": "a", "text": "https://a.gov.cn/x", "href": "https://a.gov.cn/x"},
                {"tag": "text", "text": "。"},
            ],
            [{"tag": "text", "text": "第二段"}],
        ],
    }


@given(st.text(st.sampled_from('甲<at user_id="all">https://a.cn/b \n[](*)'), max_size=200))
def test_no_line_is_lost_and_nothing_becomes_a_mention(text: str) -> None:
    content = rich(Part(text=text))["content"]["post"]["zh_cn"]["content"]
    lines = ["".join(piece["text"] for piece in line) for line in content]
    assert lines == [line for line in text.split("\n") if line.strip()]
    assert {piece["tag"] for line in content for piece in line} <= {"a", "text"}


@pytest.mark.parametrize("row", REGULATIONS, ids=lambda row: row["title"][:12])
async def test_a_regulation_is_taken_with_its_title_apart(
    stage: Stage, row: dict[str, str]
) -> None:
    (part,) = compose(CHANNEL, make_source(title=row["title"], body=row["body"]), {})
    await stage.outlet.deliver(stage.job(part))
    (shown,) = stage.public()
    assert shown.title == row["title"]
    assert shown.text.endswith("编号 4M1C0D")


def test_many_short_paragraphs_are_too_long_as_json_and_become_a_digest() -> None:
    lines = "\n\n".join("一" for _ in range(3000))
    (part,) = compose(CHANNEL, make_source(body=lines, summary="三千行。"), {})
    assert len(msgspec.json.encode(rich(part))) < 20_000
    assert part.text.startswith("三千行。")


async def test_no_picture_is_sent_not_even_a_card(stage: Stage) -> None:
    (part,) = compose(CHANNEL, make_source(images=(make_picture(),)), {})
    assert part.media == ()
    with pytest.raises(Rejected):
        await deliver(stage, media=(make_picture(),))
    platform(stage).protect("gongkai")
    image = {"msg_type": "image", "content": {"image_key": "img_x"}}
    assert await call(stage, image) == (200, 19002)


# --- protections, rates, endings ------------------------------------------------------------------


async def test_keywords_and_addresses_are_checked(stage: Stage) -> None:
    platform(stage).protect("gongkai", keywords=("公开",))
    error = await refused(stage)
    assert (type(error), error.platform_code, error.field) == (Rejected, "19024", "keyword")
    platform(stage).protect("gongkai", addresses=frozenset({"203.0.113.7"}))
    error = await refused(stage)
    assert (type(error), error.platform_code) == (Unauthorised, "19022")


async def test_the_keyword_of_an_account_is_signed_with_the_text() -> None:
    (part,) = compose(CHANNEL, make_source(), CHANNEL.variation({"keyword": "公开"}))
    assert part.text.endswith("编号 4M1C0D · 公开")


async def test_five_a_second_and_a_hundred_a_minute_are_taken(stage: Stage) -> None:
    for number in range(5):
        await deliver(stage, f"第{number}条")
    with pytest.raises(Throttled) as caught:
        await deliver(stage, "第6条")
    assert (caught.value.platform_code, caught.value.scope) == ("11232", "app")
    stage.clock.advance(1)
    for number in range(5, 100):
        stage.clock.advance(0.3)
        await deliver(stage, f"第{number}条")
    stage.clock.advance(1)
    with pytest.raises(Throttled):
        await deliver(stage, "第101条")
    stage.clock.advance(60)
    await deliver(stage, "第101条")
    assert len(stage.public()) == 101


async def test_a_token_that_is_none_is_the_accounts_to_mend(stage: Stage) -> None:
    platform(stage).robot_of("gongkai").removed = True
    assert (await refused(stage)).platform_code == "19001"
    credentials = {**stage.access.credentials, "token": "x/../../evil?"}
    stage.access = replace(stage.access, credentials=credentials)
    assert (await refused(stage)).platform_code == "bad-token"


async def test_a_malformed_request_is_refused_with_http_400(stage: Stage) -> None:
    platform(stage).protect("gongkai")
    huge = {"msg_type": "text", "content": {"text": "字" * 7000}}
    assert await call(stage, huge) == (400, 9499)
    assert await call(stage, {"msg_type": "post", "content": {}}) == (400, 9499)
    assert await call(stage, {"msg_type": "sticker", "content": {}}) == (200, 19002)


async def test_a_lost_answer_is_a_persons_to_settle(stage: Stage) -> None:
    finding = await stage.outlet.reconcile(stage.job(Part(text="通知")))
    assert finding.verdict is Verdict.PERSON
    assert "编号" in finding.detail


@pytest.mark.parametrize("code", sorted(CODES.table))
def test_every_code_has_advice_in_both_languages(code: int) -> None:
    for row in CODES.table[code]:
        assert all((row.words.zh, row.words.en, row.remedy.zh, row.remedy.en))
