"""gongkai group: named sets of accounts, by rule or one by one."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.organisations.models import Group, Selection

app = typer.Typer(no_args_is_help=True, help="账号组 / account groups")


@app.command("list")
def list_groups(as_json: JsonOption = False) -> None:
    """列出账号组 / list account groups"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [await _told(hub, group) for group in await hub.organisations.groups()]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="组名 / name")],
    channel: Annotated[list[str] | None, typer.Option(help="渠道 / channel")] = None,
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    region: Annotated[str, typer.Option(help="地区 / region")] = "",
    tag: Annotated[str, typer.Option(help="标签 / tag")] = "",
    account: Annotated[list[str] | None, typer.Option(help="逐个加入 / account id")] = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """新建：规则随时匹配新账号，--account 逐个加入 / a rule also matches accounts to come"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        rule = Selection(
            channels=tuple(channel or ()),
            body_id=(await hub.organisations.body(body)).id if body else "",
            region=region,
            tag=tag,
        )
        group = await hub.organisations.add_group(
            name, actor=acting(actor), rule=rule, members=account or ()
        )
        return [await _told(hub, group)]

    emit(run(work, as_json=as_json), as_json, _show)


async def _told(hub: Hub, group: Group) -> dict[str, Any]:
    """The group with how many accounts it means now."""
    accounts = await hub.organisations.accounts(Selection(group=group.name))
    rule = {
        "channels": group.rule.channels,
        "body_id": group.rule.body_id,
        "region": group.rule.region,
        "tag": group.rule.tag,
    }
    return {
        "id": group.id,
        "name": group.name,
        "rule": {name: value for name, value in rule.items() if value},
        "members": group.members,
        "accounts": len(accounts),
    }


def _show(groups: list[dict[str, Any]]) -> Table:
    table = Table("组 / group", "规则 / rule", "逐个 / named", "账号数 / accounts")
    for group in groups:
        rule = "，".join(f"{name}={value}" for name, value in group["rule"].items())
        table.add_row(group["name"], rule, str(len(group["members"])), str(group["accounts"]))
    return table
