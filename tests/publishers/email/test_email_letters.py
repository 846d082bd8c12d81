"""What somebody wrote is read; what a program wrote, or is broken, is nobody's question."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.conversation.models import Arrival, InboundKind
from publishers.email.letters import arrival_of
from publishers.email.quoting import without_quotes

OWN = "zwgk@mail.example.gov.cn"
FROM = "Li Ming <Li.Ming@Home.Example>"


def letter(
    body: str | None = "停车怎么收费？", subject: str = "停车", **headers: str
) -> EmailMessage:
    made = EmailMessage(policy=email.policy.SMTP)
    for name, value in {"From": FROM, "To": OWN, "Message-ID": "<1@home.example>"}.items():
        made[name] = headers.pop(name.replace("-", "_"), value)
    made["Subject"] = subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if body is not None:
        made.set_content(body)
    return made


def read(made: EmailMessage | bytes, key: str = "7.1") -> Arrival | None:
    return arrival_of(made if isinstance(made, bytes) else made.as_bytes(), OWN, key)


def words(made: EmailMessage | bytes) -> str:
    arrival = read(made)
    assert arrival is not None
    return arrival.text


def test_a_letter_is_its_subject_and_words_from_one_address_in_a_thread() -> None:
    arrival = read(letter(References="<0@a> <00@b>"))
    assert arrival is not None
    assert (arrival.address, arrival.kind) == ("li.ming@home.example", InboundKind.TEXT)
    assert arrival.text == "停车\n停车怎么收费？" or arrival.text == "停车怎么收费？"
    assert arrival.context == {
        "subject": "停车",
        "answers": "<1@home.example>",
        "references": "<0@a> <00@b> <1@home.example>",
    }


def test_a_letter_is_known_again_by_its_id_else_by_its_number() -> None:
    first, moved = read(letter(), "7.1"), read(letter(), "8.9")
    assert first is not None
    assert moved is not None
    assert first.external_key == moved.external_key
    bare = letter()
    del bare["Message-ID"]
    nameless = read(bare, "7.1")
    assert nameless is not None
    assert nameless.external_key == "u:7.1"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; x"},
        {"Precedence": "bulk"},
        {"Precedence": "List"},
        {"List_Id": "<news.example>"},
        {"List_Unsubscribe": "<https://a.cn>"},
        {"Return_Path": "<>"},
        {"X_Auto_Response_Suppress": "All"},
        {"From": "MAILER-DAEMON@home.example"},
        {"From": "no-reply@shop.example"},
        {"From": "bounces+17@shop.example"},
        {"From": OWN},
        {"From": "a@b.example, c@d.example"},
        {"From": "nobody"},
    ],
    ids=lambda headers: "-".join(headers) + next(iter(headers.values()))[:12],
)
def test_what_a_program_wrote_is_never_answered(headers: dict[str, str]) -> None:
    assert read(letter(**headers)) is None


def test_a_report_is_never_answered() -> None:
    raw = (
        f"From: a@b.example\r\nTo: {OWN}\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\n退信\r\n--x--\r\n"
    )
    assert read(raw.encode()) is None


def test_a_person_may_say_that_they_are_none_of_that() -> None:
    assert read(letter(Auto_Submitted="no", Return_Path="<li.ming@home.example>")) is not None


def test_the_plain_text_is_read_rather_than_the_html() -> None:
    made = letter("文字版")
    made.add_alternative("<p>网页版</p>", subtype="html")
    assert words(made) == "停车\n文字版"


def test_html_is_read_as_what_is_seen_of_it() -> None:
    made = letter(None, subject="")
    html = (
        "<html><head><title>t</title><style>p{color:red}</style></head><body>"
        "<script>alert(1)</script><p>第一行<br>第二行</p><div>第三&nbsp;行 &lt;b&gt;</div>"
        '<img src="https://spy.example/1.gif"><blockquote>旧信</blockquote></body></html>'
    )
    made.set_content(html, subtype="html")
    assert words(made) == "第一行\n第二行\n第三 行 <b>"


def test_files_are_named_and_not_read() -> None:
    made = letter("见附件")
    made.add_attachment(b"MZ\x00", "application", "octet-stream", filename="身份证.pdf")
    made.add_attachment("别读我", filename="备注.txt")
    assert words(made) == "停车\n见附件\n［附件：身份证.pdf、备注.txt］"


@pytest.mark.parametrize(
    ("charset", "encoded_as"),
    [
        ("gb2312", "gb18030"),
        ("big5", "big5"),
        ("utf-8", "utf-8"),
        ("no-such", "utf-8"),
        ("", "gbk"),
    ],
)
def test_words_are_read_in_the_encoding_they_have(charset: str, encoded_as: str) -> None:
    said = "請問停車" if charset == "big5" else "请问停车怎么收费，镕"
    head = f"From: {FROM}\r\nTo: {OWN}\r\nContent-Transfer-Encoding: 8bit\r\n"
    kind = f"Content-Type: text/plain; charset={charset}\r\n" if charset else ""
    assert words(f"{head}{kind}\r\n".encode() + said.encode(encoded_as)) == said


def test_headers_hide_and_forge_nothing() -> None:
    subject = "=?utf-8?B?5YGc6L2m?= =?gb2312?B?ytW30Q==?=\r\n =?utf-8?Q?=0D=0ABcc:_x=40y?="
    raw = f"From: {FROM}\r\nSubject: {subject}\r\nMessage-ID: <1@a>\r\n <2@b>\r\n\r\n好"
    arrival = read(raw.encode())
    assert arrival is not None
    assert arrival.context["subject"] == "停车收费 Bcc: x@y"
    assert "\n" not in arrival.context["answers"]


QUOTES = {
    "好的\n\n> 原文\n> 原文二": "好的",
    "第一\n> 引用\n第二": "第一\n第二",
    "2\n\n在 2026年3月2日，政务公开 <zwgk@a.cn> 写道：\n旧文": "2",
    "谢谢\n\n------------------ 原始邮件 ------------------\n发件人: x": "谢谢",
    "Thanks\n\nOn Mon, 2 Mar 2026 at 09:00, Office <zwgk@a.cn>\nwrote:\n> old": "Thanks",
    "好\n-----Original Message-----\nFrom: x": "好",
    "好\n\n发件人：政务公开\n发送时间：2026年": "好",
    "发件人：李明\n请问": "发件人：李明\n请问",
    "好\n-- \n李明\n电话": "好",
    "> 只有引用": "",
    "发件人是谁？": "发件人是谁？",
}


@pytest.mark.parametrize("text", QUOTES)
def test_what_is_answered_is_cut_off(text: str) -> None:
    assert without_quotes(text) == QUOTES[text]


def test_an_answer_has_no_subject_before_it_so_that_a_number_stands_alone() -> None:
    assert words(letter("2\n\n> 1. 甲\n> 2. 乙", subject="回复：停车")) == "2"
    assert words(letter("", subject="Re: 停车怎么收费")) == "停车怎么收费"


def test_a_letter_without_end_is_cut_and_a_nest_without_end_is_left() -> None:
    assert len(words(letter("字" * 100_000))) <= 8_000
    nest = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
        for n in range(3000)
    )
    read(f"From: {FROM}\r\n".encode() + nest)  # it may be read or not, it must end


@given(st.binary(max_size=2_000))
def test_no_bytes_do_harm(raw: bytes) -> None:
    for head in (b"", f"From: {FROM}\r\nSubject: ".encode()):
        arrival = read(head + raw)
        if arrival is not None:
            assert "\n" not in "".join(arrival.context.values())
