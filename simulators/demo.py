"""`python -m simulators.demo`: the whole flow on simulated platforms, watched as it goes.

Real regulations are imported, rendered for every channel, signed by three different people,
planned, published to every account and read back. Afterwards it keeps running until stopped.
With `--scaled` the hub is three workers, two clocks and a web node over PostgreSQL and Redis.
"""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Protocol, TextIO

import typer
import uvloop
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from app.cli.common import failures
from app.compose import Hub
from app.logs import configure_logging
from app.serve import serving
from app.settings import LogFormat, LogLevel, Settings
from app.settings_reading import CONFIG_VARIABLE
from hub.catalogue.models import Item
from hub.kernel.events import verify_chain
from hub.organisations.models import Selection
from hub.publishing.models import Delivery, DeliveryState, Plan, Priority
from hub.publishing.service import When
from simulators.home import emptied
from simulators.scaled.installation import CONFIG, running_installation
from simulators.staging import (
    REVIEWERS,
    USERS,
    approve,
    give_password,
    running_town,
    site_of,
    stage,
)

_S = DeliveryState
_HOME = Path("var/demo")
_STEP = timedelta(seconds=3)
_DONE = {_S.VERIFIED}
_COLUMNS = {
    _S.PLANNED: "待发",
    _S.READY: "就绪",
    _S.CLAIMED: "领取",
    _S.SENDING: "发送",
    _S.ACCEPTED: "已接收",
    _S.VERIFIED: "已核验",
    _S.BLOCKED: "等待",
    _S.UNKNOWN: "未知",
    _S.FAILED: "失败",
}
# From here on a table has room for both languages.
_WIDE = 104


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery as the table shows it."""

    item: Item
    account: str
    delivery: Delivery


class Running(Protocol):
    """A hub at work: a way into it, and where it serves."""

    @property
    def hub(self) -> Hub: ...

    @property
    def address(self) -> str: ...


def main(
    once: Annotated[bool, typer.Option(help="结束即退出 / end with exit code 0 or 1")] = False,
    bodies: Annotated[int, typer.Option(min=1, max=22)] = 8,
    items: Annotated[int, typer.Option(min=1, max=5)] = 3,
    home: Annotated[
        Path, typer.Option(help="数据目录，清空后使用 / folder, emptied first")
    ] = _HOME,
    patience: Annotated[
        int, typer.Option(min=1, help="最多等待秒数 / seconds to wait for all to be published")
    ] = 150,
    scaled: Annotated[
        bool, typer.Option(help="多进程，PostgreSQL 与 Redis / several processes")
    ] = False,
) -> None:
    """演示 / demonstration"""
    home = emptied(home.absolute())
    with failures():
        sys.exit(uvloop.run(play(home, bodies, items, once, patience, scaled=scaled)))


_SHOWN: dict[str, Any] = {
    "portal_name": "四川省人民政府",
    "http_host": "127.0.0.1",
    "http_port": 0,
    "console_second_factor": False,  # nobody binds a telephone to what is gone tomorrow
}


def _settings(home: Path, town: str) -> Settings:
    """Nothing that this machine's environment sets may lead a demonstration to real data."""
    return Settings(
        home=home,
        database_url=f"sqlite:///{home / 'gongkai.db'}",
        redis_url="",
        secret_keys=(),
        site_url=site_of(town),
        **_SHOWN,
    )


async def play(
    home: Path, bodies: int, items: int, once: bool, patience: float, *, scaled: bool = False
) -> int:
    """Run the demonstration; 0 when every delivery was read back from its platform.

    It waits `patience` seconds for that, and less when all that is left waits for a person, or
    longer than that.
    """
    console = Console(highlight=False)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(running_town())
        configure_logging(LogLevel.INFO, LogFormat.JSON, stack.enter_context(_log_file(home)))
        running: Running = (
            await stack.enter_async_context(
                running_installation(home, site_url=site_of(town), **_SHOWN)
            )
            if scaled
            else await stack.enter_async_context(serving(_settings(home, town)))
        )
        plans = await _prepare(console, running, town, bodies, items)
        good = await _watch(console, running, plans, stop, patience)
        await _report(console, running, plans)
        if not once and not stop.is_set():
            password = await give_password(running.hub)
            _tell_what_to_do(console, running, town, home, password)
            await stop.wait()
    return 0 if good else 1


def _log_file(home: Path) -> TextIO:
    return (home / "hub.log").open("w", encoding="utf-8")


async def _prepare(
    console: Console, running: Running, town: str, bodies: int, items: int
) -> dict[str, tuple[Plan, Item]]:
    """Import, render, sign and plan; the plans by id."""
    hub = running.hub
    console.rule("政务公开发布演示 · Gongkai")
    started = time.perf_counter()
    staged = await stage(hub, town, bodies, items)
    console.print(
        f"导入 {len(staged.items)} 件法规，登记 {staged.accounts} 个账号"
        f" / {len(staged.items)} regulations, {staged.accounts} accounts\n"
        f"模拟平台 / simulated platforms: {town}/"
    )
    for item in staged.items:
        await approve(hub, item)
        console.print(f"  三审通过 [bold]《{item.title}》[/]  {item.doc_no}")
    people = " → ".join(name for _, _, name, _ in REVIEWERS)
    console.print(f"签审人 / signed by: {people}")
    plans = {}
    for place, item in enumerate(staged.items):
        due = hub.clock.now() + _STEP * (place + 1)
        when = When(zone="UTC", wall=due.replace(tzinfo=None))
        urgent = place == len(staged.items) - 1
        priority = Priority.EMERGENCY if urgent else Priority.ROUTINE
        planned = await hub.publishing.plan(item.id, Selection(), when, "media", priority)
        plans[planned.plan.id] = (planned.plan, item)
    console.print(
        f"已排 {len(plans)} 个计划，每隔 {_STEP.seconds} 秒一个"
        f" / {len(plans)} plans, {_STEP.seconds} s apart; "
        f"{time.perf_counter() - started:.1f} s\n"
    )
    return plans


async def _watch(
    console: Console,
    running: Running,
    plans: dict[str, tuple[Plan, Item]],
    stop: asyncio.Event,
    patience: float,
) -> bool:
    """Show the ledger as it moves, until everything is read back or nothing moves any more."""
    started = time.monotonic()
    end, until = started + patience, running.hub.clock.now() + timedelta(seconds=patience)
    with Live(console=console, refresh_per_second=8, transient=not console.is_terminal) as live:
        while True:
            rows = await _rows(running, plans)
            live.update(_progress(rows, time.monotonic() - started, console.width >= _WIDE))
            settled = all(_is_at_rest(row.delivery, until) for row in rows)
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


def _is_at_rest(delivery: Delivery, until: datetime) -> bool:
    """Final, or nothing happens to it before a person acts, or before `until`."""
    waits = delivery.state in (_S.BLOCKED, _S.UNKNOWN)
    long = delivery.next_at is None or delivery.next_at > until
    return _is_final(delivery) or (waits and long)


async def _rows(running: Running, plans: dict[str, tuple[Plan, Item]]) -> list[Row]:
    accounts = {a.id: a.name for a in await running.hub.organisations.accounts(Selection())}
    rows = []
    for plan_id, (_, item) in plans.items():
        _, deliveries = await running.hub.publishing.progress(plan_id)
        rows += [Row(item, accounts[d.account_id], d) for d in deliveries]
    return rows


def _progress(rows: list[Row], elapsed: float, wide: bool) -> Group:
    channels = sorted({row.delivery.channel for row in rows})
    table = Table(title=f"投递账本 Deliveries  {elapsed:5.1f} s", title_justify="left")
    table.add_column("渠道\nchannel" if wide else "渠道")
    for state, label in _COLUMNS.items():
        table.add_column(f"{label}\n{state}" if wide else label, justify="right")
    for channel in channels:
        counts = [
            sum(r.delivery.channel == channel and r.delivery.state is state for r in rows)
            for state in _COLUMNS
        ]
        table.add_row(channel, *(str(count) if count else "·" for count in counts))
    done = sum(_is_published(row.delivery) for row in rows)
    progress = Table.grid(padding=(0, 2))
    bar = ProgressBar(total=len(rows), completed=done, width=44)
    progress.add_row(bar, f"{done} / {len(rows)} 已发布 published")
    return Group(table, progress, "")


async def _report(console: Console, running: Running, plans: dict[str, tuple[Plan, Item]]) -> None:
    """The table item × account, and what the audit chain says."""
    rows = await _rows(running, plans)
    for _, item in plans.values():
        mine = [row for row in rows if row.item.id == item.id]
        console.print(_table(item, mine, console.width >= _WIDE))
    checked = await running.hub.database.read(lambda c: max(verify_chain(c), default=0))
    late = [row.delivery.lateness for row in rows if row.delivery.lateness is not None]
    worst = max((lateness.total_seconds() * 1000 for lateness in late), default=0.0)
    good = sum(_is_published(row.delivery) for row in rows)
    console.print(
        f"\n[bold]{good} / {len(rows)}[/] 已发布 published，最大延迟 latest {worst:.0f} ms\n"
        f"审计链 {checked} 条，校验无误 / audit chain verified, {checked} events"
    )


def _table(item: Item, rows: list[Row], wide: bool) -> Table:
    """One item: account, state, id on the platform, lateness."""
    table = Table(title=f"《{item.title}》", title_justify="left")
    headings = ("账号 account", "状态 state", "平台编号 id", "延迟 late")
    for heading in headings[:-1]:
        table.add_column(heading, no_wrap=True)
    table.add_column(headings[-1], justify="right", no_wrap=True)
    for row in sorted(rows, key=lambda row: (row.delivery.channel, row.account)):
        table.add_row(row.account, *_cells(row.delivery, wide))
    return table


def _cells(delivery: Delivery, wide: bool) -> tuple[str, str, str]:
    if _is_published(delivery):
        mark = "[green]✔[/]"
    elif _is_final(delivery):
        mark = "[red]✘[/]"
    else:
        mark = "…"
    what = delivery.error_code or delivery.reason
    lateness = delivery.lateness
    late = "—" if lateness is None else f"{lateness.total_seconds() * 1000:.0f} ms"
    label = _COLUMNS.get(delivery.state, "")
    state = f"{label} {delivery.state}" if wide or not label else label
    return f"{mark} {state} {what}".strip(), _short(delivery.remote_id), late


def _short(remote_id: str) -> str:
    """Long ids keep their beginning and end; `gongkai delivery show` has the whole."""
    return remote_id if len(remote_id) <= 20 else f"{remote_id[:11]}…{remote_id[-8:]}"


def _tell_what_to_do(
    console: Console, running: Running, town: str, home: Path, password: str
) -> None:
    program, python = Path(sys.executable).with_name("gongkai"), Path(sys.executable)
    command = _near(program) if program.is_file() else f"{_near(python)} -m app"
    lines = Table.grid(padding=(0, 2))
    lines.add_row("模拟平台 platforms", f"[bold]{town}/[/]")
    lines.add_row("公开网站 website", f"{site_of(town)}/")
    lines.add_row("公开门户 portal", f"{running.address}/")
    lines.add_row("工作台 console", f"[bold]{running.address}/console/[/]")
    lines.add_row("登录 sign in", f"{'、'.join(USERS)}  密码 password [bold]{password}[/]")
    lines.add_row("运行指标 metrics", f"{running.address}/metrics")
    config = home / CONFIG
    here = (
        f"{CONFIG_VARIABLE}={_near(config)}" if config.exists() else f"GONGKAI_HOME={_near(home)}"
    )
    lines.add_row("另开终端 elsewhere", f"{here} {command} delivery list")
    lines.add_row("结束 stop", "Ctrl-C")
    console.print("", lines, sep="\n", soft_wrap=True)


def _near(path: Path) -> str:
    """The path as one types it here, quoted for a shell."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


if __name__ == "__main__":
    typer.run(main)
