"""Articles, files, publications and mass sends, as strictly taken as by the real platform."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from hub.kernel.clock import ManualClock
from publishers.wechat.simulator import Platform
from publishers.wechat.simulator_articles import sniff
from tests.publishers.doubles import picture
from tests.publishers.wechat.wechat_caller import Caller


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "题" * 65}, 45003),
        ({"digest": "摘" * 121}, 45004),
        ({"author": "署" * 17}, 45110),
        ({"content": "字" * 20_000}, 45002),
        ({"content": ""}, 44004),
        ({"title": " "}, 40035),
        ({"thumb_media_id": "other"}, 40007),
        ({"content_source_url": "https://a/" + "x" * 1100}, 45005),
        ({"article_type": "video"}, 40035),
    ],
)
async def test_an_article_has_limits(caller: Caller, change: dict[str, str], code: int) -> None:
    assert (await caller.draft(**change))["errcode"] == code


async def test_an_article_at_its_limits_is_taken(caller: Caller) -> None:
    full = {"title": "题" * 64, "digest": "摘" * 120, "author": "署" * 16, "content": "字" * 19_999}
    assert "media_id" in await caller.draft(**full)


@pytest.mark.parametrize(("count", "code"), [(0, 44003), (9, 45008)])
async def test_a_draft_has_one_to_eight_articles(caller: Caller, count: int, code: int) -> None:
    articles = [await caller.article()] * count
    assert (await caller.post("draft/add", articles=articles))["errcode"] == code


async def test_foreign_pictures_and_scripts_are_dropped_in_silence(caller: Caller) -> None:
    address = (await caller.upload("media/uploadimg", picture()))["url"]
    content = (
        f'<p onclick="x()">正文</p><script>x()</script><img src="{address}">'
        '<img src="https://elsewhere.example/a.png"><img src="cid:0">'
    )
    draft = await caller.draft(content=content)
    (held,) = (await caller.post("draft/get", media_id=draft["media_id"]))["news_item"]
    assert held["content"] == f'<p>正文</p><img data-src="{address}">'
    assert caller.platform.shown()[0].pictures == 1


async def test_a_missing_digest_is_the_beginning_of_the_text(caller: Caller) -> None:
    draft = await caller.draft(content="<p>" + "字" * 100 + "</p>")
    (held,) = (await caller.post("draft/get", media_id=draft["media_id"]))["news_item"]
    assert held["digest"] == "字" * 54


@pytest.mark.parametrize(
    ("call", "kind", "content", "name", "code"),
    [
        ("media/uploadimg", "", picture() + b"x", "a.png", 40137),
        ("media/uploadimg", "", picture()[:-20], "a.png", 40137),
        ("media/uploadimg", "", picture("image/gif"), "a.png", 40005),
        ("media/uploadimg", "", picture("image/gif"), "a.gif", 40005),
        ("media/uploadimg", "", b"no picture", "a.png", 40137),
        ("media/uploadimg", "", b"", "a.png", 44001),
        ("material/add_material", "poster", picture(), "a.png", 40004),
        ("material/add_material", "thumb", picture(), "a.png", 40005),
        ("media/upload", "voice", picture(), "a.png", 40005),
    ],
)
async def test_files_are_judged_by_what_they_are(
    caller: Caller, call: str, kind: str, content: bytes, name: str, code: int
) -> None:
    params = {"type": kind} if kind else {}
    assert (await caller.upload(call, content, name, **params))["errcode"] == code


async def test_an_article_picture_is_smaller_than_a_megabyte(caller: Caller) -> None:
    image = picture("image/jpeg")
    large = image[:-2] + b"\0" * (1024 * 1024 - len(image)) + image[-2:]
    assert sniff(large) == "jpg"
    assert (await caller.upload("media/uploadimg", large, "a.jpg"))["errcode"] == 40009
    assert "url" in await caller.upload("media/uploadimg", large[:-3] + large[-2:], "a.jpg")


async def test_a_form_without_length_or_file_name_has_no_media(caller: Caller) -> None:
    nameless = aiohttp.FormData()
    nameless.add_field("media", "text")
    nameless.add_field("other", b"x", filename="a.png")
    refused = await caller.raw("POST", "media/uploadimg", data=nameless)
    assert refused["errcode"] == 41005
    chunked = await caller.raw("POST", "media/uploadimg", data=b"x")
    assert chunked["errcode"] == 41005


async def test_a_video_needs_its_description_as_a_form_part(caller: Caller) -> None:
    video = b"\0\0\0\x18ftypmp42" + b"\0" * 50
    refused = await caller.upload("material/add_material", video, "v.mp4", type="video")
    assert refused["errcode"] == 47001


async def test_identical_files_become_two_materials(caller: Caller) -> None:
    one = await caller.upload("material/add_material", picture(), type="image")
    other = await caller.upload("material/add_material", picture(), type="image")
    assert one["media_id"] != other["media_id"]


@pytest.mark.parametrize(("leaves", "left"), [("at-submit", 0), ("at-finish", 1)])
async def test_a_draft_leaves_the_box_when_it_is_published(
    caller: Caller, clock: ManualClock, leaves: str, left: int
) -> None:
    caller.platform.tune({"publish_delay": 30.0, "draft_leaves": leaves})
    draft = (await caller.draft())["media_id"]
    await caller.post("freepublish/submit", media_id=draft)
    assert (await caller.raw("GET", "draft/count"))["total_count"] == left
    clock.advance(30)
    assert (await caller.post("draft/get", media_id=draft))["errcode"] == 40007


async def test_a_publication_takes_its_time_and_then_has_an_article(
    caller: Caller, clock: ManualClock
) -> None:
    caller.platform.tune({"publish_delay": 30.0})
    task = await caller.post("freepublish/submit", media_id=(await caller.draft())["media_id"])
    running = await caller.post("freepublish/get", publish_id=task["publish_id"])
    assert (task["errcode"], running["publish_status"]) == (0, 1)
    clock.advance(30)
    done = await caller.post("freepublish/get", publish_id=task["publish_id"])
    listed = await caller.post("freepublish/batchget", offset=0, count=20)
    assert done["publish_status"] == 0
    assert [entry["article_id"] for entry in listed["item"]] == [done["article_id"]]


async def test_a_deleted_article_is_no_longer_listed(caller: Caller) -> None:
    task = await caller.post("freepublish/submit", media_id=(await caller.draft())["media_id"])
    done = await caller.post("freepublish/get", publish_id=task["publish_id"])
    article = done["article_id"]
    assert (await caller.post("freepublish/delete", article_id=article))["errcode"] == 0
    assert (await caller.post("freepublish/delete", article_id=article))["errcode"] == 53600
    assert (await caller.post("freepublish/batchget", offset=0, count=20))["total_count"] == 0
    later = await caller.post("freepublish/get", publish_id=task["publish_id"])
    assert later["publish_status"] == 5


@pytest.mark.parametrize(
    ("change", "code"), [({"verified": False}, 48001), ({"banned": True}, 48004)]
)
async def test_not_every_account_may_publish(
    caller: Caller, change: dict[str, bool], code: int
) -> None:
    for name, value in change.items():
        setattr(caller.platform.account("gongkai"), name, value)
    draft = (await caller.draft())["media_id"]
    assert (await caller.post("freepublish/submit", media_id=draft))["errcode"] == code
    assert (await caller.sendall())["errcode"] == code


async def test_a_mass_sends_key_is_known_for_a_day(caller: Caller, clock: ManualClock) -> None:
    caller.platform.account("gongkai").kind = "service"
    first = await caller.sendall()
    assert (await caller.sendall())["errcode"] == 45066
    clock.advance(60)
    again = await caller.sendall()
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    clock.advance(86_400)
    caller.token = (await caller.stable())["access_token"]
    assert (await caller.sendall())["msg_id"] != first["msg_id"]


async def test_without_a_key_the_platform_makes_one_from_the_content(
    caller: Caller, clock: ManualClock
) -> None:
    draft = (await caller.draft())["media_id"]
    first = await caller.sendall(None, mpnews={"media_id": draft})
    clock.advance(61)
    again = await caller.sendall(None, mpnews={"media_id": draft})
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"filter": {"is_to_all": False}}, 40035),
        ({"filter": {"group_id": 2}}, 40035),
        ({"filter": None}, 40035),
        ({"msgtype": "text"}, 40035),
        ({"clientmsgid": "键" * 22}, 45067),
        ({"mpnews": {"media_id": "none"}}, 40007),
    ],
)
async def test_a_mass_send_says_to_whom_and_what(
    caller: Caller, change: dict[str, Any], code: int
) -> None:
    assert (await caller.sendall(None, **change))["errcode"] == code


@pytest.mark.parametrize(("kind", "allowed"), [("subscription", 1), ("service", 4)])
async def test_mass_sends_are_few(caller: Caller, kind: str, allowed: int) -> None:
    caller.platform.account("gongkai").kind = kind
    answers = [await caller.sendall(f"key-{number}") for number in range(allowed + 1)]
    assert [answer["errcode"] for answer in answers] == [0] * allowed + [45028]


async def test_sixty_mass_sends_a_minute_and_no_more(caller: Caller, clock: ManualClock) -> None:
    caller.platform.tune({"minute_limits": {"message/mass/sendall": 1}})
    await caller.sendall("one")
    assert (await caller.sendall("two"))["errcode"] == 45011
    clock.advance(60)
    assert (await caller.sendall("three"))["errcode"] == 45028


async def test_the_quota_of_calls_can_be_cleared_ten_times_a_month(caller: Caller) -> None:
    caller.platform.tune({"daily_limits": {"draft/count": 1}})
    appid = caller.keys["appid"]
    await caller.raw("GET", "draft/count")
    assert (await caller.raw("GET", "draft/count"))["errcode"] == 45009
    assert (await caller.post("clear_quota", appid=appid))["errcode"] == 0
    assert "total_count" in await caller.raw("GET", "draft/count")
    answers = [await caller.post("clear_quota", appid=appid) for _ in range(10)]
    assert answers[-1]["errcode"] == 48006


@pytest.mark.parametrize("page", [{"offset": -1}, {"count": 0}, {"count": 21}, {"count": "20"}])
async def test_pages_have_one_to_twenty_entries(caller: Caller, page: dict[str, Any]) -> None:
    refused = await caller.post("draft/batchget", **({"offset": 0, "count": 20} | page))
    assert refused["errcode"] == 40035


def test_an_unknown_switch_is_refused(clock: ManualClock) -> None:
    with pytest.raises(KeyError):
        Platform(clock).tune({"be_kind": True})
