"""gongkai person token, tokens, revoke-token: with what a person's programs sign in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.person import app as people
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.organisations.tokens.models import PER_MINUTE, Token
from hub.organisations.tokens.rules import DEFAULT_DAYS, LONGEST_DAYS
from hub.organisations.tokens.scopes import USUAL_SCOPES, Scope


@people.command("token")
def token(
    login: Annotated[str, typer.Argument(help="登录名 / login")],
    label: Annotated[str, typer.Option(help="用途 / what it is for")],
    days: Annotated[
        int, typer.Option(help=f"有效天数，至多 {LONGEST_DAYS} / how long it works")
    ] = DEFAULT_DAYS,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="权限，可多次，默认除 grave 外全部 / scope, default: all but grave"),
    ] = None,
    per_minute: Annotated[
        int, typer.Option(help="每分钟请求数上限 / requests a minute at most")
    ] = PER_MINUTE,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """签发令牌：只显示这一次 / issue a token, shown this once"""

    async def work(hub: Hub) -> dict[str, Any]:
        issued = await hub.tokens.issue(
            login,
            label,
            days=days,
            scopes=frozenset(scope) if scope else USUAL_SCOPES,
            per_minute=per_minute,
            actor=acting(actor),
        )
        return _told(issued.token) | {"secret": issued.secret}

    emit(run(work, as_json=as_json), as_json, _show_issued)


@people.command("tokens")
def tokens(
    login: Annotated[str, typer.Argument(help="登录名 / login")], as_json: JsonOption = False
) -> None:
    """某人的令牌，含失效的 / a person's tokens, those that no longer work included"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_told(one) for one in await hub.tokens.of(login)]

    emit(run(work, as_json=as_json), as_json, _show)


@people.command("revoke-token")
def revoke_token(
    token: Annotated[str, typer.Argument(metavar="ID", help="令牌编号 / the token's id")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """撤销令牌，即刻失效 / revoke a token, at once"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_told(await hub.tokens.revoke(token, actor=acting(actor)))]

    emit(run(work, as_json=as_json), as_json, _show)


def _told(token: Token) -> dict[str, Any]:
    """The token without its digest: nobody needs that to know which one it is."""
    told = {key: value for key, value in asdict(token).items() if key != "digest"}
    return told | {"scopes": sorted(token.scopes)}


def _show_issued(data: dict[str, Any]) -> RenderableType:
    warning = "请立即妥善保存，此后不再显示 / keep it now, it is never shown again"
    return Group(Text(data["secret"], style="bold"), Text(warning), _show([data]))


def _show(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        Column("编号 / id", no_wrap=True, min_width=26),
        "用途 / for",
        "有效至 / until",
        "最近使用 / last used",
        "权限 / scopes",
        "状态 / state",
    )
    for row in rows:
        until, used = f"{row['expires_at']:%Y-%m-%d}", str(row["last_used_on"] or "")
        scopes = " ".join(row["scopes"])
        state = "已撤销 / revoked" if row["revoked_at"] else ""
        table.add_row(row["id"], Text(row["label"]), until, used, scopes, state)
    return table
