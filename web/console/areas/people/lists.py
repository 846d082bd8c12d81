"""A list of people from a spreadsheet: tried row by row first, then taken whole."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.web_request import FileField

from hub.catalogue.errors import UnreadableFile
from hub.catalogue.reading import RawRow
from hub.catalogue.sources import open_source
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.models import NewPerson, Role
from hub.organisations.personnel.models import CheckedRow
from web.console.call import Call
from web.statuses import status_of

__all__ = ["ask", "attempt", "people_in", "take", "template"]

MOST_ROWS = 5_000
_COLUMNS = {"登录名": "login", "姓名": "name", "角色": "roles"}
_ROLE_NAMES = {
    "录入": Role.EDITOR,
    "初审": Role.CLERK,
    "审核": Role.SECTION_HEAD,
    "审发": Role.LEADER,
    "新媒体": Role.MEDIA,
    "公开办": Role.DISCLOSURE_OFFICE,
    "管理": Role.ADMIN,
}
_PARTED = re.compile(r"[;；\n]")
_TEMPLATE = "登录名,姓名,角色\r\nli.min,李敏,sc:clerk;sc:media\r\nwang.fang,王芳,sc:录入\r\n"


async def ask(call: Call) -> web.StreamResponse:
    return call.page("people/import", problem=None)


async def template(call: Call) -> web.StreamResponse:
    headers = {"Content-Disposition": 'attachment; filename="people.csv"'}
    body = _TEMPLATE.encode("utf-8-sig")
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)


async def attempt(call: Call) -> web.StreamResponse:
    """The dry run: what each row would do. Nothing is written."""
    sent = call.form.get("file")
    try:
        if not isinstance(sent, FileField) or not sent.filename:
            raise InvalidInput(Words("没有选择文件", "no file was chosen"), field="file")
        rows = await asyncio.to_thread(_read, sent.file.read())
        people = people_in(rows)
    except (UnreadableFile, InvalidInput) as error:
        return call.page("people/import", problem=error, status=status_of(error))
    return await _report(call, people)


async def take(call: Call) -> web.StreamResponse:
    """The rows that were tried, asked about again: things may have changed meanwhile."""
    try:
        people = msgspec.json.decode(call.text("rows"), type=list[NewPerson])
    except msgspec.MsgspecError:
        raise InvalidInput(
            Words("名单不完整，请重新上传", "the list is not whole"),
            field="rows",
            remedy=Words("重新选择文件试算", "choose the file again"),
        ) from None
    try:
        done = await call.desk.governing.personnel.take_list(people, actor=call.login)
    except GongkaiError:
        return await _report(call, people, 409)
    return call.page("people/imported", done=done)


def people_in(rows: list[RawRow]) -> list[NewPerson]:
    """The people of a table with the columns 登录名, 姓名 and 角色 (login, name, roles).

    Roles are `body:role` parted by semicolons, a role by its name in Chinese or English. Raises
    InvalidInput for the first row that cannot be read, naming it.
    """
    if not 0 < len(rows) <= MOST_ROWS:
        raise InvalidInput(
            Words(f"名单须有 1 至 {MOST_ROWS} 行", f"a list has 1 to {MOST_ROWS} rows"),
            field="file",
        )
    return [_person(row) for row in rows]


def _person(row: RawRow) -> NewPerson:
    if row.fault is not None:
        raise row.fault
    values = {_COLUMNS.get(name.strip(), name.strip()): cell for name, cell in row.values.items()}
    missing = {"login", "name"} - set(values)
    if missing:
        raise _bad(row.number, "缺少 登录名 或 姓名 列", "needs the columns login and name")
    return NewPerson(
        login=_cell(values, "login").lower(),
        name=_cell(values, "name"),
        roles=tuple(
            _role(row.number, part)
            for part in _PARTED.split(_cell(values, "roles"))
            if part.strip()
        ),
    )


def _cell(values: Mapping[str, Any], name: str) -> str:
    return str(values.get(name) or "").strip()


def _role(number: int, part: str) -> tuple[str, Role]:
    code, _, name = part.strip().replace("：", ":").partition(":")
    found = _ROLE_NAMES.get(name.strip())
    if found is None and name.strip() in set(Role):
        found = Role(name.strip())
    if not code or found is None:
        raise _bad(
            number, f"“{part.strip()[:40]}”不是 单位代码:角色", f"'{part[:40]}' is not body:role"
        )
    return code.strip(), found


def _bad(number: int, zh: str, en: str) -> InvalidInput:
    known = "、".join(_ROLE_NAMES)
    return InvalidInput(
        Words(f"第 {number} 行：{zh}", f"row {number}: {en}"),
        field="file",
        remedy=Words(
            f"三列：登录名、姓名、角色（如 sc:初审;sc:新媒体）；角色可选 {known}",
            f"columns login, name, roles, such as sc:clerk;sc:media; roles: {', '.join(Role)}",
        ),
    )


def _read(data: bytes) -> list[RawRow]:
    """A spreadsheet or a CSV file, by what is in it and not by its name."""
    with tempfile.TemporaryDirectory(prefix="gongkai-") as folder:
        path = Path(folder) / "list"
        path.write_bytes(data)
        with closing(open_source(path)) as source:
            return source.take(MOST_ROWS + 1)


async def _report(call: Call, people: list[NewPerson], status: int = 200) -> web.Response:
    rows: list[CheckedRow] = await call.desk.governing.personnel.try_list(people, actor=call.login)
    return call.page(
        "people/tried",
        status=status,
        rows=rows,
        counts=Counter(row.fate for row in rows),
        given=msgspec.json.encode(people).decode(),
    )
