"""`gongkai node`: the processes of an installation."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table

from app.cli.common import JsonOption, emit, run
from app.compose import Hub
from app.nodes.node import LEAD
from hub.kernel.nodes.service import Nodes

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="进程 / processes")


@app.callback()
def node() -> None:
    """进程 / processes"""


@app.command("list")
def list_nodes(as_json: JsonOption = False) -> None:
    """有哪些进程，谁在主持 / which processes there are, and which one leads"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        nodes = Nodes(hub.database, hub.clock)
        lease = await nodes.lease(LEAD)
        return [
            {
                "id": node.id,
                "roles": sorted(node.roles),
                "host": node.host,
                "pid": node.pid,
                "address": node.address,
                "version": node.version,
                "alive": alive,
                "leads": lease is not None and lease.owner == node.id,
                "started_at": node.started_at,
                "beat_at": node.beat_at,
            }
            for node, alive in await nodes.all()
        ]

    emit(run(work, as_json=as_json), as_json, _table)


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("角色 / roles", "主机 / host", "pid", "地址 / address", "状态 / state")
    for row in rows:
        state = "在线 alive" if row["alive"] else "失联 silent"
        state += "，主持 leads" if row["leads"] and row["alive"] else ""
        place = row["host"], str(row["pid"]), row["address"]
        table.add_row(" ".join(row["roles"]), *place, state)
    return table
