"""gongkai review delegate, absences, revoke: who signs for whom."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.review import app as reviews
from app.cli.rows import Actor, acting, local_instant
from app.compose import Hub
from hub.organisations.models import Role
from hub.review.clocks.explaining import local
from hub.review.delegation.models import Delegation


@reviews.command("delegate")
def delegate(
    role: Annotated[Role, typer.Argument(help="clerk、section-head 或 leader")],
    to: Annotated[str, typer.Option(help="授权给谁（登录名）/ login of the delegate")],
    body: Annotated[str, typer.Option(help="单位代码 / body")],
    until: Annotated[str, typer.Option(help="至何时，当地 / until, 2026-12-01T18:00")],
    reason: Annotated[str, typer.Option(help="事由，如出差 / why")],
    since: Annotated[str, typer.Option(help="自何时，默认现在 / from, default now")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """本人离岗期间授权他人代签 / let somebody sign for you while you are away"""

    async def work(hub: Hub) -> dict[str, Any]:
        zone = hub.settings.time_zone
        made = await hub.delegations.delegate(
            role=role,
            body_code=body,
            to=to,
            since=local_instant(since, zone, "since") if since else None,
            until=local_instant(until, zone, "until"),
            reason=reason,
            actor=acting(actor),
        )
        return asdict(made)

    emit(run(work, as_json=as_json), as_json, lambda d: Text(f"已授权 {d['id']} / delegated"))


@reviews.command("absences")
def absences(
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    as_json: JsonOption = False,
) -> None:
    """谁离岗，由谁代签 / who is away and who signs for them"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        body_id = (await hub.organisations.body(body)).id if body else ""
        return [_told(*row) for row in await hub.delegations.absences(body_id=body_id)]

    emit(run(work, as_json=as_json), as_json, _show)


@reviews.command("revoke")
def revoke(
    delegation: Annotated[str, typer.Argument(help="授权编号 / delegation id")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """撤销授权，立即失效 / end a delegation at once"""

    async def work(hub: Hub) -> dict[str, Any]:
        return asdict(await hub.delegations.revoke(delegation, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, lambda d: Text(f"已撤销 {d['id']} / revoked"))


def _told(delegation: Delegation, away: str, acts: str, body: str) -> dict[str, Any]:
    return asdict(delegation) | {"away": away, "acting": acts, "body": body}


def _show(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        Column("授权 / delegation", no_wrap=True, min_width=26),
        "离岗 / away",
        "代签 / acts",
        "单位 / body",
        "角色 / role",
        "期间 / period",
        "事由 / why",
    )
    for row in rows:
        period = f"{local(row['valid_from'])} – {local(row['valid_until'])}"
        names = (Text(row["away"]), Text(row["acting"]), Text(row["body"]))
        table.add_row(row["id"], *names, row["role"], period, Text(row["reason"]))
    return table
