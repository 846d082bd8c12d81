"""Every way a call to a homeserver can end, and what it is called afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.errors import (
    Busy,
    DeliveryError,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from hub.publishing.models import MediaRef
from hub.publishing.ports import Forecasting
from publishers.matrix.publisher import MatrixOutlet
from publishers.matrix.simulator import Platform
from publishers.wire import Answer
from tests.publishers.doubles import MemoryJob, Stage
from tests.publishers.protocol import assert_speaks

Make = Callable[..., MemoryJob]


class CannedWire:
    """The real wire's place, where one answer comes back to whatever is sent."""

    def __init__(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        self._answer = (status, headers or {}, body.encode())

    async def call(self, method: str, url: str, **options: Any) -> Answer:
        if url.endswith("/account/whoami"):
            told = b'{"user_id":"@u:x","device_id":"D"}'
            return Answer(200, {}, told, options["effect"], options["what"])
        if "/state/" in url:
            body = b'{"errcode":"M_NOT_FOUND"}'
            return Answer(404, {}, body, options["effect"], options["what"])
        return Answer(*self._answer, options["effect"], options["what"])


async def ending(
    job: MemoryJob, clock: ManualClock, status: int, body: str, **headers: str
) -> DeliveryError:
    """How a send ends that is answered so."""
    wire: Any = CannedWire(status, body, headers)
    outlet = MatrixOutlet(wire, clock)
    job.access = replace(job.access, handle="!r:x", settings={"device_id": "D"})
    with pytest.raises(DeliveryError) as caught:
        await outlet.deliver(job)
    assert_speaks(caught.value)
    return caught.value


CODES: list[tuple[int, str, type[DeliveryError]]] = [
    (401, "M_UNKNOWN_TOKEN", Unauthorised),
    (401, "M_MISSING_TOKEN", Unauthorised),
    (401, "M_USER_LOCKED", Unauthorised),
    (403, "M_USER_DEACTIVATED", Unauthorised),
    (403, "M_USER_SUSPENDED", Unauthorised),
    (403, "M_CONSENT_NOT_GIVEN", Unauthorised),
    (403, "M_FORBIDDEN", Rejected),
    (403, "M_GUEST_ACCESS_FORBIDDEN", Rejected),
    (403, "M_RESOURCE_LIMIT_EXCEEDED", Busy),
    (404, "M_NOT_FOUND", Rejected),
    (404, "M_UNRECOGNIZED", Rejected),
    (413, "M_TOO_LARGE", Rejected),
    (400, "M_BAD_JSON", Rejected),
    (400, "M_NOT_JSON", Rejected),
    (400, "M_INVALID_PARAM", Rejected),
    (400, "ORG_EXAMPLE_OF_ITS_OWN", Rejected),
    (500, "M_UNKNOWN", Unknown),
    (503, "M_UNKNOWN", Unknown),
]


@pytest.mark.parametrize(("status", "code", "kind"), CODES, ids=[row[1] for row in CODES])
async def test_a_code_has_one_meaning(
    job: Make, clock: ManualClock, status: int, code: str, kind: type[DeliveryError]
) -> None:
    body = json.dumps({"errcode": code, "error": "in the server's words"})
    error = await ending(job(), clock, status, body)
    assert type(error) is kind
    if status < 500:
        assert (error.platform_code, error.platform_message) == (code, "in the server's words")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "{}"),
        (200, "[]"),
        (200, '{"event_id": 7}'),
        (200, '{"event_id": ""}'),
        (404, "{}"),
        (404, '{"errcode": 7}'),
        (502, "<html></html>"),
        (302, '{"errcode":"M_FORBIDDEN"}'),
        (200, "\x00"),
    ],
)
async def test_an_answer_of_no_known_shape_decides_nothing(
    job: Make, clock: ManualClock, status: int, body: str
) -> None:
    assert type(await ending(job(), clock, status, body)) is Unknown


@pytest.mark.parametrize(
    ("headers", "fields", "seconds"),
    [
        ({"Retry-After": "7"}, {"retry_after_ms": 99_000}, 7),
        ({}, {"retry_after_ms": 4_763}, 5),
        ({}, {"retry_after_ms": 0}, 1),
        ({}, {}, 30),
        ({"Retry-After": "Fri, 01 Jan 2027 00:00:00 GMT"}, {"retry_after_ms": 2000}, 2),
        ({"Retry-After": "inf"}, {"retry_after_ms": None}, 30),
    ],
)
async def test_the_pause_that_the_server_asks_for_is_kept(
    job: Make,
    clock: ManualClock,
    headers: dict[str, str],
    fields: dict[str, Any],
    seconds: int,
) -> None:
    body = json.dumps({"errcode": "M_LIMIT_EXCEEDED", "error": "Too fast", **fields})
    error = await ending(job(), clock, 429, body, **headers)
    assert isinstance(error, Throttled)
    assert error.retry_after == timedelta(seconds=seconds)
    assert error.scope == "app"


# --- the token and its device ---------------------------------------------------------------------


async def test_a_soft_logout_is_told_apart(stage: Stage, platform: Platform, job: Make) -> None:
    platform.sign_out(stage.access.credentials["access_token"], soft=True)
    with pytest.raises(Unauthorised) as caught:
        await stage.outlet.deliver(job())
    assert "kept" in caught.value.words.en


async def test_a_token_that_dies_in_between_is_asked_about_again(
    stage: Stage, platform: Platform, job: Make
) -> None:
    await stage.outlet.deliver(job())
    platform.sign_out(stage.access.credentials["access_token"])
    for _ in range(2):
        with pytest.raises(Unauthorised):
            await stage.outlet.deliver(job("第二则", name="second"))
    assert len(stage.public()) == 1


@pytest.mark.parametrize("declared", ["ANOTHER", "", "  "])
async def test_a_token_of_a_device_that_was_not_declared_sends_nothing(
    stage: Stage, job: Make, declared: str
) -> None:
    actual = stage.access.settings["device_id"]
    stage.with_settings(device_id=declared)
    made = job()
    for act in (stage.outlet.deliver, stage.outlet.amend):
        with pytest.raises(Unauthorised) as caught:
            await act(made)
        assert caught.value.field == "device_id"
        assert actual in caught.value.words.en
    outlet: Any = stage.outlet
    assert isinstance(outlet, Forecasting)
    with pytest.raises(Unauthorised):
        await outlet.authorised_until(stage.access)
    assert stage.platform.shown() == []


async def test_the_settings_are_looked_at_every_time(stage: Stage, job: Make) -> None:
    await stage.outlet.deliver(job())
    stage.with_settings(device_id="ANOTHER")
    with pytest.raises(Unauthorised):
        await stage.outlet.deliver(job("第二则", name="second"))


@pytest.mark.parametrize("token", ["", "two words", "line\nend", "中文"])
async def test_what_cannot_be_a_token_is_not_sent(stage: Stage, job: Make, token: str) -> None:
    stage.access = replace(stage.access, credentials={"access_token": token})
    with pytest.raises(Unauthorised) as caught:
        await stage.outlet.deliver(job())
    assert caught.value.field == "access_token"


# --- the room -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handle", "code"),
    [
        ("gongkai", "bad-room"),
        ("@user:sim.example", "bad-room"),
        ("", "bad-room"),
        (f"!{'r' * 200}:sim.example", "M_FORBIDDEN"),
        ("#nowhere:sim.example", "M_NOT_FOUND"),
        ("#nowhere", "M_INVALID_PARAM"),
        ("!nowhere:sim.example", "M_FORBIDDEN"),
        ("!../../../account/whoami", "M_FORBIDDEN"),
    ],
)
async def test_a_handle_that_leads_nowhere_is_refused(
    stage: Stage, job: Make, handle: str, code: str
) -> None:
    stage.access = replace(stage.access, handle=handle)
    with pytest.raises(Rejected) as caught:
        await stage.outlet.deliver(job())
    assert caught.value.platform_code == code
    assert stage.platform.shown() == []


async def test_a_room_whose_id_no_receipt_can_hold_is_refused(
    stage: Stage, platform: Platform, job: Make
) -> None:
    room = platform.room(stage.access.handle)
    room.id = f"!{'r' * 200}:sim.example"
    platform._rooms[room.id] = room
    stage.access = replace(stage.access, handle=room.id)
    with pytest.raises(Rejected) as caught:
        await stage.outlet.deliver(job())
    assert caught.value.field == "handle"


async def test_an_account_that_may_not_speak_is_told_so_and_asked_anew(
    stage: Stage, platform: Platform, job: Make
) -> None:
    room = platform.room(stage.access.handle)
    room.to_send = 50
    with pytest.raises(Rejected) as caught:
        await stage.outlet.deliver(job())
    assert caught.value.platform_code == "M_FORBIDDEN"
    room.to_send = 0
    await stage.outlet.deliver(job())
    assert len(stage.public()) == 1


@pytest.mark.parametrize("remote_id", ["", "!r:x", "!r:x/", "$e", "0123456789abcdef"])
async def test_a_receipt_that_names_no_event_is_a_persons_to_mend(
    stage: Stage, job: Make, remote_id: str
) -> None:
    made = job(remote_id=remote_id)
    for act in (stage.outlet.verify, stage.outlet.withdraw, stage.outlet.amend):
        with pytest.raises(Rejected) as caught:
            await act(made)
        assert caught.value.field == "remote_id"


async def test_a_picture_that_is_nowhere_is_refused_before_anything_is_said(
    stage: Stage, job: Make
) -> None:
    lost = MediaRef(sha256="0" * 64, media_type="image/png", size=1, width=1, height=1)
    with pytest.raises(Rejected) as caught:
        await stage.outlet.deliver(job("放假通知", lost))
    assert caught.value.field == "media"
    assert stage.platform.shown() == []


async def test_a_server_that_takes_no_such_upload_is_told_apart(
    stage: Stage, platform: Platform, job: Make, draw: Callable[[], MediaRef]
) -> None:
    platform.tune({"largest_upload": 10})
    with pytest.raises(Rejected) as caught:
        await stage.outlet.deliver(job("放假通知", draw()))
    assert caught.value.platform_code == "M_TOO_LARGE"
    assert stage.platform.shown() == []
