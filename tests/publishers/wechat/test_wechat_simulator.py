"""The simulated platform refuses what the real one refuses, and helps nobody."""

from __future__ import annotations

import pytest

from hub.kernel.clock import ManualClock
from publishers.wechat.simulator import Platform
from tests.publishers.wechat.wechat_caller import Caller


def test_the_same_account_is_enrolled_twice(clock: ManualClock) -> None:
    one, other = Platform(clock), Platform(clock)
    assert one.enrol("gongkai") == one.enrol("gongkai") == other.enrol("gongkai")
    assert one.enrol("gongkai") != one.enrol("another")
    assert len(one.enrol("gongkai").credentials["aes_key"]) == 43


async def test_a_new_plain_token_leaves_its_predecessor_five_minutes(
    caller: Caller, clock: ManualClock
) -> None:
    first = await caller.plain()
    second = await caller.plain()
    caller.token = first
    clock.advance(299)
    assert "total_count" in await caller.raw("GET", "draft/count")
    clock.advance(2)
    assert (await caller.raw("GET", "draft/count"))["errcode"] == 42001
    caller.token = second
    assert "total_count" in await caller.raw("GET", "draft/count")


async def test_the_two_issuers_know_nothing_of_each_other(caller: Caller) -> None:
    for _ in range(3):
        await caller.plain()
    assert (await caller.stable())["access_token"] == caller.token
    assert "total_count" in await caller.raw("GET", "draft/count")


async def test_a_stable_token_stays_until_five_minutes_before_its_end(
    caller: Caller, clock: ManualClock
) -> None:
    clock.advance(6899)
    same = await caller.stable()
    assert (same["access_token"], same["expires_in"]) == (caller.token, 301)
    clock.advance(1)
    renewed = await caller.stable()
    assert (renewed["access_token"] != caller.token, renewed["expires_in"]) == (True, 7200)
    assert "total_count" in await caller.raw("GET", "draft/count")
    clock.advance(300)
    assert (await caller.raw("GET", "draft/count"))["errcode"] == 42001


async def test_forcing_a_token_revokes_the_old_one_at_once_and_not_too_often(
    caller: Caller, clock: ManualClock
) -> None:
    forced = await caller.stable(force_refresh=True)
    assert (await caller.raw("GET", "draft/count"))["errcode"] == 40001
    clock.advance(29)
    assert (await caller.stable(force_refresh=True))["access_token"] == forced["access_token"]
    clock.advance(1)
    assert (await caller.stable(force_refresh=True))["access_token"] != forced["access_token"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"appid": "wx0"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "password"}, 40002),
    ],
)
async def test_tokens_are_only_for_those_who_know(
    caller: Caller, change: dict[str, str], code: int
) -> None:
    assert (await caller.stable(**change))["errcode"] == code


async def test_an_unlisted_address_is_told_its_name(caller: Caller) -> None:
    caller.platform.tune({"check_ip": True})
    refused = await caller.stable()
    assert refused["errcode"] == 40164
    assert "127.0.0.1" in refused["errmsg"]
    caller.platform.account("gongkai").allowed_ips.add("127.0.0.1")
    assert "access_token" in await caller.stable()


async def test_the_days_tokens_end_and_start_again_in_beijing(
    caller: Caller, clock: ManualClock
) -> None:
    caller.platform.tune({"daily_limits": {"stable_token": 2}})
    await caller.stable()
    assert (await caller.stable())["errcode"] == 45009
    clock.advance(15 * 3600)
    assert "access_token" in await caller.stable()


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("x", 40014), ("98_" + "a" * 150, 40001)])
async def test_a_call_needs_a_token_of_this_platform(caller: Caller, token: str, code: int) -> None:
    caller.token = token
    refused = await caller.raw("GET", "draft/count")
    assert refused["errcode"] == code
    assert "rid:" in refused["errmsg"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 44002),
        (b"{", 47001),
        (b"[]", 47001),
        (b'{"media_id":"\xff"}', 47001),
        (b'{"media_id":"\\u4f60"}', 40033),
    ],
)
async def test_bodies_are_raw_utf8_objects(caller: Caller, body: bytes, code: int) -> None:
    assert (await caller.raw("POST", "draft/get", data=body))["errcode"] == code


async def test_a_backslash_before_a_u_is_no_escape(caller: Caller) -> None:
    body = b'{"media_id":"C:\\\\u4f60"}'
    assert (await caller.raw("POST", "draft/get", data=body))["errcode"] == 40007


async def test_methods_are_checked(caller: Caller) -> None:
    assert (await caller.raw("GET", "draft/add"))["errcode"] == 43002
    assert (await caller.raw("POST", "draft/count"))["errcode"] == 43001
