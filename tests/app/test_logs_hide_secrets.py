from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from app.logs import HIDDEN, configure_logging, hide
from app.settings import LogFormat, LogLevel
from hub.kernel.errors import GongkaiError, Words

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz0123456789"
RAW = st.text(LETTERS, min_size=24, max_size=40)
NAMES = st.sampled_from(
    [
        "token",
        "access_token",
        "refresh_token",
        "bot_token",
        "app_secret",
        "AppSecret",
        "password",
        "db_password",
        "Authorization",
        "Cookie",
        "encoding_aes_key",
        "api_key",
        "key",
        "credentials",
    ]
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)

# how a secret looks where somebody writes it into a sentence
FORMS: dict[str, Callable[[str], str]] = {
    "telegram address": lambda s: f"https://api.telegram.org/bot123456789:{s}/sendMessage",
    "telegram token": lambda s: f"123456789:{s}",
    "query": lambda s: f"https://api.weixin.qq.com/cgi-bin/draft/add?access_token={s}&x=1",
    "form": lambda s: f"grant_type=client_credential&appid=wx1&secret={s}",
    "json": lambda s: json.dumps({"errcode": 0, "access_token": s, "expires_in": 7200}),
    "json in json": lambda s: json.dumps({"body": json.dumps({"secret": s})}),
    "repr": lambda s: repr({"password": s, "user": "x"}),
    "bytes": lambda s: repr({"password": s.encode()}),
    "header": lambda s: f"Authorization: Bearer {s}",
    "weibo header": lambda s: f"'Authorization': 'OAuth2 {s}'",
    "database address": lambda s: f"postgresql+asyncpg://hub:{s}@db.example.cn/hub",
    "sealed": lambda s: f"gk1.k1.{base64.urlsafe_b64encode(s.encode()).decode()}",
    "pem": lambda s: f"-----BEGIN RSA PRIVATE KEY-----\n{s}\n{s}\n-----END RSA PRIVATE KEY-----",
    "toml": lambda s: f'app_secret = "{s}"',
    "keyword": lambda s: f"Access(handle='x', app_secret='{s}')",
}


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@contextlib.contextmanager
def written(style: LogFormat) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure_logging(LogLevel.DEBUG, style, stream)
    yield stream


def say_everywhere(text: str) -> None:
    """Log `text` in every position a line has, through both libraries."""
    ours, theirs = structlog.get_logger("ours"), logging.getLogger("theirs")
    ours.info(text)
    ours.info("positional %s", text)
    ours.info("values", text=text, nested={"deep": [{"deeper": (text,)}]}, **{"a b": text})
    ours.info("key", value={text: 1}, error=ValueError(text), raw=text.encode())
    theirs.info("theirs %s", text)
    theirs.warning(text, extra={"text": text}, stack_info=True)
    with structlog.contextvars.bound_contextvars(bound=text):
        ours.info("bound")
    try:
        try:
            raise GongkaiError(Words(text, text))
        except GongkaiError as error:
            raise RuntimeError(f"because {text}") from error
    except RuntimeError as error:
        error.add_note(text)
        ours.exception("failed")
        theirs.exception("failed")
        sys.excepthook(type(error), error, error.__traceback__)


@pytest.mark.parametrize("style", [LogFormat.JSON, LogFormat.CONSOLE])
@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=15, deadline=None)
@given(secret=RAW, before=WORDS, after=WORDS)
def test_a_secret_with_a_known_form_is_never_written(
    style: LogFormat, form: str, secret: str, before: str, after: str
) -> None:
    with written(style) as stream:
        say_everywhere(f"{before} {FORMS[form](secret)} {after}")
    lines = stream.getvalue()
    assert secret not in lines
    assert base64.urlsafe_b64encode(secret.encode()).decode() not in lines
    assert HIDDEN in lines


@pytest.mark.parametrize("style", [LogFormat.JSON, LogFormat.CONSOLE])
@settings(max_examples=60, deadline=None)
@given(name=NAMES, secret=st.text(LETTERS + " +/=:@&'\"\\\n", min_size=12, max_size=40))
def test_a_value_whose_name_says_secret_is_never_written(
    style: LogFormat, name: str, secret: str
) -> None:
    secret = f"Zq{secret}qZ"
    with written(style) as stream:
        log = structlog.get_logger("ours")
        log.info("direct", **{name: secret})
        log.info("nested", request={"headers": [{name: secret}], "n": 1})
        log.info("bytes", **{name.upper(): secret.encode()})
    assert secret not in stream.getvalue()
    assert json.dumps(secret)[1:-1] not in stream.getvalue()
    assert stream.getvalue().count(HIDDEN) == 3


@pytest.mark.parametrize(
    "harmless",
    [
        "关于印发《网络安全管理办法》的通知",
        "https://www.example.gov.cn/item/01JABCDEFGHJKMNPQRSTVWXYZ0?page=2",
        "delivery 01JABCDEFGHJKMNPQRSTVWXYZ0 accepted in 00:00:02.123456",
        "monkey business: keyboard=1",
        "at 2026-03-02T01:00:00+00:00",
    ],
)
def test_what_is_no_secret_stays_readable(harmless: str) -> None:
    assert hide(harmless) == harmless


def test_a_json_line_has_time_level_logger_and_values() -> None:
    with written(LogFormat.JSON) as stream:
        structlog.get_logger("hub").warning("delivery.blocked", delivery="D1", attempts=2)
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "delivery.blocked",
        "level": "warning",
        "logger": "hub",
        "delivery": "D1",
        "attempts": 2,
    }


def test_a_line_below_the_level_is_not_written() -> None:
    stream = io.StringIO()
    configure_logging(LogLevel.WARNING, LogFormat.JSON, stream)
    structlog.get_logger("hub").info("no")
    logging.getLogger("apscheduler.executors").info("no")
    assert stream.getvalue() == ""


def test_a_lone_surrogate_does_not_cost_the_line() -> None:
    with written(LogFormat.JSON) as stream:
        structlog.get_logger("hub").info("bad \ud800 text", value="\udfff")
    assert json.loads(stream.getvalue())["event"] == "bad \\ud800 text"


def test_an_interrupt_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    with written(LogFormat.JSON) as stream:
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert stream.getvalue() == ""
