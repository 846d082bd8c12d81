"""gongkai group: named sets of accounts, by rule or one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.organisations.errors import UnknownGroup
from hub.organisations.models import Group, Selection
from hub.publishing.grouping.service import AccountGroups

app = typer.Typer(no_args_is_help=True, help="账号组 / account groups")

GroupName = Annotated[str, typer.Argument(metavar="NAME", help="组名 / its name")]


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


@app.command("show")
def show(group: GroupName, as_json: JsonOption = False) -> None:
    """一个组：账号数、按它发布的时段和定期计划 / one group, and what goes by it"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await _named(hub, group)
        uses = await AccountGroups(hub.database, hub.clock).uses(found)
        return await _told(hub, found) | {"times": uses.times, "series": uses.series}

    emit(run(work, as_json=as_json), as_json, lambda one: _show([one]))


@app.command("change")
def change(
    group: GroupName,
    name: Annotated[str, typer.Option(help="新组名 / new name")] = "",
    channel: Annotated[list[str] | None, typer.Option(help="渠道 / channel")] = None,
    body: Annotated[str | None, typer.Option(help="单位代码，含下级 / body")] = None,
    region: Annotated[str | None, typer.Option(help="地区 / region")] = None,
    tag: Annotated[str | None, typer.Option(help="标签 / tag")] = None,
    account: Annotated[list[str] | None, typer.Option(help="成员，逐个给出 / members")] = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """修改：没有给出的不变，空值去掉该项 / what is not given stays; an empty value takes it away"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        held = await _named(hub, group)
        rule = held.rule
        if channel is not None:
            rule = replace(rule, channels=tuple(one for one in channel if one))
        if body is not None:
            rule = replace(rule, body_id=(await hub.organisations.body(body)).id if body else "")
        rule = replace(rule, region=rule.region if region is None else region)
        rule = replace(rule, tag=rule.tag if tag is None else tag)
        members = held.members if account is None else tuple(one for one in account if one)
        changed = await AccountGroups(hub.database, hub.clock).change(
            held.id, name=name or held.name, rule=rule, members=members, actor=acting(actor)
        )
        return [await _told(hub, changed)]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("delete")
def delete(group: GroupName, actor: Actor = "", as_json: JsonOption = False) -> None:
    """删除；有时段或定期计划按它发布的不能删 / delete it, unless something goes by it"""

    async def work(hub: Hub) -> dict[str, str]:
        held = await _named(hub, group)
        await AccountGroups(hub.database, hub.clock).delete(held.id, actor=acting(actor))
        return {"deleted": held.name}

    emit(run(work, as_json=as_json), as_json, lambda told: Text(told["deleted"]))


async def _named(hub: Hub, name: str) -> Group:
    """Raises UnknownGroup."""
    found = next((one for one in await hub.organisations.groups() if one.name == name), None)
    if found is None:
        raise UnknownGroup(name)
    return found


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
