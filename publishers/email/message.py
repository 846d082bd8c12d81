"""A part as an Internet message: the same part and key give the same bytes, attempt for attempt.

    multipart/mixed            only with pictures that the text does not show
      multipart/alternative
        text/plain
        multipart/related      only with pictures that it shows
          text/html
          image/…              Content-ID as the HTML's cid: says
      image/…                  attachments

Bodies are base64: Chinese text is shorter so than quoted-printable, and no line is ever too long.
The header block is written here: EmailMessage folds a long List-Unsubscribe into encoded words,
which no reader takes for an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email import policy
from email.charset import SHORTEST, Charset
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, quote

from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from hub.publishing.models import MediaRef, Part
from publishers.email.addresses import Letterhead, unprintable
from publishers.email.plain import plain_of

__all__ = ["encoded", "line", "message_id", "phrase", "write_message"]

_CID = re.compile(r"cid:([0-9a-f]{64}(?:@[A-Za-z0-9.-]+)?)")
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif"}
_WIDTH = 76
# Letters, digits and what a quoted-string may hold without being escaped.
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def message_id(letterhead: Letterhead, key: str) -> str:
    """One for a delivery, whoever sends it and how often: `<key@the sender's domain>`."""
    return f"<{key}@{letterhead.sender.domain}>"


def write_message(
    part: Part, pictures: Mapping[str, bytes], letterhead: Letterhead, key: str, date: datetime
) -> bytes:
    """The message's bytes with CRLF line ends; `pictures` by SHA-256. Raises Rejected for a title
    that could not be a subject."""
    if unprintable(part.title) or not part.title.strip():
        raise Rejected(
            Words("标题为空，或含有换行与控制字符", "the title is empty or has control characters"),
            field="title",
            platform_code="subject",
            remedy=Words("修改标题后重新送审", "change the title and have it approved again"),
        )
    lines = [*_headers(part, letterhead, key, date), ""]
    head = "\r\n".join(lines).encode()  # ASCII, but for an address by RFC 6532
    return head + _body(part, pictures, key).as_bytes(policy=policy.SMTP)


def _headers(part: Part, letterhead: Letterhead, key: str, date: datetime) -> Iterator[str]:
    several = len(letterhead.recipients) > 1
    # Recipients are not told who else is one.
    to = "undisclosed-recipients:;" if several else str(letterhead.recipients[0])
    yield line("Date", format_datetime(date))
    yield line("From", f"{phrase(letterhead.name)} <{letterhead.sender}>".strip())
    yield line("To", to)
    if letterhead.reply_to:
        yield line("Reply-To", str(letterhead.reply_to))
    yield f"Subject: {encoded(part.title.strip(), 'Subject')}"
    yield line("Message-ID", message_id(letterhead, key))
    if letterhead.list_id:
        yield line("List-Id", f"<{letterhead.list_id}>")
    yield line("List-Unsubscribe", ",\r\n ".join(f"<{link}>" for link in letterhead.unsubscribe))
    if letterhead.one_click:
        yield line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    yield line("Auto-Submitted", "auto-generated")  # RFC 3834: no holiday replies


def line(name: str, value: str) -> str:
    """Folded after the name where it is long; each piece stays far below a line's 998."""
    whole = f"{name}: {value}"
    return whole if len(whole.partition("\r\n")[0]) <= _WIDTH else f"{name}:\r\n {value}"


def phrase(name: str) -> str:
    """A name as a header may have it before an address."""
    if _ATOMS.fullmatch(name):
        return name
    return f'"{quote(name)}"' if name.isascii() and name else encoded(name, "From")


def _utf8() -> Charset:
    """UTF-8 in whichever encoding is shorter. Apprise changes that in the library's registry, and
    the same delivery must give the same bytes whether it was loaded or not."""
    charset = Charset("utf-8")
    charset.header_encoding = SHORTEST
    return charset


def encoded(text: str, header: str) -> str:
    """RFC 2047's encoded words, folded, no character in two of them."""
    charset = Charset("us-ascii") if text.isascii() and "=?" not in text else _utf8()
    made = Header(text, charset, maxlinelen=_WIDTH, header_name=header).encode(linesep="\r\n")
    return str(made)


def _body(part: Part, pictures: Mapping[str, bytes], key: str) -> EmailMessage:
    shown = {name.partition("@")[0]: name for name in _CID.findall(part.text)}
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(str(part.extra.get("plain") or plain_of(part.text)), cte="base64")
    message.add_alternative(part.text, subtype="html", cte="base64")
    _, html = message.iter_parts()
    for media in part.media:
        kind, _, subtype = media.media_type.partition("/")
        if media.sha256 in shown:
            html.add_related(
                pictures[media.sha256],
                kind,
                subtype,
                cid=f"<{shown[media.sha256]}>",
                disposition="inline",
                filename=_file_name(media),
            )
    for media in part.media:
        if media.sha256 not in shown:
            kind, _, subtype = media.media_type.partition("/")
            content = pictures[media.sha256]
            message.add_attachment(content, kind, subtype, filename=_file_name(media))
    several = (one for one in message.walk() if one.is_multipart())
    for number, one in enumerate(several):
        one.set_boundary(f"=_{key}_{number}")  # no base64 has "=_"
    return message


def _file_name(media: MediaRef) -> str:
    return f"{media.sha256[:16]}{_SUFFIXES.get(media.media_type, '')}"
