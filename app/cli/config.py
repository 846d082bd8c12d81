"""`gongkai config`: prove, show and document an installation's settings."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Annotated, Any

import redis.asyncio
import typer
from pydantic import SecretStr
from redis.exceptions import RedisError
from rich.table import Table

from app.alerting import open_alerters
from app.cli.common import JsonOption, emit, failures
from app.keys import KEY_FILE, load_keys, new_key
from app.logs import HIDDEN, hide
from app.migrate import head, revision
from app.reference import PAGES, Page
from app.settings import ENV_PREFIX, Settings
from app.settings_reading import config_path, load_settings, unknown_variables
from hub.kernel.clock import check_zones
from hub.kernel.errors import GongkaiError, Misconfigured, Unavailable, Words
from publishers.registry import channels

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="设置 / settings")

_MISCONFIGURED = 6
_REDIS_TIMEOUT_S = 5.0


@app.command()
def check(as_json: JsonOption = False) -> None:
    """检查设置、密钥、时区、数据库与渠道 / prove settings, keys, zones, database, channels"""
    with failures(as_json):
        settings = load_settings()
    found = [_looked(name, look, settings) for name, look in _CHECKS.items()]
    emit(found, as_json, _check_table)
    if not all(row["ok"] for row in found):
        raise typer.Exit(_MISCONFIGURED)


@app.command()
def show(as_json: JsonOption = False) -> None:
    """列出生效的设置及来源，密钥隐藏 / show every value and where it came from, secrets masked"""
    with failures(as_json):
        settings = load_settings()
    file = config_path()
    named = f"{file}" if file else ""
    rows = {
        name: {"value": _masked(getattr(settings, name)), "source": _source(name, settings, named)}
        for name in Settings.model_fields
    }
    emit(rows, as_json, _show_table)


@app.command()
def reference(
    page: Annotated[Page, typer.Argument(help="哪一页 / which page")] = Page.SETTINGS,
    write: Annotated[bool, typer.Option("--write", help="写入 docs/ / into docs/")] = False,
) -> None:
    """由代码生成文档页 / print a page of documentation made from the code, or write them all"""
    if not write:
        typer.echo(PAGES[page][1](), nl=False)
        return
    for path, make in PAGES.values():
        path.write_text(make(), "utf-8")
        typer.echo(str(path))


@app.command()
def key(
    key_id: Annotated[str, typer.Option("--id", help="密钥编号 / id of the key")] = "k1",
) -> None:
    """生成一把新密钥 / make a key for GONGKAI_SECRET_KEYS"""
    typer.echo(new_key(key_id))


def _looked(name: str, look: Callable[[Settings], str], settings: Settings) -> dict[str, Any]:
    try:
        return {"check": name, "ok": True, "detail": look(settings), "error": None}
    except GongkaiError as error:
        return {"check": name, "ok": False, "detail": str(error), "error": error.as_dict()}


def _variables(settings: Settings) -> str:
    if unknown := unknown_variables():
        raise Misconfigured(
            Words(f"未知变量 {', '.join(unknown)}", f"unknown variables {', '.join(unknown)}"),
            field=unknown[0],
            remedy=Words("改正拼写或删除，见 docs/settings.md", "correct or remove them"),
        )
    return str(config_path() or "–")


def _home(settings: Settings) -> str:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(settings) from error
    if not os.access(settings.home, os.W_OK | os.X_OK):
        raise _not_writable(settings)
    return str(settings.home.absolute())


def _not_writable(settings: Settings) -> Misconfigured:
    return Misconfigured(
        Words(f"{settings.home} 不可写", f"{settings.home} cannot be written"),
        field="home",
        remedy=Words("改正目录权限或 GONGKAI_HOME", "mend its permissions or set GONGKAI_HOME"),
    )


def _keys(settings: Settings) -> str:
    file = settings.home / KEY_FILE
    if settings.embedded and not settings.secret_keys and not file.exists():
        return f"首次使用时生成 / made on first use: {file}"
    return ", ".join(load_keys(settings))


def _zones(settings: Settings) -> str:
    check_zones()
    return settings.time_zone


def _database(settings: Settings) -> str:
    at = revision(settings.database_url)
    return f"{at or '–'} → {head()}"


def _redis(settings: Settings) -> str:
    if not settings.redis_url:
        return "–"
    try:
        asyncio.run(_ping(settings.redis_url))
    except (RedisError, OSError) as error:
        raise Unavailable(
            Words("Redis 无应答", "Redis does not answer"),
            field="redis_url",
            remedy=Words("检查地址与服务", "check the address and the server"),
        ) from error
    return "ok"


async def _ping(url: str) -> None:
    async with redis.asyncio.from_url(url, socket_timeout=_REDIS_TIMEOUT_S) as client:
        await client.ping()


def _channels(settings: Settings) -> str:
    return ", ".join(channels())


def _alerts(settings: Settings) -> str:
    return str(len(open_alerters(settings)))


_CHECKS: dict[str, Callable[[Settings], str]] = {
    "variables": _variables,
    "home": _home,
    "keys": _keys,
    "zones": _zones,
    "database": _database,
    "redis": _redis,
    "channels": _channels,
    "alerts": _alerts,
}


def _masked(value: Any) -> str:
    """The value as text without anything secret; of a key its id stays."""
    if isinstance(value, tuple):
        return ", ".join(_masked(entry) for entry in value)
    if isinstance(value, SecretStr):
        head, colon, _ = value.get_secret_value().partition(":")
        return f"{head}:{HIDDEN}" if colon else HIDDEN
    return hide(str(value))


def _source(name: str, settings: Settings, file: str) -> str:
    if any(variable.upper() == f"{ENV_PREFIX}{name.upper()}" for variable in os.environ):
        return "environment"
    return file if file and name in settings.model_fields_set else "default"


def _check_table(rows: list[dict[str, Any]]) -> Table:
    table = Table("检查 / check", "", "结果 / result")
    for row in rows:
        table.add_row(row["check"], "✓" if row["ok"] else "✗", row["detail"])
    return table


def _show_table(rows: dict[str, dict[str, str]]) -> Table:
    table = Table("设置 / setting", "值 / value", "来源 / source")
    for name, row in rows.items():
        table.add_row(name, row["value"], row["source"])
    return table
