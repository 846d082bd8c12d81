"""Every route says whom it lets in; nothing is reached by anybody else, or from another page."""

from __future__ import annotations

import re
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
import structlog

from hub.organisations.signin.models import Origin, Policy, Stage
from hub.organisations.signin.rules import form_token
from tests.web.console.conftest import PASSWORD, Office
from web.console.application import console_routes
from web.console.area import ANYBODY
from web.console.assets import assets
from web.console.call import ROOT

OPEN = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/taste"),
    ("GET", "/sign-in/provider"),
    ("GET", "/sign-in/provider/back"),
    ("GET", "/sign-out/provider"),
}
SOME_ID = "01K3ZQ8Y5T9F3V7X2B6N4M1C00"


def reachable(path: str) -> str:
    """A path with something in the place of its parameters."""
    return re.sub(r"{[^{}]*(?:{[^{}]*}[^{}]*)*}", SOME_ID, path)


async def test_every_route_of_the_running_application_is_declared(office: Office) -> None:
    declared = {(route.method, ROOT + route.path) for route in console_routes()}
    declared |= {("GET", ROOT + one.path) for one in assets().values()}
    found = set()
    for route in office.client.app.router.routes():
        assert route.resource is not None
        method = "GET" if route.method == "HEAD" else route.method
        found.add((method, route.resource.canonical))
    assert found == declared


def test_only_signing_in_and_the_pages_looks_are_for_everybody() -> None:
    anonymous = {(route.method, route.path) for route in console_routes() if route.needs.anonymous}
    assert anonymous == OPEN
    assert all(route.needs is ANYBODY for route in console_routes() if route.needs.anonymous)


def test_a_page_that_changes_nothing_is_the_only_one_without_a_token() -> None:
    assert {route.method for route in console_routes()} <= {"GET", "POST"}


async def test_nobody_reaches_anything_without_a_session(office: Office) -> None:
    own = {"Origin": office.origin, "Sec-Fetch-Site": "same-origin"}
    for route in console_routes():
        if route.needs.anonymous:
            continue
        answer = await office.ask("", route.method, reachable(route.path), headers=own)
        assert answer.status == 303, route.path
        assert answer.headers["Location"].startswith(f"{ROOT}/sign-in"), route.path


async def test_a_role_is_asked_for_before_anything_else(office: Office) -> None:
    for route in console_routes():
        if route.needs.roles and route.method == "GET":
            await office.see("newcomer", reachable(route.path), 403)


async def test_a_session_short_of_open_reaches_only_its_own_step(office: Office) -> None:
    made = await office.desk.factors.give_password("clerk", actor="admin")
    opened = await office.desk.sessions.sign_in("clerk", made, Origin())
    office.secrets["clerk"] = opened.secret
    for route in console_routes():
        if route.needs.anonymous or Stage.PASSWORD in route.needs.stages:
            continue
        if route.method == "GET":
            answer = await office.ask("clerk", "GET", reachable(route.path))
            assert answer.headers["Location"] == f"{ROOT}/sign-in/password", route.path


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://elsewhere.example"},
    ],
)
async def test_a_change_from_another_page_is_refused(
    office: Office, headers: dict[str, str]
) -> None:
    token = form_token(await office.signed_in("clerk"))
    for path in ("/sign-out", "/sign-in", "/taste"):
        data = {"_token": token, "login": "clerk", "password": PASSWORD, "theme": "dark"}
        answer = await office.ask("clerk", "POST", path, data=data, headers=headers)
        assert answer.status == 403
        assert "Set-Cookie" not in answer.headers
    await office.see("clerk", "/")


@pytest.mark.parametrize("token", ["", "x", "another's"])
async def test_a_change_without_its_sessions_token_is_refused(office: Office, token: str) -> None:
    if token == "another's":
        token = form_token(await office.signed_in("leader"))
    own = {"Origin": office.origin}
    for route in console_routes():
        if route.method == "POST":
            path = reachable(route.path)
            answer = await office.ask("clerk", "POST", path, data={"_token": token}, headers=own)
            led = not route.needs.anonymous and Stage.OPEN not in route.needs.stages
            assert answer.status == (303 if led else 403), path
    await office.see("clerk", "/")


async def test_what_is_dangerous_asks_for_the_password_again(office: Office) -> None:
    assert [route.path for route in console_routes() if route.proved]
    office.desk.sessions.policy = Policy(fresh=timedelta(), second_factor=False)
    target = await office.send("clerk", "/me/codes")
    assert target.startswith(f"{ROOT}/prove")
    office.desk.sessions.policy = Policy(second_factor=False)
    assert await office.send("clerk", "/prove", {"password": PASSWORD, "next": f"{ROOT}/me"}) == (
        f"{ROOT}/me"
    )
    assert "<code>" in await office.send("clerk", "/me/codes", status=200)


async def test_the_cookie_is_for_the_server_alone(office: Office) -> None:
    own = {"Origin": office.origin}
    data = {"login": "clerk", "password": PASSWORD}
    answer = await office.ask("", "POST", "/sign-in", data=data, headers=own)
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["gongkai-session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing-there", "/me"])
async def test_every_answer_carries_its_protection(office: Office, path: str) -> None:
    answer = await office.ask("clerk", "GET", path)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    text = await answer.text()
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", text)


@pytest.mark.parametrize(
    "told",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/console",
     "/console/\\..", "/console/\t/x", "javascript:alert(1)", "/consoleless/"],
)  # fmt: skip
async def test_signing_in_never_leads_elsewhere(office: Office, told: str) -> None:
    own = {"Origin": office.origin}
    data = {"login": "clerk", "password": PASSWORD, "next": told}
    answer = await office.ask("", "POST", "/sign-in", data=data, headers=own)
    assert answer.headers["Location"] == f"{ROOT}/"


async def test_assets_are_kept_for_ever_and_compressed(office: Office) -> None:
    for asset in assets().values():
        answer = await office.ask("", "GET", asset.path)
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "gzip"
        assert await answer.read() == asset.body
    assert sum(len(asset.packed) for asset in assets().values()) < 100_000


async def test_a_connection_of_ours_that_broke_is_told_as_a_defect_and_logged(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller is there: it is the same error as of one who has left."""

    async def broken(*_: object, **__: object) -> None:
        raise ConnectionResetError("somewhere else")

    await office.signed_in("editor")
    monkeypatch.setattr(office.desk.listing, "page", broken)
    with structlog.testing.capture_logs() as logs:
        page = await office.see("editor", "/items", 500)
    assert "somewhere else" not in page
    [told] = [one for one in logs if one["log_level"] == "error"]
    assert (told["event"], told["path"]) == ("console.failed", f"{ROOT}/items")
