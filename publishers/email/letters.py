"""A message that somebody wrote, typed once; what a program wrote is nobody's question.

Source: RFC 5322 (threads), 3834 (what must not be answered automatically), 2919 and 3297 (lists),
6522 (reports). Whether a message is really from whom it says is not examined here: neither DKIM
nor SPF; see the README.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from selectolax.lexbor import LexborHTMLParser

from hub.conversation.models import Arrival, InboundKind
from hub.publishing.errors import Rejected
from publishers.email.addresses import Address, address_of
from publishers.email.quoting import without_quotes

__all__ = ["arrival_of"]

_LONGEST = 8_000  # characters of what is read as a question
_MOST_PARTS = 60
_MOST_NAMES = 10
_IDENTITY = re.compile(r"<[!-;=?-~]{1,250}>")
_KEPT_REFERENCES = 12
_REPLY = re.compile(r"(?:(?:re|aw|sv|回复|答复|回覆|转发|fw|fwd)\s*[:：]\s*)+", re.IGNORECASE)
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>", re.IGNORECASE)
_BLANK = re.compile(r"\n{3,}")
_ROBOTS = re.compile(r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+-].*)?")
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_LISTED = ("List-Id", "List-Unsubscribe", "List-Post", "X-Loop", "X-Auto-Response-Suppress")
# what Chinese mail calls GB 2312 is rarely that alone
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "us-ascii": "utf-8"}


def arrival_of(raw: bytes, own: str, key: str) -> Arrival | None:
    """What somebody asks in a message to `own`; None for what no person wrote, or nobody could be
    answered for. `key` names the message in its mailbox, where it has no id of its own."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        sender = _sender(message)
        if sender is None or str(sender) == own.lower() or _automatic(message, sender):
            return None
        subject = _header(message, "Subject")[:300]
        text = _text(message, subject)
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError):
        return None  # so broken that no reader would show it
    identity = _identities(message, "Message-ID")[:1]
    return Arrival(
        external_key=_key(identity, key),
        address=str(sender),
        kind=InboundKind.TEXT if text else InboundKind.OTHER,
        text=text,
        context=_thread(message, identity, subject),
    )


def _key(identity: list[str], key: str) -> str:
    if not identity:
        return f"u:{key}"
    return f"m:{hashlib.sha256(identity[0].encode()).hexdigest()[:48]}"


def _sender(message: Message) -> Address | None:
    """Whom an answer goes to: who the message is from, where that is one mailbox. Reply-To is not
    followed: it would be one more way to have us write to somebody who did not ask."""
    found = getaddresses([str(message.get("From") or "")])
    if len(found) != 1 or len(message.get_all("From", [])) != 1:
        return None
    try:
        return _lowered(address_of(found[0][1], "From"))
    except Rejected:
        return None


def _lowered(address: Address) -> Address:
    """Nobody has two mailboxes that differ by case only."""
    return Address(address.local.lower(), address.domain)


def _automatic(message: Message, sender: Address) -> bool:
    """Whether a program wrote it: answering would be a nuisance, or go round for ever."""
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    path = message.get("Return-Path")
    return (
        submitted not in ("", "no")
        or _header(message, "Precedence").strip().lower() in _BULK
        or any(message.get(name) is not None for name in _LISTED)
        or (path is not None and str(path).strip() == "<>")
        or message.get_content_type() == "multipart/report"
        or _ROBOTS.fullmatch(sender.local.lower()) is not None
    )


def _text(message: Message, subject: str) -> str:
    """The words: without what they answer, with a new letter's subject, and its files by name."""
    said, names = _body(message), _names(message)
    said = without_quotes(said)
    stem = _REPLY.sub("", subject).strip()
    if stem and (not said or not _REPLY.match(subject)) and stem not in said:
        said = f"{stem}\n{said}".strip()
    if names:
        said = f"{said}\n［附件：{'、'.join(names)}］".strip()
    return said[:_LONGEST]


def _body(message: Message) -> str:
    """The plain text where there is some, else the HTML's words."""
    html = ""
    for part in _parts(message):
        if part.get_filename() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain" and (said := _decoded(part).strip()):
            return said
        if kind == "text/html" and not html:
            html = _words_of(_decoded(part))
    return html


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            return
        if not part.is_multipart():
            yield part


def _names(message: Message) -> list[str]:
    named = [_plain(part.get_filename() or "") for part in _parts(message)]
    return [name[:80] for name in named if name][:_MOST_NAMES]


def _decoded(part: Message) -> str:
    data = part.get_payload(decode=True)
    said = part.get_content_charset() or ""
    return _in_charset(data, said).replace("\r\n", "\n") if isinstance(data, bytes) else ""


def _in_charset(data: bytes, said: str) -> str:
    """Bytes as what they are said to be, else as what Chinese mail mostly is."""
    name = said.lower() or "utf-8"
    for charset in (_WIDER.get(name, name), "utf-8", "gb18030"):
        try:
            return data.decode(charset)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _words_of(html: str) -> str:
    """What a reader of the HTML sees, without what it is not shown and without any address."""
    tree = LexborHTMLParser(_BREAKS.sub("\\g<0>\n", html))
    for node in tree.css("script, style, head, title, template, blockquote, object, svg"):
        node.decompose()
    body = tree.body
    lines = (body.text() if body is not None else "").replace("\xa0", " ").splitlines()
    return _BLANK.sub("\n\n", "\n".join(line.strip() for line in lines)).strip()


def _thread(message: Message, identity: list[str], subject: str) -> dict[str, str]:
    """What an answer needs to stand in the same thread."""
    earlier = _identities(message, "References") or _identities(message, "In-Reply-To")
    references = [*earlier, *identity][-_KEPT_REFERENCES:]
    found = {"subject": subject, "answers": "".join(identity), "references": " ".join(references)}
    return {name: value for name, value in found.items() if value}


def _identities(message: Message, name: str) -> list[str]:
    return _IDENTITY.findall(str(message.get(name) or ""))


def _header(message: Message, name: str) -> str:
    return _plain(str(message.get(name) or ""))


def _plain(text: str) -> str:
    """A header's words: RFC 2047 read, on one line, nothing hidden in them."""
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        pieces = [(text, None)]
    read = "".join(
        one if isinstance(one, str) else _in_charset(one, charset or "") for one, charset in pieces
    )
    shown = "".join(char if char.isprintable() else " " for char in read)
    return " ".join(shown.split())
