"""Whatever comes to a channel's door, or from a platform that is asked: refused, never obeyed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.kernel.clock import ManualClock
from hub.kernel.errors import Forbidden, InvalidInput, Misconfigured
from hub.publishing.errors import DeliveryError
from hub.publishing.ports import Access
from publishers.contract import Channel, Inbox
from publishers.registry import channels
from publishers.simulation import Fault
from publishers.wire import Wire, open_session
from tests.publishers.doubles import serve, simulator_of

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
DOORS = [one for one in channels().values() if one.inbox]
ASKED = [one for one in channels().values() if one.poller and simulator_of(one).over_http]
REPLYING = [one for one in channels().values() if one.inbox or one.poller]
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (n, *[n - 1] * 4) for n in range(98, 118)
)
HOSTILE = {
    "nothing": b"",
    "bomb": BOMB + b"]><xml><MsgType>text</MsgType><Content>&u;</Content></xml>",
    "file": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>',
    "cdata": b"<xml><MsgType><![CDATA[text]]]]><![CDATA[>]]></MsgType></xml>",
    "utf-16": '<?xml version="1.0" encoding="utf-16"?><xml><a>b</a></xml>'.encode("utf-16"),
    "gbk": '<?xml version="1.0" encoding="gbk"?><xml><a>好</a></xml>'.encode("gbk"),
    "deep-xml": b"<a>" * 5_000 + b"</a>" * 5_000,
    "deep-json": b"[" * 5_000 + b"]" * 5_000,
    "no-utf-8": b'{"text": "\xff\xfe\xed\xa0\x80"}',
    "megabyte": b'{"text": "' + b"A" * 1_100_000 + b'"}',
    "wrong-kinds": b'{"update_id": [], "message": 7, "type": {}, "sender_id": null}',
}


def opened(channel: Channel) -> Inbox:
    """The door of an account that has every secret it may have."""
    enrolled = simulator_of(channel)(ManualClock(NOW)).enrol("gov")
    secrets = {field.name: "s" * 32 for field in channel.credentials if field.secret}
    secrets = {name: value for name, value in secrets.items() if not name.startswith("aes_key")}
    assert channel.inbox is not None
    return channel.inbox({**secrets, **enrolled.credentials}, enrolled.settings)


@pytest.fixture(params=DOORS, ids=lambda channel: channel.name)
def door(request: pytest.FixtureRequest) -> Inbox:
    return opened(request.param)


def refused(door: Inbox, query: dict[str, str], body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises((Forbidden, InvalidInput)):
        door.parse(query, body, NOW, headers)


@pytest.mark.parametrize("heard", REPLYING, ids=lambda channel: channel.name)
def test_who_is_heard_can_be_answered(heard: Channel) -> None:
    assert heard.replier is not None


@pytest.mark.parametrize("heard", DOORS, ids=lambda channel: channel.name)
def test_a_door_without_its_secrets_stays_shut(heard: Channel) -> None:
    assert heard.inbox is not None
    with pytest.raises(Misconfigured) as caught:
        heard.inbox({}, {})
    assert caught.value.field


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_comes_in_unsigned(door: Inbox, name: str) -> None:
    forged = {"signature": "0" * 40, "msg_signature": "0" * 40, "timestamp": STAMP, "nonce": "n"}
    for query in ({}, forged):
        refused(door, query, HOSTILE[name], {"X-Telegram-Bot-Api-Secret-Token": "forged"})


def test_an_address_is_verified_for_nobody_else(door: Inbox) -> None:
    for query in ({}, {"echostr": "x"}, {"signature": "", "echostr": "<script>"}):
        with pytest.raises(Forbidden):
            door.handshake(query)


def test_a_platform_waits_as_long_as_a_door_says_and_reads_a_short_answer(door: Inbox) -> None:
    assert 0 <= door.patience < 4.5
    assert len(door.respond(None, None, NOW).body) < 64


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300),
    query=st.dictionaries(
        st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "echostr"]),
        st.text(max_size=50),
    ),
)
def test_no_bytes_do_more_than_be_refused(door: Inbox, body: bytes, query: dict[str, str]) -> None:
    refused(door, query, body, {})


@pytest.mark.parametrize("heard", ASKED, ids=lambda channel: channel.name)
@pytest.mark.parametrize(
    "fault", [Fault.ERROR_500, Fault.HTML, Fault.INVALID_UTF8, Fault.REDIRECT, Fault.LIMITED]
)
async def test_a_platform_that_answers_nonsense_moves_no_cursor(
    heard: Channel, fault: Fault, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is ours: whoever asks keeps the place from which it asks again."""
    monkeypatch.setattr("publishers.telegram.polling._WAIT_S", 0)
    platform = simulator_of(heard)(clock)
    enrolled = platform.enrol("gov")
    assert heard.poller is not None
    async with serve(platform) as url, open_session() as session:
        poller = heard.poller(Wire(session), clock)
        platform.faults.arm(fault, times=9)
        access = Access(
            account_id="a",
            handle=enrolled.handle,
            base_url=url,
            credentials=enrolled.credentials,
            settings=enrolled.settings,
        )
        with pytest.raises(DeliveryError):
            await poller.poll(access, "")
        await poller.close()
