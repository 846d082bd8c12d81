"""Operator alerts reach every address, say whether they did, and keep the addresses secret."""

from __future__ import annotations

import traceback
from datetime import timedelta

import pytest

from hub.kernel.errors import Misconfigured
from publishers.apprise.alerts import Alerts
from tests.publishers.apprise.conftest import Door

TITLE, TEXT = "微信渠道：1200 条投递失败", "代码 48001，共一个原因。\n先检查接口权限。"


async def test_an_alert_says_what_it_was_given(door: Door) -> None:
    assert await Alerts([door.url()]).send(TITLE, TEXT)
    (said,) = door.said
    assert (said["title"], said["message"], said["type"]) == (TITLE, TEXT, "info")


async def test_every_address_is_told_and_one_that_fails_is_not_hidden(
    door: Door, unused_tcp_port: int
) -> None:
    nobody = f"json://127.0.0.1:{unused_tcp_port}/"
    assert not await Alerts([door.url(), nobody, door.url()]).send(TITLE, TEXT)
    assert len(door.said) == 2


async def test_with_no_address_nobody_was_told() -> None:
    assert not await Alerts([]).send(TITLE, TEXT)


@pytest.mark.parametrize(
    ("status", "body"), [(500, b""), (404, b""), (302, b""), (200, b"<!DOCTYPE html><html>login")]
)
async def test_an_answer_that_is_no_yes_is_a_no(door: Door, status: int, body: bytes) -> None:
    door.status, door.body = status, body
    door.headers = {"Location": f"http://127.0.0.1:{door.port}/elsewhere"} if status == 302 else {}
    assert not await Alerts([door.url()]).send(TITLE, TEXT)
    assert len(door.said) == 1  # neither repeated nor followed


async def test_a_service_that_never_answers_is_given_up(door: Door) -> None:
    door.hang = True
    assert not await Alerts([door.url()], timeout=timedelta(seconds=0.2)).send(TITLE, TEXT)


async def test_a_text_that_is_too_long_is_shortened_visibly(door: Door) -> None:
    assert await Alerts([door.url()]).send("题" * 300, "文" * 40_000)
    (said,) = door.said
    assert (len(said["title"]), said["title"][-3:]) == (250, "题……")
    assert said["message"].endswith("文……")
    assert 25_000 < len(said["message"]) <= 32_768


def test_an_address_that_is_none_is_named_by_its_place_only() -> None:
    urls = [Door(port=9).url(), Door(port=9).url().replace("json", "no-such-service")]
    with pytest.raises(Misconfigured) as caught:
        Alerts(urls)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "2" in caught.value.words.zh
    assert "s3cret-word" not in told


async def test_no_address_is_ever_shown_or_logged(door: Door, logged: list[str]) -> None:
    alerts = Alerts([door.url()])
    door.status = 500
    await alerts.send(TITLE, TEXT)
    assert "s3cret-word" not in repr(alerts) + "".join(logged)
