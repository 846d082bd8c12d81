"""Canary rings as `gongkai plan` shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from hub.publishing.rings.models import RingState, RingView

__all__ = ["ring_row", "show_rings"]

_WORDS = {
    RingState.WAITING: "等待前一批 / waits",
    RingState.RUNNING: "进行中 / under way",
    RingState.PASSED: "已核实 / passed",
    RingState.STOPPED: "已停止，待人工 / stopped",
}


def ring_row(view: RingView) -> dict[str, Any]:
    """A ring in the stable shape of --json."""
    ring, tally = view.ring, view.tally
    return {
        "ring": ring.number,
        "state": ring.state,
        "accounts": tally.accounts,
        "proven": tally.proven,
        "failed": tally.failed,
        "cancelled": tally.cancelled,
        "pending": tally.pending,
        "released_at": ring.released_at,
        "ended_at": ring.ended_at,
        "resumed_by_person": ring.waived,
    }


def show_rings(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table("批 / ring", "状态 / state", "账号", "已核实", "失败", "进行中")
    for row in rows:
        counts = (row[name] for name in ("accounts", "proven", "failed", "pending"))
        table.add_row(str(row["ring"]), _WORDS[row["state"]], *map(str, counts))
    return table
