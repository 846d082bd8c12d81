"""A message as other people's software reads it: headers, both texts, pictures, and no forgery."""

from __future__ import annotations

import base64
import email
import email.charset
import email.policy
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import quote
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.publishing.errors import Rejected
from hub.publishing.models import MediaRef, MediaRole, Part
from hub.publishing.ports import Access
from publishers.composing import compose
from publishers.contract import Source
from publishers.email.addresses import letterhead_of, unprintable
from publishers.email.message import write_message
from publishers.email.plain import plain_of
from publishers.registry import find_channel
from tests.publishers.doubles import MemoryMedia, picture
from tests.publishers.email.conftest import LIST, SENDER, SETTINGS

KEY = "0123456789abcdef" * 2
DATE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TITLE = (
    "四川省人民政府办公厅关于印发《四川省行政规范性文件管理办法》的通知（川办发〔2026〕1号）Part 2"
)
MEDIA = MemoryMedia()
SHOWN = MEDIA.add(picture("image/png", colour="red"), "image/png")
LOOSE = MEDIA.add(picture("image/jpeg", colour="blue"), "image/jpeg")
# What headers are made of, and what looks like it.
TANGLED = st.text(alphabet=st.sampled_from('ab  ,;:"\\()<>@.=?_字é😀-'), max_size=200)
WORD = re.compile(rb"=\?utf-8\?([bq])\?([^?]*)\?=", re.IGNORECASE)


def access(handle: str = SENDER, **settings: str) -> Access:
    return Access(account_id="a", handle=handle, base_url="", settings={**SETTINGS, **settings})


async def written(part: Part, at: Access | None = None, key: str = KEY) -> bytes:
    pictures = {one.sha256: await MEDIA.read(one.sha256) for one in part.media}
    return write_message(part, pictures, letterhead_of(at or access()), key, DATE)


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def html_with(*pictures: MediaRef) -> Part:
    shown = "".join(f'<img src="cid:{one.sha256}" alt="图"/>' for one in pictures)
    text = f"<p>第一条 主动公开。</p>{shown}"
    return Part(text=text, title=TITLE, media=pictures, extra={"plain": "第一条 主动公开。"})


def attempted(part: Part, at: Access | None = None) -> bytes | Rejected:
    try:
        return write_message(part, {}, letterhead_of(at or access()), KEY, DATE)
    except Rejected as error:
        return error


def header_of(raw: bytes, name: str) -> bytes:
    """The header's raw lines, found without the library that wrote them."""
    head = b"\r\n" + raw.partition(b"\r\n\r\n")[0] + b"\r\n"
    found = re.search(rb"\r\n" + name.encode() + rb":((?:[^\r]|\r\n[ \t])*)\r\n", head)
    assert found is not None
    return found[1]


def decoded(value: bytes) -> str:
    """RFC 2047 by hand: encoded words, white space between two of them left out."""
    joined = re.sub(rb"(\?=)\r\n (=\?)", rb"\1\2", value.strip())

    def word(match: re.Match[bytes]) -> bytes:
        assert len(match[0]) <= 75
        if match[1].lower() == b"b":
            return base64.b64decode(match[2])
        plain = match[2].replace(b"_", b" ")
        return re.sub(rb"=(..)", lambda coded: bytes([int(coded[1], 16)]), plain)

    return WORD.sub(word, joined).decode().replace("\r\n", "")


# --- headers --------------------------------------------------------------------------------------


async def test_the_headers_say_who_what_and_how_to_leave() -> None:
    message = read(await written(html_with()))
    assert str(message["From"]) == f"四川省人民政府 <{SENDER}>"
    assert (str(message["To"]), str(message["Subject"])) == (LIST, TITLE)
    assert message["Message-ID"] == f"<{KEY}@mail.example.gov.cn>"
    assert message["Date"].datetime == DATE
    assert message["List-Unsubscribe"] == f"<{SETTINGS['unsubscribe']}>"
    assert message["List-Unsubscribe-Post"] is None
    assert message["Auto-Submitted"] == "auto-generated"


async def test_the_bytes_do_not_depend_on_what_else_was_loaded() -> None:
    before = await written(html_with())
    known = dict(email.charset.CHARSETS)
    try:
        email.charset.add_charset(
            "utf-8", email.charset.QP, email.charset.QP, "utf-8"
        )  # as apprise
        assert await written(html_with()) == before
    finally:
        email.charset.CHARSETS.clear()
        email.charset.CHARSETS.update(known)


async def test_one_click_and_the_lists_identity_are_said_where_wanted() -> None:
    ways = f"{SETTINGS['unsubscribe']}, mailto:leave@lists.example.gov.cn?subject=leave"
    at = access(one_click="true", unsubscribe=ways, list_id="gongkai.lists.example.gov.cn")
    raw = await written(html_with(), at)
    message = read(raw)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "<gongkai.lists.example.gov.cn>"
    told = header_of(raw, "List-Unsubscribe").replace(b"\r\n", b"").strip().decode()
    assert [one.strip() for one in told.split(",")] == [
        f"<{one.strip()}>" for one in ways.split(",")
    ]


async def test_recipients_are_not_told_of_each_other() -> None:
    raw = await written(html_with(), access(to="a@x.example, b@y.example"))
    assert b"a@x.example" not in raw
    assert read(raw)["To"].addresses == ()


async def test_a_domain_beyond_ascii_travels_as_its_label() -> None:
    raw = await written(html_with(), access(to="news@政务.中国"))
    assert raw.isascii()
    assert str(read(raw)["To"]).startswith("news@xn--")


async def test_an_address_beyond_ascii_stands_in_its_header_as_it_is() -> None:
    raw = await written(html_with(), access(to="公开@example.cn"))
    assert "公开@example.cn".encode() in raw


@given(st.one_of(st.text(max_size=200), TANGLED).filter(str.strip))
def test_any_title_arrives_whole_or_is_refused(title: str) -> None:
    raw = attempted(Part(text="<p>文</p>", title=title))
    if isinstance(raw, Rejected):
        assert (raw.field, unprintable(title)) == ("title", True)
        return
    assert read(raw)["Subject"] == title.strip()
    assert decoded(header_of(raw, "Subject")) == title.strip()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78


@given(st.one_of(st.text(max_size=60), TANGLED))
def test_any_name_stands_before_its_address_or_is_refused(name: str) -> None:
    raw = attempted(Part(text="<p>文</p>", title="题"), access(sender_name=name))
    if isinstance(raw, Rejected):
        assert (raw.field, unprintable(name.strip())) == ("sender_name", True)
        return
    (address,) = read(raw)["From"].addresses
    assert address.addr_spec == SENDER
    phrase = decoded(header_of(raw, "From")).removesuffix(f"<{SENDER}>").strip()
    assert phrase in (name.strip(), f'"{quote(name.strip())}"')
    assert raw.isascii()


FORGED = "x\r\nBcc: victim@example.com"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0", "\u2028", "\u202e", "\x85"])
async def test_a_title_cannot_forge_a_header(end: str) -> None:
    with pytest.raises(Rejected) as caught:
        await written(Part(text="<p>文</p>", title=f"通知{end}Bcc: victim@example.com"))
    assert caught.value.field == "title"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("to", FORGED),
        ("to", ""),
        ("to", "a@x.example, a@x.example"),
        ("to", ", ".join(f"a{n}@x.example" for n in range(101))),
        ("to", "no address"),
        ("to", "a@b@c.example"),
        ("to", "a@x.example> SIZE=1"),
        ("to", "a@-x.example"),
        ("to", f"{'字' * 30}@x.example"),
        ("to", '"a b"@x.example'),
        ("reply_to", FORGED),
        ("sender_name", FORGED),
        ("unsubscribe", ""),
        ("unsubscribe", "http://lists.example.gov.cn/leave"),
        ("unsubscribe", "https://lists.example.gov.cn/>,<mailto:x"),
        ("unsubscribe", "https://x.example/\r\nBcc: a@b.example"),
        ("list_id", "no id"),
    ],
)
def test_a_setting_that_could_be_no_header_is_named(name: str, value: str) -> None:
    with pytest.raises(Rejected) as caught:
        letterhead_of(access(**{name: value}))
    assert caught.value.field == name


@pytest.mark.parametrize(
    "changed",
    [{"to": "a@x.example,b@x.example"}, {"unsubscribe": "mailto:leave@x.example"}],
    ids=["several-recipients", "no-https"],
)
def test_one_click_is_only_said_where_it_is_true(changed: Mapping[str, Any]) -> None:
    with pytest.raises(Rejected) as caught:
        letterhead_of(access(one_click="true", **changed))
    assert caught.value.field == "one_click"


def test_a_sender_that_is_no_address_is_named() -> None:
    with pytest.raises(Rejected) as caught:
        letterhead_of(access(handle="四川发布"))
    assert caught.value.field == "handle"


# --- bodies ---------------------------------------------------------------------------------------


async def test_both_texts_are_alternatives_and_say_the_same() -> None:
    message = read(await written(html_with()))
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "第一条 主动公开。"
    assert html.get_content().strip() == html_with().text


async def test_a_picture_is_inline_where_it_is_shown_and_attached_where_not() -> None:
    part = html_with(SHOWN)
    part = Part(text=part.text, title=TITLE, media=(SHOWN, LOOSE), extra=part.extra)
    message = read(await written(part))
    assert message.get_content_type() == "multipart/mixed"
    (attached,) = message.iter_attachments()
    assert attached.get_content() == await MEDIA.read(LOOSE.sha256)
    (inline,) = [one for one in message.walk() if one["Content-ID"]]
    assert inline["Content-ID"] == f"<{SHOWN.sha256}>"
    assert inline.get_content_disposition() == "inline"
    assert inline.get_content() == await MEDIA.read(SHOWN.sha256)


async def test_the_same_delivery_is_the_same_bytes() -> None:
    part = html_with(SHOWN, LOOSE)
    assert await written(part) == await written(part)
    assert await written(part) != await written(part, key="f" * 32)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=2000))
def test_any_text_arrives_whole_in_short_lines(text: str) -> None:
    raw = attempted(Part(text=f"<p>{text}</p>", title="题", extra={"plain": f"文{text}"}))
    assert isinstance(raw, bytes)
    for kind, given_text in (("html", f"<p>{text}</p>"), ("plain", f"文{text}")):
        body = read(raw).get_body((kind,))
        assert body is not None
        content = body.get_payload(decode=True)
        assert isinstance(content, bytes)
        lines = re.sub("\r\n|\r|\n", "\r\n", given_text)  # a text's lines end in CRLF
        assert content.decode().removesuffix("\r\n") == lines.removesuffix("\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)


# --- what is composed -----------------------------------------------------------------------------


def test_an_item_becomes_a_page_with_its_own_plain_text() -> None:
    cover = MediaRef(
        sha256="c" * 64,
        media_type="image/png",
        size=9,
        width=9,
        height=5,
        role=MediaRole.COVER,
        alt="封面",
    )
    source = Source(
        item_id="item-1",
        title="停车管理办法 <草案>",
        body="## 第一章 总则\n\n第一条 甲 & 乙。\n\n第二条 丙。",
        summary="甲。",
        link="https://www.example.gov.cn/i/item-1.html",
        organisation="江澜市人民政府",
        issuer="江澜市人民政府办公室",
        doc_no="江府办〔2026〕1号",
        cover=cover,
    )
    (part,) = compose(find_channel("email"), source, {})
    assert f"cid:{cover.sha256}@gongkai" in part.text
    plain = part.extra["plain"]
    for said in (
        "停车管理办法 <草案>",
        "江府办〔2026〕1号",
        "第一章 总则",
        "第一条 甲 & 乙。",
        source.link,
    ):
        assert said in plain
    assert "margin" not in plain
    assert plain.count(source.link) == 1


def test_plain_text_keeps_blocks_links_and_what_pictures_say() -> None:
    html = (
        "<style>p{}</style><h1>题</h1><p>甲<br/>乙</p><ul><li>一</li><li>二</li></ul>"
        '<p><a href="https://x.example/">全文</a></p><img src="cid:x" alt="流程图"/>'
    )
    assert plain_of(html) == "题\n\n甲\n乙\n\n- 一\n- 二\n\n全文 https://x.example/\n\n[图：流程图]"
