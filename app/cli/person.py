"""gongkai person: people and what each may do in which body."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting, read_rows, shown_counts
from app.compose import Hub
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Imported, NewPerson, Role

app = typer.Typer(no_args_is_help=True, help="人员 / people")

ROLE_WORDS = {
    Role.EDITOR: "录入",
    Role.CLERK: "初审",
    Role.SECTION_HEAD: "审核",
    Role.LEADER: "审发",
    Role.MEDIA: "新媒体",
    Role.DISCLOSURE_OFFICE: "公开办",
    Role.ADMIN: "管理",
}
RoleAt = Annotated[
    list[str] | None,
    typer.Option("--role", help="单位代码:角色，可多次，如 sc:clerk / body:role, repeatable"),
]


@app.command("list")
def list_people(as_json: JsonOption = False) -> None:
    """人员与角色 / people and their roles"""
    emit(run(_everyone, as_json=as_json), as_json, _show)


@app.command("add")
def add(
    login: Annotated[str, typer.Argument(help="登录名 / login")],
    name: Annotated[str, typer.Argument(help="姓名 / name")],
    role: RoleAt = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """登记一个人 / enter a person"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        new = NewPerson(login=login, name=name, roles=tuple(map(_role, role or ())))
        await hub.organisations.add_person(new, actor=acting(actor))
        return [person for person in await _everyone(hub) if person["login"] == login]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(help="JSON Lines：login, name, roles")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """批量导入，可重复 / import a list, as often as wanted"""

    async def work(hub: Hub) -> Imported:
        rows = read_rows(file, NewPerson)
        return await hub.organisations.import_people(rows, actor=acting(actor))

    emit(run(work, as_json=as_json), as_json, shown_counts)


@app.command("grant")
def grant(
    login: str,
    role: Annotated[str, typer.Argument(help="单位代码:角色 / body:role")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """授予角色 / give a role"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        await hub.organisations.grant(login, *_role(role), actor=acting(actor))
        return [person for person in await _everyone(hub) if person["login"] == login]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("revoke")
def revoke(
    login: str,
    role: Annotated[str, typer.Argument(help="单位代码:角色 / body:role")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """收回角色 / take a role back"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        await hub.organisations.revoke(login, *_role(role), actor=acting(actor))
        return [person for person in await _everyone(hub) if person["login"] == login]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("deactivate")
def deactivate(login: str, actor: Actor = "", as_json: JsonOption = False) -> None:
    """停用：不再能签署或操作 / may no longer sign or operate"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        await hub.organisations.deactivate_person(login, actor=acting(actor))
        return [person for person in await _everyone(hub) if person["login"] == login]

    emit(run(work, as_json=as_json), as_json, _show)


async def _everyone(hub: Hub) -> list[dict[str, Any]]:
    return [
        {
            "id": person.id,
            "login": person.login,
            "name": person.name,
            "active": person.active,
            "roles": [{"body": code, "role": role} for code, role in granted],
        }
        for person, granted in await hub.organisations.people()
    ]


def _role(text: str) -> tuple[str, Role]:
    code, _, name = text.partition(":")
    try:
        return code, Role(name)
    except ValueError as error:
        choices = ", ".join(Role)
        raise InvalidInput(
            Words(f"“{text}”不是 单位:角色", f"'{text}' is not body:role"),
            field="role",
            remedy=Words(f"角色可选 {choices}", f"roles: {choices}"),
        ) from error


def _show(people: list[dict[str, Any]]) -> Table:
    table = Table("登录名 / login", "姓名 / name", "角色 / roles", "状态 / state")
    for person in people:
        roles = "，".join(f"{r['body']} {ROLE_WORDS[r['role']]}" for r in person["roles"])
        table.add_row(person["login"], person["name"], roles, "" if person["active"] else "停用")
    return table
