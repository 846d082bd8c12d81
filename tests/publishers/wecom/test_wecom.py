"""What only WeCom's applications do: a repeat by the same bytes, recipients, uploads, recall."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from hub.kernel.errors import InvalidInput
from hub.publishing.errors import Busy, Rejected, Throttled, Unauthorised, Unknown
from hub.publishing.models import Part, Quota
from hub.publishing.ports import ABSENT_AT, Verdict
from publishers.simulation import Fault
from publishers.wecom import CHANNEL
from publishers.wecom.codes import CODES
from publishers.wecom.declaration import DECLARATION, quotas
from publishers.wecom.message import request_of
from publishers.wecom.publisher import WeComOutlet
from publishers.wecom.simulator import Platform
from publishers.wecom.simulator_corp import Application
from tests.publishers.doubles import MemoryJob, Stage, picture
from tests.publishers.protocol import published

WINDOW_S = 4 * 3600 - 600
NOTICE = Part(text="关于放假的通知")


def platform(stage: Stage) -> Platform:
    return cast(Platform, stage.platform)


def app(stage: Stage) -> Application:
    return platform(stage).app("gongkai")


async def lost(stage: Stage, name: str = "first") -> MemoryJob:
    """A job whose message was taken, while the answer was lost."""
    job = stage.job(NOTICE, name)
    stage.platform.faults.arm(Fault.COMMIT_THEN_RESET, "*/message/send")
    with pytest.raises(Unknown):
        await stage.outlet.deliver(job)
    return job


# --- a repeat -------------------------------------------------------------------------------------


async def test_a_repeat_is_the_same_bytes_whatever_became_of_the_account(stage: Stage) -> None:
    job = await lost(stage)
    stage.with_settings(to_user="lisi", agent_id="7")
    job.access = stage.access
    assert (await stage.outlet.reconcile(job)).verdict is Verdict.ABSENT
    accepted = await stage.outlet.deliver(job)
    (shown,) = stage.public()
    assert accepted.remote_id == shown.remote_id
    assert len(app(stage).requests) == 1


async def test_what_was_done_and_called_busy_is_delivered_once(stage: Stage) -> None:
    platform(stage).tune({"busy_done": 1})
    job = stage.job(NOTICE)
    with pytest.raises(Unknown):
        await stage.outlet.deliver(job)
    await stage.outlet.deliver(job)
    assert len(stage.public()) == 1


async def test_another_delivery_of_the_same_text_is_another_message(stage: Stage) -> None:
    await published(stage, NOTICE, "first")
    await published(stage, NOTICE, "second")
    assert len(stage.public()) == 2


def test_the_interval_marks_the_delivery_and_outlives_the_window(stage: Stage) -> None:
    window = DECLARATION.key_window
    assert window is not None
    requests = {request_of(stage.access, NOTICE, stage.job(NOTICE, str(n)).key) for n in range(50)}
    assert len(requests) > 40
    intervals = [int(r.rpartition('"duplicate_check_interval":')[2].rstrip("}")) for r in requests]
    assert all(window.total_seconds() < interval <= 4 * 3600 for interval in intervals)


async def test_nothing_that_was_never_called_needs_a_person(stage: Stage) -> None:
    job = stage.job(NOTICE)
    stage.clock.advance(WINDOW_S * 2)
    assert (await stage.outlet.reconcile(job)).verdict is Verdict.ABSENT


async def test_beyond_the_platforms_memory_a_person_decides_and_is_believed(stage: Stage) -> None:
    job = await lost(stage)
    stage.clock.advance(4 * 3600)
    finding = await stage.outlet.reconcile(job)
    assert (finding.verdict, "编号" in finding.detail) == (Verdict.PERSON, True)
    with pytest.raises(Unknown) as caught:  # the engine was late: nothing is sent again
        await stage.outlet.deliver(job)
    assert caught.value.platform_code == "key-window"
    assert len(stage.public()) == 1
    job.progress = {**job.progress, ABSENT_AT: stage.clock.now().isoformat()}
    await stage.outlet.deliver(job)
    assert len(stage.public()) == 2


async def test_the_window_counts_from_the_first_call_not_the_last(stage: Stage) -> None:
    job = await lost(stage)
    stage.clock.advance(WINDOW_S / 2)
    stage.platform.faults.arm(Fault.RESET_BEFORE, "*/message/send")
    with pytest.raises(Unknown):
        await stage.outlet.deliver(job)
    stage.clock.advance(WINDOW_S / 2)
    assert (await stage.outlet.reconcile(job)).verdict is Verdict.PERSON


async def test_a_decisive_refusal_forgets_the_request(stage: Stage) -> None:
    platform(stage).tune({"crowded": 1})
    job = stage.job(NOTICE)
    with pytest.raises(Throttled):
        await stage.outlet.deliver(job)
    stage.clock.advance(WINDOW_S * 2)
    stage.with_settings(to_user="lisi")
    job.access = stage.access
    await stage.outlet.deliver(job)
    assert stage.public()[0].readers["reached"] == ("lisi",)


async def test_a_repeat_that_is_refused_for_good_leaves_the_first_call_to_a_person(
    stage: Stage,
) -> None:
    stage.with_settings(to_user="zhangsan")
    job = await lost(stage)
    del app(stage).members["zhangsan"]
    app(stage).requests.clear()
    with pytest.raises(Unknown) as caught:
        await stage.outlet.deliver(job)
    assert caught.value.platform_code == "81013"
    assert (await stage.outlet.reconcile(job)).verdict is Verdict.PERSON
    job.progress = {**job.progress, ABSENT_AT: stage.clock.now().isoformat()}
    with pytest.raises(Rejected):
        await stage.outlet.deliver(job)


async def test_within_the_platforms_memory_the_repeat_is_surer_than_a_persons_eyes(
    stage: Stage,
) -> None:
    job = await lost(stage)
    stage.with_settings(to_user="lisi")
    job.access = stage.access
    job.progress = {**job.progress, ABSENT_AT: stage.clock.now().isoformat()}
    await stage.outlet.deliver(job)
    assert len(stage.public()) == 1


async def test_a_repeat_under_another_name_is_still_one_message(stage: Stage) -> None:
    platform(stage).tune({"repeat_renames": True})
    job = await lost(stage)
    await stage.outlet.deliver(job)
    assert len(stage.public()) == 1


async def test_the_moment_is_saved_before_the_call(stage: Stage) -> None:
    job = stage.job(NOTICE)
    job.lost = True
    with pytest.raises(Exception, match="租约"):
        await stage.outlet.deliver(job)
    assert platform(stage).shown() == []


# --- recipients -----------------------------------------------------------------------------------


async def test_who_was_not_reached_is_in_the_receipt_and_in_words(stage: Stage) -> None:
    app(stage).members["wangwu"].licensed = False
    stage.with_settings(to_user="zhangsan，wangwu, nobody", to_party="1 9", to_tag="8")
    accepted = await stage.outlet.deliver(stage.job(NOTICE))
    assert accepted.receipt["invaliduser"] == ["nobody"]
    assert accepted.receipt["invalidparty"] == ["9"]
    assert accepted.receipt["invalidtag"] == ["8"]
    assert accepted.receipt["unlicenseduser"] == ["wangwu"]
    assert accepted.receipt["note"]["zh"].startswith("未送达：成员 nobody；部门 9；标签 8")
    assert "users nobody" in accepted.receipt["note"]["en"]
    assert stage.public()[0].readers["reached"] == ("zhangsan", "lisi")


async def test_a_message_that_reaches_nobody_fails_with_advice(stage: Stage) -> None:
    stage.with_settings(to_user="nobody")
    with pytest.raises(Rejected) as caught:
        await stage.outlet.deliver(stage.job(NOTICE))
    assert (caught.value.platform_code, caught.value.field) == ("81013", "to_user")


async def test_everybody_gets_it_where_nobody_is_named(stage: Stage) -> None:
    stage.with_settings(to_user="")
    accepted = await stage.outlet.deliver(stage.job(NOTICE))
    assert "note" not in accepted.receipt
    assert len(stage.public()[0].readers["reached"]) == 3


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"agent_id": ""}, "agent_id"),
        ({"agent_id": "１"}, "agent_id"),
        ({"to_user": ",".join(map(str, range(1001)))}, "to_user"),
        ({"to_party": "|".join(map(str, range(101)))}, "to_party"),
        ({"to_tag": " ".join(map(str, range(101)))}, "to_tag"),
    ],
)
async def test_settings_that_cannot_be_sent_to_are_named(
    stage: Stage, settings: dict[str, str], field: str
) -> None:
    stage.with_settings(**settings)
    with pytest.raises(Rejected) as caught:
        await stage.outlet.deliver(stage.job(NOTICE))
    assert caught.value.field == field
    assert platform(stage).shown() == []


# --- what is dropped in silence -------------------------------------------------------------------


async def test_the_platform_drops_a_members_31st_message_and_says_ok(stage: Stage) -> None:
    for number in range(31):
        await stage.outlet.deliver(stage.job(Part(text=f"第{number}条"), str(number)))
    assert len(stage.public()) == 30
    assert platform(stage).shown()[-1].state == "dropped"


async def test_at_the_declared_rates_nothing_is_dropped(stage: Stage) -> None:
    """Both declared windows, kept as the dispatcher keeps them, for ninety minutes."""
    platform(stage).tune({"per_seat": 100})
    sent: list[float] = []
    while (now := stage.clock.monotonic()) < 5400:
        free = [
            sum(1 for at in sent if at > now - rate.per.total_seconds()) < rate.count
            for rate in DECLARATION.rates
        ]
        if all(free):
            await stage.outlet.deliver(stage.job(Part(text=f"第{len(sent)}条"), str(len(sent))))
            sent.append(now)
        stage.clock.advance(1.5 if all(free) else 20.0)
    assert len(sent) > 1000
    assert len(stage.public()) == len(sent)


async def test_person_times_are_a_daily_quota(stage: Stage) -> None:
    app(stage).seats = 1
    platform(stage).tune({"per_seat": 4})
    await stage.outlet.deliver(stage.job(NOTICE))
    with pytest.raises(Throttled) as caught:
        await stage.outlet.deliver(stage.job(Part(text="第二条"), "second"))
    assert caught.value.platform_code == "45009"


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({}, 200),
        ({"seats": "500"}, 200),
        ({"seats": "500", "audience": "500"}, 200),
        ({"seats": "500", "audience": "20"}, 5000),
        ({"seats": "1", "audience": "900"}, 1),
    ],
)
def test_the_audience_decides_how_many_messages_a_day(settings: dict[str, Any], count: int) -> None:
    assert quotas(settings) == (Quota(count=count, period="day"),)


def test_an_audience_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        quotas({"seats": "500", "audience": "all"})
    assert caught.value.field == "audience"


# --- texts, pictures, recall ----------------------------------------------------------------------


async def test_the_platform_would_cut_what_the_hub_never_sends(stage: Stage) -> None:
    long = "字" * 683
    with pytest.raises(Rejected):
        await stage.outlet.deliver(stage.job(Part(text=long)))
    assert stage.public() == []
    outlet = cast(WeComOutlet, stage.outlet)
    await outlet._client.send(stage.access, request_of(stage.access, Part(text=long), "0" * 32))
    assert stage.public()[0].text == "字" * 682


async def test_markdown_is_sent_as_markdown(stage: Stage) -> None:
    part = Part(text="**甲**", extra=CHANNEL.variation({"form": "markdown"}))
    await stage.outlet.deliver(stage.job(part))
    assert b'"msgtype":"markdown"' in next(iter(app(stage).requests))


def with_picture(stage: Stage) -> MemoryJob:
    return stage.job(Part(text="", media=(stage.media.add(picture(side=320)),)))


async def test_a_picture_is_uploaded_once_also_ahead(stage: Stage) -> None:
    job = with_picture(stage)
    outlet = cast(WeComOutlet, stage.outlet)
    job.progress = {**await outlet.prepare(job), "prepared_at": "then"}
    assert await outlet.prepare(job) == job.progress
    stage.clock.advance(2 * 86_400)
    await outlet.deliver(job)
    assert len(app(stage).uploads) == 1
    assert job.progress["prepared_at"] == "then"
    assert [post.pictures for post in stage.public()] == [1]


async def test_an_upload_of_three_days_ago_is_made_again(stage: Stage) -> None:
    job = with_picture(stage)
    job.progress = await cast(WeComOutlet, stage.outlet).prepare(job)
    stage.clock.advance(3 * 86_400)
    await stage.outlet.deliver(job)
    assert len(app(stage).uploads) == 2


async def test_an_upload_that_the_platform_lost_is_made_again(stage: Stage) -> None:
    job = with_picture(stage)
    job.progress = await cast(WeComOutlet, stage.outlet).prepare(job)
    app(stage).uploads.clear()
    with pytest.raises(Busy):
        await stage.outlet.deliver(job)
    await stage.outlet.deliver(job)
    assert [post.pictures for post in stage.public()] == [1]


async def test_a_picture_whose_answer_was_lost_is_repeated_with_the_same_upload(
    stage: Stage,
) -> None:
    job = with_picture(stage)
    stage.platform.faults.arm(Fault.COMMIT_THEN_500, "*/message/send")
    with pytest.raises(Unknown):
        await stage.outlet.deliver(job)
    await stage.outlet.deliver(job)
    assert (len(stage.public()), len(app(stage).uploads)) == (1, 1)


async def test_a_message_is_recalled_for_24_hours_only(stage: Stage) -> None:
    early, late = await published(stage, NOTICE), await published(stage, NOTICE, "late")
    stage.clock.advance(86_400)
    await stage.outlet.withdraw(early)
    stage.clock.advance(1)
    with pytest.raises(Rejected) as caught:
        await stage.outlet.withdraw(late)
    assert caught.value.remedy is not None
    assert "24 小时" in caught.value.remedy.zh
    assert len(stage.public()) == 1


async def test_a_recall_without_an_answer_is_simply_made_again(stage: Stage) -> None:
    job = await published(stage, NOTICE)
    stage.platform.faults.arm(Fault.COMMIT_THEN_RESET, "*/message/recall")
    with pytest.raises(Busy):
        await stage.outlet.withdraw(job)
    await stage.outlet.withdraw(job)
    assert stage.public() == []


@pytest.mark.parametrize("code", sorted(CODES.table))
def test_every_code_has_advice_in_both_languages(code: int) -> None:
    for row in CODES.table[code]:
        assert all((row.words.zh, row.words.en, row.remedy.zh, row.remedy.en))


async def test_a_secret_of_another_application_is_the_accounts_to_mend(stage: Stage) -> None:
    stage.with_settings(agent_id="1000009")
    with pytest.raises(Unauthorised) as caught:
        await stage.outlet.deliver(stage.job(NOTICE))
    assert (caught.value.platform_code, caught.value.field) == ("301002", "agent_id")
    access = replace(stage.access, credentials={"corpid": "wwx", "secret": "s"})
    job = replace(stage.job(NOTICE), access=access)
    with pytest.raises(Unauthorised) as caught:
        await stage.outlet.deliver(job)
    assert (caught.value.platform_code, caught.value.field) == ("40013", "corpid")
