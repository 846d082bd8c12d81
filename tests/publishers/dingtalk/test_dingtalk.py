"""What only DingTalk's robot does: its signature, its three protections, its ten minutes' rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote_plus

import aiohttp
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.errors import InvalidInput
from hub.publishing.errors import DeliveryError, Rejected, Throttled, Unauthorised, Unknown
from hub.publishing.models import Part
from hub.publishing.ports import Access, Verdict
from publishers.composing import compose
from publishers.dingtalk import CHANNEL
from publishers.dingtalk.publisher import CODES, ROBOT, finish, sign
from publishers.dingtalk.simulator import Platform
from publishers.wire import Answer
from tests.publishers.doubles import Stage
from tests.publishers.rendering.samples import REGULATIONS, make_picture, make_source

MARKDOWN = {"form": "markdown"}
HOUR = 3600.0


def platform(stage: Stage) -> Platform:
    return cast(Platform, stage.platform)


async def deliver(stage: Stage, text: str = "通知", **more: Any) -> None:
    await stage.outlet.deliver(stage.job(Part(text=text, **more), text))


async def refused(stage: Stage, text: str = "通知") -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await deliver(stage, text)
    assert stage.public() == []
    return caught.value


# --- the signature --------------------------------------------------------------------------------


def test_the_signature_is_the_platforms_own_example() -> None:
    at = datetime.fromtimestamp(1_700_000_000, UTC)
    made = sign("SECxyz", at)
    assert made["timestamp"] == "1700000000000"
    assert quote_plus(made["sign"]) == "0PUR1j8g85Xg3vlFV%2FUrEcxXfF5HpCAGzcjrNfyJoyg%3D"


async def test_every_sign_of_a_signature_survives_the_address(stage: Stage) -> None:
    """Base64 has + and /, which an address may change; a hundred moments have them all."""
    platform(stage).tune({"per_minute": 1000})
    for number in range(100):
        stage.clock.advance(0.001)
        await deliver(stage, f"第{number}条")
    assert len(stage.public()) == 100


@pytest.mark.parametrize("ahead", [HOUR + 1, -HOUR - 1])
async def test_a_clock_that_is_an_hour_off_is_the_accounts_to_mend(
    stage: Stage, ahead: float
) -> None:
    platform(stage).tune({"clock_ahead_s": ahead})
    error = await refused(stage)
    assert type(error) is Unauthorised
    assert (error.platform_code, error.field) == ("310000", "secret")


@pytest.mark.parametrize("ahead", [HOUR - 1, 1 - HOUR])
async def test_a_clock_within_an_hour_is_taken(stage: Stage, ahead: float) -> None:
    platform(stage).tune({"clock_ahead_s": ahead})
    await deliver(stage)
    assert len(stage.public()) == 1


@pytest.mark.parametrize("secret", ["", "SECanother"])
async def test_a_signed_robot_takes_nothing_without_its_own_signature(
    stage: Stage, secret: str
) -> None:
    credentials = {**stage.access.credentials, "secret": secret}
    stage.access = replace(stage.access, credentials=credentials)
    assert type(await refused(stage)) is Unauthorised


# --- keywords and addresses -----------------------------------------------------------------------


async def test_a_robot_with_keywords_takes_a_text_that_has_one_only(stage: Stage) -> None:
    platform(stage).protect("gongkai", keywords=("公开", "通报"))
    error = await refused(stage, "关于放假的安排")
    assert type(error) is Rejected
    assert error.field == "keyword"
    (part,) = compose(CHANNEL, make_source(), CHANNEL.variation({"keyword": "公开"}))
    await stage.outlet.deliver(stage.job(part))
    assert stage.public()[0].text.endswith("编号 4M1C0D · 公开")


async def test_an_address_that_is_not_listed_is_the_accounts_to_mend(stage: Stage) -> None:
    platform(stage).protect("gongkai", addresses=frozenset({"203.0.113.7"}))
    error = await refused(stage)
    assert type(error) is Unauthorised
    assert error.remedy is not None
    assert "IP" in error.remedy.zh
    platform(stage).protect("gongkai", addresses=frozenset({"127.0.0.1"}))
    await deliver(stage)


@pytest.mark.parametrize(
    ("said", "kind", "field"),
    [
        ("keywords not in content", Rejected, "keyword"),
        ("错误描述:关键词不匹配", Rejected, "keyword"),
        ("sign not match", Unauthorised, "secret"),
        ("错误描述:签名不匹配", Unauthorised, "secret"),
        ("invalid timestamp", Unauthorised, "secret"),
        ("ip 203.0.113.9 not in whitelist", Unauthorised, ""),
        ("something new", Unauthorised, ""),
    ],
)
def test_310000_is_told_apart_by_the_platforms_words(
    said: str, kind: type[DeliveryError], field: str
) -> None:
    body = msgspec.json.encode({"errcode": 310000, "errmsg": said})
    with pytest.raises(kind) as caught:
        CODES.result_of(Answer(200, {}, body, True, "webhook"))
    assert caught.value.field == field


# --- rates ----------------------------------------------------------------------------------------


async def test_the_21st_message_in_a_minute_rests_the_robot_for_ten(stage: Stage) -> None:
    for number in range(20):
        await deliver(stage, f"第{number}条")
    with pytest.raises(Throttled) as caught:
        await deliver(stage, "第21条")
    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == 600
    stage.clock.advance(599)
    with pytest.raises(Throttled):
        await deliver(stage, "第21条")
    stage.clock.advance(1)
    await deliver(stage, "第21条")
    assert len(stage.public()) == 21


async def test_twenty_a_minute_for_an_hour_are_all_taken(stage: Stage) -> None:
    for number in range(200):
        await deliver(stage, f"第{number}条")
        stage.clock.advance(3)
    assert len(stage.public()) == 200


# --- forms and limits -----------------------------------------------------------------------------


async def test_markdown_carries_the_title_and_text_does_not(stage: Stage) -> None:
    await deliver(stage, "**甲**", title="标题", extra=MARKDOWN)
    await deliver(stage, "乙", title="标题")
    assert [(post.title, post.text) for post in stage.public()] == [("标题", "**甲**"), ("", "乙")]


@pytest.mark.parametrize("variation", [{}, MARKDOWN], ids=["text", "markdown"])
@pytest.mark.parametrize("row", REGULATIONS, ids=lambda row: row["title"][:12])
async def test_a_regulation_is_taken_in_both_forms(
    stage: Stage, row: dict[str, str], variation: dict[str, str]
) -> None:
    parts = compose(CHANNEL, make_source(title=row["title"], body=row["body"]), variation)
    await stage.outlet.deliver(stage.job(parts[0]))
    assert len(stage.public()) == 1


def finished(part: Part) -> InvalidInput | None:
    try:
        finish((part,), make_source())
    except InvalidInput as error:
        return error
    return None


@given(st.sampled_from(['"', "\\", "\n", "a"]), st.integers(1, 18_000))
def test_what_is_finished_fits_the_whole_request_and_else_has_a_remedy(
    sign: str, count: int
) -> None:
    part = Part(text=sign * count, title="标题")
    access = Access(account_id="a", handle="h", base_url="", credentials={"access_token": "t" * 64})
    size = len(msgspec.json.encode(ROBOT.post(access, part, (), datetime.now(UTC)).body))
    refusal = finished(part)
    assert size <= 20_000 if refusal is None else size > 19_900
    assert refusal is None or (refusal.field, bool(refusal.remedy)) == ("dingtalk.text", True)


def test_a_text_that_is_too_long_as_json_becomes_a_digest() -> None:
    quotes = make_source(body="说：" + '"' * 15_000, summary="说了很多。")
    (part,) = compose(CHANNEL, quotes, {})
    assert '"""' not in part.text
    assert quotes.link in part.text


async def test_no_picture_is_sent_not_even_a_card(stage: Stage) -> None:
    (part,) = compose(CHANNEL, make_source(images=(make_picture(),)), {})
    assert part.media == ()
    with pytest.raises(Rejected):
        await deliver(stage, media=(make_picture(),))


async def test_the_platform_itself_refuses_a_request_that_is_too_large(stage: Stage) -> None:
    platform(stage).protect("gongkai", keywords=("字",))
    body = {"msgtype": "text", "text": {"content": "字" * 7000}}
    url = f"{stage.access.base_url}/robot/send"
    query = {"access_token": stage.access.credentials["access_token"]}
    async with aiohttp.ClientSession() as session:
        async with session.post(url, params=query, json=body) as got:
            assert (got.status, (await got.json())["errcode"]) == (200, 40035)
        async with session.post(url, params=query, data=b"{}") as got:
            assert (await got.json())["errcode"] == 43004


# --- endings --------------------------------------------------------------------------------------


async def test_busy_may_have_been_done_so_a_person_looks(stage: Stage) -> None:
    platform(stage).tune({"busy": 1})
    job = stage.job(Part(text="通知"))
    with pytest.raises(Unknown):
        await stage.outlet.deliver(job)
    assert (await stage.outlet.reconcile(job)).verdict is Verdict.PERSON


async def test_a_removed_robot_needs_a_new_token(stage: Stage) -> None:
    platform(stage).robot_of("gongkai").removed = True
    error = await refused(stage)
    assert (type(error), error.field) == (Unauthorised, "access_token")


async def test_everybody_is_mentioned_only_where_the_account_says_so(stage: Stage) -> None:
    job = stage.job(Part(text="通知"))
    for value, expected in (("true", True), ("false", False), ("", False)):
        access = replace(job.access, settings={"at_all": value})
        post = ROBOT.post(access, job.part, (), stage.clock.now())
        assert post.body["at"] == {"isAtAll": expected}


@pytest.mark.parametrize("code", sorted(CODES.table))
def test_every_code_has_advice_in_both_languages(code: int) -> None:
    for row in CODES.table[code]:
        assert all((row.words.zh, row.words.en, row.remedy.zh, row.remedy.en))
