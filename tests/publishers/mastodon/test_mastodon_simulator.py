"""The simulated server refuses what Mastodon refuses, and helps nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from hub.kernel.clock import ManualClock
from publishers.mastodon.simulator import Platform
from tests.publishers.doubles import picture, serve

STATUSES = "/api/v1/statuses"


@dataclass(slots=True)
class Caller:
    """Somebody with a token, and no client of ours."""

    platform: Platform
    url: str
    token: str
    session: aiohttp.ClientSession

    async def __call__(
        self, method: str, path: str, json: Any = None, key: str = "", **more: Any
    ) -> tuple[int, Any]:
        status, found, _ = await self.whole(method, path, json, key, **more)
        return status, found

    async def whole(
        self, method: str, path: str, json: Any = None, key: str = "", **more: Any
    ) -> tuple[int, Any, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        async with self.session.request(
            method, self.url + path, json=json, headers=headers, **more
        ) as answer:
            return answer.status, await answer.json(), answer.headers

    async def upload(self, content: bytes, media_type: str = "image/png") -> tuple[int, Any]:
        form = aiohttp.FormData()
        form.add_field("file", content, filename="a.png", content_type=media_type)
        return await self("POST", "/api/v2/media", data=form)


@pytest.fixture
async def call(clock: ManualClock) -> AsyncIterator[Caller]:
    platform = Platform(clock)
    token = platform.enrol("gov").credentials["access_token"]
    async with serve(platform) as url, aiohttp.ClientSession() as session:
        yield Caller(platform, url, token, session)


async def posted(call: Caller, text: str, **more: Any) -> Any:
    status, found = await call("POST", STATUSES, {"status": text, **more})
    assert status == 200, found
    return found


# --- the key --------------------------------------------------------------------------------------


async def test_a_key_gives_the_first_post_whatever_the_second_text_says(call: Caller) -> None:
    _, first = await call("POST", STATUSES, {"status": "一"}, "key")
    _, second = await call("POST", STATUSES, {"status": "二"}, "key")
    assert second == first
    assert len(call.platform.shown()) == 1


async def test_a_key_is_forgotten_after_an_hour(call: Caller, clock: ManualClock) -> None:
    for wait in (0, 3599, 1):
        clock.advance(wait)
        await call("POST", STATUSES, {"status": "一"}, "key")
    assert len(call.platform.shown()) == 2


async def test_a_key_belongs_to_the_account_and_not_to_the_token(call: Caller) -> None:
    await call("POST", STATUSES, {"status": "一"}, "key")
    call.token = call.platform.authorise("gov", "write")
    await call("POST", STATUSES, {"status": "一"}, "key")
    call.token = call.platform.enrol("other").credentials["access_token"]
    await call("POST", STATUSES, {"status": "一"}, "key")
    assert [shown.account for shown in call.platform.shown()] == ["gov", "other"]


async def test_the_key_of_a_deleted_post_finds_nothing(call: Caller) -> None:
    _, first = await call("POST", STATUSES, {"status": "一"}, "key")
    await call("DELETE", f"{STATUSES}/{first['id']}")
    status, found = await call("POST", STATUSES, {"status": "一"}, "key")
    assert (status, found) == (404, {"error": "Record not found"})


@pytest.mark.parametrize(
    ("locks", "statuses", "posts"), [(True, [200, 503], 1), (False, [200, 200], 2)]
)
async def test_two_calls_at_once_race_for_the_key(
    call: Caller, locks: bool, statuses: list[int], posts: int
) -> None:
    call.platform.tune({"commit_gap_s": 0.2, "locks_keys": locks})
    answers = await asyncio.gather(
        *(call("POST", STATUSES, {"status": "一"}, "key") for _ in range(2))
    )
    assert sorted(status for status, _ in answers) == statuses
    assert len(call.platform.shown()) == posts


async def test_a_crash_between_commit_and_key_loses_the_key(call: Caller) -> None:
    call.platform.tune({"lose_keys": 1})
    for _ in range(3):
        await call("POST", STATUSES, {"status": "一"}, "key")
    assert len(call.platform.shown()) == 2


async def test_gotosocial_takes_the_key_and_ignores_it(call: Caller) -> None:
    call.platform.tune({"software": "gotosocial", "max_characters": 5000})
    await asyncio.gather(*(call("POST", STATUSES, {"status": "一"}, "key") for _ in range(8)))
    assert len(call.platform.shown()) == 8
    status, found = await call("POST", STATUSES, {"status": "字" * 5001})
    assert (status, "5001 characters" in found["error"]) == (400, True)
    assert (await posted(call, "二"))["visibility"] == "unlisted"
    assert (await call("GET", "/nodeinfo/2.0"))[1]["software"]["name"] == "gotosocial"


# --- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"status": "字" * 501}, "Text character limit of 500 exceeded"),
        ({"status": "字" * 499, "spoiler_text": "提示"}, "Text character limit of 500 exceeded"),
        ({"status": "字" * 478 + "https://www.gov.cn/"}, "Text character limit of 500 exceeded"),
        ({"status": " \n"}, "Text can't be blank"),
        ({}, "Text can't be blank"),
        ({"status": "一", "visibility": "everyone"}, "Visibility is not included"),
        ({"status": "一", "media_ids": ["1"]}, "Media 1 not found or already attached"),
        ({"status": "一", "media_ids": list("12345")}, "Cannot attach more than 4 files"),
        ({"status": "一", "scheduled_at": "soon"}, "Scheduled at is invalid"),
    ],
)
async def test_what_cannot_be_posted_is_refused(call: Caller, body: Any, said: str) -> None:
    status, found = await call("POST", STATUSES, body)
    assert status == 422
    assert said in found["error"]
    assert call.platform.shown() == []


async def test_a_link_counts_as_23_and_is_shown_in_parts(call: Caller) -> None:
    link = "https://www.gov.cn/" + "zhengce/" * 60
    found = await posted(call, "字" * 476 + " " + link)
    assert f'href="{link}"' in found["content"]
    assert '<span class="invisible">https://www.</span>' in found["content"]


async def test_paragraphs_and_markup_are_text(call: Caller) -> None:
    found = await posted(call, "一\n二\n\n<b>&三")
    assert found["content"] == "<p>一<br />二</p><p>&lt;b&gt;&amp;三</p>"


async def test_an_answer_to_what_is_gone_is_refused(call: Caller) -> None:
    status, found = await call("POST", STATUSES, {"status": "一", "in_reply_to_id": "1"})
    assert status == 404
    assert "reply to" in found["error"]


@pytest.mark.parametrize(("minutes", "status"), [(2, 422), (10, 200), (-1, 200)])
async def test_the_platform_schedules_only_what_is_five_minutes_ahead(
    call: Caller, clock: ManualClock, minutes: int, status: int
) -> None:
    at = (clock.now() + timedelta(minutes=minutes)).isoformat()
    answered, found = await call("POST", STATUSES, {"status": "一", "scheduled_at": at})
    assert answered == status
    assert ("scheduled_at" in found) is (minutes == 10)
    _, scheduled = await call("GET", "/api/v1/scheduled_statuses")
    assert len(scheduled) == (minutes == 10)
    assert len(call.platform.shown()) == (minutes == -1)


# --- pictures -------------------------------------------------------------------------------------


async def test_a_picture_is_processed_then_free_then_gone_from_view(
    call: Caller, clock: ManualClock
) -> None:
    call.platform.tune({"processing_s": 5.0})
    status, media = await call.upload(picture())
    assert (status, media["url"]) == (202, None)
    place, body = f"/api/v1/media/{media['id']}", {"status": "一", "media_ids": [media["id"]]}
    assert (await call("GET", place))[0] == 206
    status, found = await call("POST", STATUSES, body)
    assert (status, "not finished processing" in found["error"]) == (422, True)
    clock.advance(5)
    assert (await call("GET", place))[0] == 200
    assert (await call("POST", STATUSES, body))[0] == 200
    assert (await call("GET", place))[0] == 404
    status, found = await call("POST", STATUSES, body)
    assert (status, "already attached" in found["error"]) == (422, True)


async def test_a_picture_that_fails_says_so(call: Caller, clock: ManualClock) -> None:
    call.platform.tune({"processing_s": 5.0, "processing_fails": True})
    _, media = await call.upload(picture())
    clock.advance(5)
    status, found = await call("GET", f"/api/v1/media/{media['id']}")
    assert (status, "Error processing" in found["error"]) == (422, True)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"BM" + bytes(64), "image/png"),
        (picture(), "image/bmp"),
        (picture().ljust(4097, b"\0"), "image/png"),
    ],
    ids=["no picture", "another type", "too large"],
)
async def test_a_picture_that_is_none_is_refused(call: Caller, content: bytes, kind: str) -> None:
    call.platform.tune({"largest_image": 4096})
    assert (await call.upload(content, kind))[0] == 422
    assert (await call.upload(picture().ljust(4096, b"\0")))[0] == 200


async def test_somebody_elses_picture_cannot_be_used(call: Caller) -> None:
    _, media = await call.upload(picture())
    call.token = call.platform.enrol("other").credentials["access_token"]
    assert (await call("GET", f"/api/v1/media/{media['id']}"))[0] == 404
    assert (await call("POST", STATUSES, {"status": "一", "media_ids": [media["id"]]}))[0] == 422


# --- who may --------------------------------------------------------------------------------------


async def test_without_a_living_token_nothing_is_written(call: Caller) -> None:
    for token in ("", "wrong"):
        call.token = token
        assert (await call("POST", STATUSES, {"status": "一"}))[0] == 401
    call.token = call.platform.enrol("gov").credentials["access_token"]
    call.platform.revoke(call.token)
    assert await call("GET", "/api/v1/accounts/verify_credentials") == (
        401,
        {"error": "The access token was revoked"},
    )


async def test_a_token_does_only_what_it_is_for(call: Caller) -> None:
    call.token = call.platform.authorise("gov", "write:statuses")
    assert (await call("POST", STATUSES, {"status": "一"}))[0] == 200
    assert (await call.upload(picture()))[0] == 403
    assert (await call("GET", "/api/v1/accounts/verify_credentials"))[0] == 403
    call.platform.disable("gov")
    assert "disabled" in (await call("POST", STATUSES, {"status": "一"}))[1]["error"]


async def test_nobody_changes_or_removes_anothers_post(call: Caller) -> None:
    found = await posted(call, "一")
    call.token = call.platform.enrol("other").credentials["access_token"]
    place = f"{STATUSES}/{found['id']}"
    assert (await call("PUT", place, {"status": "二"}))[0] == 404
    assert (await call("DELETE", place))[0] == 404
    assert [shown.state for shown in call.platform.shown()] == ["public"]


async def test_a_private_post_is_only_its_authors(call: Caller) -> None:
    found = await posted(call, "一", visibility="private")
    owner, listing = call.token, f"/api/v1/accounts/{found['account']['id']}/statuses"
    assert len((await call("GET", listing))[1]) == 1
    call.token = ""
    assert (await call("GET", f"{STATUSES}/{found['id']}"))[0] == 404
    assert (await call("GET", listing))[1] == []
    call.token = owner
    assert (await call("GET", f"{STATUSES}/{found['id']}"))[0] == 200


async def test_an_accounts_posts_come_newest_first_and_in_pages(call: Caller) -> None:
    ids = [(await posted(call, f"第{number}条"))["id"] for number in range(45)]
    own = (await call("GET", "/api/v1/accounts/verify_credentials"))[1]["id"]
    listing = f"/api/v1/accounts/{own}/statuses"
    _, page = await call("GET", f"{listing}?limit=99")
    assert [row["id"] for row in page] == ids[::-1][:40]
    _, rest = await call("GET", f"{listing}?limit=99&max_id={page[-1]['id']}")
    assert [row["id"] for row in rest] == ids[4::-1]


# --- how often ------------------------------------------------------------------------------------


async def test_limits_are_told_with_every_answer_and_end_with_their_window(
    call: Caller, clock: ManualClock
) -> None:
    call.platform.tune({"calls_per_5_minutes": 2})
    _, _, headers = await call.whole("GET", "/api/v2/instance")
    assert headers["X-RateLimit-Remaining"] == "1"
    assert headers["X-RateLimit-Reset"] == "2026-03-02T01:05:00.000000Z"
    await call("GET", "/api/v2/instance")
    status, found, headers = await call.whole("GET", "/api/v2/instance")
    assert (status, found) == (429, {"error": "Too many requests"})
    assert headers["X-RateLimit-Remaining"] == "0"
    clock.advance(300)
    assert (await call("GET", "/api/v2/instance"))[0] == 200


async def test_posts_uploads_and_deletions_have_limits_of_their_own(call: Caller) -> None:
    call.platform.tune({"statuses_per_3_hours": 2})
    call.platform.tune({"media_per_30_minutes": 1, "deletes_per_30_minutes": 1})
    first, second = await posted(call, "一"), await posted(call, "二")
    assert (await call("POST", STATUSES, {"status": "三"}))[0] == 429
    assert [(await call.upload(picture()))[0] for _ in range(2)] == [200, 429]
    removed = [await call("DELETE", f"{STATUSES}/{each['id']}") for each in (first, second)]
    assert [status for status, _ in removed] == [200, 429]
