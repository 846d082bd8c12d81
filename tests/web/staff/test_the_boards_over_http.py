"""Programs see and do what people do at the console: by the same sight and the same roles."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.web.staff.conftest import Office
from web.staff.endpoints import ENDPOINTS
from web.staff.examples import example_of
from web.staff.openapi import ROOT, description

STEPS = (("clerk", "draft-check"), ("head", "section-review"), ("leader", "sign-off"))
SHAPES = sorted(
    {s for one in ENDPOINTS for s in (one.takes, one.asks, one.answers) if s},
    key=lambda shape: shape.__name__,
)
NONE = "01KB3Q9A7V4M2X8C6D5E1F0GHJ"


async def planned(office: Office, at: str = "") -> tuple[str, dict[str, Any]]:
    """A signed notice and its plan for tomorrow."""
    item, approval = await office.submitted()
    for who, step in STEPS:
        approval = await office.sign(approval, who, step)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT09:00")
    told = {"at": at or tomorrow, "tag": "city", "zone": "Asia/Shanghai"}
    return item, await office.ask("media", "POST", f"{item}/plans", told, 201)


async def test_a_plan_is_found_forecast_moved_and_cancelled(office: Office) -> None:
    item, plan = await planned(office)
    path = f"/plans/{plan['id']}"
    first = plan["due_at"][:10]
    page = await office.ask("media", "GET", f"/plans?first={first}")
    assert [one["plan"] for one in page["plans"]] == [plan["id"]]
    days = await office.ask("media", "GET", f"/calendar?first={first}&days=2")
    assert sum(day["total"] for day in days["days"]) == 1
    until = datetime.fromisoformat(plan["due_at"]) + timedelta(hours=1)
    told = {"at": "now", "tag": "city", "until": until.isoformat()}
    forecast = await office.ask("media", "POST", f"{item}/forecast", told)
    assert {wave["plan"] for wave in forecast["waves"]} == {"", plan["id"]}
    later = {"at": f"{first}T22:00", "zone": "Asia/Shanghai"}
    await office.refused("clerk", "POST", f"{path}/move", later, status=403, code="role-needed")
    moved = await office.ask("media", "POST", f"{path}/move", later)
    assert (moved["moved"], moved["left"]) == (1, 0)
    gone = await office.ask("media", "POST", f"{path}/cancel")
    assert len(gone["cancelled"]) == 1
    assert (await office.ask("media", "GET", path))["mark"] == "stopped"


async def test_deliveries_are_explained_and_only_their_operators_settle_them(
    office: Office,
) -> None:
    _, plan = await planned(office)
    page = await office.ask("media", "GET", f"/deliveries?plan={plan['id']}&limit=1")
    one = page["deliveries"][0]
    path = f"/deliveries/{one['id']}"
    told = await office.ask("clerk", "GET", path)
    assert told["where"]["zh"]
    assert told["delivery"]["state"] == one["state"]
    await office.refused("clerk", "POST", f"{path}/cancel", status=403, code="role-needed")
    await office.refused("media", "POST", f"{path}/retry", status=409, code="illegal-transition")
    assert await office.ask("media", "POST", f"{path}/cancel") == {"cancelled": [one["id"]]}
    reach = await office.ask("media", "GET", f"/items/{one['item']}/reach")
    assert [account["standing"] for account in reach["accounts"]] == ["never"]


async def test_what_is_of_another_body_is_not_there(office: Office) -> None:
    item, plan = await planned(office)
    page = await office.ask("office", "GET", f"/deliveries?plan={plan['id']}")
    one = page["deliveries"][0]
    for path in (
        f"/deliveries/{one['id']}",
        f"/plans/{plan['id']}",
        f"/accounts/{one['account']}",
        f"/opinion/cases/{NONE}",
    ):
        assert (await office.ask("stranger", "GET", path, status=404))["status"] == 404
    assert (await office.ask("stranger", "GET", "/deliveries"))["deliveries"] == []
    await office.refused("stranger", "GET", f"{item}/audit", status=403, code="role-needed")


async def test_an_account_is_paused_and_goes_on(office: Office) -> None:
    page = await office.ask("media", "GET", "/accounts?text=city")
    account = page["accounts"][0]
    path = f"/accounts/{account['id']}"
    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    told = {"until": until, "reason": "改版"}
    await office.refused("editor", "POST", f"{path}/pause", told, status=403, code="role-needed")
    paused = await office.ask("media", "POST", f"{path}/pause", told)
    assert paused["why_not"]["zh"]
    assert "sealed" not in paused
    resumed = await office.ask("media", "POST", f"{path}/resume")
    assert resumed["why_not"] is None


async def test_the_disclosure_office_opens_a_case_and_hands_it_on(office: Office) -> None:
    told = {"title": "某小学搬迁引起关注", "kind": "opinion", "level": "major"}
    await office.refused("media", "POST", "/opinion/cases", told, status=403, code="role-needed")
    opened = await office.ask("office", "POST", "/opinion/cases", told, 201)
    assert opened["deadlines"]
    path = f"/opinion/cases/{opened['case']['id']}"
    await office.ask("clerk", "GET", path, status=404)
    routed = {"body": "city", "reason": "属地"}
    assert (await office.ask("office", "POST", f"{path}/route", routed))["case"]["reason"]
    assert (await office.ask("clerk", "POST", f"{path}/accept"))["case"]["state"] == "handling"
    page = await office.ask("clerk", "GET", "/opinion/cases?state=handling")
    assert len(page["cases"]) == 1


async def test_the_audit_log_is_for_who_oversees_everything(office: Office) -> None:
    item, _ = await planned(office)
    await office.refused("clerk", "GET", "/audit", status=403, code="role-needed")
    page = await office.ask("office", "GET", "/audit?limit=3")
    again = await office.ask("office", "GET", f"/audit?after={page['next']}&limit=1")
    assert again["events"][0]["previous"] == page["events"][-1]["hash"]
    own = await office.ask("clerk", "GET", f"{item}/audit")
    assert {event["subject"] for event in own["events"]} == {item.removeprefix("/items/")}


async def test_items_are_listed_to_who_may_read_them(office: Office) -> None:
    item = await office.notice()
    page = await office.ask("clerk", "GET", "/items?limit=1")
    assert [one["id"] for one in page["items"]] == [item.removeprefix("/items/")]
    assert (await office.ask("stranger", "GET", "/items"))["items"] == []
    problem = await office.ask("clerk", "GET", "/items?limit=0", status=400)
    assert problem["field"] == "limit"
    problem = await office.ask("clerk", "GET", "/items?sort=title", status=400)
    assert problem["field"] == "sort"


async def test_no_address_and_no_method_are_told_as_problems(office: Office) -> None:
    assert (await office.ask("", "GET", "/nothing", status=404))["field"] == "path"
    async with office.client.delete(f"{ROOT}/items") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_shape_has_an_example_that_is_one(shape: type) -> None:
    msgspec.convert(json.loads(json.dumps(example_of(shape))), type=shape)


def test_the_description_is_the_table() -> None:
    told = description("https://x")
    described = {
        (method.upper(), path): operation
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    }
    assert set(described) == {(one.method, one.path) for one in ENDPOINTS}
    assert len({one.name for one in ENDPOINTS}) == len(ENDPOINTS)
    for one in ENDPOINTS:
        operation = described[one.method, one.path]
        assert operation["x-scope"] == one.needs.value
        assert str(one.status) in operation["responses"]
        assert {"400", "401", "403", "404", "409", "429", "503"} <= set(operation["responses"])
        assert ("requestBody" in operation) == bool(one.takes or one.takes_file)
