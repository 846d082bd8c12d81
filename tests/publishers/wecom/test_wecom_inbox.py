"""The door of an application: who may speak, what is read, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import WeChatCrypto

from hub.conversation.models import Arrival, EventType, InboundKind, Location
from hub.kernel.clock import ManualClock
from hub.kernel.errors import Forbidden, InvalidInput, Misconfigured
from publishers.callbacks import encrypt, parse_xml, sign
from publishers.wecom.inbox import WeComInbox, open_inbox
from publishers.wecom.simulator import Platform
from publishers.wecom.simulator_callbacks import event_xml, message_xml, sealed, text_xml

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TS = NOW.timestamp()
WORLD = Platform(ManualClock(NOW))
ENROLLED = WORLD.enrol("gov")
APP = WORLD.app("gov")
HOSTILE = (
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>',
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>',
    '<?xml version="1.0" encoding="utf-16"?><xml><Encrypt>a</Encrypt></xml>'.encode("utf-16"),
    b"<xml><Encrypt><a><b/></a></Encrypt></xml>",
    b"<xml>" + b"<a>" * 200 + b"</a>" * 200 + b"</xml>",
    b"<xml><Encrypt>\xff\xfe</Encrypt></xml>",
    b"<xml/>",
    b"",
    b"{}",
)


def door(**changes: str) -> WeComInbox:
    return open_inbox({**ENROLLED.credentials, **changes}, ENROLLED.settings)


def read(xml: str, *, at: float = TS, now: datetime = NOW) -> Arrival | None:
    query, body = sealed(APP, xml, at)
    return door().parse(query, body, now)


def by_hand(message: bytes, receiver: str) -> tuple[dict[str, str], bytes]:
    """A callback that is signed rightly, whatever is in it."""
    secret = encrypt(message, APP.aes_key, receiver)
    signature = sign(APP.callback_token, str(int(TS)), "n", secret)
    query = {"msg_signature": signature, "timestamp": str(int(TS)), "nonce": "n"}
    return query, f"<xml><Encrypt>{secret}</Encrypt></xml>".encode()


def test_a_text_is_read_and_known_again_by_its_number() -> None:
    assert read(text_xml(APP, "zhangsan", "年假怎么休？]]>", TS, 7)) == Arrival(
        external_key="m:7", address="zhangsan", kind=InboundKind.TEXT, text="年假怎么休？]]>"
    )


def test_every_kind_of_message_has_its_place() -> None:
    for kind, inner, found in (
        ("image", "<PicUrl>u</PicUrl><MediaId>m</MediaId>", InboundKind.IMAGE),
        ("voice", "<MediaId>m</MediaId><Format>amr</Format>", InboundKind.VOICE),
        ("video", "<MediaId>m</MediaId>", InboundKind.VIDEO),
        ("link", "<Title>标题</Title><Url>https://a.cn</Url>", InboundKind.LINK),
        ("unheard-of", "", InboundKind.OTHER),
    ):
        arrival = read(message_xml(APP, "lisi", kind, TS, f"{inner}<MsgId>1</MsgId>"))
        assert arrival is not None
        assert arrival.kind is found
    inner = "<Location_X>30.66</Location_X><Location_Y>104.06</Location_Y><Label>天府广场</Label>"
    arrival = read(message_xml(APP, "lisi", "location", TS, f"{inner}<MsgId>1</MsgId>"))
    assert arrival is not None
    assert arrival.location == Location(latitude=30.66, longitude=104.06, label="天府广场")


def test_events_of_people_are_read_and_others_are_left() -> None:
    arrival = read(event_xml(APP, "lisi", "click", "help", TS))
    assert arrival is not None
    assert (arrival.event, arrival.event_key) == (EventType.CHOICE, "help")
    assert arrival.external_key == f"e:{int(TS)}:click:help"
    for event in ("enter_agent", "LOCATION", "batch_job_result"):
        assert read(event_xml(APP, "lisi", event, "", TS)) is None
    assert read(event_xml(APP, "sys", "change_contact", "", TS)) is None


def test_the_address_answers_with_what_was_sealed_and_nothing_else() -> None:
    crypto = WeChatCrypto(APP.callback_token, APP.aes_key, APP.corpid)
    secret = parse_xml(crypto.encrypt_message("1616140317555161061", "n", "1").encode())
    query = {
        "msg_signature": secret["MsgSignature"],
        "timestamp": "1",
        "nonce": "n",
        "echostr": secret["Encrypt"],
    }
    assert door().handshake(query) == b"1616140317555161061"
    for wrong in ({"echostr": ""}, {"nonce": "m"}, {"msg_signature": ""}, {"echostr": "x"}):
        with pytest.raises(Forbidden):
            door().handshake({**query, **wrong})


def test_who_is_not_the_platform_is_refused() -> None:
    query, body = sealed(APP, text_xml(APP, "lisi", "好", TS, 1), TS)
    for wrong in ({"msg_signature": "0" * 40}, {"nonce": "1"}, {"timestamp": str(int(TS) + 1)}):
        with pytest.raises(Forbidden):
            door().parse({**query, **wrong}, body, NOW)
    with pytest.raises(Forbidden):
        door(token="another").parse(query, body, NOW)
    with pytest.raises(Forbidden):
        door(aes_key="B" * 43).parse(query, body, NOW)
    assert door(aes_key="B" * 43, aes_key_previous=APP.aes_key).parse(query, body, NOW)


def test_an_old_callback_is_a_replay() -> None:
    xml = text_xml(APP, "lisi", "好", TS, 1)
    assert read(xml, now=NOW + timedelta(minutes=9))
    for minutes in (11, -11):
        with pytest.raises(Forbidden):
            read(xml, now=NOW + timedelta(minutes=minutes))


def test_what_was_sealed_for_somebody_else_or_another_application_is_refused() -> None:
    message = text_xml(APP, "lisi", "好", TS, 1)
    with pytest.raises(Forbidden):
        door().parse(*by_hand(message.encode(), "ww0000000000000000"), NOW)
    other = message.replace(f"<AgentID>{APP.agent_id}<", "<AgentID>1<")
    with pytest.raises(Forbidden):
        door().parse(*by_hand(other.encode(), APP.corpid), NOW)


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_xml_outside_and_inside_is_refused(body: bytes) -> None:
    query, _ = sealed(APP, "<xml/>", TS)
    with pytest.raises((Forbidden, InvalidInput)):
        door().parse(query, body, NOW)
    with pytest.raises((Forbidden, InvalidInput)):
        door().parse(*by_hand(body, APP.corpid), NOW)


def test_a_megabyte_is_refused_before_it_is_read() -> None:
    query, _ = sealed(APP, "<xml/>", TS)
    with pytest.raises(InvalidInput):
        door().parse(query, b"<xml><Encrypt>" + b"A" * 1_000_000, NOW)


def test_a_door_without_its_secrets_stays_shut() -> None:
    for missing in ("token", "aes_key", "corpid"):
        with pytest.raises(Misconfigured) as caught:
            door(**{missing: ""})
        assert caught.value.field == missing


@given(
    st.binary(max_size=200), st.dictionaries(st.sampled_from(["msg_signature", "nonce"]), st.text())
)
def test_no_bytes_do_more_than_be_refused(body: bytes, query: dict[str, str]) -> None:
    with pytest.raises((Forbidden, InvalidInput)):
        door().parse({"timestamp": str(int(TS)), **query}, body, NOW)
