"""One list of words: its entries, as a table to take away, and the next version of it."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from hub.kernel.errors import InvalidInput, Words
from hub.review.checks.models import Severity
from hub.review.checks.wordlists import ListKind, WordEntry
from web.console.areas.lists.pages import KEEPERS, show
from web.console.areas.lists.tables import csv_response, rows_sent
from web.console.call import Call

__all__ = ["entries_of", "export", "replace", "shown"]

_SHOWN = 500
_COLUMNS = {
    "词": "word",
    "应为": "right",
    "级别": "severity",
    "说明": "note",
    "职务": "titles",
    "例外": "unless",
}
_PARTING = "|"


async def shown(call: Call) -> web.StreamResponse:
    """The newest version, or the one that is asked for; what is searched for in it."""
    name, asked = call.request.match_info["name"], call.asked("version")
    version = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    listed = await call.desk.checks.word_list(name, version)
    text = call.asked("q").strip()[:60]
    found = [one for one in listed.entries if text in one.word or text in one.right]
    return call.page(
        "lists/words",
        listed=listed,
        entries=found[:_SHOWN],
        found=len(found),
        versions=await call.desk.checks.lists(name),
        q=text,
    )


async def export(call: Call) -> web.StreamResponse:
    listed = await call.desk.checks.word_list(call.request.match_info["name"])
    rows = (
        (
            one.word,
            one.right,
            one.severity.value,
            one.note,
            _PARTING.join(one.titles),
            _PARTING.join(one.unless),
        )
        for one in listed.entries
    )
    return csv_response(listed.name, list(_COLUMNS), rows)


async def replace(call: Call) -> web.StreamResponse:
    """The next version, which counts at once: every check asks which is the newest."""
    await call.desk.doors.require_whole(call.login, KEEPERS, attempt=call.attempt)
    name, kind = call.text("name").strip(), call.text("kind")
    try:
        if kind not in set(ListKind):
            raise InvalidInput(Words("请选择类别", "choose a kind"), field="kind")
        entries = entries_of(rows_sent(call, _COLUMNS))
        await call.desk.checks.import_list(name, ListKind(kind), entries, call.login)
    except InvalidInput as error:
        return await show(call, error)
    return call.go(f"/settings/lists/words/{quote(name)}", said="imported")


def entries_of(rows: list[dict[str, str]]) -> list[WordEntry]:
    """Rows of a table as entries; raises InvalidInput with the row's number."""
    return [_entry(number, row) for number, row in enumerate(rows, 1)]


def _entry(number: int, row: dict[str, str]) -> WordEntry:
    severity = row.get("severity") or Severity.WARN.value
    if severity not in set(Severity):
        known = "、".join(Severity)
        raise InvalidInput(
            Words(f"第 {number} 行：没有级别“{severity[:20]}”", f"row {number}: no such severity"),
            field="file",
            remedy=Words(f"可选 {known}", f"one of {known}"),
        )
    return WordEntry(
        word=row.get("word", ""),
        right=row.get("right", ""),
        severity=Severity(severity),
        note=row.get("note", ""),
        titles=_parts(row.get("titles", "")),
        unless=_parts(row.get("unless", "")),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(_PARTING) if part.strip())
