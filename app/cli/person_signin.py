"""gongkai person password, unenrol, unlock, sign-out: how people come into the console."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.person import app as people
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.signin import factors_of, sessions_of

Login = Annotated[str, typer.Argument(help="登录名 / login")]


@people.command("password")
def password(login: Login, actor: Actor = "", as_json: JsonOption = False) -> None:
    """重置密码：只显示这一次，登录后须修改 / a new password, shown once, to be changed"""

    async def work(hub: Hub) -> dict[str, Any]:
        made = await factors_of(hub).give_password(login, actor=acting(actor))
        return {"login": login, "password": made}

    emit(run(work, as_json=as_json), as_json, _show_password)


@people.command("unenrol")
def unenrol(login: Login, actor: Actor = "", as_json: JsonOption = False) -> None:
    """解除验证器：下次登录重新绑定 / take the authenticator away"""

    async def work(hub: Hub) -> dict[str, Any]:
        await factors_of(hub).unenrol(login, actor=acting(actor))
        return {"login": login}

    emit(run(work, as_json=as_json), as_json, _done)


@people.command("unlock")
def unlock(login: Login, actor: Actor = "", as_json: JsonOption = False) -> None:
    """解除因多次失败的暂停登录 / end the wait after failed sign-ins"""

    async def work(hub: Hub) -> dict[str, Any]:
        await factors_of(hub).unlock(login, actor=acting(actor))
        return {"login": login}

    emit(run(work, as_json=as_json), as_json, _done)


@people.command("sign-out")
def sign_out(login: Login, actor: Actor = "", as_json: JsonOption = False) -> None:
    """结束其全部会话 / end every session of theirs"""

    async def work(hub: Hub) -> dict[str, Any]:
        count = await sessions_of(hub).sign_out_everywhere(login, actor=acting(actor))
        return {"login": login, "sessions": count}

    emit(run(work, as_json=as_json), as_json, _done)


def _show_password(data: dict[str, Any]) -> RenderableType:
    warning = "请当面或另行告知，此后不再显示 / hand it over, it is never shown again"
    return Group(Text(data["password"], style="bold"), Text(warning))


def _done(data: dict[str, Any]) -> RenderableType:
    ended = f"，结束会话 {data['sessions']}" if "sessions" in data else ""
    return Text(f"{data['login']} 已处理{ended} / done")
