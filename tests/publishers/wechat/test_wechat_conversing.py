"""What followers send is typed once; what they are answered fits and cannot break out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from hub.conversation.models import (
    Answer,
    Arrival,
    Choice,
    Citation,
    EventType,
    InboundKind,
    Location,
)
from hub.kernel.errors import InvalidInput
from publishers.callbacks import decrypt, encrypt, parse_xml
from publishers.wechat.arrivals import arrival_of
from publishers.wechat.inbox import open_inbox
from publishers.wechat.replying import passive_xml

NOW = datetime.fromtimestamp(1_700_000_000, UTC)
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "9876543210abcdefghijklmnopqrstuvwxyzABCDEFG"
APPID = "wx1234567890abcdef"
HEAD = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": "1700000000"}
CITE = Citation(
    title="四川省行政规范性文件管理办法",
    index_no="008282882/2026-00001",
    published_on=date(2026, 3, 2),
    url="https://www.sc.gov.cn/items/1",
)
SOMEBODY = Arrival(
    external_key="m:1", address="o1", kind=InboundKind.TEXT, context={"account": "gh_1"}
)


def arrived(**fields: str) -> Arrival:
    found = arrival_of(HEAD | fields)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("fields", "kind", "text"),
    [
        ({"MsgType": "text", "Content": "你好"}, InboundKind.TEXT, "你好"),
        ({"MsgType": "voice", "MediaId": "x", "Recognition": "问"}, InboundKind.VOICE, "问"),
        ({"MsgType": "image", "PicUrl": "http://x", "MediaId": "x"}, InboundKind.IMAGE, ""),
        ({"MsgType": "shortvideo", "MediaId": "x"}, InboundKind.VIDEO, ""),
        ({"MsgType": "link", "Title": "题", "Url": "http://x"}, InboundKind.LINK, "题\nhttp://x"),
        ({"MsgType": "file"}, InboundKind.OTHER, ""),
    ],
)
def test_a_message_is_typed_by_its_kind(
    fields: dict[str, str], kind: InboundKind, text: str
) -> None:
    arrival = arrived(MsgId="6054768590064713728", **fields)
    assert (arrival.kind, arrival.text, arrival.address) == (kind, text, "o1")
    assert arrival.external_key == "m:6054768590064713728"


def test_a_place_is_latitude_and_longitude() -> None:
    arrival = arrived(
        MsgType="location", MsgId="1", Location_X="30.65", Location_Y="104.06", Label="天府广场"
    )
    assert arrival.location == Location(latitude=30.65, longitude=104.06, label="天府广场")


@pytest.mark.parametrize(
    ("fields", "event", "key"),
    [
        ({"Event": "subscribe", "EventKey": ""}, EventType.SUBSCRIBE, ""),
        ({"Event": "subscribe", "EventKey": "qrscene_7"}, EventType.SUBSCRIBE, "7"),
        ({"Event": "unsubscribe"}, EventType.UNSUBSCRIBE, ""),
        ({"Event": "SCAN", "EventKey": "7"}, EventType.SCAN, "7"),
        ({"Event": "CLICK", "EventKey": "menu"}, EventType.CHOICE, "menu"),
        ({"Event": "VIEW", "EventKey": "https://x"}, EventType.VIEW, "https://x"),
    ],
)
def test_an_event_says_what_was_done(fields: dict[str, str], event: EventType, key: str) -> None:
    arrival = arrived(MsgType="event", **fields)
    assert (arrival.event, arrival.event_key) == (event, key)


def test_a_reported_position_is_a_place() -> None:
    arrival = arrived(MsgType="event", Event="LOCATION", Latitude="23.1", Longitude="113.3")
    assert arrival.location == Location(latitude=23.1, longitude=113.3)
    assert arrival.kind is InboundKind.LOCATION


def test_two_clicks_in_one_second_are_two() -> None:
    clicks = [arrived(MsgType="event", Event="CLICK", EventKey=key) for key in ("a", "b", "a")]
    assert len({click.external_key for click in clicks}) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "text", "Content": "无编号"},
        {"MsgType": "location", "MsgId": "1", "Location_X": "north", "Location_Y": "1"},
        {"MsgType": "location", "MsgId": "1", "Location_X": "91", "Location_Y": "1"},
        {"MsgType": "location", "MsgId": "1", "Location_X": "nan", "Location_Y": "1"},
        {"MsgType": "text", "MsgId": "1", "Content": {"nested": "x"}},
        {"MsgType": "text", "MsgId": ["1", "2"], "Content": "x"},
        {"MsgType": "text", "MsgId": "1", "FromUserName": "o" * 65, "Content": "x"},
    ],
)
def test_a_message_with_a_wrong_field_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        arrival_of(HEAD | fields)


def shown(answer: Answer) -> dict[str, str]:
    return xmltodict.parse(passive_xml(SOMEBODY, answer, NOW))["xml"]


def test_an_answer_with_choices_is_text_with_numbers() -> None:
    choices = (Choice(label="查文件", payload="a"), Choice(label="申请公开", payload="b"))
    reply = shown(Answer(paragraphs=("您想找什么？",), choices=choices))
    assert (reply["ToUserName"], reply["FromUserName"]) == ("o1", "gh_1")
    assert reply["Content"] == "您想找什么？\n\n1. 查文件\n2. 申请公开"


def test_one_source_with_few_words_is_a_card() -> None:
    reply = shown(Answer(paragraphs=("自2026年1月1日起施行。",), cites=(CITE,)))
    item = reply["Articles"]["item"]
    assert (reply["MsgType"], item["Url"]) == ("news", CITE.url)
    assert item["Description"] == "自2026年1月1日起施行。"


def test_a_long_answer_ends_at_a_sentence_and_keeps_its_source() -> None:
    reply = shown(Answer(paragraphs=("这是很长的一句话。" * 200,), cites=(CITE,)))
    assert len(reply["Content"].encode()) <= 2_000
    assert CITE.url in reply["Content"]
    assert "……" in reply["Content"]


@given(st.text(min_size=1, max_size=80))
def test_no_word_breaks_out_of_the_envelope(words: str) -> None:
    """`]]>` in an answer that repeats the question must stay words."""
    evil = f"{words}]]></Content><MsgType>image</MsgType><Content><![CDATA[ {words}x"
    reply = shown(Answer(paragraphs=(evil,)))
    assert reply["MsgType"] == "text"
    assert "]]></Content>" in reply["Content"]


@given(st.binary(max_size=300))
def test_what_we_seal_the_platform_opens(message: bytes) -> None:
    assert decrypt(encrypt(message, AES_KEY, APPID), AES_KEY, APPID) == message


@pytest.mark.parametrize("mode", ["compatible", "secure"])
def test_a_reply_is_sealed_with_the_new_key_and_signed(mode: str) -> None:
    credentials = {"appid": APPID, "token": "t", "aes_key": AES_KEY, "aes_key_previous": OLD_KEY}
    door = open_inbox(credentials, {"callback_mode": mode})
    body = door.respond(SOMEBODY, Answer(paragraphs=("好",)), NOW).body
    fields = parse_xml(body)
    crypto = WeChatCrypto("t", AES_KEY, APPID)
    plain = crypto.decrypt_message(
        body.decode(), fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"]
    )
    assert xmltodict.parse(plain)["xml"]["Content"] == "好"


@pytest.mark.parametrize("answer", [None])
def test_nothing_to_say_is_success(answer: None) -> None:
    door = open_inbox({"appid": APPID, "token": "t"}, {})
    assert door.respond(SOMEBODY, answer, NOW).body == b"success"
