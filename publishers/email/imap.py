"""What a mailbox has that was not read yet: one short visit by IMAP, which changes nothing there.

The folder is opened for reading only (EXAMINE) and bodies are peeked at, so that people who read
the same mailbox see what is new to them as new. Source: RFC 9051 and 3501 (UIDVALIDITY, UID SEARCH,
BODY.PEEK with a partial). The library blocks: it is called in a thread, every step with a timeout.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from hub.kernel.errors import Words
from hub.publishing.errors import Busy, Rejected, Unauthorised
from hub.publishing.ports import Access

__all__ = ["LARGEST", "Mail", "MailboxServer", "Visit", "mailbox_of", "visit"]

LARGEST = 256 * 1024  # bytes of one message: the words come first, what follows is attachments
_MOST = 50  # messages of one visit
_STEP_S = 20.0
_SLACK = 64 * 1024
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/ &,+-]{0,99}")
_CURSOR = re.compile(r"([1-9][0-9]{0,9}):([0-9]{1,10})")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class MailboxServer:
    """Where the mail is; `security` is tls (from the first byte), starttls or none."""

    host: str
    port: int
    security: str
    folder: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as it lies there, its first `LARGEST` bytes; `key` names it in this mailbox."""

    key: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Visit:
    mails: tuple[Mail, ...]
    cursor: str


def mailbox_of(access: Access) -> MailboxServer:
    """Raises Rejected naming the setting that a person has to mend."""
    settings = access.settings
    try:
        parts = urlsplit(str(settings.get("imap") or ""))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("imap", "imaps") or not host:
        raise _wrong("imap", "应为 imaps:// 或 imap:// 地址", "is like imaps://host")
    security = "tls" if parts.scheme == "imaps" else str(settings.get("security") or "starttls")
    if security not in ("tls", "starttls", "none"):
        raise _wrong("security", "应为 starttls 或 none", "is starttls or none")
    folder = str(settings.get("imap_folder") or "INBOX")
    if not _FOLDER.fullmatch(folder):
        raise _wrong("imap_folder", "不是文件夹名称", "is no folder's name")
    user, password = _login(access.credentials)
    usual = 993 if security == "tls" else 143
    return MailboxServer(host, port or usual, security, folder, user, password)


def _login(credentials: Mapping[str, str]) -> tuple[str, str]:
    """The mailbox's own, else those for sending."""
    user = credentials.get("imap_username") or credentials.get("username", "")
    password = credentials.get("imap_password") or credentials.get("password", "")
    if not user or not password or not (user + password).isascii():
        raise _wrong(
            "imap_password", "与用户名缺失或含非英文字符", "or the user is missing or not ASCII"
        )
    return user, password


def visit(server: MailboxServer, cursor: str, since: date) -> Visit:
    """What came after `cursor`, oldest first; "" is the first visit, which brings nothing old.

    Where the mailbox was made anew its numbers mean nothing any more: then what came on `since`
    or later is read, and what was answered before is known by its Message-ID.
    Raises Busy, Unauthorised and Rejected; blocks.
    """
    with _signed_in(server) as mailbox:
        validity, following = _opened(mailbox, server.folder)
        known = _CURSOR.fullmatch(cursor)
        if known is None:
            return Visit((), f"{validity}:{max(following - 1, 0)}")
        if int(known[1]) == validity:
            last = int(known[2])
            wanted = [uid for uid in _found(mailbox, "UID", f"{last + 1}:*") if uid > last]
        else:
            last = 0
            wanted = _found(
                mailbox, "SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
            )
        wanted = sorted(wanted)[:_MOST]
        mails = [Mail(f"{validity}.{uid}", raw) for uid in wanted if (raw := _read(mailbox, uid))]
        reached = wanted[-1] if wanted else (last or max(following - 1, 0))
        return Visit(tuple(mails), f"{validity}:{reached}")


class _Plain(imaplib.IMAP4):
    """A server that announces more than was asked for is not listened to."""

    def read(self, size: int) -> bytes:
        if size > LARGEST + _SLACK:
            raise self.abort("a literal larger than was asked for")
        return super().read(size)


class _Encrypted(imaplib.IMAP4_SSL):
    def read(self, size: int) -> bytes:
        if size > LARGEST + _SLACK:
            raise self.abort("a literal larger than was asked for")
        return super().read(size)


@contextmanager
def _signed_in(server: MailboxServer) -> Iterator[imaplib.IMAP4]:
    mailbox: imaplib.IMAP4 | None = None
    try:
        context = ssl.create_default_context()
        if server.security == "tls":
            mailbox = _Encrypted(server.host, server.port, ssl_context=context, timeout=_STEP_S)
        else:
            mailbox = _Plain(server.host, server.port, timeout=_STEP_S)
            if server.security == "starttls":
                mailbox.starttls(context)
        _sign_in(mailbox, server)
        yield mailbox
    except imaplib.IMAP4.error as error:  # abort, too: the server broke off, or is none
        raise _busy(type(error).__name__) from None
    except (OSError, ValueError) as error:
        raise _busy(type(error).__name__) from None
    finally:
        if mailbox is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                mailbox.logout()
            with suppress(OSError):
                mailbox.shutdown()


def _sign_in(mailbox: imaplib.IMAP4, server: MailboxServer) -> None:
    try:
        mailbox.login(server.user, server.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:  # what it says may repeat what it was given
        raise Unauthorised(
            Words("收信服务器拒绝登录", "the mailbox refuses the log-in"),
            platform_code="imap-login",
            remedy=Words(
                "用 account connect 重新录入用户名与授权码",
                "give user and password with account connect",
            ),
        ) from None


def _opened(mailbox: imaplib.IMAP4, folder: str) -> tuple[int, int]:
    """The folder's UIDVALIDITY and the number that its next message gets."""
    kind, _ = mailbox.select(f'"{folder}"', readonly=True)
    if kind != "OK":
        raise _wrong("imap_folder", "在邮箱里不存在", "is not in the mailbox")
    validity, following = (_told(mailbox, name) for name in ("UIDVALIDITY", "UIDNEXT"))
    if not validity:
        raise _busy("no-uidvalidity")
    if not following:
        following = max(_found(mailbox, "ALL"), default=0) + 1
    return validity, following


def _told(mailbox: imaplib.IMAP4, name: str) -> int:
    _, values = mailbox.response(name)
    value = values[-1] if values else None
    text = value if isinstance(value, bytes) else b""
    return int(text) if text.isdigit() and len(text) <= 10 else 0


def _found(mailbox: imaplib.IMAP4, *criteria: str) -> list[int]:
    kind, data = mailbox.uid("SEARCH", *criteria)
    if kind != "OK":
        raise _busy("search")
    words = b" ".join(one for one in data if isinstance(one, bytes)).split()
    return [int(word) for word in words if word.isdigit() and len(word) <= 10]


def _read(mailbox: imaplib.IMAP4, uid: int) -> bytes:
    """The message's beginning; empty where it is gone meanwhile."""
    kind, data = mailbox.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LARGEST}>)")
    if kind != "OK":
        raise _busy("fetch")
    pieces: list[Any] = [one[1] for one in data if isinstance(one, tuple) and len(one) > 1]
    return pieces[0] if pieces and isinstance(pieces[0], bytes) else b""


def _busy(code: str) -> Busy:
    return Busy(
        Words("收信服务器没有应答或中断", "the mailbox does not answer, or broke off"),
        platform_code=f"imap-{code}",
        remedy=Words(
            "检查网络与 imap 设置；将自动重试", "check network and imap; it is tried again"
        ),
    )


def _wrong(name: str, zh: str, en: str) -> Rejected:
    return Rejected(
        Words(f"账号的 {name} {zh}", f"the account's {name} {en}"),
        field=name,
        platform_code="setting",
        remedy=Words("改正账号设置", "correct the account"),
    )
