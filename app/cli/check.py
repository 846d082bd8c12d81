"""gongkai check: what must not go out, what to do about it, and the lists that decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import ItemName, KeyBody, find_item
from app.cli.rows import Actor, acting, read_rows
from app.compose import Hub
from hub.catalogue.attachments.inspection import cleaned, inspect
from hub.catalogue.models import Item
from hub.kernel.errors import InvalidInput, Words
from hub.publishing.texts import edition_passages
from hub.review.checks.models import Finding, Passage, Report, Severity
from hub.review.checks.service import Chosen
from hub.review.checks.store import Listed
from hub.review.checks.wordlists import ListKind, WordEntry, WordList

app = typer.Typer(no_args_is_help=True, help="发布前检查 / checks before release")

BLOCKED = 1  # exit code when something must not go out as it is

SEVERITY_LOOK = {
    Severity.BLOCK: ("禁发 / block", "bold white on red"),
    Severity.WARN: ("提醒 / warn", "bold black on yellow"),
    Severity.NOTE: ("留意 / note", "bold black on cyan"),
}

Hashes = Annotated[
    list[str] | None, typer.Option("--finding", help="检出项哈希，至少前 8 位 / its hash")
]
Rules = Annotated[list[str] | None, typer.Option("--rule", help="该规则的全部 / all of a rule")]
Everything = Annotated[bool, typer.Option("--all", help="全部 / all")]


@app.command("item")
def check_item(
    item: ItemName,
    body: KeyBody = "",
    links: Annotated[bool, typer.Option("--links", help="逐一打开链接 / ask every link")] = False,
    as_json: JsonOption = False,
) -> None:
    """检查一条信息及其各渠道稿件；有须处理的检出项时退出码为 1

    Check an item and the editions made from it. Exit code 1 when something blocks.
    """

    async def work(hub: Hub) -> Report:
        found = await find_item(hub, item, body)
        return await hub.checks.look(found.id, await _editions(hub, found), links=links)

    _told(run(work, as_json=as_json), as_json)


@app.command("file")
def check_file(
    file: Annotated[
        Path,
        typer.Argument(help="pdf docx xlsx pptx ofd txt csv json doc xls png jpg gif"),
    ],
    clean: Annotated[
        Path | None, typer.Option(help="另存一份去除元数据的 / keep a copy without metadata")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """检查一个文件：文字、隐藏内容、元数据 / check a file: its text, what hides, who made it"""

    async def work(hub: Hub) -> Report:
        data = _bytes(file)
        inspected = await inspect(file.name, data)
        report = await hub.checks.examine_file(inspected)
        if clean is not None:
            clean.write_bytes(cleaned(file.name, data))
        return report

    _told(run(work, as_json=as_json), as_json)


@app.command("facts")
def check_facts(
    item: ItemName,
    source: Annotated[str, typer.Option(help="原文信息编号 / the source item's id")],
    body: KeyBody = "",
    as_json: JsonOption = False,
) -> None:
    """解读等与原文核对：数字、日期、金额、文号、名称 / hold a text against its source"""

    async def work(hub: Hub) -> Report:
        derived = await find_item(hub, item, body)
        return await hub.checks.facts_of(derived.id, (await find_item(hub, source, body)).id)

    _told(run(work, as_json=as_json), as_json)


@app.command("mask")
def mask(
    item: ItemName,
    body: KeyBody = "",
    finding: Hashes = None,
    rule: Rules = None,
    everything: Everything = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """遮盖所选检出项，成为新版 / mask what is chosen: a new version"""

    async def work(hub: Hub) -> tuple[Item, list[Finding]]:
        found = await find_item(hub, item, body)
        return await hub.checks.mask(found.id, _chosen(finding, rule, everything), acting(actor))

    edited, masked = run(work, as_json=as_json)
    told = {"item": edited.id, "version": edited.version, "masked": [_plain(f) for f in masked]}
    emit(told, as_json, lambda _: _show_masked(edited, masked))


@app.command("acknowledge")
def acknowledge(
    item: ItemName,
    reason: Annotated[str, typer.Option(help="书面理由 / the reason, in writing")],
    body: KeyBody = "",
    finding: Hashes = None,
    rule: Rules = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """书面确认可以发布；身份证号、银行卡号除外 / answer in writing for what blocks"""

    async def work(hub: Hub) -> Report:
        found = await find_item(hub, item, body)
        chosen = _chosen(finding, rule, everything=False)
        editions = await _editions(hub, found)
        return await hub.checks.acknowledge(found.id, chosen, reason, acting(actor), editions)

    emit(plain_report(run(work, as_json=as_json)), as_json, show_report)


@app.command("lists")
def lists(as_json: JsonOption = False) -> None:
    """名单及其各版 / word lists and their versions"""

    async def work(hub: Hub) -> list[Listed]:
        return await hub.checks.lists()

    emit(run(work, as_json=as_json), as_json, _show_lists)


@app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help="JSON Lines：word right severity … / entries")],
    name: Annotated[str, typer.Option(help="名单名 / its name")],
    kind: Annotated[
        ListKind, typer.Option(help="words 错词，leaders 领导职务 / words or leaders")
    ] = ListKind.WORDS,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """导入名单，成为新版 / import a list: its next version"""

    async def work(hub: Hub) -> dict[str, Any]:
        listed = await hub.checks.import_list(name, kind, read_rows(file, WordEntry), acting(actor))
        return _list(listed)

    emit(run(work, as_json=as_json), as_json, _show_entries)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="名单名 / its name")],
    version: Annotated[int, typer.Option(help="版本，默认最新 / default: the newest")] = 0,
    as_json: JsonOption = False,
) -> None:
    """名单内容 / what a list says"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _list(await hub.checks.word_list(name, version))

    emit(run(work, as_json=as_json), as_json, _show_entries)


@app.command("severity")
def severity(
    body: Annotated[str, typer.Argument(help="单位代码 / body")],
    rule: Annotated[str, typer.Option(help="规则，不写则只列出 / without it: list them")] = "",
    to: Annotated[Severity | None, typer.Option(help="改为，不写则复原 / none: restore")] = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """一个单位的检查级别 / the severities that hold in a body"""

    async def work(hub: Hub) -> dict[str, Severity]:
        found = await hub.organisations.body(body)
        if rule:
            await hub.checks.set_severity(found.id, rule, to, acting(actor))
        return await hub.checks.severities(found.id)

    emit(run(work, as_json=as_json), as_json, _show_severities)


def _told(report: Report, as_json: bool) -> None:
    emit(plain_report(report), as_json, show_report)
    if report.refusing:
        raise typer.Exit(BLOCKED)


async def _editions(hub: Hub, item: Item) -> list[Passage]:
    return edition_passages(await hub.publishing.editions(item.id))


def _chosen(hashes: list[str] | None, rules: list[str] | None, everything: bool) -> Chosen:
    if not (hashes or rules or everything):
        raise InvalidInput(
            Words("请指明检出项", "say which findings"),
            field="finding",
            remedy=Words("用 --finding、--rule 或 --all", "use --finding, --rule or --all"),
        )
    return Chosen(hashes=hashes or (), rules=rules or (), everything=everything)


def plain_report(report: Report) -> dict[str, Any]:
    """The stable JSON shape of a report."""
    return {
        "findings": [
            _plain(found) | {"acknowledged": report.acknowledged.get(found.hash)}
            for found in report.findings
        ],
        "refusing": len(report.refusing),
        "lists": report.lists,
    }


def _plain(found: Finding) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity,
        "field": found.field,
        "start": found.start,
        "end": found.end,
        "text": found.text,
        "before": found.before,
        "after": found.after,
        "excerpt": found.excerpt,
        "message": found.words,
        "advice": found.advice,
        "mask": found.mask,
        "hash": found.hash,
        "final": found.final,
    }


def show_report(data: dict[str, Any]) -> RenderableType:
    """Each finding with its place and the text around it, the gravest first."""
    order = list(Severity)
    rows = sorted(data["findings"], key=lambda row: order.index(row["severity"]))
    total = Text(
        f"检出 {len(rows)} 项，须处理 {data['refusing']} 项 / "
        f"{len(rows)} findings, {data['refusing']} of them block"
    )
    return Group(*(_shown(row) for row in rows), total)


def _shown(row: dict[str, Any]) -> Text:
    label, look = SEVERITY_LOOK[row["severity"]]
    text = Text.assemble((f" {label} ", look), f" {row['message'].zh} / {row['message'].en}\n")
    place = f"  {row['field']} 第 {row['start'] + 1} 字 / at {row['start'] + 1}  "
    text.append(place, "dim")
    text.append(f"{row['rule']} {row['hash'][:12]}\n", "dim")
    text.append(f"  …{row['before']}")
    text.append(row["text"].replace("\n", " "), look)
    text.append(f"{row['after']}…\n")
    suggested = f"  → {row['mask']}" if row["mask"] else ""
    text.append(f"  → {row['advice'].zh} / {row['advice'].en}{suggested}\n", "italic")
    answer = row.get("acknowledged")
    if answer:
        when = f"{answer.at:%Y-%m-%d %H:%M}Z"
        text.append(f"  ✓ {answer.by} 已确认 / acknowledged {when}：{answer.reason}\n", "green")
    return text


def _show_masked(item: Item, masked: list[Finding]) -> RenderableType:
    lines = [Text.assemble((f.text, "strike"), " → ", (f.mask, "bold")) for f in masked]
    return Group(*lines, Text(f"{item.id} 第 {item.version} 版 / version {item.version}"))


def _show_lists(found: list[Listed]) -> Table:
    table = Table("名单 / list", "版 / version", "类别 / kind", "条数 / size", "导入 / imported")
    for head in found:
        when = f"{head.imported_by} {head.imported_at:%Y-%m-%d %H:%M}Z"
        table.add_row(Text(head.name), str(head.version), head.kind, str(head.size), Text(when))
    return table


def _list(listed: WordList) -> dict[str, Any]:
    return {
        "name": listed.name,
        "version": listed.version,
        "kind": listed.kind,
        "sha256": listed.sha256,
        "entries": listed.entries,
    }


def _show_entries(data: dict[str, Any]) -> RenderableType:
    table = Table("词 / word", "应为 / right", "级别 / severity", "说明 / note")
    for entry in data["entries"]:
        right = entry.right or "、".join(entry.titles)
        table.add_row(*map(Text, (entry.word, right, str(entry.severity), entry.note)))
    total = f"{data['name']} 第 {data['version']} 版，{len(data['entries'])} 条"
    return Group(table, Text(f"{total} / version {data['version']}"))


def _show_severities(found: dict[str, Severity]) -> Table:
    table = Table("规则 / rule", "级别 / severity")
    for rule, held in found.items():
        table.add_row(rule, SEVERITY_LOOK[held][0])
    return table


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            Words(f"打不开 {path}", f"cannot open {path}"),
            field="file",
            remedy=Words("检查路径与读取权限", "check the path and that you may read it"),
        ) from error
