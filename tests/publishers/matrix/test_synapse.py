"""Our publisher before Synapse, a homeserver made by others: posts, repeats, kills, corrections.

Users are as Synapse makes them, rooms as its clients do. What it does otherwise than our simulator
is in publishers/matrix/README.md; here it is asserted.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.crash.triggers import Kill
from hub.kernel.clock import SystemClock
from hub.publishing.errors import Rejected, Throttled, Unauthorised
from hub.publishing.models import DeliveryState, MediaRef, Part
from hub.publishing.ports import Access, Verdict
from publishers.matrix.content import prepared, text_content, transaction
from publishers.matrix.publisher import MatrixOutlet
from publishers.wire import Wire, open_session
from tests.publishers.doubles import MemoryJob, MemoryMedia, picture
from tests.publishers.matrix.homeserver import Homeserver, Member, prepare, running
from tests.publishers.matrix.lives import Lives
from tests.publishers.rendering.samples import make_source

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    folder = tmp_path_factory.mktemp("synapse")
    port = prepare(folder)
    with running(folder, port) as opened:
        yield opened


@pytest.fixture
async def outlet() -> AsyncIterator[MatrixOutlet]:
    async with an_outlet() as opened:
        yield opened


@asynccontextmanager
async def an_outlet() -> AsyncIterator[MatrixOutlet]:
    async with open_session() as session:
        yield MatrixOutlet(Wire(session), SystemClock())


def access_of(server: Homeserver, member: Member, **changes: Any) -> Access:
    values: dict[str, Any] = {
        "account_id": member.user,
        "handle": member.alias,
        "base_url": server.url,
        "credentials": {"access_token": member.token},
        "settings": {"device_id": member.device},
    }
    return Access(**{**values, **changes})


MEDIA = MemoryMedia()


def drawn(colour: str) -> MediaRef:
    return MEDIA.add(picture(side=64, colour=colour), side=64)


def job(
    server: Homeserver, member: Member, words: str, *media: MediaRef, name: str = "a", **more: Any
) -> MemoryJob:
    values: dict[str, Any] = {
        "key": (name * 32)[:32],
        "access": access_of(server, member),
        "part": part(words, *media),
        "media": MEDIA,
        "started_at": SystemClock().now(),
    }
    return MemoryJob(**{**values, **more})


def part(words: str, *media: MediaRef) -> Part:
    made = Part(text=f"<p>{words}</p>", link="https://www.gov.example/1", media=media)
    (finished,) = prepared((made,), make_source())
    return finished


async def deliver(outlet: MatrixOutlet, made: MemoryJob) -> MemoryJob:
    made.remote_id = (await outlet.deliver(made)).remote_id
    return made


async def test_a_post_with_pictures_is_published_and_read_back(
    server: Homeserver, outlet: MatrixOutlet
) -> None:
    member = server.member("reads")
    made = job(server, member, "放假<b>三</b>天", drawn("red"), drawn("blue"))
    accepted = await outlet.deliver(made)
    events = server.events(member)
    assert [event["content"]["msgtype"] for event in events] == ["m.text", "m.image", "m.image"]
    assert accepted.remote_id == f"{member.room}/{events[0]['event_id']}"
    made.remote_id = accepted.remote_id
    finding = await outlet.verify(made)
    assert (finding.verdict, finding.same) == (Verdict.FOUND, True)
    other = replace(made, part=part("放假四天", *made.part.media))
    assert (await outlet.verify(other)).same is False
    assert await outlet.authorised_until(made.access) is None


async def test_repeats_one_after_another_and_all_at_once_are_one_post(
    server: Homeserver, outlet: MatrixOutlet
) -> None:
    member = server.member("repeats")
    ref = drawn("red")
    made = [job(server, member, "放假通知", ref) for _ in range(7)]
    first = await outlet.deliver(made[0])
    again = await asyncio.gather(*(outlet.deliver(one) for one in made[1:]))
    assert {accepted.remote_id for accepted in again} == {first.remote_id}
    assert len(server.events(member)) == 2


async def test_a_correction_and_a_withdrawal_leave_nothing_of_what_was_before(
    server: Homeserver, outlet: MatrixOutlet
) -> None:
    member = server.member("corrects")
    made = await deliver(outlet, job(server, member, "放假通知", drawn("red")))
    correction = job(server, member, "更正：上班通知", drawn("blue"), name="c")
    correction.remote_id = made.remote_id
    await outlet.amend(correction)
    await outlet.amend(replace(correction, progress={}))
    assert len(server.events(member)) == 4
    assert (await outlet.verify(correction)).same is True
    assert (await outlet.verify(made)).same is False
    recall = replace(made, key="d" * 32, progress={})
    await outlet.withdraw(recall)
    await outlet.withdraw(recall)
    assert [event["content"] for event in server.events(member)] == [{}] * 4
    assert len(server.events(member, "m.room.redaction")) == 4
    assert (await outlet.verify(made)).verdict is Verdict.GONE


async def test_a_user_who_is_too_fast_waits_and_goes_on_where_it_stopped(
    server: Homeserver, outlet: MatrixOutlet
) -> None:
    member = server.member("hurries", limited=True)
    pictures = [drawn(f"#{n}{n}{n}") for n in range(9)]
    made = [job(server, member, "放假通知", *pictures, name=name) for name in "abc"]

    async def thirty_events() -> None:
        """Synapse permits ten, then one in five seconds."""
        for one in made:
            await outlet.deliver(one)

    with pytest.raises(Throttled) as caught:
        await thirty_events()
    assert caught.value.retry_after is not None
    assert timedelta(0) < caught.value.retry_after <= timedelta(seconds=10)
    assert caught.value.scope == "app"
    server.free(member.user)
    await thirty_events()
    assert len(server.events(member)) == 30


async def test_the_largest_text_and_its_correction_are_taken(
    server: Homeserver, outlet: MatrixOutlet
) -> None:
    member = server.member("writes")
    made = await deliver(outlet, job(server, member, "字" * 5_950))
    correction = job(server, member, "文" * 5_950, name="c")
    correction.remote_id = made.remote_id
    await outlet.amend(correction)
    assert (await outlet.verify(correction)).same is True


async def test_refusals_carry_the_servers_codes(server: Homeserver, outlet: MatrixOutlet) -> None:
    member = server.member("refused")
    made = job(server, member, "放假通知")
    cases: dict[str, Access] = {
        "M_UNKNOWN_TOKEN": access_of(server, member, credentials={"access_token": "syt_none"}),
        "device-changed": access_of(server, member, settings={"device_id": "ANOTHER"}),
        "M_NOT_FOUND": access_of(server, member, handle="#none:gongkai.test"),
        "M_FORBIDDEN": access_of(server, member, handle="!none:gongkai.test"),
    }
    for code, access in cases.items():
        with pytest.raises((Rejected, Unauthorised)) as caught:
            await outlet.deliver(replace(made, access=access))
        assert caught.value.platform_code == code
    assert server.events(member) == []


async def test_a_room_that_the_server_replaced_is_followed(
    server: Homeserver, outlet: MatrixOutlet
) -> None:
    member = server.member("moves")
    old = f"/_matrix/client/v3/rooms/{member.room}"
    found = server.call("POST", f"{old}/upgrade", member.token, {"new_version": "11"})
    new = found["replacement_room"]
    accepted = await outlet.deliver(job(server, member, "放假通知"))
    assert accepted.remote_id.startswith(f"{new}/")
    by_id = job(server, member, "放假通知", access=access_of(server, member, handle=member.room))
    assert (await outlet.deliver(by_id)).moved_to == new


# --- the device -----------------------------------------------------------------------------------


async def test_the_same_device_signed_in_again_keeps_its_transactions(
    server: Homeserver, outlet: MatrixOutlet
) -> None:
    member = server.member("returns")
    made = job(server, member, "放假通知")
    await outlet.deliver(made)
    with_new_token = replace(member, token=server.sign_in("returns", member.device))
    await outlet.deliver(job(server, with_new_token, "放假通知"))
    assert len(server.events(with_new_token)) == 1
    # the specification ends a device's older token here, Synapse does not
    await outlet.deliver(job(server, member, "放假通知"))
    assert len(server.events(member)) == 1


async def test_another_device_would_double_a_post_and_ours_adopts_it(
    server: Homeserver, outlet: MatrixOutlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publishers.matrix.publisher._SETTLED", timedelta(0))
    member = server.member("switches")
    made = job(server, member, "放假通知", drawn("red"))
    first = await outlet.deliver(made)
    second = replace(member, device="SECOND", token=server.sign_in("switches", "SECOND"))
    # what a program without our check would do
    path = f"/_matrix/client/v3/rooms/{member.room}/send/m.room.message/"
    content = text_content(made.part, made.key)
    server.call("PUT", path + transaction(made.key, "0"), second.token, content)
    assert len(server.events(second)) == 3
    again = replace(made, access=access_of(server, second))
    accepted = await outlet.deliver(again)
    assert len(server.events(second)) == 3
    assert accepted.receipt["room"] == first.receipt["room"]


# --- the server's memory --------------------------------------------------------------------------


async def test_transactions_outlive_the_server_for_a_day_and_our_marks_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publishers.matrix.publisher._SETTLED", timedelta(0))
    port = prepare(tmp_path)
    with running(tmp_path, port) as server:
        member = server.member("lasts")
        made = job(server, member, "放假通知", drawn("red"))
        async with an_outlet() as outlet:
            await outlet.deliver(made)
    with running(tmp_path, port) as server:  # killed, and started again
        async with an_outlet() as outlet:
            await outlet.deliver(replace(made, progress={}))
        assert len(server.events(member)) == 2
    _forget_transactions(tmp_path / "homeserver.db")
    with running(tmp_path, port) as server:
        late = replace(made, started_at=SystemClock().now() - timedelta(hours=25))
        async with an_outlet() as outlet:
            found = await outlet.reconcile(late)
            assert (found.verdict, found.remote_id) == (Verdict.FOUND, _first(server, member))
            await outlet.deliver(late)
            assert len(server.events(member)) == 2
            await outlet.deliver(replace(made, progress={}))  # without the search it is doubled
        assert len(server.events(member)) == 4


def _forget_transactions(database: Path) -> None:
    """What Synapse does to those older than a day (_cleanup_old_transaction_ids)."""
    with sqlite3.connect(database) as connection:
        gone = connection.execute("DELETE FROM event_txn_id_device_id").rowcount
    connection.close()
    assert gone > 0


def _first(server: Homeserver, member: Member) -> str:
    return f"{member.room}/{server.events(member)[0]['event_id']}"


# --- kill -9 of our side --------------------------------------------------------------------------


CALLS = ("whoami", "alias", "tombstone", "upload", "send", "send")
WITH_EFFECT = (4, 5, 6)


def test_a_hub_killed_before_and_after_every_call_with_an_effect_publishes_once(
    server: Homeserver, tmp_path: Path
) -> None:
    """A whole hub with its ledger in SQLite publishes words and a picture, and reads them back;
    it dies at its calls and is started again."""
    lives = Lives(server, tmp_path, 1 + 2 * len(WITH_EFFECT))
    undisturbed = lives.life()
    killed = [
        lives.life(Kill("call", number, side))
        for number in WITH_EFFECT
        for side in ("before", "after")
    ]
    lives.run([undisturbed, *killed])
    assert tuple(undisturbed.calls[: len(CALLS)]) == tuple(f"matrix {name}" for name in CALLS)
    expected = [f"matrix {CALLS[number - 1]}" for number in WITH_EFFECT for _ in range(2)]
    assert [life.died_at for life in killed] == expected
    for life in (undisturbed, *killed):
        assert life.delivery["state"] == DeliveryState.VERIFIED, life
        kinds = [event["content"]["msgtype"] for event in server.events(life.member)]
        assert kinds == ["m.text", "m.image"], life
