"""Who has no token that works stays outside, and nothing but the described shapes comes in."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import validate

from hub.kernel.errors import InvalidInput
from tests.web.staff.conftest import DETERMINATION, NOTICE, Office
from web.staff.asked import decoded, instant, wall_time
from web.staff.endpoints import ENDPOINTS
from web.staff.openapi import ROOT

TAKEN = sorted({one.takes for one in ENDPOINTS if one.takes}, key=lambda shape: shape.__name__)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NOBODY = "gk_" + "A" * 43
TOKEN_REFUSED = "organisations.token.refused"


async def test_without_a_token_that_works_nobody_comes_in_and_it_is_recorded(
    office: Office,
) -> None:
    issued = await office.hub.tokens.issue("editor", "旧", actor="admin")
    await office.hub.tokens.revoke(issued.token.id, actor="admin")
    for secret in ("", "gk_short", NOBODY, issued.secret):
        problem = await office.ask(secret, "GET", "/approvals", status=401)
        assert problem["type"] == "token-refused"
    records = await office.recorded(TOKEN_REFUSED)
    whys = [json.loads(record)["data"]["why"] for record in records]
    assert whys == ["missing", "malformed", "unknown", "revoked"]
    assert NOBODY not in str(records)
    assert issued.secret not in str(records)


async def test_many_failures_are_slowed_and_no_longer_recorded(office: Office) -> None:
    for _ in range(10):
        await office.ask(NOBODY, "GET", "/approvals", status=401)
    for _ in range(3):
        await office.ask(NOBODY, "GET", "/approvals", status=429)
    assert len(await office.recorded(TOKEN_REFUSED)) == 10
    await office.ask("editor", "GET", "/approvals")


async def test_who_left_is_out_at_once(office: Office) -> None:
    await office.hub.organisations.deactivate_person("clerk", actor="admin")
    await office.refused("clerk", "GET", "/approvals", status=401, code="token-refused")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"actor": "leader"}, "actor"),
        ({"title": None}, "title"),
        ({"attribute": "secret"}, "attribute"),
        ({"keywords": ["公开", 7]}, "keywords[1]"),
        ({"formed_on": "yesterday"}, "formed_on"),
    ],
)
async def test_a_wrong_field_is_named_with_what_to_do(
    office: Office, changed: dict[str, Any], field: str
) -> None:
    problem = await office.ask("editor", "POST", "/items", NOTICE | changed, 400)
    assert (problem["field"], bool(problem["remedy"]["zh"])) == (field, True)


async def test_too_much_and_no_json_are_refused(office: Office) -> None:
    headers = {"Authorization": f"Bearer {office.secrets['editor']}"}
    large = b'{"text": "' + b"a" * 1024 * 1024 + b'"}'
    for data, kind, status in (
        (b"{", "application/json", 400),
        (b"a=1", "text/plain", 400),
        (large, "application/json", 413),
    ):
        sent, body = headers | {"Content-Type": kind}, io.BytesIO(data)
        async with office.client.post(f"{ROOT}/items", data=body, headers=sent) as answer:
            assert answer.status == status


@pytest.mark.parametrize("shape", TAKEN, ids=lambda shape: shape.__name__)
@given(data=st.binary(max_size=60) | JSON.map(msgspec.json.encode))
def test_junk_is_refused_and_never_breaks(shape: type, data: bytes) -> None:
    refusal = refusal_of(lambda: decoded(data, shape))
    assert refusal is None or (refusal.field and refusal.remedy)
    msgspec.json.encode(refusal.as_dict() if refusal else "")


@given(st.text(max_size=30), st.datetimes(timezones=st.timezones()))
def test_a_time_is_one_or_is_refused(text: str, moment: Any) -> None:
    for ask in (lambda: wall_time(text, "at"), lambda: instant(moment, "not_after")):
        refusal = refusal_of(ask)
        assert refusal is None or refusal.remedy


def refusal_of(ask: Callable[[], object]) -> InvalidInput | None:
    """What refuses; any other error is a defect."""
    try:
        ask()
    except InvalidInput as error:
        return error
    return None


async def test_valid_shapes_with_wild_values_never_give_a_500(office: Office) -> None:
    item, approval = await office.submitted()
    wild = ("\0", "\u202e", "a" * 200, "../..", "%s", "𠮷", "now", "9999-12-31T23:59:59", "Mars/X")
    for text in wild:
        plan = {"at": "now", "tag": "city", "zone": text}
        for who, method, path, told in (
            ("editor", "POST", "/items", NOTICE | {"key": text, "doc_no": text, "theme": text}),
            ("editor", "POST", "/items", NOTICE | {"body": text}),
            ("editor", "PUT", f"{item}/determination", DETERMINATION | {"ground": text}),
            ("editor", "POST", f"{item}/submissions", {"group": text}),
            ("media", "POST", f"{item}/plans", plan),
            ("media", "POST", f"{item}/plans", plan | {"zone": "", "at": text}),
            ("head", "POST", f"/approvals/{approval['id']}/returns", {"reason": text}),
        ):
            headers = {"Authorization": f"Bearer {office.secrets[who]}"}
            async with office.client.request(
                method, ROOT + path, json=told, headers=headers
            ) as answer:
                assert answer.status < 500, (path, told, await answer.text())


async def test_the_description_is_valid_and_open_to_everybody(office: Office) -> None:
    async with office.client.get("/api/staff/openapi.json") as answer:
        told = await answer.json()
    validate(told)
    assert set(told["paths"]) == {one.path for one in ENDPOINTS}
