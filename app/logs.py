"""Structured logs of everything in the process, with every secret taken out before it is written.

A value is hidden by its name (a key that sounds like a secret, at any depth) and by its form
(platform tokens, credentials in addresses, sealed blobs, private keys), in messages, values,
exceptions and tracebacks alike. Our own code does not log secrets; this is for what others say.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Set
from types import TracebackType
from typing import Any, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor

from app.settings import LogFormat, LogLevel

__all__ = ["HIDDEN", "configure_logging", "hide", "redact"]

HIDDEN = "***"
_DEEPEST = 8  # what is nested deeper is written as text, which is searched as well
# what others say on every call or tick, and nobody reads
_QUIET = ("aiohttp.access", "aiogram", "apscheduler", "asyncio")

_SECRET_NAME = re.compile(
    r"token|secret|passw|authori[sz]ation|cookie|credential|sealed|signature|ticket"
    r"|(?:^|[_-])(?:api|app|aes|private|encoding|access|encrypt)*[_-]?(?:aes)?key(?:s)?$",
    re.IGNORECASE,
)
_NAMED = (
    r"[\w-]*(?:token|secret|passw(?:or)?d|credential|signature|ticket)[\w-]*"
    r"|[\w-]*(?:aes|api|private|secret|access)[_-]?key|authorization|cookie"
)
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    # private keys, also cut off or with their line breaks written as \n
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*KEY-----|\Z)", re.S), ""),
    # name: "quoted value", as in JSON, TOML and Python's repr
    (
        re.compile(rf"(\b(?:{_NAMED})\\*[\"']?\s*[:=]\s*[bur]*)(\\*)([\"'])(?:(?!\2\3).)*", re.I),
        r"\1\2\3",
    ),
    # Authorization: Bearer …, and the scheme alone
    (re.compile(r"\b((?:Bearer|Basic|OAuth2)\s+)[\w.~+/=:-]{6,}", re.I), r"\1"),
    (re.compile(r"\b(authorization|cookie)(\s*[:=]\s*)(?![\"'\\])[^\r\n\"']+", re.I), r"\1\2"),
    # name=value, as in an address's query or a form
    (re.compile(rf"(\b(?:{_NAMED})\s*[:=]\s*)(?![\"'\\*])[^\s&\"',;)}}\]]+", re.I), r"\1"),
    (re.compile(r"([?&]key=)[^\s&\"']+", re.I), r"\1"),
    # Telegram's bot token: core.telegram.org/bots/api, "Authorizing your bot"
    (re.compile(r"\d{5,}(?::|%3A)[\w-]{20,}", re.I), ""),
    # our own seals: hub.organisations.vault
    (re.compile(r"\bgk1\.[\w-]+\.[\w=-]+"), ""),
    # user:password@ in an address
    (re.compile(r"(://[^\s/:@\"']*:)[^\s/@\"']+(?=@)"), r"\1"),
)


def hide(text: str) -> str:
    """`text` with everything that has the form of a secret replaced by HIDDEN."""
    for pattern, kept in _FORMS:
        text = pattern.sub(kept + HIDDEN, text)
    return text


def redact(logger: object, method: str, event: EventDict) -> EventDict:
    """structlog processor; put it after exceptions have become text and before the renderer."""
    return {key: _clean(key, value, 0) for key, value in event.items()}


def configure_logging(
    level: LogLevel = LogLevel.INFO,
    style: LogFormat = LogFormat.AUTO,
    stream: TextIO | None = None,
) -> None:
    """Send structlog, the standard library's logging and uncaught exceptions to one place."""
    target = sys.stderr if stream is None else stream
    plain = style is LogFormat.JSON or (style is LogFormat.AUTO and not target.isatty())
    shared = _shared(plain)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=_last(plain, target)
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught


def _shared(plain: bool) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso" if plain else "%H:%M:%S", utc=plain),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]


def _last(plain: bool, target: TextIO) -> list[Processor]:
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_to_json)
        if plain
        else structlog.dev.ConsoleRenderer(
            colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, renderer]


def _to_json(event: MutableMapping[str, Any], **options: object) -> str:
    return msgspec.json.encode(event, order="sorted").decode()


def _clean(key: str, value: Any, depth: int) -> Any:
    if _SECRET_NAME.search(key) and value not in (None, "", False, True):
        return HIDDEN
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {hide(str(k)): _clean(str(k), v, depth + 1) for k, v in value.items()}
    if depth < _DEEPEST and isinstance(value, (list, tuple, Set)):
        return [_clean("", item, depth + 1) for item in value]
    if isinstance(value, (bytes, bytearray)):
        value = bytes(value).decode("utf-8", "replace")
    # a lone surrogate is legal in a str and illegal in UTF-8: it must not cost us the line
    return hide(str(value)).encode("utf-8", "backslashreplace").decode()


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("app").critical("crashed", exc_info=(kind, error, traceback))
