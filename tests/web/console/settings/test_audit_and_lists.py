"""The audit chain read and proved in the console; lists, calendars, alerts and groups changed."""

from __future__ import annotations

import re

from hub.kernel.events import read_events
from tests.web.console.conftest import Office
from tests.web.console.settings.test_people_and_bodies import kinds_of, send_file

AUDIT = "/settings/audit"


async def test_events_are_found_by_who_what_and_when_and_shown_with_what_was_before(
    offices: Office,
) -> None:
    grant = {"body": "city", "role": "leader"}
    await offices.send("mayor", "/settings/people/clerk/grant", grant)
    await offices.send("mayor", "/settings/people/clerk", {"name": "张三"})
    page = await offices.see("mayor", f"{AUDIT}?actor=mayor&kind=organisations.role.granted")
    assert page.count('class="name"') == 1
    assert "/settings/audit/" in page
    await offices.send("mayor", "/settings/people/clerk", {"name": "张三丰"})
    newest = (await offices.hub.database.read(read_events))[-1]
    one = await offices.see("mayor", f"{AUDIT}/{newest['seq']}")
    assert "张三丰</mark>" in one
    assert re.search(r"<td>张三 ", one)
    assert "是日期" in await offices.see("mayor", f"{AUDIT}?since=soon")
    assert 'class="name"' not in await offices.see("mayor", f"{AUDIT}?until=2001-01-01")


async def test_nobody_reads_what_the_people_of_other_bodies_did(offices: Office) -> None:
    grant = {"body": "other", "role": "leader"}
    await offices.send("chief", "/settings/people/stranger/grant", grant)
    newest = (await offices.hub.database.read(read_events))[-1]
    assert newest["actor"] == "chief"
    await offices.see("mayor", f"{AUDIT}/{newest['seq']}", 404)
    assert "organisations.role.granted" not in re.findall(
        "<code>(organisations[^<]+)", await offices.see("mayor", f"{AUDIT}?actor=chief")
    )
    exported = await offices.send("office", f"{AUDIT}/export", {"actor": "chief"}, 200)
    assert '"kind":"organisations.role.granted"' in exported
    assert (await kinds_of(offices))[-1] == "organisations.audit.exported"


async def test_a_list_of_words_counts_as_soon_as_it_is_imported(offices: Office) -> None:
    lists = "/settings/lists"
    table = "词,应为,级别,说明\n江澜新城,江澜新区,block,名称已改\n".encode()
    await offices.send("mayor", f"{lists}/words", {"name": "x", "kind": "words"}, 403)
    page = await send_file(
        offices, "chief", f"{lists}/words", table, "own.csv", name="own", kind="words"
    )
    assert page == ""
    tried = await offices.send("office", f"{lists}/try", {"text": "江澜新城今日启用"}, 200)
    assert "<mark>江澜新城</mark>" in tried
    assert "江澜新城,江澜新区,block" in await offices.see("office", f"{lists}/words/own/csv")
    await send_file(
        offices,
        "chief",
        f"{lists}/synonyms",
        "说法,文件用语\n社保,社会保险|五险\n".encode(),
        "s.csv",
    )
    assert "社会保险、五险" in await offices.see("office", f"{lists}/synonyms")
    kinds = await kinds_of(offices)
    assert "catalogue.synonyms.imported" in kinds or any("synonyms" in kind for kind in kinds)


async def test_a_body_makes_a_rule_stricter_but_softens_none_that_is_final(
    offices: Office,
) -> None:
    rules, told = "/settings/lists/rules", {"body": "city", "rule": "listed-word"}
    await offices.send("mayor", rules, {**told, "severity": "block"})
    city = (await offices.desk.organisations.body("city")).id
    assert (await offices.desk.checks.severities(city))["listed-word"] == "block"
    await offices.send("mayor", rules, {**told, "rule": "id-number", "severity": "note"}, 400)
    await offices.send("mayor", rules, {**told, "body": "other", "severity": "block"}, 403)
    assert "严" in await offices.see("mayor", rules)


async def test_silence_hours_and_groups_are_set_by_who_may(offices: Office) -> None:
    silence = "/settings/calendars/silence"
    told = {"name": "哀悼日", "from": "2090-01-01T00:00", "until": "2090-01-02T00:00"}
    await offices.send("mayor", silence, told, 403)
    await offices.send("mayor", silence, {**told, "body": "city"})
    assert "结束时间" in await offices.send(
        "mayor", silence, {**told, "body": "city", "until": "2089-01-01T00:00"}, 400
    )
    held = (await offices.desk.timing.blackouts())[0]
    await offices.send("mayor", f"{silence}/{held.id}/lift")
    assert (await offices.desk.timing.blackouts())[0].lifted_at is not None

    hours = {"body": "city", "hours": "工作日 09:00-12:00", "limit_minutes": "60"}
    await offices.send("mayor", "/settings/calendars/hours", hours)
    await offices.send("mayor", "/settings/calendars/hours", {**hours, "hours": "随时"}, 400)
    await offices.send("mayor", "/settings/calendars/hours", {**hours, "body": "other"}, 403)

    group = {"name": "全市", "body": "city"}
    await offices.send("mayor", "/settings/groups", group)
    assert "全市" in await offices.see("mayor", "/settings/groups")
    await offices.send("mayor", "/settings/groups", {"name": "全省", "tag": "city"}, 403)


async def test_a_test_alert_needs_an_address_and_all_bodies(offices: Office) -> None:
    await offices.send("mayor", "/settings/alerts/try", status=403)
    page = await offices.send("chief", "/settings/alerts/try", status=409)
    assert "GONGKAI_ALERT_URLS" in page
