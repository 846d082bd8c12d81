"""What people say and what documents call it: the search's list, out and in as a table."""

from __future__ import annotations

import json

from aiohttp import web

from hub.kernel.errors import InvalidInput, Words
from web.console.areas.lists.pages import KEEPERS, show
from web.console.areas.lists.tables import csv_response, rows_sent
from web.console.call import Call

__all__ = ["export", "replace", "shown", "toml_of"]

_COLUMNS = {"说法": "said", "文件用语": "meant"}
_PARTING = "|"
_SHOWN = 500


async def shown(call: Call) -> web.StreamResponse:
    version, synonyms = await call.desk.search.synonyms()
    text = call.asked("q").strip()[:60]
    found = [(said, to) for said, to in synonyms.items() if text in said or text in "".join(to)]
    return call.page(
        "lists/synonyms", version=version, found=found[:_SHOWN], total=len(found), q=text
    )


async def export(call: Call) -> web.StreamResponse:
    _, synonyms = await call.desk.search.synonyms()
    rows = ((said, _PARTING.join(meant)) for said, meant in synonyms.items())
    return csv_response("synonyms", list(_COLUMNS), rows)


async def replace(call: Call) -> web.StreamResponse:
    """Counts at once here, and within ten seconds in other processes."""
    await call.desk.doors.require_whole(call.login, KEEPERS, attempt=call.attempt)
    try:
        text = toml_of(rows_sent(call, _COLUMNS))
        await call.desk.search.import_synonyms(text, actor=call.login)
    except InvalidInput as error:
        return await show(call, error)
    return call.go("/settings/lists/synonyms", said="imported")


def toml_of(rows: list[dict[str, str]]) -> str:
    """The list as the search takes it; a JSON string is a TOML string, too. Raises InvalidInput
    for a word that comes twice."""
    listed: dict[str, list[str]] = {}
    for number, row in enumerate(rows, 1):
        said = row.get("said", "")
        if said in listed:
            raise InvalidInput(
                Words(f"第 {number} 行：“{said[:40]}”重复", f"row {number}: listed twice"),
                field="file",
                remedy=Words("同一说法写成一行，用 | 隔开", "one row for it, words parted by |"),
            )
        listed[said] = [part.strip() for part in row.get("meant", "").split(_PARTING)]
    lines = (f"{json.dumps(said)} = {json.dumps(meant)}" for said, meant in listed.items())
    return "[synonyms]\n" + "\n".join(lines)
