"""An account is connected by its channel's form, asked about, tried; its secrets stay secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.kernel.clock import SystemClock
from hub.kernel.events import read_events
from hub.organisations.models import NewPerson, Role, Selection
from publishers.callbacks import new_aes_key
from publishers.registry import find_channel
from tests.publishers.doubles import serve, simulator_of
from tests.web.console.conftest import PASSWORD, Office

SECRET = "geheim-7f3a-do-not-show"


@pytest.fixture
async def admin(office: Office) -> Office:
    new = NewPerson(login="chief", name="管理员", roles=(("city", Role.ADMIN),))
    await office.desk.organisations.add_person(new, actor="admin")
    await office.desk.factors.give_password(
        "chief", password=PASSWORD, must_change=False, actor="admin"
    )
    return office


def account_of(target: str) -> str:
    found = re.search(r"/accounts/([0-9A-Z]{26})/connect", target)
    assert found is not None
    return found[1]


async def test_every_channel_has_a_form_and_none_shows_a_secret_again(admin: Office) -> None:
    page = await admin.see("chief", "/accounts/connect")
    for channel, form in admin.desk.handling.connecting.forms.items():
        assert f"/accounts/connect/{channel}" in page
        shown = await admin.see("chief", f"/accounts/connect/{channel}")
        for one in form.credentials:
            assert f'name="c-{one.name}"' in shown
    told = {"name": "江澜发布", "handle": "", "body": "city", "c-secret": SECRET, "c-appid": "wx1"}
    refused = await admin.send("chief", "/accounts/connect/wechat", told, status=400)
    assert SECRET not in refused
    assert 'value="wx1"' in refused
    told |= {"handle": "gh_1"}
    await admin.send("media", "/accounts/connect/wechat", told, status=403)
    await admin.send("chief", "/accounts/connect/wechat", {**told, "body": "other"}, status=403)
    target = await admin.send("chief", "/accounts/connect/wechat", told)
    page = await admin.see("chief", target.removeprefix("/console"))
    assert SECRET not in page
    assert "/inbox/wechat/" in page
    one = account_of(target)
    assert SECRET not in await admin.see("chief", f"/accounts/{one}/connect/renew")
    events = await admin.hub.database.read(lambda c: read_events(c, subject=one))
    assert SECRET not in str(events)


async def test_callback_secrets_are_shown_once_and_a_rotated_key_keeps_its_former(
    admin: Office,
) -> None:
    told = {"name": "江澜发布", "handle": "gh_1", "body": "city", "c-secret": "s", "c-appid": "wx1"}
    one = account_of(await admin.send("chief", "/accounts/connect/wechat", told))
    path = f"/accounts/{one}/connect/callback"
    made = []
    for _ in range(2):
        page = await admin.send("chief", path, status=200)
        made.append(re.findall(r'name="made-(\w+)" type="text" value="(\w+)"', page))
    assert [name for name, _ in made[0]] == ["token", "aes_key"]
    account = await admin.desk.organisations.account(one)
    held = admin.desk.organisations.credentials(account)
    assert held["aes_key_previous"] == dict(made[0])["aes_key"]
    assert held["token"] == dict(made[1])["token"]
    assert held["secret"] == "s"
    for shown in (path, f"/accounts/{one}/connect"):
        page = await admin.see("chief", shown)
        assert held["token"] not in page
        assert held["aes_key"] not in page
    assert len(new_aes_key()) == 43


async def test_the_platform_is_asked_and_a_test_post_is_sent_and_taken_back(
    admin: Office, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    told = {
        "name": "新网站",
        "handle": "new",
        "body": "city",
        "base_url": "https://www.example.gov.cn",
    }
    told["s-root"] = str(tmp_path / "there" / "site")
    one = account_of(await admin.send("chief", "/accounts/connect/website", told))
    base = f"/accounts/{one}/connect"
    await admin.send("media", f"{base}/check", status=403)
    await admin.send("chief", f"{base}/check")
    assert "平台认可" in await admin.see("chief", base)
    assert "公众会看到" in await admin.see("chief", f"{base}/test")
    await admin.send("chief", f"{base}/test", status=400)
    await admin.send("chief", f"{base}/test", {"seen": "yes"})
    [test, _] = await admin.desk.handling.connecting.trials(one)
    page = tmp_path / "there" / "site" / test.remote_id
    assert "这是江澜市接入本账号时" in page.read_text("utf-8")
    act = f"/accounts/{one}/tests/{test.id}"
    other = (await admin.desk.organisations.accounts(Selection()))[0]
    await admin.send("chief", f"/accounts/{other.id}/tests/{test.id}/withdraw", status=404)
    await admin.send("chief", f"{act}/withdraw")
    assert "这是江澜市接入本账号时" not in page.read_text("utf-8")
    assert "已撤回" in await admin.see("chief", base)
    await admin.send("chief", f"{act}/withdraw", status=409)
    events = await admin.hub.database.read(lambda c: read_events(c, subject=one))
    kinds = [event["kind"] for event in events]
    assert kinds[-4:] == [
        "publishing.account.checked",
        "publishing.test.started",
        "publishing.test.ended",
        "publishing.test.withdrawn",
    ]


async def test_a_platform_that_refuses_says_so_and_the_account_is_to_be_reconnected(
    admin: Office,
) -> None:
    platform = simulator_of(find_channel("telegram"))(SystemClock())
    async with serve(platform) as address:
        told = {"name": "频道", "handle": "@c", "body": "city", "base_url": address}
        told["c-bot_token"] = "123:not-a-bot"
        one = account_of(await admin.send("chief", "/accounts/connect/telegram", told))
        await admin.send("chief", f"/accounts/{one}/connect/check")
        page = await admin.see("chief", f"/accounts/{one}/connect")
        assert "失败" in page, str(await admin.desk.handling.connecting.trials(one))
        account = await admin.desk.organisations.account(one)
        assert account.needs_reconnecting
        enrolled = platform.enrol("@c")
        renewed = {f"c-{name}": value for name, value in enrolled.credentials.items()}
        await admin.send("chief", f"/accounts/{one}/connect/renew", renewed)
        await admin.send("chief", f"/accounts/{one}/connect/check")
        assert "平台认可" in await admin.see("chief", f"/accounts/{one}/connect")
