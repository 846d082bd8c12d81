"""Groups of accounts, posting times, webhooks, words for single channels: as programs use them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.kernel.clock import CHINA
from hub.publishing.timing.models import NewPostingTime
from tests.web.staff.conftest import Office
from tests.web.staff.test_the_boards_over_http import planned

GROUPS = "/account-groups"


async def test_a_group_is_made_changed_and_deleted_where_nothing_goes_by_it(
    office: Office,
) -> None:
    told = {"name": "市级", "body": "city"}
    await office.refused("media", "POST", GROUPS, told, status=403, code="role-needed")
    made = await office.ask("all", "POST", GROUPS, told, 201)
    assert made["accounts"] >= 1
    path = f"{GROUPS}/{made['id']}"
    changed = await office.ask("all", "POST", path, {"name": "网站", "channels": ["website"]})
    assert (changed["name"], changed["body"]) == ("网站", "")
    slot = await office.hub.timing.add_posting_time(
        NewPostingTime(minute=540, zone="Asia/Shanghai", group="网站"), actor="all"
    )
    gone = f"{path}/deletion"
    await office.refused("all", "POST", gone, status=409, code="group-in-use")
    await office.hub.timing.remove_posting_time(slot.id, actor="all")
    await office.ask("all", "POST", gone)
    assert (await office.ask("all", "GET", GROUPS))["groups"] == []


async def test_a_delivery_goes_into_a_free_slot_and_the_lanes_tell_it(office: Office) -> None:
    _, plan = await planned(office)
    page = await office.ask("media", "GET", f"/deliveries?plan={plan['id']}&limit=1")
    one = page["deliveries"][0]
    await office.hub.timing.add_posting_time(
        NewPostingTime(minute=600, zone="Asia/Shanghai", account_id=one["account"]), actor="all"
    )
    day = (datetime.now(UTC).astimezone(CHINA) + timedelta(days=2)).date().isoformat()
    free = f"{day}T10:00:00+08:00"
    path = f"/deliveries/{one['id']}/slot"
    await office.refused("clerk", "POST", path, {"at": free}, status=403, code="role-needed")
    odd = {"at": f"{day}T10:07:00+08:00"}
    await office.refused("media", "POST", path, odd, status=400, code="invalid-input")
    far = {"at": "9999-12-31T23:59:59Z"}
    await office.refused("media", "POST", path, far, status=400, code="invalid-input")
    for edge in ("9999-12-31", "0001-01-01"):
        await office.ask("media", "GET", f"/slots?day={edge}&days=31")
    moved = await office.ask("media", "POST", path, {"at": free})
    assert moved["state"] == "planned"
    lanes = await office.ask("media", "GET", f"/slots?day={day}&days=1&account={one['account']}")
    [slot] = lanes["lanes"][0]["slots"]
    assert (slot["standing"], slot["deliveries"]) == ("taken", [one["id"]])
    assert (await office.ask("stranger", "GET", f"/slots?day={day}"))["lanes"] == []


async def test_a_channel_is_given_words_of_its_own_and_loses_them_again(office: Office) -> None:
    path = await office.notice()
    item = await office.ask("editor", "GET", path)
    told = {"channel": "weibo", "title": "停车新规", "base_version": item["version"]}
    await office.refused("media", "PUT", f"{path}/variants", told, status=403, code="role-needed")
    nowhere = told | {"channel": "nowhere"}
    await office.ask("editor", "PUT", f"{path}/variants", nowhere, 404)
    written = await office.ask("editor", "PUT", f"{path}/variants", told)
    assert [one["title"] for one in written["variants"]] == ["停车新规"]
    assert written["version"] == item["version"] + 1
    await office.refused(
        "editor", "PUT", f"{path}/variants", told, status=409, code="stale-version"
    )
    gone = {"channel": "weibo", "base_version": written["version"]}
    await office.ask("editor", "PUT", f"{path}/variants", gone)
    assert (await office.ask("clerk", "GET", f"{path}/variants"))["variants"] == []


async def test_a_message_of_a_webhook_is_sent_again_and_a_webhook_deleted(office: Office) -> None:
    told = {"label": "OA", "url": "https://oa.example.cn/h", "kinds": ["catalogue.item.edited"]}
    hook = (await office.ask("all", "POST", "/webhooks", told, 201))["webhook"]["id"]
    sent = await office.ask("all", "POST", f"/webhooks/{hook}/ping", status=201)
    page = await office.ask("all", "GET", f"/webhooks/{hook}/messages")
    assert [one["id"] for one in page["messages"]] == [sent["id"]]
    again = await office.ask("all", "POST", f"/webhooks/{hook}/messages/{sent['id']}/resend")
    assert again["state"] == "pending"
    await office.ask("all", "POST", f"/webhooks/{hook}/deletion")
    await office.ask("all", "GET", f"/webhooks/{hook}/messages", status=404)


async def test_a_report_is_kept_made_and_deleted_by_who_operates_what_it_counts(
    office: Office,
) -> None:
    told = {"name": "民生专报", "sections": ["figures", "hot"]}
    await office.refused(
        "clerk", "POST", "/opinion/reports", told, status=403, code="nothing-in-sight"
    )
    kept = await office.ask("media", "POST", "/opinion/reports", told, 201)
    path = f"/opinion/reports/{kept['id']}"
    beyond = told | {"bodies": ["other"]}
    await office.refused("media", "POST", path, beyond, status=400, code="bad-report")
    rhythm = {"rhythm": "weekly", "recipients": ["a@example.cn"]}
    assert (await office.ask("media", "POST", f"{path}/schedule", rhythm))["rhythm"] == "weekly"
    await office.refused("stranger", "POST", f"{path}/deletion", status=404, code="unknown-report")
    day = {"first": "2026-01-05", "last": "2026-01-11"}
    made = await office.ask("media", "POST", f"{path}/made", day, 201)
    assert sorted(made["files"]) == ["brief.docx", "brief.html", "brief.pdf", "brief.xlsx"]
    page = await office.ask("office", "GET", f"{path}/made")
    assert [one["id"] for one in page["made"]] == [made["id"]]
    await office.ask("media", "POST", f"{path}/deletion")
    assert (await office.ask("media", "GET", "/opinion/reports"))["reports"] == []
