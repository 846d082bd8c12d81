"""What only WeCom's group robot does: two forms in bytes, pictures alone, its codes."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from typing import Any, cast

import aiohttp
import pytest

from hub.kernel.errors import InvalidInput
from hub.publishing.errors import DeliveryError, Rejected, Throttled, Unauthorised, Unknown
from hub.publishing.models import Part
from hub.publishing.ports import Verdict
from publishers.composing import compose
from publishers.limits import problems
from publishers.messages import form_of
from publishers.wecom_robot import CHANNEL
from publishers.wecom_robot.publisher import CODES, RULES
from publishers.wecom_robot.simulator import Platform
from publishers.wire import Answer
from tests.publishers.doubles import Stage, picture
from tests.publishers.rendering.samples import REGULATIONS, make_picture, make_source

MARKDOWN = {"form": "markdown"}


def platform(stage: Stage) -> Platform:
    return cast(Platform, stage.platform)


async def call(stage: Stage, body: dict[str, Any], **query: str) -> dict[str, Any]:
    """What the platform says to a request that our client would never make."""
    url = f"{stage.access.base_url}/cgi-bin/webhook/send"
    query = {"key": stage.access.credentials["key"], **query}
    async with aiohttp.ClientSession() as session, session.post(url, params=query, **body) as got:
        assert got.status == 200
        return cast(dict[str, Any], await got.json())


async def deliver(stage: Stage, part: Part, name: str = "first") -> None:
    await stage.outlet.deliver(stage.job(part, name))


# --- the forms ------------------------------------------------------------------------------------


async def test_a_text_of_2048_bytes_is_taken_and_one_byte_more_is_not(stage: Stage) -> None:
    fits = "字" * 682 + "ab"
    await deliver(stage, Part(text=fits))
    with pytest.raises(Rejected) as caught:
        await deliver(stage, Part(text=fits + "c"))
    assert caught.value.field == "text"
    assert [post.text for post in stage.public()] == [fits]


async def test_markdown_may_have_4096_bytes(stage: Stage) -> None:
    fits = "字" * 1365 + "a"
    await deliver(stage, Part(text=fits, extra=MARKDOWN))
    with pytest.raises(Rejected):
        await deliver(stage, Part(text=fits + "b", extra=MARKDOWN))
    assert [post.text for post in stage.public()] == [fits]


async def test_the_platform_itself_refuses_what_is_too_long(stage: Stage) -> None:
    for form, limit in (("text", 2048), ("markdown", 4096)):
        body = {"msgtype": form, form: {"content": "a" * (limit + 1)}}
        assert (await call(stage, {"json": body}))["errcode"] == 40058
    assert stage.public() == []


@pytest.mark.parametrize("row", REGULATIONS[:8], ids=lambda row: row["title"][:12])
@pytest.mark.parametrize("variation", [{}, MARKDOWN], ids=["text", "markdown"])
def test_a_regulation_is_composed_within_its_forms_limit(
    row: dict[str, str], variation: dict[str, str]
) -> None:
    source = make_source(title=row["title"], body=row["body"])
    (part,) = compose(CHANNEL, source, variation)
    assert problems([part], RULES(variation)) == []
    assert part.extra == variation
    assert source.link in part.text


def test_a_form_that_nobody_knows_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(InvalidInput) as caught:
        form_of({"form": "html"})
    assert caught.value.field == "form"
    assert caught.value.remedy is not None
    assert "markdown" in caught.value.remedy.en


def test_both_forms_end_in_the_number_by_which_a_repeat_is_seen() -> None:
    source = make_source(item_id="01K3ZQ8Y5T9F3V7X2B6N4M1C0D")
    for variation in ({}, MARKDOWN):
        (part,) = compose(CHANNEL, source, variation)
        assert part.text.endswith("编号 4M1C0D")


def test_what_would_be_a_mention_or_a_tag_stays_text() -> None:
    hostile = make_source(title="关于<@all>与**粗体**的通知", body='# 一\n见[此处](x)<a href="y">')
    (text,) = compose(CHANNEL, hostile, {})
    (marked,) = compose(CHANNEL, hostile, MARKDOWN)
    assert "<" not in text.text
    assert "<" not in marked.text
    assert "＊＊粗体＊＊" in marked.text
    assert "［此处］" in marked.text
    assert "\n# " not in marked.text


async def test_a_mention_is_the_accounts_and_goes_beside_the_text(stage: Stage) -> None:
    stage.with_settings(mention="zhangsan， @all")
    sent: list[bytes] = []
    take = platform(stage)._post

    def noting(robot: Any, body: dict[str, Any]) -> None:
        sent.append(json.dumps(body["text"]).encode())
        take(robot, body)

    platform(stage)._post = noting  # type: ignore[method-assign]
    await deliver(stage, Part(text="通知"))
    assert json.loads(sent[0]) == {"content": "通知", "mentioned_list": ["zhangsan", "@all"]}


# --- pictures -------------------------------------------------------------------------------------


def test_a_picture_is_a_part_behind_its_text_and_a_card_is_none() -> None:
    text, alone = compose(CHANNEL, make_source(images=(make_picture(),)), {})
    assert (text.media, alone.text) == ((), "")
    assert [ref.sha256 for ref in alone.media] == ["c" * 64]
    (without,) = compose(CHANNEL, make_source(), {})
    assert without.media == ()


async def test_a_picture_with_a_text_is_refused_before_anything_is_sent(stage: Stage) -> None:
    ref = stage.media.add(picture())
    with pytest.raises(Rejected, match="单独成条"):
        await deliver(stage, Part(text="通知", media=(ref,)))
    assert stage.public() == []


async def test_a_picture_of_two_mebibytes_is_taken(stage: Stage) -> None:
    content = picture().ljust(2 * 1024 * 1024, b"\0")
    await deliver(stage, Part(text="", media=(stage.media.add(content),)))
    assert [post.pictures for post in stage.public()] == [1]


async def test_the_platform_checks_the_pictures_md5_size_and_kind(stage: Stage) -> None:
    def body(content: bytes, md5: str = "") -> dict[str, Any]:
        image = {
            "base64": base64.b64encode(content).decode(),
            "md5": md5 or hashlib.md5(content).hexdigest(),
        }
        encoded = io.BytesIO(json.dumps({"msgtype": "image", "image": image}).encode())
        return {"data": encoded, "headers": {"Content-Type": "application/json"}}

    heavy = picture().ljust(2 * 1024 * 1024 + 1, b"\0")
    assert (await call(stage, body(picture(), "0" * 32)))["errcode"] == 301019
    assert (await call(stage, body(heavy)))["errcode"] == 40009
    assert (await call(stage, body(picture("image/gif"))))["errcode"] == 40008
    assert stage.public() == []


async def test_a_picture_that_the_store_has_lost_is_a_persons_to_mend(stage: Stage) -> None:
    with pytest.raises(Rejected) as caught:
        await deliver(stage, Part(text="", media=(make_picture(),)))
    assert caught.value.field == "media"


# --- rate, codes, and what cannot be done ---------------------------------------------------------


async def test_the_21st_message_in_a_minute_waits_and_burns_nothing(stage: Stage) -> None:
    for number in range(20):
        await deliver(stage, Part(text=f"第{number}条"), str(number))
    with pytest.raises(Throttled) as caught:
        await deliver(stage, Part(text="第21条"))
    assert caught.value.retry_after is not None
    stage.clock.advance(caught.value.retry_after.total_seconds())
    await deliver(stage, Part(text="第21条"))
    assert len(stage.public()) == 21


async def test_busy_may_have_been_done_so_a_person_looks(stage: Stage) -> None:
    platform(stage).tune({"busy": 1})
    job = stage.job(Part(text="通知"))
    with pytest.raises(Unknown):
        await stage.outlet.deliver(job)
    finding = await stage.outlet.reconcile(job)
    assert finding.verdict is Verdict.PERSON
    assert "编号" in finding.detail


async def test_a_removed_robot_needs_a_new_webhook(stage: Stage) -> None:
    platform(stage).robot_of("gongkai").removed = True
    with pytest.raises(Unauthorised) as caught:
        await deliver(stage, Part(text="通知"))
    assert (caught.value.platform_code, caught.value.field) == ("93000", "key")


async def test_a_whole_address_is_no_key_and_is_not_told(stage: Stage) -> None:
    whole = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=4e1c-secret"
    job = stage.job(Part(text="通知"))
    job.access = type(job.access)(
        account_id="a", handle="h", base_url=job.access.base_url, credentials={"key": whole}
    )
    with pytest.raises(Unauthorised) as caught:
        await stage.outlet.deliver(job)
    assert "4e1c-secret" not in str(caught.value)


async def test_nothing_is_taken_back(stage: Stage) -> None:
    job = stage.job(Part(text="通知"))
    accepted = await stage.outlet.deliver(job)
    assert accepted.remote_id == ""
    with pytest.raises(Rejected, match="撤回"):
        await stage.outlet.withdraw(job)
    assert (await stage.outlet.verify(job)).verdict is Verdict.PERSON


@pytest.mark.parametrize("code", sorted(CODES.table))
def test_every_code_has_advice_in_both_languages(code: int) -> None:
    for row in CODES.table[code]:
        assert all((row.words.zh, row.words.en, row.remedy.zh, row.remedy.en))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"{}"),
        (200, b'{"errcode":"0"}'),
        (200, b'{"errcode":true}'),
        (200, b"[]"),
        (502, b'{"errcode":0}'),
    ],
)
def test_an_answer_without_the_envelope_decides_nothing(status: int, body: bytes) -> None:
    with pytest.raises(Unknown):
        CODES.result_of(Answer(status, {}, body, True, "webhook"))


def test_a_code_that_nobody_listed_is_a_refusal_with_the_platforms_words() -> None:
    with pytest.raises(DeliveryError) as caught:
        CODES.result_of(Answer(200, {}, b'{"errcode":12345,"errmsg":"no"}', True, "webhook"))
    assert type(caught.value) is Rejected
    assert (caught.value.platform_code, caught.value.platform_message) == ("12345", "no")


async def test_the_simulator_takes_json_only_and_the_types_it_knows(stage: Stage) -> None:
    assert (await call(stage, {"data": b"text=1"}))["errcode"] == 40033
    assert (await call(stage, {"json": {"msgtype": "file", "file": {}}}))["errcode"] == 40008
    assert (await call(stage, {"json": {"msgtype": "text", "text": {}}}))["errcode"] == 44004
    assert (await call(stage, {"json": {}}, key="nobody"))["errcode"] == 93000
