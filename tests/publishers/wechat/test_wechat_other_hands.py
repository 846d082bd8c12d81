"""Callbacks between our door and software by others: WeRoBot seals and we open, the simulated
platform (which seals by wechatpy) seals and WeRoBot opens; both sign alike."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hub.kernel.errors import Forbidden
from hub.publishing.ports import Verdict
from publishers.callbacks import decrypt, parse_xml, sign
from publishers.wechat.inbox import open_inbox
from publishers.wechat.simulator_callbacks import publish_event, sealed
from publishers.wechat.simulator_state import Task
from tests import others
from tests.publishers.doubles import Stage
from tests.publishers.wechat.wechat_doubles import account_of, article, platform_of

ORACLES = Path(__file__).parents[2] / "oracles"
TOKEN, TIMESTAMP, NONCE = "tokenTOKEN", "1700000000", "nonce123"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APPID = "wx1234567890abcdef"
BY = {"token": TOKEN, "timestamp": TIMESTAMP, "nonce": NONCE}
WITH = BY | {"aes_key": AES_KEY, "appid": APPID}
# The vector that wechatpy and WeRoBot agreed on; its padding is one byte.
ENCRYPTED = (
    "Q3stYC6hdFzMh9T8HCvyDPpsPLTN6LjIKSRfHX7+A/ug45lcW7BDbxvCwlqiPU7dGd7/kRYKc3z4ya4tJWQ5JO6u+NSEXq2g"
    "z//SSpQNcDfXueF/YhiCtOs2WddcdTAzeqov0KiuqtNTCgySlikQjPTWNsVyHNtU7k5RscUT2JI="
)
MSG_SIGNATURE = "2daea3f65d2aa42f772694cb119151ce10a69fa8"
VECTOR = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Content><![CDATA[你好]]></Content></xml>"
# every length of padding, and characters of one to four bytes
MESSAGES = [f"<xml><Content>{'a' * n}</Content></xml>" for n in range(33)]
MESSAGES += ["<xml><Content>政务公开😀é</Content></xml>", VECTOR]


def werobot(*asked: dict[str, Any]) -> list[dict[str, str]]:
    """What WeRoBot answers to each question, in one process."""
    lines = "".join(json.dumps(question) + "\n" for question in asked)
    said = others.run("-W", "ignore", "werobot_crypto.py", cwd=ORACLES, given=lines)
    return [json.loads(line) for line in said.splitlines()]


def test_werobot_signs_and_opens_the_vector_as_we_do() -> None:
    signed, opened = werobot(
        BY | {"do": "sign", "more": [ENCRYPTED]},
        WITH | {"do": "open", "signature": MSG_SIGNATURE, "encrypted": ENCRYPTED},
    )
    assert signed["is"] == sign(TOKEN, TIMESTAMP, NONCE, ENCRYPTED) == MSG_SIGNATURE
    assert opened["is"] == decrypt(ENCRYPTED, AES_KEY, APPID).decode() == VECTOR


@pytest.mark.parametrize("parts", [["z", "a", "B"], ["", "0", "00"], ["令牌", "é", "~"]])
def test_werobot_signs_any_texts_as_we_do(parts: list[str]) -> None:
    token, timestamp, nonce = parts
    question = {"do": "sign", "token": token, "timestamp": timestamp, "nonce": nonce, "more": []}
    assert werobot(question) == [{"is": sign(*parts)}]


def test_whatever_werobot_seals_we_open() -> None:
    told = werobot(*(WITH | {"do": "seal", "message": message} for message in MESSAGES))
    for message, answer in zip(MESSAGES, told, strict=True):
        envelope = parse_xml(answer["is"].encode())
        assert sign(TOKEN, TIMESTAMP, NONCE, envelope["Encrypt"]) == envelope["MsgSignature"]
        assert decrypt(envelope["Encrypt"], AES_KEY, APPID).decode() == message


def test_a_report_sealed_by_werobot_comes_through_the_door() -> None:
    inner = "<publish_id>7</publish_id><publish_status>0</publish_status>"
    message = (
        "<xml><MsgType>event</MsgType><Event>PUBLISHJOBFINISH</Event>"
        f"<PublishEventInfo>{inner}</PublishEventInfo></xml>"
    )
    (answer,) = werobot(WITH | {"do": "seal", "message": message})
    envelope = parse_xml(answer["is"].encode())
    query = {"signature": sign(TOKEN, TIMESTAMP, NONCE), "timestamp": TIMESTAMP, "nonce": NONCE}
    query["msg_signature"] = envelope["MsgSignature"]
    door = open_inbox({"appid": APPID, "token": TOKEN, "aes_key": AES_KEY}, {})
    report = door.parse(query, answer["is"].encode(), datetime.fromtimestamp(1_700_000_000, UTC))
    assert report is not None
    assert (report.remote_id, report.finding.verdict) == ("7", Verdict.FOUND)


async def test_what_the_simulated_platform_seals_werobot_opens(wechat: Stage) -> None:
    await wechat.outlet.deliver(wechat.job(article(wechat.media)))
    await platform_of(wechat).quiet()
    app = account_of(wechat)
    (task,) = app.tasks.values()
    assert isinstance(task, Task)
    app.callback_mode = "secure"
    now = wechat.clock.now().timestamp()
    message = publish_event(app, task, now)
    query, body = sealed(app, message, now)
    (opened,) = werobot(
        {
            "do": "open",
            "token": app.token,
            "timestamp": query["timestamp"],
            "nonce": query["nonce"],
            "aes_key": app.aes_key,
            "appid": app.appid,
            "signature": query["msg_signature"],
            "encrypted": parse_xml(body)["Encrypt"],
        }
    )
    assert opened == {"is": message}


def test_what_werobot_refuses_we_refuse() -> None:
    question = WITH | {"do": "open", "encrypted": ENCRYPTED}
    refusals = werobot(
        question | {"signature": "0" * 40},
        question | {"signature": MSG_SIGNATURE, "appid": "wx000"},
    )
    assert [list(refusal) for refusal in refusals] == [["refused"], ["refused"]]
    with pytest.raises(Forbidden):
        decrypt(ENCRYPTED, AES_KEY, "wx000")


def test_a_padding_that_werobot_reads_over_is_a_forgery_here() -> None:
    key, message = base64.b64decode(AES_KEY + "="), b"<xml></xml>"
    content = b"r" * 16 + len(message).to_bytes(4, "big") + message + APPID.encode()
    spare = 32 - len(content) % 32
    sealer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    broken = content + b"x" * (spare - 1) + bytes([spare])  # PKCS#7 repeats the number
    encrypted = base64.b64encode(sealer.update(broken) + sealer.finalize()).decode()
    signature = sign(TOKEN, TIMESTAMP, NONCE, encrypted)
    question = WITH | {"do": "open", "encrypted": encrypted, "signature": signature}
    assert werobot(question) == [{"is": message.decode()}]
    with pytest.raises(Forbidden):
        decrypt(encrypted, AES_KEY, APPID)
