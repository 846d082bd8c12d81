"""The portal's templates: one sandboxed environment, compiled once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.kernel.clock import CHINA
from web.portal.manner import Manner

__all__ = ["SCRIPT_ADDRESS", "STYLE_ADDRESS", "rendered", "script", "style", "words_of"]

_FOLDER = Path(__file__).resolve().parents[2] / "templates" / "portal"


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "day": _day,
        "moment": _moment,
        "number": _number,
        "mail_date": format_datetime,
    }
    return environment


@cache
def words_of(language: str) -> Mapping[str, str]:
    """Every text of the interface in `zh` or `en`, by name."""
    table = json.loads((_FOLDER / "words.json").read_text("utf-8"))
    return {name: told[language] for name, told in table.items()}


@cache
def style() -> bytes:
    """The one style sheet."""
    return (_FOLDER / "portal.css").read_bytes()


@cache
def script() -> bytes:
    """The one script, of the page on which citizens ask."""
    return (_FOLDER / "chat.js").read_bytes()


def _named(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


# The address names the content, so that browsers may keep it for ever.
STYLE_ADDRESS = f"/static/portal-{_named(style())}.css"
SCRIPT_ADDRESS = f"/static/chat-{_named(script())}.js"


def rendered(name: str, manner: Manner, values: Mapping[str, Any]) -> str:
    """The template `name` (page.html, atom.xml …) in a visitor's manner."""
    shared = {"manner": manner, "words": words_of(manner.language), "style": STYLE_ADDRESS}
    return _environment().get_template(f"{name}.j2").render({**shared, **values})


def _day(when: date | datetime | None) -> str:
    """`2026-03-19`, in the place's own time; nothing for nothing."""
    if when is None:
        return ""
    return (when.astimezone(CHINA) if isinstance(when, datetime) else when).strftime("%Y-%m-%d")


def _moment(when: datetime) -> str:
    """`2026-03-19 09:30`: the form of the tag PubDate (国办发〔2017〕47号, annex)."""
    return when.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _number(value: int) -> str:
    return f"{value:,}"
