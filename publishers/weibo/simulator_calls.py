"""The request side of the simulated Weibo: parameters in, the documented refusals out."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from typing import Any

from aiohttp import web

__all__ = [
    "LINK",
    "WORDS",
    "App",
    "Call",
    "Part",
    "Post",
    "Refusal",
    "check_link",
    "check_picture",
    "checked_text",
    "digest",
    "number_of",
    "read_call",
    "refused",
    "told",
]

_FORBIDDEN = {10014, 10022, 10023, 10024}  # HTTP 403; the others are HTTP 400

LINK = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
_TOPIC = re.compile(r"#[^#]+#")
_FULL_WIDTH = re.compile(r"[^\x00-\x7f]")
_MAGIC = (b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"\x89PNG\r\n\x1a\n")
_LARGEST_PICTURE = 5 * 1024 * 1024

WORDS = {
    10008: "param error, see doc for more info",
    10014: "Insufficient app permissions!",
    10016: "miss required parameter",
    10017: "text not find domain!",
    10022: "IP requests out of rate limit",
    10023: "User requests out of rate limit",
    10024: "User requests for (%s) out of rate limit",
    20005: "unsupport image type, only suport JPG,GIF,PNG",
    20006: "image size too large",
    20008: "content is null",
    20012: "text too long, please input text less than 140 characters!",
    20017: "similar content!",
    20019: "repeat content!",
    20032: "Update success, while server slow now, please wait 1-2 minutes!",
    20101: "target weibo does not exist!",
    20102: "not your own weibo!",
    20111: "repeated weibo text!",
    21301: "auth faild!",
    21319: "Accessor was revoked",
    21321: "applications over the unaudited use restrictions!",
    21327: "expired_token",
    21332: "invalid_access_token",
}


class Refusal(Exception):
    def __init__(self, code: int, words: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.words = words or WORDS[code]


@dataclass(slots=True)
class App:
    """An app on the open platform: its key, level (test, normal, high) and bound domains."""

    key: str
    level: str = "normal"
    safe_domains: tuple[str, ...] = ("gov.cn",)
    test_users: frozenset[str] = frozenset()  # the only ones who may use an app of level test


@dataclass(slots=True)
class Grant:
    """An authorisation: whose, for which app, until when."""

    uid: str
    app: App
    ends_at: datetime
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post as Weibo holds it, with how often it was reposted, commented on and liked. Of a
    picture only that there is one: those of a large wave would fill the memory."""

    id: int
    uid: str
    text: str  # as it was sent
    stored: str  # with t.cn links
    written_at: datetime
    visible_at: datetime
    pictured: bool = False
    deleted: bool = False
    reposts: int = 0
    comments: int = 0
    attitudes: int = 0

    @property
    def readers(self) -> dict[str, int]:
        return {"shares": self.reposts, "comments": self.comments, "likes": self.attitudes}


@dataclass(frozen=True, slots=True)
class Part:
    content: bytes
    filename: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call after its token was accepted."""

    grant: Grant
    fields: Mapping[str, str]
    files: Mapping[str, Part]

    def need(self, name: str) -> str:
        value = self.fields.get(name, "")
        if not value:
            raise Refusal(10016, f"miss required parameter ({name}), see doc for more info")
        return value

    def number(self, name: str, default: int = 0) -> int:
        value = self.fields.get(name, "") or str(default)
        if not value.isdecimal():
            raise Refusal(10017, f"parameter ({name})'s value invalid")
        return int(value)


def check_link(call: Call) -> None:
    """What only statuses/share asks for: a link under the app's domain, and no topic."""
    app, text = call.grant.app, call.fields["status"]
    if not app.safe_domains:
        raise Refusal(10017, "appkey not bind domain!")
    hosts = [re.split(r"[/:?#]", link.split("//", 1)[1])[0] for link in LINK.findall(text)]
    if not any(f".{host}".endswith(f".{domain}") for host in hosts for domain in app.safe_domains):
        raise Refusal(10017)
    if _TOPIC.search(LINK.sub("", text)):
        raise Refusal(10017, "text can not contain topic!")


def checked_text(call: Call) -> str:
    text = call.need("status")
    if not text.strip():
        raise Refusal(20008)
    try:
        ipaddress.ip_address(call.need("rip"))
    except ValueError:
        raise Refusal(10017, "parameter (rip)'s value invalid") from None
    doubled = _FULL_WIDTH.sub("**", LINK.sub("*" * 20, text))
    if len(doubled) > 280:
        raise Refusal(20012)
    return text


def check_picture(part: Part) -> None:
    """Raises Refusal for what Weibo takes for no picture."""
    if not part.filename or not part.content_type:
        raise Refusal(21301, "auth by Null spi!")
    if not part.content.startswith(_MAGIC):
        raise Refusal(20005)
    if len(part.content) >= _LARGEST_PICTURE:
        raise Refusal(20006)


async def read_call(request: web.Request) -> tuple[dict[str, str], dict[str, Part]]:
    """Parameters from the query, a form or a multipart body, and the uploaded files."""
    fields, files = dict(request.query), dict[str, Part]()
    if not request.content_type.startswith("multipart/"):
        form = await request.post()
        return fields | {name: str(value) for name, value in form.items()}, files
    boundary = str(
        _header(f"Content-Type: {request.headers['Content-Type']}").get_param("boundary")
    )
    body = b"\r\n" + await request.read()
    for chunk in body.split(b"\r\n--" + boundary.encode())[1:]:
        head, _, content = chunk.partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head.lstrip(b"\r\n"))
        name = headers.get_param("name", "", "content-disposition")
        if name == "pic":
            kind = headers.get("Content-Type", "")
            files["pic"] = Part(content, headers.get_filename() or "", kind)
        elif name:
            fields[str(name)] = content.decode()
    return fields, files


def _header(line: str) -> Message:
    return BytesHeaderParser().parsebytes(line.encode())


def told(body: Mapping[str, Any], now: datetime, status: int = 200) -> web.Response:
    """An answer with the platform's own time in its header."""
    date = format_datetime(now, usegmt=True)
    return web.json_response(body, status=status, headers={"Date": date})


def refused(refusal: Refusal, path: str, now: datetime) -> web.Response:
    status = 403 if refusal.code in _FORBIDDEN or refusal.code > 21300 else 400
    body = {"error": refusal.words, "error_code": refusal.code, "request": path}
    return told(body, now, status)


def digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def number_of(handle: str) -> int:
    return int(digest(handle)[:12], 16)
