"""Who gives which role to whom, who resets whose sign-in, and lists of people."""

from __future__ import annotations

import html
import io
import re

from aiohttp import FormData
from openpyxl import Workbook

from hub.kernel.events import read_events
from hub.organisations.models import Role
from hub.organisations.signin.rules import form_token
from tests.web.console.conftest import Office

PEOPLE = "/settings/people"


async def kinds_of(office: Office) -> list[str]:
    return [one["kind"] for one in await office.hub.database.read(read_events)]


async def roles_of(office: Office, login: str) -> list[tuple[str, Role]]:
    return next(
        held for one, held in await office.desk.organisations.people() if one.login == login
    )


async def test_every_page_of_the_settings_opens_for_who_may_see_it(offices: Office) -> None:
    home = await offices.see("chief", "/settings")
    paths = re.findall(r'class="name" href="/console(/settings/[a-z]+)"', home)
    assert len(paths) == 8
    more: tuple[str, ...] = (
        "/settings/calendars/silence",
        "/settings/calendars/hours",
        "/settings/audit/proof",
    )
    more += ("/settings/calendars/limits", "/settings/groups/reviews", "/settings/lists/synonyms")
    more += (f"{PEOPLE}/new", f"{PEOPLE}/import", f"{PEOPLE}/clerk", f"{PEOPLE}/clerk/roles")
    more += (f"{PEOPLE}/clerk/sign-in", "/settings/bodies/new", "/settings/bodies/city")
    for path in (*paths, *more):
        assert "<h1>" in await offices.see("chief", path), path
    await offices.see("clerk", "/settings", 403)


async def test_a_role_is_given_and_taken_by_who_administers_the_body(offices: Office) -> None:
    told = {"body": "city", "role": "leader"}
    assert "said=granted" in await offices.send("mayor", f"{PEOPLE}/clerk/grant", told)
    assert ("city", Role.LEADER) in await roles_of(offices, "clerk")
    await offices.send("mayor", f"{PEOPLE}/clerk/revoke", told)
    assert ("city", Role.LEADER) not in await roles_of(offices, "clerk")
    kinds = await kinds_of(offices)
    assert kinds[-2:] == ["organisations.role.granted", "organisations.role.revoked"]


async def test_nobody_gives_what_is_not_theirs_to_give(offices: Office) -> None:
    other = {"body": "other", "role": "clerk"}
    page = await offices.send("mayor", f"{PEOPLE}/clerk/grant", other, 403)
    assert "海州市" in page
    own = {"body": "city", "role": "leader"}
    assert "自己" in await offices.send("mayor", f"{PEOPLE}/mayor/grant", own, 403)
    await offices.send("office", f"{PEOPLE}/clerk/grant", own, 403)
    assert await roles_of(offices, "mayor") == [("city", Role.ADMIN)]
    assert (await kinds_of(offices)).count("review.attempt.refused") == 2


async def test_a_city_s_administrator_cannot_become_the_province_s(offices: Office) -> None:
    """Whose password somebody resets, as that person they can come in."""
    act = {"act": "password"}
    await offices.send("mayor", f"{PEOPLE}/chief/sign-in", act, 404)
    page = await offices.send("chief", f"{PEOPLE}/mayor/sign-in", act, 200)
    made = re.search(r'class="secret"><code>([^<]+)', page)
    assert made
    assert len(made[1]) == 23
    assert (await kinds_of(offices))[-1] == "organisations.password.given"


async def test_who_is_disabled_is_out_at_once_and_may_come_back(offices: Office) -> None:
    await offices.see("clerk", "/")
    await offices.send("mayor", f"{PEOPLE}/clerk", {"active": "no"})
    answer = await offices.ask("clerk", "GET", "/")
    assert answer.status == 303
    assert "已停用" in await offices.see("mayor", f"{PEOPLE}/clerk")
    await offices.send("mayor", f"{PEOPLE}/clerk", {"active": "yes"})
    assert (await kinds_of(offices))[-1] == "organisations.person.changed"


async def test_a_list_is_tried_row_by_row_and_taken_whole_or_not_at_all(offices: Office) -> None:
    book = Workbook()
    rows = (
        ("登录名", "姓名", "角色"),
        ("li.min", "李敏", "city:初审;city:media"),
        ("clerk", "张三", ""),
    )
    for row in rows:
        book.active.append(row)
    sheet = io.BytesIO()
    book.save(sheet)
    page = await send_file(offices, "mayor", f"{PEOPLE}/try", sheet.getvalue(), "people.xlsx")
    assert "李敏" in page
    assert "原为 clerk先生" in page
    assert not any(one.login == "li.min" for one, _ in await offices.desk.organisations.people())
    given = re.search(r'name="rows" value="([^"]+)"', page)
    assert given
    rows_told = html.unescape(given[1])
    done = await offices.send("mayor", f"{PEOPLE}/import", {"rows": rows_told}, 200)
    assert "新增 1，更新 1" in done
    assert await roles_of(offices, "li.min") == [("city", Role.CLERK), ("city", Role.MEDIA)]

    bad = "登录名,姓名,角色\nwang,王芳,other:clerk\nwu,吴刚,city:clerk\nmayor,市长,city:leader\n"
    page = await send_file(offices, "mayor", f"{PEOPLE}/try", bad.encode(), "people.csv")
    assert "海州市" in page
    assert "不能管理自己" in page
    assert 'name="rows"' not in page
    forged = '[{"login":"wang","name":"王芳","roles":[["other","clerk"]]}]'
    await offices.send("mayor", f"{PEOPLE}/import", {"rows": forged}, 409)


async def test_a_body_is_entered_below_one_s_own_and_changed(offices: Office) -> None:
    told = {"code": "port", "name": "港务局", "kind": "department", "parent": "city"}
    await offices.send("mayor", "/settings/bodies", told)
    page = await offices.send("mayor", "/settings/bodies", told, 409)
    assert "已存在" in page
    moved = {**told, "parent": "other"}
    await offices.send("mayor", "/settings/bodies/port", moved, 403)
    wrong = {**told, "org_code": "123456789"}
    assert "校验" in await offices.send("mayor", "/settings/bodies/port", wrong, 400)
    await offices.send("mayor", "/settings/bodies/port", {**told, "name": "港航局"})
    assert (await offices.desk.organisations.body("port")).name == "港航局"


async def send_file(
    office: Office, who: str, path: str, data: bytes, file: str, **fields: str
) -> str:
    """A form with a file in it, as `who`, which has to be taken; the page, empty for a redirect."""
    form = FormData()
    form.add_field("_token", form_token(await office.signed_in(who)))
    form.add_field("file", data, filename=file)
    for name, value in fields.items():
        form.add_field(name, value)
    headers = {"Origin": office.origin, "Sec-Fetch-Site": "same-origin"}
    answer = await office.ask(who, "POST", path, data=form, headers=headers)
    text = await answer.text()
    assert answer.status < 400, text[-2_000:]
    return text
