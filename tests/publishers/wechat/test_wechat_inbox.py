"""The callback door: who may speak, in which mode, and what a report says about a post."""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from hub.conversation.models import Arrival
from hub.kernel.errors import Forbidden, InvalidInput, Misconfigured
from hub.publishing.ports import Verdict
from publishers.callbacks import decrypt, parse_xml, sign
from publishers.wechat.inbox import WeChatInbox, open_inbox

# The vector of the platform's signature, agreed on by several independent implementations.
TOKEN, TIMESTAMP, NONCE = "tokenTOKEN", "1700000000", "nonce123"
SIGNATURE = "33d4f4cb7d92a02b7a5ab1ee84b877270d23d300"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APPID = "wx1234567890abcdef"
ENCRYPTED = (
    "Q3stYC6hdFzMh9T8HCvyDPpsPLTN6LjIKSRfHX7+A/ug45lcW7BDbxvCwlqiPU7dGd7/kRYKc3z4ya4tJWQ5JO6u+NSEXq2g"
    "z//SSpQNcDfXueF/YhiCtOs2WddcdTAzeqov0KiuqtNTCgySlikQjPTWNsVyHNtU7k5RscUT2JI="
)
MSG_SIGNATURE = "2daea3f65d2aa42f772694cb119151ce10a69fa8"
VECTOR = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Content><![CDATA[你好]]></Content></xml>"
PLAIN = VECTOR.encode()
NOW = datetime.fromtimestamp(1_700_000_000, UTC)
QUERY = {"signature": SIGNATURE, "timestamp": TIMESTAMP, "nonce": NONCE}
CREDENTIALS = {"appid": APPID, "token": TOKEN, "aes_key": AES_KEY}


def door(mode: str = "plain", **credentials: str) -> WeChatInbox:
    return open_inbox(CREDENTIALS | credentials, {"callback_mode": mode})


def event(name: str, inner: str) -> str:
    return (
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>"
        f"<CreateTime>1700000000</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[{name}]]></Event>{inner}</xml>"
    )


def published(status: int = 0, task: str = "2247503051") -> str:
    detail = (
        "<article_id><![CDATA[b5O2OUs25HBx]]></article_id><article_detail><count>1</count><item>"
        "<idx>1</idx><article_url><![CDATA[http://mp.weixin.qq.com/s/a?b=1&c=2]]></article_url>"
        "</item></article_detail>"
    )
    inner = detail if status == 0 else "<fail_idx>1</fail_idx><fail_idx>2</fail_idx>"
    return event(
        "PUBLISHJOBFINISH",
        f"<PublishEventInfo><publish_id>{task}</publish_id>"
        f"<publish_status>{status}</publish_status>{inner}</PublishEventInfo>",
    )


def mass_sent(status: str = "send success") -> str:
    return event(
        "MASSSENDJOBFINISH",
        f"<MsgID>1000001625</MsgID><Status><![CDATA[{status}]]></Status><TotalCount>100</TotalCount>"
        "<FilterCount>80</FilterCount><SentCount>75</SentCount><ErrorCount>5</ErrorCount>"
        "<ArticleUrlResult><Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx>"
        "<ArticleUrl><![CDATA[http://mp.weixin.qq.com/s/m]]></ArticleUrl></item></ResultList>"
        "</ArticleUrlResult>",
    )


def sealed(message: str, key: str = AES_KEY, appid: str = APPID) -> tuple[dict[str, str], bytes]:
    """Query and body as wechatpy would encrypt them."""
    xml = WeChatCrypto(TOKEN, key, appid).encrypt_message(message, NONCE, TIMESTAMP)
    fields = parse_xml(xml.encode())
    body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{fields['Encrypt']}</Encrypt></xml>"
    query = QUERY | {"encrypt_type": "aes", "msg_signature": fields["MsgSignature"]}
    return query, body.encode()


def test_the_signature_agrees_with_the_published_vector() -> None:
    assert sign(TOKEN, TIMESTAMP, NONCE) == SIGNATURE
    assert sign(TOKEN, TIMESTAMP, NONCE, ENCRYPTED) == MSG_SIGNATURE
    check_signature(TOKEN, SIGNATURE, TIMESTAMP, NONCE)


def test_the_encrypted_vector_decrypts_as_in_wechatpy() -> None:
    assert decrypt(ENCRYPTED, AES_KEY, APPID) == PLAIN
    crypto = WeChatCrypto(TOKEN, AES_KEY, APPID)
    theirs = crypto.decrypt_message({"Encrypt": ENCRYPTED}, MSG_SIGNATURE, TIMESTAMP, NONCE)
    assert theirs.encode() == PLAIN


@given(st.text(max_size=300))
def test_whatever_wechatpy_encrypts_we_decrypt(message: str) -> None:
    key = base64.b64decode(AES_KEY + "=")
    encrypted = PrpCrypto(key).encrypt(message, APPID).decode()
    assert decrypt(encrypted, AES_KEY, APPID) == message.encode()


@given(st.text(min_size=1), st.text(), st.text())
def test_we_sign_as_wechatpy_checks(token: str, timestamp: str, nonce: str) -> None:
    check_signature(token, sign(token, timestamp, nonce), timestamp, nonce)
    with pytest.raises(InvalidSignatureException):
        check_signature(token, sign(token, timestamp, nonce + "x"), timestamp, nonce)


def test_the_handshake_echoes_and_nothing_else() -> None:
    assert door().handshake(QUERY | {"echostr": "5838479218127813673"}) == b"5838479218127813673"


@pytest.mark.parametrize("change", [{"signature": "0" * 40}, {"nonce": "x"}, {"signature": "é"}])
def test_a_handshake_with_a_wrong_signature_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        door().handshake(QUERY | {"echostr": "1"} | change)


def test_a_finished_publication_is_reported_with_its_address() -> None:
    report = door().parse(QUERY, published().encode(), NOW)
    assert report is not None
    assert (report.remote_id, report.finding.verdict) == ("2247503051", Verdict.FOUND)
    assert report.finding.remote_id == "b5O2OUs25HBx"
    assert report.finding.url == "http://mp.weixin.qq.com/s/a?b=1&c=2"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(1, Verdict.PENDING), *((n, Verdict.GONE) for n in range(2, 7)), (9, Verdict.PERSON)],
)
def test_every_publish_status_has_its_verdict(status: int, verdict: Verdict) -> None:
    report = door().parse(QUERY, published(status).encode(), NOW)
    assert report is not None
    assert report.finding.verdict is verdict
    assert report.finding.detail


def test_a_finished_mass_send_is_reported_with_its_counts() -> None:
    report = door().parse(QUERY, mass_sent().encode(), NOW)
    assert report is not None
    assert (report.remote_id, report.finding.verdict) == ("mass:1000001625", Verdict.FOUND)
    assert report.finding.receipt["SentCount"] == 75
    assert report.finding.url == "http://mp.weixin.qq.com/s/m"


@pytest.mark.parametrize("status", ["send fail", "err(20001)", "err(30003)"])
def test_a_failed_mass_send_is_gone_with_its_reason(status: str) -> None:
    report = door().parse(QUERY, mass_sent(status).encode(), NOW)
    assert report is not None
    assert (report.finding.verdict, report.finding.receipt["status"]) == (Verdict.GONE, status)


@pytest.mark.parametrize("name", ["TEMPLATESENDJOBFINISH", "user_get_card", "view_miniprogram"])
def test_an_event_that_no_citizen_caused_is_nothing(name: str) -> None:
    assert door().parse(QUERY, event(name, "").encode(), NOW) is None


@pytest.mark.parametrize("said", ["&lt;!DOCTYPE x&gt;", "<![CDATA[<!DOCTYPE x>]]>"])
def test_a_document_type_in_what_a_citizen_says_is_only_said(said: str) -> None:
    message = (
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><MsgType>text</MsgType>"
        f"<Content>{said}</Content><MsgId>1</MsgId></xml>"
    )
    arrival = door().parse(QUERY, message.encode(), NOW)
    assert isinstance(arrival, Arrival)
    assert arrival.text == "<!DOCTYPE x>"


@pytest.mark.parametrize("mode", ["compatible", "secure"])
def test_an_encrypted_report_is_read_in_both_modes(mode: str) -> None:
    query, body = sealed(published())
    report = door(mode).parse(query, body, NOW)
    assert report is not None
    assert report.remote_id == "2247503051"


def test_in_compatible_mode_the_encrypted_copy_is_the_one_that_counts() -> None:
    query, body = sealed(published(task="1"))
    encrypted = parse_xml(body)["Encrypt"]
    forged = published(task="2").replace("</xml>", f"<Encrypt>{encrypted}</Encrypt></xml>")
    report = door("compatible").parse(query, forged.encode(), NOW)
    assert report is not None
    assert report.remote_id == "1"


@pytest.mark.parametrize("mode", ["compatible", "secure"])
def test_a_plain_body_is_refused_where_a_sealed_one_is_due(mode: str) -> None:
    with pytest.raises(Forbidden):
        door(mode).parse(QUERY, published().encode(), NOW)


def test_the_previous_key_is_still_read_while_the_platform_changes_over() -> None:
    new = AES_KEY[::-1].replace("G", "A", 1)
    query, body = sealed(published())
    rotating = door("secure", aes_key=new, aes_key_previous=AES_KEY)
    assert rotating.parse(query, body, NOW) is not None
    with pytest.raises(Forbidden):
        door("secure", aes_key=new).parse(query, body, NOW)


def test_a_message_for_another_account_is_refused() -> None:
    query, body = sealed(published(), appid="wx0000000000000000")
    with pytest.raises(Forbidden):
        door("secure").parse(query, body, NOW)


def test_a_wrong_message_signature_is_refused() -> None:
    query, body = sealed(published())
    with pytest.raises(Forbidden):
        door("secure").parse(query | {"msg_signature": "0" * 40}, body, NOW)


def encrypted_raw(padded: bytes) -> str:
    key = base64.b64decode(AES_KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def framed(message: bytes, length: int, pad: bytes) -> bytes:
    return b"r" * 16 + struct.pack(">I", length) + message + APPID.encode() + pad


@pytest.mark.parametrize(
    "padded",
    [
        framed(b"x" * 26, 26, b"\x00" * 32),
        framed(b"x" * 26, 26, b"\x21" * 32),
        framed(b"x" * 26, 26, b"\x01" * 31 + b"\x20"),
        framed(b"x" * 26, 99, b"\x20" * 32),
        b"\x20" * 32,
        b"\x10" * 16,
    ],
)
def test_bad_padding_or_length_is_refused(padded: bytes) -> None:
    with pytest.raises(Forbidden):
        decrypt(encrypted_raw(padded), AES_KEY, APPID)


@given(st.binary(max_size=200))
def test_noise_is_refused_and_never_crashes(noise: bytes) -> None:
    with pytest.raises(Forbidden):
        decrypt(base64.b64encode(noise).decode(), AES_KEY, APPID)
    with pytest.raises(Forbidden):
        decrypt(noise.decode("latin-1"), AES_KEY, APPID)


@pytest.mark.parametrize("seconds", [-601, 601])
def test_a_replayed_callback_is_refused(seconds: int) -> None:
    later = datetime.fromtimestamp(1_700_000_000 + seconds, UTC)
    with pytest.raises(Forbidden):
        door().parse(QUERY, published().encode(), later)


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1700000000.0", "9" * 40, "１７"])
def test_an_odd_timestamp_is_refused(timestamp: str) -> None:
    signature = sign(TOKEN, timestamp, NONCE)
    query = {"signature": signature, "timestamp": timestamp, "nonce": NONCE}
    with pytest.raises(Forbidden):
        door().parse(query, published().encode(), NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<xml>",
        b"\xff\xfe",
        b"<xml></xml>",
        b"<xml><a/></xml>",
        b'<!DOCTYPE x [<!ENTITY e "e">]><xml><MsgType>&e;</MsgType></xml>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1/"><xml><MsgType>event</MsgType></xml>',
        b"<a>" * 50 + b"</a>" * 50,
        event("PUBLISHJOBFINISH", "").encode(),
        event("MASSSENDJOBFINISH", "<MsgID>x</MsgID>").encode(),
        b"<xml>" + b" " * (1024 * 1024) + b"</xml>",
    ],
)
def test_what_is_no_callback_is_refused_as_input(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        door().parse(QUERY, body, NOW)


@given(st.binary(max_size=200))
def test_no_body_breaks_the_door(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        door().parse(QUERY, body, NOW)


@pytest.mark.parametrize(
    ("credentials", "settings", "field"),
    [
        ({"appid": APPID}, {}, "token"),
        ({"appid": APPID, "token": TOKEN}, {"callback_mode": "secure"}, "aes_key"),
        (CREDENTIALS, {"callback_mode": "open"}, "callback_mode"),
    ],
)
def test_a_door_without_its_keys_names_the_field(
    credentials: dict[str, str], settings: dict[str, str], field: str
) -> None:
    with pytest.raises(Misconfigured) as wrong:
        open_inbox(credentials, settings)
    assert wrong.value.field == field
