"""The simulated platform is as strict as the real one, whoever asks and however."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from hub.kernel.clock import ManualClock
from publishers.simulation import Enrolment
from publishers.telegram.simulator import Platform


@pytest.fixture
def call(session: aiohttp.ClientSession, base_url: str, enrolled: Enrolment) -> Any:
    async def ask(method: str, *, verb: str = "POST", token: str = "", **how: Any) -> Any:
        url = f"{base_url}/bot{token or enrolled.credentials['bot_token']}/{method}"
        async with session.request(verb, url, **how) as response:
            answer = await response.json()
            assert answer.get("error_code", 200) == response.status
            return answer

    return ask


CHAT = {"chat_id": "@gongkai_demo"}


@pytest.mark.parametrize(
    "how",
    [
        {"json": CHAT | {"text": "你好"}},
        {"data": CHAT | {"text": "你好"}},
        {"params": CHAT | {"text": "你好"}},
        {"params": CHAT | {"text": "你好"}, "verb": "GET"},
        {"params": CHAT, "json": {"text": "你好"}},
    ],
)
async def test_arguments_come_from_query_json_and_forms(
    call: Any, platform: Platform, how: dict[str, Any]
) -> None:
    answer = await call("sendmessage", **how)
    assert answer["result"]["text"] == "你好"
    assert [post.text for post in platform.shown()] == ["你好"]


async def test_arguments_come_from_multipart_and_method_names_ignore_case(call: Any) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in (CHAT | {"text": "你好"}).items():
        form.add_field(name, value)
    assert (await call("SENDMESSAGE", data=form))["ok"]


async def test_the_bot_and_its_chat_introduce_themselves(call: Any) -> None:
    assert (await call("getMe"))["result"]["is_bot"] is True
    chat = (await call("getChat", json=CHAT))["result"]
    assert (chat["type"], chat["username"]) == ("channel", "gongkai_demo")


@pytest.mark.parametrize(
    ("token", "method", "sentence"),
    [
        ("nonsense", "getMe", "Unauthorized: invalid token specified"),
        ("0123:abc", "getMe", "Unauthorized: invalid token specified"),
        ("77:unknown", "getMe", "Unauthorized"),
        ("", "getNothing", "Not Found: method not found"),
    ],
)
async def test_wrong_tokens_and_methods_are_named(
    call: Any, token: str, method: str, sentence: str
) -> None:
    assert (await call(method, token=token))["description"] == sentence


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": "@nobody", "text": "x"}, "chat not found"),
        (CHAT, "message text is empty"),
        (CHAT | {"text": "省" * 4097}, "message is too long"),
        (CHAT | {"text": "😀" * 2049}, "message is too long"),
        (CHAT | {"text": "x", "parse_mode": "bbcode"}, "unsupported parse_mode"),
        (
            CHAT | {"text": "<p>x</p>", "parse_mode": "html"},
            'can\'t parse entities: Unsupported start tag "p" at byte offset 0',
        ),
        (CHAT | {"text": "x", "message_thread_id": 5}, "message thread not found"),
    ],
)
async def test_bad_messages_are_refused_in_the_platforms_words(
    call: Any, platform: Platform, arguments: dict[str, Any], sentence: str
) -> None:
    answer = await call("sendMessage", json=arguments)
    assert answer["description"] == f"Bad Request: {sentence}"
    assert platform.shown() == []


async def test_text_is_counted_after_entities_are_parsed(call: Any) -> None:
    text = "<b>" + "&lt;" * 4096 + "</b>"
    answer = await call("sendMessage", json=CHAT | {"text": text, "parse_mode": "HTML"})
    assert answer["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]


async def test_a_caption_has_its_own_limit(call: Any, pictures: Any) -> None:
    photo = await pictures.read(pictures.draw().sha256)
    for size, ok in ((1024, True), (1025, False)):
        form = aiohttp.FormData(CHAT | {"caption": "省" * size})
        form.add_field("photo", photo, filename="x.png")
        assert (await call("sendPhoto", data=form))["ok"] is ok


@pytest.mark.parametrize("count", [1, 11])
async def test_an_album_has_2_to_10_pictures(call: Any, pictures: Any, count: int) -> None:
    form = aiohttp.FormData(CHAT)
    form.add_field("pic", await pictures.read(pictures.draw().sha256), filename="x.png")
    media = [{"type": "photo", "media": "attach://pic"}] * count
    form.add_field("media", json.dumps(media))
    assert "2-10" in (await call("sendMediaGroup", data=form))["description"]


async def test_an_unchanged_edit_is_refused_and_a_changed_one_shown(
    call: Any, platform: Platform
) -> None:
    await call("sendMessage", json=CHAT | {"text": "旧"})
    edit = CHAT | {"message_id": 1, "text": "新"}
    assert (await call("editMessageText", json=edit))["ok"]
    again = await call("editMessageText", json=edit)
    assert again["description"].startswith("Bad Request: message is not modified")
    caption = await call("editMessageCaption", json=CHAT | {"message_id": 1, "caption": "x"})
    assert "no caption" in caption["description"]
    assert [post.text for post in platform.shown()] == ["新"]


async def test_what_is_too_old_cannot_be_deleted_and_what_is_gone_not_again(
    call: Any, clock: ManualClock, platform: Platform
) -> None:
    for text in "一二":
        await call("sendMessage", json=CHAT | {"text": text})
    assert (await call("deleteMessage", json=CHAT | {"message_id": 1}))["result"] is True
    gone = await call("deleteMessage", json=CHAT | {"message_id": 1})
    clock.advance(48 * 3600 + 1)
    old = await call("deleteMessage", json=CHAT | {"message_id": 2})
    assert gone["description"] == "Bad Request: message to delete not found"
    assert old["description"] == "Bad Request: message can't be deleted"
    assert [post.state for post in platform.shown()] == ["deleted", "public"]


async def test_several_messages_are_deleted_at_once(call: Any, platform: Platform) -> None:
    for text in "一二三":
        await call("sendMessage", json=CHAT | {"text": text})
    assert (await call("deleteMessages", json=CHAT | {"message_ids": [1, 3, 99]}))["ok"]
    assert [post.state for post in platform.shown()] == ["deleted", "public", "deleted"]


async def test_a_migrated_group_names_its_successor(
    call: Any, platform: Platform, enrolled: Enrolment
) -> None:
    platform.enrol("-4242")
    platform.add_bot("-4242", enrolled.credentials["bot_token"])
    new_id = platform.upgrade("-4242")
    answer = await call("sendMessage", json={"chat_id": -4242, "text": "x"})
    assert answer["parameters"] == {"migrate_to_chat_id": new_id}
    assert (await call("sendMessage", json={"chat_id": new_id, "text": "x"}))["ok"]


async def test_too_many_calls_of_one_bot_are_refused_until_the_second_is_over(
    call: Any, clock: ManualClock, platform: Platform
) -> None:
    platform.tune({"bot_per_second": 2})
    message = CHAT | {"text": "x"}
    answers = [await call("sendMessage", json=message) for _ in range(3)]
    assert [answer["ok"] for answer in answers] == [True, True, False]
    assert answers[2]["parameters"] == {"retry_after": 1}
    clock.advance(1)
    assert (await call("sendMessage", json=message))["ok"]


async def test_a_bot_posts_only_where_it_is_a_member(call: Any, platform: Platform) -> None:
    platform.enrol("@somebody_else")
    answer = await call("sendMessage", json={"chat_id": "@somebody_else", "text": "x"})
    assert answer["error_code"] == 403


def test_opening_an_account_twice_is_the_same_account(platform: Platform) -> None:
    handles = ("@gov_city", "-1001234", "-77", "88", "市政府")
    assert [platform.enrol(handle) for handle in handles] == [
        platform.enrol(handle) for handle in handles
    ]


def test_an_unknown_switch_is_refused(platform: Platform) -> None:
    with pytest.raises(KeyError, match="no switch"):
        platform.tune({"speed": 1})
