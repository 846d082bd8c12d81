"""A key opens its scopes and no more, so often and no more; a request that comes again with its
idempotency key is carried out once."""

from __future__ import annotations

import asyncio
import os
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from hub.catalogue.tables import items
from hub.kernel.clock import SystemClock
from hub.kernel.database import Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.tokens.models import Token
from hub.organisations.tokens.repeats.errors import UnderWay
from hub.organisations.tokens.repeats.models import Request
from hub.organisations.tokens.repeats.service import LONGEST, Repeats
from hub.organisations.tokens.repeats.tables import token_requests
from hub.organisations.tokens.scopes import Scope, scopes_of
from simulators.scaled.servers import free_port
from tests.web.staff.conftest import NOTICE, Office
from web.staff.openapi import ROOT
from web.staff.rates import Rates, SharedRates
from web.statuses import TooManyRequests

AT = datetime(2026, 12, 1, tzinfo=UTC)


class Standing:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at = AT

    def now(self) -> datetime:
        return self.at


async def made(office: Office, login: str, *scopes: Scope, per_minute: int = 600) -> Token:
    """A key of that login with those scopes alone; `login-key` asks with it."""
    issued = await office.hub.tokens.issue(
        login, "程序", actor="admin", scopes=frozenset(scopes), per_minute=per_minute
    )
    office.secrets[f"{login}-key"] = issued.secret
    return issued.token


async def enter(office: Office, key: str, told: dict[str, Any]) -> tuple[int, dict[str, Any], bool]:
    """Status, answer, and whether it is the one from before."""
    headers = {
        "Authorization": f"Bearer {office.secrets['editor']}",
        "Idempotency-Key": key,
    }
    async with office.client.post(f"{ROOT}/items", json=told, headers=headers) as answer:
        return (
            answer.status,
            await answer.json(content_type=None),
            (answer.headers.get("Idempotent-Replayed") == "true"),
        )


async def entered(office: Office) -> int:
    query = select(func.count()).select_from(items)
    return await office.hub.database.read(lambda c: int(c.execute(query).scalar_one()))


async def test_a_key_opens_its_scopes_and_no_more(office: Office) -> None:
    await made(office, "editor", Scope.READ)
    await office.ask("editor-key", "GET", "/items")
    problem = await office.refused(
        "editor-key", "POST", "/items", NOTICE, status=403, code="scope-needed"
    )
    assert "write" in problem["remedy"]["en"]


async def test_a_key_asks_so_often_and_no_more(office: Office) -> None:
    await made(office, "editor", Scope.READ, per_minute=2)
    headers = {"Authorization": f"Bearer {office.secrets['editor-key']}"}
    seen = []
    for _ in range(3):
        async with office.client.get(f"{ROOT}/items", headers=headers) as answer:
            seen.append(answer.status)
            assert answer.headers["RateLimit-Policy"] == '"key";q=2;w=60'
    assert seen[:2] == [200, 200]
    if seen[2] == 429:  # a slow machine may have let half a minute go by
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
    await office.ask("editor", "GET", "/items")


async def test_a_bucket_fills_as_time_goes_by() -> None:
    clock = Standing()
    rates = Rates(clock)
    token = Token(
        id="t", person_id="p", label="x", created_by="a", created_at=AT, expires_at=AT, digest="",
        per_minute=60,
    )  # fmt: skip
    for left in range(59, -1, -1):
        assert (await rates.hit(token))["RateLimit"] == f'"key";r={left};t={60 - left}'
    with pytest.raises(TooManyRequests) as refused:
        await rates.hit(token)
    assert refused.value.headers["Retry-After"] == "1"
    await rates.hit(replace(token, id="other"))
    clock.at += timedelta(seconds=2)
    await rates.hit(token)
    clock.at += timedelta(hours=1)
    assert (await rates.hit(token))["RateLimit"] == '"key";r=59;t=1'


async def test_what_comes_again_is_carried_out_once(office: Office) -> None:
    first = await enter(office, "k-1", NOTICE)
    again = await enter(office, "k-1", NOTICE)
    assert (first[0], first[2], again[0], again[2]) == (201, False, 201, True)
    assert first[1] == again[1]
    assert await entered(office) == 1
    status, problem, _ = await enter(office, "k-1", NOTICE | {"title": "另一则通知"})
    assert (status, problem["type"]) == (422, "idempotency-key-reused")
    status, problem, _ = await enter(office, "k 2", NOTICE)
    assert (status, problem["field"]) == (400, "Idempotency-Key")


async def test_many_at_once_are_carried_out_once(office: Office) -> None:
    found = await asyncio.gather(*(enter(office, "k-3", NOTICE) for _ in range(6)))
    statuses = {status for status, _, _ in found}
    assert 201 in statuses
    assert statuses <= {201, 409}
    assert await entered(office) == 1


async def test_what_changed_nothing_may_be_tried_again(office: Office) -> None:
    wrong = NOTICE | {"body": "nowhere"}
    for _ in range(2):
        status, _, replayed = await enter(office, "k-4", wrong)
        assert (status, replayed) == (404, False)
    assert (await enter(office, "k-4", NOTICE))[0] == 201


async def cut_short(office: Office, key: str, ago: timedelta) -> None:
    """As if the process had died so long ago, between the change and the kept answer."""
    held = update(token_requests).where(token_requests.c.key == key)
    lost = held.values(status=0, kind="", answer=b"", at=office.hub.clock.now() - ago)
    await office.hub.database.write(lambda tx: tx.execute(lost), audited=False)


async def test_a_retry_after_a_crash_is_told_what_was_done_and_does_it_once(
    office: Office,
) -> None:
    entered_once = (await enter(office, "k-5", NOTICE))[1]["id"]
    await cut_short(office, "k-5", timedelta(0))
    assert (await enter(office, "k-5", NOTICE))[0] == 409  # it might be under way yet
    await cut_short(office, "k-5", LONGEST)
    headers = {"Authorization": f"Bearer {office.secrets['editor']}", "Idempotency-Key": "k-5"}
    async with office.client.post(
        f"{ROOT}/items", json=NOTICE, headers=headers, allow_redirects=False
    ) as answer:
        assert answer.status == 303
        assert "RateLimit" in answer.headers
    told = await office.ask("editor", "GET", answer.headers["Location"].removeprefix(ROOT))
    assert (told["key"], told["status"]) == ("k-5", 0)
    assert {"kind": "catalogue.item.entered", "subject": entered_once} in told["done"]
    assert await entered(office) == 1
    assert (await enter(office, "k-5", NOTICE))[:2] == (200, told)  # a client that follows


async def test_a_transaction_that_took_the_key_and_was_undone_takes_it_again(
    office: Office,
) -> None:
    token = await made(office, "editor", Scope.WRITE)
    repeats = Repeats(office.hub.database, office.hub.clock)
    ride = repeats.rider(Request(token_id=token.id, key="k", digest="0" * 64))

    def undone(tx: Transaction) -> None:
        ride(tx)
        raise InvalidInput(Words("撤销", "undone"))

    with pytest.raises(InvalidInput):
        await office.hub.database.write(undone, audited=False)
    assert await repeats.find(token.id, "k") is None
    for _ in range(2):  # the first and a second transaction of the same request
        await office.hub.database.write(ride, audited=False)
    assert await repeats.find(token.id, "k") is not None


async def test_a_crash_between_change_and_answer_is_told_and_a_day_later_forgotten(
    office: Office,
) -> None:
    token = await made(office, "editor", Scope.WRITE)
    clock = Standing()
    repeats = Repeats(office.hub.database, clock)
    request = Request(token_id=token.id, key="k", digest="0" * 64)
    await office.hub.database.write(repeats.rider(request), audited=False)
    with pytest.raises(UnderWay):
        await repeats.before(request)
    with pytest.raises(UnderWay):
        await office.hub.database.write(repeats.rider(request), audited=False)
    clock.at += LONGEST
    known = await repeats.before(request)
    assert known is not None
    assert not known.told
    clock.at = AT
    await repeats.after(request, 201, "application/json", b"{}")
    known = await repeats.before(request)
    assert known is not None
    assert (known.status, known.answer) == (201, b"{}")
    clock.at += timedelta(hours=25)
    assert await repeats.before(request) is None
    await repeats.purge()
    clock.at = AT
    assert await repeats.before(request) is None


async def test_the_audit_log_says_by_which_key_it_was_done(office: Office) -> None:
    token = await made(office, "editor", Scope.WRITE)
    item = await office.ask("editor-key", "POST", "/items", NOTICE, 201)
    own = await office.ask("editor", "GET", f"/items/{item['id']}/audit")
    assert {event["means"] for event in own["events"]} == {f"key:{token.id}"}
    assert {event["actor"] for event in own["events"]} == {"editor"}
    issued = await office.ask("all", "GET", "/audit?kind=organisations.token.issued")
    assert {event["means"] for event in issued["events"]} == {""}


def test_a_scope_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidInput) as refused:
        scopes_of(["read", "everything"])
    assert refused.value.field == "scopes"
    assert scopes_of(["read"]) == {Scope.READ}


@pytest.mark.redis
async def test_web_nodes_with_a_redis_count_a_keys_requests_together() -> None:
    nodes = [SharedRates(SystemClock(), os.environ["GONGKAI_TEST_REDIS"]) for _ in range(2)]
    token = Token(
        id=uuid.uuid4().hex, person_id="p", label="x", created_by="a", created_at=AT, expires_at=AT,
        digest="", per_minute=3,
    )  # fmt: skip
    for left, node in zip((2, 1, 0), (*nodes, nodes[0]), strict=True):
        assert (await node.hit(token))["RateLimit"].startswith(f'"key";r={left};')
    with pytest.raises(TooManyRequests) as refused:
        await nodes[1].hit(token)
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    for node in nodes:
        await node.close()


async def test_a_node_whose_redis_is_away_counts_its_own() -> None:
    node = SharedRates(SystemClock(), f"redis://127.0.0.1:{free_port()}/0")
    token = Token(
        id="t", person_id="p", label="x", created_by="a", created_at=AT, expires_at=AT, digest="",
        per_minute=1,
    )  # fmt: skip
    await node.hit(token)
    with pytest.raises(TooManyRequests):
        await node.hit(token)
    await node.close()
