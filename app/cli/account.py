"""gongkai account: the accounts on every channel, and their connection."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.table import Column, Table

from app.cli.common import JsonOption, emit, progress, run
from app.cli.rows import Actor, acting, local_instant, read_rows, shown_counts
from app.compose import Hub
from app.handling import restraint_of
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Account, FilingState, Imported, NewAccount, Selection
from hub.organisations.rules import why_not_publishable, why_paused
from hub.publishing.quota.models import Period
from hub.publishing.restraint.models import OpenBreaker, Scope
from publishers.registry import find_channel

app = typer.Typer(no_args_is_help=True, help="账号 / accounts")

AccountId = Annotated[str, typer.Argument(help="账号编号 / account id")]


@app.command("list")
def list_accounts(
    channel: Annotated[list[str] | None, typer.Option(help="渠道 / channel")] = None,
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    region: Annotated[str, typer.Option(help="地区 / region")] = "",
    tag: Annotated[str, typer.Option(help="标签 / tag")] = "",
    group: Annotated[str, typer.Option(help="账号组 / account group")] = "",
    as_json: JsonOption = False,
) -> None:
    """列出账号 / list accounts"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        selection = Selection(
            channels=tuple(channel or ()),
            body_id=(await hub.organisations.body(body)).id if body else "",
            region=region,
            tag=tag,
            group=group,
        )
        return [_plain(hub, account) for account in await hub.organisations.accounts(selection)]

    emit(run(work, as_json=as_json), as_json, _show_list)


@app.command("show")
def show(account: AccountId, as_json: JsonOption = False) -> None:
    """一个账号 / one account"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await hub.organisations.account(account)
        over = await restraint_of(hub).over(found)
        return _plain(hub, found) | {"breakers": [_breaker(one) for one in over]}

    emit(run(work, as_json=as_json), as_json, _show_one)


def _breaker(one: OpenBreaker) -> dict[str, Any]:
    """Why the account is left alone though nothing is wrong with it here."""
    return {
        "scope": one.scope,
        "cause": one.cause,
        "words": {"zh": one.words.zh, "en": one.words.en},
        "since": one.opened_at,
        "next_probe_at": one.probe_at,
    }


@app.command("add")
def add(
    channel: Annotated[str, typer.Argument(help="渠道 / channel")],
    handle: Annotated[str, typer.Argument(help="平台上的号 / its name on the platform")],
    name: Annotated[str, typer.Argument(help="名称 / name")],
    body: Annotated[str, typer.Option(help="单位代码 / body")],
    base_url: Annotated[
        str, typer.Option(help="平台接口地址，默认为该平台的 / the platform's API, or its own")
    ] = "",
    region: Annotated[str, typer.Option(help="地区，默认同单位 / region")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="标签 / tag")] = None,
    setting: Annotated[list[str] | None, typer.Option(help="名=值 / name=value")] = None,
    filing: Annotated[FilingState, typer.Option(help="备案 / filing")] = FilingState.FILED,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """登记账号，再用 connect 授权 / enter an account, then connect it"""

    async def work(hub: Hub) -> dict[str, Any]:
        new = NewAccount(
            channel=channel,
            handle=handle,
            name=name,
            body_code=body,
            base_url=base_url or _own_address(channel),
            region=region,
            tags=tuple(tag or ()),
            settings=dict(map(_setting, setting or ())),
            filing=filing,
        )
        return _plain(hub, await hub.organisations.add_account(new, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("import")
def import_accounts(
    file: Annotated[Path, typer.Argument(help="JSON Lines，一行一个账号 / one account a line")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """批量导入，可重复 / import a list, as often as wanted"""

    async def work(hub: Hub) -> Imported:
        rows = read_rows(file, NewAccount)
        with progress() as bar:
            task = bar.add_task("导入账号", total=len(rows))
            return await hub.organisations.import_accounts(
                rows,
                actor=acting(actor),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )

    emit(run(work, as_json=as_json), as_json, shown_counts)


@app.command("connect")
def connect(
    account: AccountId,
    secret: Annotated[
        list[str] | None, typer.Option(help="凭据名，逐项隐藏输入 / asked for, hidden")
    ] = None,
    until: Annotated[str, typer.Option(help="授权到期（当地时间）/ authorised until")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """授权或重新授权：--secret 逐项询问，否则从标准输入读一个 JSON 对象

    Connect or reconnect: asks for every --secret, else reads a JSON object from stdin. What is
    left empty keeps its former value; nothing secret is given on the command line.
    """

    async def work(hub: Hub) -> dict[str, Any]:
        given = _credentials(secret or [])
        zone = hub.settings.time_zone
        end = local_instant(until, zone, "until") if until else None
        connected = await hub.organisations.connect(
            account, given, actor=acting(actor), authorised_until=end
        )
        return _plain(hub, connected)

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("pause")
def pause(
    account: AccountId,
    until: Annotated[str, typer.Option(help="当地时间 2026-12-01T09:00 / local time")],
    reason: Annotated[str, typer.Option(help="原因 / reason")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """暂停到某时 / hold back until a moment"""

    async def work(hub: Hub) -> dict[str, Any]:
        end = local_instant(until, hub.settings.time_zone, "until")
        paused = await hub.organisations.pause(account, end, reason, actor=acting(actor))
        return _plain(hub, paused)

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("resume")
def resume(account: AccountId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """恢复 / let it go on"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _plain(hub, await hub.organisations.resume(account, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("release")
def release(
    account: AccountId,
    scope: Annotated[
        Scope, typer.Option(help="账号自身的熔断，或整个平台的 / whose breaker")
    ] = Scope.ACCOUNT,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """解除熔断，积压随即再试 / close its circuit breaker: what waits is tried again"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await hub.organisations.account(account)
        released = await restraint_of(hub).release(found, scope, actor=acting(actor))
        return {"account": account, "scope": scope, "released": released}

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("quota")
def quota(account: AccountId, as_json: JsonOption = False) -> None:
    """额度：每个周期还剩几次、被谁占用 / what is left of each period, and who has the rest"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_period(period) for period in await hub.publishing.quota(account)]

    emit(run(work, as_json=as_json), as_json, _show_quota)


def _credentials(names: list[str]) -> dict[str, str]:
    if names:
        return {n: typer.prompt(n, hide_input=True, default="", show_default=False) for n in names}
    try:
        return msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, str])
    except msgspec.MsgspecError:  # its text might hold a secret
        raise InvalidInput(
            Words("标准输入应为 JSON 对象", "standard input must be a JSON object of texts"),
            field="credentials",
            remedy=Words('如 {"access_token": "…"}', 'such as {"access_token": "…"}'),
        ) from None


def _own_address(channel: str) -> str:
    """Where the channel's platform is, if there is only one such place."""
    address = find_channel(channel).default_base_url
    if not address:
        raise InvalidInput(
            Words(f"渠道 {channel} 没有固定的接口地址", f"{channel} has no address of its own"),
            field="base_url",
            remedy=Words("用 --base-url 指明", "give --base-url"),
        )
    return address


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise InvalidInput(
            Words(f"“{text}”不是 名=值", f"'{text}' is not name=value"), field="setting"
        )
    return name, value


def _plain(hub: Hub, account: Account) -> dict[str, Any]:
    """The account without its seal, and what it waits for."""
    now = hub.clock.now()
    why = why_not_publishable(account, now) or why_paused(account, now)
    told = {key: value for key, value in asdict(account).items() if key != "sealed"}
    waits = {"zh": why.zh, "en": why.en} if why else None
    return {**told, "connected": bool(account.sealed), "waits": waits}


def _period(period: Period) -> dict[str, Any]:
    """A period with its holders, in the stable shape."""
    quota = period.quota
    return {
        "period": quota.period,
        "per": quota.per,
        "zone": quota.zone,
        "starts_at": period.starts_at,
        "ends_at": period.ends_at,
        "count": quota.count,
        "kept_for_emergencies": quota.kept,
        "left": period.left,
        "holders": [
            {
                "no": holder.slot.no,
                "state": holder.state,
                "delivery": holder.slot.delivery_id,
                "plan": holder.plan_id,
                "item": holder.item_id,
                "title": holder.title,
                "body": holder.body,
                "due_at": holder.due_at,
            }
            for holder in period.holders
        ],
    }


def _show_quota(periods: list[dict[str, Any]]) -> Table:
    table = Table("周期 / period", "剩余 / left", "占用 / held by", "状态 / state")
    for period in periods:
        start = period["starts_at"].astimezone(ZoneInfo(period["zone"]))
        name = start.strftime("%Y-%m" if period["period"] == "month" else "%Y-%m-%d")
        left = f"{period['left']} / {period['count']}"
        table.add_row(name, left, "" if period["holders"] else "—", "")
        for holder in period["holders"]:
            held = f"{holder['body']}《{holder['title']}》 {holder['plan']}"
            table.add_row("", f"#{holder['no']}", held, holder["state"])
    return table


def _show_list(accounts: list[dict[str, Any]]) -> Table:
    table = Table(
        Column("编号 / id", no_wrap=True, min_width=26),
        "渠道 / channel",
        "名称 / name",
        "地区 / region",
        "状态 / state",
    )
    for account in accounts:
        state = account["waits"]["zh"] if account["waits"] else "正常"
        table.add_row(account["id"], account["channel"], account["name"], account["region"], state)
    return table


def _show_one(account: dict[str, Any]) -> Table:
    table = Table(show_header=False)
    for name, value in account.items():
        table.add_row(name, "" if value is None else str(value))
    return table
