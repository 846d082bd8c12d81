"""gongkai export: lists as tables for spreadsheets, with the sight of who takes them away."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.catalogue.listing.models import Wanted as WantedItems
from hub.catalogue.listing.service import Listing
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.sheets import Cell, Form, sheet_of
from hub.opinion.cases.board.models import Looked as LookedCases
from hub.opinion.cases.board.models import View
from hub.opinion.cases.board.service import CaseBoard
from hub.organisations.authority.sight import Sight, Sights
from hub.organisations.exports.models import Listed
from hub.organisations.exports.service import Exports
from hub.organisations.roster.models import Wanted as WantedAccounts
from hub.organisations.roster.service import Register
from hub.publishing.board.models import Looked
from hub.publishing.board.service import DeliveryBoard
from publishers.registry import channels
from web.console.exporting import (
    Telling,
    account_row,
    case_row,
    columns_of,
    delivery_row,
    item_row,
)
from web.console.rendering import words_of

app = typer.Typer(no_args_is_help=True, help="导出列表 / lists as files")

_AT_ONCE = 1_000
Page = Callable[[str], Awaitable[tuple[Sequence[Any], str]]]
Row = Callable[[Any], list[Cell]]


@app.callback()
def _group() -> None:
    """导出列表 / lists as files"""


@app.command("list")
def export(
    listed: Annotated[Listed, typer.Argument(help="items、deliveries、accounts、cases")],
    file: Annotated[Path, typer.Argument(help="写入的文件，- 为标准输出 / - writes to stdout")],
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    plan: Annotated[str, typer.Option(help="只要此计划的投递 / deliveries of this plan")] = "",
    form: Annotated[Form, typer.Option(help="xlsx 或 csv")] = Form.XLSX,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """按 --as 的人的视野导出，记入审计 / with that person's sight; the audit log has it"""

    async def work(hub: Hub) -> dict[str, int]:
        who = acting(actor)
        page, row = await _PAGES[listed](hub, who, body, plan)
        tell = await _telling(hub)
        asked = {"body": body, "plan": plan}
        exports = Exports(hub.database, hub.clock)
        walk = exports.walk(listed, page, asked=asked, actor=who)
        with _opened(file) as out:
            return await _written(out, form, listed, tell, walk, row(tell))

    done = run(work, as_json=as_json)
    if str(file) != "-":
        emit(done, as_json, lambda told: Text(f"{told['rows']} 行 / rows"))


async def _written(
    out: BinaryIO,
    form: Form,
    listed: Listed,
    tell: Telling,
    walk: AsyncIterator[Sequence[Any]],
    row: Row,
) -> dict[str, int]:
    sheet, count = sheet_of(form, listed, columns_of(tell.words, listed)), 0
    out.write(sheet.begin())
    async for found in walk:
        out.write(sheet.rows(row(one) for one in found))
        count += len(found)
    out.write(sheet.end())
    return {"rows": count}


async def _telling(hub: Hub) -> Telling:
    bodies = {one.id: one.name for one in await hub.organisations.bodies()}
    names = {name: found.declaration.title.zh for name, found in channels().items()}
    return Telling(words_of("zh"), hub.settings.time_zone, bodies, names, lambda words: words.zh)


async def _items(hub: Hub, who: str, body: str, _: str) -> tuple[Page, Callable[[Telling], Row]]:
    listing, readable = Listing(hub.database), await hub.doors.readable(who)
    if body:
        below = await hub.organisations.bodies((await hub.organisations.body(body)).id)
        readable &= {one.id for one in below}

    async def page(before: str) -> tuple[Sequence[Any], str]:
        found = await listing.page(WantedItems(bodies=readable, before=before, limit=_AT_ONCE))
        return found, found[-1].id if len(found) == _AT_ONCE else ""

    return page, lambda tell: lambda one: item_row(one, tell)


async def _deliveries(
    hub: Hub, who: str, body: str, plan: str
) -> tuple[Page, Callable[[Telling], Row]]:
    board, sight = DeliveryBoard(hub.database, hub.clock), await _sight(hub, who, body)

    async def page(after: str) -> tuple[Sequence[Any], str]:
        found = await board.page(Looked(plan_id=plan, after=after, limit=_AT_ONCE), sight)
        return found.lines, found.next

    return page, lambda tell: lambda one: delivery_row(one, tell)


async def _accounts(hub: Hub, who: str, body: str, _: str) -> tuple[Page, Callable[[Telling], Row]]:
    register, sight = Register(hub.database, hub.clock), await _sight(hub, who, body)
    now = hub.clock.now()

    async def page(after: str) -> tuple[Sequence[Any], str]:
        found = await register.page(WantedAccounts(sight=sight, after=after, limit=_AT_ONCE))
        return found.accounts, found.next

    return page, lambda tell: lambda one: account_row(one, tell, now)


async def _cases(hub: Hub, who: str, body: str, _: str) -> tuple[Page, Callable[[Telling], Row]]:
    board = CaseBoard(hub.database, hub.clock)
    view = View(sight=await _sight(hub, who, body))

    async def page(after: str) -> tuple[Sequence[Any], str]:
        found = await board.page(LookedCases(after=after, limit=200), view)
        return found.rows, found.end

    return page, lambda tell: lambda one: case_row(one, tell)


_PAGES: dict[Listed, Callable[..., Awaitable[tuple[Page, Callable[[Telling], Row]]]]] = {
    Listed.ITEMS: _items,
    Listed.DELIVERIES: _deliveries,
    Listed.ACCOUNTS: _accounts,
    Listed.CASES: _cases,
}


async def _sight(hub: Hub, who: str, body: str) -> Sight:
    return await Sights(hub.database).of(who, under=body)


def _opened(file: Path) -> nullcontext[BinaryIO] | BinaryIO:
    if str(file) == "-":
        return nullcontext(sys.stdout.buffer)
    try:
        return file.open("wb")
    except OSError as error:
        raise InvalidInput(
            Words(f"写不了 {file}", f"cannot write {file}"),
            field="file",
            remedy=Words("检查目录与权限", "check the folder and that you may write there"),
        ) from error
