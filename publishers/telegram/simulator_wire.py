"""The simulated server's reading of requests: arguments, texts and pictures, and its refusals."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from publishers.telegram.simulator_chats import Bot, Photo
from publishers.telegram.simulator_markup import Formatted, MarkupError, parse_html, units

__all__ = [
    "Query",
    "Refused",
    "array",
    "bad",
    "caption",
    "keyboard",
    "picture",
    "read_arguments",
    "refusal",
    "text",
]

_TEXT_LIMIT, _CAPTION_LIMIT = 4096, 1024
_PHOTO_BYTES, _SIDE_SUM, _RATIO = 10 * 1024 * 1024, 10_000, 20
_TRUE = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True)
class Query:
    method: str
    bot: Bot
    values: dict[str, str]
    files: dict[str, bytes]

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def flag(self, name: str) -> bool:
        return self.get(name).lower() in _TRUE


class Refused(Exception):
    def __init__(self, status: int, sentence: str, **parameters: int) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.parameters = parameters


def bad(sentence: str, **parameters: int) -> Refused:
    """A 400; the first letter is lowered unless the sentence is an UPPER_CASE code."""
    shown = sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]
    return Refused(400, f"Bad Request: {shown}", **parameters)


async def read_arguments(request: web.Request) -> tuple[dict[str, str], dict[str, bytes]]:
    values, files = dict(request.query), dict[str, bytes]()
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise bad("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad("can't parse JSON object")
        values |= {name: _as_text(value) for name, value in body.items() if value is not None}
        return values, files
    try:
        form = await request.post()
    except ValueError:
        raise bad("strings must be encoded in UTF-8") from None
    for name, field in form.items():
        if isinstance(field, web.FileField):
            files[name] = field.file.read()
        else:
            values[name] = field if isinstance(field, str) else bytes(field).decode()
    return values, files


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def array(value: str, name: str) -> list[Any]:
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise bad(f"can't parse {name} JSON object")
    return found


def _formatted(source: str, parse_mode: str) -> Formatted:
    if not parse_mode:
        return Formatted(source.strip())
    if parse_mode.lower() != "html":
        raise bad("unsupported parse_mode")
    try:
        return parse_html(source)
    except MarkupError as error:
        # This sentence keeps its capital: it follows another colon.
        raise bad(f"can't parse entities: {error}") from None


def text(query: Query) -> Formatted:
    """The text of a message; refused when empty or too long."""
    body = _formatted(query.get("text"), query.get("parse_mode"))
    if not body.text:
        raise bad("message text is empty")
    if units(body.text) > _TEXT_LIMIT:
        raise bad("message is too long")
    return body


def caption(source: str, parse_mode: str) -> Formatted:
    body = _formatted(source, parse_mode)
    if units(body.text) > _CAPTION_LIMIT:
        raise bad("message caption is too long")
    return body


def picture(content: bytes) -> Photo:
    if len(content) > _PHOTO_BYTES:
        raise bad(
            f"file of size {len(content)} bytes is too big for a photo; "
            f"the maximum size is {_PHOTO_BYTES} bytes"
        )
    if not content:
        raise bad("file must be non-empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "GIF")) as image:
                width, height = image.size
                if width + height > _SIDE_SUM or max(width, height) > _RATIO * min(width, height):
                    raise bad("PHOTO_INVALID_DIMENSIONS")
                image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Warning, ValueError):
        raise bad("IMAGE_PROCESS_FAILED") from None
    digest = hashlib.sha256(content).hexdigest()[:16]
    return Photo(f"AgACAgIAAx{digest}", width, height, len(content))


def refusal(refused: Refused) -> web.Response:
    body: dict[str, Any] = {
        "ok": False,
        "error_code": refused.status,
        "description": refused.sentence,
    }
    headers = {}
    if refused.parameters:
        body["parameters"] = refused.parameters
    if "retry_after" in refused.parameters:
        headers["Retry-After"] = str(refused.parameters["retry_after"])
    return web.json_response(body, status=refused.status, headers=headers)


def keyboard(query: Query) -> tuple[tuple[str, str], ...]:
    """The buttons of an inline keyboard, label and data; refused as the platform does: button data
    is 1 to 64 bytes."""
    given = query.get("reply_markup")
    if not given:
        return ()
    try:
        rows = json.loads(given)["inline_keyboard"]
        data = [button["callback_data"] for row in rows for button in row]
        texts = [button["text"] for row in rows for button in row]
    except (ValueError, KeyError, TypeError):
        raise bad("can't parse inline keyboard button") from None
    if not all(texts):
        raise bad("inline keyboard button text is empty")
    if not all(1 <= len(one.encode()) <= 64 for one in data):
        raise bad("BUTTON_DATA_INVALID")
    return tuple(zip(texts, data, strict=True))
