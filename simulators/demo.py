"""`python -m simulators.demo`: the whole flow on simulated platforms, watched as it goes.

Real regulations are imported, rendered for every channel, signed by three different people,
planned, published to every account and read back. Afterwards it keeps running until stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TextIO

import typer
import uvloop
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from app.logs import configure_logging
from app.serve import Serving, serving
from app.settings import LogFormat, Settings
from hub.catalogue.models import Item
from hub.kernel.events import verify_chain
from hub.organisations.models import Selection
from hub.publishing.models import Delivery, DeliveryState, Plan, Priority
from hub.publishing.service import When
from simulators.staging import REVIEWERS, approve, running_town, site_of, stage

_S = DeliveryState
_PATIENCE_S = 150
_STEP = timedelta(seconds=3)
_DONE = {_S.VERIFIED}
_COLUMNS = (
    (_S.PLANNED, "待发"),
    (_S.READY, "就绪"),
    (_S.CLAIMED, "领取"),
    (_S.SENDING, "发送"),
    (_S.ACCEPTED, "已接收"),
    (_S.VERIFIED, "已核验"),
    (_S.BLOCKED, "等待"),
    (_S.UNKNOWN, "未知"),
    (_S.FAILED, "失败"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery as the table shows it."""

    item: Item
    account: str
    delivery: Delivery


def main(
    once: Annotated[bool, typer.Option(help="结束即退出 / end with exit code 0 or 1")] = False,
    bodies: Annotated[int, typer.Option(min=1, max=22)] = 8,
    items: Annotated[int, typer.Option(min=1, max=5)] = 3,
    home: Annotated[Path, typer.Option(help="数据目录，启动时清空 / emptied first")] = Path(
        "var/demo"
    ),
) -> None:
    """演示 / demonstration"""
    home = home.absolute()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    sys.exit(uvloop.run(play(home, bodies, items, once)))


async def play(home: Path, bodies: int, items: int, once: bool) -> int:
    """Run the demonstration; 0 when every delivery was read back from its platform."""
    console = Console(highlight=False)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(running_town())
        settings = Settings(home=home, site_url=site_of(town), http_port=0)
        configure_logging(settings.log_level, LogFormat.JSON, stack.enter_context(_log_file(home)))
        running = await stack.enter_async_context(serving(settings))
        plans = await _prepare(console, running, town, bodies, items)
        good = await _watch(console, running, plans, stop)
        await _report(console, running, plans)
        if not once and not stop.is_set():
            _tell_what_to_do(console, running, town, home)
            await stop.wait()
    return 0 if good else 1


def _log_file(home: Path) -> TextIO:
    return (home / "hub.log").open("w", encoding="utf-8")


async def _prepare(
    console: Console, running: Serving, town: str, bodies: int, items: int
) -> dict[str, tuple[Plan, Item]]:
    """Import, render, sign and plan; the plans by id."""
    hub = running.hub
    console.rule("政务公开发布演示 · Gongkai")
    started = time.perf_counter()
    staged = await stage(hub, town, bodies, items)
    console.print(
        f"导入 {len(staged.items)} 件法规，登记 {staged.accounts} 个账号（模拟平台 {town}）"
    )
    for item in staged.items:
        await approve(hub, item)
        console.print(f"  三审通过 [bold]《{item.title}》[/]  {item.doc_no}")
    people = " → ".join(name for _, _, name, _ in REVIEWERS)
    console.print(f"  签审人：{people}")
    plans = {}
    for place, item in enumerate(staged.items):
        due = hub.clock.now() + _STEP * (place + 1)
        when = When(zone="UTC", wall=due.replace(tzinfo=None))
        urgent = place == len(staged.items) - 1
        priority = Priority.EMERGENCY if urgent else Priority.ROUTINE
        planned = await hub.publishing.plan(item.id, Selection(), when, "media", priority)
        plans[planned.plan.id] = (planned.plan, item)
    console.print(
        f"已排 {len(plans)} 个计划，每隔 {_STEP.seconds} 秒一个；准备用时 "
        f"{time.perf_counter() - started:.1f} 秒\n"
    )
    return plans


async def _watch(
    console: Console, running: Serving, plans: dict[str, tuple[Plan, Item]], stop: asyncio.Event
) -> bool:
    """Show the ledger as it moves, until everything is read back or nothing moves any more."""
    end = time.monotonic() + _PATIENCE_S
    started = time.monotonic()
    with Live(console=console, refresh_per_second=8, transient=not console.is_terminal) as live:
        while True:
            rows = await _rows(running, plans)
            live.update(_progress(rows, time.monotonic() - started))
            settled = all(row.delivery.state in _DONE or _is_final(row.delivery) for row in rows)
            if settled or stop.is_set() or time.monotonic() > end:
                return all(_is_published(row.delivery) for row in rows)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.2)


def _is_published(delivery: Delivery) -> bool:
    """Read back; or accepted by a platform that cannot be read back."""
    accepted = delivery.state is _S.ACCEPTED and delivery.next_at is None
    return (delivery.state in _DONE and delivery.reason != "differs") or accepted


def _is_final(delivery: Delivery) -> bool:
    given_up = (_S.FAILED, _S.EXPIRED, _S.CANCELLED, _S.RECALLED)
    return _is_published(delivery) or delivery.state in given_up


async def _rows(running: Serving, plans: dict[str, tuple[Plan, Item]]) -> list[Row]:
    accounts = {a.id: a.name for a in await running.hub.organisations.accounts(Selection())}
    rows = []
    for plan_id, (_, item) in plans.items():
        _, deliveries = await running.hub.publishing.progress(plan_id)
        rows += [Row(item, accounts[d.account_id], d) for d in deliveries]
    return rows


def _progress(rows: list[Row], elapsed: float) -> Group:
    channels = sorted({row.delivery.channel for row in rows})
    table = Table(title=f"投递账本  {elapsed:5.1f} s", title_justify="left")
    table.add_column("渠道")
    for _, label in _COLUMNS:
        table.add_column(label, justify="right")
    for channel in channels:
        counts = [
            sum(r.delivery.channel == channel and r.delivery.state is state for r in rows)
            for state, _ in _COLUMNS
        ]
        table.add_row(channel, *(str(count) if count else "·" for count in counts))
    done = sum(_is_published(row.delivery) for row in rows)
    bar = ProgressBar(total=len(rows), completed=done, width=60)
    return Group(table, bar, Text(f"{done} / {len(rows)} 已发布"))


async def _report(console: Console, running: Serving, plans: dict[str, tuple[Plan, Item]]) -> None:
    """The table item × account, and what the audit chain says."""
    rows = await _rows(running, plans)
    for _, item in plans.values():
        console.print(_table(item, [row for row in rows if row.item.id == item.id]))
    checked = await running.hub.database.read(lambda c: max(verify_chain(c), default=0))
    late = [row.delivery.lateness for row in rows if row.delivery.lateness is not None]
    worst = max((lateness.total_seconds() * 1000 for lateness in late), default=0.0)
    good = sum(_is_published(row.delivery) for row in rows)
    console.print(
        f"{good} / {len(rows)} 已发布，最大延迟 {worst:.0f} ms；审计链 {checked} 条，校验无误"
    )


def _table(item: Item, rows: list[Row]) -> Table:
    """One item: account, state, id on the platform, lateness."""
    table = Table(title=f"《{item.title}》", title_justify="left")
    for heading in ("账号", "状态", "平台编号"):
        table.add_column(heading, no_wrap=True)
    table.add_column("延迟", justify="right", no_wrap=True)
    for row in sorted(rows, key=lambda row: (row.delivery.channel, row.account)):
        table.add_row(row.account, *_cells(row.delivery))
    return table


def _cells(delivery: Delivery) -> tuple[str, str, str]:
    if _is_published(delivery):
        mark = "[green]✔[/]"
    elif _is_final(delivery):
        mark = "[red]✘[/]"
    else:
        mark = "…"
    what = delivery.error_code or delivery.reason
    lateness = delivery.lateness
    late = "—" if lateness is None else f"{lateness.total_seconds() * 1000:.0f} ms"
    label = dict(_COLUMNS).get(delivery.state, delivery.state)
    return f"{mark} {label} {what}".strip(), _short(delivery.remote_id), late


def _short(remote_id: str) -> str:
    """Long ids keep their beginning and end; `gongkai delivery show` has the whole."""
    return remote_id if len(remote_id) <= 20 else f"{remote_id[:11]}…{remote_id[-8:]}"


def _tell_what_to_do(console: Console, running: Serving, town: str, home: Path) -> None:
    console.print(f"\n模拟平台收到的内容：[bold]{town}/[/]   健康与指标：{running.address}/metrics")
    console.print(f"另开一个终端：GONGKAI_HOME={home} gongkai delivery list")
    console.print("按 Ctrl-C 结束 / press Ctrl-C to stop")


if __name__ == "__main__":
    typer.run(main)
