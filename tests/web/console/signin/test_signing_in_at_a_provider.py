"""Who is vouched for by the provider that is set, and was linked by an administrator, comes in;
whatever is wrong with the provider's answer lets nobody in and is written down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import ClientResponse
from joserfc.jwk import ECKey, OctKey

from hub.kernel.events import read_events
from hub.organisations.errors import UnknownPerson
from hub.organisations.identities.errors import LinkedElsewhere, UnknownIdentity
from hub.organisations.signin.errors import NotProved, SignedOut
from hub.organisations.signin.models import Origin
from tests.web.console.conftest import Office, opened_office
from tests.web.console.signin.provider import (
    CLIENT,
    SECRET,
    Identified,
    provider,
    signed,
    unsigned,
)
from web.console.areas.signin.steps import _LIMITER

BACK = "/sign-in/provider/back"
PAST = timedelta(minutes=20).total_seconds()


@dataclass(slots=True)
class Place:
    """An office and the provider its people may sign in at."""

    office: Office
    idp: Identified

    async def set_out(self, path: str = "/sign-in/provider", who: str = "") -> tuple[str, str]:
        """What the provider is asked, and the cookie that remembers it."""
        answer = await self.office.ask(who, "GET", path)
        assert answer.status == 303, await answer.text()
        cookie = answer.cookies["gongkai-away"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        return answer.headers["Location"], f"gongkai-away={cookie.value}"

    async def come_back(self, answered: str, cookie: str) -> ClientResponse:
        answer = await self.office.ask("", "GET", BACK + answered, headers={"Cookie": cookie})
        assert answer.cookies["gongkai-away"].value == ""
        return answer

    async def signed_in(self) -> ClientResponse:
        asked, cookie = await self.set_out()
        return await self.come_back(self.idp.authorise(query_of(asked)), cookie)

    async def whys(self) -> list[str]:
        """Why somebody was refused, as the audit log has it."""
        found = await self.office.hub.database.read(lambda c: read_events(c, subject="unknown"))
        return [event["data"]["why"] for event in found]


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


@pytest.fixture(autouse=True)
async def nobody_tried_before() -> None:
    """What one address tries is counted for the life of the process."""
    await _LIMITER.storage.reset()


@pytest.fixture
async def place(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Place]:
    async with provider() as idp:
        told = {
            "oidc_issuer": idp.url,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_console_url": "https://hub.example.gov.cn/",
            "oidc_title": "省统一身份认证",
        }
        async with opened_office(tmp_path, sqlite_template, **told) as office:
            await office.desk.identities.link("media", idp.url, idp.subject, actor="admin")
            yield Place(office, idp)


async def test_a_linked_person_comes_in_with_our_roles_and_goes_where_they_wanted(
    place: Place,
) -> None:
    assert "用省统一身份认证登录" in await place.office.see("", "/sign-in")
    asked, cookie = await place.set_out("/sign-in/provider?next=/console/deliveries")
    answer = await place.come_back(place.idp.authorise(query_of(asked)), cookie)
    page = await answer.text()
    assert 'content="0; url=/console/deliveries"' in page
    secret = answer.cookies["gongkai-session"].value
    assert answer.cookies["gongkai-session"]["samesite"] == "Strict"
    visitor = await place.office.desk.sessions.visitor(secret)
    assert visitor.person.login == "media"
    found = await place.office.hub.database.read(
        lambda c: read_events(c, subject=visitor.person.id)
    )
    assert found[-1]["kind"] == "organisations.session.signed-in"
    assert found[-1]["data"]["by"] == place.idp.url


async def test_nobody_comes_in_who_was_not_linked_whatever_the_provider_says_of_them(
    place: Place,
) -> None:
    place.idp.subject = "p-stranger"
    place.idp.change = lambda claims: claims.update(
        email="media@example.gov.cn", email_verified=True, preferred_username="media"
    )
    answer = await place.signed_in()
    assert answer.status == 403
    assert "gongkai-session" not in answer.cookies
    assert "p-stranger" in await answer.text()
    assert await place.whys() == ["not linked"]


async def test_a_person_who_left_does_not_come_in(place: Place) -> None:
    await place.office.desk.organisations.deactivate_person("media", actor="admin")
    assert (await place.signed_in()).status == 403


BAD: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another"},
    "others are meant too": {"aud": [CLIENT, "another"], "azp": CLIENT},
    "another party": {"azp": "another"},
    "another issuer": {"iss": "https://another.example"},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "expired": {"exp": "past"},
    "no end": {"exp": None},
    "made long ago": {"iat": "past"},
    "made tomorrow": {"iat": "future"},
    "no time": {"iat": None},
    "of another access token": {"at_hash": "x" * 22},
    "a time that is none": {"exp": "soon"},
    "a boundless time": {"iat": -1e300},
}


@pytest.mark.parametrize("wrong", BAD)
async def test_an_id_token_that_is_wrong_in_one_claim_lets_nobody_in(
    place: Place, wrong: str
) -> None:
    def change(claims: dict[str, Any]) -> None:
        words = {"past": claims["iat"] - PAST, "future": claims["iat"] + 86_400}
        for name, value in BAD[wrong].items():
            claims[name] = words.get(value, value) if isinstance(value, str) else value
            if value is None:
                del claims[name]

    place.idp.change = change
    answer = await place.signed_in()
    assert answer.status == 403, await answer.text()
    assert "gongkai-session" not in answer.cookies
    assert len(await place.whys()) == 1


async def test_only_the_providers_own_key_signs(place: Place) -> None:
    """`alg: none`, our own secret as an HMAC key, and a stranger's key of the same name."""
    stranger = ECKey.generate_key("P-256", {"kid": "first"})
    ways = (
        unsigned,
        lambda claims: signed(claims, OctKey.import_key(SECRET * 3, {"kid": "first"}), "HS256"),
        lambda claims: signed(claims, stranger, "ES256"),
        lambda claims: "not.a.token",
    )
    for number, way in enumerate(ways, 1):
        place.idp.sign = way
        assert (await place.signed_in()).status == 403
        assert len(await place.whys()) == number


async def test_a_key_that_was_changed_is_asked_for_anew(place: Place) -> None:
    clock = place.office.desk.clock
    assert (await place.signed_in()).status == 200
    place.idp.rotate()
    made = place.office.desk.provider
    assert made is not None
    assert made._keys is not None
    made._keys = (clock.now() - timedelta(minutes=1), made._keys[1])
    assert (await place.signed_in()).status == 200
    place.idp.rotate()  # so soon again: a flood of unknown keys costs the provider nothing
    assert (await place.signed_in()).status == 403


async def test_an_answer_counts_once_in_the_browser_that_asked(place: Place) -> None:
    asked, cookie = await place.set_out()
    answered = place.idp.authorise(query_of(asked))
    assert (await place.come_back(answered, "gongkai-away=")).status == 403
    _, another = await place.set_out()
    assert (await place.come_back(answered, another)).status == 403
    assert (await place.come_back(answered.replace("iss=", "was="), cookie)).status == 403
    assert (await place.come_back("?error=access_denied&" + answered[1:], cookie)).status == 403
    assert (await place.come_back(answered, cookie)).status == 200
    assert (await place.come_back(answered, cookie)).status == 403
    assert (await place.whys())[-1] == "token endpoint: 400"


async def test_who_is_signed_in_proves_themselves_by_signing_in_there_anew(place: Place) -> None:
    desk = place.office.desk
    secret = await place.office.signed_in("media")
    visitor = await desk.sessions.visitor(secret)
    old = desk.clock.now() - timedelta(hours=1)
    await desk.sessions.prove_vouched(
        lambda tx: visitor.person, visitor.session.id, old, Origin(), by="test"
    )
    with pytest.raises(NotProved):
        desk.sessions.require_proved(await desk.sessions.visitor(secret))
    place.idp.change = lambda claims: claims.update(auth_time=claims["iat"] - PAST)
    assert (await proved(place)).status == 403
    place.idp.change = lambda claims: claims.pop("auth_time")
    assert (await proved(place)).status == 403
    place.idp.change = None
    assert (await proved(place)).status == 200
    assert place.idp.asked[-1]["max_age"] == "0"
    assert place.idp.asked[-1]["prompt"] == "login"
    desk.sessions.require_proved(await desk.sessions.visitor(secret))
    await desk.identities.link("head", place.idp.url, "p-head", actor="admin")
    place.idp.subject = "p-head"
    assert (await proved(place)).status == 403


async def proved(place: Place) -> ClientResponse:
    asked, cookie = await place.set_out("/prove/provider?next=/console/me", "media")
    return await place.come_back(place.idp.authorise(query_of(asked)), cookie)


async def test_what_the_provider_must_state_is_asked_for_and_looked_at(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with provider() as idp:
        told = {
            "oidc_issuer": idp.url,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_console_url": "https://hub.example.gov.cn",
            "oidc_acr": "urn:two-factors",
        }
        async with opened_office(tmp_path, sqlite_template, **told) as office:
            place = Place(office, idp)
            await office.desk.identities.link("media", idp.url, idp.subject, actor="admin")
            assert (await place.signed_in()).status == 403
            idp.change = lambda claims: claims.update(acr="urn:two-factors")
            assert (await place.signed_in()).status == 200
            assert idp.asked[-1]["acr_values"] == "urn:two-factors"


async def test_a_provider_that_is_down_or_calls_itself_otherwise_leaves_the_password(
    place: Place,
) -> None:
    place.idp.down = True
    page = await place.office.see("", "/sign-in/provider", 503)
    assert "统一身份平台无法使用" in page
    place.idp.down = False
    for said in ({"issuer": "https://another.example"}, {"token_endpoint": "http://other.example"}):
        place.idp.said = said
        assert 'name="password"' in await place.office.see("", "/sign-in/provider", 503)
    place.idp.said = {}
    assert (await place.signed_in()).status == 200


async def test_leaving_offers_to_leave_the_provider_too(place: Place) -> None:
    left = await place.office.send("media", "/sign-out")
    assert left == "/console/sign-in?left=1"
    assert "/console/sign-out/provider" in await place.office.see("", "/sign-in?left=1")
    answer = await place.office.ask("", "GET", "/sign-out/provider")
    told = query_of(answer.headers["Location"])
    assert answer.headers["Location"].startswith(f"{place.idp.url}/leave?")
    assert told["post_logout_redirect_uri"] == "https://hub.example.gov.cn/console/sign-in"


async def test_unlinking_ends_what_is_open_and_a_subject_is_one_persons(place: Place) -> None:
    identities, url = place.office.desk.identities, place.idp.url
    secret = (await place.signed_in()).cookies["gongkai-session"].value
    with pytest.raises(LinkedElsewhere):
        await identities.link("head", url, place.idp.subject, actor="admin")
    with pytest.raises(UnknownPerson):
        await identities.link("nobody", url, "p-1", actor="admin")
    assert [one.subject for one in await identities.of("media")] == [place.idp.subject]
    await identities.unlink(url, place.idp.subject, actor="admin")
    with pytest.raises(SignedOut):
        await place.office.desk.sessions.visitor(secret)
    with pytest.raises(UnknownIdentity):
        await identities.unlink(url, place.idp.subject, actor="admin")


async def test_without_a_provider_nothing_points_to_one(office: Office) -> None:
    assert "/sign-in/provider" not in await office.see("", "/sign-in")
    for path in ("/sign-in/provider", BACK, "/sign-out/provider"):
        await office.see("", path, 404)
