"""What the console has under its settings, as programs do it: with the same roles, and recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.organisations.tokens.scopes import Scope
from tests.web.staff.conftest import Office

BODY = {"name": "江澜市教育局", "kind": "department", "parent": "city"}


async def test_bodies_and_people_are_entered_and_changed_by_who_administers_them(
    office: Office,
) -> None:
    new = BODY | {"code": "edu"}
    await office.refused("media", "POST", "/bodies", new, status=403, code="role-needed")
    await office.refused("editor", "GET", "/bodies", status=403, code="role-needed")
    root = await office.ask("all", "POST", "/bodies", new | {"parent": ""}, 400)
    assert root["field"] == "parent"
    await office.ask("all", "POST", "/bodies", new, 201)
    changed = await office.ask("all", "POST", "/bodies/edu", BODY | {"name": "市教育局"})
    assert changed["name"] == "市教育局"
    assert "edu" in {
        one["code"] for one in (await office.ask("office", "GET", "/bodies"))["bodies"]
    }
    await office.refused("stranger", "GET", "/bodies/edu", status=404, code="unknown-body")

    person = {"login": "li.min", "name": "李敏", "body": "edu", "role": "editor"}
    await office.ask("all", "POST", "/people", person, 201)
    view = await office.ask("all", "POST", "/people/li.min/roles", {"body": "edu", "role": "clerk"})
    assert {one["role"] for one in view["roles"]} == {"editor", "clerk"}
    gone = {"body": "edu", "role": "editor"}
    view = await office.ask("all", "POST", "/people/li.min/roles/revocation", gone)
    assert [one["role"] for one in view["roles"]] == ["clerk"]
    view = await office.ask("all", "POST", "/people/li.min", {"name": "李 敏", "active": False})
    assert (view["person"]["name"], view["person"]["active"]) == ("李 敏", False)
    await office.refused("stranger", "GET", "/people/li.min", status=404, code="unknown-person")
    found = await office.ask("office", "GET", "/people?body=edu")
    assert [one["person"]["login"] for one in found["people"]] == ["li.min"]

    rows = {
        "people": [{"login": "wang", "name": "王芳", "roles": [{"body": "edu", "role": "clerk"}]}]
    }
    tried = await office.ask("all", "POST", "/people-lists/trials", rows)
    assert [one["fate"] for one in tried["rows"]] == ["added"]
    assert (await office.ask("all", "POST", "/people-lists", rows))["added"] == 1


async def test_a_key_makes_one_that_may_no_more_and_ends_no_later(office: Office) -> None:
    await office.ask("all", "POST", "/keys", {"label": "x", "scopes": ["read"], "days": 31}, 400)
    told = {"label": "轮换", "scopes": ["read", "admin"], "days": 20}
    made = await office.ask("all", "POST", "/keys", told, 201)
    await office.ask(made["secret"], "GET", "/items")
    few = await office.hub.tokens.issue(
        "all", "少", actor="admin", days=5, scopes=frozenset({Scope.ADMIN, Scope.GRAVE})
    )
    for wrong, field in (({"scopes": ["publish"]}, "scopes"), ({"days": 6}, "days")):
        ask = {"label": "x", "scopes": ["admin"], "days": 2} | wrong
        assert (await office.ask(few.secret, "POST", "/keys", ask, 400))["field"] == field
    listed = (await office.ask("all", "GET", "/keys"))["keys"]
    assert made["key"]["id"] in {one["id"] for one in listed}
    assert "secret" not in str(listed)
    path = f"/keys/{made['key']['id']}/revocation"
    await office.refused("media", "POST", path, {}, status=404, code="unknown-token")
    await office.ask("all", "POST", path, {})
    await office.ask(made["secret"], "GET", "/items", status=401)


async def test_lists_rules_and_hours_are_kept_by_their_keepers(office: Office) -> None:
    words = {"name": "local", "kind": "words", "entries": [{"word": "帐号", "right": "账号"}]}
    await office.refused("stranger", "POST", "/word-lists", words, status=403, code="role-needed")
    await office.ask("all", "POST", "/word-lists", words, 201)
    assert (await office.ask("office", "GET", "/word-lists/local"))["entries"][0]["word"] == "帐号"
    tried = await office.ask("office", "POST", "/checks", {"text": "请登录帐号"})
    assert "帐号" in {one["text"] for one in tried["findings"]}
    said = {"synonyms": {"社保": ["社会保险"]}}
    assert (await office.ask("all", "POST", "/synonyms", said))["synonyms"]["社保"] == ["社会保险"]
    known = (await office.ask("office", "GET", "/rules?body=city"))["rules"]
    rule = next(one["name"] for one in known if one["severity"] == "warn")
    stricter = {"body": "city", "rule": rule, "severity": "block"}
    after = (await office.ask("all", "POST", "/rules", stricter))["rules"]
    assert {one["name"]: one["severity"] for one in after}[rule] == "block"
    hours = {"body": "city", "hours": "工作日 09:00-17:00", "limit_minutes": 30}
    await office.refused("media", "POST", "/desk-hours", hours, status=403, code="role-needed")
    assert (await office.ask("all", "POST", "/desk-hours", hours))["limit_minutes"] == 30
    assert len((await office.ask("office", "GET", "/days?year=2026"))["days"]) == 365


async def test_silence_is_declared_and_lifted_and_somebody_signs_for_another(
    office: Office,
) -> None:
    told = {
        "name": "公祭日",
        "starts": "2099-12-13T00:00",
        "ends": "2099-12-14T00:00",
        "body": "city",
    }
    await office.refused("editor", "POST", "/silences", told, status=403, code="role-needed")
    made = await office.ask("all", "POST", "/silences", told, 201)
    path = f"/silences/{made['silence']['id']}/lift"
    assert (await office.ask("all", "POST", path))["lifted_at"]
    now = datetime.now(UTC)
    asked = {
        "role": "leader", "body": "city", "to": "head", "reason": "出差",
        "until": (now + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    await office.refused("editor", "POST", "/delegations", asked, status=403, code="forbidden")
    given = await office.ask("leader", "POST", "/delegations", asked, 201)
    seen = (await office.ask("office", "GET", "/delegations?body=city"))["delegations"]
    assert [one["id"] for one in seen] == [given["id"]]
    assert (await office.ask("leader", "POST", f"/delegations/{given['id']}/revocation"))[
        "revoked_by"
    ] == "leader"


async def test_filters_exports_supervision_and_the_proof_are_had_without_a_page(
    office: Office,
) -> None:
    await office.submitted()
    kept = {"page": "/deliveries", "name": "异常", "asked": {"group": "trouble", "junk": "1"}}
    assert (await office.ask("media", "POST", "/filters", kept, 201))["asked"] == {
        "group": "trouble"
    }
    assert len((await office.ask("media", "GET", "/filters"))["filters"]) == 1
    await office.ask("media", "POST", "/filters/deletion", {"page": "/deliveries", "name": "异常"})
    headers = {"Authorization": f"Bearer {office.secrets['office']}"}
    for form, begins in (("csv", "﻿".encode()), ("xlsx", b"PK")):
        where = f"/api/staff/v1/exports/items?form={form}"
        async with office.client.get(where, headers=headers) as answer:
            data = await answer.read()
            assert (answer.status, data.startswith(begins)) == (200, True)
            assert answer.headers["RateLimit"]
    assert await office.recorded("organisations.list.exported")
    days = "since=2026-11-01&until=2026-11-30"
    board = await office.ask("office", "GET", f"/supervision?{days}")
    assert {one["code"] for one in board["rows"]} >= {"city"}
    await office.refused("editor", "GET", f"/supervision?{days}", status=403, code="role-needed")
    proof = await office.ask("office", "POST", "/audit/proof")
    assert proof["by"] == "office"


async def test_files_are_attached_read_and_taken_off_and_what_is_found_is_masked(
    office: Office,
) -> None:
    item = await office.notice()
    headers = {
        "Authorization": f"Bearer {office.secrets['editor']}",
        "Content-Type": "application/octet-stream",
    }
    where = f"/api/staff/v1{item}/attachments?name=a.txt"
    async with office.client.post(where, data="附件".encode(), headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        [file] = (await answer.json())["files"]
    path = f"/api/staff/v1{item}/attachments/{file['sha256']}"
    async with office.client.get(path, headers=headers) as answer:
        assert await answer.read() == "附件".encode()
    await office.refused(
        "media", "POST", f"{item}/detachments", {"name": "a.txt"}, status=403, code="role-needed"
    )
    left = await office.ask("editor", "POST", f"{item}/detachments", {"name": "a.txt"})
    assert left["files"] == []
    shown = await office.ask("editor", "GET", f"{item}/previews?channel=website")
    assert shown["previews"][0]["payload_hash"]
    assert (await office.ask("editor", "GET", f"{item}/versions/1"))["version"] == 1
